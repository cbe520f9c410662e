/*
 * logged.c - the other way round than planner.c, which writes these lines.
 */
#include <glib.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "logfinding.h"
#include "logged.h"
#include "plan.h"

/* A value in pool, or "" when there is none. */
static const char *
value(struct pool *pool, const char *text, const char *key)
{
	char *found = logline_value(text, key);
	const char *copy = found == NULL ? "" : pool_strdup(pool, found);

	g_free(found);
	return copy;
}

static void
add_recipient(struct logged *logged, struct pool *pool, const char *address,
	const char *fired)
{
	size_t count = logged->message.recipient_count;
	const char **place = pool_append(pool, &logged->fired, &count,
		sizeof(*place));

	*place = fired;
	place = pool_append(pool, &logged->message.recipients,
		&logged->message.recipient_count, sizeof(*place));
	*place = pool_strdup(pool, address);
}

/* "a@x,b@y and 20 more" */
static void
add_recipients(struct logged *logged, struct pool *pool, const char *list,
	const char *fired)
{
	unsigned long more;
	char **named = logline_named(list, &more), **one;

	for (one = named; *one != NULL; one++)
		add_recipient(logged, pool, *one, fired);
	logged->unnamed += more;
	g_strfreev(named);
}

/* "R1 changes 1 to a@x,b@y": whom, and what became of viruses. */
static void
read_outcome(struct logged *logged, struct pool *pool, enum sekisho_fate fate,
	const char *text)
{
	const char *whom = logline_whom(text);
	bool changed = strstr(text, " changes ") != NULL;
	const char *rules = pool_printf(pool, ",%.*s,",
		(int)strcspn(text, " "), text);

	if (whom == NULL)
		return;
	add_recipients(logged, pool, whom, rules);
	if (strstr(rules, ",R1,") != NULL && (fate == SEKISHO_DELETE ||
	    (fate == SEKISHO_DELIVER && changed))) {
		logged->cleaned_or_deleted = true;
		logged->cleanable = changed;
	}
}

static void
read_outcomes(struct logged *logged, struct pool *pool, const char *text)
{
	int fate;

	for (fate = 0; fate < SEKISHO_FATES; fate++) {
		const char *at = text, *key =
			sekisho_fate_name((enum sekisho_fate)fate);

		while ((at = logline_find(at, key)) != NULL) {
			char *outcome = logline_unquote(at, &at);

			read_outcome(logged, pool, (enum sekisho_fate)fate,
				outcome);
			g_free(outcome);
		}
	}
}

/* The part of that specifier; a new one if it was not known. */
static uint32_t
find_part(struct inspection *inspection, struct pool *pool,
	const struct logfinding *found)
{
	struct part *part;
	size_t i;

	if (strcmp(found->part, "message") == 0)
		return 0;
	for (i = 1; i < inspection->part_count; i++)
		if (strcmp(inspection->parts[i].path, found->part) == 0)
			return (uint32_t)i;
	part = pool_append(pool, &inspection->parts, &inspection->part_count,
		sizeof(*part));
	part->path = pool_strdup(pool, found->part);
	part->filename = pool_strdup(pool, found->file);
	part->type = "application/octet-stream";
	part->true_type = "";
	part->leaf = part->attachment = true;
	return (uint32_t)(inspection->part_count - 1);
}

/* False when the value is not whole. */
static bool
read_findings(struct inspection *inspection, struct pool *pool,
	const char *text)
{
	struct logfinding found;

	if (strcmp(text, "none") == 0)
		return true;
	while (logfinding_next(&text, &found)) {
		const struct finding finding = {
			.kind = found.kind,
			.part = find_part(inspection, pool, &found),
			.name = pool_strdup(pool, found.name),
			.member = "",
		};

		inspection_add(inspection, pool, &finding);
		logfinding_free(&found);
	}
	return *text == '\0' && inspection->finding_count > 0;
}

/* The recipients that are named under a key, one by one. */
static void
read_opinion(struct logged *logged, const char *text, const char *key,
	enum senders_opinion opinion)
{
	char *all = logline_value(text, key);
	char **words = logline_addresses(all == NULL ? "" : all, ",");
	size_t i;

	for (i = 0; i < logged->message.recipient_count; i++)
		if (g_strv_contains((const char *const *)words,
		    logged->message.recipients[i]))
			logged->opinions[i] = opinion;
	g_strfreev(words);
	g_free(all);
}

/* Who approved or blocked the sender, of the recipients that are named. */
static void
read_opinions(struct logged *logged, struct pool *pool, const char *text)
{
	logged->opinions = pool_array(pool, logged->message.recipient_count + 1,
		sizeof(*logged->opinions));
	read_opinion(logged, text, "approved", OPINION_APPROVED);
	read_opinion(logged, text, "blocked", OPINION_BLOCKED);
}

bool
logged_read(struct logged *logged_r, struct pool *pool,
	const struct logline *line)
{
	struct sekisho_message *message = &logged_r->message;
	const char *text = line->text, *direction, *client;

	memset(logged_r, 0, sizeof(*logged_r));
	/* A mail that was released met no rule. */
	if (logline_find(text, "findings") == NULL ||
	    logline_find(text, "was") != NULL)
		return false;
	inspection_init(&logged_r->inspection, pool);
	if (!read_findings(&logged_r->inspection, pool,
	    value(pool, text, "findings")))
		return false;
	logged_r->inspection.parts[0].size = strtoull(value(pool, text,
		"size"), NULL, 10);
	client = value(pool, text, "client");
	direction = value(pool, text, "direction");
	message->id = pool_strndup(pool, line->id, line->id_len);
	message->sender = value(pool, text, "sender");
	message->client_address = strcmp(client, "local") == 0 ? "" : client;
	message->authenticated_id = value(pool, text, "user");
	message->spam_score = value(pool, text, "spam-score");
	message->inside = strcmp(direction, "inbound") != 0;
	message->helo = message->dkim = message->spf = message->dmarc =
		message->from_publishes = message->headers = "";
	read_outcomes(logged_r, pool, text);
	read_opinions(logged_r, pool, text);
	return message->recipient_count > 0;
}

void
logged_doubt(struct logged *logged, bool cleanable)
{
	size_t i;

	if (logged->cleaned_or_deleted)
		cleanable = logged->cleanable;
	for (i = 0; i < logged->inspection.finding_count; i++)
		logged->inspection.findings[i].cleanable = cleanable &&
			logged->inspection.findings[i].kind == FINDING_VIRUS;
}

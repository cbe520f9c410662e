/*
 * tally_sekishod.c - what a line of sekishod's log about a message adds.
 */
#include <stdlib.h>
#include <string.h>

#include "logfinding.h"
#include "tally_private.h"

static const struct {
	const char *name;
	enum tally_kind kind;
} directions[] = {
	{ "inbound", TALLY_INBOUND },
	{ "outbound", TALLY_OUTBOUND },
	{ "local", TALLY_LOCAL },
	{ "outbound+local", TALLY_BOTH },
}, fates[] = {
	{ "deliver", TALLY_DELIVER },
	{ "hold", TALLY_HOLD },
	{ "reject", TALLY_REJECT },
	{ "delete", TALLY_DELETE },
	{ "defer", TALLY_DEFER },
};

/* "R4 tag [A] to a@x,b@y and 3 more": how many they are. */
static int64_t
count_recipients(const char *outcome)
{
	const char *to = logline_whom(outcome);
	unsigned long more;
	char **named;
	int64_t count;

	if (to == NULL || *to == '\0')
		return 1;
	named = logline_named(to, &more);
	count = (int64_t)g_strv_length(named) + (int64_t)more;
	g_strfreev(named);
	return count;
}

/* Each group of recipients has its own; returns how many have this fate. */
static int64_t
count_fate(const char *text, const char *fate)
{
	const char *at = text;
	int64_t count = 0;

	while ((at = logline_find(at, fate)) != NULL) {
		char *value = logline_unquote(at, &at);

		count += count_recipients(value);
		g_free(value);
	}
	return count;
}

/* "virus:Eicar(2 a.com) macro:..." */
static void
add_viruses(struct tally *tally, const char *findings, size_t slot)
{
	struct logfinding found;
	bool any = false;

	while (logfinding_next(&findings, &found)) {
		if (found.kind == FINDING_VIRUS) {
			tally_name(tally->viruses, found.name);
			any = true;
		}
		logfinding_free(&found);
	}
	tally->numbers[TALLY_VIRUS][slot] += any;
}

static void
add_rules(struct tally *tally, const char *rules)
{
	char **names = g_strsplit(rules, ",", -1), **name;

	for (name = names; *name != NULL && strcmp(rules, "none") != 0; name++)
		tally_name(tally->rules, *name);
	g_strfreev(names);
}

/* The log has ten times the score; the last place is that of no score. */
static void
add_score(struct tally *tally, const char *score)
{
	long tenths;

	if (score == NULL) {
		tally->scores[TALLY_SCORES - 1]++;
		return;
	}
	tenths = strtol(score, NULL, 10);
	tally->scores[tenths < 0 ? 0 : MIN(tenths / 20 + 1,
		TALLY_SCORES - 2)]++;
}

static void
add_slow(struct tally *tally, const struct tally_slow *slow)
{
	struct tally_slow *list = tally->slowest;
	size_t i = TALLY_SLOWEST;

	if (list[i - 1].id != NULL && list[i - 1].ms >= slow->ms)
		return;
	g_free(list[i - 1].id);
	g_free(list[i - 1].sender);
	for (i--; i > 0 && (list[i - 1].id == NULL ||
	     list[i - 1].ms < slow->ms); i--)
		list[i] = list[i - 1];
	list[i] = *slow;
	list[i].id = g_strdup(slow->id);
	list[i].sender = g_strdup(slow->sender);
}

static int64_t
number(const char *text, const char *key)
{
	char *value = logline_value(text, key);
	int64_t result = value == NULL ? 0 : strtoll(value, NULL, 10);

	g_free(value);
	return MAX(result, 0);
}

static void
add_time(struct tally *tally, const struct logline *found, size_t slot)
{
	char *sender = logline_value(found->text, "sender"),
		*id = g_strndup(found->id, found->id_len);
	struct tally_slow slow = { .ms = number(found->text, "ms"),
		.when = logline_id_time(id), .id = id, .sender = sender,
		.size = number(found->text, "size") };
	uint32_t ms = (uint32_t)MIN(slow.ms, UINT32_MAX);

	g_array_append_val(tally->ms[slot], ms);
	add_slow(tally, &slow);
	g_free(sender);
	g_free(id);
}

/* Both logs tell of a 451; it is one. */
static bool
is_told(struct tally *tally, const struct logline *found)
{
	return !g_hash_table_add(tally->deferred,
		g_strndup(found->id, found->id_len));
}

static void
add_fates(struct tally *tally, const struct logline *found, size_t slot)
{
	char *sender = logline_value(found->text, "sender");
	bool failed = logline_find(found->text, "error") != NULL;
	int64_t count;
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(fates); i++) {
		enum tally_kind kind = fates[i].kind;

		count = count_fate(found->text, fates[i].name);
		if (kind == TALLY_DEFER && count > 0)
			count = is_told(tally, found) ? 0 : 1;
		if (kind == TALLY_DELIVER && failed)
			kind = TALLY_UNSCANNED;
		if (kind == TALLY_HOLD && count > 0 && sender != NULL)
			tally_name(tally->held_senders, sender);
		tally->numbers[kind][slot] += count;
	}
	g_free(sender);
}

void
tally_sekishod(struct tally *tally, const struct logline *found, size_t slot)
{
	char *direction = logline_value(found->text, "direction"),
		*findings = logline_value(found->text, "findings"),
		*rules = logline_value(found->text, "rules"),
		*score = logline_value(found->text, "spam-score");
	const char *notice = found->text;
	size_t i;

	tally->lines++;
	if (g_str_has_prefix(found->text, "no notice to "))
		tally->numbers[TALLY_NO_NOTICE][slot]++;
	for (i = 0; direction != NULL && i < G_N_ELEMENTS(directions); i++)
		tally->numbers[directions[i].kind][slot] +=
			strcmp(direction, directions[i].name) == 0;
	if (direction != NULL) {
		add_fates(tally, found, slot);
		add_time(tally, found, slot);
	}
	if (direction != NULL && findings != NULL && rules != NULL) {
		if (strcmp(findings, "none") != 0)
			add_viruses(tally, findings, slot);
		add_rules(tally, rules);
		add_score(tally, score);
		while ((notice = logline_find(notice, "notice")) != NULL)
			tally->numbers[TALLY_NOTICE][slot]++;
	}
	g_free(direction);
	g_free(findings);
	g_free(rules);
	g_free(score);
}

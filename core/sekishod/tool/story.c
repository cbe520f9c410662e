/*
 * story.c - the messages that belong together, and their events in order.
 */
#include <string.h>
#include <time.h>

#include "logline.h"
#include "story.h"
#include "visible.h"

#define YEAR (364 * 86400)

static void
event_free(gpointer data)
{
	struct story_event *event = data;

	g_free(event->id);
	g_free(event->text);
	g_free(event);
}

void
story_init(struct story *story)
{
	*story = (struct story){
		.roles = g_hash_table_new_full(g_str_hash, g_str_equal,
			g_free, NULL),
		.message_ids = g_hash_table_new_full(g_str_hash, g_str_equal,
			g_free, NULL),
		.events = g_ptr_array_new_with_free_func(event_free),
	};
}

void
story_free(struct story *story)
{
	g_hash_table_unref(story->roles);
	g_hash_table_unref(story->message_ids);
	g_ptr_array_unref(story->events);
}

void
story_ask(struct story *story, const char *id)
{
	story->by_message_id = *id == '<';
	if (story->by_message_id)
		g_hash_table_add(story->message_ids, g_strdup(id));
	else
		g_hash_table_insert(story->roles, g_strdup(id),
			GINT_TO_POINTER(STORY_ORIGINAL));
}

/* -- which messages belong to it ------------------------------------------ */

static bool
has_role(const struct story *story, const char *id, size_t len,
	enum story_role *role)
{
	char *key = g_strndup(id, len);
	gpointer value;
	bool found = g_hash_table_lookup_extended(story->roles, key, NULL,
		&value);

	g_free(key);
	if (found && role != NULL)
		*role = (enum story_role)GPOINTER_TO_INT(value);
	return found;
}

static guint
count(const struct story *story, enum story_role role)
{
	GHashTableIter iter;
	gpointer value;
	guint n = 0;

	g_hash_table_iter_init(&iter, story->roles);
	while (g_hash_table_iter_next(&iter, NULL, &value))
		n += (enum story_role)GPOINTER_TO_INT(value) == role;
	return n;
}

bool
story_has(const struct story *story, enum story_role role)
{
	return count(story, role) > 0;
}

enum story_role
story_role(const struct story *story)
{
	enum story_role role = STORY_ORIGINAL;

	(void)has_role(story, story->id, strlen(story->id), &role);
	return role;
}

/* Is it about one of the messages, and what is that? A notice has an id of
   ours as its Message-ID: "ID.1.sekisho@...". */
static bool
find_role(const struct story *story, const char *text, const char *message_id,
	enum story_role *role)
{
	char *protocol = logline_value(text, "P"), *of = logline_value(text,
		"R");
	bool known = message_id != NULL &&
		g_hash_table_contains(story->message_ids, message_id);
	bool found = true;

	if (g_strcmp0(protocol, "sekisho-variant") == 0 && known)
		*role = STORY_COPY;
	else if (g_strcmp0(protocol, "sekisho-notice") == 0 &&
	    message_id != NULL && has_role(story, message_id + 1,
	    strcspn(message_id + 1, "."), NULL))
		*role = STORY_NOTICE;
	else if (of != NULL && has_role(story, of, strlen(of), NULL))
		*role = STORY_BOUNCE;
	else if (known && story->by_message_id)
		*role = STORY_ORIGINAL;
	else
		found = false;
	g_free(protocol);
	g_free(of);
	return found;
}

/* "<= sender H=... P=... id=...", from which all belonging comes. */
static bool
follow_arrival(struct story *story, const struct logline *found)
{
	char *value = logline_value(found->text, "id"), *message_id =
		value == NULL ? NULL : g_strdup_printf("<%s>", value);
	enum story_role role;
	bool news = false;

	if (has_role(story, found->id, found->id_len, &role)) {
		news = role == STORY_ORIGINAL && message_id != NULL &&
			g_hash_table_add(story->message_ids,
			g_strdup(message_id));
	} else if (find_role(story, found->text, message_id, &role)) {
		g_hash_table_insert(story->roles, g_strndup(found->id,
			found->id_len), GINT_TO_POINTER(role));
		news = true;
	}
	g_free(value);
	g_free(message_id);
	return news;
}

bool
story_follow(struct story *story, const char *line)
{
	enum story_role role;
	struct logline found;
	char *was;
	bool news = false;

	if (!logline_exim(line, &found))
		return false;
	if (g_str_has_prefix(found.text, "<= "))
		return follow_arrival(story, &found);
	if (!g_str_has_prefix(found.text, "sekisho: id=") ||
	    (has_role(story, found.id, found.id_len, &role) &&
	    role == STORY_RELEASED))
		return false;
	was = logline_value(found.text, "was");
	if (was != NULL && has_role(story, was, strlen(was), NULL)) {
		g_hash_table_insert(story->roles, g_strndup(found.id,
			found.id_len), GINT_TO_POINTER(STORY_RELEASED));
		news = true;
	}
	g_free(was);
	return news;
}

/* -- what the lines tell -------------------------------------------------- */

void
story_add(struct story *story, enum story_kind kind, int rank,
	const char *fmt, ...)
{
	struct story_event *event = g_new0(struct story_event, 1);
	va_list args;

	event->when = story->when;
	event->kind = kind;
	event->rank = rank;
	event->aside = kind != STORY_MADE && story_role(story) !=
		STORY_ORIGINAL;
	event->number = story->events->len;
	event->id = g_strdup(story->id);
	va_start(args, fmt);
	event->text = g_strdup_vprintf(fmt, args);
	va_end(args);
	g_ptr_array_add(story->events, event);
}

/* Dovecot's own line knows the Message-ID only. */
static bool
find_saved(const struct story *story, const char *line, struct logline *found)
{
	char *message_id;
	bool known;

	if (!logline_saved(line, found))
		return false;
	message_id = g_strndup(found->id, found->id_len);
	known = g_hash_table_contains(story->message_ids, message_id);
	g_free(message_id);
	return known;
}

/* "lmtp(alice)<1234><...>: Info: msgid=<...>: saved mail to INBOX". */
static void
tell_saved(struct story *story, const char *line, const struct logline *found)
{
	const char *user = strchr(line, '(');
	size_t len = 0;

	if (user != NULL && user < found->id)
		len = strcspn(++user, "),");
	story_add(story, STORY_DELIVERED, 0, "Dovecot%s%.*s: %s",
		len > 0 ? ", for its user " : "", (int)MIN(len, 1000),
		len > 0 ? user : "", found->text);
}

static gint64
first_time(const struct story *story)
{
	GHashTableIter iter;
	gpointer id;
	gint64 first = 0;

	g_hash_table_iter_init(&iter, story->roles);
	while (g_hash_table_iter_next(&iter, &id, NULL))
		if (first == 0 || logline_id_time(id) < first)
			first = logline_id_time(id);
	/* Only Dovecot knows of it; then it is of the last year. */
	return first != 0 ? first : (gint64)time(NULL) - YEAR;
}

void
story_tell(struct story *story, const char *line)
{
	void (*tell)(struct story *, const char *) = NULL;
	struct logline found;

	if (logline_exim(line, &found))
		tell = story_exim;
	else if (logline_sekishod(line, &found))
		tell = story_sekishod;
	else if (logline_dovecot(line, &found))
		tell = story_dovecot;
	if (tell != NULL && has_role(story, found.id, found.id_len, NULL)) {
		story->id = g_strndup(found.id, found.id_len);
		story->when = logline_time(line, logline_id_time(story->id));
		tell(story, found.text);
	} else if (tell == NULL && find_saved(story, line, &found)) {
		story->id = g_strdup("");
		story->when = logline_time(line, first_time(story));
		tell_saved(story, line, &found);
	}
	g_free(story->id);
	story->id = NULL;
}

/* -- the whole ------------------------------------------------------------ */

/*
 * Exim notes that it accepted a mail when all else about its coming is in the
 * logs; who reads wants to know first where it came from.
 */
static void
settle_time(const struct story *story, struct story_event *event)
{
	guint i;

	for (i = 0; i < story->events->len; i++) {
		const struct story_event *other = story->events->pdata[i];

		if (strcmp(event->id, other->id) == 0)
			event->when = MIN(event->when, other->when);
	}
}

static bool
is_told_better(const struct story *story, const struct story_event *event)
{
	guint i;

	for (i = 0; i < story->events->len && event->rank > 0; i++) {
		const struct story_event *other = story->events->pdata[i];

		if (other->kind == event->kind && other->rank < event->rank &&
		    strcmp(event->id, other->id) == 0)
			return true;
	}
	return false;
}

/* Within a second, what became of the others follows. */
static gint
compare(gconstpointer a, gconstpointer b)
{
	const struct story_event *one = *(void *const *)a,
		*two = *(void *const *)b;

	if (one->when != two->when)
		return one->when < two->when ? -1 : 1;
	if (one->aside != two->aside)
		return one->aside ? 1 : -1;
	if (one->kind != two->kind)
		return one->kind < two->kind ? -1 : 1;
	return one->number < two->number ? -1 : one->number > two->number;
}

/* An original is named when there are several, all others always. */
static void
print_event(const struct story *story, const struct story_event *event,
	guint originals, FILE *out)
{
	static const char *const names[] = {
		[STORY_ORIGINAL] = "", [STORY_COPY] = "copy ",
		[STORY_NOTICE] = "notice ", [STORY_BOUNCE] = "bounce ",
		[STORY_RELEASED] = "",
	};
	enum story_role role = STORY_ORIGINAL;
	time_t when = (time_t)event->when;
	GString *text = g_string_new(NULL);
	char stamp[64] = "?";
	struct tm tm;

	if (localtime_r(&when, &tm) != NULL)
		strftime(stamp, sizeof(stamp), "%Y-%m-%d %H:%M:%S", &tm);
	(void)has_role(story, event->id, strlen(event->id), &role);
	fprintf(out, "%s  ", stamp);
	if (*event->id != '\0' && event->kind != STORY_MADE &&
	    (role != STORY_ORIGINAL || originals > 1))
		fprintf(out, "%s%s: ", names[role], event->id);
	visible_add(text, event->text);
	fprintf(out, "%s\n", text->str);
	g_string_free(text, TRUE);
}

bool
story_print(struct story *story, FILE *out)
{
	guint i, originals = count(story, STORY_ORIGINAL);

	for (i = 0; i < story->events->len; i++) {
		struct story_event *event = story->events->pdata[i];

		if (event->kind == STORY_CAME)
			settle_time(story, event);
	}
	g_ptr_array_sort(story->events, compare);
	for (i = 0; i < story->events->len; i++)
		if (!is_told_better(story, story->events->pdata[i]))
			print_event(story, story->events->pdata[i], originals,
				out);
	return story->events->len > 0;
}

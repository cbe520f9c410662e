/*
 * tally.c - days and hours, and what a line of a log adds to them.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "logline.h"
#include "tally.h"
#include "tally_private.h"

/* -- days ----------------------------------------------------------------- */

/* The day's beginning, so many days later; days are not all as long. */
static int64_t
day_begin(int64_t when, int later)
{
	time_t seconds = (time_t)when;
	struct tm tm;

	if (localtime_r(&seconds, &tm) == NULL)
		return when;
	tm.tm_sec = tm.tm_min = tm.tm_hour = 0;
	tm.tm_mday += later;
	tm.tm_isdst = -1;
	return mktime(&tm);
}

int
tally_init(struct tally *tally, int64_t since, int64_t until)
{
	int64_t edge = day_begin(since, 0), end = day_begin(until, 1);
	bool hours = day_begin(edge, 2) >= end;
	size_t i;

	memset(tally, 0, sizeof(*tally));
	while (edge < end && tally->slots < TALLY_SLOTS_MAX) {
		tally->edges[tally->slots++] = edge;
		edge = hours ? edge + 3600 : day_begin(edge, 1);
	}
	if (edge < end || tally->slots == 0)
		return -1;
	tally->edges[tally->slots] = end;
	for (i = 0; i < tally->slots; i++)
		tally->ms[i] = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	tally->viruses = g_hash_table_new_full(g_str_hash, g_str_equal,
		g_free, NULL);
	tally->rules = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
		NULL);
	tally->held_senders = g_hash_table_new_full(g_str_hash, g_str_equal,
		g_free, NULL);
	tally->deferred = g_hash_table_new_full(g_str_hash, g_str_equal,
		g_free, NULL);
	return 0;
}

void
tally_free(struct tally *tally)
{
	size_t i;

	if (tally->viruses == NULL)
		return;
	for (i = 0; i < tally->slots; i++)
		g_array_unref(tally->ms[i]);
	for (i = 0; i < TALLY_SLOWEST; i++) {
		g_free(tally->slowest[i].id);
		g_free(tally->slowest[i].sender);
	}
	g_hash_table_unref(tally->viruses);
	g_hash_table_unref(tally->rules);
	g_hash_table_unref(tally->held_senders);
	g_hash_table_unref(tally->deferred);
}

bool
tally_slot(const struct tally *tally, int64_t when, size_t *slot)
{
	size_t i;

	for (i = 0; i < tally->slots; i++)
		if (when >= tally->edges[i] && when < tally->edges[i + 1]) {
			*slot = i;
			return true;
		}
	return false;
}

void
tally_name(GHashTable *names, const char *name)
{
	gpointer before = g_hash_table_lookup(names, name);

	g_hash_table_insert(names, g_strdup(name),
		GINT_TO_POINTER(GPOINTER_TO_INT(before) + 1));
}

/* -- lines of Exim and Dovecot -------------------------------------------- */

/*
 * What sekishod has not seen, as it was away: "sekisho: id=X action=defer". A
 * 451 that it has told of itself is not counted twice, whichever comes first.
 */
static void
tell_exim(struct tally *tally, const struct logline *found, size_t slot)
{
	char *id, *action;

	if (!g_str_has_prefix(found->text, "sekisho: id="))
		return;
	action = logline_value(found->text, "action");
	id = g_strndup(found->id, found->id_len);
	tally->lines++;
	if (g_strcmp0(action, "defer") == 0 &&
	    g_hash_table_add(tally->deferred, g_strdup(id)))
		tally->numbers[TALLY_DEFER][slot]++;
	g_free(action);
	g_free(id);
}

static const struct {
	const char *action;
	enum tally_kind kind;
} deeds[] = {
	{ "hold", TALLY_FILED },
	{ "deliver", TALLY_RELEASED },
	{ "delete", TALLY_REMOVED },
	{ "expire", TALLY_EXPIRED },
	{ "evict", TALLY_EVICTED },
};

static void
tell_dovecot(struct tally *tally, const struct logline *found, size_t slot)
{
	char *action = logline_value(found->text, "action"),
		*result = logline_value(found->text, "result"),
		*approved = logline_value(found->text, "approved");
	enum tally_kind kind;
	size_t i;

	tally->lines++;
	for (i = 0; i < G_N_ELEMENTS(deeds); i++) {
		if (g_strcmp0(action, deeds[i].action) != 0 ||
		    g_strcmp0(result, "ok") != 0)
			continue;
		kind = deeds[i].kind;
		if (kind == TALLY_RELEASED && approved != NULL)
			kind = TALLY_APPROVED;
		tally->numbers[kind][slot]++;
	}
	g_free(action);
	g_free(result);
	g_free(approved);
}

void
tally_line(struct tally *tally, const char *line)
{
	void (*tell)(struct tally *, const struct logline *, size_t) = NULL;
	struct logline found;
	int64_t when;
	size_t slot;

	if (logline_exim(line, &found))
		tell = tell_exim;
	else if (logline_sekishod(line, &found))
		tell = tally_sekishod;
	else if (logline_dovecot(line, &found))
		tell = tell_dovecot;
	if (tell == NULL)
		return;
	/* Without a time it is of no day. */
	when = logline_time(line, tally->edges[0]);
	if (when != logline_time(line, tally->edges[0] + 1) ||
	    !tally_slot(tally, when, &slot))
		return;
	tell(tally, &found, slot);
}

/* -- sums ----------------------------------------------------------------- */

int64_t
tally_sum(const struct tally *tally, enum tally_kind kind)
{
	int64_t sum = 0;
	size_t i;

	for (i = 0; i < tally->slots; i++)
		sum += tally->numbers[kind][i];
	return sum;
}

static gint
compare_ms(gconstpointer a, gconstpointer b)
{
	uint32_t one = *(const uint32_t *)a, two = *(const uint32_t *)b;

	return one < two ? -1 : one > two;
}

int64_t
tally_percentile(struct tally *tally, size_t slot, unsigned int percent)
{
	GArray *ms = tally->ms[slot];
	guint rank;

	if (ms->len == 0)
		return -1;
	g_array_sort(ms, compare_ms);
	rank = (ms->len * percent + 99) / 100;
	return g_array_index(ms, uint32_t, rank == 0 ? 0 : rank - 1);
}

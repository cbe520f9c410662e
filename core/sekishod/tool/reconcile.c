/*
 * reconcile.c - `sekisho reconcile`: do the logs account for every message?
 *
 * The law (SPEC O5): accepted = delivered + held + deleted by a rule + refused,
 * and held = delivered + deleted + expired + still held; each once, and nothing
 * without having been looked at.
 */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "history.h"
#include "logs.h"
#include "reconcile.h"

#define BROKEN 1		/* exit status: a message breaks the law */

struct reconciliation {
	struct history history;
	unsigned long accepted, recipients, delivered, held, deleted, failed,
		waiting, removed, refused, unnamed;
	unsigned long held_delivered, held_deleted, held_expired, still_held;
	unsigned long broken;
};

/* Names a message that breaks the law; foreign bytes are made visible. */
static void
breaks(struct reconciliation *all, const struct history_message *message,
	const char *whom, const char *how)
{
	char *address = g_strescape(whom == NULL ? "" : whom, NULL);

	all->broken++;
	printf("broken %s%s%s: %s\n", message->id, whom == NULL ? "" : " ",
		address, how);
	g_free(address);
}

/* How often Dovecot did that for a user. */
static unsigned long
count_acts(const struct history_message *message, const char *user,
	const char *action)
{
	unsigned long count = 0;
	guint i;

	for (i = 0; i < message->acts->len; i++) {
		const struct history_act *act = message->acts->pdata[i];

		count += strcmp(act->user, user) == 0 &&
			strcmp(act->action, action) == 0;
	}
	return count;
}

/* Is it in the quarantine for sure, whoever said so? */
static bool
was_filed(const struct history_message *message, const char *user)
{
	return count_acts(message, user, "hold") > 0 ||
		count_acts(message, user, "hold-outside") > 0 ||
		count_acts(message, user, "there-already") > 0;
}

/* -- what Exim took over -------------------------------------------------- */

static bool
has_fate(const struct history_message *message, const char *recipient)
{
	guint i;

	for (i = 0; i < message->fates->len; i++) {
		const struct history_fate *fate = message->fates->pdata[i];

		if (g_ascii_strcasecmp(fate->recipient, recipient) == 0)
			return true;
	}
	return false;
}

/* Has an earlier line said the same? An alias may well lead to several. */
static bool
is_double(const struct history_message *message, guint index)
{
	const struct history_fate *fate = message->fates->pdata[index];
	guint i;

	for (i = 0; i < index; i++) {
		const struct history_fate *other = message->fates->pdata[i];

		if (strcmp(fate->recipient, other->recipient) == 0 &&
		    strcmp(fate->address, other->address) == 0 &&
		    fate->kind == other->kind)
			return true;
	}
	return false;
}

/* Returns how many copies went to the quarantine: for all outside it is one. */
static unsigned long
count_fates(struct reconciliation *all, const struct history_message *message)
{
	unsigned long held = 0, outside = 0;
	guint i;

	for (i = 0; i < message->fates->len; i++) {
		const struct history_fate *fate = message->fates->pdata[i];

		if (is_double(message, i))
			breaks(all, message, fate->recipient,
				"has the same fate twice");
		all->delivered += fate->kind == HISTORY_DELIVERED;
		all->deleted += fate->kind == HISTORY_DELETED;
		all->failed += fate->kind == HISTORY_FAILED;
		held += fate->kind == HISTORY_HELD;
		outside += fate->kind == HISTORY_HELD_OUTSIDE;
	}
	all->held += held + outside;
	return held + (outside > 0);
}

static void
check_recipients(struct reconciliation *all,
	const struct history_message *message)
{
	guint i;

	if (message->recipients == NULL) {
		all->unnamed++;
		return;
	}
	all->recipients += message->recipients->len;
	for (i = 0; i < message->recipients->len; i++) {
		const char *recipient = message->recipients->pdata[i];

		if (has_fate(message, recipient))
			continue;
		/* A killed Exim has not written its line. */
		if (was_filed(message, recipient))
			all->held++;
		else if (message->removed)
			all->removed++;
		else if (!message->completed)
			all->waiting++;
		else
			breaks(all, message, recipient, "was accepted and has "
				"no fate");
	}
}

/* Counts at most so many of them. Returns how many. */
static unsigned long
take(unsigned long *count, unsigned long events, unsigned long most)
{
	unsigned long taken = MIN(events, most);

	*count += taken;
	return taken;
}

/* -- what Dovecot holds --------------------------------------------------- */

/*
 * One copy of one user leaves the quarantine once, in one way; two are there
 * when mail to outside went to its keeper as well. Returns how many.
 */
static unsigned long
check_held(struct reconciliation *all, const struct history_message *message,
	const char *user)
{
	unsigned long filed = count_acts(message, user, "hold"),
		outside = count_acts(message, user, "hold-outside"),
		delivered = count_acts(message, user, "deliver"),
		deleted = count_acts(message, user, "delete"),
		expired = count_acts(message, user, "expire") +
			count_acts(message, user, "evict"),
		copies = filed > 0 && outside > 0 ? 2 : 1, left = copies;

	if (filed > 1 || outside > 1)
		breaks(all, message, user, "was filed twice");
	if (delivered > copies)
		breaks(all, message, user, "was delivered twice out of the "
			"quarantine");
	if (delivered > 0 && deleted + expired > 0 &&
	    delivered + deleted + expired > copies)
		breaks(all, message, user, "was delivered out of the "
			"quarantine and deleted there as well");
	left -= take(&all->held_delivered, delivered, left);
	left -= take(&all->held_deleted, deleted, left);
	left -= take(&all->held_expired, expired, left);
	all->still_held += left;
	return copies;
}

/* Returns how many copies were filed. */
static unsigned long
check_acts(struct reconciliation *all, const struct history_message *message)
{
	unsigned long users = 0;
	guint i;

	for (i = 0; i < message->acts->len; i++) {
		const struct history_act *act = message->acts->pdata[i];
		guint before = 0;

		while (strcmp(((const struct history_act *)
		    message->acts->pdata[before])->user, act->user) != 0)
			before++;
		if (before != i || !was_filed(message, act->user))
			continue;
		users += check_held(all, message, act->user);
	}
	return users;
}

/* -- the whole ------------------------------------------------------------ */

static void
check_message(struct reconciliation *all, const struct history_message *message)
{
	unsigned long held, filed = check_acts(all, message);

	if (!message->accepted) {
		all->refused += message->judged || message->refused;
		return;		/* or older than these logs */
	}
	all->accepted++;
	if (!message->judged)
		breaks(all, message, NULL, "was accepted, and Sekisho has not "
			"looked at it");
	held = count_fates(all, message);
	check_recipients(all, message);
	if (all->history.dovecot_lines > 0 && message->completed &&
	    held > filed)
		breaks(all, message, NULL, "was handed over to the quarantine "
			"and not filed there");
}

static void
check(struct reconciliation *all)
{
	GList *ids = g_list_sort(g_hash_table_get_keys(all->history.messages),
		(GCompareFunc)strcmp), *id;

	for (id = ids; id != NULL; id = id->next)
		check_message(all, g_hash_table_lookup(all->history.messages,
			id->data));
	g_list_free(ids);
}

static void
print(const struct reconciliation *all)
{
	printf("accepted messages=%lu recipients=%lu delivered=%lu held=%lu "
		"deleted=%lu failed=%lu waiting=%lu removed=%lu\n",
		all->accepted, all->recipients, all->delivered, all->held,
		all->deleted, all->failed, all->waiting, all->removed);
	printf("refused messages=%lu\n", all->refused);
	printf("held delivered=%lu deleted=%lu expired=%lu still-held=%lu\n",
		all->held_delivered, all->held_deleted, all->held_expired,
		all->still_held);
	if (all->unnamed > 0)
		printf("unchecked messages=%lu: Exim's log does not name their "
			"recipients; add +received_recipients to "
			"log_selector\n", all->unnamed);
	printf("law %s\n", all->broken == 0 ? "holds" : "broken");
}

static int
read_logs(struct reconciliation *all, char *paths[], int count)
{
	struct sekisho_error err = { "" };
	struct logs *logs = logs_open(paths, count, false, &err);
	const char *line;

	while (logs != NULL && (line = logs_next(logs, &err)) != NULL)
		if (!history_exim(&all->history, line))
			(void)history_dovecot(&all->history, line);
	logs_close(logs);
	if (*err.text == '\0')
		return 0;
	fprintf(stderr, "sekisho: %s\n", err.text);
	return -1;
}

int
reconcile_main(int argc, char *argv[])
{
	struct reconciliation all = { .broken = 0 };
	int status = EX_OK;

	if (argc < 2 || (argv[1][0] == '-' && argv[1][1] != '\0')) {
		fprintf(stderr, "usage: sekisho reconcile LOG ...\n");
		return EX_USAGE;
	}
	history_init(&all.history);
	if (read_logs(&all, argv + 1, argc - 1) < 0)
		status = EX_NOINPUT;
	if (status == EX_OK && all.history.exim_lines == 0) {
		fprintf(stderr, "sekisho: no line of Exim's main log is in "
			"these files\n");
		status = EX_DATAERR;
	}
	if (status == EX_OK) {
		check(&all);
		print(&all);
		status = all.broken > 0 ? BROKEN : EX_OK;
	}
	history_free(&all.history);
	return status;
}

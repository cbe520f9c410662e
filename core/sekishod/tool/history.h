/*
 * history.h - what became of each message, as the logs of Exim and Dovecot
 * tell it.
 *
 * The lines of several logs may come in any order: the two programs do not
 * know of each other. Lines of other kinds are passed over.
 */
#ifndef SEKISHO_HISTORY_H
#define SEKISHO_HISTORY_H

#include <glib.h>
#include <stdbool.h>

/* What Exim did with a recipient in the end. */
enum history_fate_kind {
	HISTORY_DELIVERED,
	HISTORY_HELD,		/* handed over to the quarantine */
	HISTORY_HELD_OUTSIDE,	/* the same, for the administrators */
	HISTORY_DELETED,	/* by a rule */
	HISTORY_FAILED,		/* and its sender was told */
};

struct history_fate {
	enum history_fate_kind kind;
	char *recipient;	/* of the envelope */
	char *address;		/* what an alias made of it, or the same */
};

/* What Dovecot did with a held message of one user. */
struct history_act {
	char *user;
	char *action;		/* hold, hold-outside, there-already, deliver,
				   delete, expire, evict, reclass */
};

struct history_message {
	char *id;		/* Exim's */
	bool accepted;		/* Exim took it over */
	bool judged;		/* by us, or let pass for a reason */
	bool refused;		/* 451 or a rule's reject, by us */
	bool completed;		/* Exim is done with it */
	bool removed;		/* from the queue, by hand */
	GPtrArray *recipients;	/* char *; NULL: the log does not say */
	GPtrArray *fates;	/* struct history_fate * */
	GPtrArray *acts;	/* struct history_act * */
};

struct history {
	GHashTable *messages;	/* id -> struct history_message */
	unsigned long exim_lines;	/* that told something */
	unsigned long dovecot_lines;
};

void history_init(struct history *history);
void history_free(struct history *history);

/* The message of that id; a new one if it was not known. Never NULL. */
struct history_message *history_message(struct history *history,
	const char *id);

/*
 * A line of a log without its end, Exim's main log or Dovecot's; foreign bytes
 * as far as names, addresses and subjects are in it. Returns true when it told
 * something.
 */
bool history_exim(struct history *history, const char *line);
bool history_dovecot(struct history *history, const char *line);

#endif

/*
 * logline.h - one line of a log that tells of a message: whose line it is,
 * what it is about, and the values in it.
 *
 * Lines come without their end. What strangers wrote is in them: it stands
 * behind the id, so it cannot pass for a line, but for what is behind it every
 * byte is possible.
 */
#ifndef SEKISHO_LOGLINE_H
#define SEKISHO_LOGLINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct logline {
	const char *id;		/* points into the line */
	size_t id_len;
	const char *text;	/* what follows the id, or in lines that are
				   "key=value" only, begins with it */
};

/* Is word, up to a blank or its end, an id of Exim? */
bool logline_is_id(const char *word);

/* When Exim began to receive the message of that id, in seconds since 1970. */
int64_t logline_id_time(const char *id);

/*
 * Lines of Exim's main log, of sekishod's log, and of our plug-ins in
 * Dovecot's. Return false when the line is none of these or is about no
 * message.
 */
bool logline_exim(const char *line, struct logline *found);
bool logline_sekishod(const char *line, struct logline *found);
bool logline_dovecot(const char *line, struct logline *found);

/*
 * Dovecot's own line "...: msgid=<...>: saved mail to INBOX": id is the
 * Message-ID with its angle brackets.
 */
bool logline_saved(const char *line, struct logline *found);

/*
 * When the line was written. The time that the line begins with may lack the
 * year: it is the one that comes first after since. Without a time, since.
 */
int64_t logline_time(const char *line, int64_t since);

/* The value in "word key=value key="value" ...", as it stands, or NULL. */
const char *logline_find(const char *text, const char *key);

/* The same without its quotes, for the caller to g_free(), or NULL. */
char *logline_value(const char *text, const char *key);

/*
 * The length of the address that begins at text, up to one of ends. They count
 * only outside of its quotes.
 */
size_t logline_address_len(const char *text, const char *ends);

/* The addresses between separators, for the caller to g_strfreev(). */
char **logline_addresses(const char *list, const char *separator);

/*
 * A value, as logline_find() returns it, without its quotes; next, unless it
 * is NULL, gets what follows. For the caller to g_free().
 */
char *logline_unquote(const char *value, const char **next);

/*
 * Whom an outcome in sekishod's log is for, "R4 tag [A] to a@x,b@y": what
 * follows its last " to ", or NULL. A tag may be called anything.
 */
const char *logline_whom(const char *outcome);

/* Its addresses, to be freed as above, and how many more it only counts. */
char **logline_named(const char *whom, unsigned long *more_r);

/* Exim's "address <recipient> R=router T=transport ...", all to be freed. */
struct logline_delivery {
	char *address;		/* what aliases made of the recipient */
	char *recipient;	/* of the envelope */
	bool aliased;		/* they differ in more than quotes */
	char *router, *transport;	/* empty: the line does not say */
	const char *rest;	/* what follows the addresses, in the line:
				   " R=...", ": reason" */
};

void logline_delivery_read(const char *text, struct logline_delivery *found);
void logline_delivery_free(struct logline_delivery *delivery);

/*
 * The recipients in Exim's "<= " line, for the caller to g_strfreev(); NULL: it
 * does not name them.
 */
char **logline_recipients(const char *text);

#endif

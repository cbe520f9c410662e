/*
 * story.h - what happened to one message, told from the lines of all logs.
 *
 * A message of Exim may have others that belong to it: copies with another
 * body, notices, bounces, and what left the quarantine of a gateway. They are
 * found by reading the logs until nothing new is found; then the lines are
 * told. Lines may come in any order. Their bytes are those of strangers until
 * story_print() has made them visible.
 */
#ifndef SEKISHO_STORY_H
#define SEKISHO_STORY_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* What a message of Exim is to the one that is asked for. */
enum story_role {
	STORY_ORIGINAL,
	STORY_COPY,
	STORY_NOTICE,
	STORY_BOUNCE,
	STORY_RELEASED,
};

/* What happened; within one second, in this order. */
enum story_kind {
	STORY_CAME,
	STORY_FOUND,
	STORY_DECIDED,
	STORY_REFUSED,
	STORY_MADE,		/* another message was made for it */
	STORY_HANDED,		/* over to the quarantine */
	STORY_FILED,
	STORY_DELIVERED,
	STORY_DONE,
	STORY_LATER,		/* in the quarantine */
};

struct story_event {
	int64_t when;
	enum story_kind kind;
	int rank;		/* of those who tell the same of a message,
				   who has the lowest is believed */
	bool aside;		/* of another message than the one asked for */
	guint number;		/* in the order of reading */
	char *id;
	char *text;
};

struct story {
	GHashTable *roles;	/* Exim's id -> enum story_role */
	GHashTable *message_ids;	/* "<...>", a set */
	bool by_message_id;	/* is asked for; more than one may have it */
	GPtrArray *events;
	/* Of the line that is being told: */
	char *id;
	int64_t when;
};

void story_init(struct story *story);
void story_free(struct story *story);

/* What the message of the line that is being told is. */
enum story_role story_role(const struct story *story);

/* Was another message found that is that to the one asked for? */
bool story_has(const struct story *story, enum story_role role);

/* Asks for a message: Exim's id, or a Message-ID with its angle brackets. */
void story_ask(struct story *story, const char *id);

/* Returns true when the line told of another message that belongs to it. */
bool story_follow(struct story *story, const char *line);

/* Adds what a line tells of the messages that were found. */
void story_tell(struct story *story, const char *line);

/* Returns false when there was no event; nothing is printed then. */
bool story_print(struct story *story, FILE *out);

/* For what tells of a line: one thing that happened. */
void story_add(struct story *story, enum story_kind kind, int rank,
	const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* What the story of its messages is told from, text being behind the id. */
void story_exim(struct story *story, const char *text);
void story_sekishod(struct story *story, const char *text);
void story_dovecot(struct story *story, const char *text);

#endif

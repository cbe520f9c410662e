/*
 * check_private.h - what the files check*.c share: the site as the
 * administrator names it, and how a look says what it found.
 *
 * An area is a part of the site, in a file of its own; its looks are made one
 * after the other. A look that says nothing has found that what it is about is
 * so. No look changes anything.
 */
#ifndef SEKISHO_CHECK_PRIVATE_H
#define SEKISHO_CHECK_PRIVATE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "config.h"
#include "policy.h"
#include "pool.h"

struct check {
	const char *config_file;
	const char *exim;		/* the program */
	const char *exim_config;	/* NULL: its own */
	const char *doveconf;
	const char *dovecot_config;	/* NULL: its own */
	const char *recipient;		/* of the rehearsal; NULL: postmaster */
	bool verbose;
	struct pool *pool;		/* of the run */
	struct config *config;		/* NULL: it is wrong */
	struct policy *policy;		/* NULL: it is wrong */
	const char *exim_text;		/* its whole configuration, lines end
					 * in LF; NULL outside of that area */
	const char *dovecot_text;	/* what is set in Dovecot's ... */
	bool dovecot_old;	/* ... 2.3; 2.4 has no plugin {} */
	const char *area;		/* being looked at */
	bool said;			/* the present look has said it */
	unsigned int wrong;		/* how much is */
};

struct check_look {
	const char *what;	/* is so, when nothing is said */
	void (*look)(struct check *check);
};

struct check_area {
	const char *name;
	bool (*begin)(struct check *check);	/* false: no look at it; it
						 * has said why */
	const struct check_look *looks;		/* ends with a NULL name */
};

extern const struct check_area check_daemon, check_signatures,
	check_directory, check_exim, check_rehearsal, check_dovecot,
	check_users, check_digest;

/* What is wrong, one sentence; mend is the line that mends it. */
void check_wrong(struct check *check, const char *mend, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* What could not be looked at, and why. */
void check_skip(struct check *check, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* It cannot be looked at, and what is missing for it has been said. */
void check_pass(struct check *check);

/* Milliseconds that a program may take which only reads configuration. */
#define CHECK_PATIENCE 20000

/*
 * What a program says, in the pool; argv ends with NULL. *status_r is its exit
 * status. Never NULL: "" and -1 when it could not be run.
 */
const char *check_run(struct check *check, const char *const *argv,
	int *status_r);

/* The first line of text, in the pool, without blanks around it. */
const char *check_line(struct check *check, const char *text);

/* Its first lines as one, without comments, when it says what is wrong. */
const char *check_words(struct check *check, const char *text);

/* Do both paths lead to one file, or are they the same text? */
bool check_same(const char *one, const char *other);

/* Can this user open the file for what mode (R_OK, W_OK, X_OK) says? */
bool check_can(const char *path, uid_t uid, gid_t gid, int mode);

/* The value of a macro of Exim in the pool, or NULL: it is not defined. */
const char *check_macro(struct check *check, const char *name);

/* Exim with two more arguments, the second may be NULL; as check_run(). */
const char *check_exim_says(struct check *check, const char *option,
	const char *argument, int *status_r);

#endif

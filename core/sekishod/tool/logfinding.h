/*
 * logfinding.h - the value of "findings" in sekishod's log, one by one:
 * "virus:Eicar(2 a.zip/b.com) unscannable:Name(message )".
 */
#ifndef SEKISHO_LOGFINDING_H
#define SEKISHO_LOGFINDING_H

#include <stdbool.h>

#include "inspection.h"

/* Texts are for logfinding_free(). */
struct logfinding {
	enum finding_kind kind;
	char *name;		/* of the signature, or the reason */
	char *part;		/* IMAP part specifier, or "message" */
	char *file;		/* with the member of an archive, or "" */
};

/*
 * Reads the finding that *text begins with and moves *text past it. Returns
 * false when there is none: at the end, or where it is malformed.
 */
bool logfinding_next(const char **text, struct logfinding *found);

void logfinding_free(struct logfinding *found);

#endif

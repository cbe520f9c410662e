/*
 * direction.h - whence and whither a message goes, as a whole.
 */
#ifndef SEKISHO_DIRECTION_H
#define SEKISHO_DIRECTION_H

#include "examine.h"

enum direction {
	DIRECTION_OF_INBOUND,
	DIRECTION_OF_OUTBOUND,
	DIRECTION_OF_LOCAL,		/* from inside to inside */
	DIRECTION_OF_BOTH,		/* from inside to both */
	DIRECTIONS			/* their number */
};

enum direction direction_of(const struct examination *ex);

/* As logs spell it. */
const char *direction_name(enum direction direction);

#endif

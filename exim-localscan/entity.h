/*
 * entity.h - a variant of the body: a MIME entity in a file of its own, its
 * header lines, an empty line, its body. Lines end in LF (plan.h).
 *
 * Linked into the module and into sekisho-variant; knows nothing of Exim.
 */
#ifndef SEKISHO_ENTITY_H
#define SEKISHO_ENTITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sekisho.h"

/* More bytes of MIME header lines than this are refused. */
#define ENTITY_HEADERS_MAX 16384u

struct entity {
	int fd;			/* the caller's; read with pread only */
	char *headers;		/* MIME header lines, each ends in LF */
	uint64_t body;		/* where the body begins */
	uint64_t size;		/* where it ends */
	uint64_t lines;		/* line feeds of the body when it is written */
	uint64_t zeros;		/* NUL bytes of the body */
	bool unfinished;	/* the last line has no LF; written with it */
};

/*
 * Reads and checks the whole entity in fd, which must stay open as long as
 * the entity is used. Returns 0 or -1; free with entity_free().
 */
int entity_load(struct entity *entity_r, int fd, struct sekisho_error *err);

/* Frees the header lines; the descriptor stays the caller's. */
void entity_free(struct entity *entity);

/*
 * Writes the body at the position of out, with CRLF line ends if asked.
 * Returns 0 or -1.
 */
int entity_write_body(const struct entity *entity, int out, bool crlf,
	struct sekisho_error *err);

/*
 * True when a header line (name, colon, value) describes the MIME structure:
 * MIME-Version or Content-*. These belong to the body and change with it.
 */
bool entity_owns_header(const char *line, size_t len);

/* Writes all bytes; EINTR does not matter. Returns 0 or -1 with errno. */
int entity_write(int fd, const char *data, size_t len);

#endif

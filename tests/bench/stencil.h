/*
 * stencil.h - a mail that is sent many times, each time with other marks.
 *
 * A file is what a client sends after 354, with its dot at the end. Each run
 * of twelve "@" in it is a mark, which becomes a word in letters of Base64: it
 * may lie inside an encoded file.
 */
#ifndef STENCIL_H
#define STENCIL_H

#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#define MARK "@@@@@@@@@@@@"
#define MARK_LEN 12
#define MARKS_MAX 8

struct stencil {
	char *text;
	size_t len;
	size_t marks[MARKS_MAX];	/* where they begin */
	unsigned int mark_count;
	unsigned int head_marks;	/* those before the empty line */
};

/* One mail on its way. */
struct sheet {
	const struct stencil *stencil;
	char head[MARK_LEN], body[MARK_LEN];
	size_t sent;
};

/* Reads a file, which stays until the program ends; NULL: errno says why. */
struct stencil *
stencil_read(const char *path);

/* A mail of which nothing was sent; equal numbers become equal words. */
void
sheet_begin(struct sheet *sheet, const struct stencil *stencil,
	uint64_t head, uint64_t body);

size_t
sheet_left(const struct sheet *sheet);

/* Sends what the socket takes at once; as send(2). */
ssize_t
sheet_send(struct sheet *sheet, int fd);

#endif

/*
 * transfer.h - transfer encodings (RFC 2045 section 6) and encoded words
 * (RFC 2047): written, read, and spliced in place.
 */
#ifndef SEKISHO_TRANSFER_H
#define SEKISHO_TRANSFER_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"

enum transfer {
	TRANSFER_IDENTITY,	/* 7bit, 8bit, binary, none */
	TRANSFER_QP,
	TRANSFER_BASE64,
	TRANSFER_UNKNOWN	/* x-uuencode and the like */
};

/* What a Content-Transfer-Encoding value means; NULL or "" is identity. */
enum transfer transfer_of(const char *value);

/* Is a line longer than mail may have (RFC 5322, 2.1.1)? They end in LF. */
bool transfer_has_long_line(const char *text);

/* Base 64 in lines of 76, each ends in LF. */
void transfer_add_base64(struct sekisho_buf *buf, const char *data, size_t len);

/* The same for text, whose line ends become CRLF (RFC 2045 section 6.8). */
void transfer_add_base64_text(struct sekisho_buf *buf, const char *text,
	size_t len);

/* Text with CRLF for each line end. */
void transfer_add_crlf(struct sekisho_buf *buf, const char *text, size_t len);

/*
 * Quoted-printable; LF and CRLF are line ends. Lines end in LF; a last line
 * without LF stays so.
 */
void transfer_add_qp(struct sekisho_buf *buf, const char *data, size_t len);

/*
 * Encoded words (UTF-8, B) for valid UTF-8, each of whole characters, parted
 * by "\n "; the first one is set where column bytes of the line are used.
 */
void transfer_add_words(struct sekisho_buf *buf, const char *text, size_t len,
	size_t column);

/*
 * Appends the decoded bytes. Returns 0, or -1 when they are not what they say
 * they are (letters outside Base 64, an unknown encoding).
 */
int transfer_decode(enum transfer transfer, const char *raw, size_t len,
	struct sekisho_buf *out);

/* A place in an encoded body and what goes there. */
struct transfer_splice {
	size_t start;			/* raw bytes [start, end) ... */
	size_t end;
	struct sekisho_buf text;	/* ... become this; the caller frees */
};

/* What is inserted. Base 64 needs a multiple of three bytes: blanks fill up. */
struct transfer_insert {
	const char *data;
	size_t len;
	size_t pad_at;		/* where in data the blanks go */
};

/*
 * Finds how to insert bytes so that they stand before decoded byte offset.
 * Everything outside the splice decodes as before. Returns 0, or -1 when the
 * body is too odd (see transfer_decode()).
 */
int transfer_splice_at(enum transfer transfer, const char *raw, size_t len,
	size_t offset, const struct transfer_insert *insert,
	struct transfer_splice *splice_r);

#endif

/*
 * mime.h - a message as a tree of MIME parts with their places in its bytes.
 *
 * Part 0 is the message itself, a message/rfc822 with one child; its child,
 * part 1, is the root entity: the text of a simple mail, or a multipart. So
 * every multipart and every message/rfc822 is a part of its own, and a part
 * comes before its children (reading order). Indices are those of inspection.h.
 *
 *	... --boundary LF | header lines, LF | body | LF --boundary
 *	               start           body_start  end
 */
#ifndef SEKISHO_MIME_H
#define SEKISHO_MIME_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"
#include "pool.h"

#define MIME_DEPTH_MAX 100u	/* parts inside parts */
#define MIME_PARTS_MAX 20000u

/* All texts are never NULL; "" means none. */
struct mime_part {
	size_t parent;		/* index; part 0 is its own parent */
	size_t children;	/* how many parts have this one as parent */
	size_t depth;		/* 0 for part 0 */
	size_t start;		/* first byte of its header lines */
	size_t body_start;	/* behind the empty line */
	size_t end;		/* behind the body; the line end before the
				 * delimiter line does not belong to it */
	const char *path;	/* "1.2" (RFC 9051 6.4.5); "TEXT", "3.TEXT" for
				 * the root multipart of a message; "" of part
				 * 0 */
	const char *type;	/* "application/zip", lower case; the default
				 * (RFC 2045 5.2) when there is none */
	const char *charset;	/* parameter of Content-Type as it stands */
	const char *encoding;	/* Content-Transfer-Encoding, lower case */
	const char *boundary;	/* of a multipart */
	const char *filename;	/* decoded: RFC 2231, RFC 2047, raw 8 bit;
				 * UTF-8, one line, see text.h */
	const char *smime_type;	/* parameter of application/pkcs7-mime */
	bool leaf;		/* no multipart, no message/rfc822; also a
				 * multipart without boundary, and a message
				 * that is transfer-encoded: just files */
	bool attachment;	/* file name, or Content-Disposition says so */
	bool sealed;		/* it or a part around it is signed or
				 * encrypted: not a byte of it may change */
};

struct mime {
	const char *message;		/* the caller's, not copied */
	size_t len;
	struct mime_part *parts;
	size_t count;			/* at least 1 */
	const char *doubt;		/* "" or why there is no tree: too
					 * deep, too many parts; then only part
					 * 0 is there */
	/* From the header fields of the message; decoded, one line. */
	const char *from;		/* address of the first From mailbox */
	const char *subject;
	const char *message_id;		/* with angle brackets */
	const char *date;
	bool automatic;			/* see inspection.h */
	bool list;
};

/*
 * Prepares GMime; call it once before the jail is entered (calling it again
 * does nothing).
 */
void mime_init(void);

/*
 * Parses a message. Never fails; see ->doubt. All that it returns lives in
 * pool, message must live as long.
 */
struct mime *mime_parse(const char *message, size_t len, struct pool *pool);

/*
 * Appends the decoded bytes of a leaf (of another part: its bytes as they are).
 * Lenient as mail programs are: odd letters in Base 64 are left out. Look at
 * out->failed afterwards.
 */
void mime_decode(const struct mime *mime, size_t part,
	struct sekisho_buf *out);

#endif

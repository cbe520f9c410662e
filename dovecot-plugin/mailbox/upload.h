/*
 * upload.h - messages that a client uploads with APPEND (RFC 3502: several in
 * one command), kept until the command is complete.
 */
#ifndef SEKISHO_UPLOAD_H
#define SEKISHO_UPLOAD_H

#include "sekisho-plugin.h"
#include "held.h"
#include "release.h"

struct upload {
	struct istream *message;	/* seekable */
	struct sekisho_held held;	/* what its field X-Sekisho-Held says */
	struct marks marks;
};

struct uploads;

/* An empty list; errors are set for box. Free it with uploads_free(). */
struct uploads *uploads_new(struct mailbox *box);

/* One message, as save_begin and save_continue bring it: 0 or -1. */
void uploads_begin(struct uploads *uploads,
	const struct mail_save_context *ctx, struct istream *input);
int uploads_continue(struct uploads *uploads);

/*
 * Returns 1, 0 when the message is none that was held, or -1. With 0 the
 * message is not kept: *other_r, unless other_r is NULL, is the caller's.
 */
int uploads_finish(struct uploads *uploads, struct istream **other_r);

/* Forgets the message that is not finished, if there is one. */
void uploads_cancel(struct uploads *uploads);

/* The finished messages, in their order. */
const struct upload *uploads_get(const struct uploads *uploads,
	unsigned int *count_r);

/* Sets the pointer to NULL, which it may be already. */
void uploads_free(struct uploads **uploads);

#endif

/*
 * sekisho.h - limits and the error that all parts of Sekisho share.
 *
 * Whoever reads bytes of somebody else checks them against these limits.
 */
#ifndef SEKISHO_H
#define SEKISHO_H

#include <stddef.h>

#define SEKISHO_VERSION "0.1"

/* Where sekishod listens unless the administrator says otherwise. */
#define SEKISHO_SCAN_SOCKET "/run/sekisho/scan.sock"
#define SEKISHO_CONTROL_SOCKET "/run/sekisho/control.sock"

#define SEKISHO_FRAME_MAX (32u << 20)	/* bytes of one frame */
#define SEKISHO_RECIPIENTS_MAX 50000u	/* recipients of one message */
#define SEKISHO_OUTCOMES_MAX 256u	/* different outcomes of one message */
#define SEKISHO_VARIANTS_MAX 8u		/* different bodies of one message */
#define SEKISHO_NOTICES_MAX 4096u	/* notices that one message causes */
#define SEKISHO_MESSAGE_MAX (1ull << 30) /* bytes of one message */

/* One clear sentence, without a line feed at its end. */
struct sekisho_error {
	char text[512];
};

/*
 * Sets the sentence; err may be NULL. Control characters are replaced by "?",
 * so the text can be logged as it is. Always returns -1, so that a caller may
 * write "return sekisho_error_set(err, ...)".
 */
int sekisho_error_set(struct sekisho_error *err, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif

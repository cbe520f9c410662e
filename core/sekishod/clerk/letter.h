/*
 * letter.h - a mail of ours to one person, from a template: made, and handed to
 * the site's mail server.
 */
#ifndef SEKISHO_LETTER_H
#define SEKISHO_LETTER_H

#include "inquiry.h"
#include "submission.h"
#include "template.h"

struct letter {
	const char *template;	/* "digest", "account-reset" ... */
	const char *to;
	const char *language;	/* "ja", "en", "": as the policy's notices */
	const struct template_value *values;
	size_t value_count;
	const struct template_row *rows;	/* for {EACH} */
	size_t row_count;
};

/* The whole message (in the inquiry's pool), or NULL with err set. */
const char *letter_compose(const struct inquiry *inquiry,
	const struct letter *letter, size_t *len_r,
	struct sekisho_error *err);

/* Composes and submits it. err is set unless it is done. */
enum submission_result letter_send(const struct inquiry *inquiry,
	const struct letter *letter, struct sekisho_error *err);

#endif

/*
 * notice.h - mails that tell a person what was done (SPEC N1 to N4).
 */
#ifndef SEKISHO_NOTICE_H
#define SEKISHO_NOTICE_H

#include <stddef.h>
#include <time.h>

#include "pool.h"
#include "sekisho.h"
#include "template.h"

struct notice_request {
	const char *directory;	/* of the templates: NAME.LANGUAGE.txt, and
				 * beside it, if wanted, NAME.LANGUAGE.html */
	const char *template;	/* "virus", "violation", ... */
	const char *language;	/* "en", "ja" */
	const char *from;
	const char *to;
	const char *message_id;	/* of the notice itself, with brackets */
	time_t date;
	const struct template_value *values;
	size_t value_count;
	const struct template_row *rows;	/* for {EACH} */
	size_t row_count;
};

/*
 * Makes a whole message (lines end in LF): a text, or where there is a template
 * in HTML as well, multipart/alternative (RFC 2046). Names outside ASCII in
 * header fields become encoded words. Returns the text (in pool), or NULL with
 * "file:line: reason" when the template is missing or wrong.
 */
const char *notice_compose(const struct notice_request *request,
	struct pool *pool, size_t *len_r, struct sekisho_error *err);

#endif

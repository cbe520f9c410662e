/*
 * rewrite_stamp.c - choose the parts that get the stamps (SPEC R15).
 *
 * The third step of rewrite_message(): the text that the reader sees first, in
 * every alternative. Where that is not possible, job->wrap asks rewrite.c to
 * put the old message behind a part with the stamps.
 */
#include <string.h>

#include "mimefield.h"
#include "rewrite_job.h"
#include "stamp.h"

enum found {
	FOUND_NOTHING,	/* no text here, look further */
	FOUND_TEXT,	/* in the list of targets */
	FOUND_SEALED	/* a text that must not be touched */
};

struct target_list {
	size_t *parts;
	size_t count;
};

static void
target_add(struct rewrite_job *job, struct target_list *list, size_t part)
{
	size_t *target = pool_append(job->pool, &list->parts, &list->count,
		sizeof(*target));

	*target = part;
}

static bool
part_is_text(const struct mime_part *part)
{
	return !part->attachment && (strcmp(part->type, "text/plain") == 0 ||
		strcmp(part->type, "text/html") == 0);
}

/* A multipart is judged by its children; see find_part(). */
static enum found find_part(struct rewrite_job *job, struct target_list *list,
	size_t part);

static enum found
find_in_multipart(struct rewrite_job *job, struct target_list *list,
	size_t part)
{
	const struct mime *mime = job->mime;
	bool all = strcmp(mime->parts[part].type,
		"multipart/alternative") == 0;
	enum found found = FOUND_NOTHING, one;
	size_t i, left = mime->parts[part].children;

	for (i = part + 1; i < mime->count && left > 0; i++) {
		if (mime->parts[i].parent != part)
			continue;
		left--;
		one = find_part(job, list, i);
		if (one > found)
			found = one;
		if (found != FOUND_NOTHING && !all)
			break;
	}
	return found;
}

static enum found
find_part(struct rewrite_job *job, struct target_list *list, size_t part)
{
	const struct mime_part *p = &job->mime->parts[part];

	if (p->sealed)
		return FOUND_SEALED;
	if (part_is_text(p)) {
		target_add(job, list, part);
		return FOUND_TEXT;
	}
	if (p->leaf || job->replaced[part] != NULL)
		return FOUND_NOTHING;
	if (strcmp(p->type, "message/rfc822") == 0)
		return p->attachment ? FOUND_NOTHING : FOUND_SEALED;
	return find_in_multipart(job, list, part);
}

/* The header fields of a part that is UTF-8 now. */
static void
target_set_fields(struct rewrite_job *job, size_t part,
	const struct stamp_change *change)
{
	struct sekisho_buf line;
	const char *field;
	size_t len;

	field = rewrite_field(job, part, "Content-Type", &len);
	sekisho_buf_init(&line, SEKISHO_MESSAGE_MAX);
	mimefield_add_utf8(&line, field, len, job->mime->parts[part].type);
	if (line.data != NULL)
		rewrite_set_field(job, part, "Content-Type", line.data);
	sekisho_buf_free(&line);
	rewrite_set_field(job, part, "Content-Transfer-Encoding",
		pool_printf(job->pool, "Content-Transfer-Encoding: %s\n",
		change->encoding));
	rewrite_field(job, part, "MIME-Version", &len);
	if (part == 1 && len == 0)
		rewrite_set_field(job, part, "MIME-Version",
			"MIME-Version: 1.0\n");
}

static int
target_change(struct rewrite_job *job, size_t part, struct stamp_change *change)
{
	const struct mime_part *p = &job->mime->parts[part];
	struct stamp_part text = {
		.html = strcmp(p->type, "text/html") == 0,
		.charset = p->charset,
		.transfer = transfer_of(p->encoding),
		.eight_bit = strcmp(p->encoding, "8bit") == 0 ||
			strcmp(p->encoding, "binary") == 0,
	};

	if (p->end < p->body_start || p->end > job->mime->len)
		return -1;
	text.body = job->mime->message + p->body_start;
	text.len = p->end - p->body_start;
	return stamp_part(&text, job->lines, change);
}

/* A text that was taken out has the stamps in the text in its place. */
static void
target_apply(struct rewrite_job *job, size_t part, struct stamp_change *change)
{
	size_t body = job->mime->parts[part].body_start;
	struct splice splice;

	if (job->replaced[part] != NULL) {
		job->replaced[part] = pool_printf(job->pool, "%s\n%s",
			job->lines, job->replaced[part]);
		return;
	}
	if (change->recoded)
		target_set_fields(job, part, change);
	splice.start = body + change->splice.start;
	splice.end = body + change->splice.end;
	splice.text = change->splice.text.data;
	splice.len = change->splice.text.len;
	splice_add(&job->splices, job->pool, &splice);
}

void
rewrite_stamp(struct rewrite_job *job)
{
	struct target_list list = { 0 };
	struct stamp_change *changes;
	size_t i;

	job->wrap = true;
	if (job->mime->count < 2 || find_part(job, &list, 1) != FOUND_TEXT)
		return;
	changes = pool_array(job->pool, list.count, sizeof(*changes));
	for (i = 0; i < list.count; i++)
		if (job->replaced[list.parts[i]] == NULL &&
		    target_change(job, list.parts[i], &changes[i]) != 0)
			goto out;
	for (i = 0; i < list.count; i++)
		target_apply(job, list.parts[i], &changes[i]);
	job->wrap = false;
out:
	for (i = 0; i < list.count; i++)
		sekisho_buf_free(&changes[i].splice.text);
}

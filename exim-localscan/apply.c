/*
 * apply.c - third step: a checked plan is carried out.
 *
 * What all delivered recipients share - a body, a tag - is changed in the
 * message itself; what differs is left to the routers (routing.c) and, for
 * bodies, to variant files (variant.c). Whatever fails, fails before Exim
 * accepts the message: the client is told to come back and the spool file,
 * changed or not, is thrown away.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "change.h"
#include "exim-compat.h"
#include "held.h"
#include "localscan.h"

/* Longer header texts do not fit into Exim's header_add(). */
#define HEADER_TEXT_MAX 16384u

static const struct sekisho_outcome *
outcome_of(const struct localscan_change *change, size_t recipient)
{
	const struct sekisho_plan *plan = change->plan;

	return &plan->outcomes[plan->recipient_outcome[recipient]];
}

/*
 * A held message is the original (SPEC Q1): it must stay in the spool, and
 * those who get the mail get their changes from the routers.
 */
static void
change_keep_original(struct localscan_change *change)
{
	const struct sekisho_outcome *first = change->first;

	if (change->held == 0 || first == NULL)
		return;
	if (first->variant > 0)
		change->same_body = false;
	if (first->subject[0] != '\0' || first->headers[0] != '\0')
		change->same_headers = false;
}

/* Counts the fates and finds what the delivered recipients share. */
static int
change_survey(struct localscan_change *change, struct sekisho_error *err)
{
	const struct sekisho_outcome *outcome, *first;
	size_t i;

	change->same_body = true;
	change->same_headers = true;
	for (i = 0; i < change->message->recipient_count; i++) {
		outcome = outcome_of(change, i);
		change->held += outcome->fate == SEKISHO_HOLD;
		change->rejected += outcome->fate == SEKISHO_REJECT;
		if (outcome->fate != SEKISHO_DELIVER)
			continue;
		if (strlen(outcome->subject) > HEADER_TEXT_MAX ||
		    strlen(outcome->headers) > HEADER_TEXT_MAX)
			return sekisho_error_set(err,
				"plan: a header is too long for Exim");
		if (change->first == NULL)
			change->first = outcome;
		first = change->first;
		if (outcome->variant != first->variant)
			change->same_body = false;
		if (strcmp(outcome->subject, first->subject) != 0 ||
		    strcmp(outcome->headers, first->headers) != 0)
			change->same_headers = false;
		if (outcome->variant > 0)
			change->variant_needed[outcome->variant - 1] = true;
	}
	change_keep_original(change);
	return 0;
}

/* Reads every body that will be written, before anything is written. */
static int
change_load_variants(struct localscan_change *change,
	const struct sekisho_frame *frame, struct sekisho_error *err)
{
	size_t i;

	for (i = 0; i < SEKISHO_VARIANTS_MAX; i++) {
		if (!change->variant_needed[i])
			continue;
		if (i >= frame->fd_count)
			return sekisho_error_set(err,
				"plan: variant %zu did not come along", i + 1);
		if (entity_load(&change->variants[i], frame->fds[i], err) < 0)
			return -1;
	}
	return 0;
}

/*
 * Puts the body into the spool file. Exim fsynced the file before and will
 * not do so again; a wrong body_linecount would cut the mail at the next hop.
 */
static int
spool_replace_body(const struct entity *entity, int fd,
	const struct sekisho_message *message, struct sekisho_error *err)
{
	off_t start = (off_t)message->body_start;

	if (ftruncate(fd, start) < 0 || lseek(fd, start, SEEK_SET) < 0)
		return sekisho_error_set(err, "spool file: %s",
			strerror(errno));
	if (entity_write_body(entity, fd, message->body_crlf, err) < 0)
		return -1;
	if (fsync(fd) < 0)
		return sekisho_error_set(err, "spool file: fsync: %s",
			strerror(errno));
	if (!message->body_crlf)
		body_linecount = (int)entity->lines;
	body_zerocount = (int)entity->zeros;
	return 0;
}

static void
headers_replace_mime(const struct entity *entity)
{
	header_line *h;

	for (h = header_list; h != NULL; h = h->next)
		if (h->type != '*' && h->slen > 0 && entity_owns_header(
		    (const char *)h->text, (size_t)h->slen))
			h->type = '*';
	if (entity->headers[0] != '\0')
		header_add(' ', "%s", entity->headers);
}

static void
headers_change(const struct sekisho_outcome *outcome)
{
	if (outcome->subject[0] != '\0') {
		header_remove(0, US "Subject");
		header_add(' ', "%s", outcome->subject);
	}
	if (outcome->headers[0] != '\0')
		header_add(' ', "%s", outcome->headers);
}

static int
change_carry_out(const struct localscan_change *change, int fd,
	struct sekisho_error *err)
{
	const struct sekisho_outcome *first = change->first;
	const struct entity *entity;

	if (!change->same_body && localscan_variants_store(change, err) < 0)
		return -1;
	if (localscan_routing_set(change, err) < 0)
		return -1;
	if (first != NULL && change->same_body && first->variant > 0) {
		entity = &change->variants[first->variant - 1];
		if (spool_replace_body(entity, fd, change->message, err) < 0)
			return -1;
		headers_replace_mime(entity);
	}
	if (first != NULL && change->same_headers)
		headers_change(first);
	return 0;
}

void
localscan_strip(bool keep_released)
{
	static const char *const names[] = { SEKISHO_HELD_HEADER,
		SEKISHO_REASON_HEADER, SEKISHO_RELEASED_HEADER };
	size_t i, count = sizeof(names) / sizeof(*names) -
		(keep_released ? 1 : 0);
	header_line *h;

	for (h = header_list; h != NULL; h = h->next)
		for (i = 0; i < count; i++)
			if (header_testname(h, US names[i],
			    (int)strlen(names[i]), TRUE))
				h->type = '*';
}

int
localscan_apply(const struct sekisho_message *message,
	const struct sekisho_plan *plan, const struct sekisho_frame *frame,
	int fd, const char **reject_r, struct sekisho_error *err)
{
	struct localscan_change change = { .message = message, .plan = plan };
	int result = -1;
	size_t i;

	*reject_r = NULL;
	if (change_survey(&change, err) < 0)
		goto out;
	if (change.rejected == message->recipient_count) {
		*reject_r = outcome_of(&change, 0)->text;
		result = 0;
		goto out;
	}
	if (change_load_variants(&change, frame, err) < 0 ||
	    change_carry_out(&change, fd, err) < 0)
		goto out;
	result = 0;
out:
	for (i = 0; i < SEKISHO_VARIANTS_MAX; i++)
		entity_free(&change.variants[i]);
	return result;
}

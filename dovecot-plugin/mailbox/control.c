/*
 * control.c - the plug-in's questions to sekishod. They block this user's
 * process, and nobody else's, until their deadline.
 */
#include "control.h"
#include "outgoing.h"
#include "request.h"

#include <str.h>

#define RESCAN_MS 120000
#define RELEASE_MS 120000
#define TEXT_MAX 200

/* What sekishod says may quote a stranger, and goes into an IMAP response. */
static const char *
one_line(const char *text)
{
	string_t *line = t_str_new(TEXT_MAX);

	for (; *text != '\0' && str_len(line) < TEXT_MAX; text++)
		str_append_c(line, *text >= ' ' && *text < 0x7f ? *text : '?');
	return str_c(line);
}

int
control_refuse(struct control_refusal *refusal_r, enum mail_error error,
	const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	refusal_r->error = error;
	refusal_r->text = one_line(t_strdup_vprintf(fmt, args));
	va_end(args);
	return -1;
}

int
control_ask(const struct sekisho_user *user,
	const struct sekisho_request *request, int fd, int ms,
	struct sekisho_answer *answer_r)
{
	struct sekisho_error err;

	if (sekisho_request_call(user->socket, request, fd,
	    sekisho_deadline(ms), answer_r, &err) == 0)
		return 0;
	i_error("sekisho: %s: %s", request->verb, err.text);
	return -1;
}

/* The scanner said nothing: what that means is a setting. */
static int
unscanned(const struct sekisho_user *user, const char **outcome_r,
	struct control_refusal *refusal_r)
{
	*outcome_r = "unavailable";
	if (user->rescan == RESCAN_TRY)
		return 0;
	return control_refuse(refusal_r, MAIL_ERROR_UNAVAILABLE, "The virus "
		"scanner does not answer, so held mail stays where it is; "
		"try again later");
}

int
control_scan(const struct sekisho_user *user, struct istream *outgoing,
	struct sekisho_answer *answer_r)
{
	struct sekisho_request request = { .verb = "rescan" };
	int fd = outgoing_open(outgoing), ret = -1;

	if (fd >= 0)
		ret = control_ask(user, &request, fd, RESCAN_MS, answer_r);
	i_close_fd(&fd);
	return ret < 0 || answer_r->status == SEKISHO_STATUS_UNAVAILABLE ?
		-1 : 0;
}

int
control_rescan(const struct sekisho_user *user, struct istream *outgoing,
	const char **outcome_r, struct control_refusal *refusal_r)
{
	struct sekisho_answer answer = { 0 };
	int result = -1;

	*outcome_r = "off";
	if (user->rescan == RESCAN_OFF)
		return 0;
	if (control_scan(user, outgoing, &answer) < 0) {
		result = unscanned(user, outcome_r, refusal_r);
	} else if (answer.status == SEKISHO_STATUS_OK) {
		*outcome_r = "clean";
		result = 0;
	} else {
		*outcome_r = "refused";
		control_refuse(refusal_r, MAIL_ERROR_PERM, "Today's scan "
			"found %s; an administrator can release it",
			answer.text);
	}
	sekisho_answer_free(&answer);
	return result;
}

int
control_release(const struct sekisho_user *user, const char *held_field,
	int fd, struct control_refusal *refusal_r)
{
	struct sekisho_field fields[] = {
		{ "user", user->address },
		{ "header", held_field },
	};
	struct sekisho_request request = { "release", fields, 2 };
	struct sekisho_answer answer = { 0 };
	int result = -1;

	if (control_ask(user, &request, fd, RELEASE_MS, &answer) < 0)
		control_refuse(refusal_r, MAIL_ERROR_UNAVAILABLE, "sekishod "
			"does not answer, so the message stays here; try "
			"again later");
	else if (answer.status == SEKISHO_STATUS_OK)
		result = 0;
	else if (answer.status == SEKISHO_STATUS_UNAVAILABLE)
		control_refuse(refusal_r, MAIL_ERROR_UNAVAILABLE, "The "
			"message was not sent on, so it stays here; try again "
			"later: %s", answer.text);
	else
		control_refuse(refusal_r, MAIL_ERROR_NOTPOSSIBLE, "The "
			"message is refused, so it stays here: %s",
			answer.text);
	sekisho_answer_free(&answer);
	return result;
}

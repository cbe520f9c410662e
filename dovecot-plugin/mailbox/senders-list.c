/*
 * senders-list.c - questions to sekishod about lists of senders.
 */
#include "senders-list.h"

#define CHANGE_MS 20000
#define READ_MS 5000		/* a client waits that only wants to look */

const char *
senders_word(enum senders which)
{
	return which == SENDERS_BLOCKED ? "blocked" : "approved";
}

/* verb: what stands behind "approved-" or "blocked-". */
static int
ask(const struct sekisho_user *user, const char *verb,
	const struct senders_edit *edit, int ms,
	struct sekisho_answer *answer_r)
{
	struct sekisho_field *fields = t_new(struct sekisho_field,
		edit->count + 1);
	struct sekisho_request request = {
		t_strdup_printf("%s-%s", senders_word(edit->which), verb),
		fields, edit->count + 1 };
	unsigned int i;

	fields[0] = (struct sekisho_field){ "user", user->address };
	for (i = 0; i < edit->count; i++)
		fields[i + 1] = (struct sekisho_field){ "entry",
			edit->entries[i] };
	return control_ask(user, &request, -1, ms, answer_r);
}

/* The values of the fields "entry", NULL at the end. */
static const char *const *
copy_entries(const struct sekisho_answer *answer, unsigned int *count_r)
{
	const char **entries = t_new(const char *, answer->field_count + 1);
	size_t i;

	*count_r = 0;
	for (i = 0; i < answer->field_count; i++)
		if (strcmp(answer->fields[i].name, "entry") == 0)
			entries[(*count_r)++] =
				t_strdup(answer->fields[i].value);
	return entries;
}

static int
read_list(const struct sekisho_user *user, const char *verb,
	struct senders_list *list_r)
{
	struct senders_edit all = { .which = list_r->which };
	struct sekisho_answer answer = { 0 };
	int ret = ask(user, verb, &all, READ_MS, &answer);

	if (ret == 0 && answer.status != SEKISHO_STATUS_OK &&
	    answer.status != SEKISHO_STATUS_NOT_FOUND)
		ret = -1;
	if (ret == 0) {
		list_r->entries = copy_entries(&answer, &list_r->count);
		list_r->token = t_strdup(sekisho_field_get(answer.fields,
			answer.field_count, "token"));
	}
	sekisho_answer_free(&answer);
	return ret;
}

int
senders_list_read(const struct sekisho_user *user,
	struct senders_list *list_r)
{
	return read_list(user, "list", list_r);
}

int
senders_list_token(const struct sekisho_user *user, enum senders which,
	const char **token_r)
{
	struct senders_list list = { .which = which };
	int ret = read_list(user, "token", &list);

	if (ret == 0)
		*token_r = list.token;
	return ret;
}

static const char *
answer_field(const struct sekisho_answer *answer, const char *name)
{
	return sekisho_field_get(answer->fields, answer->field_count, name);
}

/* In the words of somebody who has just moved, copied or saved a mail. */
static int
refuse_addition(const struct sekisho_user *user,
	const struct sekisho_answer *answer, const struct senders_edit *edit,
	struct control_refusal *refusal_r)
{
	const char *stays = edit->held ? " and the mail stays here" : "";
	const char *word = senders_word(edit->which);

	switch (answer->status) {
	case SEKISHO_STATUS_OK:
	case SEKISHO_STATUS_EXISTS:
		return 0;
	case SEKISHO_STATUS_LIMIT:
		return control_refuse(refusal_r, MAIL_ERROR_LIMIT, "The list "
			"of %s senders is full (%s at most), so nobody was "
			"%s%s; delete an entry first", word,
			answer_field(answer, "limit"), word, stays);
	case SEKISHO_STATUS_NOT_FOUND:
		return control_refuse(refusal_r, MAIL_ERROR_NOTPOSSIBLE, "%s "
			"has no active account, so nobody can be %s%s",
			user->address, word, stays);
	case SEKISHO_STATUS_INVALID:
		return control_refuse(refusal_r, MAIL_ERROR_NOTPOSSIBLE,
			"Nobody was %s%s: \"%.60s\": %s", word, stays,
			answer_field(answer, "entry"), answer->text);
	case SEKISHO_STATUS_REFUSED:
		return control_refuse(refusal_r, MAIL_ERROR_NOTPOSSIBLE,
			"Nobody was %s%s: %s", word, stays, answer->text);
	case SEKISHO_STATUS_UNAVAILABLE:
	case SEKISHO_STATUSES:
		break;
	}
	return control_refuse(refusal_r, MAIL_ERROR_UNAVAILABLE, "The "
		"directory does not answer, so nobody was %s%s; try again "
		"later", word, stays);
}

int
senders_list_add(const struct sekisho_user *user,
	const struct senders_edit *edit, const char *const **stored_r,
	struct control_refusal *refusal_r)
{
	struct sekisho_answer answer = { 0 };
	const char *const *stored;
	unsigned int stored_count;
	int ret;

	if (ask(user, "add", edit, CHANGE_MS, &answer) < 0)
		answer.status = SEKISHO_STATUS_UNAVAILABLE;
	ret = refuse_addition(user, &answer, edit, refusal_r);
	stored = copy_entries(&answer, &stored_count);
	*stored_r = stored_count == edit->count ? stored : edit->entries;
	sekisho_answer_free(&answer);
	return ret;
}

int
senders_list_remove(const struct sekisho_user *user,
	const struct senders_edit *edit, struct control_refusal *refusal_r)
{
	const char *what = edit->which == SENDERS_BLOCKED ? "block" :
		"approval";
	struct sekisho_answer answer = { 0 };
	int ret = 0;

	if (ask(user, "remove", edit, CHANGE_MS, &answer) < 0)
		answer.status = SEKISHO_STATUS_UNAVAILABLE;
	switch (answer.status) {
	case SEKISHO_STATUS_OK:
	case SEKISHO_STATUS_NOT_FOUND:
		break;
	case SEKISHO_STATUS_LIMIT:
		ret = control_refuse(refusal_r, MAIL_ERROR_LIMIT, "No %s was "
			"revoked: %s", what, answer.text);
		break;
	case SEKISHO_STATUS_UNAVAILABLE:
		ret = control_refuse(refusal_r, MAIL_ERROR_UNAVAILABLE, "The "
			"directory does not answer, so no %s was revoked; try "
			"again later", what);
		break;
	default:
		ret = control_refuse(refusal_r, MAIL_ERROR_NOTPOSSIBLE, "No "
			"%s was revoked: %s", what, answer.text);
		break;
	}
	sekisho_answer_free(&answer);
	return ret;
}

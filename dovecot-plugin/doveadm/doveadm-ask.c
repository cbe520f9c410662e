/*
 * doveadm-ask.c - one question to sekishod for each user of a command.
 */
#include "doveadm-ask.h"
#include "sekisho.h"
#include "setting.h"

#include <doveadm-print.h>

#define ASK_MS 60000

/* doveadm's exit status and its HTTP error follow from these. */
static enum mail_error
mail_error_of(enum sekisho_status status)
{
	switch (status) {
	case SEKISHO_STATUS_OK:
		return MAIL_ERROR_NONE;
	case SEKISHO_STATUS_INVALID:
		return MAIL_ERROR_PARAMS;
	case SEKISHO_STATUS_REFUSED:
		return MAIL_ERROR_PERM;
	case SEKISHO_STATUS_NOT_FOUND:
		return MAIL_ERROR_NOTFOUND;
	case SEKISHO_STATUS_EXISTS:
		return MAIL_ERROR_EXISTS;
	case SEKISHO_STATUS_LIMIT:
		return MAIL_ERROR_LIMIT;
	case SEKISHO_STATUS_UNAVAILABLE:
	case SEKISHO_STATUSES:
		break;
	}
	return MAIL_ERROR_TEMP;
}

static void
print_answer(const struct doveadm_ask *ask,
	const struct sekisho_answer *answer)
{
	const char *const *column;
	size_t i;

	if (ask->rows != NULL) {
		for (i = 0; i < answer->field_count; i++)
			if (strcmp(answer->fields[i].name, ask->rows) == 0)
				doveadm_print(answer->fields[i].value);
		return;
	}
	for (column = ask->columns; column != NULL && *column != NULL;
	     column++)
		doveadm_print(sekisho_field_get(answer->fields,
			answer->field_count, *column));
}

/* The words that were given for a parameter, none or more. */
static const char *const *
words_of(const struct doveadm_cmd_context *cctx,
	const struct doveadm_ask_argument *argument)
{
	const char *const *words;
	const char **word = t_new(const char *, 2);

	if (argument->several && doveadm_cmd_param_array(cctx,
	    argument->parameter, &words))
		return words;
	if (!argument->several)
		(void)doveadm_cmd_param_str(cctx, argument->parameter, word);
	return word;
}

/* user, and each word in a further field. */
static struct sekisho_request
make_request(const struct doveadm_ask_context *ask, const char *address)
{
	const struct doveadm_ask_argument *argument = ask->ask->arguments;
	struct sekisho_field field = { "user", address };
	const char *const *word;
	ARRAY(struct sekisho_field) fields;

	t_array_init(&fields, 8);
	array_push_back(&fields, &field);
	for (; argument != NULL && argument->field != NULL; argument++) {
		field.name = argument->field;
		word = words_of(ask->ctx.cctx, argument);
		for (; *word != NULL; word++) {
			field.value = *word;
			array_push_back(&fields, &field);
		}
	}
	return (struct sekisho_request){ ask->ask->verb,
		array_front_modifiable(&fields), array_count(&fields) };
}

static int
ask_run(struct doveadm_mail_cmd_context *ctx, struct mail_user *user)
{
	struct doveadm_ask_context *ask = container_of(ctx,
		struct doveadm_ask_context, ctx);
	const char *address = setting_get(user, "sekisho_address",
		user->username);
	const char *socket = setting_get(user, "sekisho_socket",
		SEKISHO_CONTROL_SOCKET);
	struct sekisho_answer answer = { .status =
		SEKISHO_STATUS_UNAVAILABLE, .text = "" };
	struct sekisho_request request;
	struct sekisho_error err;
	int result = 0;

	request = make_request(ask, address);
	if (sekisho_request_call(socket, &request, -1,
	    sekisho_deadline(ASK_MS), &answer, &err) < 0)
		answer.text = err.text;
	if (answer.status == SEKISHO_STATUS_OK) {
		print_answer(ask->ask, &answer);
	} else if (answer.status != SEKISHO_STATUS_NOT_FOUND ||
	    !ask->ask->skip_strangers || ctx->iterate_single_user) {
		i_error("sekisho: %s", answer.text);
		doveadm_mail_failed_error(ctx, mail_error_of(answer.status));
		result = -1;
	}
	sekisho_answer_free(&answer);
	return result;
}

static void
ask_init(struct doveadm_mail_cmd_context *ctx COMPAT_DOVEADM_ARGS)
{
	struct doveadm_ask_context *ask = container_of(ctx,
		struct doveadm_ask_context, ctx);
	const char *const *column;

	if (ask->ask->rows != NULL)
		doveadm_print_header(ask->ask->rows, ask->ask->rows, 0);
	for (column = ask->ask->columns; ask->ask->rows == NULL &&
	     column != NULL && *column != NULL; column++)
		doveadm_print_header(*column, *column, 0);
}

struct doveadm_mail_cmd_context *
doveadm_ask_alloc(const struct doveadm_ask *ask)
{
	struct doveadm_ask_context *ctx =
		doveadm_mail_cmd_alloc(struct doveadm_ask_context);

	ctx->ask = ask;
	ctx->ctx.v.init = ask_init;
	ctx->ctx.v.run = ask_run;
	if (ask->rows != NULL || ask->columns != NULL)
		doveadm_print_init(DOVEADM_PRINT_TYPE_TABLE);
	return &ctx->ctx;
}

/*
 * sekisho-seal.c - asks sekishod to make the header field of a held message
 * valid for somebody whom an alias led to.
 *
 *	usage: sekisho-seal SOCKET FIELD RECIPIENT
 *
 * FIELD is the field made for the alias, RECIPIENT the address; both are Base
 * 64, so that nothing in them means anything to Exim. Prints the new field. On
 * any error it prints nothing there and ends with 75, and Exim tries again.
 */
#include <stdio.h>
#include <string.h>

#include "base64.h"
#include "held.h"
#include "request.h"

#define TRY_AGAIN 75	/* EX_TEMPFAIL */
#define WAIT_MS 30000

/* Asks; field is without its name. Returns 0 with an answer, or -1. */
static int
seal_ask(const char *path, const char *field, const char *recipient,
	struct sekisho_answer *answer, struct sekisho_error *err)
{
	struct sekisho_field fields[] = {
		{ "header", field },
		{ "recipient", recipient },
	};
	struct sekisho_request request = { "held-forward", fields, 2 };

	if (sekisho_request_call(path, &request, -1,
	    sekisho_deadline(WAIT_MS), answer, err) < 0)
		return -1;
	if (answer->status == SEKISHO_STATUS_OK)
		return 0;
	sekisho_error_set(err, "%s", answer->text);
	sekisho_answer_free(answer);
	return -1;
}

static int
seal_print(const struct sekisho_answer *answer, struct sekisho_error *err)
{
	const char *field = sekisho_field_get(answer->fields,
		answer->field_count, "header");

	if (*field == '\0' || fputs(field, stdout) == EOF ||
	    fflush(stdout) == EOF)
		return sekisho_error_set(err, "no field to print");
	return 0;
}

static int
seal(char *argv[], struct sekisho_error *err)
{
	static const char name[] = SEKISHO_HELD_HEADER ":";
	struct sekisho_buf field, recipient;
	struct sekisho_answer answer;
	int result = -1;

	sekisho_buf_init(&field, 2 * SEKISHO_HELD_MAX);
	sekisho_buf_init(&recipient, SEKISHO_HELD_MAX);
	if (sekisho_base64_decode(&field, argv[2]) < 0 ||
	    sekisho_base64_decode(&recipient, argv[3]) < 0 ||
	    recipient.len == 0 || field.len == 0 ||
	    strncmp(field.data, name, strlen(name)) != 0) {
		sekisho_error_set(err, "an argument is not as it should be");
	} else if (seal_ask(argv[1], field.data + strlen(name),
	    recipient.data, &answer, err) == 0) {
		result = seal_print(&answer, err);
		sekisho_answer_free(&answer);
	}
	sekisho_buf_free(&field);
	sekisho_buf_free(&recipient);
	return result;
}

int
main(int argc, char *argv[])
{
	struct sekisho_error err = { "" };

	if (argc != 4) {
		fprintf(stderr, "usage: sekisho-seal socket field "
			"recipient\n");
		return TRY_AGAIN;
	}
	if (seal(argv, &err) < 0) {
		fprintf(stderr, "sekisho-seal: %s\n", err.text);
		return TRY_AGAIN;
	}
	return 0;
}

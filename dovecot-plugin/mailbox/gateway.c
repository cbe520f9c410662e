/*
 * gateway.c - Dovecot's SMTP client, one connection for each message; or
 * sekishod, for mail to outside.
 */
#include "gateway.h"
#include "held-mail.h"

#include <hostpid.h>
#include <iostream-temp.h>
#include <istream.h>
#include <istream-crlf.h>
#include <ostream.h>
#include <smtp-address.h>
#include <smtp-submit.h>
#include <str.h>

#include <sys/mman.h>

#define SUBMISSION_SECONDS 60

struct parcel {
	struct smtp_address *sender;	/* <>: a bounce */
	struct smtp_address *recipient;
	const char *field;	/* of held.h, of mail to outside; else NULL */
	uoff_t begin;
	uoff_t size;
};

struct gateway {
	pool_t pool;
	struct mail_user *user;
	struct ostream *output;		/* until the first message is sent */
	struct istream *input;		/* then */
	ARRAY(struct parcel) parcels;
};

struct gateway *
gateway_new(struct mail_user *user)
{
	pool_t pool = pool_alloconly_create("sekisho gateway", 1024);
	struct gateway *gateway = p_new(pool, struct gateway, 1);
	string_t *prefix = t_str_new(128);

	mail_user_set_get_temp_prefix(prefix, user->set);
	gateway->pool = pool;
	gateway->user = user;
	gateway->output = iostream_temp_create_named(str_c(prefix), 0,
		"mail to be sent on");
	p_array_init(&gateway->parcels, pool, 4);
	return gateway;
}

void
gateway_free(struct gateway **_gateway)
{
	struct gateway *gateway = *_gateway;
	pool_t pool;

	*_gateway = NULL;
	if (gateway == NULL)
		return;
	if (gateway->output != NULL)
		o_stream_abort(gateway->output);
	o_stream_destroy(&gateway->output);
	i_stream_unref(&gateway->input);
	pool = gateway->pool;
	pool_unref(&pool);
}

static int
parse_address(pool_t pool, const char *address, struct smtp_address **address_r)
{
	return smtp_address_parse_path(pool, t_strdup_printf("<%s>", address),
		SMTP_ADDRESS_PARSE_FLAG_ALLOW_EMPTY |
		SMTP_ADDRESS_PARSE_FLAG_ALLOW_BAD_LOCALPART, address_r, NULL);
}

/*
 * Dovecot's own Received names the mailbox where the mail was held, which is
 * nothing for people outside. Seeks behind it, if it comes next.
 */
static void
skip_filing(struct istream *outgoing)
{
	uoff_t begin = outgoing->v_offset, end;
	const char *line = i_stream_read_next_line(outgoing);
	bool filing = false;

	if (line == NULL || !str_begins_with(line, "Received:")) {
		i_stream_seek(outgoing, begin);
		return;
	}
	do {
		filing = filing || strstr(line, " with LMTP") != NULL;
		end = outgoing->v_offset;
		line = i_stream_read_next_line(outgoing);
	} while (line != NULL && (*line == ' ' || *line == '\t'));
	i_stream_seek(outgoing, filing ? end : begin);
}

/*
 * Return-Path and Delivered-To say that a message has arrived; some servers
 * take one that they get for a loop (RFC 5321, 4.4). Dovecot has put them
 * before its Received. Before them is our line; for mail to outside sekishod
 * has one of its own.
 */
static enum ostream_send_istream_result
copy_without_arrival(struct ostream *output, struct istream *outgoing,
	bool outside)
{
	const char *line;
	uoff_t begin;

	i_stream_seek(outgoing, 0);
	line = i_stream_read_next_line(outgoing);
	if (line != NULL && !outside)
		o_stream_nsend_str(output, t_strconcat(line, "\n", NULL));
	do {
		begin = outgoing->v_offset;
		line = i_stream_read_next_line(outgoing);
	} while (line != NULL && (str_begins_with(line, "Return-Path:") ||
	    str_begins_with(line, "Delivered-To:")));
	i_stream_seek(outgoing, begin);
	if (outside)
		skip_filing(outgoing);
	return o_stream_send_istream(output, outgoing);
}

/* Who sends it to whom. Returns 0 or -1. */
static int
parcel_address(struct gateway *gateway, const struct sekisho_held *held,
	struct parcel *parcel)
{
	if (*held->quarantine != '\0') {
		parcel->field = p_strdup(gateway->pool,
			held_mail_value(held));
		return parcel->field == NULL ? -1 : 0;
	}
	if (*held->recipient == '\0' || parse_address(gateway->pool,
	    held->recipient, &parcel->recipient) < 0)
		return -1;
	return parse_address(gateway->pool, held->sender, &parcel->sender);
}

int
gateway_add(struct gateway *gateway, const struct sekisho_held *held,
	struct istream *outgoing, struct control_refusal *refusal_r)
{
	struct parcel parcel = { .begin = gateway->output->offset };

	if (parcel_address(gateway, held, &parcel) < 0)
		return control_refuse(refusal_r, MAIL_ERROR_NOTPOSSIBLE, "A "
			"message cannot be sent on from <%s> to <%s>",
			held->sender, held->recipient);
	if (copy_without_arrival(gateway->output, outgoing, parcel.field !=
	    NULL) != OSTREAM_SEND_ISTREAM_RESULT_FINISHED ||
	    o_stream_flush(gateway->output) < 0) {
		e_error(gateway->user->event, "sekisho: cannot copy a held "
			"message: %s", gateway->output->stream_errno != 0 ?
			o_stream_get_error(gateway->output) :
			i_stream_get_error(outgoing));
		return control_refuse(refusal_r, MAIL_ERROR_TEMP, "Held mail "
			"cannot be copied; the server's log says why");
	}
	parcel.size = gateway->output->offset - parcel.begin;
	array_push_back(&gateway->parcels, &parcel);
	return 0;
}

/* With the line ends that SMTP wants. */
static void
write_parcel(struct gateway *gateway, const struct parcel *parcel,
	struct ostream *output)
{
	struct istream *part, *message;

	if (gateway->output != NULL)
		gateway->input = iostream_temp_finish(&gateway->output,
			IO_BLOCK_SIZE);
	part = i_stream_create_range(gateway->input, parcel->begin,
		parcel->size);
	message = i_stream_create_crlf(part);
	o_stream_nsend_istream(output, message);
	i_stream_unref(&message);
	i_stream_unref(&part);
}

/* The message in a file in memory, or -1 with a line in the log. */
static int
parcel_file(struct gateway *gateway, const struct parcel *parcel)
{
	int fd = memfd_create("sekisho-release", MFD_CLOEXEC);
	struct ostream *output;

	if (fd < 0) {
		e_error(gateway->user->event, "sekisho: memfd_create() "
			"failed: %m");
		return -1;
	}
	output = o_stream_create_fd_file(fd, 0, FALSE);
	write_parcel(gateway, parcel, output);
	if (o_stream_finish(output) <= 0) {
		e_error(gateway->user->event, "sekisho: cannot copy a held "
			"message: %s", o_stream_get_error(output));
		i_close_fd(&fd);
	}
	o_stream_destroy(&output);
	return fd;
}

static int
send_outside(struct gateway *gateway, const struct parcel *parcel,
	struct control_refusal *refusal_r)
{
	int fd = parcel_file(gateway, parcel), ret;

	if (fd < 0)
		return control_refuse(refusal_r, MAIL_ERROR_TEMP, "Held mail "
			"cannot be copied; the server's log says why");
	ret = control_release(sekisho_user(gateway->user), parcel->field, fd,
		refusal_r);
	i_close_fd(&fd);
	return ret;
}

static int
send_inside(struct gateway *gateway, const struct parcel *parcel,
	struct control_refusal *refusal_r)
{
	const struct smtp_submit_settings set = {
		.hostname = my_hostname,
		.submission_host =
			sekisho_user(gateway->user)->submission,
		.submission_timeout = SUBMISSION_SECONDS,
	};
	const struct smtp_submit_input input = {
		.event_parent = gateway->user->event };
	struct smtp_submit *submit = smtp_submit_init_simple(&input, &set,
		parcel->sender);
	const char *error;
	int ret;

	smtp_submit_add_rcpt(submit, parcel->recipient);
	write_parcel(gateway, parcel, smtp_submit_send(submit));
	ret = smtp_submit_run(submit, &error);
	smtp_submit_deinit(&submit);
	if (ret > 0)
		return 0;
	e_error(gateway->user->event, "sekisho: sekisho_submission: %s", error);
	if (ret == 0)
		return control_refuse(refusal_r, MAIL_ERROR_NOTPOSSIBLE, "The "
			"mail server refuses a message, so it stays here: %s",
			error);
	return control_refuse(refusal_r, MAIL_ERROR_UNAVAILABLE, "The next "
		"mail server does not take mail now, so the message stays "
		"here; try again later");
}

int
gateway_send(struct gateway *gateway, unsigned int i,
	struct control_refusal *refusal_r)
{
	const struct parcel *parcel = array_idx(&gateway->parcels, i);

	return parcel->field != NULL ?
		send_outside(gateway, parcel, refusal_r) :
		send_inside(gateway, parcel, refusal_r);
}

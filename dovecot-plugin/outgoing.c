/*
 * outgoing.c - what is copied from the quarantine.
 */
#include "outgoing.h"
#include "sender.h"

#include <ioloop.h>
#include <istream.h>
#include <message-date.h>
#include <message-header-parser.h>
#include <write-full.h>

#include <sys/mman.h>

bool
outgoing_is(const char *value, const char *id)
{
	return str_begins(value, t_strdup_printf("id=%s;", id));
}

static int
copy_all(int fd, struct istream *input)
{
	const unsigned char *data;
	size_t size;

	while (i_stream_read_more(input, &data, &size) > 0) {
		if (write_full(fd, data, size) < 0)
			return -1;
		i_stream_skip(input, size);
	}
	if (input->stream_errno == 0)
		return 0;
	errno = input->stream_errno;
	return -1;
}

struct istream *
outgoing_create(struct istream *original, const struct sekisho_held *held,
	const struct sekisho_user *user)
{
	const char *line = t_strdup_printf(SEKISHO_RELEASED_HEADER
		": id=%s; by=%s; %s\n", held->id, user->administrator ?
		"administrator" : "user", message_date_create(ioloop_time));
	int fd = memfd_create("sekisho-outgoing", MFD_CLOEXEC);
	struct istream *outgoing;

	if (fd < 0 || write_full(fd, line, strlen(line)) < 0 ||
	    copy_all(fd, original) < 0) {
		i_error("sekisho: cannot copy a held message into memory: %m");
		i_close_fd(&fd);
		return NULL;
	}
	outgoing = i_stream_create_fd_autoclose(&fd, IO_BLOCK_SIZE);
	i_stream_set_name(outgoing, "released mail");
	return outgoing;
}

/* The value of the first From, unfolded, or NULL. */
static const char *
from_field(struct istream *message)
{
	struct message_header_parser_ctx *parser;
	struct message_header_line *line;
	const char *from = NULL;

	parser = message_parse_header_init(message, NULL,
		MESSAGE_HEADER_PARSER_FLAG_CLEAN_ONELINE);
	while (from == NULL && message_parse_header_next(parser, &line) > 0) {
		if (line->eoh)
			break;
		if (strcasecmp(line->name, "From") != 0)
			continue;
		if (line->continues)
			line->use_full_value = TRUE;
		else
			from = t_strndup(line->full_value,
				line->full_value_len);
	}
	message_parse_header_deinit(&parser);
	return from;
}

const char *
outgoing_sender(struct istream *outgoing, const struct sekisho_held *held)
{
	const char *address = sender_address(from_field(outgoing));

	i_stream_seek(outgoing, 0);
	if (address != NULL)
		return address;
	return *held->sender != '\0' ? held->sender : NULL;
}

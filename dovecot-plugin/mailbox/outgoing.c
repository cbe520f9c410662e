/*
 * outgoing.c - what is copied from the quarantine.
 */
#include "outgoing.h"
#include "sender.h"

#include <ioloop.h>
#include <istream.h>
#include <message-date.h>
#include <message-header-parser.h>
#include <str.h>
#include <write-full.h>

#include <sys/mman.h>
#include <unistd.h>

/*
 * A copy that is not larger is kept by the process itself, for each read of a
 * file costs a system call, and a thousand are moved at once.
 */
#define SMALL_MAX (256u * 1024)

bool
outgoing_is(const char *value, const char *id)
{
	return str_begins_with(value, t_strdup_printf("id=%s;", id));
}

/* A file in memory that begins with this text. */
static int
memory_file(const void *data, size_t size)
{
	int fd = memfd_create("sekisho-outgoing", MFD_CLOEXEC);

	if (fd >= 0 && write_full(fd, data, size) == 0)
		return fd;
	i_error("sekisho: cannot copy a held message into memory: %m");
	i_close_fd(&fd);
	return -1;
}

/* What does not fit into text goes, with it, into a file. */
static int
copy_large(struct istream *input, const string_t *text)
{
	const unsigned char *data;
	int fd = memory_file(str_data(text), str_len(text));
	size_t size;

	while (fd >= 0 && i_stream_read_more(input, &data, &size) > 0) {
		if (write_full(fd, data, size) < 0) {
			i_error("sekisho: cannot copy a held message into "
				"memory: %m");
			i_close_fd(&fd);
		}
		i_stream_skip(input, size);
	}
	return fd;
}

static void
copy_small(struct istream *input, string_t *text)
{
	const unsigned char *data;
	size_t size;

	while (str_len(text) < SMALL_MAX &&
	    i_stream_read_more(input, &data, &size) > 0) {
		str_append_data(text, data, size);
		i_stream_skip(input, size);
	}
}

static struct istream *
copy_all(struct istream *original, string_t *text)
{
	int fd;

	copy_small(original, text);
	if (i_stream_read_eof(original) && original->stream_errno == 0)
		return i_stream_create_copy_from_string(text);
	fd = copy_large(original, text);
	if (fd < 0)
		return NULL;
	return i_stream_create_fd_autoclose(&fd, IO_BLOCK_SIZE);
}

/* A thousand messages of one command have one date; each asked for it anew. */
static const char *
date_now(void)
{
	static char date[64];
	static time_t when;

	if (when != ioloop_time) {
		when = ioloop_time;
		i_strocpy(date, message_date_create(when), sizeof(date));
	}
	return date;
}

struct istream *
outgoing_create(struct istream *original, const struct sekisho_held *held,
	const struct sekisho_user *user, string_t *room)
{
	struct istream *outgoing;

	str_truncate(room, 0);
	str_append(room, SEKISHO_RELEASED_HEADER ": id=");
	str_append(room, held->id);
	str_append(room, sekisho_is_administrated(user) ?
		"; by=administrator; " : "; by=user; ");
	str_append(room, date_now());
	str_append_c(room, '\n');
	outgoing = copy_all(original, room);
	if (outgoing != NULL && original->stream_errno != 0) {
		i_error("sekisho: read(%s) failed: %s",
			i_stream_get_name(original),
			i_stream_get_error(original));
		i_stream_unref(&outgoing);
	}
	if (outgoing != NULL)
		i_stream_set_name(outgoing, "released mail");
	return outgoing;
}

int
outgoing_open(struct istream *outgoing)
{
	const unsigned char *data;
	size_t size;
	int fd = i_stream_get_fd(outgoing);

	if (fd >= 0) {
		fd = dup(fd);
		if (fd < 0)
			i_error("sekisho: dup() failed: %m");
		return fd;
	}
	i_stream_seek(outgoing, 0);
	data = i_stream_get_data(outgoing, &size);
	return memory_file(data, size);
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

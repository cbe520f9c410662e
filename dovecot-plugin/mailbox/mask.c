/*
 * mask.c - an input stream that shows stars.
 */
#include "mask.h"

#include <istream-private.h>

struct mask_istream {
	struct istream_private istream;
	uoff_t body_offset;
};

static void
mask(unsigned char *bytes, size_t size, size_t shown)
{
	size_t i;

	for (i = shown; i < size; i++)
		if (bytes[i] != '\r' && bytes[i] != '\n')
			bytes[i] = '*';
}

static ssize_t
mask_read(struct istream_private *stream)
{
	struct mask_istream *own = container_of(stream, struct mask_istream,
		istream);
	uoff_t offset = stream->istream.v_offset + stream->pos - stream->skip;
	const unsigned char *data;
	size_t size, room;
	ssize_t ret;

	i_stream_seek(stream->parent, offset);
	ret = i_stream_read_more(stream->parent, &data, &size);
	if (ret <= 0) {
		stream->istream.stream_errno = stream->parent->stream_errno;
		stream->istream.eof = stream->parent->eof;
		return ret;
	}
	if (!i_stream_try_alloc(stream, size, &room))
		return -2;
	size = I_MIN(size, room);
	memcpy(stream->w_buffer + stream->pos, data, size);
	mask(stream->w_buffer + stream->pos, size, offset < own->body_offset ?
		I_MIN(size, own->body_offset - offset) : 0);
	stream->pos += size;
	return size;
}

struct istream *
mask_create(struct istream *message, uoff_t body_offset)
{
	struct mask_istream *own = i_new(struct mask_istream, 1);

	own->body_offset = body_offset;
	own->istream.max_buffer_size = message->real_stream->max_buffer_size;
	own->istream.read = mask_read;
	own->istream.istream.blocking = message->blocking;
	own->istream.istream.seekable = message->seekable;
	i_stream_seek(message, 0);
	return i_stream_create(&own->istream, message, -1, 0);
}

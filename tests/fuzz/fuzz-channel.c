/*
 * fuzz-channel.c - any bytes on a socket: frames come out whole or not at all,
 * and no descriptor stays open.
 */
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "channel.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sekisho_error err = { "" };
	struct sekisho_frame frame;
	int pair[2], result;
	size_t got = 0;

	/* More would not fit into the socket. */
	if (size > 65536)
		return 0;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair) < 0 ||
	    (size > 0 && write(pair[0], data, size) != (ssize_t)size))
		abort();
	close(pair[0]);
	while ((result = sekisho_channel_recv(pair[1], &frame,
	    sekisho_deadline(1000), &err)) == 1) {
		got += 12 + frame.len;
		if (got > size || frame.data[frame.len] != '\0' ||
		    frame.fd_count != 0)
			abort();
		sekisho_frame_free(&frame);
	}
	if ((result == 0) != (got == size) ||
	    (result < 0) != (err.text[0] != '\0'))
		abort();
	close(pair[1]);
	return 0;
}

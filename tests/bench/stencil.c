/*
 * stencil.c - reads a mail and sends it with marks of its own, uncopied.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "stencil.h"

static int
find_marks(struct stencil *stencil)
{
	char *mark, *body = strstr(stencil->text, "\r\n\r\n");

	for (mark = strstr(stencil->text, MARK); mark != NULL;
	     mark = strstr(mark + MARK_LEN, MARK)) {
		if (stencil->mark_count == MARKS_MAX) {
			errno = E2BIG;
			return -1;
		}
		stencil->marks[stencil->mark_count++] =
			(size_t)(mark - stencil->text);
		if (body == NULL || mark < body)
			stencil->head_marks++;
	}
	return 0;
}

struct stencil *
stencil_read(const char *path)
{
	struct stencil *stencil = calloc(1, sizeof(*stencil));
	FILE *file = fopen(path, "re");
	long len;

	if (stencil == NULL || file == NULL ||
	    fseek(file, 0, SEEK_END) < 0 || (len = ftell(file)) < 0)
		return NULL;
	rewind(file);
	stencil->len = (size_t)len;
	stencil->text = calloc(1, stencil->len + 1);
	if (stencil->text == NULL ||
	    fread(stencil->text, 1, stencil->len, file) != stencil->len ||
	    find_marks(stencil) < 0)
		return NULL;
	fclose(file);
	return stencil;
}

static void
word(char *text, uint64_t value)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"abcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t i;

	for (i = MARK_LEN; i-- > 0; value >>= 6)
		text[i] = letters[value & 63];
}

void
sheet_begin(struct sheet *sheet, const struct stencil *stencil,
	uint64_t head, uint64_t body)
{
	sheet->stencil = stencil;
	sheet->sent = 0;
	word(sheet->head, head);
	word(sheet->body, body);
}

size_t
sheet_left(const struct sheet *sheet)
{
	return sheet->stencil == NULL ? 0 :
		sheet->stencil->len - sheet->sent;
}

/* Adds what is not sent of a piece that stands at offset. */
static int
add(struct iovec *pieces, int count, const struct sheet *sheet,
	const char *text, size_t offset, size_t len)
{
	size_t skip = sheet->sent > offset ? sheet->sent - offset : 0;

	if (skip >= len)
		return count;
	pieces[count].iov_base = (char *)text + skip;
	pieces[count].iov_len = len - skip;
	return count + 1;
}

ssize_t
sheet_send(struct sheet *sheet, int fd)
{
	const struct stencil *stencil = sheet->stencil;
	struct iovec pieces[2 * MARKS_MAX + 1];
	struct msghdr message = { .msg_iov = pieces };
	size_t at = 0, mark;
	unsigned int i;
	int count = 0;
	ssize_t n;

	for (i = 0; i < stencil->mark_count; i++) {
		mark = stencil->marks[i];
		count = add(pieces, count, sheet, stencil->text + at, at,
			mark - at);
		count = add(pieces, count, sheet, i < stencil->head_marks ?
			sheet->head : sheet->body, mark, MARK_LEN);
		at = mark + MARK_LEN;
	}
	count = add(pieces, count, sheet, stencil->text + at, at,
		stencil->len - at);
	message.msg_iovlen = (size_t)count;
	n = sendmsg(fd, &message, MSG_NOSIGNAL);
	if (n > 0)
		sheet->sent += (size_t)n;
	return n;
}

/*
 * template.c - reads a mail and sends it with marks of its own, uncopied.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "template.h"

static int
find_marks(struct template *template)
{
	char *mark, *body = strstr(template->text, "\r\n\r\n");

	for (mark = strstr(template->text, MARK); mark != NULL;
	     mark = strstr(mark + MARK_LEN, MARK)) {
		if (template->mark_count == MARKS_MAX) {
			errno = E2BIG;
			return -1;
		}
		template->marks[template->mark_count++] =
			(size_t)(mark - template->text);
		if (body == NULL || mark < body)
			template->head_marks++;
	}
	return 0;
}

struct template *
template_read(const char *path)
{
	struct template *template = calloc(1, sizeof(*template));
	FILE *file = fopen(path, "re");
	long len;

	if (template == NULL || file == NULL ||
	    fseek(file, 0, SEEK_END) < 0 || (len = ftell(file)) < 0)
		return NULL;
	rewind(file);
	template->len = (size_t)len;
	template->text = calloc(1, template->len + 1);
	if (template->text == NULL ||
	    fread(template->text, 1, template->len, file) != template->len ||
	    find_marks(template) < 0)
		return NULL;
	fclose(file);
	return template;
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
letter_begin(struct letter *letter, const struct template *template,
	uint64_t head, uint64_t body)
{
	letter->template = template;
	letter->sent = 0;
	word(letter->head, head);
	word(letter->body, body);
}

size_t
letter_left(const struct letter *letter)
{
	return letter->template == NULL ? 0 :
		letter->template->len - letter->sent;
}

/* Adds what is not sent of a piece that stands at offset. */
static int
add(struct iovec *pieces, int count, const struct letter *letter,
	const char *text, size_t offset, size_t len)
{
	size_t skip = letter->sent > offset ? letter->sent - offset : 0;

	if (skip >= len)
		return count;
	pieces[count].iov_base = (char *)text + skip;
	pieces[count].iov_len = len - skip;
	return count + 1;
}

ssize_t
letter_send(struct letter *letter, int fd)
{
	const struct template *template = letter->template;
	struct iovec pieces[2 * MARKS_MAX + 1];
	struct msghdr message = { .msg_iov = pieces };
	size_t at = 0, mark;
	unsigned int i;
	int count = 0;
	ssize_t n;

	for (i = 0; i < template->mark_count; i++) {
		mark = template->marks[i];
		count = add(pieces, count, letter, template->text + at, at,
			mark - at);
		count = add(pieces, count, letter, i < template->head_marks ?
			letter->head : letter->body, mark, MARK_LEN);
		at = mark + MARK_LEN;
	}
	count = add(pieces, count, letter, template->text + at, at,
		template->len - at);
	message.msg_iovlen = (size_t)count;
	n = sendmsg(fd, &message, MSG_NOSIGNAL);
	if (n > 0)
		letter->sent += (size_t)n;
	return n;
}

/*
 * test-rewrite-corpora.c - stamps over whole collections of mails (SPEC R15).
 *
 * SEKISHO_CORPORA names a directory; every file below it is a mail (CRLF is
 * made LF, the last line is ended). Each is stamped in English and in Japanese;
 * then the result must have the same parts, and without the stamp it must be
 * the old mail.
 */
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "charset.h"
#include "engine.h"
#include "inspection.h"
#include "mime.h"
#include "mimefield.h"
#include "rewrite.h"
#include "test.h"
#include "virusname.h"

#define SIZE_MAX_FILE (64u << 20)

static struct count {
	unsigned int mails, doubts, wrapped, inserted, recoded;
} counts[2];
static unsigned int failures;
static const char *const stamps[2] = {
	"The attachment named a.zip could not be scanned for viruses "
	"because it is a password protected",
	"添付ファイル 表.zip は検査できません",
};

/* The engine is not asked when only stamps are put in. */
int
engine_scan(struct engine *engine, const void *data, size_t len,
	struct pool *pool, struct scan_result *result_r,
	struct sekisho_error *err)
{
	return -1;
}

enum finding_kind
virusname_kind(const char *name)
{
	return FINDING_VIRUS;
}

static void
fail(const char *path, const char *reason, size_t part)
{
	printf("# %s: %s (part %zu)\n", path, reason, part);
	failures++;
}

/* Other header lines of the old mail and the new entity: the new mail. */
static void
message_join(const struct mime *old, const struct sekisho_buf *entity,
	struct sekisho_buf *out)
{
	const char *text = old->message;
	size_t pos, len, end = old->len;

	if (old->count > 1)
		end = old->parts[1].body_start;
	for (pos = 0; pos < end && text[pos] != '\n'; pos += len) {
		len = mimefield_end(text + pos, end - pos);
		if (!mimefield_is_mime(text + pos, len))
			sekisho_buf_add(out, text + pos, len);
	}
	sekisho_buf_add(out, entity->data, entity->len);
}

/* True when a is b with something put in at one place. */
static bool
is_insertion(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t head = 0, tail = 0;

	if (a_len < b_len)
		return false;
	while (head < b_len && a[head] == b[head])
		head++;
	while (tail < b_len - head && a[a_len - tail - 1] ==
	    b[b_len - tail - 1])
		tail++;
	return head + tail == b_len;
}

/* Decoded text of a leaf as UTF-8 if it can be, without CR. */
static void
text_of(const struct mime *mime, size_t part, struct sekisho_buf *out)
{
	const char *charset = mime->parts[part].charset;
	struct sekisho_buf raw, utf8;
	size_t i;

	sekisho_buf_init(&raw, SIZE_MAX_FILE);
	sekisho_buf_init(&utf8, 4 * SIZE_MAX_FILE);
	mime_decode(mime, part, &raw);
	sekisho_buf_puts(&raw, "");
	/* Old Japanese mails do not say what they are. */
	if ((*charset == '\0' || strcasecmp(charset, "us-ascii") == 0) &&
	    strstr(raw.data, "\x1b$") != NULL)
		charset = "ISO-2022-JP";
	if (charset_to_utf8(&utf8, charset, raw.data, raw.len) != 0)
		sekisho_buf_add(&utf8, raw.data, raw.len);
	for (i = 0; i < utf8.len; i++)
		if (utf8.data[i] != '\r')
			sekisho_buf_add(out, utf8.data + i, 1);
	sekisho_buf_puts(out, "");
	sekisho_buf_free(&raw);
	sekisho_buf_free(&utf8);
}

/*
 * Same part in old and new mail. 0 the very same bytes, 1 bytes put in, 2 made
 * anew with the same text, -1 broken.
 */
static int
part_compare(const struct mime *old, size_t i, const struct mime *new, size_t j)
{
	const struct mime_part *a = &old->parts[i], *b = &new->parts[j];
	size_t a_len = a->end - a->body_start, b_len = b->end - b->body_start;
	const char *a_body = old->message + a->body_start;
	const char *b_body = new->message + b->body_start;
	struct sekisho_buf a_text, b_text;
	int result = -1;

	if (strcmp(a->type, b->type) != 0 || a->leaf != b->leaf)
		return -1;
	if (!a->leaf || (a_len == b_len &&
	    memcmp(a_body, b_body, a_len) == 0))
		return 0;
	sekisho_buf_init(&a_text, 4 * SIZE_MAX_FILE);
	sekisho_buf_init(&b_text, 4 * SIZE_MAX_FILE);
	text_of(old, i, &a_text);
	text_of(new, j, &b_text);
	if (is_insertion(b_text.data, b_text.len, a_text.data, a_text.len) ||
	    (b_text.len > a_text.len && b_text.data[b_text.len - 1] == '\n' &&
	     is_insertion(b_text.data, b_text.len - 1, a_text.data,
		a_text.len)))
		result = is_insertion(b_body, b_len, a_body, a_len) ? 1 : 2;
	sekisho_buf_free(&a_text);
	sekisho_buf_free(&b_text);
	return result;
}

static void
messages_compare(const char *path, const struct mime *old,
	const struct mime *new, struct count *count)
{
	size_t shift = new->count - old->count, i;
	int same, most = 0;

	if (old->count < 2) {
		count->doubts++;
		return;
	}
	if (shift != 0 && shift != 2) {
		fail(path, "number of parts", new->count);
		return;
	}
	for (i = 1; i < old->count; i++) {
		same = part_compare(old, i, new, i + shift);
		if (same < 0 || (shift != 0 && same != 0))
			fail(path, "part differs", i);
		most = same > most ? same : most;
	}
	if (shift != 0)
		count->wrapped++;
	else if (most == 2)
		count->recoded++;
	else if (most == 1)
		count->inserted++;
	else
		fail(path, "no stamp", 0);
}

static void
message_check(const char *path, const char *text, size_t len, size_t language)
{
	struct edit edit = { EDIT_STAMP, 0, stamps[language], NULL };
	struct edit_list list = { &edit, 1 };
	struct pool *pool = pool_new();
	struct sekisho_buf entity, joined;
	struct sekisho_error err;
	struct mime *old;

	sekisho_buf_init(&entity, 4 * SIZE_MAX_FILE);
	sekisho_buf_init(&joined, 4 * SIZE_MAX_FILE);
	counts[language].mails++;
	if (rewrite_message(NULL, text, len, &list, &entity, &err) !=
	    REWRITE_DONE) {
		fail(path, err.text, 0);
	} else {
		old = mime_parse(text, len, pool);
		message_join(old, &entity, &joined);
		messages_compare(path, old, mime_parse(joined.data,
			joined.len, pool), &counts[language]);
	}
	sekisho_buf_free(&entity);
	sekisho_buf_free(&joined);
	pool_free(pool);
}

static int
file_check(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	char *text;
	size_t len, i, n = 0;
	FILE *file;

	if (type != FTW_F || st->st_size > (off_t)SIZE_MAX_FILE)
		return 0;
	file = fopen(path, "r");
	text = malloc((size_t)st->st_size + 2);
	if (file == NULL || text == NULL)
		return -1;
	len = fread(text, 1, (size_t)st->st_size, file);
	fclose(file);
	for (i = 0; i < len; i++)
		if (text[i] != '\r' || i + 1 == len || text[i + 1] != '\n')
			text[n++] = text[i];
	if (n > 0 && text[n - 1] != '\n')
		text[n++] = '\n'; /* as SMTP does */
	message_check(path, text, n, 0);
	message_check(path, text, n, 1);
	free(text);
	return 0;
}

int
main(void)
{
	const char *directory = getenv("SEKISHO_CORPORA");
	size_t i;

	test_begin("R15: stamps over SEKISHO_CORPORA (if set)");
	mime_init();
	if (directory != NULL) {
		test_int(nftw(directory, file_check, 16, FTW_PHYS), 0);
		for (i = 0; i < 2; i++)
			printf("# stamp %zu: %u mails, %u inserted, %u made "
				"anew, %u wrapped, %u in doubt\n", i,
				counts[i].mails, counts[i].inserted,
				counts[i].recoded, counts[i].wrapped,
				counts[i].doubts);
	}
	test_int(failures, 0);
	return test_done();
}

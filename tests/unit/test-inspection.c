/*
 * test-inspection.c - what an inspector found, to and from a frame; a jailed
 * process is believed no more than a stranger.
 */
#include <stdlib.h>

#include "frame.h"
#include "inspection.h"
#include "test.h"

static struct part parts[] = {
	{ "", "", "message/rfc822", "", 5000000000, false, false, false },
	{ "1", "", "text/plain", "text/plain", 5, true, false, true },
	{ "2", "請求書.zip", "application/zip", "", 0, true, true, false },
};
static struct member members[] = {
	{ 2, "a.exe", 6000000000, false }, { 2, "b", 0, true },
};
static struct finding findings[] = {
	{ FINDING_VIRUS, 2, "Win.Test", "a.exe", true },
	{ FINDING_MACRO, 0, "x", "", false },
};
static const struct inspection sample = {
	.parts = parts, .part_count = 3, .members = members,
	.member_count = 2, .findings = findings, .finding_count = 2,
	.from = "a@example.test", .subject = "関所", .message_id = "<1@x>",
	.date = "today", .automatic = true, .list = false,
};

static int
decode(struct inspection *got, struct pool *pool, const void *data,
	size_t len)
{
	char *copy = malloc(len + (len == 0));
	struct sekisho_error err = { "" };
	int result;

	memcpy(copy, data, len);
	result = inspection_decode(got, pool, copy, len, &err);
	free(copy);
	if (result < 0)
		test_str(err.text, "inspection frame: a field is missing or "
			"wrong");
	return result;
}

static void
test_fields(struct pool *pool)
{
	struct sekisho_buf buf;
	struct inspection got;
	size_t i;

	test_begin("inspection: every field arrives");
	sekisho_buf_init(&buf, 10000);
	inspection_encode(&sample, &buf);
	test_int(decode(&got, pool, buf.data, buf.len), 0);
	test_str(got.from, sample.from);
	test_str(got.subject, sample.subject);
	test_str(got.message_id, sample.message_id);
	test_str(got.date, sample.date);
	test_assert(got.automatic && !got.list);
	test_assert(got.part_count == 3 && got.member_count == 2 &&
		got.finding_count == 2);
	for (i = 0; i < 3; i++) {
		test_str(got.parts[i].path, parts[i].path);
		test_str(got.parts[i].filename, parts[i].filename);
		test_str(got.parts[i].type, parts[i].type);
		test_str(got.parts[i].true_type, parts[i].true_type);
		test_assert(got.parts[i].size == parts[i].size);
		test_int(got.parts[i].leaf, parts[i].leaf);
		test_int(got.parts[i].attachment, parts[i].attachment);
		test_int(got.parts[i].sealed, parts[i].sealed);
	}
	for (i = 0; i < 2; i++) {
		test_int(got.members[i].part, members[i].part);
		test_str(got.members[i].name, members[i].name);
		test_assert(got.members[i].size == members[i].size);
		test_int(got.members[i].encrypted, members[i].encrypted);
		test_int(got.findings[i].kind, findings[i].kind);
		test_int(got.findings[i].part, findings[i].part);
		test_str(got.findings[i].name, findings[i].name);
		test_str(got.findings[i].member, findings[i].member);
		test_int(got.findings[i].cleanable, findings[i].cleanable);
	}
	sekisho_buf_free(&buf);
}

static void
test_cut(struct pool *pool)
{
	struct sekisho_buf buf;
	struct inspection got;
	size_t i;
	char *copy;

	test_begin("inspection: a frame cut anywhere is refused");
	sekisho_buf_init(&buf, 10000);
	inspection_encode(&sample, &buf);
	for (i = 0; i < buf.len; i++)
		test_int(decode(&got, pool, buf.data, i), -1);
	test_begin("inspection: a byte left over is refused");
	sekisho_buf_add(&buf, "", 1);
	test_int(decode(&got, pool, buf.data, buf.len), -1);
	test_begin("inspection: no single wrong byte is believed too much");
	for (i = 0; i + 1 < buf.len; i++) {
		copy = malloc(buf.len - 1);
		memcpy(copy, buf.data, buf.len - 1);
		copy[i] = (char)~copy[i];
		inspection_decode(&got, pool, copy, buf.len - 1, NULL);
		free(copy);
	}
	sekisho_buf_free(&buf);
}

/* Changes one thing of the sample; it must be refused. */
static void
refuse(struct pool *pool, const struct inspection *wrong)
{
	struct sekisho_buf buf;
	struct inspection got;

	sekisho_buf_init(&buf, 10000);
	inspection_encode(wrong, &buf);
	test_int(decode(&got, pool, buf.data, buf.len), -1);
	sekisho_buf_free(&buf);
}

static void
test_wrong(struct pool *pool)
{
	struct member member = { 3, "a", 0, false };
	struct finding finding = { FINDING_KINDS, 0, "a", "", false };
	struct inspection wrong = sample;

	test_begin("inspection: a member of a part that is not there");
	wrong.members = &member;
	wrong.member_count = 1;
	refuse(pool, &wrong);
	test_begin("inspection: a finding of no kind, of no part");
	wrong = sample;
	wrong.findings = &finding;
	wrong.finding_count = 1;
	refuse(pool, &wrong);
	finding.kind = FINDING_VIRUS;
	finding.part = 3;
	refuse(pool, &wrong);
	test_begin("inspection: without part 0 there is no message");
	wrong = (struct inspection){ .from = "" };
	refuse(pool, &wrong);
}

/* Four texts, two flags, then the number of parts. */
static void
test_counts(struct pool *pool)
{
	struct sekisho_buf buf;
	struct inspection got;
	int i;

	test_begin("inspection: a number of records that cannot be");
	sekisho_buf_init(&buf, 10000);
	for (i = 0; i < 4; i++)
		sekisho_put_text(&buf, "");
	sekisho_put_u32(&buf, 0);
	sekisho_put_u32(&buf, 0);
	sekisho_put_u32(&buf, UINT32_MAX);
	test_int(decode(&got, pool, buf.data, buf.len), -1);
	sekisho_put_text(&buf, "0123456789012345678901234567890123456789");
	test_int(decode(&got, pool, buf.data, buf.len), -1);
	sekisho_buf_free(&buf);
}

static void
test_texts(struct pool *pool)
{
	struct finding finding = { FINDING_VIRUS, 0, "a\nb", "\xff", false };
	struct inspection foreign = sample, got;
	struct sekisho_buf buf;

	test_begin("O1, N3: texts are one line of UTF-8, whoever sent them");
	foreign.findings = &finding;
	foreign.finding_count = 1;
	foreign.subject = "a\r\nBcc: b\x1b\xe2\x80\xae";
	sekisho_buf_init(&buf, 10000);
	inspection_encode(&foreign, &buf);
	test_int(decode(&got, pool, buf.data, buf.len), 0);
	test_str(got.subject, "a  Bcc: b  ");
	test_str(got.findings[0].name, "a b");
	test_str(got.findings[0].member, "\xef\xbf\xbd");
	sekisho_buf_free(&buf);
}

static void
test_list(struct pool *pool)
{
	struct inspection inspection;
	struct finding finding = findings[0];

	test_begin("inspection: an empty one is the whole message");
	inspection_init(&inspection, pool);
	test_int((long long)inspection.part_count, 1);
	test_str(inspection.parts[0].type, "message/rfc822");
	test_str(inspection.subject, "");
	test_begin("inspection: the very same finding is kept once");
	inspection_add(&inspection, pool, &finding);
	inspection_add(&inspection, pool, &finding);
	test_int((long long)inspection.finding_count, 1);
	finding.member = "b";
	inspection_add(&inspection, pool, &finding);
	finding.part = 0;
	inspection_add(&inspection, pool, &finding);
	finding.name = "c";
	inspection_add(&inspection, pool, &finding);
	test_int((long long)inspection.finding_count, 4);
	test_assert(inspection_has(&inspection, FINDING_VIRUS));
	test_assert(!inspection_has(&inspection, FINDING_SPAM));
	test_str(finding_kind_name(FINDING_ENCRYPTED), "password-protected");
	test_str(finding_kind_name(FINDING_KINDS), "?");
}

int
main(void)
{
	struct pool *pool = pool_new();

	test_fields(pool);
	test_cut(pool);
	test_wrong(pool);
	test_counts(pool);
	test_texts(pool);
	test_list(pool);
	pool_free(pool);
	return test_done();
}

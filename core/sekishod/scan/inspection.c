/*
 * inspection.c - what an inspector found, to and from a frame.
 */
#include <string.h>

#include "frame.h"
#include "inspection.h"
#include "text.h"

static const char *const kind_names[FINDING_KINDS] = {
	[FINDING_VIRUS] = "virus",
	[FINDING_PHISHING] = "phishing",
	[FINDING_SPAM] = "spam",
	[FINDING_ENCRYPTED] = "password-protected",
	[FINDING_UNSCANNABLE] = "unscannable",
	[FINDING_MACRO] = "macro",
};

const char *
finding_kind_name(enum finding_kind kind)
{
	return kind < FINDING_KINDS ? kind_names[kind] : "?";
}

void
inspection_init(struct inspection *inspection, struct pool *pool)
{
	struct part *whole;

	memset(inspection, 0, sizeof(*inspection));
	inspection->from = inspection->subject = "";
	inspection->message_id = inspection->date = "";
	whole = pool_append(pool, &inspection->parts, &inspection->part_count,
		sizeof(*whole));
	whole->path = whole->filename = whole->true_type = "";
	whole->type = "message/rfc822";
}

void
inspection_add(struct inspection *inspection, struct pool *pool,
	const struct finding *finding)
{
	const struct finding *other;
	struct finding *added;
	size_t i;

	for (i = 0; i < inspection->finding_count; i++) {
		other = &inspection->findings[i];
		if (other->kind == finding->kind &&
		    other->part == finding->part &&
		    strcmp(other->name, finding->name) == 0 &&
		    strcmp(other->member, finding->member) == 0)
			return;
	}
	added = pool_append(pool, &inspection->findings,
		&inspection->finding_count, sizeof(*added));
	*added = *finding;
}

bool
inspection_has(const struct inspection *inspection, enum finding_kind kind)
{
	size_t i;

	for (i = 0; i < inspection->finding_count; i++)
		if (inspection->findings[i].kind == kind)
			return true;
	return false;
}

static void
part_encode(const struct part *part, struct sekisho_buf *buf)
{
	sekisho_put_text(buf, part->path);
	sekisho_put_text(buf, part->filename);
	sekisho_put_text(buf, part->type);
	sekisho_put_text(buf, part->true_type);
	sekisho_put_u64(buf, part->size);
	sekisho_put_u32(buf, part->leaf);
	sekisho_put_u32(buf, part->attachment);
	sekisho_put_u32(buf, part->sealed);
}

static void
member_encode(const struct member *member, struct sekisho_buf *buf)
{
	sekisho_put_u32(buf, member->part);
	sekisho_put_text(buf, member->name);
	sekisho_put_u64(buf, member->size);
	sekisho_put_u32(buf, member->encrypted);
}

static void
finding_encode(const struct finding *finding, struct sekisho_buf *buf)
{
	sekisho_put_u32(buf, finding->kind);
	sekisho_put_u32(buf, finding->part);
	sekisho_put_text(buf, finding->name);
	sekisho_put_text(buf, finding->member);
	sekisho_put_u32(buf, finding->cleanable);
}

void
inspection_encode(const struct inspection *inspection,
	struct sekisho_buf *buf)
{
	size_t i;

	sekisho_put_text(buf, inspection->from);
	sekisho_put_text(buf, inspection->subject);
	sekisho_put_text(buf, inspection->message_id);
	sekisho_put_text(buf, inspection->date);
	sekisho_put_u32(buf, inspection->automatic);
	sekisho_put_u32(buf, inspection->list);
	sekisho_put_u32(buf, (uint32_t)inspection->part_count);
	for (i = 0; i < inspection->part_count; i++)
		part_encode(&inspection->parts[i], buf);
	sekisho_put_u32(buf, (uint32_t)inspection->member_count);
	for (i = 0; i < inspection->member_count; i++)
		member_encode(&inspection->members[i], buf);
	sekisho_put_u32(buf, (uint32_t)inspection->finding_count);
	for (i = 0; i < inspection->finding_count; i++)
		finding_encode(&inspection->findings[i], buf);
}

/*
 * A text of its own, so that it outlives the frame. It ought to be clean, but
 * that is what the jail says.
 */
static const char *
decode_text(struct sekisho_reader *in, struct pool *pool)
{
	const char *text = sekisho_get_text(in);

	return text_clean(pool, text, strlen(text));
}

/*
 * The number of records that follow, each at least smallest bytes long: an
 * impossible number is a failure before anything is allocated for it.
 */
static size_t
decode_count(struct sekisho_reader *in, size_t smallest)
{
	size_t count = sekisho_get_u32(in);

	if (count > (size_t)(in->end - in->next) / smallest) {
		in->failed = true;
		return 0;
	}
	return count;
}

static void
decode_parts(struct inspection *inspection, struct pool *pool,
	struct sekisho_reader *in)
{
	size_t i, count = decode_count(in, 40);
	struct part *part;

	if (count == 0)
		in->failed = true;
	for (i = 0; i < count && !in->failed; i++) {
		part = pool_append(pool, &inspection->parts,
			&inspection->part_count, sizeof(*part));
		part->path = decode_text(in, pool);
		part->filename = decode_text(in, pool);
		part->type = decode_text(in, pool);
		part->true_type = decode_text(in, pool);
		part->size = sekisho_get_u64(in);
		part->leaf = sekisho_get_below(in, 2);
		part->attachment = sekisho_get_below(in, 2);
		part->sealed = sekisho_get_below(in, 2);
	}
}

static void
decode_members(struct inspection *inspection, struct pool *pool,
	struct sekisho_reader *in)
{
	size_t i, count = decode_count(in, 21);
	struct member *member;

	for (i = 0; i < count && !in->failed; i++) {
		member = pool_append(pool, &inspection->members,
			&inspection->member_count, sizeof(*member));
		member->part = sekisho_get_below(in,
			(uint32_t)inspection->part_count);
		member->name = decode_text(in, pool);
		member->size = sekisho_get_u64(in);
		member->encrypted = sekisho_get_below(in, 2);
	}
}

static void
decode_findings(struct inspection *inspection, struct pool *pool,
	struct sekisho_reader *in)
{
	size_t i, count = decode_count(in, 22);
	struct finding *finding;

	for (i = 0; i < count && !in->failed; i++) {
		finding = pool_append(pool, &inspection->findings,
			&inspection->finding_count, sizeof(*finding));
		finding->kind = sekisho_get_below(in, FINDING_KINDS);
		finding->part = sekisho_get_below(in,
			(uint32_t)inspection->part_count);
		finding->name = decode_text(in, pool);
		finding->member = decode_text(in, pool);
		finding->cleanable = sekisho_get_below(in, 2);
	}
}

int
inspection_decode(struct inspection *inspection_r, struct pool *pool,
	const void *data, size_t len, struct sekisho_error *err)
{
	struct inspection inspection = { 0 };
	struct sekisho_reader in;

	sekisho_reader_init(&in, data, len);
	inspection.from = decode_text(&in, pool);
	inspection.subject = decode_text(&in, pool);
	inspection.message_id = decode_text(&in, pool);
	inspection.date = decode_text(&in, pool);
	inspection.automatic = sekisho_get_below(&in, 2);
	inspection.list = sekisho_get_below(&in, 2);
	decode_parts(&inspection, pool, &in);
	decode_members(&inspection, pool, &in);
	decode_findings(&inspection, pool, &in);
	if (!sekisho_reader_done(&in))
		return sekisho_error_set(err,
			"inspection frame: a field is missing or wrong");
	*inspection_r = inspection;
	return 0;
}

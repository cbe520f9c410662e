/*
 * rar.c - what is in a RAR archive, by its headers alone.
 *
 * Used by inspect.c. Written from the format notes that RARLAB publishes
 * ("RAR 5.0 archive format") and the older "TechNote.txt".
 */
#include <string.h>

#include "rar.h"

#define RAR4_MAIN 0x73
#define RAR4_FILE 0x74
#define RAR5_FILE 2
#define RAR5_ENCRYPTION 4
#define RAR5_EXTRA_ENCRYPTION 1

/* Reads numbers; the first that is not there sets failed. */
struct cursor {
	const unsigned char *next;
	const unsigned char *end;
	bool failed;
};

static uint64_t
get_number(struct cursor *in, unsigned int bytes)
{
	uint64_t value = 0;
	unsigned int i;

	if ((size_t)(in->end - in->next) < bytes) {
		in->failed = true;
		return 0;
	}
	for (i = 0; i < bytes; i++)
		value |= (uint64_t)in->next[i] << (8 * i);
	in->next += bytes;
	return value;
}

static void
skip(struct cursor *in, unsigned int bytes)
{
	if ((size_t)(in->end - in->next) < bytes)
		in->failed = true;
	else
		in->next += bytes;
}

/* Seven bits a byte, the lowest first. */
static uint64_t
get_vint(struct cursor *in)
{
	uint64_t value = 0, byte;
	unsigned int shift;

	for (shift = 0; shift < 63; shift += 7) {
		byte = get_number(in, 1);
		value |= (byte & 0x7f) << shift;
		if (!(byte & 0x80))
			return value;
	}
	in->failed = true;
	return 0;
}

bool
rar_open(struct rar *rar_r, const void *data, size_t len)
{
	memset(rar_r, 0, sizeof(*rar_r));
	rar_r->data = data;
	rar_r->len = len;
	if (len >= 8 && memcmp(data, "Rar!\x1a\x07\x01\x00", 8) == 0) {
		rar_r->version5 = true;
		rar_r->pos = 8;
		return true;
	}
	rar_r->pos = 7;
	return len >= 7 && memcmp(data, "Rar!\x1a\x07\x00", 7) == 0;
}

/* Goes on behind a header and its data. False when there is no such place. */
static bool
rar_skip(struct rar *rar, uint64_t header, uint64_t data)
{
	uint64_t left = rar->len - rar->pos;

	if (header > left || data > left - header) {
		rar->pos = rar->len;
		return false;
	}
	rar->pos += header + data;
	return true;
}

/* Returns the high half of the packed size, shifted to its place. */
static uint64_t
read_file4(struct cursor *in, uint64_t flags, struct rar_member *member_r)
{
	uint64_t name_len, high = 0;
	const void *nul;

	member_r->size = get_number(in, 4);
	skip(in, 1 + 4 + 4 + 1 + 1);	/* system, CRC, time, how */
	name_len = get_number(in, 2);
	skip(in, 4);			/* attributes */
	if (flags & 0x100) {
		high = get_number(in, 4) << 32;
		member_r->size |= get_number(in, 4) << 32;
	}
	if (name_len > (uint64_t)(in->end - in->next))
		name_len = (uint64_t)(in->end - in->next);
	member_r->name = (const char *)in->next;
	member_r->name_len = name_len;
	/* Behind a NUL is the same name in Unicode, packed. */
	nul = memchr(in->next, '\0', name_len);
	if (flags & 0x200 && nul != NULL)
		member_r->name_len = (size_t)((const char *)nul -
			member_r->name);
	member_r->encrypted = flags & 0x04;
	return high;
}

static int
rar4_next(struct rar *rar, struct rar_member *member_r)
{
	uint64_t type, flags, header, data;
	struct cursor in;

	while (rar->len - rar->pos >= 7) {
		in.next = rar->data + rar->pos;
		in.end = rar->data + rar->len;
		in.failed = false;
		skip(&in, 2);
		type = get_number(&in, 1);
		flags = get_number(&in, 2);
		header = get_number(&in, 2);
		data = flags & 0x8000 ? get_number(&in, 4) : 0;
		if (type == RAR4_MAIN && flags & 0x80) {
			rar->encrypted = true;
			return 0;
		}
		if (type == RAR4_FILE)
			data |= read_file4(&in, flags, member_r);
		if (header < 7 || in.failed)
			return 0;
		rar_skip(rar, header, data);
		if (type == RAR4_FILE)
			return 1;
	}
	return 0;
}

static bool
extra_has_encryption(struct cursor in)
{
	uint64_t size;
	const unsigned char *start;

	while (in.next < in.end) {
		size = get_vint(&in);
		start = in.next;
		if (in.failed || size == 0 ||
		    size > (uint64_t)(in.end - start))
			return false;
		if (get_vint(&in) == RAR5_EXTRA_ENCRYPTION)
			return true;
		in.next = start + size;
	}
	return false;
}

static void
read_file5(struct cursor *in, uint64_t extra, struct rar_member *member_r)
{
	struct cursor area = { in->end, in->end, false };
	uint64_t flags, name_len;

	if (extra <= (uint64_t)(in->end - in->next))
		area.next = in->end = in->end - extra;
	flags = get_vint(in);
	member_r->size = get_vint(in);
	get_vint(in);				/* attributes */
	skip(in, (flags & 2 ? 4 : 0) + (flags & 4 ? 4 : 0));
	get_vint(in);				/* how it is packed */
	get_vint(in);				/* system */
	name_len = get_vint(in);
	if (name_len > (uint64_t)(in->end - in->next))
		name_len = (uint64_t)(in->end - in->next);
	member_r->name = (const char *)in->next;
	member_r->name_len = name_len;
	member_r->encrypted = extra_has_encryption(area);
}

static int
rar5_next(struct rar *rar, struct rar_member *member_r)
{
	uint64_t type, flags, header, extra, data;
	struct cursor in;

	while (rar->len - rar->pos >= 7) {
		in.next = rar->data + rar->pos + 4;
		in.end = rar->data + rar->len;
		in.failed = false;
		header = get_vint(&in);
		if (in.failed || header > (uint64_t)(in.end - in.next))
			return 0;
		in.end = in.next + header;
		header += (uint64_t)(in.next - rar->data) - rar->pos;
		type = get_vint(&in);
		flags = get_vint(&in);
		extra = flags & 1 ? get_vint(&in) : 0;
		data = flags & 2 ? get_vint(&in) : 0;
		if (type == RAR5_ENCRYPTION) {
			rar->encrypted = true;
			return 0;
		}
		if (type == RAR5_FILE)
			read_file5(&in, extra, member_r);
		if (in.failed)
			return 0;
		rar_skip(rar, header, data);
		if (type == RAR5_FILE)
			return 1;
	}
	return 0;
}

int
rar_next(struct rar *rar, struct rar_member *member_r)
{
	memset(member_r, 0, sizeof(*member_r));
	return rar->version5 ? rar5_next(rar, member_r) :
		rar4_next(rar, member_r);
}

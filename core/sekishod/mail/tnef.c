/*
 * tnef.c - winmail.dat: the files and names in it.
 *
 * A row of attributes; those of attachments hold a row of MAPI properties,
 * where the long names are.
 */
#include <stdint.h>
#include <string.h>

#include "tnef.h"

#define SIGNATURE 0x223e9f78u

/* Attributes ([MS-OXTNEF] 2.1.3.2): type and id in one. */
#define ATTACH_DATA 0x0006800fu
#define ATTACH_TITLE 0x00018010u
#define ATTACH_PROPERTIES 0x00069005u
#define MESSAGE_PROPERTIES 0x00069003u

/* Types of properties with a length of their own ([MS-OXCDATA] 2.11.1). */
#define TYPE_OBJECT 0x000du
#define TYPE_STRING8 0x001eu
#define TYPE_UNICODE 0x001fu
#define TYPE_BINARY 0x0102u
#define TYPE_MANY 0x1000u
#define OBJECT_ID 16u		/* bytes before an object */

struct reader {
	const unsigned char *data;
	size_t len;
	size_t pos;
	bool bad;		/* something lay behind the end */
};

struct visit {
	tnef_fn *found;
	void *context;
};

static const unsigned char *
take(struct reader *in, size_t len)
{
	const unsigned char *bytes = in->data + in->pos;

	if (in->bad || len > in->len - in->pos) {
		in->bad = true;
		return NULL;
	}
	in->pos += len;
	return bytes;
}

static uint32_t
take_number(struct reader *in, size_t len)
{
	const unsigned char *p = take(in, len);
	uint32_t value = 0;

	while (p != NULL && len-- > 0)
		value = value << 8 | p[len];
	return value;
}

/* Values of properties fill up to a multiple of four. */
static void
take_filling(struct reader *in, size_t len)
{
	if (len % 4 != 0)
		take(in, 4 - len % 4);
}

static size_t
fixed_size(uint32_t type)
{
	switch (type) {
	case 0x0005: case 0x0006: case 0x0007: case 0x0014: case 0x0040:
		return 8;
	case 0x0048:
		return 16;
	case 0x0001:
		return 0;
	default:
		return 4;
	}
}

static int
tell(const struct visit *visit, bool name, bool wide, const void *data,
	size_t len)
{
	struct tnef_piece piece = { name, wide, data, len };

	if (data == NULL || len == 0)
		return 0;
	/* Names end in NUL. */
	while (name && !wide && piece.len > 0 &&
	    piece.data[piece.len - 1] == '\0')
		piece.len--;
	while (name && wide && piece.len > 1 &&
	    piece.data[piece.len - 1] == '\0' &&
	    piece.data[piece.len - 2] == '\0')
		piece.len -= 2;
	return visit->found(visit->context, &piece);
}

/* One value: file names, extensions, contents, HTML of the message. */
static int
value_read(const struct visit *visit, uint32_t id, uint32_t type,
	const unsigned char *data, size_t len)
{
	int status = 0;

	switch (id) {
	case 0x3001: case 0x3703: case 0x3704: case 0x3707:
		return tell(visit, true, type == TYPE_UNICODE, data, len);
	case 0x3701:
		if (type == TYPE_OBJECT && len > OBJECT_ID)
			status = tell(visit, false, false, data + OBJECT_ID,
				len - OBJECT_ID);
		return status != 0 ? status :
			tell(visit, false, false, data, len);
	case 0x1000: case 0x1013:
		return tell(visit, false, false, data, len);
	default:
		return 0;
	}
}

/* The name of a named property means nothing here. */
static void
skip_name(struct reader *in)
{
	uint32_t len;

	take(in, 16);
	if (take_number(in, 4) == 0) {
		take(in, 4);
		return;
	}
	len = take_number(in, 4);
	take(in, len);
	take_filling(in, len);
}

static int
property_read(const struct visit *visit, struct reader *in)
{
	uint32_t type = take_number(in, 2), id = take_number(in, 2);
	uint32_t base = type & ~TYPE_MANY, count = 1, len;
	const unsigned char *data;
	bool sized = base == TYPE_OBJECT || base == TYPE_STRING8 ||
		base == TYPE_UNICODE || base == TYPE_BINARY;
	int status = 0;

	if (id >= 0x8000)
		skip_name(in);
	if (sized || (type & TYPE_MANY))
		count = take_number(in, 4);
	for (; count > 0 && !in->bad && status == 0; count--) {
		len = sized ? take_number(in, 4) : (uint32_t)fixed_size(base);
		if (len == 0 && !sized)
			break;
		data = take(in, len);
		take_filling(in, len);
		if (data != NULL && sized)
			status = value_read(visit, id, base, data, len);
	}
	return status;
}

static int
properties_read(const struct visit *visit, const unsigned char *data,
	size_t len)
{
	struct reader in = { .data = data, .len = len };
	uint32_t count = take_number(&in, 4);
	int status = 0;

	for (; count > 0 && !in.bad && status == 0; count--)
		status = property_read(visit, &in);
	return status;
}

static int
attribute_read(const struct visit *visit, uint32_t id,
	const unsigned char *data, size_t len)
{
	switch (id) {
	case ATTACH_TITLE:
		return tell(visit, true, false, data, len);
	case ATTACH_DATA:
		return tell(visit, false, false, data, len);
	case ATTACH_PROPERTIES:
	case MESSAGE_PROPERTIES:
		return properties_read(visit, data, len);
	default:
		return 0;
	}
}

int
tnef_read(const void *data, size_t len, tnef_fn *found, void *context)
{
	struct visit visit = { found, context };
	struct reader in = { .data = data, .len = len };
	const unsigned char *value;
	uint32_t id, size;
	int status = 0;

	if (take_number(&in, 4) != SIGNATURE)
		return 0;
	take(&in, 2);
	while (!in.bad && in.pos < in.len && status == 0) {
		take(&in, 1);
		id = take_number(&in, 4);
		size = take_number(&in, 4);
		/* Of a file that was cut, what is there. */
		if (!in.bad && size > in.len - in.pos)
			size = (uint32_t)(in.len - in.pos);
		value = take(&in, size);
		if (value != NULL)
			status = attribute_read(&visit, id, value, size);
		take(&in, 2);
	}
	return status;
}

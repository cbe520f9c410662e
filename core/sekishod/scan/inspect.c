/*
 * inspect.c - parse and scan one message, in the jail: message -> findings.
 *
 * A clean mail costs one scan of the whole message. Only when that found
 * something, each part is scanned by itself to learn which one it is
 * (attribution.c).
 */
#include <string.h>

#include "attribution.h"
#include "cms.h"
#include "encrypted.h"
#include "engine.h"
#include "engine_limit.h"
#include "filetype.h"
#include "inspect.h"
#include "mime.h"
#include "places.h"
#include "probe.h"
#include "rar.h"
#include "stray.h"
#include "text.h"

#define RAR_MEMBERS_MAX 5000u
#define NAMES_MAX (8u << 20)	/* bytes of types and names of all parts */

/* What the functions below need all the time. */
struct look {
	struct engine *engine;
	bool types;
	const struct mime *mime;
	struct pool *pool;
	struct inspection *inspection;
	struct probe *probe;
	unsigned char (*digests)[SEEN_DIGEST];	/* of the leaves */
	bool *unseen;			/* of these, see find_unseen() */
	struct seen *archives;		/* digests of files with members */
};

static void
add_part_finding(struct inspection *inspection, struct pool *pool,
	enum finding_kind kind, uint32_t part, const char *name)
{
	struct finding finding = { .kind = kind, .part = part, .name = name,
		.member = "" };

	inspection_add(inspection, pool, &finding);
}

static void
copy_facts(struct inspection *inspection, const struct mime *mime)
{
	inspection->from = mime->from;
	inspection->subject = mime->subject;
	inspection->message_id = mime->message_id;
	inspection->date = mime->date;
	inspection->automatic = mime->automatic;
	inspection->list = mime->list;
}

/* Members of a RAR archive, which libclamav may not be able to open. */
static void
look_into_rar(struct inspection *inspection, uint32_t index,
	const struct sekisho_buf *data, struct pool *pool)
{
	bool encrypted = false;
	struct rar_member entry;
	struct member *member;
	struct rar rar;

	if (!rar_open(&rar, data->data, data->len))
		return;
	while (inspection->member_count < RAR_MEMBERS_MAX &&
	    rar_next(&rar, &entry) == 1) {
		member = pool_append(pool, &inspection->members,
			&inspection->member_count, sizeof(*member));
		member->part = index;
		member->name = text_clean(pool, entry.name, entry.name_len);
		member->size = entry.size;
		member->encrypted = entry.encrypted;
		encrypted |= entry.encrypted;
	}
	if (encrypted || rar.encrypted)
		add_part_finding(inspection, pool, FINDING_ENCRYPTED, index,
			"Sekisho.Encrypted.RAR");
}

/* The mail inside a signed one, which libclamav does not open. */
static int
look_into_signed(const struct look *look, const struct sekisho_buf *data,
	struct sekisho_error *err)
{
	struct sekisho_buf mail;
	int status = 0;

	sekisho_buf_init(&mail, SEKISHO_MESSAGE_MAX);
	sekisho_buf_puts(&mail, "MIME-Version: 1.0\n");
	if (cms_signed_content(data->data, data->len, &mail))
		status = mail.failed ? sekisho_error_set(err, "no memory for "
			"a signed mail") : probe_file(look->probe,
			MIMECODE_WAYS, mail.data, mail.len, err);
	sekisho_buf_free(&mail);
	return status;
}

/* What a leaf is by its bytes. Returns 0, or -1 when it cannot be told. */
static int
look_into(const struct look *look, size_t index, struct sekisho_error *err)
{
	struct part *part = &look->inspection->parts[index];
	struct sekisho_buf data;
	const char *name;
	int status = 0;

	sekisho_buf_init(&data, SEKISHO_MESSAGE_MAX);
	mime_decode(look->mime, index, &data);
	part->size = data.len;
	if (data.failed)
		status = sekisho_error_set(err, "no memory to decode a part");
	if (data.failed || data.len == 0)
		goto out;
	seen_digest(look->digests[index], data.data, data.len);
	if (look->types || seen_has(look->archives, look->digests[index]))
		part->true_type = filetype_copy(look->pool, data.data,
			data.len);
	name = encrypted_name(look->mime, index, data.data, data.len);
	if (name != NULL)
		add_part_finding(look->inspection, look->pool,
			FINDING_ENCRYPTED, (uint32_t)index, name);
	look_into_rar(look->inspection, (uint32_t)index, &data, look->pool);
	look->probe->part = (uint32_t)index;
	look->probe->cleanable = attribution_cleanable(look->mime, index);
	status = look_into_signed(look, &data, err);
	if (status == 0)
		status = probe_open(look->probe, mimecode_of(
			look->mime->parts[index].encoding), data.data,
			data.len, err);
	look->probe->part = 0;
	look->probe->cleanable = false;
out:
	sekisho_buf_free(&data);
	return status;
}

/* The frame to the clerk has room for so many names and no more. */
static void
copy_part(struct part *part, const struct mime_part *from, size_t *room)
{
	size_t need = strlen(from->path) + strlen(from->filename) +
		strlen(from->type);

	part->path = from->path;
	part->filename = part->type = part->true_type = "";
	if (need <= *room) {
		*room -= need;
		part->filename = from->filename;
		part->type = from->type;
	} else {
		*room = 0;
	}
	part->size = from->end - from->body_start;
	part->leaf = from->leaf;
	part->attachment = from->attachment;
	part->sealed = from->sealed;
}

static int
list_parts(const struct look *look, struct sekisho_error *err)
{
	struct inspection *inspection = look->inspection;
	const struct mime *mime = look->mime;
	size_t i, room = NAMES_MAX;
	struct part *part;

	inspection->parts[0].size = mime->len;
	for (i = 1; i < mime->count; i++) {
		part = pool_append(look->pool, &inspection->parts,
			&inspection->part_count, sizeof(*part));
		copy_part(part, &mime->parts[i], &room);
		if (part->leaf && look_into(look, i, err) < 0)
			return -1;
	}
	if (room == 0)
		add_part_finding(inspection, look->pool, FINDING_UNSCANNABLE,
			0, "Sekisho.Unscannable: names of parts are too long");
	if (mime->doubt[0] != '\0')
		add_part_finding(inspection, look->pool, FINDING_UNSCANNABLE,
			0, pool_printf(look->pool, "Sekisho.Unscannable: %s",
			mime->doubt));
	return 0;
}

/* What the scan of the whole mail has not looked at as we decode it. */
static bool
find_unseen(const struct look *look)
{
	bool any = false;
	size_t i;

	for (i = 1; i < look->mime->count; i++) {
		look->unseen[i] = look->inspection->parts[i].leaf &&
			look->inspection->parts[i].size > 0 &&
			!seen_has(look->probe->seen, look->digests[i]);
		any |= look->unseen[i];
	}
	return any;
}

static int
attribute(const struct look *look, const struct scan_result *whole,
	struct sekisho_error *err)
{
	struct places places;

	if (!find_unseen(look) && whole->match_count == 0 &&
	    whole->member_count == 0)
		return 0;
	places_find(&places, look->pool, whole, look->inspection,
		look->digests);
	return attribution_run(&(struct attribution){ .engine = look->engine,
		.mime = look->mime, .pool = look->pool,
		.inspection = look->inspection, .whole = whole,
		.unseen = look->unseen, .places = &places }, err);
}

/* All but the scan of the whole mail. */
static int
look_closer(struct look *look, const struct scan_result *whole,
	struct sekisho_error *err)
{
	size_t i;

	for (i = 0; i < whole->layer_count; i++)
		seen_add(look->probe->seen, whole->layers[i].digest);
	places_list(whole, look->archives);
	if (list_parts(look, err) < 0 || attribute(look, whole, err) < 0)
		return -1;
	for (i = 1; i < look->mime->count; i++)
		if (look->inspection->parts[i].leaf)
			seen_add(look->probe->seen, look->digests[i]);
	return stray_scan(look->probe, look->mime, err);
}

int
inspect_message(struct engine *engine, const char *message, size_t len,
	bool types, struct pool *pool, struct inspection *inspection_r,
	struct sekisho_error *err)
{
	struct probe probe = { .engine = engine, .pool = pool,
		.inspection = inspection_r };
	struct look look = { engine, types, NULL, pool, inspection_r, &probe,
		NULL, NULL, NULL };
	struct scan_result whole;
	int status;

	engine_start_clock(engine);
	inspection_init(inspection_r, pool);
	look.mime = mime_parse(message, len, pool);
	look.digests = pool_array(pool, look.mime->count, SEEN_DIGEST);
	look.unseen = pool_array(pool, look.mime->count, sizeof(bool));
	copy_facts(inspection_r, look.mime);
	if (engine_scan(engine, message, len, pool, &whole, err) < 0)
		return -1;
	probe.seen = seen_new();
	look.archives = seen_new();
	status = look_closer(&look, &whole, err);
	seen_free(look.archives);
	seen_free(probe.seen);
	return status;
}

/*
 * engine_scan.c - one scan by libclamav, and whether to believe it.
 *
 * libclamav reports by callbacks: each match, each member of an archive, each
 * layer that it enters and leaves. What it could not do it only logs.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/statvfs.h>

#include <glib.h>

#include "channel.h"
#include "engine.h"
#include "engine_layers.h"
#include "engine_private.h"
#include "headerwork.h"
#include "rar.h"
#include "text.h"

#define MATCHES_MAX 1000u
#define MEMBERS_MAX 20000u
#define MEMBER_SIZE_MAX (100ull << 20)	/* unpacked; larger ones are cut */
#define BOMB_SIZE (20ull << 20)		/* a member at least that large ... */
#define BOMB_RATIO 200u			/* ... from so much less is a bomb */
#define MAIL_START 4096u		/* bytes in which a mail shows as one */
#define CLOCK_SLACK_MS 1000		/* clocks differ by less */
#define ROOM_EXTRA (16ull << 20)	/* free in TMPDIR before a scan, ... */
#define ROOM_FACTOR 4u			/* ... and the mail so many times */

/* A member of the outermost archive; layers are told without folders. */
struct top_member {
	const char *name;
	const char *base;
	uint64_t size;
};

/* One scan while it goes on; the context of the callbacks. */
struct scan {
	struct pool *pool;
	struct scan_result *result;
	GHashTable *member_index;	/* name -> index + 1 of the last one */
	uint64_t member_max;		/* libclamav's limit for one file */
	int64_t deadline;		/* when its time is really up */
	bool out_of_time;		/* it says that it is */
	bool opens_rar;
	bool raw;			/* take it apart as no mail, no HTML */
	bool whole_costs;		/* because of headerwork.h */
	uint64_t headerwork;		/* of all layers that are mails ... */
	size_t headerwork_files;	/* ... or texts */
	struct layers layers;
	const char *member;		/* name of the layer at level 1 */
	struct top_member *top;		/* in the order of the archive */
	size_t top_count;
	size_t top_next;		/* behind the last one that was met */
};

static void
scan_add_match(struct scan *scan, const char *name, const char *member)
{
	static const char suffix[] = ".UNOFFICIAL";
	struct scan_result *result = scan->result;
	struct scan_match *match;
	size_t i, len = strlen(name);

	if (len >= sizeof(suffix) &&
	    strcmp(name + len - (sizeof(suffix) - 1), suffix) == 0)
		len -= sizeof(suffix) - 1;
	name = text_clean(scan->pool, name, len);
	for (i = 0; i < result->match_count; i++)
		if (strcmp(result->matches[i].name, name) == 0 &&
		    strcmp(result->matches[i].member, member) == 0)
			return;
	if (result->match_count >= MATCHES_MAX)
		return;
	match = pool_append(scan->pool, &result->matches, &result->match_count,
		sizeof(*match));
	match->name = name;
	match->member = member;
}

/* The member of the archive that is scanned in which libclamav is, or "". */
static const char *
scan_member_at_work(const struct scan *scan)
{
	return layers_in_archive(&scan->layers) ? scan->member : "";
}

static void
on_virus_found(int fd, const char *name, void *context)
{
	struct scan *scan = context;

	if (scan == NULL || name == NULL)
		return;
	/* Heuristics come late, when another layer is at work. */
	scan_add_match(scan, name, strncmp(name, "Heuristics.", 11) != 0 ?
		scan_member_at_work(scan) : "");
	scan->out_of_time |= strcmp(name, ENGINE_LIMIT "MaxScanTime") == 0;
}

/*
 * The whole name of the member that is now at work. Members come in the order
 * in which they were announced, but empty and tiny ones are left out.
 */
static const char *
scan_member_name(struct scan *scan, const char *name, uint64_t size)
{
	size_t i, index;

	for (i = 0; i < scan->top_count; i++) {
		index = (scan->top_next + i) % scan->top_count;
		if (scan->top[index].size == size &&
		    strcmp(scan->top[index].base, name) == 0) {
			scan->top_next = index + 1;
			return scan->top[index].name;
		}
	}
	return name;
}

/*
 * Without a library that is not free, libclamav passes over a RAR archive
 * without a word, at any depth. What is in it is in its headers.
 */
static void
scan_look_at_rar(struct scan *scan, const char *data, size_t size)
{
	const char *where = scan_member_at_work(scan);
	bool encrypted = false;
	struct rar_member member;
	struct rar rar;

	if (data == NULL || !rar_open(&rar, data, size))
		return;
	while (!encrypted && rar_next(&rar, &member) == 1)
		encrypted = member.encrypted;
	if (encrypted || rar.encrypted)
		scan_add_match(scan, ENGINE_ENCRYPTED_RAR, where);
	else if (!scan->opens_rar)
		scan_add_match(scan, ENGINE_CLOSED_RAR, where);
}

/* Might it be taken apart as a mail? See headerwork.h. */
static bool
layer_is_mail(const char *type, const char *data, size_t size)
{
	static const char *const fields[] = { "content-type:",
		"mime-version:", "received:" };
	const char *colon = data, *end;
	size_t i, len;

	if (data == NULL)
		return false;
	if (type == NULL || strcmp(type, "CL_TYPE_MAIL") == 0 ||
	    strcmp(type, "CL_TYPE_MHTML") == 0)
		return true;
	if (strncmp(type, "CL_TYPE_TEXT", 12) != 0)
		return false;
	end = data + (size < MAIL_START ? size : MAIL_START);
	while ((colon = memchr(colon, ':', (size_t)(end - colon))) != NULL) {
		colon++;
		for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
			len = strlen(fields[i]);
			if ((size_t)(colon - data) >= len && strncasecmp(
			    colon - len, fields[i], len) == 0)
				return true;
		}
	}
	return false;
}

/* Why it would take libclamav too long, or NULL. */
static const char *
layer_costs_too_much(struct scan *scan, const char *type, const char *data,
	size_t size)
{
	bool mail = layer_is_mail(type, data, size);

	if (data == NULL || (!mail && strcmp(type, "CL_TYPE_HTML") != 0 &&
	    strncmp(type, "CL_TYPE_TEXT", 12) != 0))
		return NULL;
	if (mail)
		scan->headerwork += headerwork_count(data, size);
	scan->headerwork_files += headerwork_files(data, size);
	return scan->headerwork > HEADERWORK_MAX ?
		ENGINE_LIMIT "HeaderFields" :
		scan->headerwork_files > HEADERWORK_FILES ?
		ENGINE_LIMIT "Files" : NULL;
}

static cl_error_t
on_layer(int fd, const char *type, const char **ancestors, size_t parent_size,
	const char *name, size_t size, const char *data, uint32_t level,
	uint32_t attributes, void *context)
{
	struct scan *scan = context;
	const char *limit;

	if (scan == NULL)
		return CL_CLEAN;
	layers_enter(&scan->layers, level, type);
	if (level == 1)
		scan->member = name == NULL ? "" : scan_member_name(scan,
			text_clean(scan->pool, name, strlen(name)), size);
	scan_look_at_rar(scan, data, size);
	limit = scan->raw ? NULL :
		layer_costs_too_much(scan, type, data, size);
	if (limit != NULL) {
		scan_add_match(scan, limit, "");
		scan->whole_costs |= level == 0;
		return CL_BREAK;
	}
	layers_note(&scan->layers, scan->pool, scan->result, data, size);
	return CL_CLEAN;
}

static cl_error_t
on_layer_end(int fd, int result, const char *name, void *context)
{
	struct scan *scan = context;

	if (scan != NULL)
		layers_leave(&scan->layers);
	return CL_CLEAN;
}

static void
scan_add_top_member(struct scan *scan, const struct scan_member *member)
{
	const char *slash = strrchr(member->name, '/');
	struct top_member *top = pool_append(scan->pool, &scan->top,
		&scan->top_count, sizeof(*top));

	top->name = member->name;
	top->base = slash != NULL ? slash + 1 : member->name;
	top->size = member->size;
}

/*
 * The member of that name in the file at work, new or not; NULL: too many. If
 * too many files have one of the same name, nobody knows any more whose it is.
 */
static struct scan_member *
scan_find_member(struct scan *scan, const char *name)
{
	struct scan_result *result = scan->result;
	size_t names = g_hash_table_size(scan->member_index);
	size_t index = GPOINTER_TO_SIZE(
		g_hash_table_lookup(scan->member_index, name));
	size_t file = layers_file(&scan->layers);
	struct scan_member *member = NULL;

	if (index > 0)
		member = &result->members[index - 1];
	if (member == NULL && names >= MEMBERS_MAX)
		return NULL;
	if (member != NULL && member->file == file)
		return member;
	if (member != NULL && result->member_count - names >= MEMBERS_MAX) {
		member->file = 0;
		return member;
	}
	member = pool_append(scan->pool, &result->members,
		&result->member_count, sizeof(*member));
	member->name = name;
	member->file = file;
	g_hash_table_insert(scan->member_index, (void *)name,
		GSIZE_TO_POINTER(result->member_count));
	return member;
}

/* Called twice for members of zip archives. */
static void
scan_add_member(struct scan *scan, const char *raw, uint64_t size,
	bool encrypted)
{
	size_t before = scan->result->member_count;
	struct scan_member *member = scan_find_member(scan,
		text_clean(scan->pool, raw, strlen(raw)));

	if (member == NULL) {
		scan_add_match(scan, ENGINE_LIMIT "Members", "");
		return;
	}
	if (scan->result->member_count > before) {
		member->size = size;
		if (layers_level(&scan->layers) == 0)
			scan_add_top_member(scan, member);
	}
	if (size > member->size)
		member->size = size;
	member->encrypted |= encrypted;
}

static cl_error_t
on_member(const char *container, unsigned long packed, const char *name,
	unsigned long size, int encrypted, unsigned int position,
	void *context)
{
	struct scan *scan = context;

	/* Parts of mails are members for libclamav, but not for us. */
	if (scan == NULL || container == NULL ||
	    strcmp(container, "CL_TYPE_MAIL") == 0)
		return CL_CLEAN;
	scan_add_member(scan, name != NULL ? name : "", size, encrypted != 0);
	if (encrypted)
		return CL_CLEAN;
	if (size > scan->member_max)
		scan_add_match(scan, ENGINE_LIMIT "MemberSize", "");
	else if (packed > 0 && size >= BOMB_SIZE &&
	    size / BOMB_RATIO > packed)
		scan_add_match(scan, ENGINE_LIMIT "MemberRatio", "");
	return CL_CLEAN;
}

void
engine_set_callbacks(struct cl_engine *clamav)
{
	cl_engine_set_clcb_virus_found(clamav, on_virus_found);
	cl_engine_set_clcb_file_inspection(clamav, on_layer);
	cl_engine_set_clcb_post_scan(clamav, on_layer_end);
	cl_engine_set_clcb_meta(clamav, on_member);
}

/* 1 when there is room, 0 when there never will be, -1 when not now. */
static int
scan_has_room(size_t len, struct sekisho_error *err)
{
	const char *tmp = getenv("TMPDIR");
	uint64_t need = (uint64_t)len * ROOM_FACTOR + ROOM_EXTRA;
	struct statvfs fs;

	if (tmp == NULL || *tmp == '\0')
		tmp = "/tmp";
	if (statvfs(tmp, &fs) < 0)
		return sekisho_error_set(err, "scanner: %s cannot be used as "
			"a place for temporary files", tmp);
	if ((uint64_t)fs.f_blocks * fs.f_frsize < need)
		return 0;
	if ((uint64_t)fs.f_bavail * fs.f_frsize < need || fs.f_favail == 1)
		return sekisho_error_set(err, "scanner: %s has no room for "
			"%llu bytes of temporary files", tmp,
			(unsigned long long)need);
	return 1;
}

/* Time and sizes for this scan. */
static void
scan_set_limits(const struct engine *engine, struct scan *scan, size_t len)
{
	int64_t left = (int64_t)engine->scan_seconds * 1000;
	struct cl_engine *clamav = engine->clamav;

	if (engine->deadline != 0)
		left = engine->deadline - sekisho_now();
	if (left < 1)
		left = 1;
	scan->deadline = sekisho_deadline(left);
	scan->member_max = len > MEMBER_SIZE_MAX ? len : MEMBER_SIZE_MAX;
	cl_engine_set_num(clamav, CL_ENGINE_MAX_SCANTIME, left);
	cl_engine_set_num(clamav, CL_ENGINE_MAX_FILESIZE,
		(long long)scan->member_max + 1);
	cl_engine_set_num(clamav, CL_ENGINE_MAX_SCANSIZE,
		(200ll << 20) + 4 * (long long)len);
}

static cl_error_t
scan_call(const struct engine *engine, struct scan *scan, const void *data,
	size_t len)
{
	struct cl_scan_options options = {
		.general = CL_SCAN_GENERAL_ALLMATCHES |
			CL_SCAN_GENERAL_HEURISTICS,
		.parse = scan->raw ? ~(uint32_t)(CL_SCAN_PARSE_MAIL |
			CL_SCAN_PARSE_HTML) : ~0u,
		.heuristic = CL_SCAN_HEURISTIC_ENCRYPTED_ARCHIVE |
			CL_SCAN_HEURISTIC_ENCRYPTED_DOC |
			CL_SCAN_HEURISTIC_EXCEEDS_MAX |
			CL_SCAN_HEURISTIC_MACROS,
	};
	const char *name = NULL;
	unsigned long scanned = 0;
	cl_fmap_t *map = cl_fmap_open_memory(data, len);
	cl_error_t code;

	if (map == NULL)
		return CL_EMEM;
	code = cl_scanmap_callback(map, NULL, &name, &scanned, engine->clamav,
		&options, scan);
	cl_fmap_close(map);
	if (code == CL_VIRUS && name != NULL && scan->result->match_count == 0)
		scan_add_match(scan, name, "");
	return code;
}

/* Only for some archives libclamav says that a member is encrypted (ARJ). */
static void
scan_check_members(struct scan *scan)
{
	const struct scan_result *result = scan->result;
	bool encrypted = false;
	size_t i;

	for (i = 0; i < result->match_count; i++)
		if (strncmp(result->matches[i].name, "Heuristics.Encrypted.",
		    21) == 0)
			return;
	for (i = 0; i < result->member_count; i++)
		encrypted |= result->members[i].encrypted;
	if (encrypted)
		scan_add_match(scan, ENGINE_ENCRYPTED_MEMBER, "");
}

/*
 * libclamav measures its time by the clock on the wall. When that is set during
 * a scan, what follows has not been looked at, and nothing is wrong with it.
 */
static bool
scan_ended_early(const struct scan *scan)
{
	return scan->out_of_time &&
		sekisho_now() + CLOCK_SLACK_MS < scan->deadline;
}

/* 0 when the result can be believed. */
static int
scan_check(struct scan *scan, cl_error_t code, struct sekisho_error *err)
{
	scan->out_of_time |= code == CL_ETIMEOUT;
	if (scan_ended_early(scan))
		return sekisho_error_set(err, "scanner: the clock was set "
			"during a scan");
	if (engine_log.passing > 0)
		return sekisho_error_set(err, "scanner: %s", engine_log.first);
	if (engine_log.errors > 0)
		scan_add_match(scan, ENGINE_LIMIT "Damaged", "");
	switch (code) {
	case CL_SUCCESS:
	case CL_VIRUS:
		return 0;
	case CL_ETIMEOUT:
	case CL_EMAXREC:
	case CL_EMAXSIZE:
	case CL_EMAXFILES:
	case CL_EFORMAT:
	case CL_EPARSE:
	case CL_EUNPACK:
		scan_add_match(scan, ENGINE_LIMIT "Scan", "");
		return 0;
	default:
		return sekisho_error_set(err, "scanner: %s",
			cl_strerror(code));
	}
}

int
engine_scan(struct engine *engine, const void *data, size_t len,
	struct pool *pool, struct scan_result *result_r,
	struct sekisho_error *err)
{
	struct scan scan = { .pool = pool, .result = result_r, .member = "",
		.opens_rar = engine->opens_rar };
	cl_error_t code;
	int room;

	memset(result_r, 0, sizeof(*result_r));
	if (len == 0)
		return 0;
	room = scan_has_room(len, err);
	if (room < 0)
		return -1;
	if (room == 0) {
		scan_add_match(&scan, ENGINE_LIMIT "MessageSize", "");
		return 0;
	}
	scan_set_limits(engine, &scan, len);
	scan.member_index = g_hash_table_new(g_str_hash, g_str_equal);
	engine_log_reset();
	code = scan_call(engine, &scan, data, len);
	if (scan.whole_costs) {
		scan.raw = true;	/* at least what stands there */
		code = scan_call(engine, &scan, data, len);
	}
	g_hash_table_destroy(scan.member_index);
	scan_check_members(&scan);
	return scan_check(&scan, code, err);
}

/*
 * probe.c - look closer at bytes that some mail program may take for a file.
 */
#include <string.h>
#include <strings.h>

#include "charset.h"
#include "engine.h"
#include "engine_limit.h"
#include "probe.h"
#include "stray.h"
#include "text.h"
#include "tnef.h"
#include "virusname.h"

#define DEPTH_MAX 8u
#define NAMES_MAX 20000u
#define NAME_BYTES_MAX (4u << 20)

static void
add_finding(struct probe *probe, enum finding_kind kind, const char *name)
{
	struct finding finding = { .kind = kind, .part = probe->part,
		.name = name, .member = "" };

	finding.cleanable = kind == FINDING_VIRUS && probe->cleanable;

	inspection_add(probe->inspection, probe->pool, &finding);
}

void
probe_unscannable(struct probe *probe, const char *why)
{
	add_finding(probe, FINDING_UNSCANNABLE, pool_printf(probe->pool,
		"Sekisho.Unscannable: %s", why));
}

void
probe_name(struct probe *probe, const char *name)
{
	struct inspection *inspection = probe->inspection;
	struct member *member;

	if (*name == '\0' ||
	    strcmp(inspection->parts[probe->part].filename, name) == 0)
		return;
	probe->member_bytes += strlen(name);
	if (++probe->members > NAMES_MAX ||
	    probe->member_bytes > NAME_BYTES_MAX) {
		probe_unscannable(probe, "too many names of files");
		return;
	}
	member = pool_append(probe->pool, &inspection->members,
		&inspection->member_count, sizeof(*member));
	member->part = probe->part;
	member->name = name;
}

static void
add_result(struct probe *probe, const struct scan_result *result)
{
	enum finding_kind kind;
	size_t i;

	for (i = 0; i < result->match_count; i++) {
		kind = virusname_kind(result->matches[i].name);
		if (kind < FINDING_KINDS)
			add_finding(probe, kind, result->matches[i].name);
	}
	for (i = 0; i < result->member_count; i++)
		probe_name(probe, result->members[i].name);
	for (i = 0; i < result->layer_count; i++)
		seen_add(probe->seen, result->layers[i].digest);
}

int
probe_file(struct probe *probe, enum mimecode way, const void *data,
	size_t len, struct sekisho_error *err)
{
	unsigned char digest[SEEN_DIGEST];
	struct scan_result result;

	if (len == 0)
		return 0;
	seen_digest(digest, data, len);
	if (!seen_add(probe->seen, digest))
		return 0;
	if (engine_time_is_up(probe->engine)) {
		probe_unscannable(probe, "the scan takes too long");
		return 0;
	}
	if (engine_scan(probe->engine, data, len, probe->pool, &result,
	    err) < 0)
		return -1;
	add_result(probe, &result);
	return probe_open(probe, way, data, len, err);
}

/* Header lines that a mail begins with. */
static bool
looks_like_mail(const char *data, size_t len)
{
	static const char *const names[] = { "Received:", "Return-Path:",
		"From:", "From ", "Date:", "MIME-Version:", "Content-Type:",
		"Content-Transfer-Encoding:", "Content-Disposition:",
		"Content-Class:", "Message-ID:", "Subject:", "To:", "X-",
		"Delivered-To:", "DKIM-Signature:", "Reply-To:", "Cc:",
		"Sender:", "Authentication-Results:", "--" };
	size_t i, n;

	while (len > 0 && strchr("\r\n \t", *data) != NULL && *data != '\0')
		data++, len--;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		n = strlen(names[i]);
		if (len > n && strncasecmp(data, names[i], n) == 0)
			return true;
	}
	return false;
}

/* What the parts of an inner mail hold. */
static int
probe_parts(struct probe *probe, const struct mime *mime,
	struct sekisho_error *err)
{
	struct sekisho_buf data;
	int status = 0;
	size_t i;

	for (i = 1; i < mime->count && status == 0; i++) {
		probe_name(probe, mime->parts[i].filename);
		if (!mime->parts[i].leaf)
			continue;
		sekisho_buf_init(&data, SEKISHO_MESSAGE_MAX);
		mime_decode(mime, i, &data);
		status = data.failed ? sekisho_error_set(err, "no memory to "
			"decode a part") : probe_file(probe, mimecode_of(
			mime->parts[i].encoding), data.data, data.len, err);
		sekisho_buf_free(&data);
	}
	return status;
}

int
probe_mail(struct probe *probe, const char *data, size_t len,
	struct sekisho_error *err)
{
	const struct mime *mime = mime_parse(data, len, probe->pool);

	if (mime->doubt[0] != '\0')
		probe_unscannable(probe, mime->doubt);
	if (probe_parts(probe, mime, err) < 0)
		return -1;
	return stray_scan(probe, mime, err);
}

/* For a piece of TNEF. */
struct piece {
	struct probe *probe;
	struct sekisho_error *err;
};

static int
on_piece(void *context, const struct tnef_piece *piece)
{
	const struct piece *at = context;
	struct probe *probe = at->probe;
	struct sekisho_buf name;

	if (!piece->name)
		return probe_file(probe, MIMECODE_WAYS, piece->data,
			piece->len, at->err);
	sekisho_buf_init(&name, 4 * TEXT_MAX);
	if (piece->wide && piece->len <= TEXT_MAX &&
	    charset_to_utf8(&name, "UTF-16LE", piece->data, piece->len) == 0)
		probe_name(probe, text_clean(probe->pool, name.data,
			name.len));
	else if (!piece->wide)
		probe_name(probe, text_clean(probe->pool, piece->data,
			piece->len));
	sekisho_buf_free(&name);
	return 0;
}

int
probe_open(struct probe *probe, enum mimecode way, const void *data,
	size_t len, struct sekisho_error *err)
{
	struct piece at = { probe, err };
	bool mail = way != MIMECODE_IDENTITY && looks_like_mail(data, len);
	int status;

	if (!mail && (len < 4 || memcmp(data, "\x78\x9f\x3e\x22", 4) != 0))
		return 0;
	if (probe->depth == DEPTH_MAX) {
		probe_unscannable(probe, "mails are packed too deeply");
		return 0;
	}
	probe->depth++;
	status = mail ? probe_mail(probe, data, len, err) :
		tnef_read(data, len, on_piece, &at);
	probe->depth--;
	return status;
}

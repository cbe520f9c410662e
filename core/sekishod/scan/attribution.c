/*
 * attribution.c - which part of a message holds what a scan has found.
 *
 * Called by inspect.c when the scan of the whole message gave anything. A
 * part's verdict is exact since only its own bytes are scanned. Whose the
 * members of archives are is known without that (places.c).
 */
#include <string.h>

#include <glib.h>

#include "attribution.h"
#include "engine_limit.h"
#include "filetype.h"
#include "officekey.h"
#include "virusname.h"

#define MEMBERS_MAX 20000u	/* in one inspection ... */
#define MEMBER_NAMES_MAX (8u << 20)	/* ... and bytes of their names */

/* inspect.c has read the names of this archive already. */
static bool
part_is_listed(const struct inspection *inspection, size_t index)
{
	const char *type = inspection->parts[index].true_type;

	return strcmp(type, "application/x-rar") == 0;
}

/* While it goes on. */
struct run {
	const struct attribution *a;
	GHashTable *names;	/* matches that a part showed */
	GHashTable *members;	/* names of members that a part showed */
	GHashTable *here;	/* of the part at hand: name -> index + 1 */
	size_t member_bytes;
};

bool
attribution_cleanable(const struct mime *mime, size_t index)
{
	const struct mime_part *part = &mime->parts[index];
	const struct mime_part *parent = &mime->parts[part->parent];

	return part->leaf && part->attachment && !part->sealed &&
		parent->boundary[0] != '\0' && parent->children > 1;
}

static void
add_finding(const struct attribution *a, size_t index,
	const struct scan_match *match)
{
	struct finding finding = {
		.kind = virusname_kind(match->name),
		.part = (uint32_t)index,
		.name = match->name,
		.member = index != 0 ? match->member : "",
	};

	finding.cleanable = finding.kind == FINDING_VIRUS && index != 0 &&
		attribution_cleanable(a->mime, index);
	if (finding.kind < FINDING_KINDS)
		inspection_add(a->inspection, a->pool, &finding);
}

static void
add_unscannable(const struct attribution *a, const char *name)
{
	struct finding finding = { .kind = FINDING_UNSCANNABLE, .name = name,
		.member = "" };

	inspection_add(a->inspection, a->pool, &finding);
}

/*
 * What an Office document consists of is no file that a user unpacks. But a
 * program in an archive that looks like one is.
 */
static bool
member_is_of_office(const char *name)
{
	static const char *const endings[] = {
		"xml", "rels", "bin", "vml", "rdf", "txt", "psmdcp", "jpg",
		"jpeg", "png", "gif", "emf", "wmf", "emz", "wmz", "tif",
		"tiff", "bmp", "svg", "svm", "wdp", "fntdata", "odttf", "ttf",
		"docx", "xlsx", "pptx", "wav", "mp3", "mp4", "sigs", "data",
	};
	const char *slash = strrchr(name, '/');
	const char *dot = strrchr(slash != NULL ? slash : name, '.');
	size_t i;

	if (dot == NULL)
		return true;
	for (i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
		if (g_ascii_strcasecmp(dot + 1, endings[i]) == 0)
			return true;
	return false;
}

static void
add_member(struct run *run, size_t index, const struct scan_member *from)
{
	struct inspection *inspection = run->a->inspection;
	const char *type = inspection->parts[index].true_type;
	size_t known = GPOINTER_TO_SIZE(g_hash_table_lookup(run->here,
		from->name));
	struct member *member;

	if (known != 0) {
		member = &inspection->members[known - 1];
		member->size = MAX(member->size, from->size);
		member->encrypted |= from->encrypted;
		return;
	}
	if (part_is_listed(inspection, index))
		return;
	if (filetype_is_office(type) && member_is_of_office(from->name))
		return;
	run->member_bytes += strlen(from->name);
	if (inspection->member_count >= MEMBERS_MAX ||
	    run->member_bytes > MEMBER_NAMES_MAX) {
		add_unscannable(run->a, "Sekisho.Unscannable: too many files "
			"in archives");
		return;
	}
	member = pool_append(run->a->pool, &inspection->members,
		&inspection->member_count, sizeof(*member));
	member->part = (uint32_t)index;
	member->name = from->name;
	member->size = from->size;
	member->encrypted = from->encrypted;
	g_hash_table_insert(run->here, (void *)from->name,
		GSIZE_TO_POINTER(inspection->member_count));
}

/* The part shows these. */
static void
add_members(struct run *run, size_t index, const struct scan_member *members,
	size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		g_hash_table_add(run->members, (void *)members[i].name);
		add_member(run, index, &members[i]);
	}
}

/* What the scan of the whole message says of the part is enough. */
static void
add_known_members(struct run *run, size_t index)
{
	const struct places *places = run->a->places;
	size_t at;

	for (at = places->first[index]; at != 0; at = places->next[at - 1])
		add_members(run, index, &run->a->whole->members[at - 1], 1);
}

/* A stored member shows in the archive's own bytes, too: say it once. */
static bool
match_is_repeated(const struct scan_result *result, size_t index)
{
	const struct scan_match *match = &result->matches[index];
	size_t i;

	for (i = 0; match->member[0] == '\0' && i < result->match_count; i++)
		if (result->matches[i].member[0] != '\0' &&
		    strcmp(result->matches[i].name, match->name) == 0)
			return true;
	return false;
}

/* May the part be a document that is encrypted in name only? */
static bool
match_is_office(const struct scan_match *match)
{
	return match->member[0] == '\0' &&
		(strcmp(match->name, "Sekisho.Encrypted.OOXML") == 0 ||
		strcmp(match->name, "Sekisho.Encrypted.XLS97") == 0);
}

/*
 * A document that opens without asking is scanned as its reader sees it, and
 * what said that it is encrypted is struck off.
 */
static int
scan_opened(struct run *run, size_t index, const struct sekisho_buf *data,
	struct scan_result *result, struct sekisho_error *err)
{
	const struct attribution *a = run->a;
	struct scan_result inner = { 0 };
	struct sekisho_buf opened;
	size_t i, kept = 0;
	int status = 0;

	for (i = 0; i < result->match_count; i++)
		if (match_is_office(&result->matches[i]))
			break;
	if (i == result->match_count)
		return 0;
	sekisho_buf_init(&opened, SEKISHO_MESSAGE_MAX);
	if (officekey_open(data->data, data->len, &opened) == 1) {
		status = engine_scan(a->engine, opened.data, opened.len,
			a->pool, &inner, err);
		for (i = 0; i < result->match_count; i++) {
			g_hash_table_add(run->names,
				(void *)result->matches[i].name);
			if (!match_is_office(&result->matches[i]))
				result->matches[kept++] = result->matches[i];
		}
		result->match_count = kept;
	}
	sekisho_buf_free(&opened);
	for (i = 0; status == 0 && i < inner.match_count; i++)
		add_finding(a, index, &inner.matches[i]);
	return status;
}

static int
scan_data(struct run *run, size_t index, const struct sekisho_buf *data,
	struct sekisho_error *err)
{
	const struct attribution *a = run->a;
	struct scan_result result;
	size_t i;

	if (engine_scan(a->engine, data->data, data->len, a->pool, &result,
	    err) < 0 || scan_opened(run, index, data, &result, err) < 0)
		return -1;
	for (i = 0; i < result.match_count; i++) {
		g_hash_table_add(run->names, (void *)result.matches[i].name);
		if (!match_is_repeated(&result, i))
			add_finding(a, index, &result.matches[i]);
	}
	add_members(run, index, result.members, result.member_count);
	return 0;
}

/* When only names of members are sought, texts and pictures have none. */
static bool
type_has_members(const char *type)
{
	return strncmp(type, "text/", 5) != 0 &&
		strncmp(type, "image/", 6) != 0;
}

static bool
part_must_be_scanned(const struct attribution *a, size_t index)
{
	return a->whole->match_count > 0 ||
		(a->unseen != NULL && a->unseen[index]);
}

static int
scan_part(struct run *run, size_t index, struct sekisho_error *err)
{
	const struct attribution *a = run->a;
	struct part *part = &a->inspection->parts[index];
	struct sekisho_buf data;
	int status = 0;

	sekisho_buf_init(&data, SEKISHO_MESSAGE_MAX);
	mime_decode(a->mime, index, &data);
	if (part->true_type[0] == '\0')
		part->true_type = filetype_copy(a->pool, data.data,
			data.len);
	if (data.failed)
		status = sekisho_error_set(err, "no memory to decode a part");
	else if (part_must_be_scanned(a, index) ||
	    type_has_members(part->true_type))
		status = scan_data(run, index, &data, err);
	sekisho_buf_free(&data);
	return status;
}

static int
look_at_parts(struct run *run, struct sekisho_error *err)
{
	const struct attribution *a = run->a;
	size_t i;

	for (i = 1; i < a->mime->count; i++) {
		g_hash_table_remove_all(run->here);
		if (!a->inspection->parts[i].leaf)
			continue;
		if (!part_must_be_scanned(a, i) && !a->places->lost) {
			if (type_has_members(a->inspection->parts[i].true_type))
				add_known_members(run, i);
			continue;
		}
		if (engine_time_is_up(a->engine)) {
			add_unscannable(a, "Sekisho.Unscannable: the scan "
				"takes too long");
			return 0;
		}
		if (scan_part(run, i, err) < 0)
			return -1;
	}
	return 0;
}

/* What only the whole message shows. */
static void
add_rest(struct run *run)
{
	const struct scan_result *whole = run->a->whole;
	size_t i;

	g_hash_table_remove_all(run->here);
	for (i = 0; i < whole->match_count; i++)
		if (!g_hash_table_contains(run->names,
		    whole->matches[i].name))
			add_finding(run->a, 0, &whole->matches[i]);
	for (i = 0; i < whole->member_count; i++)
		if (!g_hash_table_contains(run->members,
		    whole->members[i].name))
			add_member(run, 0, &whole->members[i]);
}

int
attribution_run(const struct attribution *attribution,
	struct sekisho_error *err)
{
	struct run run = { .a = attribution };
	int result;

	run.names = g_hash_table_new(g_str_hash, g_str_equal);
	run.members = g_hash_table_new(g_str_hash, g_str_equal);
	run.here = g_hash_table_new(g_str_hash, g_str_equal);
	result = look_at_parts(&run, err);
	if (result == 0)
		add_rest(&run);
	g_hash_table_destroy(run.names);
	g_hash_table_destroy(run.members);
	g_hash_table_destroy(run.here);
	return result;
}

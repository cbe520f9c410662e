/*
 * clean.c - the ways to clean a file, tried one after the other.
 *
 * Nothing that a cleaner makes is believed: it is scanned again.
 */
#include <string.h>

#include "clean.h"
#include "engine.h"
#include "text.h"
#include "virusname.h"

static clean_fn *const ways[] = { ooxmlclean, ole2clean, zipclean,
	archiveclean };

static int clean_at(struct engine *engine, const struct sekisho_buf *file,
	const char *note, struct pool *pool, unsigned int depth,
	struct cleaned *cleaned_r, struct sekisho_error *err);

/* What infected() asks about: the first scan of the whole file. */
struct check {
	struct engine *engine;
	struct pool *pool;
	const struct scan_result *scan;
	const char *note;
	unsigned int depth;
};

int
clean_impossible(struct sekisho_error *err, const char *what, const char *why)
{
	sekisho_error_set(err, "%s cannot be cleaned: %s", what, why);
	return 1;
}

int
clean_has_virus(struct engine *engine, const void *data, size_t len,
	struct sekisho_error *err)
{
	struct scan_result scan = { 0 };
	struct pool *pool = pool_new();
	int result;
	size_t i;

	result = engine_scan(engine, data, len, pool, &scan, err);
	for (i = 0; result == 0 && i < scan.match_count; i++)
		if (virusname_kind(scan.matches[i].name) == FINDING_VIRUS)
			result = 1;
	pool_free(pool);
	return result;
}

/* Is this member infected, by name or by its bytes? */
static int
member_infected(void *context, const char *name, const void *data, size_t len,
	struct sekisho_error *err)
{
	const struct check *check = context;
	const struct scan_match *match;
	const char *shown = text_clean(check->pool, name, strlen(name));
	size_t i;

	for (i = 0; i < check->scan->match_count; i++) {
		match = &check->scan->matches[i];
		if (strcmp(match->member, shown) == 0 &&
		    virusname_kind(match->name) == FINDING_VIRUS)
			return 1;
	}
	return data == NULL ? 0 : clean_has_virus(check->engine, data, len,
		err);
}

/* An archive in an archive. A document would need another name. */
static bool
member_clean(void *context, const void *data, size_t len,
	struct sekisho_buf *out)
{
	const struct check *check = context;
	struct sekisho_buf file = { .data = (char *)data, .len = len };
	struct sekisho_error err;
	struct cleaned cleaned;

	if (check->depth == CLEAN_DEPTH_MAX || data == NULL ||
	    clean_at(check->engine, &file, check->note, check->pool,
	    check->depth + 1, &cleaned, &err) != 0)
		return false;
	if (cleaned.ending == NULL && cleaned.noted) {
		*out = cleaned.data;
		return true;
	}
	sekisho_buf_free(&cleaned.data);
	return false;
}

/* One way, and the scan of what it made. */
static int
clean_by(clean_fn *way, const struct clean_request *request,
	struct engine *engine, struct cleaned *cleaned,
	struct sekisho_error *err)
{
	int result;

	memset(cleaned, 0, sizeof(*cleaned));
	sekisho_buf_init(&cleaned->data, SEKISHO_MESSAGE_MAX);
	result = way(request, cleaned, err);
	if (result == 0 && cleaned->data.failed)
		result = sekisho_error_set(err, "cleaning: out of memory");
	if (result == 0)
		result = clean_has_virus(engine, cleaned->data.data,
			cleaned->data.len, err);
	if (result == 1 && err != NULL && err->text[0] == '\0')
		sekisho_error_set(err, "the virus is elsewhere, too");
	if (result != 0)
		sekisho_buf_free(&cleaned->data);
	return result;
}

static int
clean_at(struct engine *engine, const struct sekisho_buf *file,
	const char *note, struct pool *pool, unsigned int depth,
	struct cleaned *cleaned_r, struct sekisho_error *err)
{
	struct scan_result scan = { 0 };
	struct check check = { engine, pool, &scan, note, depth };
	struct clean_request request = { file->data, file->len, note,
		member_infected, member_clean, &check };
	int result = CLEAN_OTHER;
	size_t i;

	if (engine_scan(engine, file->data, file->len, pool, &scan, err) != 0)
		return -1;
	for (i = 0; result == CLEAN_OTHER &&
	     i < sizeof(ways) / sizeof(ways[0]); i++)
		result = clean_by(ways[i], &request, engine, cleaned_r, err);
	return result == CLEAN_OTHER ? clean_impossible(err, "file",
		"it is no archive or document that can be") : result;
}

int
clean_file(struct engine *engine, const struct sekisho_buf *file,
	const char *note, struct pool *pool, struct cleaned *cleaned_r,
	struct sekisho_error *err)
{
	return clean_at(engine, file, note, pool, 0, cleaned_r, err);
}

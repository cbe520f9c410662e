/*
 * engine.c - libclamav: load the signatures, prove that they work.
 *
 * A generation opens the engine once and forks; engine_scan.c does the scans.
 * libclamav answers "clean" when it could not scan, so everything here looks
 * at what it logged, too (research: clamav, section 0).
 */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "buf.h"
#include "channel.h"
#include "engine.h"
#include "engine_limit.h"
#include "engine_private.h"
#include "prepare.h"
#include "signatures.h"

struct engine_log engine_log;

void
engine_log_reset(void)
{
	memset(&engine_log, 0, sizeof(engine_log));
}

/*
 * Does what libclamav complained of lie in this machine, so that another try
 * may succeed? Else it lies in the file, and a 451 would come for ever.
 */
static bool
error_is_passing(const char *text)
{
	static const char *const signs[] = { "memory", "alloc", "space",
		"write", "temp", "creat", "open", "descriptor", "mmap",
		"fmap", "seek", "unlink", "directory", "dir ", "mkdir" };
	size_t i;

	for (i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
		if (strcasestr(text, signs[i]) != NULL)
			return true;
	return false;
}

void
engine_log_message(enum cl_msg severity, const char *full, const char *text,
	void *context)
{
	bool passing;

	if (severity < CL_MSG_ERROR && (severity != CL_MSG_WARN ||
	    strcasestr(text, "failed to write") == NULL))
		return;
	snprintf(engine_log.last, sizeof(engine_log.last), "%.*s",
		(int)strcspn(text, "\r\n"), text);
	passing = error_is_passing(engine_log.last);
	engine_log.passing += passing;
	/* Of several, one that explains a failure. */
	if (engine_log.errors++ == 0 || (passing && engine_log.passing == 1))
		snprintf(engine_log.first, sizeof(engine_log.first), "%.199s",
			engine_log.last);
}

static int
write_file(const char *path, const struct sekisho_buf *text,
	struct sekisho_error *err)
{
	FILE *file = fopen(path, "we");
	size_t written;

	if (file == NULL)
		return sekisho_error_set(err, "cannot make %s: %s", path,
			strerror(errno));
	written = fwrite(text->data, 1, text->len, file);
	if (fclose(file) != 0 || written != text->len)
		return sekisho_error_set(err, "cannot write %s: %s", path,
			strerror(errno));
	return 0;
}

static int
load(struct engine *engine, const char *path, struct sekisho_error *err)
{
	const char *file;
	cl_error_t code;

	engine_log_reset();
	code = cl_load(path, engine->clamav, &engine->signatures,
		CL_DB_STDOPT);
	if (code == CL_SUCCESS)
		return 0;
	/* "error loading database FILE" */
	file = strstr(engine_log.last, path);
	return sekisho_error_set(err, "%s: %s%s%s",
		file != NULL ? file : path, cl_strerror(code),
		engine_log.errors > 0 ? ": " : "", engine_log.first);
}

/* libclamav knows a format by the ending of a file's name: a real file. */
static int
load_own(struct engine *engine, struct sekisho_error *err)
{
	const char *tmp = getenv("TMPDIR");
	char directory[PATH_MAX / 2], path[PATH_MAX];
	struct sekisho_buf text;
	int result = -1;

	snprintf(directory, sizeof(directory), "%s/sekisho-XXXXXX",
		tmp != NULL && *tmp != '\0' ? tmp : "/tmp");
	if (mkdtemp(directory) == NULL)
		return sekisho_error_set(err, "cannot make a directory %s: %s",
			directory, strerror(errno));
	snprintf(path, sizeof(path), "%s/sekisho.ldb", directory);
	sekisho_buf_init(&text, 1 << 20);
	signatures_write(&text);
	if (text.failed)
		sekisho_error_set(err, "no memory for signatures");
	else if (write_file(path, &text, err) == 0)
		result = load(engine, path, err);
	sekisho_buf_free(&text);
	unlink(path);
	rmdir(directory);
	return result;
}

static int
load_directory(struct engine *engine, const char *directory,
	struct sekisho_error *err)
{
	if (access(directory, R_OK | X_OK) < 0)
		return sekisho_error_set(err, "%s: %s; set signatures to a "
			"directory of ClamAV signatures", directory,
			strerror(errno));
	if (cl_statinidir(directory, &engine->directory) != CL_SUCCESS)
		return sekisho_error_set(err, "%s: cannot be watched",
			directory);
	if (load(engine, directory, err) < 0 &&
	    strstr(engine_log.first, "No supported database files") == NULL)
		return -1;
	if (engine->signatures == 0)
		return sekisho_error_set(err, "%s: no signatures found; run "
			"freshclam or set signatures to a directory that has "
			"some", directory);
	return 0;
}

static const struct {
	enum cl_engine_field field;
	long long value;
} settings[] = {
	/* engine_scan() raises the sizes for large mails */
	{ CL_ENGINE_MAX_SCANSIZE, 200ll << 20 },
	{ CL_ENGINE_MAX_FILESIZE, 100ll << 20 },
	/* one more level than for files alone: the mail */
	{ CL_ENGINE_MAX_RECURSION, 21 },
	{ CL_ENGINE_MAX_FILES, 10000 },
	/* from the cache come no members and no second match */
	{ CL_ENGINE_DISABLE_CACHE, 1 },
};

static int
compile(struct engine *engine, struct sekisho_error *err)
{
	cl_error_t code = CL_SUCCESS;
	size_t i;

	for (i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		if (code == CL_SUCCESS)
			code = cl_engine_set_num(engine->clamav,
				settings[i].field, settings[i].value);
	engine_log_reset();
	if (code == CL_SUCCESS)
		code = cl_engine_compile(engine->clamav);
	if (code != CL_SUCCESS)
		return sekisho_error_set(err, "signatures: %s %s",
			cl_strerror(code), engine_log.first);
	engine_set_callbacks(engine->clamav);
	return 0;
}

/* A RAR archive (version 1.5) of one stored file "a" that holds "sekisho". */
static const char rar_archive[] =
	"\x52\x61\x72\x21\x1a\x07\x00\xcf\x90\x73\x00\x00\x0d\x00\x00\x00"
	"\x00\x00\x00\x00\x61\x5d\x74\x00\x80\x21\x00\x07\x00\x00\x00\x07"
	"\x00\x00\x00\x03\x9b\x3e\x87\x96\x21\x5a\x00\x00\x14\x30\x01\x00"
	"\xa4\x81\x00\x00\x61\x73\x65\x6b\x69\x73\x68\x6f\xc4\x3d\x7b\x00"
	"\x40\x07\x00";

/* libclamav does not say whether it found the library: it opens one or not. */
static int
try_rar(struct engine *engine, struct sekisho_error *err)
{
	struct pool *pool = pool_new();
	struct scan_result result;
	int status = engine_scan(engine, rar_archive, sizeof(rar_archive) - 1,
		pool, &result, err);

	engine->opens_rar = status == 0 && result.member_count > 0;
	pool_free(pool);
	return status;
}

/* Of the files, whatever order they are listed in. */
static void
name_set(struct engine *engine)
{
	const struct cl_stat *list = &engine->directory;
	unsigned char digest[32];
	uint64_t sum = 0, hash;
	unsigned int i;
	char text[128];

	for (i = 0; i <= list->entries; i++) {
		if (i == list->entries)
			snprintf(text, sizeof(text), "%s %u", cl_retver(),
				engine->signatures);
		else
			snprintf(text, sizeof(text), "%lld %lld.%09ld",
				(long long)list->stattab[i].st_size,
				(long long)list->stattab[i].st_mtim.tv_sec,
				list->stattab[i].st_mtim.tv_nsec);
		cl_sha256(text, strlen(text), digest, NULL);
		memcpy(&hash, digest, sizeof(hash));
		sum += hash;
	}
	snprintf(engine->set, sizeof(engine->set), "%016" PRIx64, sum);
}

struct engine *
engine_open(const char *directory, unsigned int scan_seconds,
	struct sekisho_error *err)
{
	struct engine *engine = calloc(1, sizeof(*engine));

	if (engine == NULL) {
		sekisho_error_set(err, "no memory for the scanner");
		return NULL;
	}
	engine->scan_seconds = scan_seconds;
	if (prepare_for_jail(err) < 0)
		goto fail;
	cl_set_clcb_msg(engine_log_message);	/* before cl_init() */
	if (cl_init(CL_INIT_DEFAULT) != CL_SUCCESS ||
	    (engine->clamav = cl_engine_new()) == NULL) {
		sekisho_error_set(err, "libclamav does not start");
		goto fail;
	}
	if (load_directory(engine, directory, err) == 0 &&
	    load_own(engine, err) == 0 && compile(engine, err) == 0 &&
	    engine_canary(engine, err) == 0 && try_rar(engine, err) == 0) {
		name_set(engine);
		return engine;
	}
fail:
	engine_close(engine);
	return NULL;
}

void
engine_close(struct engine *engine)
{
	if (engine == NULL)
		return;
	if (engine->clamav != NULL)
		cl_engine_free(engine->clamav);
	cl_statfree(&engine->directory);
	free(engine);
}

bool
engine_opens_rar(const struct engine *engine)
{
	return engine->opens_rar;
}

unsigned int
engine_signatures(const struct engine *engine)
{
	return engine->signatures;
}

const char *
engine_set(const struct engine *engine)
{
	return engine->set;
}

int
engine_changed(struct engine *engine)
{
	const char *directory = engine->directory.dir;
	struct cl_stat now = { 0 };

	if (directory == NULL || cl_statchkdir(&engine->directory) != 1)
		return 0;
	/* From now on: a broken file may be put right by the next change. */
	if (cl_statinidir(directory, &now) != CL_SUCCESS)
		return 1;
	cl_statfree(&engine->directory);
	engine->directory = now;
	return 1;
}

/* The canary lies in a mail, as an attachment: unpacking is proven, too. */
static void
canary_mail(struct sekisho_buf *mail)
{
	sekisho_buf_puts(mail, "From: canary@localhost\nSubject: test\n"
		"MIME-Version: 1.0\n"
		"Content-Type: multipart/mixed; boundary=\"canary\"\n\n"
		"--canary\nContent-Type: text/plain\n\ntest\n"
		"--canary\nContent-Type: application/octet-stream\n"
		"Content-Transfer-Encoding: quoted-printable\n\n=\n");
	signatures_canary(mail);
	sekisho_buf_puts(mail, "\n--canary--\n");
}

int
engine_canary(struct engine *engine, struct sekisho_error *err)
{
	struct pool *pool = pool_new();
	struct scan_result result;
	struct sekisho_buf mail;
	int outcome = -1;
	size_t i;

	sekisho_buf_init(&mail, 4096);
	canary_mail(&mail);
	if (engine_scan(engine, mail.data, mail.len, pool, &result, err) < 0)
		goto out;
	for (i = 0; i < result.match_count; i++)
		if (strcmp(result.matches[i].name, ENGINE_CANARY) == 0)
			outcome = 0;
	if (outcome < 0)
		sekisho_error_set(err, "the scanner does not find its own test "
			"signature; nothing it says can be trusted");
out:
	sekisho_buf_free(&mail);
	pool_free(pool);
	return outcome;
}

void
engine_start_clock(struct engine *engine)
{
	engine->deadline = sekisho_deadline(
		(int64_t)engine->scan_seconds * 1000);
}

bool
engine_time_is_up(const struct engine *engine)
{
	return engine->deadline != 0 && sekisho_now() >= engine->deadline;
}

/*
 * archiveclean.c - take infected members out of tar, cpio and 7z archives, in
 * memory: all members are read and those that stay are written anew.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <archive.h>
#include <archive_entry.h>

#include "clean.h"

#define NOTE_TIME 315705600	/* 1980-01-03: always the same file */

struct remake {
	const struct clean_request *request;
	struct archive *in;
	struct archive *out;
	struct sekisho_buf *data;
	struct sekisho_buf member;
	uint64_t unpacked;	/* bytes so far */
	int members;
	int kept;		/* files that stay, not directories */
	int removed;
	bool noted_name;	/* a member has the note's name already */
};

static int
impossible(struct sekisho_error *err, const char *why)
{
	return clean_impossible(err, "archive", why);
}

/*
 * Formats that can be written again; no filter that is a program to be
 * executed.
 */
static struct archive *
open_in(const struct clean_request *request)
{
	struct archive *in = archive_read_new();

	if (in == NULL)
		return NULL;
	archive_read_support_format_tar(in);
	archive_read_support_format_cpio(in);
	archive_read_support_format_7zip(in);
	archive_read_support_filter_gzip(in);
	archive_read_support_filter_bzip2(in);
	archive_read_support_filter_xz(in);
	archive_read_support_filter_zstd(in);
	archive_read_support_filter_compress(in);
	if (archive_read_open_memory(in, request->data, request->len) ==
	    ARCHIVE_OK)
		return in;
	archive_read_free(in);
	return NULL;
}

static la_ssize_t
on_write(struct archive *out, void *context, const void *data, size_t len)
{
	struct sekisho_buf *buf = context;

	sekisho_buf_add(buf, data, len);
	return buf->failed ? -1 : (la_ssize_t)len;
}

/* The same format and compression; known once the first header was read. */
static bool
open_out(struct remake *remake)
{
	int format = archive_format(remake->in) & ARCHIVE_FORMAT_BASE_MASK;
	int filter = archive_filter_code(remake->in, 0);
	struct archive *out = archive_write_new();

	remake->out = out;
	if (out == NULL)
		return false;
	if (format == ARCHIVE_FORMAT_TAR)
		archive_write_set_format_gnutar(out);
	else if (format == ARCHIVE_FORMAT_CPIO)
		archive_write_set_format_cpio_newc(out);
	else if (format == ARCHIVE_FORMAT_7ZIP)
		archive_write_set_format_7zip(out);
	else
		return false;
	if (filter != ARCHIVE_FILTER_NONE &&
	    archive_write_add_filter(out, filter) != ARCHIVE_OK)
		return false;
	archive_write_set_bytes_in_last_block(out, 1);
	return archive_write_open(out, remake->data, NULL, on_write, NULL) ==
		ARCHIVE_OK;
}

static int
member_read(struct remake *remake)
{
	char chunk[16384];
	la_ssize_t n;

	sekisho_buf_free(&remake->member);
	while ((n = archive_read_data(remake->in, chunk, sizeof(chunk))) > 0) {
		remake->unpacked += (uint64_t)n;
		if (remake->unpacked > CLEAN_UNPACKED_MAX)
			return -1;
		sekisho_buf_add(&remake->member, chunk, (size_t)n);
	}
	return n < 0 || remake->member.failed ? -1 : 0;
}

static int
member_write(struct remake *remake, struct archive_entry *entry,
	struct sekisho_error *err)
{
	if (archive_entry_filetype(entry) == AE_IFREG)
		archive_entry_set_size(entry, (la_int64_t)remake->member.len);
	if (archive_write_header(remake->out, entry) < ARCHIVE_WARN ||
	    (remake->member.len > 0 && archive_write_data(remake->out,
	    remake->member.data, remake->member.len) !=
	    (la_ssize_t)remake->member.len))
		return impossible(err, archive_error_string(remake->out));
	return 0;
}

/*
 * Asks about one member and cleans it or leaves it out if it is infected. 0, 1
 * or -1.
 */
static int
member_copy(struct remake *remake, struct archive_entry *entry,
	struct sekisho_error *err)
{
	const struct clean_request *request = remake->request;
	const char *name = archive_entry_pathname(entry);
	struct sekisho_buf inner;
	int infected;

	if (name == NULL || ++remake->members > CLEAN_MEMBERS_MAX)
		return impossible(err, name == NULL ?
			"a member has no name" : "too many members");
	if (archive_entry_is_encrypted(entry))
		return impossible(err, "it is encrypted");
	if (member_read(remake) < 0)
		return impossible(err, "a member cannot be unpacked");
	infected = request->infected(request->context, name,
		remake->member.data, remake->member.len, err);
	if (infected < 0)
		return -1;
	if (infected > 0) {
		remake->removed++;
		if (request->clean == NULL ||
		    !request->clean(request->context, remake->member.data,
		    remake->member.len, &inner))
			return 0;
		sekisho_buf_free(&remake->member);
		remake->member = inner;
	}
	remake->kept += archive_entry_filetype(entry) == AE_IFREG;
	remake->noted_name |= strcasecmp(name, CLEAN_NOTE) == 0;
	return member_write(remake, entry, err);
}

static int
note_write(struct remake *remake, struct sekisho_error *err)
{
	const char *note = remake->request->note;
	struct archive_entry *entry = archive_entry_new();
	int result;

	if (entry == NULL)
		return sekisho_error_set(err, "archive: out of memory");
	archive_entry_set_pathname(entry, CLEAN_NOTE);
	archive_entry_set_filetype(entry, AE_IFREG);
	archive_entry_set_perm(entry, 0644);
	archive_entry_set_mtime(entry, NOTE_TIME, 0);
	sekisho_buf_free(&remake->member);
	sekisho_buf_puts(&remake->member, note);
	result = member_write(remake, entry, err);
	archive_entry_free(entry);
	return result;
}

static int
members_copy(struct remake *remake, struct sekisho_error *err)
{
	struct archive_entry *entry;
	int n, result;

	while ((n = archive_read_next_header(remake->in, &entry)) ==
	    ARCHIVE_OK || n == ARCHIVE_WARN) {
		if (remake->out == NULL && !open_out(remake))
			return impossible(err, "it cannot be written again");
		result = member_copy(remake, entry, err);
		if (result != 0)
			return result;
	}
	if (n != ARCHIVE_EOF)
		return impossible(err, archive_error_string(remake->in));
	if (remake->removed == 0)
		return impossible(err, "no infected member found");
	if (remake->kept == 0)
		return impossible(err, "no clean member is left");
	return remake->noted_name ? 0 : note_write(remake, err);
}

int
archiveclean(const struct clean_request *request, struct cleaned *cleaned,
	struct sekisho_error *err)
{
	struct remake remake = { .request = request, .data = &cleaned->data };
	int result;

	remake.in = open_in(request);
	if (remake.in == NULL)
		return CLEAN_OTHER;
	sekisho_buf_init(&remake.member, CLEAN_UNPACKED_MAX);
	result = members_copy(&remake, err);
	if (result == 0 && archive_write_close(remake.out) != ARCHIVE_OK)
		result = impossible(err, archive_error_string(remake.out));
	cleaned->noted = !remake.noted_name;
	sekisho_buf_free(&remake.member);
	archive_write_free(remake.out);
	archive_read_free(remake.in);
	return result;
}

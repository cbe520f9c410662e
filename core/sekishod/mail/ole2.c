/*
 * ole2.c - read and copy OLE2 compound files.
 */
#include <stdint.h>
#include <string.h>

#include <gsf/gsf.h>

#include "ole2.h"

#define DEPTH_MAX 16

void
ole2_init(void)
{
	gsf_init();
}

bool
ole2_is(const void *data, size_t len)
{
	return len > 512 &&
		memcmp(data, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8) == 0;
}

static GsfInfile *
ole2_open(const void *data, size_t len)
{
	GsfInput *input;
	GsfInfile *file;

	if (!ole2_is(data, len))
		return NULL;
	input = gsf_input_memory_new(data, (gsf_off_t)len, FALSE);
	file = gsf_infile_msole_new(input, NULL);
	g_object_unref(input);
	return file;
}

/* For libgsf a stream is a storage with -1 children. */
static bool
is_storage(GsfInput *child)
{
	return GSF_IS_INFILE(child) &&
		gsf_infile_num_children(GSF_INFILE(child)) >= 0;
}

/* Appends all bytes of a stream. */
static int
stream_read(GsfInput *stream, struct sekisho_buf *out)
{
	gsf_off_t size = gsf_input_size(stream);
	guint8 const *bytes;

	if (size < 0 || (uint64_t)size > OLE2_STREAM_MAX)
		return -1;
	if (size == 0)
		return 1;
	bytes = gsf_input_read(stream, (size_t)size, NULL);
	if (bytes == NULL)
		return 0;
	sekisho_buf_add(out, bytes, (size_t)size);
	return out->failed ? -1 : 1;
}

int
ole2_read(const void *data, size_t len, const char *name,
	struct sekisho_buf *out)
{
	GsfInfile *file = ole2_open(data, len);
	GsfInput *stream = NULL;
	int result = 0;

	if (file != NULL)
		stream = gsf_infile_child_by_name(file, name);
	if (stream != NULL && !is_storage(stream))
		result = stream_read(stream, out);
	if (stream != NULL)
		g_object_unref(stream);
	if (file != NULL)
		g_object_unref(file);
	return result;
}

static bool
is_left_out(const struct ole2_change *change, const char *name)
{
	const char *const *p;

	for (p = change->without; p != NULL && *p != NULL; p++)
		if (g_ascii_strcasecmp(*p, name) == 0)
			return true;
	return false;
}

static bool copy_storage(GsfInfile *from, GsfOutfile *to,
	const struct ole2_change *change, int depth);

/* One stream or storage; only the root knows of changes. */
static bool
copy_child(GsfInput *child, const char *name, GsfOutfile *to,
	const struct ole2_change *change, int depth)
{
	static const struct ole2_change none;
	bool storage = is_storage(child);
	GsfOutput *output = gsf_outfile_new_child(to, name, storage);
	struct sekisho_buf bytes;
	bool done = false;

	if (output == NULL)
		return false;
	if (storage) {
		done = copy_storage(GSF_INFILE(child), GSF_OUTFILE(output),
			&none, depth + 1);
	} else if (change->replace != NULL &&
	    strcmp(change->replace, name) == 0) {
		done = gsf_output_write(output, change->by->len,
			(const guint8 *)change->by->data);
	} else {
		sekisho_buf_init(&bytes, OLE2_STREAM_MAX);
		done = stream_read(child, &bytes) == 1 && (bytes.len == 0 ||
			gsf_output_write(output, bytes.len,
			(const guint8 *)bytes.data));
		sekisho_buf_free(&bytes);
	}
	done &= gsf_output_close(output);
	g_object_unref(output);
	return done;
}

static bool
copy_storage(GsfInfile *from, GsfOutfile *to, const struct ole2_change *change,
	int depth)
{
	int i, count = gsf_infile_num_children(from);
	guint8 class_id[16];
	const char *name;
	GsfInput *child;
	bool done = true;

	if (depth > DEPTH_MAX)
		return false;
	if (GSF_IS_INFILE_MSOLE(from) &&
	    gsf_infile_msole_get_class_id(GSF_INFILE_MSOLE(from), class_id))
		gsf_outfile_msole_set_class_id(GSF_OUTFILE_MSOLE(to),
			class_id);
	for (i = 0; i < count && done; i++) {
		name = gsf_infile_name_by_index(from, i);
		if (name == NULL || is_left_out(change, name))
			continue;
		child = gsf_infile_child_by_index(from, i);
		done = child != NULL && copy_child(child, name, to, change,
			depth);
		if (child != NULL)
			g_object_unref(child);
	}
	return done;
}

int
ole2_copy(const void *data, size_t len, const struct ole2_change *change,
	struct sekisho_buf *out)
{
	GsfInfile *from = ole2_open(data, len);
	GsfOutput *memory;
	GsfOutfile *to;
	bool done;

	if (from == NULL)
		return 0;
	memory = gsf_output_memory_new();
	to = gsf_outfile_msole_new(memory);
	done = copy_storage(from, to, change, 0);
	done &= gsf_output_close(GSF_OUTPUT(to));
	if (done)
		sekisho_buf_add(out, gsf_output_memory_get_bytes(
			GSF_OUTPUT_MEMORY(memory)),
			(size_t)gsf_output_size(memory));
	g_object_unref(to);
	g_object_unref(memory);
	g_object_unref(from);
	return !done ? 0 : out->failed ? -1 : 1;
}

/*
 * engine_layers.c - which file libclamav is at work on.
 *
 * libclamav says of each layer how deep it is. It may enter one that it does
 * not tell of, such as a zip behind a program, so a level may be left out.
 */
#include <string.h>

#include "engine_layers.h"

#define NOTED_MAX 20000u

static bool
type_is_archive(const char *type)
{
	static const char *const archives[] = {
		"CL_TYPE_ZIP", "CL_TYPE_7Z", "CL_TYPE_ARJ", "CL_TYPE_RAR",
		"CL_TYPE_POSIX_TAR", "CL_TYPE_OLD_TAR", "CL_TYPE_CPIO_OLD",
		"CL_TYPE_CPIO_ODC", "CL_TYPE_CPIO_NEWC", "CL_TYPE_CPIO_CRC",
		"CL_TYPE_MSCAB", "CL_TYPE_EGG", "CL_TYPE_ISO9660",
		"CL_TYPE_LHA_LZH", "CL_TYPE_ALZ", "CL_TYPE_UDF",
		"CL_TYPE_XAR", "CL_TYPE_DMG",
	};
	size_t i;

	for (i = 0; i < sizeof(archives) / sizeof(archives[0]); i++)
		if (type != NULL && strcmp(type, archives[i]) == 0)
			return true;
	return false;
}

void
layers_enter(struct layers *layers, uint32_t level, const char *type)
{
	struct open_layer *layer;

	while (layers->count > 0 &&
	    layers->open[layers->count - 1].level >= level)
		layers->count--;
	if (layers->count == LAYERS_OPEN_MAX)
		layers->count--;
	layer = &layers->open[layers->count];
	layer->level = level;
	layer->archive = type_is_archive(type);
	layer->file = layers_file(layers);
	layers->count++;
}

void
layers_leave(struct layers *layers)
{
	if (layers->count > 0)
		layers->count--;
}

uint32_t
layers_level(const struct layers *layers)
{
	return layers->count > 0 ? layers->open[layers->count - 1].level : 0;
}

bool
layers_in_archive(const struct layers *layers)
{
	return layers_level(layers) > 0 && layers->open[0].level == 0 &&
		layers->open[0].archive;
}

void
layers_note(struct layers *layers, struct pool *pool,
	struct scan_result *result, const void *data, size_t size)
{
	struct open_layer *layer = &layers->open[layers->count - 1];
	struct scan_layer *noted;

	if (layers->count < 2 || layer[-1].archive || data == NULL ||
	    size == 0 || result->layer_count >= NOTED_MAX)
		return;
	noted = pool_append(pool, &result->layers, &result->layer_count,
		sizeof(*noted));
	noted->around = layer->file;
	seen_digest(noted->digest, data, size);
	layer->file = result->layer_count;
}

size_t
layers_file(const struct layers *layers)
{
	return layers->count > 0 ? layers->open[layers->count - 1].file : 0;
}

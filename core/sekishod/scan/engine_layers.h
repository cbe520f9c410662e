/*
 * engine_layers.h - which file libclamav is at work on: a mail, a zip in it, a
 * document in the zip.
 */
#ifndef SEKISHO_ENGINE_LAYERS_H
#define SEKISHO_ENGINE_LAYERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine.h"
#include "pool.h"

#define LAYERS_OPEN_MAX 32u		/* more than libclamav enters */

/* All zero at the start of a scan. */
struct layers {
	struct open_layer {
		uint32_t level;		/* 0 is what is scanned as a whole */
		bool archive;
		size_t file;		/* see layers_file() */
	} open[LAYERS_OPEN_MAX];	/* each lies in the one before */
	size_t count;
};

/*
 * libclamav begins with a layer of a type ("CL_TYPE_ZIP", or NULL), or is done
 * with the one it was at.
 */
void layers_enter(struct layers *layers, uint32_t level, const char *type);
void layers_leave(struct layers *layers);

/* How deep it is; whether it is in an archive that is scanned as a whole. */
uint32_t layers_level(const struct layers *layers);
bool layers_in_archive(const struct layers *layers);

/*
 * Notes the bytes of the layer in result->layers, if it is a file that was
 * taken out of a mail or the like; members of archives are none.
 */
void layers_note(struct layers *layers, struct pool *pool,
	struct scan_result *result, const void *data, size_t size);

/* The last one noted that the layer is or lies in: its index + 1, or 0. */
size_t layers_file(const struct layers *layers);

#endif

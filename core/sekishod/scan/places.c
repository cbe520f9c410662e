/*
 * places.c - which part of a mail the members of archives are in.
 *
 * A part is known by its digest among the files that libclamav took out of the
 * mail, and what is in such a file, at any depth, is in the part.
 */
#include <glib.h>

#include "places.h"

struct search {
	const struct scan_result *whole;
	GHashTable *parts;	/* digest -> the first part with these bytes */
	size_t *outer;		/* of a file + 1: the outermost around it, or
				 * itself, that is a part; + 1, 0: none */
	size_t *file;		/* of a part: the first file that it is and
				 * that is in no other part; + 1 */
};

static size_t
part_of_digest(const struct search *search, const unsigned char *digest)
{
	return GPOINTER_TO_SIZE(g_hash_table_lookup(search->parts, digest));
}

/* False when a part was seen in other parts only. */
static bool
find_files(struct search *search)
{
	const struct scan_layer *layers = search->whole->layers;
	size_t i, part;

	for (i = 0; i < search->whole->layer_count; i++) {
		search->outer[i + 1] = search->outer[layers[i].around];
		part = part_of_digest(search, layers[i].digest);
		if (search->outer[i + 1] != 0 || part == 0)
			continue;
		search->outer[i + 1] = i + 1;
		if (search->file[part] == 0)
			search->file[part] = i + 1;
	}
	for (i = 0; i < search->whole->layer_count; i++) {
		part = part_of_digest(search, layers[i].digest);
		if (part != 0 && search->file[part] == 0)
			return false;
	}
	return true;
}

static void
find_members(const struct search *search, struct places *places)
{
	const struct scan_result *whole = search->whole;
	size_t i, file, part;

	for (i = whole->member_count; i-- > 0;) {
		file = search->outer[whole->members[i].file];
		places->lost |= file == 0;
		if (file == 0)
			continue;
		part = part_of_digest(search, whole->layers[file - 1].digest);
		if (search->file[part] != file)
			continue;	/* the same file once more */
		places->next[i] = places->first[part];
		places->first[part] = i + 1;
	}
}

void
places_find(struct places *places_r, struct pool *pool,
	const struct scan_result *whole, const struct inspection *inspection,
	unsigned char (*digests)[SEEN_DIGEST])
{
	size_t i, count = inspection->part_count;
	struct search search = { .whole = whole,
		.parts = g_hash_table_new(seen_hash, seen_equal),
		.outer = pool_array(pool, whole->layer_count + 1,
			sizeof(size_t)),
		.file = pool_array(pool, count, sizeof(size_t)),
	};

	places_r->first = pool_array(pool, count, sizeof(size_t));
	places_r->next = pool_array(pool, whole->member_count, sizeof(size_t));
	for (i = count; i-- > 1;)
		if (inspection->parts[i].leaf)
			g_hash_table_insert(search.parts, digests[i],
				GSIZE_TO_POINTER(i));
	places_r->lost = !find_files(&search);
	find_members(&search, places_r);
	for (i = 1; i < count; i++)
		if (inspection->parts[i].leaf)
			places_r->first[i] = places_r->first[
				part_of_digest(&search, digests[i])];
	g_hash_table_destroy(search.parts);
}

void
places_list(const struct scan_result *whole, struct seen *files)
{
	size_t i, file;

	for (i = 0; i < whole->member_count; i++) {
		file = whole->members[i].file;
		while (file != 0 && seen_add(files,
		    whole->layers[file - 1].digest))
			file = whole->layers[file - 1].around;
	}
}

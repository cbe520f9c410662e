/*
 * rar.h - what is in a RAR archive, by its headers alone.
 *
 * libclamav opens RAR only with a library that is not free software, so names
 * and encryption are read here. Nothing is unpacked.
 */
#ifndef SEKISHO_RAR_H
#define SEKISHO_RAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rar {
	const unsigned char *data;
	size_t len;
	size_t pos;		/* of the next header */
	bool version5;
	bool encrypted;		/* all headers: no member can be seen */
};

struct rar_member {
	const char *name;	/* as the archive has it, not terminated */
	size_t name_len;
	uint64_t size;		/* unpacked */
	bool encrypted;
};

/* True when the bytes begin as a RAR archive does, version 1.5 to 7. */
bool rar_open(struct rar *rar_r, const void *data, size_t len);

/* The next member: 1, or 0 at the end or where headers make no sense. */
int rar_next(struct rar *rar, struct rar_member *member_r);

#endif

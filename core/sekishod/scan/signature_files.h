/*
 * signature_files.h - when the signatures in a directory were made.
 */
#ifndef SEKISHO_SIGNATURE_FILES_H
#define SEKISHO_SIGNATURE_FILES_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

struct signature_file {
	bool official;	/* a database of ClamAV; its age counts before all */
	time_t time;	/* 0: there is none */
	char name[256];
};

/* The newest one. Returns 0, or -1 with errno: the directory is unreadable. */
int signature_files_newest(const char *directory,
	struct signature_file *newest);

/* When that was made, in seconds since 1970; 0: not known. */
int64_t signature_files_made(const char *directory);

#endif

/*
 * scratch.c - for LD_PRELOAD into sekishod: the file system of each inspector
 * is as large as SCRATCH says.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

int
fsconfig(int fs, unsigned int command, const char *key, const void *value,
	int number)
{
	const char *size = getenv("SCRATCH");

	if (size != NULL && key != NULL && strcmp(key, "size") == 0)
		value = size;
	return (int)syscall(SYS_fsconfig, fs, command, key, value, number);
}

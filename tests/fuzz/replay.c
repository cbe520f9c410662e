/*
 * replay.c - main() for a fuzz target without a fuzzer: every file below the
 * directories given, and the empty input.
 *
 *	usage: fuzz-NAME DIRECTORY ...
 */
#include <sys/types.h>
#include <sys/stat.h>
#include <fts.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* The exact bytes in a block of their own, so that ASan sees its end. */
static void
replay(const char *path, size_t len)
{
	uint8_t *data = malloc(len + (len == 0));
	FILE *in = fopen(path, "re");

	if (data == NULL || in == NULL || fread(data, 1, len, in) != len) {
		printf("not ok fuzz replay: cannot read %s\n", path);
		exit(1);
	}
	fclose(in);
	LLVMFuzzerTestOneInput(data, len);
	free(data);
}

int
main(int argc, char *argv[])
{
	const char *name = strrchr(argv[0], '/');
	int count = 0;
	FTSENT *entry;
	FTS *fts;

	replay("/dev/null", 0);
	fts = argc > 1 ? fts_open(argv + 1, FTS_PHYSICAL | FTS_NOCHDIR, NULL) :
		NULL;
	while (fts != NULL && (entry = fts_read(fts)) != NULL) {
		if (entry->fts_info != FTS_F)
			continue;
		replay(entry->fts_accpath, (size_t)entry->fts_statp->st_size);
		count++;
	}
	if (fts != NULL)
		fts_close(fts);
	printf("ok %s over %d inputs\n", name != NULL ? name + 1 : argv[0],
		count);
	return 0;
}

/*
 * scanloop.c - what libclamav alone takes for a mail: the floor of scanning.
 *
 * usage: scanloop SIGNATURES COUNT FILE ...
 *
 * FILEs as for smtpload, each scanned COUNT times; SIGNATURES is a directory.
 * The options are those of engine_scan.c; there is no MIME parser, no jail and
 * no other process. On stdout comes one line of JSON: CPU milliseconds for one
 * mail, and by how many MB the engine makes the process larger.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <clamav.h>

#define MARK "@@@@@@@@@@@@"
#define MARK_LEN 12
#define MARKS_MAX 8

static void __attribute__((noreturn))
die(const char *what, const char *why)
{
	fprintf(stderr, "scanloop: %s: %s\n", what, why);
	exit(1);
}

static double
cpu_ms(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e3 +
		(double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) /
		1e3;
}

static double
resident_mb(void)
{
	FILE *file = fopen("/proc/self/statm", "re");
	unsigned long size, resident = 0;

	if (file == NULL || fscanf(file, "%lu %lu", &size, &resident) != 2)
		die("/proc/self/statm", "cannot be read");
	fclose(file);
	return (double)resident * (double)sysconf(_SC_PAGESIZE) / (1 << 20);
}

/* The mail with LF, as Exim's spool has it. */
static char *
read_mail(const char *path, size_t *len_r)
{
	FILE *file = fopen(path, "re");
	char *mail;
	size_t len, i, to = 0;
	long size;

	if (file == NULL || fseek(file, 0, SEEK_END) < 0 ||
	    (size = ftell(file)) < 0)
		die(path, "cannot be read");
	rewind(file);
	mail = calloc(1, (size_t)size + 1);
	if (mail == NULL)
		die(path, "no memory");
	len = fread(mail, 1, (size_t)size, file);
	fclose(file);
	for (i = 0; i < len; i++)
		if (mail[i] != '\r')
			mail[to++] = mail[i];
	mail[to] = '\0';
	*len_r = to;
	return mail;
}

static struct cl_engine *
open_engine(const char *directory)
{
	struct cl_engine *engine;
	unsigned int signatures = 0;

	if (cl_init(CL_INIT_DEFAULT) != CL_SUCCESS ||
	    (engine = cl_engine_new()) == NULL ||
	    cl_load(directory, engine, &signatures, CL_DB_STDOPT) !=
	    CL_SUCCESS ||
	    cl_engine_set_num(engine, CL_ENGINE_DISABLE_CACHE, 1) !=
	    CL_SUCCESS || cl_engine_compile(engine) != CL_SUCCESS)
		die(directory, "no signatures that libclamav takes");
	return engine;
}

static void
scan(struct cl_engine *engine, const char *mail, size_t len)
{
	struct cl_scan_options options = {
		.general = CL_SCAN_GENERAL_ALLMATCHES |
			CL_SCAN_GENERAL_HEURISTICS,
		.parse = ~0u,
		.heuristic = CL_SCAN_HEURISTIC_ENCRYPTED_ARCHIVE |
			CL_SCAN_HEURISTIC_ENCRYPTED_DOC |
			CL_SCAN_HEURISTIC_EXCEEDS_MAX |
			CL_SCAN_HEURISTIC_MACROS,
	};
	cl_fmap_t *map = cl_fmap_open_memory(mail, len);
	const char *name = NULL;
	unsigned long scanned = 0;

	if (map == NULL || cl_scanmap_callback(map, NULL, &name, &scanned,
	    engine, &options, NULL) != CL_SUCCESS)
		die("scan", "the mail is not clean");
	cl_fmap_close(map);
}

/* CPU milliseconds of count scans, each of a mail that was never seen. */
static double
scan_many(struct cl_engine *engine, const char *path, int count)
{
	char *marks[MARKS_MAX], *mark, text[MARK_LEN + 1], *mail;
	double begin = 0, end;
	int i, j, found = 0;
	size_t len;

	mail = read_mail(path, &len);
	for (mark = strstr(mail, MARK); mark != NULL && found < MARKS_MAX;
	     mark = strstr(mark + MARK_LEN, MARK))
		marks[found++] = mark;
	/* The first scan touches all memory; it does not count. */
	for (i = 0; i <= count; i++) {
		if (i == 1)
			begin = cpu_ms();
		snprintf(text, sizeof(text), "%012d", i);
		for (j = 0; j < found; j++)
			memcpy(marks[j], text, MARK_LEN);
		scan(engine, mail, len);
	}
	end = cpu_ms();
	free(mail);
	return end - begin;
}

int
main(int argc, char **argv)
{
	struct cl_engine *engine;
	double engine_mb, sum = 0;
	int i, count;

	if (argc < 4 || (count = atoi(argv[2])) < 1)
		die("usage", "scanloop SIGNATURES COUNT FILE ...");
	engine_mb = resident_mb();
	engine = open_engine(argv[1]);
	engine_mb = resident_mb() - engine_mb;
	for (i = 3; i < argc; i++)
		sum += scan_many(engine, argv[i], count);
	printf("{\"cpu_ms\": %.3f, \"engine_mb\": %.1f}\n",
		sum / count / (argc - 3), engine_mb);
	cl_engine_free(engine);
	return 0;
}

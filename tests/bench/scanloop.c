/*
 * scanloop.c - what libclamav alone takes for a mail: the floor of scanning.
 *
 * usage: scanloop SIGNATURES COUNT FILE
 *
 * FILE as for smtpload, SIGNATURES a directory. The options are those of
 * engine_scan.c; there is no MIME parser, no jail and no other process. On
 * stdout comes one line of JSON: CPU milliseconds for one mail.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <clamav.h>

#define MARK "@@@@@@@@@@@@"
#define MARK_LEN 12

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

int
main(int argc, char **argv)
{
	struct cl_engine *engine;
	char *mail, *mark, *again, text[MARK_LEN + 1];
	int i, count;
	double begin = 0;
	size_t len;

	if (argc != 4 || (count = atoi(argv[2])) < 1)
		die("usage", "scanloop SIGNATURES COUNT FILE");
	engine = open_engine(argv[1]);
	mail = read_mail(argv[3], &len);
	mark = strstr(mail, MARK);
	again = mark == NULL ? NULL : strstr(mark + MARK_LEN, MARK);
	/* The first scan touches all memory; it does not count. */
	for (i = 0; i <= count; i++) {
		if (i == 1)
			begin = cpu_ms();
		snprintf(text, sizeof(text), "%012d", i);
		if (mark != NULL)
			memcpy(mark, text, MARK_LEN);
		if (again != NULL)
			memcpy(again, text, MARK_LEN);
		scan(engine, mail, len);
	}
	printf("{\"cpu_ms\": %.3f}\n", (cpu_ms() - begin) / count);
	cl_engine_free(engine);
	free(mail);
	return 0;
}

/*
 * sekishod.c - main(): read the arguments, become one of the processes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "buf.h"
#include "config.h"
#include "generation.h"
#include "log.h"
#include "master.h"
#include "policy.h"
#include "pool.h"

struct arguments {
	const char *config_file;
	const char *generation;	/* -g, -t: given by the master only */
	const char *tell_fd;
	bool check_only;
};

static int
usage(void)
{
	fprintf(stderr, "usage: sekishod [-nV] [-c file]\n");
	return EX_USAGE;
}

/* Says what is wrong, or nothing. */
static int
check(const char *config_file)
{
	struct sekisho_error err;
	struct config *config = config_load(config_file, &err);
	struct policy *policy;

	if (config == NULL) {
		fprintf(stderr, "sekishod: %s\n", err.text);
		return EX_CONFIG;
	}
	policy = policy_load(config->policy, config->policy_schema, &err);
	if (policy == NULL) {
		fprintf(stderr, "sekishod: %s\n", err.text);
		return EX_CONFIG;
	}
	policy_free(policy);
	return EX_OK;
}

static int
generation_main(const struct arguments *arguments)
{
	struct sekisho_error err;
	struct config *config = config_load(arguments->config_file, &err);

	if (config == NULL || log_open(config->log, &err) < 0) {
		fprintf(stderr, "sekishod: %s\n", err.text);
		return EX_CONFIG;
	}
	return generation_run(config,
		(unsigned int)strtoul(arguments->generation, NULL, 10),
		(int)strtoul(arguments->tell_fd, NULL, 10));
}

int
main(int argc, char *argv[])
{
	struct arguments arguments = { .config_file = CONFIG_FILE };
	int option;

	sekisho_no_memory_call(pool_exhausted);
	while ((option = getopt(argc, argv, "c:g:nt:V")) != -1) {
		switch (option) {
		case 'c':
			arguments.config_file = optarg;
			break;
		case 'g':
			arguments.generation = optarg;
			break;
		case 'n':
			arguments.check_only = true;
			break;
		case 't':
			arguments.tell_fd = optarg;
			break;
		case 'V':
			puts("sekishod " SEKISHO_VERSION);
			return EX_OK;
		default:
			return usage();
		}
	}
	if (optind != argc)
		return usage();
	if (arguments.check_only)
		return check(arguments.config_file);
	if (arguments.generation != NULL && arguments.tell_fd != NULL)
		return generation_main(&arguments);
	return master_run(arguments.config_file);
}

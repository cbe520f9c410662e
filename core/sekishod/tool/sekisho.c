/*
 * sekisho.c - main() of the administrator's tool: a table of subcommands.
 */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "buf.h"
#include "check.h"
#include "counters_show.h"
#include "explain.h"
#include "policy_try.h"
#include "pool.h"
#include "reconcile.h"
#include "report.h"
#include "trace.h"

static const struct {
	const char *name;
	int (*main)(int argc, char *argv[]);
	const char *help;
} commands[] = {
	{ "check", check_main,
		"what is wrong with this site, and what mends it" },
	{ "counters", counters_main,
		"what sekishod has counted, for Prometheus" },
	{ "explain", explain_main,
		"what would happen to a message, and why" },
	{ "policy", policy_main,
		"what another policy would have done with mails in the log" },
	{ "reconcile", reconcile_main,
		"do the logs account for every message?" },
	{ "report", report_main,
		"some days of the logs as a page with plots" },
	{ "trace", trace_main,
		"what happened to one message" },
};

int
main(int argc, char *argv[])
{
	size_t i;

	sekisho_no_memory_call(pool_exhausted);
	for (i = 0; argc > 1 && i < sizeof(commands) / sizeof(commands[0]);
	     i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].main(argc - 1, argv + 1);
	fprintf(stderr, "usage: sekisho command ...\n");
	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		fprintf(stderr, "  %-10s %s\n", commands[i].name,
			commands[i].help);
	return EX_USAGE;
}

/*
 * trace.h - the subcommand `sekisho trace` (sekisho(1)).
 */
#ifndef SEKISHO_TRACE_H
#define SEKISHO_TRACE_H

int trace_main(int argc, char *argv[]);

#endif

/*
 * counters_show.h - `sekisho counters`.
 */
#ifndef SEKISHO_COUNTERS_SHOW_H
#define SEKISHO_COUNTERS_SHOW_H

int counters_main(int argc, char *argv[]);

#endif

/*
 * report.h - `sekisho report`.
 */
#ifndef SEKISHO_REPORT_H
#define SEKISHO_REPORT_H

int report_main(int argc, char *argv[]);

#endif

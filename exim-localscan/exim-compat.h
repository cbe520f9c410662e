/*
 * exim-compat.h - the only place that knows one Exim from another: releases,
 * ABI numbers, loaded by dlopen or compiled in.
 *
 * Exim itself compiles unity.c with -DLOCAL_SCAN; module.mk builds the module
 * with -DDLOPEN_LOCAL_SCAN as well.
 */
#ifndef SEKISHO_EXIM_COMPAT_H
#define SEKISHO_EXIM_COMPAT_H

#ifndef LOCAL_SCAN
#define LOCAL_SCAN
#endif
#include <local_scan.h>

/*
 * Where the body begins in the -D file, as the headers of this build say. Exim
 * hands over the descriptor standing at the real place; the ABI number does
 * not tell (6.0 with offset 19 in Debian 12, 6.0 with offset 26 in Debian 13).
 */
#ifdef SPOOL_DATA_START_OFFSET
#define EXIM_BODY_START ((off_t)(SPOOL_DATA_START_OFFSET))
#else
#define EXIM_BODY_START ((off_t)strlen((const char *)message_id) + 3)
#endif

/* The configuration files this Exim reads when nobody says -C. */
#ifdef CONFIGURE_FILE
#define EXIM_DEFAULT_CONFIG CONFIGURE_FILE
#else
#define EXIM_DEFAULT_CONFIG ""
#endif

/*
 * What Debian's patch asks a module for before it calls local_scan(); and what
 * sekisho.main calls with ${dlfunc} for no other reason than that it loads the
 * module, into the daemon whose children then have it.
 */
#ifdef DLOPEN_LOCAL_SCAN
int local_scan_version_major(void);
int local_scan_version_minor(void);
int sekisho_preload(uschar **yield, int argc, uschar *argv[]);
#define EXIM_VERSION_FUNCTIONS \
	int local_scan_version_major(void) \
	{ return LOCAL_SCAN_ABI_VERSION_MAJOR; } \
	int local_scan_version_minor(void) \
	{ return LOCAL_SCAN_ABI_VERSION_MINOR; } \
	int sekisho_preload(uschar **yield, int argc, uschar *argv[]) \
	{ *yield = US ""; return OK; }
#else
#define EXIM_VERSION_FUNCTIONS
#endif

#endif

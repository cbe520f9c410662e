/*
 * virusname.h - what the name of a signature says about the mail.
 */
#ifndef SEKISHO_VIRUSNAME_H
#define SEKISHO_VIRUSNAME_H

#include "inspection.h"

/*
 * The kind of finding, or FINDING_KINDS for names that mean nothing for a mail
 * (possibly unwanted applications, broken files, tests of signature makers).
 */
enum finding_kind virusname_kind(const char *name);

#endif

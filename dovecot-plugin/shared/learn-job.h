/*
 * learn-job.h - files of mail to learn from: what lib01_sekisho writes and
 * doveadm reads.
 *
 *	.../sekisho-learn/1795478400.123456.M4711P1.ham
 *
 * Names in the order of time. One with a dot in front is not finished. Learning
 * twice does no harm, since the filter knows what it has learned; so a file is
 * removed when that is done, and a crash in between has it done again.
 */
#ifndef SEKISHO_LEARN_JOB_H
#define SEKISHO_LEARN_JOB_H

#include "dovecot-compat.h"

enum learn_class {
	LEARN_HAM,
	LEARN_SPAM,
};

/* For one user: so many files, of so many bytes at most, kept so long. */
#define LEARN_JOBS_MAX 100u
#define LEARN_BYTES_MAX (512u * 1024)
#define LEARN_SECONDS (7 * 24 * 60 * 60)

/* "ham", "spam". */
const char *learn_class_name(enum learn_class class);

/*
 * The folder, from the data stack, whether it exists or not; NULL when the user
 * has no quarantine.
 */
const char *learn_job_folder(struct mail_user *user);

#endif

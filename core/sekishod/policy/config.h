/*
 * config.h - the settings of sekishod: "name = value" lines, sekishod.conf(5).
 */
#ifndef SEKISHO_CONFIG_H
#define SEKISHO_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "alignment.h"
#include "sekisho.h"

#define CONFIG_FILE "/etc/sekisho/sekishod.conf"

/* Users named in a parameter. */
struct user_list {
	uid_t *uids;
	size_t count;
};

/* Texts are never NULL; "" means not set. */
struct config {
	const char *policy;		/* the rules, sekisho-policy(5) */
	const char *policy_schema;	/* policy.rng */
	const char *signatures;		/* directory of ClamAV signatures */
	const char *templates;		/* directory of notice templates */
	const char *run_dir;		/* sockets */
	const char *state_dir;		/* what survives a restart */
	const char *user;		/* whom the clerks run as */
	const char *jail_user;		/* whom the inspectors run as */
	const char *mta_user;		/* who may ask on scan.sock */
	const char *control_users;	/* who may ask on control.sock */
	const char *account_users;	/* who may ask on account.sock */
	const char *held_key_file;	/* keys that seal held mail */
	const char *log;		/* "stderr", "syslog" or a file */
	const char *jail;		/* "required" or "best-effort" */
	const char *ldap_uri;		/* "": no directory, nobody approves */
	const char *ldap_base;
	const char *ldap_bind_dn;
	const char *ldap_bind;		/* "simple" or "external" */
	const char *ldap_bind_password_file;
	const char *ldap_password;	/* what that file holds */
	const char *ldap_start_tls;	/* "yes" or "no" */
	const char *ldap_ca_file;	/* who signs its certificates */
	const char *approved_authentication;	/* as alignment */
	enum alignment_mode alignment;	/* SPEC A8 */
	const char *smtp_url;		/* where account mails are submitted */
	const char *account_url;	/* of the webmail; "": no accounts */
	const char *account_password;	/* "separate" or "shared" (C6) */
	const char *account_base;	/* where accounts are created */
	unsigned int clerks;		/* for scan.sock */
	unsigned int control_clerks;
	unsigned int account_clerks;
	unsigned int inspectors;
	unsigned int deadline;		/* seconds for one message */
	unsigned int scan_seconds;	/* for one scan of libclamav */
	unsigned int poison_tries;	/* until a mail is held; 0: never */
	unsigned int signature_check;	/* seconds between two looks */
	unsigned int ldap_timeout;	/* seconds for one search */
	unsigned int ldap_cache;	/* seconds an answer is good for */
	unsigned int approved_max;	/* entries of one user (SPEC A2) */
	unsigned int notices_per_hour;	/* to one address */
	unsigned int tries_per_address;	/* on account.sock, in an hour */
	unsigned int tries_per_client;
	uid_t uid;			/* of user */
	gid_t gid;
	uid_t jail_uid;
	gid_t jail_gid;
	uid_t mta_uid;
	gid_t mta_gid;
	struct user_list control_uids;
	struct user_list account_uids;
};

bool user_list_has(const struct user_list *list, uid_t uid);

/*
 * Reads file over the defaults, looks up the users and reads the LDAP password.
 * Returns NULL with "file:line: parameter: reason"; the line is missing when
 * what is wrong is a default. Free it with config_free().
 */
struct config *config_load(const char *file, struct sekisho_error *err);

/* config may be NULL. */
void config_free(struct config *config);

/* Prints every parameter with its value, as in the file. */
void config_print(const struct config *config);

#endif

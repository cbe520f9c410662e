/*
 * setting-table.h - what Dovecot 2.4 has to know of our settings: their names
 * and that they are texts. Its program "config", which reads the configuration
 * for all others, has it from libsekisho_settings.so.
 */
#ifndef SEKISHO_SETTING_TABLE_H
#define SEKISHO_SETTING_TABLE_H

#include "dovecot-compat.h"

#include <settings-parser.h>

struct setting_table {
	pool_t pool;
	const char *sekisho_address;
	const char *sekisho_administrator;
	const char *sekisho_approve;
	const char *sekisho_approved;
	const char *sekisho_blocked;
	const char *sekisho_deliver;
	const char *sekisho_digest;
	const char *sekisho_expire;
	const char *sekisho_learn;
	const char *sekisho_quarantine;
	const char *sekisho_quota;
	const char *sekisho_request;
	const char *sekisho_rescan;
	const char *sekisho_socket;
	const char *sekisho_submission;
};

extern const struct setting_parser_info setting_table_info;

#endif

/*
 * setting-table.c - the names of our settings; what is not set is "".
 */
#include "setting-table.h"

#define TEXT(name) SETTING_DEFINE_STRUCT_STR(#name, name, struct setting_table)

static const struct setting_define defines[] = {
	TEXT(sekisho_address),
	TEXT(sekisho_administrator),
	TEXT(sekisho_approve),
	TEXT(sekisho_approved),
	TEXT(sekisho_blocked),
	TEXT(sekisho_deliver),
	TEXT(sekisho_digest),
	TEXT(sekisho_expire),
	TEXT(sekisho_learn),
	TEXT(sekisho_quarantine),
	TEXT(sekisho_quota),
	TEXT(sekisho_request),
	TEXT(sekisho_rescan),
	TEXT(sekisho_socket),
	TEXT(sekisho_submission),
	SETTING_DEFINE_LIST_END
};

static const struct setting_table nothing_set = {
	.sekisho_address = "",
	.sekisho_administrator = "",
	.sekisho_approve = "",
	.sekisho_approved = "",
	.sekisho_blocked = "",
	.sekisho_deliver = "",
	.sekisho_digest = "",
	.sekisho_expire = "",
	.sekisho_learn = "",
	.sekisho_quarantine = "",
	.sekisho_quota = "",
	.sekisho_request = "",
	.sekisho_rescan = "",
	.sekisho_socket = "",
	.sekisho_submission = "",
};

const struct setting_parser_info setting_table_info = {
	.name = "sekisho",
	.defines = defines,
	.defaults = &nothing_set,
	.struct_size = sizeof(struct setting_table),
	.pool_offset1 = 1 + offsetof(struct setting_table, pool),
};

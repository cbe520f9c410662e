/*
 * doveadm-sekisho.c - doveadm sekisho account, sender, blocked, quarantine and
 * digest, for -u, -A, -F and over Dovecot's HTTP API (SPEC Q12,
 * doveadm-sekisho(1)).
 *
 * A password never stands in an argument, where everybody on the machine could
 * read it: sekishod makes one and it is printed once.
 */
#include "doveadm-ask.h"
#include "doveadm-held.h"
#include "no-memory.h"

#include <module-dir.h>

void doveadm_sekisho_plugin_init(struct module *module);
void doveadm_sekisho_plugin_deinit(void);
extern const char *doveadm_sekisho_plugin_version;

const char *doveadm_sekisho_plugin_version = DOVECOT_ABI_VERSION;

static const char *const list_columns[] = { "mail", "status", "family-name",
	"given-name", NULL };
static const char *const show_columns[] = { "mail", "status", "family-name",
	"given-name", "language", "question", "dn", "token", "token-expires",
	NULL };
static const char *const password_columns[] = { "password", NULL };
static const struct doveadm_ask_argument entries[] = {
	{ "entry", "entry", true }, { NULL, NULL, false } };
static const struct doveadm_ask_argument person[] = {
	{ "familyName", "family-name", false },
	{ "givenName", "given-name", false }, { "language", "language", false },
	{ NULL, NULL, false } };

/* doveadm gives alloc() nothing to tell the commands apart by. */
#define ASK(function, ...) \
	static struct doveadm_mail_cmd_context * \
	function(void) \
	{ \
		static const struct doveadm_ask ask = { __VA_ARGS__ }; \
		\
		return doveadm_ask_alloc(&ask); \
	}

ASK(account_list, "account-show", NULL, NULL, list_columns, true)
ASK(account_show, "account-show", NULL, NULL, show_columns, false)
ASK(account_create, "account-create", person, NULL, password_columns, false)
ASK(account_activate, "account-activate", NULL, NULL, password_columns, false)
ASK(account_lock, "account-lock", NULL, NULL, NULL, false)
ASK(account_unlock, "account-unlock", NULL, NULL, NULL, false)
ASK(account_reset, "account-reset", NULL, NULL, password_columns, false)
ASK(account_delete, "account-delete", NULL, NULL, NULL, false)
ASK(sender_list, "approved-list", NULL, "entry", NULL, true)
ASK(sender_add, "approved-add", entries, "added", NULL, false)
ASK(sender_remove, "approved-remove", entries, "removed", NULL, false)
ASK(sender_repair, "approved-repair", NULL, "removed", NULL, false)

ASK(blocked_list, "blocked-list", NULL, "entry", NULL, true)
ASK(blocked_add, "blocked-add", entries, "added", NULL, false)
ASK(blocked_remove, "blocked-remove", entries, "removed", NULL, false)
ASK(blocked_repair, "blocked-repair", NULL, "removed", NULL, false)

#define PLAIN(command, function) { \
	.name = "sekisho " command, \
	.usage = DOVEADM_CMD_MAIL_USAGE_PREFIX, \
	.mail_cmd = function, \
DOVEADM_CMD_PARAMS_START \
DOVEADM_CMD_MAIL_COMMON \
DOVEADM_CMD_PARAMS_END }

#define WITH_ENTRIES(command, function) { \
	.name = "sekisho " command, \
	.usage = DOVEADM_CMD_MAIL_USAGE_PREFIX "<entry> [...]", \
	.mail_cmd = function, \
DOVEADM_CMD_PARAMS_START \
DOVEADM_CMD_MAIL_COMMON \
DOVEADM_CMD_PARAM('\0', "entry", CMD_PARAM_ARRAY, CMD_PARAM_FLAG_POSITIONAL) \
DOVEADM_CMD_PARAMS_END }

#define WITH_QUERY(command, query, function) { \
	.name = "sekisho " command, \
	.usage = DOVEADM_CMD_MAIL_USAGE_PREFIX query, \
	.mail_cmd = function, \
DOVEADM_CMD_PARAMS_START \
DOVEADM_CMD_MAIL_COMMON \
DOVEADM_CMD_PARAM('\0', "query", CMD_PARAM_ARRAY, CMD_PARAM_FLAG_POSITIONAL) \
DOVEADM_CMD_PARAMS_END }

#define WITH_PERSON(command, function) { \
	.name = "sekisho " command, \
	.usage = DOVEADM_CMD_MAIL_USAGE_PREFIX \
		"<family name> <given name> [<language>]", \
	.mail_cmd = function, \
DOVEADM_CMD_PARAMS_START \
DOVEADM_CMD_MAIL_COMMON \
DOVEADM_CMD_PARAM('\0', "familyName", CMD_PARAM_STR, \
	CMD_PARAM_FLAG_POSITIONAL) \
DOVEADM_CMD_PARAM('\0', "givenName", CMD_PARAM_STR, \
	CMD_PARAM_FLAG_POSITIONAL) \
DOVEADM_CMD_PARAM('\0', "language", CMD_PARAM_STR, \
	CMD_PARAM_FLAG_POSITIONAL) \
DOVEADM_CMD_PARAMS_END }

static struct doveadm_cmd_ver2 commands[] = {
	PLAIN("account list", account_list),
	PLAIN("account show", account_show),
	WITH_PERSON("account create", account_create),
	PLAIN("account activate", account_activate),
	PLAIN("account lock", account_lock),
	PLAIN("account unlock", account_unlock),
	PLAIN("account reset", account_reset),
	PLAIN("account delete", account_delete),
	PLAIN("sender list", sender_list),
	WITH_ENTRIES("sender add", sender_add),
	WITH_ENTRIES("sender remove", sender_remove),
	PLAIN("sender repair", sender_repair),
	PLAIN("blocked list", blocked_list),
	WITH_ENTRIES("blocked add", blocked_add),
	WITH_ENTRIES("blocked remove", blocked_remove),
	PLAIN("blocked repair", blocked_repair),
	WITH_QUERY("quarantine list", "[<search query>]", doveadm_held_list),
	WITH_QUERY("quarantine show", "<search query>", doveadm_held_show),
	WITH_QUERY("quarantine deliver", "<search query>",
		doveadm_held_deliver),
	WITH_QUERY("quarantine approve", "<search query>",
		doveadm_held_approve),
	WITH_QUERY("quarantine delete", "<search query>", doveadm_held_delete),
	PLAIN("quarantine expire", doveadm_held_expire),
	PLAIN("digest send", doveadm_digest_send),
	WITH_QUERY("digest deliver", "<search query>", doveadm_digest_deliver),
	WITH_QUERY("digest approve", "<search query>", doveadm_digest_approve),
	WITH_QUERY("digest delete", "<search query>", doveadm_digest_delete),
	PLAIN("quarantine rescan", doveadm_held_rescan),
	PLAIN("learn", doveadm_learn),
};

void
doveadm_sekisho_plugin_init(struct module *module ATTR_UNUSED)
{
	unsigned int i;

	no_memory_init();
	for (i = 0; i < N_ELEMENTS(commands); i++)
		doveadm_cmd_register_ver2(&commands[i]);
}

void
doveadm_sekisho_plugin_deinit(void)
{
}

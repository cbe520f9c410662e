/*
 * sekisho-plugin.c - lib01_sekisho: what Dovecot calls when it loads the
 * module, and when it makes a user, a mailbox, a message.
 */
#include "sekisho-plugin.h"
#include "folder.h"
#include "no-memory.h"
#include "sekisho.h"
#include "senders-mailbox.h"
#include "setting.h"

void sekisho_plugin_init(struct module *module);
void sekisho_plugin_deinit(void);
void sekisho_user_by_link(struct mail_user *user);
extern const char *sekisho_plugin_version;

const char *sekisho_plugin_version = DOVECOT_ABI_VERSION;

struct sekisho_storage_module sekisho_storage_module =
	MODULE_CONTEXT_INIT(&mail_storage_module_register);
struct sekisho_mail_module sekisho_mail_module =
	MODULE_CONTEXT_INIT(&mail_module_register);
static MODULE_CONTEXT_DEFINE_INIT(sekisho_user_module,
	&mail_user_module_register);

struct sekisho_user *
sekisho_user(struct mail_user *user)
{
	return MODULE_CONTEXT(user, sekisho_user_module);
}

/*
 * From now on doveadm acts for whoever has a link of this user's digest: with
 * the user's rights. doveadm finds this by its name.
 */
void
sekisho_user_by_link(struct mail_user *user)
{
	struct sekisho_user *own = sekisho_user(user);

	own->administrator = false;
	own->link = true;
}

/* A copy that lives as long as the user. */
static const char *
setting(struct mail_user *user, const char *name, const char *preset)
{
	return p_strdup(user->pool, setting_get(user, name, preset));
}

/* Returns 0 or -1. */
static int
rescan_parse(const char *value, enum rescan *rescan_r)
{
	static const char *const names[] = { "required", "try", "off" };
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(names); i++) {
		if (strcmp(value, names[i]) == 0) {
			*rescan_r = (enum rescan)i;
			return 0;
		}
	}
	return -1;
}

static void
user_deinit(struct mail_user *user)
{
	struct sekisho_user *own = sekisho_user(user);

	i_free(own->kept_error);
	own->module_ctx.super.deinit(user);
}

static void
user_created(struct mail_user *user)
{
	struct mail_user_vfuncs *v = user->vlast;
	const char *quarantine = setting(user, "sekisho_quarantine", NULL);
	const char *rescan = setting(user, "sekisho_rescan", "required");
	struct sekisho_user *own;

	if (quarantine == NULL)
		return;
	own = p_new(user->pool, struct sekisho_user, 1);
	own->module_ctx.super = *v;
	user->vlast = &own->module_ctx.super;
	v->deinit = user_deinit;
	own->quarantine = quarantine;
	own->deliver = setting(user, "sekisho_deliver", "Deliver");
	own->approve = setting(user, "sekisho_approve",
		"Deliver and Approve");
	own->request = setting(user, "sekisho_request", "Request Release");
	own->approved = setting(user, "sekisho_approved", "Approved Senders");
	own->blocked = setting(user, "sekisho_blocked", "Blocked Senders");
	own->address = setting(user, "sekisho_address", user->username);
	own->socket = setting(user, "sekisho_socket", SEKISHO_CONTROL_SOCKET);
	own->submission = setting(user, "sekisho_submission", NULL);
	own->learn = setting_get(user, "sekisho_learn", NULL) != NULL;
	own->administrator = strcmp(user->service, "doveadm") == 0;
	own->domain_administrator = setting(user, "sekisho_administrator",
		NULL);
	if (rescan_parse(rescan, &own->rescan) < 0)
		user->error = p_strdup_printf(user->pool, "sekisho_rescan = "
			"%s: must be required, try or off", rescan);
	MODULE_CONTEXT_SET(user, sekisho_user_module, own);
}

bool
sekisho_is_administrated(const struct sekisho_user *user)
{
	return user->administrator || user->domain_administrator != NULL;
}

static void
mailbox_allocated(struct mailbox *box)
{
	struct mailbox_vfuncs *v = box->vlast;
	enum folder folder = folder_of(box);
	union mailbox_module_context *own;

	if (sekisho_user(box->storage->user) == NULL)
		return;
	own = folder == FOLDER_APPROVED || folder == FOLDER_BLOCKED ?
		senders_mailbox_alloc(box->pool) :
		p_new(box->pool, union mailbox_module_context, 1);
	own->super = *v;
	box->vlast = &own->super;
	MODULE_CONTEXT_SET_SELF(box, sekisho_storage_module, own);
	switch (folder) {
	case FOLDER_QUARANTINE:
	case FOLDER_INSIDE:
		quarantine_mailbox_hook(v);
		break;
	case FOLDER_DELIVER:
	case FOLDER_APPROVE:
		action_mailbox_hook(v);
		break;
	case FOLDER_REQUEST:
		request_mailbox_hook(v);
		break;
	case FOLDER_APPROVED:
	case FOLDER_BLOCKED:
		senders_mailbox_hook(v);
		break;
	case FOLDER_ORDINARY:
		ordinary_mailbox_hook(v);
		break;
	}
}

static void
mail_allocated(struct mail *mail)
{
	enum folder folder = folder_of(mail->box);

	if (folder == FOLDER_QUARANTINE)
		quarantine_mail_hook(mail);
	else if (folder == FOLDER_APPROVED || folder == FOLDER_BLOCKED)
		senders_mail_hook(mail);
}

static struct mail_storage_hooks hooks = {
	.mail_user_created = user_created,
	.mailbox_allocated = mailbox_allocated,
	.mail_allocated = mail_allocated,
};

void
sekisho_plugin_init(struct module *module)
{
	no_memory_init();
	mail_storage_hooks_add(module, &hooks);
}

void
sekisho_plugin_deinit(void)
{
	mail_storage_hooks_remove(&hooks);
}

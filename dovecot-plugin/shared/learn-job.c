/*
 * learn-job.c - where the files are.
 */
#include "learn-job.h"
#include "setting.h"

#include <mail-namespace.h>
#include <mailbox-list.h>

const char *
learn_class_name(enum learn_class class)
{
	return class == LEARN_SPAM ? "spam" : "ham";
}

const char *
learn_job_folder(struct mail_user *user)
{
	const char *name = setting_get(user, "sekisho_quarantine", NULL);
	struct mail_namespace *ns;
	const char *root;

	if (name == NULL)
		return NULL;
	ns = mail_namespace_find(user->namespaces, name);
	if (!mailbox_list_get_root_path(ns->list,
	    MAILBOX_LIST_PATH_TYPE_CONTROL, &root))
		return NULL;
	return t_strconcat(root, "/sekisho-learn", NULL);
}

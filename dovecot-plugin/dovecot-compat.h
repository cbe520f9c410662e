/*
 * dovecot-compat.h - everything that differs between releases of Dovecot.
 *
 * The first Dovecot header of every file here; no other file asks for a
 * version. Made for 2.3 (Debian 12).
 */
#ifndef SEKISHO_DOVECOT_COMPAT_H
#define SEKISHO_DOVECOT_COMPAT_H

#include <lib.h>
#include <array.h>
#include <mail-namespace.h>
#include <mail-user.h>
#include <mail-storage-private.h>

#include <stdbool.h>		/* Dovecot's own bool must come first */

#if !DOVECOT_PREREQ(2, 3, 0) || DOVECOT_PREREQ(2, 4, 0)
#error "the plug-ins are made for Dovecot 2.3"
#endif

/*
 * The value of a plug-in setting for this user, or NULL: "plugin { name = }",
 * or a field of that name from the userdb.
 */
static inline const char *
compat_setting(struct mail_user *user, const char *name)
{
	return mail_user_plugin_getenv(user, name);
}

/* Has the administrator given the mailbox this role, "\Trash" (RFC 6154)? */
static inline bool
compat_has_role(struct mailbox *box, const char *role)
{
	return box->set != NULL && box->set->special_use[0] != '\0' &&
		str_array_icase_find(t_strsplit_spaces(box->set->special_use,
		" "), role);
}

/* The names of what Dovecot makes in the namespace when it is first used. */
static inline const char *const *
compat_autocreated(const struct mail_namespace *ns)
{
	struct mailbox_settings *set;
	ARRAY_TYPE(const_string) names;
	const char *name;

	t_array_init(&names, 8);
	if (array_is_created(&ns->set->mailboxes))
		array_foreach_elem(&ns->set->mailboxes, set) {
			if (strcmp(set->autocreate, MAILBOX_SET_AUTO_NO) == 0 ||
			    set->name[0] == '\0' ||
			    strpbrk(set->name, "*?") != NULL)
				continue;
			name = t_strconcat(ns->prefix, set->name, NULL);
			array_push_back(&names, &name);
		}
	array_append_zero(&names);
	return array_front(&names);
}

/*
 * COPY keeps a pointer to the text of an error while it commits the source's
 * transaction, where 2.3 replaces the text by a copy and frees it, when both
 * mailboxes are of one storage. So the old text is kept until the next one,
 * in *kept.
 */
static inline void
compat_keep_error(struct mail_storage *storage, char **kept)
{
	if (storage->error_string == NULL)
		return;
	i_free(*kept);
	*kept = storage->error_string;
	storage->error_string = i_strdup(*kept);
}

#endif

/*
 * dovecot-compat.h - everything that differs between releases of Dovecot.
 *
 * The first Dovecot header of every file here; no other file asks for a
 * version. Made for 2.3 (Debian 12) and 2.4 (Debian 13). Where a function only
 * has another name, our files use that of 2.4. What settings are is in
 * setting.h.
 */
#ifndef SEKISHO_DOVECOT_COMPAT_H
#define SEKISHO_DOVECOT_COMPAT_H

#include <lib.h>
#include <array.h>
#include <mail-namespace.h>
#include <mail-user.h>
#include <mail-storage-private.h>

#include <stdbool.h>		/* Dovecot's own bool must come first */

#if !DOVECOT_PREREQ(2, 3, 0) || DOVECOT_PREREQ(2, 5, 0)
#error "the plug-ins are made for Dovecot 2.3 and 2.4"
#endif

#if DOVECOT_PREREQ(2, 4, 0)

#include <settings.h>

#define COMPAT_DOVEADM_ARGS
#define COMPAT_BINARY_PARAMETERS struct mail_binary_properties *properties_r
#define COMPAT_BINARY_ARGUMENTS properties_r

static inline const char *const *
compat_roles(const struct mailbox_settings *set)
{
	return settings_boollist_get(&set->special_use);
}

/* The mailboxes that the configuration of a namespace names. */
typedef const struct mailbox_settings compat_mailbox;
#define COMPAT_MAILBOXES(ns) (&(ns)->set->parsed_mailboxes)

#else

#define str_begins_with(text, prefix) str_begins(text, prefix)
#define str_parse_get_interval settings_get_time
#define str_parse_get_size settings_get_size
#define master_service_get_service_settings master_service_settings_get

#define COMPAT_DOVEADM_ARGS , const char *const words[] ATTR_UNUSED
#define COMPAT_BINARY_PARAMETERS uoff_t *size_r, unsigned int *lines_r, \
	bool *binary_r
#define COMPAT_BINARY_ARGUMENTS size_r, lines_r, binary_r

static inline const char *const *
compat_roles(const struct mailbox_settings *set)
{
	return t_strsplit_spaces(set->special_use, " ");
}

typedef struct mailbox_settings compat_mailbox;
#define COMPAT_MAILBOXES(ns) (&(ns)->set->mailboxes)

#endif

/* Has the administrator given the mailbox this role, "\Trash" (RFC 6154)? */
static inline bool
compat_has_role(struct mailbox *box, const char *role)
{
	return box->set != NULL &&
		str_array_icase_find(compat_roles(box->set), role);
}

/*
 * COPY keeps a pointer to the text of an error while it commits the source's
 * transaction, where Dovecot replaces the text by a copy and frees it, when
 * both mailboxes are of one storage. So the old text is kept until the next
 * one, in *kept.
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

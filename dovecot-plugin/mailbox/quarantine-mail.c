/*
 * quarantine-mail.c - what may be done to a message in the quarantine: read it,
 * flag it, remove it. Keywords that we set are not the user's to change.
 */
#include "quarantine-mail.h"
#include "folder.h"
#include "mask.h"
#include "removal.h"

#include <istream.h>
#include <mail-namespace.h>
#include <message-size.h>

struct quarantine_mail *
quarantine_mail(struct mail *mail)
{
	return MODULE_CONTEXT((struct mail_private *)mail,
		sekisho_mail_module);
}

static void
held_expunge(struct mail *mail)
{
	struct quarantine_mail *own = quarantine_mail(mail);

	if (!own->moved)
		removal_add(mail, own->bin, own->junk);
	own->moved = own->junk = false;
	own->bin = NULL;
	own->module_ctx.super.expunge(mail);
}

/*
 * A URL into the quarantine (CATENATE, RFC 4469; URLFETCH, RFC 4467) would
 * carry held mail past the scan.
 */
static bool
is_read_by_url(struct mail *mail)
{
	static const char *const commands[] = { "APPEND", "URLFETCH", NULL };
	struct event *event = event_get_global();
	const char *command = event == NULL ? NULL :
		event_find_field_recursive_str(event, "cmd_name");

	if (strcmp(mail->box->storage->user->service,
	    "imap-urlauth-worker") == 0)
		return true;
	return command != NULL && str_array_icase_find(commands, command);
}

/*
 * The reply to APPEND is taken from the mailbox that is appended to, which is
 * not known here: so the reason is given to all.
 */
static int
refuse_url(struct mail *mail)
{
	static const char text[] = "Held mail cannot be used by its URL; "
		"deliver it first";
	struct mail_namespace *ns = mail->box->storage->user->namespaces;

	for (; ns != NULL; ns = ns->next)
		mail_storage_set_error(mail_namespace_get_default_storage(ns),
			MAIL_ERROR_PERM, text);
	return folder_refuse(mail->box, MAIL_ERROR_PERM, text);
}

static const struct sekisho_held no_held = { .id = "", .rule = "",
	.reason = "", .sender = "", .from = "", .proof = "", .recipient = "",
	.quarantine = "", .key = "", .seal = "" };

/* What administrators put there has no field of ours, or a wrong one. */
static int
read_held(struct mail *mail, enum held_mail_result result,
	const struct sekisho_error *err, struct sekisho_held *held_r)
{
	if (result == HELD_MAIL_WRONG)
		e_warning(mail->box->event, "sekisho: uid=%u: %s", mail->uid,
			err->text);
	if (result != HELD_MAIL_FOUND)
		*held_r = no_held;
	return result == HELD_MAIL_FAILED ? -1 : 0;
}

int
quarantine_mail_read(struct mail *mail, struct sekisho_held *held_r)
{
	struct quarantine_mail *own = quarantine_mail(mail);
	struct sekisho_error err;
	enum held_mail_result result;

	own->trusted = true;
	result = held_mail_read(mail, held_r, NULL, &err);
	own->trusted = false;
	return read_held(mail, result, &err, held_r);
}

int
quarantine_mail_open(struct mail *mail, struct sekisho_held *held_r,
	struct istream **original_r)
{
	struct quarantine_mail *own = quarantine_mail(mail);
	struct sekisho_error err;
	enum held_mail_result result;
	time_t date;

	/* Copying will ask; later, it costs the stream what it read ahead. */
	(void)mail_get_received_date(mail, &date);
	own->trusted = true;
	result = held_mail_open(mail, held_r, original_r, &err);
	own->trusted = false;
	return read_held(mail, result, &err, held_r);
}

/*
 * The keyword of its class says it at once, as users cannot change it, and it
 * may say more than the header, which is older (retro-scan.h); the header, if
 * Dovecot lost its index.
 */
static bool
is_masked(struct mail *mail)
{
	const char *const *keywords = mail_get_keywords(mail);
	struct sekisho_held held;
	bool masked;

	if (str_array_find(keywords, held_mail_keyword(SEKISHO_HELD_VIRUS)))
		return true;
	if (str_array_find(keywords, held_mail_keyword(SEKISHO_HELD_SPAM)) ||
	    str_array_find(keywords, held_mail_keyword(SEKISHO_HELD_CONTENT)))
		return false;
	masked = quarantine_mail_read(mail, &held) < 0 ||
		(*held.id != '\0' && held.held_class == SEKISHO_HELD_VIRUS);
	sekisho_held_free(&held);
	return masked;
}

static void
mask(struct quarantine_mail *own, struct istream *stored)
{
	struct message_size header;
	bool has_nuls;

	i_stream_seek(stored, 0);
	if (message_get_header_size(stored, &header, &has_nuls) >= 0)
		own->masked = mask_create(stored, header.physical_size);
}

static int
held_get_stream(struct mail *mail, bool get_body, struct message_size *header,
	struct message_size *body, struct istream **stream_r)
{
	struct quarantine_mail *own = quarantine_mail(mail);
	struct sekisho_user *user = sekisho_user(mail->box->storage->user);
	int ret;

	if (own->outgoing != NULL) {
		i_assert(header == NULL && body == NULL);
		i_stream_seek(own->outgoing, 0);
		*stream_r = own->outgoing;
		return 0;
	}
	if (!own->trusted && is_read_by_url(mail))
		return refuse_url(mail);
	ret = own->module_ctx.super.get_stream(mail, get_body, header, body,
		stream_r);
	if (ret < 0 || own->trusted || !get_body || user->administrator ||
	    !is_masked(mail))
		return ret;
	if (own->masked == NULL)
		mask(own, *stream_r);
	if (own->masked == NULL)
		return -1;
	i_stream_seek(own->masked, 0);
	*stream_r = own->masked;
	return 0;
}

static int
held_get_binary_stream(struct mail *mail, const struct message_part *part,
	bool include_header, COMPAT_BINARY_PARAMETERS,
	struct istream **stream_r)
{
	struct quarantine_mail *own = quarantine_mail(mail);
	struct sekisho_user *user = sekisho_user(mail->box->storage->user);

	if (!user->administrator && is_masked(mail))
		return folder_refuse(mail->box, MAIL_ERROR_CONVERSION, "The "
			"content of a mail that is held for a virus is not "
			"shown");
	return own->module_ctx.super.get_binary_stream(mail, part,
		include_header, COMPAT_BINARY_ARGUMENTS, stream_r);
}

static void
held_close(struct mail *mail)
{
	struct quarantine_mail *own = quarantine_mail(mail);

	i_stream_unref(&own->masked);
	own->module_ctx.super.close(mail);
}

/* Dovecot keeps a keyword as it was written first, and ignores case. */
bool
quarantine_keyword(const char *keyword)
{
	static const char prefix[] = "$Sekisho";

	return strncasecmp(keyword, prefix, strlen(prefix)) == 0;
}

static void
add_names(ARRAY_TYPE(const_string) *names, const char *const *keywords,
	bool ours)
{
	for (; *keywords != NULL; keywords++)
		if (quarantine_keyword(*keywords) == ours)
			array_push_back(names, keywords);
}

const char *const *
keyword_names(struct mailbox *box, const struct mail_keywords *keywords)
{
	const ARRAY_TYPE(keywords) *all = mail_index_get_keywords(box->index);
	const char **names = t_new(const char *, keywords->count + 1);
	unsigned int i;

	for (i = 0; i < keywords->count; i++)
		names[i] = *(const char *const *)array_idx(all,
			keywords->idx[i]);
	return names;
}

static void
held_update_keywords(struct mail *mail, enum modify_type modify,
	struct mail_keywords *keywords)
{
	struct quarantine_mail *own = quarantine_mail(mail);
	ARRAY_TYPE(const_string) names;
	struct mail_keywords *allowed;

	t_array_init(&names, 16);
	add_names(&names, keyword_names(mail->box, keywords), false);
	if (modify == MODIFY_REPLACE)
		add_names(&names, mail_get_keywords(mail), true);
	array_append_zero(&names);
	allowed = mailbox_keywords_create_valid(mail->box,
		array_front(&names));
	own->module_ctx.super.update_keywords(mail, modify, allowed);
	mailbox_keywords_unref(&allowed);
}

void
quarantine_mail_hook(struct mail *_mail)
{
	struct mail_private *mail = (struct mail_private *)_mail;
	struct mail_vfuncs *v = mail->vlast;
	struct quarantine_mail *own;

	own = p_new(mail->pool, struct quarantine_mail, 1);
	own->module_ctx.super = *v;
	mail->vlast = &own->module_ctx.super;
	v->expunge = held_expunge;
	v->get_stream = held_get_stream;
	v->get_binary_stream = held_get_binary_stream;
	v->close = held_close;
	if (!sekisho_user(_mail->box->storage->user)->administrator)
		v->update_keywords = held_update_keywords;
	MODULE_CONTEXT_SET(mail, sekisho_mail_module, own);
}

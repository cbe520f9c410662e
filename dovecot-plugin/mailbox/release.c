/*
 * release.c - the gate of the quarantine, and what passes through it.
 */
#include "release.h"
#include "folder.h"
#include "held-mail.h"
#include "outgoing.h"
#include "quarantine-mail.h"

#include <istream.h>

int
release_check(const struct sekisho_user *user,
	const struct sekisho_held *held, struct istream *outgoing,
	bool approve, pool_t pool, struct released *released_r,
	struct control_refusal *refusal_r)
{
	struct released released = { .id = p_strdup(pool, held->id) };
	int ret = 0;

	if (approve) {
		released.approve.name = p_strdup(pool,
			outgoing_sender(outgoing, held));
		released.approve.origin = origin_dup(pool,
			origin_of_held(held));
	}
	if (approve && released.approve.name == NULL)
		ret = control_refuse(refusal_r, MAIL_ERROR_NOTPOSSIBLE, "A "
			"message has no sender who could be approved");
	else if (!sekisho_is_administrated(user) &&
	    held->held_class == SEKISHO_HELD_VIRUS)
		ret = control_refuse(refusal_r, MAIL_ERROR_PERM, "The message "
			"from <%s> is held because of a virus; only %s can "
			"release it", held->sender, *held->quarantine != '\0' ?
			"doveadm" : "an administrator");
	else if (control_rescan(user, outgoing, &released.rescan,
	    refusal_r) < 0 && !sekisho_is_administrated(user))
		ret = -1;
	*released_r = released;
	return ret;
}

void
marks_of_mail(struct mail *mail, struct marks *marks_r)
{
	marks_r->flags = mail_get_flags(mail);
	marks_r->keywords = mail_get_keywords(mail);
	marks_r->received = (time_t)-1;
	marks_r->timezone = 0;
}

void
marks_of_upload(const struct mail_save_context *ctx, pool_t pool,
	struct marks *marks_r)
{
	const char *const *keywords = t_new(const char *, 1);

	if (ctx->data.keywords != NULL)
		keywords = keyword_names(ctx->transaction->box,
			ctx->data.keywords);
	marks_r->flags = ctx->data.flags;
	marks_r->keywords = p_strarray_dup(pool, keywords);
	marks_r->received = ctx->data.received_date;
	marks_r->timezone = ctx->data.received_tz_offset;
}

/* Flags of the user stay; ours, and the wish to delete, stay behind. */
static void
set_marks(struct mail_save_context *ctx, const struct marks *marks)
{
	const char *const *keyword;
	struct mail_keywords *keywords = NULL;
	ARRAY_TYPE(const_string) names;

	t_array_init(&names, 8);
	for (keyword = marks->keywords; *keyword != NULL; keyword++)
		if (!quarantine_keyword(*keyword))
			array_push_back(&names, keyword);
	if (!array_is_empty(&names)) {
		array_append_zero(&names);
		keywords = mailbox_keywords_create_valid(
			ctx->transaction->box, array_front(&names));
	}
	mailbox_save_set_flags(ctx, marks->flags &
		ENUM_NEGATE(MAIL_DELETED | MAIL_RECENT), keywords);
	if (keywords != NULL)
		mailbox_keywords_unref(&keywords);
	if (marks->received != (time_t)-1)
		mailbox_save_set_received_date(ctx, marks->received,
			marks->timezone);
}

/*
 * What is stored there differs from what is stored here, so the GUID must not
 * be the same: dsync takes one for the other.
 */
static const char *
released_guid(const struct sekisho_held *held)
{
	guid_128_t guid;

	mail_generate_guid_128_hash(t_strconcat("sekisho released ",
		held_mail_identity(held), NULL), guid);
	return guid_128_to_string(guid);
}

int
release_copy(struct mailbox_transaction_context *t, struct mail *mail,
	const struct sekisho_held *held, struct istream *outgoing,
	const struct marks *marks)
{
	struct mail_save_context *ctx = mailbox_save_alloc(t);
	struct quarantine_mail *own = quarantine_mail(mail);
	int ret;

	set_marks(ctx, marks);
	mailbox_save_set_guid(ctx, released_guid(held));
	own->outgoing = outgoing;
	ret = mailbox_copy(&ctx, mail);
	own->outgoing = NULL;
	return ret;
}

int
release_save(struct mailbox_transaction_context *t, struct istream *outgoing,
	const struct marks *marks)
{
	struct mail_save_context *ctx = mailbox_save_alloc(t);
	ssize_t ret;

	set_marks(ctx, marks);
	if (mailbox_save_begin(&ctx, outgoing) < 0)
		return -1;
	do {
		if (mailbox_save_continue(ctx) < 0) {
			mailbox_save_cancel(&ctx);
			return -1;
		}
		ret = i_stream_read(outgoing);
		i_assert(ret != 0);
	} while (ret != -1);
	if (outgoing->stream_errno != 0) {
		mailbox_save_cancel(&ctx);
		mailbox_set_critical(t->box, "sekisho: read(%s) failed: %s",
			i_stream_get_name(outgoing),
			i_stream_get_error(outgoing));
		return -1;
	}
	return mailbox_save_finish(&ctx);
}

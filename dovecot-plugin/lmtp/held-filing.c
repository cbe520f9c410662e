/*
 * held-filing.c - look whether the message is there, make room for it and save
 * it if not; under a lock, for Exim may come again while its first try still
 * waits for a disk.
 */
#include "held-filing.h"
#include <file-lock.h>
#include <istream-concat.h>
#include <mail-namespace.h>
#include <mail-search-build.h>
#include <mail-storage-private.h>
#include <message-header-encode.h>
#include <str.h>

#include <time.h>

#include "filing.h"
#include "held-room.h"
#include "origin.h"
#include "sent-on.h"
#include "setting.h"

#define LOCK_NAME "sekisho-filing.lock"
#define LOCK_SECONDS 30

/*
 * A message cannot have been filed before it was held, so what came before is
 * not looked at; the clocks of two hosts may differ by so much. Clocks are set,
 * too: so many are looked at whatever they say.
 */
#define CLOCK_SECONDS (10 * 60)
#define LOOKS 1000

/* One message on its way into a mailbox. */
struct filing {
	struct mailbox *box;
	struct mail *mail;
	const struct sekisho_held *held;
	const char *guid;
};

static int
box_failed(struct mailbox *box, const char *what, struct sekisho_error *err)
{
	return sekisho_error_set(err, "cannot %s %s: %s", what, box->vname,
		mailbox_get_last_internal_error(box, NULL));
}

/*
 * The quarantine has a namespace of its own; in another one it would be a
 * folder where the user may do what he likes.
 */
static struct mailbox *
box_open(struct mail_user *user, struct sekisho_error *err)
{
	const char *name = setting_get(user, "sekisho_quarantine",
		"Quarantine");
	struct mail_namespace *ns;
	struct mailbox *box;

	ns = mail_namespace_find(user->namespaces, name);
	if (ns->prefix_len != strlen(name) + 1 ||
	    strncmp(ns->prefix, name, strlen(name)) != 0) {
		sekisho_error_set(err, "there is no namespace with the prefix "
			"%s/ for sekisho_quarantine", name);
		return NULL;
	}
	box = mailbox_alloc(ns->list, name, MAILBOX_FLAG_POST_SESSION);
	if (mailbox_open(box) < 0) {
		box_failed(box, "open", err);
		mailbox_free(&box);
	}
	return box;
}

/* The newest first, for what was filed before it was held is another one. */
static int
filing_search(const struct filing *filing, struct mail *mail, bool *found_r)
{
	time_t oldest = I_MIN((time_t)filing->held->time, time(NULL)) -
		CLOCK_SECONDS;
	struct mailbox_status status;
	const char *guid;
	uint32_t seq;
	time_t date;

	*found_r = FALSE;
	mailbox_get_open_status(filing->box, STATUS_MESSAGES, &status);
	for (seq = status.messages; seq > 0 && !*found_r; seq--) {
		mail_set_seq(mail, seq);
		if (mail_get_special(mail, MAIL_FETCH_GUID, &guid) < 0 ||
		    mail_get_save_date(mail, &date) < 0) {
			if (mail->expunged)
				continue;
			return -1;
		}
		if (date < oldest && status.messages - seq >= LOOKS)
			break;
		*found_r = strcmp(guid, filing->guid) == 0;
	}
	return 0;
}

/* Under the lock, as another process may have filed it while we waited. */
static int
filing_is_there(const struct filing *filing, bool *found_r,
	struct sekisho_error *err)
{
	struct mailbox_transaction_context *t;
	struct mail *mail;
	int ret;

	if (mailbox_sync(filing->box, 0) < 0)
		return box_failed(filing->box, "synchronise", err);
	t = mailbox_transaction_begin(filing->box, 0, __func__);
	mail = mail_alloc(t, MAIL_FETCH_GUID | MAIL_FETCH_SAVE_DATE, NULL);
	ret = filing_search(filing, mail, found_r);
	mail_free(&mail);
	mailbox_transaction_rollback(&t);
	return ret == 0 ? 0 : box_failed(filing->box, "search", err);
}

/* "Inbound spam (R4); from boss@bank.example, not proved; sent by ..." */
static const char *
reason_text(const struct sekisho_held *held)
{
	const char *reason = t_strdup_printf("%s (%s)", held->reason,
		held->rule);
	const struct origin *origin = origin_of_held(held);

	return origin == NULL ? reason :
		t_strconcat(reason, "; ", origin_english(origin),
			held_mail_outside_text(held), NULL);
}

/* Our two fields with CRLF, as LMTP has lines. */
static struct istream *
filing_fields(const struct sekisho_held *held)
{
	string_t *text = t_str_new(1024), *reason = t_str_new(512);
	struct sekisho_buf field;
	const char *p;

	message_header_encode(reason_text(held), reason);
	sekisho_buf_init(&field, SEKISHO_HELD_MAX);
	sekisho_held_encode(held, &field);
	sekisho_buf_puts(&field, SEKISHO_REASON_HEADER ": ");
	sekisho_buf_puts(&field, str_c(reason));
	sekisho_buf_puts(&field, "\n");
	for (p = field.failed ? "" : field.data; *p != '\0'; p++) {
		if (*p == '\n')
			str_append_c(text, '\r');
		str_append_c(text, *p);
	}
	sekisho_buf_free(&field);
	return i_stream_create_copy_from_string(text);
}

/* The message in the form of held-mail.h, or NULL. */
static struct istream *
filing_stream(const struct filing *filing)
{
	struct istream *pieces[3] = { NULL, NULL, NULL };
	struct istream *input;

	if (held_mail_original(filing->mail, &pieces[1]) < 0)
		return NULL;
	pieces[0] = filing_fields(filing->held);
	input = i_stream_create_concat(pieces);
	i_stream_unref(&pieces[0]);
	i_stream_unref(&pieces[1]);
	return input;
}

/* Reads all of input into the transaction. */
static int
filing_copy(const struct filing *filing, struct mailbox_transaction_context *t,
	struct istream *input)
{
	const char *const words[] = {
		held_mail_keyword(filing->held->held_class), NULL };
	struct mail_save_context *save = mailbox_save_alloc(t);
	struct mail_keywords *keywords;
	ssize_t n;

	keywords = mailbox_keywords_create_valid(filing->box, words);
	mailbox_save_set_flags(save, 0, keywords);
	mailbox_keywords_unref(&keywords);
	mailbox_save_set_guid(save, filing->guid);
	if (mailbox_save_begin(&save, input) < 0)
		return -1;
	do {
		n = i_stream_read(input);
		if (mailbox_save_continue(save) < 0) {
			mailbox_save_cancel(&save);
			return -1;
		}
	} while (n > 0 || n == -2);
	if (input->stream_errno != 0) {
		mailbox_save_cancel(&save);
		mailbox_set_critical(filing->box, "read(%s) failed: %s",
			i_stream_get_name(input), i_stream_get_error(input));
		return -1;
	}
	return mailbox_save_finish(&save);
}

static int
filing_save(const struct filing *filing, struct sekisho_error *err)
{
	struct mailbox_transaction_context *t;
	struct istream *input = filing_stream(filing);
	int ret;

	if (input == NULL)
		return sekisho_error_set(err, "cannot read the message");
	t = mailbox_transaction_begin(filing->box,
		MAILBOX_TRANSACTION_FLAG_EXTERNAL, __func__);
	ret = filing_copy(filing, t, input);
	i_stream_unref(&input);
	if (ret < 0)
		mailbox_transaction_rollback(&t);
	else
		ret = mailbox_transaction_commit(&t);
	return ret == 0 ? 0 : box_failed(filing->box, "write", err);
}

static int
filing_make_room(const struct filing *filing, struct sekisho_error *err)
{
	uoff_t size;

	if (mail_get_virtual_size(filing->mail, &size) < 0)
		return sekisho_error_set(err, "cannot read the message");
	return held_room_make(filing->box, size, err);
}

/* Is it the whole name of something that Dovecot makes? */
static bool
is_made(const compat_mailbox *mailbox)
{
	return strcmp(mailbox->autocreate, MAILBOX_SET_AUTO_NO) != 0 &&
		strpbrk(mailbox->name, "*?") == NULL;
}

/* "" is the folder whose name is the prefix without its separator. */
static const char *
made_name(const struct mail_namespace *ns, const compat_mailbox *mailbox)
{
	return mailbox->name[0] != '\0' ?
		t_strconcat(ns->prefix, mailbox->name, NULL) :
		t_strndup(ns->prefix, ns->prefix_len - 1);
}

/* Those of the namespace with that name. */
static void
make_folders(struct mail_user *user, const char *name)
{
	struct mail_namespace *ns = mail_namespace_find(user->namespaces,
		name);
	compat_mailbox *mailbox;
	struct mailbox *box;

	if (ns->prefix_len != strlen(name) + 1 ||
	    !str_begins_with(ns->prefix, name) ||
	    !array_is_created(COMPAT_MAILBOXES(ns)))
		return;
	array_foreach_elem(COMPAT_MAILBOXES(ns), mailbox) {
		if (!is_made(mailbox))
			continue;
		box = mailbox_alloc(ns->list, made_name(ns, mailbox),
			MAILBOX_FLAG_POST_SESSION);
		/* What fails here fails when it is used, and is told then. */
		(void)mailbox_open(box);
		mailbox_free(&box);
	}
}

/*
 * Dovecot makes the action folders when they are first used; when clients of
 * one user do so at once, one of them ends with a panic, as 2.3 has two locks
 * to take then. So they are made before the first mail is there to be moved,
 * and those of senders, too: a client that shows only what there is, and what
 * is subscribed to, shows all of them from then on.
 */
static void
filing_make_folders(const struct filing *filing)
{
	struct mail_user *user = filing->box->storage->user;
	struct mailbox_status status;

	mailbox_get_open_status(filing->box, STATUS_UIDNEXT, &status);
	if (status.uidnext != 1)
		return;
	make_folders(user, filing->box->vname);
	make_folders(user, setting_get(user, "sekisho_approved",
		"Approved Senders"));
	make_folders(user, setting_get(user, "sekisho_blocked",
		"Blocked Senders"));
}

static enum held_filing_result
filing_run(const struct filing *filing, struct sekisho_error *err)
{
	bool there;
	int ret;

	if (filing_is_there(filing, &there, err) < 0)
		return HELD_FILING_FAILED;
	if (there || sent_on_is_noted(filing->box, filing->guid))
		return HELD_FILING_THERE;
	filing_make_folders(filing);
	sekisho_filing_begin();
	ret = filing_make_room(filing, err);
	if (ret == 0)
		ret = filing_save(filing, err);
	sekisho_filing_end();
	return ret < 0 ? HELD_FILING_FAILED : HELD_FILING_FILED;
}

enum held_filing_result
held_filing(struct mail_user *user, struct mail *mail,
	const struct sekisho_held *held, struct sekisho_error *err)
{
	struct filing filing = { .mail = mail, .held = held,
		.guid = held_mail_guid(held) };
	enum held_filing_result result = HELD_FILING_FAILED;
	struct file_lock *lock;
	const char *error;

	filing.box = box_open(user, err);
	if (filing.box == NULL)
		return HELD_FILING_FAILED;
	if (mailbox_lock_file_create(filing.box, LOCK_NAME, LOCK_SECONDS,
	    &lock, &error) <= 0) {
		sekisho_error_set(err, "cannot lock %s: %s",
			filing.box->vname, error);
	} else {
		result = filing_run(&filing, err);
		file_lock_free(&lock);
	}
	mailbox_free(&filing.box);
	return result;
}

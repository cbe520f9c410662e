/*
 * retro-scan.c - one message at a time, whatever waits.
 *
 * With which signatures a message was looked at last is a record of the index,
 * beside its keywords: if Dovecot loses one, it loses both, and all is looked
 * at again. The class is the keyword, which only we can set.
 */
#include "retro-scan.h"
#include "action-log.h"
#include "claim.h"
#include "control.h"
#include "deed-count.h"
#include "outgoing.h"
#include "quarantine-mail.h"
#include "sekisho.h"

#include <istream.h>
#include <str.h>

#include <time.h>

#define RECORD_NAME "sekisho-scanned"
#define RECORD_SIZE 16		/* bytes of a name of signatures */
#define ASK_MS 60000

struct retro_scan {
	const struct retro_scan_caller *caller;
	struct sekisho_user *user;
	struct mailbox *box;
	uint32_t record_id;
	char set[RECORD_SIZE];	/* the signatures of sekishod, now */
	string_t *room;		/* where each mail is put together */
	const char *error;
};

static int
scan_fail(struct retro_scan *scan, const char *error)
{
	scan->error = error;
	return -1;
}

static void
set_read(const struct sekisho_answer *answer, char set_r[RECORD_SIZE])
{
	const char *set = sekisho_field_get(answer->fields,
		answer->field_count, "signatures");

	memset(set_r, 0, RECORD_SIZE);
	memcpy(set_r, set, I_MIN(strlen(set), RECORD_SIZE));
}

/* Which signatures does sekishod have? */
static int
ask_set(struct retro_scan *scan)
{
	struct sekisho_request request = { .verb = "signatures" };
	struct sekisho_answer answer = { 0 };
	int ret = control_ask(scan->user, &request, -1, ASK_MS, &answer);

	if (ret < 0)
		ret = scan_fail(scan, "sekishod does not answer");
	else if (answer.status != SEKISHO_STATUS_OK)
		ret = scan_fail(scan, t_strdup(answer.text));
	else
		set_read(&answer, scan->set);
	sekisho_answer_free(&answer);
	return ret;
}

/* Those that were not looked at with these signatures. */
static void
list_unseen(const struct retro_scan *scan, ARRAY_TYPE(seq_range) *uids)
{
	struct mail_index_view *view = scan->box->view;
	uint32_t seq, uid, last = mail_index_view_get_messages_count(view);
	const void *data;
	bool expunged;

	for (seq = 1; seq <= last; seq++) {
		mail_index_lookup_uid(view, seq, &uid);
		mail_index_lookup_ext(view, seq, scan->record_id, &data,
			&expunged);
		if (!expunged && (data == NULL ||
		    memcmp(data, scan->set, RECORD_SIZE) != 0))
			seq_range_array_add(uids, uid);
	}
}

static void
note_seen(const struct retro_scan *scan, struct mail *mail,
	const char set[RECORD_SIZE])
{
	mail_index_update_ext(mail->transaction->itrans, mail->seq,
		scan->record_id, set, NULL);
}

/*
 * Under the lock of whoever delivers: it is delivered before, or never by its
 * user. Another one like us may have been faster.
 */
static int
reclass(struct retro_scan *scan, struct mail *mail,
	const struct sekisho_held *held, const char *virus)
{
	struct action action = { .id = held->id, .name = "reclass",
		.virus = virus, .unattended = true };
	struct claim *claim = claim_open(scan->box);
	int ret = -1;

	if (claim != NULL && (claim_is_virus(claim, mail->uid) ||
	    claim_state(claim, mail->uid) >= CLAIM_DELIVERED)) {
		claim_close(&claim);
		return 0;
	}
	if (claim != NULL)
		ret = claim_mark_virus(claim, mail->uid);
	if (claim != NULL && ret < 0)
		mail_storage_copy_error(scan->box->storage,
			claim_mailbox(claim)->storage);
	claim_close(&claim);
	if (ret < 0)
		return scan_fail(scan, t_strdup(mailbox_get_last_internal_error(
			scan->box, NULL)));
	action_log(scan->box->storage->user, &action);
	scan->caller->found(scan->caller->context, held->id, virus);
	return 0;
}

/*
 * Nobody looked at it. When others can be looked at, it is the mail: it will
 * wait for other signatures, as it may well kill each inspector that tries.
 */
static int
look_failed(struct retro_scan *scan, struct mail *mail,
	const struct sekisho_held *held)
{
	if (ask_set(scan) < 0)
		return -1;
	e_warning(scan->box->event, "sekisho: id=%s: cannot be scanned again; "
		"the next try is with other signatures", held->id);
	note_seen(scan, mail, scan->set);
	return 0;
}

static int
look(struct retro_scan *scan, struct mail *mail,
	const struct sekisho_held *held, struct istream *outgoing)
{
	struct sekisho_answer answer = { 0 };
	char set[RECORD_SIZE];
	const char *virus;
	int ret;

	if (control_scan(scan->user, outgoing, &answer) < 0) {
		ret = look_failed(scan, mail, held);
	} else {
		set_read(&answer, set);
		note_seen(scan, mail, set);
		virus = sekisho_field_get(answer.fields, answer.field_count,
			"virus");
		ret = *virus == '\0' ? 0 : reclass(scan, mail, held, virus);
	}
	sekisho_answer_free(&answer);
	return ret;
}

/* As long again as it took, so that mail that comes finds a scanner. */
static void
rest(int64_t began)
{
	int64_t ms = I_MIN(sekisho_now() - began, ASK_MS);
	struct timespec time = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&time, NULL);
}

static int
scan_opened(struct retro_scan *scan, struct mail *mail,
	const struct sekisho_held *held, struct istream *original)
{
	struct istream *outgoing;
	int64_t began = sekisho_now();
	int ret;

	if (held->held_class == SEKISHO_HELD_VIRUS && *held->id != '\0') {
		note_seen(scan, mail, scan->set);
		return 0;
	}
	outgoing = outgoing_create(original, held, scan->user, scan->room);
	if (outgoing == NULL)
		return scan_fail(scan, "held mail cannot be read");
	ret = look(scan, mail, held, outgoing);
	i_stream_unref(&outgoing);
	rest(began);
	return ret;
}

static int
scan_mail(struct retro_scan *scan, struct mail *mail)
{
	const char *virus = held_mail_keyword(SEKISHO_HELD_VIRUS);
	struct istream *original;
	struct sekisho_held held;
	int ret;

	if (str_array_icase_find(mail_get_keywords(mail), virus))
		return 0;
	if (quarantine_mail_open(mail, &held, &original) < 0) {
		sekisho_held_free(&held);
		return mail->expunged ? 0 : scan_fail(scan, t_strdup(
			mailbox_get_last_internal_error(mail->box, NULL)));
	}
	ret = scan_opened(scan, mail, &held, original);
	i_stream_unref(&original);
	sekisho_held_free(&held);
	return ret;
}

/* Each is noted at once: whoever is killed begins where he was. */
static int
scan_uid(struct retro_scan *scan, uint32_t uid)
{
	struct mailbox_transaction_context *t = mailbox_transaction_begin(
		scan->box, 0, "sekisho: rescan");
	struct mail *mail = mail_alloc(t, 0, NULL);
	int ret = 0;

	if (mail_set_uid(mail, uid))
		ret = scan_mail(scan, mail);
	mail_free(&mail);
	if (mailbox_transaction_commit(&t) < 0)
		ret = scan_fail(scan, t_strdup(mailbox_get_last_internal_error(
			scan->box, NULL)));
	return ret;
}

static int
scan_all(struct retro_scan *scan)
{
	ARRAY_TYPE(seq_range) uids;
	struct seq_range_iter iter;
	unsigned int n = 0;
	uint32_t uid;
	int ret = 0;

	t_array_init(&uids, 16);
	list_unseen(scan, &uids);
	seq_range_array_iter_init(&iter, &uids);
	while (ret == 0 && !scan->caller->stop() &&
	    seq_range_array_iter_nth(&iter, n++, &uid)) {
		T_BEGIN {
			ret = scan_uid(scan, uid);
		} T_END_PASS_STR_IF(ret < 0, &scan->error);
	}
	return ret;
}

int
sekisho_retro_scan(struct mailbox *box, const struct retro_scan_caller *caller,
	const char **error_r)
{
	struct retro_scan scan = {
		.caller = caller,
		.user = sekisho_user(box->storage->user),
		.box = box,
		.record_id = mail_index_ext_register(box->index, RECORD_NAME,
			0, RECORD_SIZE, 1),
	};
	int ret;

	if (scan.user->rescan == RESCAN_OFF ||
	    mail_index_view_get_messages_count(box->view) == 0)
		return 0;
	scan.room = str_new(default_pool, 8192);
	ret = ask_set(&scan);
	if (ret == 0)
		ret = scan_all(&scan);
	str_free(&scan.room);
	deed_count_send(scan.user);
	*error_r = scan.error;
	return ret;
}

/*
 * doveadm-held-show.c - doveadm sekisho quarantine list and show: what is held,
 * for a person to read.
 *
 * What a stranger wrote is printed without its control characters, because a
 * terminal would obey them.
 */
#include "doveadm-held.h"
#include "held-mail.h"
#include "retention.h"

#include <array.h>
#include <doveadm-print.h>
#include <ioloop.h>

#include <time.h>

/* One message. held has empty texts when an administrator put it there. */
struct row {
	struct mail *mail;
	struct sekisho_held held;
};

static time_t
row_time(const struct row *row)
{
	time_t received;

	if (row->held.time != 0)
		return (time_t)row->held.time;
	return mail_get_received_date(row->mail, &received) < 0 ? 0 : received;
}

static const char *
text_or_dash(const char *text)
{
	return *text != '\0' ? doveadm_held_printable(text) : "-";
}

static const char *
show_id(const struct row *row)
{
	return text_or_dash(row->held.id);
}

static const char *
time_text(time_t when)
{
	char text[32];

	strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", localtime(&when));
	return t_strdup(text);
}

static const char *
show_time(const struct row *row)
{
	return time_text(row_time(row));
}

/* The next run of the timer after this removes it. */
static const char *
show_expires(const struct row *row)
{
	unsigned int seconds;
	const char *error;
	time_t saved;

	if (mail_get_save_date(row->mail, &saved) < 0 ||
	    retention_age(row->mail->box->storage->user, &seconds, &error) < 0)
		return "-";
	return time_text(saved + (time_t)seconds);
}

/* "3d 4h", "4h 10m", "10m"; a clock that was set back makes nothing older. */
static const char *
show_age(const struct row *row)
{
	time_t seconds = ioloop_time - row_time(row);
	unsigned int minutes = seconds < 0 ? 0 : seconds / 60;

	if (minutes < 60)
		return t_strdup_printf("%um", minutes);
	if (minutes < 24 * 60)
		return t_strdup_printf("%uh %um", minutes / 60, minutes % 60);
	return t_strdup_printf("%ud %uh", minutes / (24 * 60),
		minutes / 60 % 24);
}

/* New signatures have found a virus since it was filed. */
static bool
is_reclassed(const struct row *row)
{
	return held_mail_class(row->mail, &row->held) != row->held.held_class;
}

static const char *
show_class(const struct row *row)
{
	if (is_reclassed(row))
		return sekisho_held_class_name(SEKISHO_HELD_VIRUS);
	return *row->held.id == '\0' ? "-" :
		sekisho_held_class_name(row->held.held_class);
}

static const char *
show_rule(const struct row *row)
{
	return text_or_dash(row->held.rule);
}

static const char *
show_reason(const struct row *row)
{
	const char *reason = doveadm_held_printable(t_strconcat(
		text_or_dash(row->held.reason),
		held_mail_outside_text(&row->held), NULL));

	return !is_reclassed(row) ? reason : t_strconcat(reason, "; a virus "
		"that was found in it later", NULL);
}

static const char *
show_sender(const struct row *row)
{
	if (*row->held.id == '\0')
		return "-";
	return *row->held.sender == '\0' ? "<>" :
		doveadm_held_printable(row->held.sender);
}

/* The address in From as it was sealed; mails of older versions have none. */
static const char *
show_author(const struct row *row)
{
	return text_or_dash(row->held.from);
}

static const char *
show_proof(const struct row *row)
{
	return text_or_dash(row->held.proof);
}

static const char *
show_recipient(const struct row *row)
{
	return text_or_dash(row->held.recipient);
}

static const char *
header(const struct row *row, const char *name)
{
	const char *value;

	return mail_get_first_header_utf8(row->mail, name, &value) > 0 ?
		text_or_dash(value) : "-";
}

static const char *
show_subject(const struct row *row)
{
	return header(row, "Subject");
}

static const char *
show_from(const struct row *row)
{
	return header(row, "From");
}

static const char *
show_to(const struct row *row)
{
	return header(row, "To");
}

static const char *
show_message_id(const struct row *row)
{
	return header(row, "Message-ID");
}

static uoff_t
row_bytes(const struct row *row)
{
	uoff_t bytes;

	return mail_get_physical_size(row->mail, &bytes) < 0 ? 0 : bytes;
}

static const char *
show_bytes(const struct row *row)
{
	return dec2str(row_bytes(row));
}

/* "812", "1.2k", "35k", "1.4M" */
static const char *
show_size(const struct row *row)
{
	static const char units[] = "kMGT";
	uoff_t tenths = row_bytes(row) * 10;
	unsigned int unit = 0;

	if (tenths < 10240)
		return dec2str(tenths / 10);
	for (tenths /= 1024; tenths >= 10240; tenths /= 1024)
		unit++;
	if (tenths >= 100)
		return t_strdup_printf("%u%c", (unsigned int)(tenths / 10),
			units[unit]);
	return t_strdup_printf("%u.%u%c", (unsigned int)(tenths / 10),
		(unsigned int)(tenths % 10), units[unit]);
}

static const char *
show_state(const struct row *row)
{
	const char *const *keywords = mail_get_keywords(row->mail);

	if (str_array_icase_find(keywords, "$SekishoReleased"))
		return "delivered, not yet removed";
	if (str_array_icase_find(keywords, "$SekishoReleasing"))
		return "a delivery was interrupted";
	if (str_array_icase_find(keywords, "$SekishoRequested"))
		return "held, its user asks for it";
	return "held";
}

static const struct column {
	const char *name;
	const char *(*show)(const struct row *row);
} columns[] = {
	{ "id", show_id },
	{ "time", show_time },
	{ "age", show_age },
	{ "expires", show_expires },
	{ "class", show_class },
	{ "rule", show_rule },
	{ "reason", show_reason },
	{ "sender", show_sender },
	{ "author", show_author },
	{ "proof", show_proof },
	{ "recipient", show_recipient },
	{ "size", show_size },
	{ "bytes", show_bytes },
	{ "state", show_state },
	{ "from", show_from },
	{ "to", show_to },
	{ "subject", show_subject },
	{ "message-id", show_message_id },
};

static void
row_print(const struct row *row, const char *const *names)
{
	unsigned int i;

	for (; *names != NULL; names++)
		for (i = 0; i < N_ELEMENTS(columns); i++)
			if (strcmp(columns[i].name, *names) == 0)
				doveadm_print(columns[i].show(row));
}

static void
mail_print(struct mail *mail, const char *const *names)
{
	static const struct sekisho_held none = { .id = "", .rule = "",
		.reason = "", .sender = "", .from = "", .proof = "",
		.recipient = "", .quarantine = "" };
	struct row row = { .mail = mail };
	struct sekisho_error err;
	bool found = held_mail_read(mail, &row.held, NULL, &err) ==
		HELD_MAIL_FOUND;

	if (!found)
		row.held = none;
	row_print(&row, names);
	if (found)
		sekisho_held_free(&row.held);
}

/* The newest first. */
static void
print_newest_first(struct mailbox_transaction_context *t,
	const ARRAY_TYPE(uint32_t) *uids, const char *const *names)
{
	struct mail *mail = mail_alloc(t, 0, NULL);
	unsigned int i;

	for (i = array_count(uids); i > 0; i--) {
		if (!mail_set_uid(mail, *array_idx(uids, i - 1)))
			continue;
		T_BEGIN {
			mail_print(mail, names);
		} T_END;
	}
	mail_free(&mail);
}

static int
print_all(struct doveadm_mail_cmd_context *ctx, struct mailbox *box,
	const char *const *names)
{
	ARRAY_TYPE(uint32_t) uids;
	struct held_search search;
	struct mail *mail;
	int count;

	i_array_init(&uids, 128);
	held_search_begin(&search, ctx, box);
	while (held_search_next(&search, &mail))
		array_push_back(&uids, &mail->uid);
	print_newest_first(search.t, &uids, names);
	count = array_count(&uids);
	array_free(&uids);
	return held_search_end(&search, false) < 0 ? -1 : count;
}

static const char *const list_columns[] = { "id", "time", "age", "class",
	"rule", "size", "sender", "author", "proof", "subject", "reason",
	NULL };
static const char *const show_columns[] = { "id", "time", "age", "expires",
	"class", "rule", "reason", "state", "sender", "author", "proof",
	"recipient", "bytes",
	"from", "to", "subject", "message-id", NULL };

static int
list_run(struct doveadm_mail_cmd_context *ctx, struct mailbox *box)
{
	return print_all(ctx, box, list_columns);
}

static int
show_run(struct doveadm_mail_cmd_context *ctx, struct mailbox *box)
{
	return print_all(ctx, box, show_columns);
}

struct doveadm_mail_cmd_context *
doveadm_held_list(void)
{
	static const struct doveadm_held held = { true, false,
		DOVEADM_PRINT_TYPE_TABLE, list_columns, list_run };

	return doveadm_held_alloc(&held);
}

struct doveadm_mail_cmd_context *
doveadm_held_show(void)
{
	static const struct doveadm_held held = { false, false,
		DOVEADM_PRINT_TYPE_PAGER, show_columns, show_run };

	return doveadm_held_alloc(&held);
}

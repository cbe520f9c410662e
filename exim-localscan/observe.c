/*
 * observe.c - first step: Exim's variables and spool become a message.
 *
 * Nothing is parsed here but line ends: what a stranger sent is for sekishod.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "exim-compat.h"
#include "localscan.h"

#define OWN_VARIANT "sekisho-variant"
#define OWN_NOTICE "sekisho-notice"

bool
localscan_is_own(void)
{
	const char *protocol = (const char *)received_protocol;
	long uid;

	if (sender_host_address != NULL || protocol == NULL)
		return false;
	if (strcmp(protocol, OWN_VARIANT) != 0 &&
	    strcmp(protocol, OWN_NOTICE) != 0)
		return false;
	/* Exim lets trusted_users name a protocol: we trust fewer. */
	uid = strtol(localscan_expand("$originator_uid"), NULL, 10);
	return uid == 0 || uid == (long)geteuid();
}

bool
localscan_is_released(void)
{
	return strcmp(localscan_expand("$acl_m_sekisho_released"), "yes") == 0;
}

/* SPEC R9: submitted by this site? */
static bool
client_inside(const char *relay_hosts)
{
	char nothing[] = "";
	void *name = sender_host_name;

	if (sender_host_address == NULL || sender_host_authenticated != NULL)
		return true;
	if (name == NULL)
		name = nothing;
	/* A list that does not exist is DEFER: not inside. */
	return lss_match_host(name, sender_host_address,
		(void *)(uintptr_t)relay_hosts) == OK;
}

static int
headers_collect(struct sekisho_buf *headers, struct sekisho_error *err)
{
	const header_line *h;

	for (h = header_list; h != NULL; h = h->next) {
		if (h->type == '*' || h->slen <= 0)
			continue;
		sekisho_buf_add(headers, h->text, (size_t)h->slen);
		if (h->text[h->slen - 1] != '\n')
			sekisho_buf_add(headers, "\n", 1);
	}
	if (headers->failed)
		return sekisho_error_set(err, "the header lines are too long");
	return 0;
}

static int
recipients_collect(struct sekisho_message *message, struct sekisho_error *err)
{
	size_t count = recipients_count < 0 ? 0 : (size_t)recipients_count;
	size_t i;

	if (count == 0 || count > SEKISHO_RECIPIENTS_MAX)
		return sekisho_error_set(err, "%zu recipients: from 1 to %u "
			"are possible", count, SEKISHO_RECIPIENTS_MAX);
	message->recipients = calloc(count, sizeof(*message->recipients));
	if (message->recipients == NULL)
		return sekisho_error_set(err, "recipients: out of memory");
	for (i = 0; i < count; i++)
		message->recipients[i] =
			(const char *)recipients_list[i].address;
	message->recipient_count = count;
	return 0;
}

/*
 * Exim keeps a body in wire format (spool_wireformat) without telling; its
 * marks are CRLF at the first line end and lines that were not counted.
 */
static int
body_find_crlf(int fd, off_t start, bool *crlf_r, struct sekisho_error *err)
{
	char data[4096];
	char before = '\0';
	const char *lf;
	ssize_t n;

	*crlf_r = false;
	if (body_linecount != 0)
		return 0;
	for (;; start += n, before = data[n - 1]) {
		n = pread(fd, data, sizeof(data), start);
		if (n < 0)
			return sekisho_error_set(err, "spool file: %s",
				strerror(errno));
		if (n == 0)
			return 0;
		lf = memchr(data, '\n', (size_t)n);
		if (lf == NULL)
			continue;
		*crlf_r = (lf == data ? before : lf[-1]) == '\r';
		return 0;
	}
}

static int
body_observe(struct sekisho_message *message, int fd,
	struct sekisho_error *err)
{
	off_t start = lseek(fd, 0, SEEK_CUR);

	if (start < 0)
		return sekisho_error_set(err, "spool file: %s",
			strerror(errno));
	if (start != EXIM_BODY_START)
		return sekisho_error_set(err, "this module was built for "
			"another Exim: rebuild it against your exim4-dev");
	message->body_start = (uint64_t)start;
	return body_find_crlf(fd, start, &message->body_crlf, err);
}

static const char *
text_or_empty(const void *text)
{
	return text == NULL ? "" : text;
}

int
localscan_observe(struct sekisho_message *message_r,
	struct sekisho_buf *headers, int fd, const char *relay_hosts,
	struct sekisho_error *err)
{
	if (body_observe(message_r, fd, err) < 0 ||
	    headers_collect(headers, err) < 0 ||
	    recipients_collect(message_r, err) < 0)
		return -1;
	message_r->id = text_or_empty(message_id);
	message_r->sender = text_or_empty(sender_address);
	message_r->inside = client_inside(relay_hosts);
	message_r->client_address = text_or_empty(sender_host_address);
	message_r->helo = localscan_expand("$sender_helo_name");
	message_r->authenticated_id = localscan_expand("$authenticated_id");
	message_r->spam_score = localscan_expand("$acl_m_sekisho_spam");
	message_r->dkim = localscan_expand("$acl_m_sekisho_dkim");
	message_r->spf = localscan_expand("$acl_m_sekisho_spf");
	message_r->dmarc = localscan_expand("$acl_m_sekisho_dmarc");
	message_r->from_publishes =
		localscan_expand("$acl_m_sekisho_published");
	message_r->headers = headers->data == NULL ? "" : headers->data;
	message_r->headers_len = headers->len;
	return 0;
}

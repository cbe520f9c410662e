/*
 * submission.c - hand a mail to the site's mail server, with libcurl.
 */
#include <curl/curl.h>
#include <string.h>
#include <sys/socket.h>

#include "channel.h"
#include "submission.h"
#include "transfer.h"

#define MESSAGE_MAX (4u << 20)

/* What libcurl reads the message from. */
struct source {
	const char *next;
	size_t left;
	bool begun;		/* the server wants to have it */
};

static size_t
source_read(char *out, size_t size, size_t count, void *context)
{
	struct source *source = context;
	size_t n = size * count;

	source->begun = true;
	if (n > source->left)
		n = source->left;
	memcpy(out, source->next, n);
	source->next += n;
	source->left -= n;
	return n;
}

/* What the server says is kept by libcurl, nobody else wants it. */
static size_t
answer_drop(char *data, size_t size, size_t count, void *context)
{
	return size * count;
}

/* A handle for the server, with what every session needs; or NULL. */
static CURL *
session_new(const struct submission *submission, struct sekisho_error *err)
{
	int64_t left = submission->deadline - sekisho_now();
	CURL *curl = curl_easy_init();

	if (curl == NULL || left <= 0 ||
	    curl_easy_setopt(curl, CURLOPT_URL, submission->url) != CURLE_OK ||
	    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps") !=
	    CURLE_OK) {
		sekisho_error_set(err, "%s: no time or memory to connect",
			submission->url);
		curl_easy_cleanup(curl);
		return NULL;
	}
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)left);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, answer_drop);
	return curl;
}

/*
 * Says QUIT. For an answer libcurl would wait two minutes, whatever its limits
 * are; so there is nothing to read any more.
 */
static void
session_end(CURL *curl)
{
	curl_socket_t fd = CURL_SOCKET_BAD;

	if (curl_easy_getinfo(curl, CURLINFO_ACTIVESOCKET, &fd) == CURLE_OK &&
	    fd != CURL_SOCKET_BAD)
		shutdown(fd, SHUT_RD);
	curl_easy_cleanup(curl);
}

static enum submission_result
session_result(CURL *curl, CURLcode code, const struct source *source,
	const struct submission *submission, struct sekisho_error *err)
{
	long reply = 0;

	if (code == CURLE_OK)
		return SUBMISSION_DONE;
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &reply);
	sekisho_error_set(err, "%s does not take a mail for %s: %s (%ld)",
		submission->url, submission->recipient,
		curl_easy_strerror(code), reply);
	return code == CURLE_SEND_ERROR && !source->begun && reply / 100 == 5 ?
		SUBMISSION_REFUSED : SUBMISSION_FAILED;
}

enum submission_result
submission_send(const struct submission *submission, struct pool *pool,
	struct sekisho_error *err)
{
	enum submission_result result = SUBMISSION_FAILED;
	struct curl_slist *recipients = NULL;
	struct source source = { 0 };
	struct sekisho_buf text;
	CURL *curl = session_new(submission, err);
	const char *path;

	if (curl == NULL)
		return SUBMISSION_FAILED;
	sekisho_buf_init(&text, MESSAGE_MAX);
	transfer_add_crlf(&text, submission->text, submission->text_len);
	path = pool_printf(pool, "<%s>", submission->recipient);
	recipients = curl_slist_append(NULL, path);
	if (text.failed || recipients == NULL) {
		sekisho_error_set(err, "no memory for a mail");
	} else {
		source.next = text.data;
		source.left = text.len;
		curl_easy_setopt(curl, CURLOPT_MAIL_FROM, "");
		curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, recipients);
		curl_easy_setopt(curl, CURLOPT_READFUNCTION, source_read);
		curl_easy_setopt(curl, CURLOPT_READDATA, &source);
		curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
		result = session_result(curl, curl_easy_perform(curl),
			&source, submission, err);
	}
	curl_slist_free_all(recipients);
	session_end(curl);
	sekisho_buf_free(&text);
	return result;
}

int
submission_probe(const struct submission *submission,
	struct sekisho_error *err)
{
	CURL *curl = session_new(submission, err);
	CURLcode code;

	if (curl == NULL)
		return -1;
	curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, "NOOP");
	code = curl_easy_perform(curl);
	session_end(curl);
	if (code == CURLE_OK)
		return 0;
	return sekisho_error_set(err, "%s does not answer: %s",
		submission->url, curl_easy_strerror(code));
}

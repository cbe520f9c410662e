/*
 * submission.c - hand a mail to the site's mail server, with libcurl.
 */
#include <curl/curl.h>
#include <string.h>
#include <sys/socket.h>

#include "channel.h"
#include "submission.h"

/* What libcurl reads the message from: one piece, then the other. */
struct source {
	const char *next[2];
	size_t left[2];
	char before;		/* the last byte that was read */
	bool begun;		/* the server wants to have it */
};

/* One byte with the line ends that SMTP wants. */
static char
source_byte(struct source *source, size_t piece)
{
	if (*source->next[piece] == '\n' && source->before != '\r')
		return source->before = '\r';
	source->left[piece]--;
	return source->before = *source->next[piece]++;
}

static size_t
source_read(char *out, size_t size, size_t count, void *context)
{
	struct source *source = context;
	size_t n = 0, piece;

	source->begun = true;
	for (piece = 0; piece < 2; piece++)
		while (n < size * count && source->left[piece] > 0)
			out[n++] = source_byte(source, piece);
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
	sekisho_error_set(err, "%s does not take a mail for %s%s: %s (%ld)",
		submission->url, submission->recipients[0],
		submission->recipient_count > 1 ? " and others" : "",
		curl_easy_strerror(code), reply);
	return code == CURLE_SEND_ERROR && !source->begun && reply / 100 == 5 ?
		SUBMISSION_REFUSED : SUBMISSION_FAILED;
}

static struct curl_slist *
recipient_list(const struct submission *submission, struct pool *pool)
{
	struct curl_slist *list = NULL, *longer;
	size_t i;

	for (i = 0; i < submission->recipient_count; i++) {
		longer = curl_slist_append(list, pool_printf(pool, "<%s>",
			submission->recipients[i]));
		if (longer == NULL)
			pool_exhausted();
		list = longer;
	}
	return list;
}

enum submission_result
submission_send(const struct submission *submission, struct pool *pool,
	struct sekisho_error *err)
{
	const char *head = submission->head == NULL ? "" : submission->head;
	struct source source = { .next = { head, submission->text },
		.left = { strlen(head), submission->text_len } };
	struct curl_slist *recipients = recipient_list(submission, pool);
	enum submission_result result = SUBMISSION_FAILED;
	CURL *curl = session_new(submission, err);

	if (curl != NULL) {
		curl_easy_setopt(curl, CURLOPT_MAIL_FROM,
			submission->sender == NULL ? "" : submission->sender);
		curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, recipients);
		curl_easy_setopt(curl, CURLOPT_READFUNCTION, source_read);
		curl_easy_setopt(curl, CURLOPT_READDATA, &source);
		curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
		result = session_result(curl, curl_easy_perform(curl),
			&source, submission, err);
		session_end(curl);
	}
	curl_slist_free_all(recipients);
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

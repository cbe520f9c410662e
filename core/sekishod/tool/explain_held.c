/*
 * explain_held.c - reads a mail out of the quarantine.
 */
#include <string.h>
#include <strings.h>
#include <time.h>

#include "explain_held.h"
#include "log.h"
#include "mimefield.h"

static bool
has_name(const char *field, size_t len, const char *name)
{
	size_t n = strlen(name);

	return len > n && strncasecmp(field, name, n) == 0 && field[n] == ':';
}

/* doveadm fetch says with it what follows. */
static bool
is_doveadm(const char *line, size_t len)
{
	static const char first[] = "text:\n";

	return len == strlen(first) && memcmp(line, first, len) == 0;
}

static int
read_field(const char *field, size_t len, struct sekisho_held *held_r,
	struct sekisho_error *err)
{
	struct sekisho_buf value;
	int result = -1;

	sekisho_buf_init(&value, SEKISHO_HELD_MAX);
	sekisho_buf_add(&value, field, len);
	if (value.failed)
		sekisho_error_set(err, SEKISHO_HELD_HEADER ": is too long");
	else
		result = sekisho_held_decode(held_r, value.data +
			strlen(SEKISHO_HELD_HEADER ":"), err);
	sekisho_buf_free(&value);
	return result;
}

int
explain_held_take(struct sekisho_buf *headers, struct sekisho_held *held_r,
	struct sekisho_error *err)
{
	struct sekisho_buf kept;
	size_t at, len;
	bool found = false;

	sekisho_buf_init(&kept, headers->max);
	for (at = 0; at < headers->len; at += len) {
		const char *field = headers->data + at;

		len = mimefield_end(field, headers->len - at);
		if (has_name(field, len, SEKISHO_HELD_HEADER) && !found) {
			if (read_field(field, len, held_r, err) < 0)
				break;
			found = true;
		} else if (!has_name(field, len, SEKISHO_REASON_HEADER) &&
		    (at > 0 || !is_doveadm(field, len))) {
			sekisho_buf_add(&kept, field, len);
		}
	}
	if (at == headers->len && found) {
		sekisho_buf_free(headers);
		*headers = kept;
		return 0;
	}
	if (found)
		sekisho_held_free(held_r);
	else if (at == headers->len)
		sekisho_error_set(err, "this is no held mail: it has no field "
			SEKISHO_HELD_HEADER);
	sekisho_buf_free(&kept);
	return -1;
}

void
explain_held_print(const struct sekisho_held *held, struct sekisho_buf *out)
{
	time_t when = (time_t)held->time;
	struct sekisho_buf line;
	char since[32] = "?";
	struct tm tm;

	if (localtime_r(&when, &tm) != NULL)
		strftime(since, sizeof(since), "%Y-%m-%d %H:%M:%S", &tm);
	sekisho_buf_init(&line, SEKISHO_FRAME_MAX);
	log_add(&line, "id", held->id);
	log_add(&line, "since", since);
	log_add(&line, "rule", held->rule);
	log_add(&line, "class", sekisho_held_class_name(held->held_class));
	log_add(&line, "reason", held->reason);
	if (*held->proof != '\0') {
		log_add(&line, "from", held->from);
		log_add(&line, "proof", held->proof);
	}
	sekisho_buf_printf(out, "held %s\n", line.data);
	sekisho_buf_free(&line);
}

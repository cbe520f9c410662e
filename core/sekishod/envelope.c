/*
 * envelope.c - takes needless quotes out of local parts.
 */
#include <stdbool.h>
#include <string.h>

#include "envelope.h"

/* Of an atom, and the dot. */
static bool
is_plain(const char *text, size_t len)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-/=?^_`{|}~.";
	size_t i;

	for (i = 0; i < len; i++)
		if ((unsigned char)text[i] < 0x80 &&
		    strchr(plain, text[i]) == NULL)
			return false;
	return len > 0;
}

/* What a local part means: as Exim reads it, quotes may stand anywhere. */
static size_t
unquote(char *to, const char *local, const char *end)
{
	size_t len = 0;

	for (; local < end; local++) {
		if (*local == '"')
			continue;
		if (*local == '\\' && local + 1 < end)
			local++;
		to[len++] = *local;
	}
	return len;
}

static char *
quote(char *to, const char *text, size_t len)
{
	size_t i;

	*to++ = '"';
	for (i = 0; i < len; i++) {
		if (text[i] == '"' || text[i] == '\\')
			*to++ = '\\';
		*to++ = text[i];
	}
	*to++ = '"';
	return to;
}

const char *
envelope_address(const char *address, struct pool *pool)
{
	const char *at = strrchr(address, '@');
	char *text, *result, *end;
	size_t len;

	if (at == NULL || strcspn(address, "\"\\") >= (size_t)(at - address))
		return address;
	text = pool_alloc(pool, (size_t)(at - address) + 1);
	len = unquote(text, address, at);
	result = pool_alloc(pool, 2 * len + 2 + strlen(at) + 1);
	if (is_plain(text, len))
		end = (char *)memcpy(result, text, len) + len;
	else
		end = quote(result, text, len);
	strcpy(end, at);
	return result;
}

void
envelope_addresses(struct sekisho_message *message, struct pool *pool)
{
	size_t i;

	message->sender = envelope_address(message->sender, pool);
	for (i = 0; i < message->recipient_count; i++)
		message->recipients[i] = envelope_address(
			message->recipients[i], pool);
}

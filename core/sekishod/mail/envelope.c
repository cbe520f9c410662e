/*
 * envelope.c - takes needless quotes out of local parts.
 */
#include <stdbool.h>
#include <string.h>

#include "address.h"
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
	struct sekisho_buf local;
	char *result, *end;

	if (at == NULL || strcspn(address, "\"\\") >= (size_t)(at - address))
		return address;
	sekisho_buf_init(&local, (size_t)(at - address) + 1);
	sekisho_address_local(address, &local);
	if (local.failed)
		pool_exhausted();
	result = pool_alloc(pool, 2 * local.len + 2 + strlen(at) + 1);
	if (is_plain(local.data, local.len))
		end = (char *)memcpy(result, local.data, local.len) + local.len;
	else
		end = quote(result, local.data, local.len);
	strcpy(end, at);
	sekisho_buf_free(&local);
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

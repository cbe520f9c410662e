/*
 * sender.c - the address in From.
 */
#include "dovecot-compat.h"
#include <message-address.h>

#include "sender.h"

const char *
sender_address(const char *from)
{
	const struct message_address *address;

	if (from == NULL)
		return NULL;
	address = message_address_parse(pool_datastack_create(),
		(const unsigned char *)from, strlen(from), 1, 0);
	if (address == NULL || address->mailbox == NULL ||
	    *address->mailbox == '\0' || address->domain == NULL ||
	    *address->domain == '\0')
		return NULL;
	return t_strdup_printf("%s@%s", address->mailbox, address->domain);
}

/*
 * direction.c - whence and whither a message goes, as a whole.
 */
#include "address.h"
#include "direction.h"

static const char *const names[DIRECTIONS] = {
	[DIRECTION_OF_INBOUND] = "inbound",
	[DIRECTION_OF_OUTBOUND] = "outbound",
	[DIRECTION_OF_LOCAL] = "local",
	[DIRECTION_OF_BOTH] = "outbound+local",
};

enum direction
direction_of(const struct examination *ex)
{
	const struct sekisho_message *message = ex->message;
	size_t i, here = 0;

	for (i = 0; i < message->recipient_count; i++)
		here += policy_protects(ex->checkpoint->policy,
			sekisho_address_domain(message->recipients[i]));
	if (ex->released_id != NULL)
		return DIRECTION_OF_OUTBOUND;
	if (!message->inside)
		return DIRECTION_OF_INBOUND;
	if (here == 0)
		return DIRECTION_OF_OUTBOUND;
	return here == message->recipient_count ? DIRECTION_OF_LOCAL :
		DIRECTION_OF_BOTH;
}

const char *
direction_name(enum direction direction)
{
	return names[direction];
}

/*
 * sent-on.c - a ring of GUIDs in the header of an index.
 */
#include "sent-on.h"

#include <guid.h>
#include <mail-storage-private.h>

#define RING_NAME "sekisho-sent-on"	/* of the header in the index */

/*
 * The newest are those that Exim may still be about to bring, however many are
 * sent on by one command.
 */
#define RING_SIZE 256

struct ring {
	uint32_t count;		/* so many have been noted ever */
	guid_128_t guids[RING_SIZE];
};

static uint32_t
ring_id(struct mailbox *box)
{
	return mail_index_ext_register(box->index, RING_NAME,
		sizeof(struct ring), 0, 0);
}

/* As it was when the mailbox was synchronized; NULL: nothing was noted yet. */
static const struct ring *
ring_of(struct mailbox *box)
{
	const void *data;
	size_t size;

	mail_index_get_header_ext(box->view, ring_id(box), &data, &size);
	return size == sizeof(struct ring) ? data : NULL;
}

int
sent_on_note(struct mailbox *quarantine, const char *guid)
{
	struct mail_index_transaction *t;
	const struct ring *ring;
	uint32_t id = ring_id(quarantine), count;
	guid_128_t binary;

	if (guid_128_from_string(guid, binary) < 0)
		i_unreached();
	/* Those that this command has noted before are in it as well. */
	if (mailbox_sync(quarantine, 0) < 0)
		return -1;
	ring = ring_of(quarantine);
	count = ring == NULL ? 0 : ring->count;
	t = mail_index_transaction_begin(quarantine->view,
		MAIL_INDEX_TRANSACTION_FLAG_EXTERNAL);
	mail_index_update_header_ext(t, id, offsetof(struct ring, guids) +
		count % RING_SIZE * sizeof(binary), binary, sizeof(binary));
	count++;
	mail_index_update_header_ext(t, id, offsetof(struct ring, count),
		&count, sizeof(count));
	if (mail_index_transaction_commit(&t) == 0)
		return 0;
	mailbox_set_index_error(quarantine);
	return -1;
}

bool
sent_on_is_noted(struct mailbox *quarantine, const char *guid)
{
	const struct ring *ring = ring_of(quarantine);
	guid_128_t binary;
	uint32_t i;

	if (guid_128_from_string(guid, binary) < 0)
		i_unreached();
	for (i = 0; ring != NULL && i < I_MIN(ring->count, RING_SIZE); i++)
		if (guid_128_equals(ring->guids[i], binary))
			return TRUE;
	return FALSE;
}

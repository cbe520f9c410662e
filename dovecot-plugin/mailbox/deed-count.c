/*
 * deed-count.c - one request for all messages of a command.
 */
#include "deed-count.h"
#include "action-log.h"
#include "request.h"

#define TELL_MS 100		/* only if sekishod's queue is full */

/* As sekisho-protocol(7) has them, in the order of sekisho_user. */
static const char *const deeds[DEED_COUNTS] = { "deliver", "delete", "expire",
	"evict", "reclass", "approve", "refused" };

void
deed_count_add(struct sekisho_user *user, const struct action *action)
{
	const char *name = action->refusal != NULL ? "refused" :
		action->approved != NULL ? "approve" : action->name;
	unsigned int i;

	/* sekishod has changed the list itself. */
	if (action->entry != NULL)
		return;
	for (i = 0; i < DEED_COUNTS; i++)
		if (strcmp(deeds[i], name) == 0)
			user->deeds[i]++;
}

static void
tell(struct sekisho_user *user)
{
	struct sekisho_field fields[DEED_COUNTS];
	struct sekisho_request request = { "count", fields, 0 };
	struct sekisho_error err;
	unsigned int i;

	for (i = 0; i < DEED_COUNTS; i++)
		if (user->deeds[i] > 0)
			fields[request.field_count++] = (struct sekisho_field){
				deeds[i], t_strdup_printf("%u",
				user->deeds[i]) };
	if (request.field_count > 0)
		(void)sekisho_request_tell(user->socket, &request,
			sekisho_deadline(TELL_MS), &err);
	memset(user->deeds, 0, sizeof(user->deeds));
}

void
deed_count_send(struct sekisho_user *user)
{
	T_BEGIN {
		tell(user);
	} T_END;
}

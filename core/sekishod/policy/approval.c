/*
 * approval.c - From field and envelope sender, each with its proof.
 */
#include <string.h>

#include "address.h"
#include "approval.h"

/* How to ask about a sender. */
struct question {
	enum alignment_mode mode;
	const struct policy *policy;
	struct alignment_facts facts;
};

/* A colleague who writes from outside has to prove it in any case. */
static enum alignment_mode
mode_for(const struct question *question, const char *domain)
{
	if (question->mode == ALIGNMENT_ALIGNED && question->policy != NULL &&
	    policy_protects(question->policy, domain))
		return ALIGNMENT_STRICT;
	return question->mode;
}

static void
weigh(struct approval *approval, const char *address,
	const struct question *question, enum alignment_role role,
	struct pool *pool)
{
	struct approval_sender *sender =
		&approval->senders[approval->sender_count++];
	const char *domain = senders_domain(sekisho_address_domain(address),
		pool);

	sender->address = address;
	sender->reason = "it is no mail address";
	if (domain != NULL)
		sender->counts = alignment_proves(mode_for(question, domain),
			domain, role, &question->facts, pool, &sender->reason);
}

static const char *
from_proof(const struct sekisho_message *message, const char *from,
	const struct alignment_facts *facts, struct pool *pool)
{
	const char *domain = senders_domain(sekisho_address_domain(from),
		pool);

	if (message->inside)
		return "inside";
	return domain == NULL ? "none" : alignment_evidence(domain,
		ALIGNMENT_FROM, facts, pool);
}

void
approval_weigh(const struct sekisho_message *message, const char *from,
	enum alignment_mode mode, const struct policy *policy,
	struct pool *pool, struct approval *approval_r)
{
	const char *sender_domain = sekisho_address_domain(message->sender);
	struct question question = {
		.mode = message->inside ? ALIGNMENT_OFF : mode,
		.policy = policy,
		.facts = {
			.dkim = message->dkim,
			.spf = message->spf,
			.spf_domain = *sender_domain != '\0' ? sender_domain :
				message->helo,
			.dmarc = message->dmarc,
			.published = message->from_publishes,
		},
	};
	struct approval_sender *sender;
	bool forged = false;
	size_t i;

	memset(approval_r, 0, sizeof(*approval_r));
	approval_r->proof = from_proof(message, from, &question.facts, pool);
	if (*from != '\0') {
		weigh(approval_r, from, &question, ALIGNMENT_FROM, pool);
		forged = !approval_r->senders[0].counts;
	}
	if (*message->sender != '\0' && strcmp(from, message->sender) != 0)
		weigh(approval_r, message->sender, &question,
			ALIGNMENT_ENVELOPE, pool);
	for (i = 0; i < approval_r->sender_count; i++) {
		sender = &approval_r->senders[i];
		approval_r->block_count += senders_keys(sender->address, pool,
			&approval_r->blocks[approval_r->block_count]);
		if (forged && sender->counts) {
			sender->counts = false;
			sender->reason = "the From field is not proved";
		}
		if (sender->counts)
			approval_r->entry_count += senders_keys(
				sender->address, pool, &approval_r->entries[
				approval_r->entry_count]);
	}
}

/*
 * alignment.h - is the domain of a sender authenticated (SPEC A8)?
 *
 * Pure. DKIM (RFC 6376) or SPF (RFC 7208) must pass for a domain of the same
 * organisation, as DMARC (RFC 7489) has it.
 */
#ifndef SEKISHO_ALIGNMENT_H
#define SEKISHO_ALIGNMENT_H

#include <stdbool.h>

#include "pool.h"

enum alignment_mode {
	ALIGNMENT_OFF,		/* every sender is believed */
	ALIGNMENT_ALIGNED,	/* if his domain publishes what proves it */
	ALIGNMENT_STRICT	/* only with a proof */
};

/* "off", "aligned" or "strict". Returns 0 or -1. */
int alignment_mode_read(const char *name, enum alignment_mode *mode_r);

/* What the MTA found out; "" is "did not look". */
struct alignment_facts {
	const char *dkim;	/* "example.com=pass other.example=fail" */
	const char *spf;	/* "pass", "none", "softfail" ... */
	const char *spf_domain;	/* of the envelope sender, or HELO */
	const char *dmarc;	/* "accept" or "pass"; "reject" ... */
	const char *published;	/* of the From domain: "spf", "dmarc", both */
};

enum alignment_role {
	ALIGNMENT_FROM,		/* the domain is that of the From field */
	ALIGNMENT_ENVELOPE
};

/*
 * May a sender of this domain (lower case, A-labels) count as himself? Sets
 * *reason_r to a few words for people. A DMARC failure is never overruled but
 * by ALIGNMENT_OFF.
 */
bool alignment_proves(enum alignment_mode mode, const char *domain,
	enum alignment_role role, const struct alignment_facts *facts,
	struct pool *pool, const char **reason_r);

/*
 * What of it proves a sender of this domain, in one word whatever the mode:
 * "dmarc", "dkim", "spf"; else "failed" when something that its domain
 * publishes says that it is not he, "none" when it publishes nothing, "unknown"
 * when the MTA did not look.
 */
const char *alignment_evidence(const char *domain, enum alignment_role role,
	const struct alignment_facts *facts, struct pool *pool);

#endif

/*
 * alignment.c - what SPF, DKIM and DMARC results prove about a domain.
 */
#include <string.h>
#include <strings.h>

#include "alignment.h"
#include "senders.h"
#include "suffix.h"

int
alignment_mode_read(const char *name, enum alignment_mode *mode_r)
{
	static const char *const names[] = {
		[ALIGNMENT_OFF] = "off",
		[ALIGNMENT_ALIGNED] = "aligned",
		[ALIGNMENT_STRICT] = "strict",
	};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i], name) == 0) {
			*mode_r = (enum alignment_mode)i;
			return 0;
		}
	return -1;
}

/* The same organisation? other is as the MTA wrote it. */
static bool
is_aligned(const char *domain, const char *other, struct pool *pool)
{
	const char *canonical = senders_domain(other, pool);

	return canonical != NULL && strcmp(suffix_organisation(domain),
		suffix_organisation(canonical)) == 0;
}

static bool
has_word(const char *words, const char *word)
{
	size_t len = strlen(word), n;

	for (; *words != '\0'; words += n) {
		words += strspn(words, " ");
		n = strcspn(words, " ");
		if (n == len && strncasecmp(words, word, len) == 0)
			return true;
	}
	return false;
}

/* DMARC's own verdict, in the words of Exim or of everybody else. */
static bool
dmarc_passed(const char *dmarc)
{
	return strcasecmp(dmarc, "accept") == 0 ||
		strcasecmp(dmarc, "pass") == 0;
}

static bool
dmarc_failed(const char *dmarc)
{
	return strcasecmp(dmarc, "fail") == 0 ||
		strcasecmp(dmarc, "reject") == 0 ||
		strcasecmp(dmarc, "quarantine") == 0;
}

enum dkim_result { DKIM_NONE, DKIM_FAILED, DKIM_PASSED };

/* The best of the signatures of domains that are aligned. */
static enum dkim_result
dkim_result(const char *domain, const char *dkim, struct pool *pool)
{
	enum dkim_result best = DKIM_NONE;
	const char *signature, *equals;
	size_t len;

	for (; *dkim != '\0'; dkim += len) {
		dkim += strspn(dkim, " ");
		len = strcspn(dkim, " ");
		signature = pool_strndup(pool, dkim, len);
		equals = strrchr(signature, '=');
		if (equals == NULL || !is_aligned(domain, pool_strndup(pool,
		    signature, (size_t)(equals - signature)), pool))
			continue;
		if (strcasecmp(equals + 1, "pass") == 0)
			return DKIM_PASSED;
		best = DKIM_FAILED;
	}
	return best;
}

/* What the domain could have proved, but this mail does not. NULL: nothing. */
static const char *
missing_proof(const char *domain, enum alignment_role role,
	enum dkim_result dkim, const struct alignment_facts *facts,
	struct pool *pool)
{
	if (dkim == DKIM_FAILED)
		return "its DKIM signature is wrong";
	if (*facts->spf != '\0' && strcasecmp(facts->spf, "none") != 0 &&
	    is_aligned(domain, facts->spf_domain, pool))
		return "SPF does not pass";
	if (role != ALIGNMENT_FROM)
		return NULL;
	/* Exim says "none" when the check failed and the policy is p=none. */
	if (has_word(facts->published, "dmarc") ||
	    strcasecmp(facts->dmarc, "none") == 0)
		return "it publishes DMARC, but neither DKIM nor SPF passes "
			"for it";
	if (has_word(facts->published, "spf"))
		return "it publishes SPF, which does not pass for it";
	return NULL;
}

const char *
alignment_evidence(const char *domain, enum alignment_role role,
	const struct alignment_facts *facts, struct pool *pool)
{
	enum dkim_result dkim;

	if (dmarc_failed(facts->dmarc))
		return "failed";
	if (role == ALIGNMENT_FROM && dmarc_passed(facts->dmarc))
		return "dmarc";
	dkim = dkim_result(domain, facts->dkim, pool);
	if (dkim == DKIM_PASSED)
		return "dkim";
	if (strcasecmp(facts->spf, "pass") == 0 &&
	    is_aligned(domain, facts->spf_domain, pool))
		return "spf";
	if (missing_proof(domain, role, dkim, facts, pool) != NULL)
		return "failed";
	return *facts->dkim == '\0' && *facts->spf == '\0' &&
		*facts->dmarc == '\0' && *facts->published == '\0' ?
		"unknown" : "none";
}

bool
alignment_proves(enum alignment_mode mode, const char *domain,
	enum alignment_role role, const struct alignment_facts *facts,
	struct pool *pool, const char **reason_r)
{
	enum dkim_result dkim;

	*reason_r = "nobody asks for a proof";
	if (mode == ALIGNMENT_OFF)
		return true;
	*reason_r = "DMARC fails";
	if (dmarc_failed(facts->dmarc))
		return false;
	*reason_r = "DMARC passes";
	if (role == ALIGNMENT_FROM && dmarc_passed(facts->dmarc))
		return true;
	dkim = dkim_result(domain, facts->dkim, pool);
	*reason_r = "aligned DKIM passes";
	if (dkim == DKIM_PASSED)
		return true;
	*reason_r = "aligned SPF passes";
	if (strcasecmp(facts->spf, "pass") == 0 &&
	    is_aligned(domain, facts->spf_domain, pool))
		return true;
	*reason_r = missing_proof(domain, role, dkim, facts, pool);
	if (*reason_r != NULL)
		return false;
	*reason_r = "neither DKIM nor SPF proves it";
	if (mode == ALIGNMENT_STRICT)
		return false;
	*reason_r = "it publishes nothing that could prove it";
	return true;
}

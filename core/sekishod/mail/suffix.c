/*
 * suffix.c - libpsl with the newest list there is: the file of Debian's package
 * publicsuffix, or the one inside the library.
 */
#include <libpsl.h>
#include <stddef.h>

#include "suffix.h"

static const psl_ctx_t *
list(void)
{
	static const psl_ctx_t *psl;

	if (psl == NULL)
		psl = psl_latest(NULL);
	return psl != NULL ? psl : psl_builtin();
}

bool
suffix_is_public(const char *domain)
{
	/* Not hosters' suffixes: people do have mail at those. */
	return psl_is_public_suffix2(list(), domain, PSL_TYPE_ICANN) == 1;
}

const char *
suffix_organisation(const char *domain)
{
	const char *organisation = psl_registrable_domain(list(), domain);

	return organisation == NULL ? domain : organisation;
}

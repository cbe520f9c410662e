/*
 * address.c - compare mail addresses and approved-sender entries (SPEC A1).
 */
#include <string.h>
#include <strings.h>

#include "address.h"

const char *
sekisho_address_domain(const char *address)
{
	const char *at = strrchr(address, '@');

	return at == NULL ? "" : at + 1;
}

const char *
sekisho_address_local(const char *address, struct sekisho_buf *buf)
{
	const char *at = strrchr(address, '@'), *p;

	if (at == NULL)
		at = address + strlen(address);
	for (p = address; p < at; p++) {
		if (*p == '"')
			continue;
		if (*p == '\\' && p + 1 < at)
			p++;
		sekisho_buf_add(buf, p, 1);
	}
	return at;
}

bool
sekisho_address_covered(const char *entry, const char *address)
{
	const char *domain = sekisho_address_domain(address);

	if (*domain == '\0')
		return false;
	if (strncmp(entry, "*@", 2) == 0)
		return strcasecmp(entry + 2, domain) == 0;
	return strcasecmp(entry, address) == 0;
}

/*
 * fuzz-address.c - an entry of approved senders and an address (SPEC A1, A7):
 * "ENTRY NUL ADDRESS". What covers an address has its domain.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "address.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *entry = malloc(size + 2);
	const char *address, *domain;

	if (entry == NULL)
		abort();
	if (size > 0)
		memcpy(entry, data, size);
	entry[size] = entry[size + 1] = '\0';
	address = entry + strlen(entry) + 1;
	domain = sekisho_address_domain(address);
	if (sekisho_address_covered(entry, address) && (*domain == '\0' ||
	    strcasecmp(sekisho_address_domain(entry), domain) != 0))
		abort();
	if (*domain != '\0' && !sekisho_address_covered(address, address) &&
	    strncmp(address, "*@", 2) != 0)
		abort();
	free(entry);
	return 0;
}

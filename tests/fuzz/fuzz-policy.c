/*
 * fuzz-policy.c - the XML of a policy. Its author is trusted, but a wrong file
 * may not bring the master down (SPEC R13).
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char schema[] = "core/sekishod/policy.rng";
	int fd = memfd_create("policy", MFD_CLOEXEC);
	struct sekisho_error err = { "" };
	struct policy *policy;
	char file[64];

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		return 0;
	snprintf(file, sizeof(file), "/proc/self/fd/%d", fd);
	policy = policy_load(file, schema, &err);
	if (policy == NULL && err.text[0] == '\0')
		__builtin_trap();	/* refused, but nobody knows why */
	policy_free(policy);
	close(fd);
	return 0;
}

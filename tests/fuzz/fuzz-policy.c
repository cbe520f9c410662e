/*
 * fuzz-policy.c - the XML of a policy. Its author is trusted, but a wrong file
 * may not bring the master down (SPEC R13).
 *
 * The grammar lets everything pass: it is quick, and what reads the elements
 * has to find every fault by itself.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char grammar[] =
	"<grammar xmlns=\"http://relaxng.org/ns/structure/1.0\">"
	"<start><ref name=\"any\"/></start><define name=\"any\">"
	"<element><anyName/><zeroOrMore><choice>"
	"<attribute><anyName/></attribute><text/><ref name=\"any\"/>"
	"</choice></zeroOrMore></element></define></grammar>";

/* The name of a file that holds these bytes; fd_r is to be closed. */
static const char *
file_of(const void *data, size_t size, char name[64], int *fd_r)
{
	*fd_r = memfd_create("fuzz", MFD_CLOEXEC);
	if (*fd_r < 0 || write(*fd_r, data, size) != (ssize_t)size)
		abort();
	snprintf(name, 64, "/proc/self/fd/%d", *fd_r);
	return name;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sekisho_error err = { "" };
	char file[64], schema[64];
	struct policy *policy;
	int file_fd, schema_fd;

	policy = policy_load(file_of(data, size, file, &file_fd),
		file_of(grammar, strlen(grammar), schema, &schema_fd), &err);
	if (policy == NULL && err.text[0] == '\0')
		abort();	/* refused, but nobody knows why */
	policy_free(policy);
	close(file_fd);
	close(schema_fd);
	return 0;
}

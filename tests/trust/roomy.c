/*
 * roomy.c - for LD_PRELOAD into sekishod: inspectors get no limit of address
 * space, of which AddressSanitizer takes 20 TB.
 */
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* setrlimit64() to the linker, as sekishod calls it: _FILE_OFFSET_BITS. */
int
setrlimit(__rlimit_resource_t resource, const struct rlimit *limit)
{
	if (resource == RLIMIT_AS)
		return 0;
	return (int)syscall(SYS_prlimit64, 0, (int)resource, limit, NULL);
}

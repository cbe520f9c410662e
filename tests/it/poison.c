/*
 * poison.c - for LD_PRELOAD: mails that kill whoever looks into them.
 *
 * An inspector ends when it reads a mail with one of the words below, or when
 * it writes the new body of one. The words are in two pieces here, so that only
 * mails have them.
 */
#include <dlfcn.h>
#include <string.h>
#include <unistd.h>

#define READ_WORD "poison-to-" "read"
#define WRITE_WORD "poison-to-" "change"
#define STAMP "could not be scanned for viruses"

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static int
has(const void *data, ssize_t len, const char *word)
{
	return len > 0 && memmem(data, (size_t)len, word, strlen(word)) != NULL;
}

ssize_t
pread64(int fd, void *data, size_t len, off64_t offset)
{
	ssize_t n = NEXT(pread64)(fd, data, len, offset);

	if (has(data, n, READ_WORD))
		__builtin_trap();
	return n;
}

ssize_t
write(int fd, const void *data, size_t len)
{
	if (has(data, (ssize_t)len, WRITE_WORD) &&
	    has(data, (ssize_t)len, STAMP))
		__builtin_trap();
	return NEXT(write)(fd, data, len);
}

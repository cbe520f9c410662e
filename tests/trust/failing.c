/*
 * failing.c - for LD_PRELOAD: one function fails at its Nth call, or the
 * process ends there.
 *
 * FAILING names a file that all processes map and the test writes (failing.py
 * has the same layout): which function, in which kind of process, at which
 * call. So one stack serves for every N. By default calls from our own objects
 * are counted; Exim and Dovecot may end when their own memory fails. Or nothing
 * fails, and of each function it is counted how often it is called.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <ldap.h>
#include <link.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

enum how { FAIL, SHORT, KILL };
enum { OFF, ON, COUNTING };

#define FUNCTIONS_MAX 32

struct function {
	char name[24];
	_Atomic uint32_t ours;
	_Atomic uint32_t all;
};

struct control {
	_Atomic uint32_t active;
	uint32_t at;			/* the call that fails, from 1 on */
	uint32_t how;
	uint32_t everybody;		/* count libraries' calls as well */
	char function[24];
	char host[24];			/* "clerk", "inspector", "exim4" ... */
	_Atomic uint32_t count;
	_Atomic uint32_t hits;
	uint64_t where;			/* offset of the caller in its object */
	char object[104];
	struct function functions[FUNCTIONS_MAX];	/* COUNTING */
};

static struct control *control;
static const char *role;		/* of a process of sekishod */

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);

static void __attribute__((constructor))
begin(void)
{
	const char *path = getenv("FAILING");
	int fd = path == NULL ? -1 : open(path, O_RDWR | O_CLOEXEC);
	void *map;

	if (fd < 0)
		return;
	map = mmap(NULL, sizeof(struct control), PROT_READ | PROT_WRITE,
		MAP_SHARED, fd, 0);
	close(fd);
	if (map != MAP_FAILED)
		control = map;
}

struct caller {
	uintptr_t address;
	const char *object;
	uintptr_t base;
};

static int
find_object(struct dl_phdr_info *info, size_t size, void *data)
{
	struct caller *caller = data;
	uintptr_t start;
	int i;

	for (i = 0; i < info->dlpi_phnum; i++) {
		start = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
		if (info->dlpi_phdr[i].p_type == PT_LOAD &&
		    caller->address >= start && caller->address <
		    start + info->dlpi_phdr[i].p_memsz) {
			caller->base = info->dlpi_addr;
			caller->object = info->dlpi_name[0] != '\0' ?
				info->dlpi_name : program_invocation_short_name;
			return 1;
		}
	}
	return 0;
}

static int
is_ours(const char *object)
{
	const char *slash = strrchr(object, '/');

	return strstr(slash == NULL ? object : slash, "sekisho") != NULL;
}

static int
is_host(void)
{
	const char *name = program_invocation_short_name;

	if (strcmp(name, "sekishod") == 0 && role != NULL)
		name = role;
	return strcmp(control->host, name) == 0;
}

static void
count(const char *name, int ours)
{
	struct function *function = control->functions;

	while (strcmp(function->name, name) != 0)
		if (++function == control->functions + FUNCTIONS_MAX)
			return;
	function->ours += ours;
	function->all++;
}

/* Is this the call? Then errno is set, or there is no process any more. */
static int
fails(const char *function, void *address, int error)
{
	struct caller caller = { (uintptr_t)address, "?", 0 };

	if (control == NULL || control->active == OFF ||
	    (control->active == ON &&
	     strcmp(control->function, function) != 0) || !is_host())
		return 0;
	dl_iterate_phdr(find_object, &caller);
	if (control->active == COUNTING) {
		count(function, is_ours(caller.object));
		return 0;
	}
	if (!control->everybody && !is_ours(caller.object))
		return 0;
	if (atomic_fetch_add(&control->count, 1) + 1 != control->at)
		return 0;
	control->where = caller.address - caller.base;
	strncpy(control->object, caller.object, sizeof(control->object) - 1);
	control->hits++;
	if (control->how == KILL) {
		/* The jail knows no kill(). */
		kill(getpid(), SIGKILL);
		__builtin_trap();
	}
	errno = error;
	return 1;
}

static size_t
shorter(size_t len)
{
	return control->how == SHORT && len > 1 ? len / 2 : 0;
}

#define HERE __builtin_return_address(0)
#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

/* Who is it? Sekishod's processes become themselves by this. */
int
setuid(uid_t uid)
{
	role = uid == 65534 ? "inspector" : "clerk";
	return NEXT(setuid)(uid);
}

int
setresuid(uid_t real, uid_t effective, uid_t saved)
{
	role = real == 65534 ? "inspector" : "clerk";
	return NEXT(setresuid)(real, effective, saved);
}

void *
malloc(size_t size)
{
	return fails("malloc", HERE, ENOMEM) ? NULL : __libc_malloc(size);
}

void *
calloc(size_t count, size_t size)
{
	return fails("calloc", HERE, ENOMEM) ? NULL :
		__libc_calloc(count, size);
}

void *
realloc(void *old, size_t size)
{
	return fails("realloc", HERE, ENOMEM) ? NULL :
		__libc_realloc(old, size);
}

char *
strdup(const char *text)
{
	size_t size = strlen(text) + 1;
	char *copy = fails("strdup", HERE, ENOMEM) ? NULL :
		__libc_malloc(size);

	return copy == NULL ? NULL : memcpy(copy, text, size);
}

int
vasprintf(char **text_r, const char *format, va_list args)
{
	return fails("asprintf", HERE, ENOMEM) ? -1 :
		NEXT(vasprintf)(text_r, format, args);
}

int
asprintf(char **text_r, const char *format, ...)
{
	va_list args;
	int n;

	if (fails("asprintf", HERE, ENOMEM))
		return -1;
	va_start(args, format);
	n = NEXT(vasprintf)(text_r, format, args);
	va_end(args);
	return n;
}

/* One with an int as its result, and -1 for a failure. */
#define CALL(name, function, error, params, args) \
int \
name params \
{ \
	return fails(function, HERE, error) ? -1 : NEXT(name) args; \
}

/* One that moves len bytes and may move less. */
#define MOVE(name, function, error, params, less, args) \
ssize_t \
name params \
{ \
	if (fails(function, HERE, error)) { \
		if (shorter(len) == 0) \
			return -1; \
		len = shorter(len); \
		less; \
	} \
	return NEXT(name) args; \
}

CALL(fsync, "fsync", EIO, (int fd), (fd))
CALL(fdatasync, "fsync", EIO, (int fd), (fd))
CALL(rename, "rename", ENOSPC, (const char *from, const char *to), (from, to))
CALL(link, "rename", ENOSPC, (const char *from, const char *to), (from, to))
CALL(connect, "connect", ECONNREFUSED, (int fd, const struct sockaddr *to,
	socklen_t len), (fd, to, len))
CALL(socket, "socket", EMFILE, (int family, int type, int protocol),
	(family, type, protocol))
CALL(pipe2, "pipe", EMFILE, (int fds[2], int flags), (fds, flags))
CALL(memfd_create, "memfd", EMFILE, (const char *name, unsigned int flags),
	(name, flags))
CALL(ftruncate, "truncate", EIO, (int fd, off_t len), (fd, len))
CALL(ftruncate64, "truncate", EIO, (int fd, off64_t len), (fd, len))
CALL(fork, "fork", EAGAIN, (void), ())
CALL(dup, "dup", EMFILE, (int fd), (fd))
CALL(accept4, "accept", EMFILE, (int fd, struct sockaddr *from,
	socklen_t *len, int flags), (fd, from, len, flags))
CALL(mkdir, "mkdir", ENOSPC, (const char *path, mode_t mode), (path, mode))

/* What these return is an error of LDAP: -1 is LDAP_SERVER_DOWN. */
CALL(ldap_initialize, "ldap", 0, (LDAP **ld, const char *uri), (ld, uri))
CALL(ldap_set_option, "ldap", 0, (LDAP *ld, int option, const void *value),
	(ld, option, value))
CALL(ldap_start_tls_s, "ldap", 0, (LDAP *ld, LDAPControl **server,
	LDAPControl **client), (ld, server, client))
CALL(ldap_sasl_bind, "ldap", 0, (LDAP *ld, const char *dn, const char *how,
	struct berval *secret, LDAPControl **server, LDAPControl **client,
	int *id), (ld, dn, how, secret, server, client, id))
CALL(ldap_search_ext, "ldap", 0, (LDAP *ld, const char *base, int scope,
	const char *filter, char **attributes, int types, LDAPControl **server,
	LDAPControl **client, struct timeval *timeout, int limit, int *id),
	(ld, base, scope, filter, attributes, types, server, client, timeout,
	limit, id))
CALL(ldap_add_ext, "ldap", 0, (LDAP *ld, const char *dn, LDAPMod **mods,
	LDAPControl **server, LDAPControl **client, int *id),
	(ld, dn, mods, server, client, id))
CALL(ldap_modify_ext, "ldap", 0, (LDAP *ld, const char *dn, LDAPMod **mods,
	LDAPControl **server, LDAPControl **client, int *id),
	(ld, dn, mods, server, client, id))
CALL(ldap_delete_ext, "ldap", 0, (LDAP *ld, const char *dn,
	LDAPControl **server, LDAPControl **client, int *id),
	(ld, dn, server, client, id))
CALL(ldap_passwd, "ldap", 0, (LDAP *ld, struct berval *user,
	struct berval *old, struct berval *new, LDAPControl **server,
	LDAPControl **client, int *id),
	(ld, user, old, new, server, client, id))
CALL(ldap_result, "ldap", 0, (LDAP *ld, int id, int all,
	struct timeval *timeout, LDAPMessage **result),
	(ld, id, all, timeout, result))
CALL(ldap_parse_result, "ldap", 0, (LDAP *ld, LDAPMessage *result, int *error,
	char **dn, char **text, char ***referrals, LDAPControl ***controls,
	int free_it), (ld, result, error, dn, text, referrals, controls,
	free_it))

MOVE(write, "write", ENOSPC, (int fd, const void *data, size_t len), ,
	(fd, data, len))
MOVE(pwrite, "write", ENOSPC, (int fd, const void *data, size_t len,
	off_t at), , (fd, data, len, at))
MOVE(pwrite64, "write", ENOSPC, (int fd, const void *data, size_t len,
	off64_t at), , (fd, data, len, at))
MOVE(read, "read", EIO, (int fd, void *data, size_t len), , (fd, data, len))
MOVE(pread, "read", EIO, (int fd, void *data, size_t len, off_t at), ,
	(fd, data, len, at))
MOVE(pread64, "read", EIO, (int fd, void *data, size_t len, off64_t at), ,
	(fd, data, len, at))
MOVE(sendfile64, "sendfile", EIO, (int out, int in, off64_t *at, size_t len),
	, (out, in, at, len))
MOVE(send, "send", EPIPE, (int fd, const void *data, size_t len, int flags), ,
	(fd, data, len, flags))
MOVE(recv, "recv", ENOMEM, (int fd, void *data, size_t len, int flags), ,
	(fd, data, len, flags))

ssize_t
writev(int fd, const struct iovec *pieces, int n)
{
	return fails("write", HERE, ENOSPC) ? -1 :
		NEXT(writev)(fd, pieces, n);
}

/* The first piece alone, or half of it. */
ssize_t
sendmsg(int fd, const struct msghdr *message, int flags)
{
	struct msghdr less = *message;
	struct iovec piece;

	if (!fails("send", HERE, EPIPE))
		return NEXT(sendmsg)(fd, message, flags);
	if (less.msg_iovlen == 0 || shorter(less.msg_iov->iov_len) == 0)
		return -1;
	piece = *less.msg_iov;
	piece.iov_len = shorter(piece.iov_len);
	less.msg_iov = &piece;
	less.msg_iovlen = 1;
	return NEXT(sendmsg)(fd, &less, flags);
}

ssize_t
recvmsg(int fd, struct msghdr *message, int flags)
{
	struct iovec piece, *pieces = message->msg_iov;
	ssize_t n;

	if (!fails("recv", HERE, ENOMEM))
		return NEXT(recvmsg)(fd, message, flags);
	if (message->msg_iovlen != 1 || shorter(pieces->iov_len) == 0)
		return -1;
	piece = *pieces;
	piece.iov_len = shorter(piece.iov_len);
	message->msg_iov = &piece;
	n = NEXT(recvmsg)(fd, message, flags);
	message->msg_iov = pieces;
	return n;
}

static int
needs_mode(int flags)
{
	return (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
}

#define OPEN(name, params, args) \
int \
name params \
{ \
	va_list rest; \
	mode_t mode; \
\
	if (fails("open", HERE, ENFILE)) \
		return -1; \
	va_start(rest, flags); \
	mode = needs_mode(flags) ? va_arg(rest, mode_t) : 0; \
	va_end(rest); \
	return NEXT(name) args; \
}

OPEN(open, (const char *path, int flags, ...), (path, flags, mode))
OPEN(open64, (const char *path, int flags, ...), (path, flags, mode))
OPEN(openat, (int dir, const char *path, int flags, ...),
	(dir, path, flags, mode))
OPEN(openat64, (int dir, const char *path, int flags, ...),
	(dir, path, flags, mode))

FILE *
fopen64(const char *path, const char *how)
{
	return fails("open", HERE, ENFILE) ? NULL : NEXT(fopen64)(path, how);
}

#define MMAP(name, offset) \
void * \
name(void *at, size_t len, int protection, int flags, int fd, offset from) \
{ \
	return fails("mmap", HERE, ENOMEM) ? MAP_FAILED : \
		NEXT(name)(at, len, protection, flags, fd, from); \
}

MMAP(mmap, off_t)
MMAP(mmap64, off64_t)

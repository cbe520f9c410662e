/*
 * jail_calls.c - the system calls that an inspector needs, grouped by purpose.
 *
 * Seen in traces of scans over all kinds of files (research: clamav). There is
 * no socket(), no connect(), no execve(), no fork(), no kill(), no ptrace().
 */
#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "jail_calls.h"

static const int allowed[] = {
	/* its own connection to a clerk */
	SCMP_SYS(accept4), SCMP_SYS(epoll_create1), SCMP_SYS(epoll_ctl),
	SCMP_SYS(epoll_pwait), SCMP_SYS(epoll_wait), SCMP_SYS(poll),
	SCMP_SYS(ppoll), SCMP_SYS(recvmsg), SCMP_SYS(sendmsg),
	/* files: only the empty tmpfs is in reach */
	SCMP_SYS(open), SCMP_SYS(openat), SCMP_SYS(close), SCMP_SYS(read),
	SCMP_SYS(write), SCMP_SYS(readv), SCMP_SYS(writev),
	SCMP_SYS(pread64), SCMP_SYS(pwrite64), SCMP_SYS(lseek),
	SCMP_SYS(fstat), SCMP_SYS(stat), SCMP_SYS(lstat),
	SCMP_SYS(newfstatat), SCMP_SYS(statx), SCMP_SYS(statfs),
	SCMP_SYS(fstatfs), SCMP_SYS(access), SCMP_SYS(faccessat),
	SCMP_SYS(faccessat2), SCMP_SYS(getdents64), SCMP_SYS(mkdir),
	SCMP_SYS(mkdirat), SCMP_SYS(rmdir), SCMP_SYS(unlink),
	SCMP_SYS(unlinkat), SCMP_SYS(chmod), SCMP_SYS(fchmod),
	SCMP_SYS(fchmodat), SCMP_SYS(ftruncate), SCMP_SYS(rename),
	SCMP_SYS(renameat), SCMP_SYS(renameat2), SCMP_SYS(umask),
	SCMP_SYS(getcwd), SCMP_SYS(dup), SCMP_SYS(fadvise64),
	/* GLib looks for the time zone, where Debian's tzdata is missing */
	SCMP_SYS(readlink), SCMP_SYS(readlinkat),
	/* memory; what may be executed is checked below */
	SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap),
	SCMP_SYS(madvise),
	/* time, randomness, threads of the C library, the end */
	SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday), SCMP_SYS(time),
	SCMP_SYS(times), SCMP_SYS(clock_nanosleep), SCMP_SYS(nanosleep),
	SCMP_SYS(getrusage), SCMP_SYS(getrandom), SCMP_SYS(futex),
	SCMP_SYS(rseq), SCMP_SYS(set_robust_list), SCMP_SYS(getpid),
	SCMP_SYS(gettid), SCMP_SYS(getuid), SCMP_SYS(geteuid),
	SCMP_SYS(getgid), SCMP_SYS(getegid), SCMP_SYS(sched_getaffinity),
	SCMP_SYS(sched_yield), SCMP_SYS(rt_sigaction),
	SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn),
	SCMP_SYS(exit), SCMP_SYS(exit_group), SCMP_SYS(restart_syscall),
	SCMP_SYS(sysinfo), SCMP_SYS(getrlimit),
};

/* fcntl() on descriptors it has, without asking for signals or leases. */
static const int fcntl_commands[] = {
	F_GETFL, F_SETFL, F_GETFD, F_SETFD, F_DUPFD, F_DUPFD_CLOEXEC,
};

/*
 * abort() signals this process; the other inspectors, which have the same user,
 * are nobody's business. prlimit() can look at own limits, nothing else.
 */
static int
add_own_process(scmp_filter_ctx filter)
{
	int result;

	result = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
		SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid()));
	if (result == 0)
		result = seccomp_rule_add(filter, SCMP_ACT_ALLOW,
			SCMP_SYS(prlimit64), 2, SCMP_A0(SCMP_CMP_EQ, 0),
			SCMP_A2(SCMP_CMP_EQ, 0));
	return result;
}

static int
add_rules(scmp_filter_ctx filter)
{
	size_t i;
	int result = 0;

	for (i = 0; result == 0 && i < sizeof(allowed) / sizeof(int); i++)
		result = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i],
			0);
	for (i = 0; result == 0 && i < sizeof(fcntl_commands) / sizeof(int);
	     i++)
		result = seccomp_rule_add(filter, SCMP_ACT_ALLOW,
			SCMP_SYS(fcntl), 1,
			SCMP_A1(SCMP_CMP_EQ, (scmp_datum_t)fcntl_commands[i]));
	if (result == 0)
		result = seccomp_rule_add(filter, SCMP_ACT_ALLOW,
			SCMP_SYS(mmap), 1,
			SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	if (result == 0)
		result = seccomp_rule_add(filter, SCMP_ACT_ALLOW,
			SCMP_SYS(mprotect), 1,
			SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	if (result == 0)
		result = add_own_process(filter);
	/* The C library asks whether stdio is a terminal: answer "no". */
	if (result == 0)
		result = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOTTY),
			SCMP_SYS(ioctl), 0);
	return result;
}

int
jail_calls_filter(struct sekisho_error *err)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	int result;

	if (filter == NULL)
		return sekisho_error_set(err, "system call filter: no memory");
	result = add_rules(filter);
	if (result == 0)
		result = seccomp_load(filter);
	seccomp_release(filter);
	if (result < 0)
		return sekisho_error_set(err, "system call filter: %s",
			strerror(-result));
	return 0;
}

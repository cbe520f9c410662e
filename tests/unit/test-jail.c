/*
 * test-jail.c - the jail as it is built, and somebody in it who wants out.
 *
 * Every try has a process of its own, which enters the jail and tries. With all
 * layers most calls end it (SIGSYS). Without the last one, the filter, the
 * others have to hold by themselves: each gives an error of its own.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <linux/perf_event.h>
#include <net/if.h>
#include <netinet/in.h>
#include <pwd.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>

#include "jail.c"
#include "calls-compat.h"
#include "test.h"

#define DONE 200		/* exit status: the try succeeded */
#define NOT_JAILED 201
#define KILLED -1		/* by SIGSYS */

static struct jail jail;
static pid_t bystander;		/* another process of the same user */
static int outside = -1;	/* what a library left open by mistake */

struct try {
	const char *what;
	long (*call)(void);
	int filtered;		/* with all layers: KILLED, or an errno */
	int unfiltered;		/* without the filter: an errno, or DONE */
};

static long
try_read_file(void)
{
	return syscall(SYS_openat, AT_FDCWD, "/etc/passwd", O_RDONLY);
}

static long
try_climb(void)
{
	return syscall(SYS_openat, AT_FDCWD, "../../../etc/passwd", O_RDONLY);
}

static long
try_memory_of_init(void)
{
	return syscall(SYS_openat, AT_FDCWD, "/proc/1/mem", O_RDWR);
}

static long
try_write_root(void)
{
	return syscall(SYS_openat, AT_FDCWD, "/x", O_WRONLY | O_CREAT, 0600);
}

static long
try_device(void)
{
	return syscall(SYS_mknodat, AT_FDCWD, "/tmp/sda", S_IFBLK | 0600,
		0x800);
}

static long
try_link(void)
{
	return syscall(SYS_symlinkat, "/", AT_FDCWD, "/tmp/x/y");
}

static long
try_internet(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons(25), .sin_addr = { htonl(0x7f000001) } };
	int fd = (int)syscall(SYS_socket, AF_INET, SOCK_STREAM, 0);

	return fd < 0 ? -1 : syscall(SYS_connect, fd, &to, sizeof(to));
}

static long
try_log(void)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX,
		.sun_path = "/dev/log" };
	int fd = (int)syscall(SYS_socket, AF_UNIX, SOCK_DGRAM, 0);

	return fd < 0 ? -1 : syscall(SYS_connect, fd, &to, sizeof(to));
}

static long
try_socketpair(void)
{
	int fds[2];

	return syscall(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, fds) < 0 ? -1 :
		syscall(SYS_sendto, fds[0], "x", 1, 0, NULL, 0);
}

static long
try_exec(void)
{
	static char *const none[] = { NULL };

	return syscall(SYS_execve, "/bin/sh", none, none);
}

/* A program of his own: the tmpfs executes nothing. */
static long
try_exec_own(void)
{
	static char *const none[] = { NULL };
	int fd = (int)syscall(SYS_openat, AT_FDCWD, "/tmp/sh", O_WRONLY |
		O_CREAT | O_CLOEXEC, 0700);

	if (fd < 0 || write(fd, "#!/tmp/sh\n", 10) != 10)
		return 0;
	syscall(SYS_close, fd);
	return syscall(SYS_execve, "/tmp/sh", none, none);
}

static long
try_fork(void)
{
	long pid = syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);

	if (pid == 0)
		_exit(0);
	return pid;
}

static long
try_user_namespace(void)
{
	return syscall(SYS_unshare, CLONE_NEWUSER);
}

static long
try_join_namespace(void)
{
	return syscall(SYS_setns, outside, 0);
}

static long
try_kill(void)
{
	return syscall(SYS_kill, 1, SIGKILL);
}

static long
try_tgkill_init(void)
{
	return syscall(SYS_tgkill, 1, 1, SIGKILL);
}

static long
try_tgkill_other(void)
{
	return syscall(SYS_tgkill, bystander, bystander, SIGKILL);
}

static long
try_limits_of_other(void)
{
	struct rlimit none = { 0, 0 };

	return syscall(SYS_prlimit64, bystander, RLIMIT_CPU, &none, NULL);
}

static long
try_ptrace(void)
{
	return syscall(SYS_ptrace, PTRACE_ATTACH, bystander, NULL, NULL);
}

static long
try_memory_of_other(void)
{
	char byte;
	struct iovec here = { &byte, 1 }, there = { &byte, 1 };

	return syscall(SYS_process_vm_readv, bystander, &here, 1, &there, 1,
		0);
}

static long
try_raise_limit(void)
{
	struct rlimit more = { 4096, 4096 };

	return syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, &more, NULL);
}

static long
try_become_root(void)
{
	return syscall(SYS_setresuid, 0, 0, 0);
}

static long
try_mount(void)
{
	return syscall(SYS_mount, "none", "/tmp", "tmpfs", 0, NULL);
}

static long
try_chroot(void)
{
	return syscall(SYS_chroot, "/tmp");
}

static long
try_handle(void)
{
	char handle[64] = { 8 };

	return syscall(SYS_open_by_handle_at, outside, handle, O_RDONLY);
}

static long
try_io_uring(void)
{
	struct io_uring_params params = { 0 };
	int fd = (int)syscall(SYS_io_uring_setup, 4, &params);

	/* It opens files like anybody: the layers below are asked. */
	return fd < 0 ? -1 : try_read_file();
}

static long
try_bpf(void)
{
	char attr[128] = { 0 };

	return syscall(SYS_bpf, 5 /* load a program */, attr, sizeof(attr));
}

static long
try_perf(void)
{
	struct perf_event_attr attr = { .size = sizeof(attr),
		.type = PERF_TYPE_TRACEPOINT };

	return syscall(SYS_perf_event_open, &attr, 1, -1, -1, 0);
}

static long
try_key(void)
{
	return syscall(SYS_keyctl, 0 /* whose key ring */, -4 /* user's */, 0);
}

static long
try_personality(void)
{
	return syscall(SYS_personality, 0x0400000 /* READ_IMPLIES_EXEC */);
}

static long
try_code(void)
{
	return syscall(SYS_mmap, NULL, 4096, PROT_READ | PROT_WRITE |
		PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static long
try_code_later(void)
{
	long page = syscall(SYS_mmap, NULL, 4096, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return syscall(SYS_mprotect, page, 4096, PROT_READ | PROT_EXEC);
}

static long
try_memory_file(void)
{
	return syscall(SYS_memfd_create, "code", 0);
}

static long
try_type_ahead(void)
{
	return syscall(SYS_ioctl, 0, TIOCSTI, "x");
}

static long
try_lease(void)
{
	return syscall(SYS_fcntl, outside, F_SETOWN, 1);
}

static long
try_filter(void)
{
	return syscall(SYS_seccomp, 1, 0, NULL);
}

static long
try_dumpable(void)
{
	return syscall(SYS_prctl, PR_SET_DUMPABLE, 1, 0, 0, 0);
}

static long
try_reboot(void)
{
	return syscall(SYS_reboot, 0xfee1dead, 672274793, 0, NULL);
}

static long
try_clock(void)
{
	struct timespec now = { 1, 0 };

	return syscall(SYS_clock_settime, CLOCK_REALTIME, &now);
}

static long
try_name(void)
{
	return syscall(SYS_sethostname, "x", 1);
}

static long
try_big_file(void)
{
	int fd = (int)syscall(SYS_openat, AT_FDCWD, "/tmp/big", O_WRONLY |
		O_CREAT, 0600);

	signal(SIGXFSZ, SIG_IGN);
	return fd < 0 ? 0 : syscall(SYS_pwrite64, fd, "x", 1, 1L << 30);
}

/* The number of write() belongs to another call there (x32: bit 30). */
static long
try_x32(void)
{
	return syscall(0x40000000 | SYS_getpid);
}

/* getpid() of the 32-bit calls, whose numbers the filter would misread. */
static long
try_32_bit(void)
{
	long result = -1;

	OTHER_GETPID(result);
	return result;
}

static const struct try tries[] = {
	{ "open /etc/passwd", try_read_file, ENOENT, ENOENT },
	{ "open ../../../etc/passwd", try_climb, ENOENT, ENOENT },
	{ "open /proc/1/mem", try_memory_of_init, ENOENT, ENOENT },
	{ "write outside of /tmp", try_write_root, EACCES, EACCES },
	{ "write beyond the limit of a file", try_big_file, EFBIG, EFBIG },
	{ "make a device", try_device, KILLED, EPERM },
	{ "make a link", try_link, KILLED, ENOENT },
	{ "connect to a TCP port", try_internet, KILLED, ENETUNREACH },
	{ "connect to syslog", try_log, KILLED, ENOENT },
	{ "make a socket pair", try_socketpair, KILLED, DONE },
	{ "exec /bin/sh", try_exec, KILLED, ENOENT },
	{ "exec a file of one's own", try_exec_own, KILLED, EACCES },
	{ "fork", try_fork, KILLED, EAGAIN },
	{ "make a user namespace", try_user_namespace, KILLED, EPERM },
	{ "join a namespace", try_join_namespace, KILLED, EINVAL },
	{ "kill init", try_kill, KILLED, EPERM },
	{ "tgkill init", try_tgkill_init, KILLED, EPERM },
	{ "tgkill another inspector", try_tgkill_other, KILLED, DONE },
	{ "limit another inspector", try_limits_of_other, KILLED, DONE },
	{ "ptrace another inspector", try_ptrace, KILLED, EPERM },
	{ "read another inspector", try_memory_of_other, KILLED, EPERM },
	{ "raise a limit", try_raise_limit, KILLED, EPERM },
	{ "become root", try_become_root, KILLED, EPERM },
	{ "mount", try_mount, KILLED, EPERM },
	{ "chroot", try_chroot, KILLED, EPERM },
	{ "open by handle", try_handle, KILLED, EPERM },
	{ "use io_uring", try_io_uring, KILLED, ENOENT },
	{ "load a BPF program", try_bpf, KILLED, EPERM },
	{ "trace init", try_perf, KILLED, EACCES },
	{ "look at keys", try_key, KILLED, DONE },
	{ "make data executable", try_personality, KILLED, DONE },
	{ "map code that can be written", try_code, KILLED, DONE },
	{ "make a page executable later", try_code_later, KILLED, DONE },
	{ "make a file of memory", try_memory_file, KILLED, DONE },
	{ "type into a terminal", try_type_ahead, ENOTTY, ENOTTY },
	{ "have signals sent", try_lease, KILLED, DONE },
	{ "set another filter", try_filter, KILLED, EFAULT },
	{ "be dumpable", try_dumpable, KILLED, DONE },
	{ "reboot", try_reboot, KILLED, EPERM },
	{ "set the clock", try_clock, KILLED, EPERM },
	{ "rename the host", try_name, KILLED, EPERM },
	{ "call as x32 does", try_x32, KILLED, ENOSYS },
	{ "call as 32 bit does", try_32_bit, KILLED, DONE },
};

static int
enter(bool filtered)
{
	size_t i, count = sizeof(layers) / sizeof(layers[0]);
	struct sekisho_error err;

	if (filtered)
		return jail_enter(&jail, &err);
	for (i = 0; i < count - 1; i++)
		if (layers[i](&jail, &err) < 0)
			return -1;
	return 0;
}

/* The errno of the try, DONE, KILLED, NOT_JAILED; 1000 and more: a signal. */
static int
outcome(long (*call)(void), bool filtered)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		if (enter(filtered) < 0)
			_exit(NOT_JAILED);
		errno = 0;
		_exit(call() < 0 ? errno : DONE);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return 2000;
	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	return WTERMSIG(status) == SIGSYS ? KILLED : 1000 + WTERMSIG(status);
}

static long
nothing(void)
{
	return 0;
}

/* Sleeps as the jail's user, out of the jail, until we end. */
static pid_t
start_bystander(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		if (setgid(jail.gid) < 0 || setuid(jail.uid) < 0)
			_exit(1);
		prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
		pause();
		_exit(0);
	}
	usleep(100000);
	return pid;
}

static void
test_tries(bool filtered)
{
	char name[200];
	size_t i;
	int got, expected;

	for (i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
		snprintf(name, sizeof(name), "jail%s: %s", filtered ? "" :
			", without its filter", tries[i].what);
		expected = filtered ? tries[i].filtered : tries[i].unfiltered;
		if (expected == DONE)
			continue;	/* the filter's alone */
		bystander = start_bystander();
		got = outcome(tries[i].call, filtered);
		/* A kernel without 32-bit calls takes it for a bad address. */
		if (tries[i].call == try_32_bit && got == 1000 + SIGSEGV)
			got = KILLED;
		test_begin(name);
		test_int(got, expected);
		if (got != expected)
			printf("#   (%s)\n", got > 0 && got < DONE ?
				strerror(got) : "no errno");
		kill(bystander, SIGKILL);
		waitpid(bystander, NULL, 0);
		test_end();
	}
}

/* A jailed process that waits, and its parent, who dies without a word. */
static void
test_parent(void)
{
	int ends[2];
	char byte;
	pid_t pid;

	test_begin("jail: it ends with its parent");
	if (pipe(ends) < 0)
		return;
	pid = fork();
	if (pid == 0) {
		if (fork() == 0) {
			close(ends[0]);
			if (enter(true) == 0 && write(ends[1], "r", 1) == 1)
				for (;;)
					nanosleep(&(struct timespec){ 9, 0 },
						NULL);
			_exit(1);
		}
		close(ends[1]);
		pause();
	}
	close(ends[1]);
	test_int(read(ends[0], &byte, 1), 1);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	/* Ends when the last writer is gone; otherwise this hangs. */
	alarm(60);
	test_int(read(ends[0], &byte, 1), 0);
	alarm(0);
	close(ends[0]);
}

/* Why the jail cannot be tried here, or NULL. */
static const char *
obstacle(void)
{
	if (geteuid() != 0)
		return "needs root";
	if (dlsym(RTLD_DEFAULT, "__asan_init") != NULL)
		return "a sanitizer needs more than an inspector may have";
	if (outcome(nothing, false) == NOT_JAILED)
		return "this machine refuses a layer of it";
	return NULL;
}

int
main(void)
{
	struct passwd *nobody = getpwnam("nobody");
	const char *reason;

	if (nobody == NULL)
		return 1;
	jail = (struct jail){ .uid = nobody->pw_uid, .gid = nobody->pw_gid };
	outside = open("/dev/null", O_RDONLY | O_CLOEXEC);
	reason = obstacle();
	if (reason != NULL) {
		printf("ok jail # SKIP %s\n", reason);
	} else {
		test_begin("jail: who does no harm is let be");
		test_int(outcome(nothing, true), DONE);
		test_tries(true);
		test_tries(false);
		test_parent();
	}
	return test_done();
}

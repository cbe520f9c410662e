/*
 * inspect.c - a folder of mail through inspector and policy, without Exim.
 *
 *	usage: inspect [-a] POLICY RNG SIGNATURES DIRECTORY ...
 *
 * Each file is a mail (an mbox "From " line in front is taken away); with -a
 * each file becomes the attachment of a mail of ours. A worker process looks
 * at one mail after the other; when it dies or hangs, that mail is named and a
 * new worker goes on. One line per mail:
 *
 *	FILE <TAB> MS <TAB> FATE <TAB> kind:name(part/member) ...
 *
 * FATE is deliver, changed (a body or subject of its own), delete, reject,
 * hold, defer, error, crash or hang. The end is a summary on stderr.
 */
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base64.h"
#include "channel.h"
#include "engine.h"
#include "examine.h"
#include "mime.h"

#define FILES_MAX 200000u
#define HANG_SECONDS 90
#define MAIL_MAX (256u << 20)

/* What the worker leaves behind when it dies. */
struct progress {
	size_t next;		/* index of the mail at hand */
	long peak_kb;
	unsigned int fates[16];
	unsigned int findings[FINDING_KINDS];
	long slowest_ms;
	size_t slowest;
};

static const char *const fate_words[] = { "deliver", "changed", "delete",
	"reject", "hold", "defer", "error", "crash", "hang" };
enum { DELIVER, CHANGED, DELETE, REJECT, HOLD, DEFER, ERROR, CRASH, HANG,
	WORDS };

static char **files;
static size_t file_count;
static struct progress *progress;
static bool as_attachment;

static char *
read_file(const char *path, size_t *len_r)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	char *data;

	if (fd < 0 || fstat(fd, &st) < 0 || st.st_size > (off_t)MAIL_MAX)
		return NULL;
	data = malloc((size_t)st.st_size + 2);
	if (data == NULL || read(fd, data, (size_t)st.st_size) != st.st_size)
		return NULL;
	close(fd);
	*len_r = (size_t)st.st_size;
	return data;
}

/* A mail of ours around a file, its name as RFC 2231 has it. */
static void
wrap(const char *path, const char *data, size_t len, struct sekisho_buf *mail)
{
	const char *name = strrchr(path, '/');
	const unsigned char *p;
	struct sekisho_buf text;
	size_t at;

	sekisho_buf_puts(mail, "From: sender@partner.test\n"
		"To: alice@example.test\nSubject: a file\nMIME-Version: 1.0\n"
		"Content-Type: multipart/mixed; boundary=\"=_corpus\"\n\n"
		"--=_corpus\nContent-Type: text/plain\n\nHere it is.\n"
		"--=_corpus\nContent-Type: application/octet-stream\n"
		"Content-Transfer-Encoding: base64\n"
		"Content-Disposition: attachment; filename*=utf-8''");
	for (p = (const unsigned char *)(name != NULL ? name + 1 : path);
	     *p != '\0'; p++)
		sekisho_buf_printf(mail, "%%%02X", *p);
	sekisho_buf_puts(mail, "\n\n");
	sekisho_buf_init(&text, MAIL_MAX * 2);
	sekisho_base64_add(&text, data, len);
	for (at = 0; at < text.len; at += 76) {
		sekisho_buf_add(mail, text.data + at,
			text.len - at < 76 ? text.len - at : 76);
		sekisho_buf_puts(mail, "\n");
	}
	sekisho_buf_puts(mail, "--=_corpus--\n");
	sekisho_buf_free(&text);
}

/* As it came over SMTP: no mbox line, LF, a last line feed. */
static void
as_mail(const char *data, size_t len, struct sekisho_buf *mail)
{
	const char *end = data + len, *lf;
	size_t line;

	if (len > 5 && memcmp(data, "From ", 5) == 0) {
		lf = memchr(data, '\n', len);
		data = lf != NULL ? lf + 1 : data;
	}
	for (; data < end; data += line + 1) {
		lf = memchr(data, '\n', (size_t)(end - data));
		line = (size_t)((lf != NULL ? lf : end) - data);
		sekisho_buf_add(mail, data, line > 0 && lf != NULL &&
			data[line - 1] == '\r' ? line - 1 : line);
		sekisho_buf_puts(mail, "\n");
	}
}

static size_t
header_end(const struct sekisho_buf *mail)
{
	const char *end;

	if (mail->len > 0 && mail->data[0] == '\n')
		return 0;
	end = memmem(mail->data, mail->len, "\n\n", 2);
	return end != NULL ? (size_t)(end - mail->data) + 1 : mail->len;
}

static int
fate_of(const struct examination *ex)
{
	const struct decision_outcome *o;

	if (ex->decision->defer)
		return DEFER;
	o = &ex->decision->outcomes[ex->decision->recipient_outcome[0]];
	switch (o->fate) {
	case SEKISHO_DELETE:
		return DELETE;
	case SEKISHO_REJECT:
		return REJECT;
	case SEKISHO_HOLD:
		return HOLD;
	default:
		return o->edits.count > 0 || o->tag_count > 0 ||
			o->header_count > 0 ? CHANGED : DELIVER;
	}
}

static void
print_findings(const struct inspection *in)
{
	const struct finding *f;
	size_t i;

	for (i = 0; i < in->finding_count; i++) {
		f = &in->findings[i];
		progress->findings[f->kind]++;
		printf("%s%s:%s(%s%s%s)", i > 0 ? " " : "",
			finding_kind_name(f->kind), f->name,
			f->part == 0 ? "message" : in->parts[f->part].path,
			*f->member != '\0' ? "/" : "", f->member);
	}
}

static void
look_at(const struct checkpoint *checkpoint, const struct sekisho_buf *mail)
{
	const char *recipient = "alice@example.test";
	size_t headers = header_end(mail);
	struct sekisho_message message = { .id = "corpus",
		.sender = "sender@partner.test", .recipients = &recipient,
		.recipient_count = 1, .client_address = "192.0.2.1",
		.helo = "", .authenticated_id = "", .spam_score = "",
		.dkim = "", .spf = "", .dmarc = "", .from_publishes = "",
		.headers = mail->data, .headers_len = headers,
		.body_start = headers < mail->len ? headers + 1 : headers };
	struct examination ex = { .checkpoint = checkpoint,
		.message = &message, .pool = pool_new(), .message_fd = -1 };
	struct sekisho_error err = { "" };
	int64_t begin = sekisho_now(), ms;
	int fd = memfd_create("mail", MFD_CLOEXEC), fate = ERROR;

	if (write(fd, mail->data, mail->len) != (ssize_t)mail->len)
		abort();
	if (examine(&ex, fd, &err) == 0)
		fate = fate_of(&ex);
	ms = sekisho_now() - begin;
	printf("%lld\t%s\t", (long long)ms, fate_words[fate]);
	if (fate == ERROR)
		printf("%s", err.text);
	else
		print_findings(&ex.inspection);
	printf("\n");
	progress->fates[fate]++;
	if (ms > progress->slowest_ms) {
		progress->slowest_ms = ms;
		progress->slowest = progress->next;
	}
	close(fd);
	examine_end(&ex);
	pool_free(ex.pool);
}

static void
look_at_file(const struct checkpoint *checkpoint, const char *path)
{
	struct sekisho_buf mail;
	size_t len;
	char *data = read_file(path, &len);

	if (data == NULL) {
		printf("0\t%s\tcannot read\n", fate_words[ERROR]);
		progress->fates[ERROR]++;
		return;
	}
	sekisho_buf_init(&mail, MAIL_MAX * 2);
	if (as_attachment)
		wrap(path, data, len, &mail);
	else
		as_mail(data, len, &mail);
	if (mail.len == 0)
		sekisho_buf_puts(&mail, "\n");
	look_at(checkpoint, &mail);
	sekisho_buf_free(&mail);
	free(data);
}

static void
work(const struct checkpoint *checkpoint)
{
	struct rusage usage;

	for (; progress->next < file_count; progress->next++) {
		alarm(HANG_SECONDS);
		printf("%s\t", files[progress->next]);
		look_at_file(checkpoint, files[progress->next]);
		fflush(stdout);
		getrusage(RUSAGE_SELF, &usage);
		if (usage.ru_maxrss > progress->peak_kb)
			progress->peak_kb = usage.ru_maxrss;
	}
}

static void
work_through(const struct checkpoint *checkpoint)
{
	int status, fate;
	pid_t pid;

	while (progress->next < file_count) {
		fflush(stdout);
		pid = fork();
		if (pid == 0) {
			work(checkpoint);
			fflush(stdout);
			_exit(0);
		}
		if (pid < 0 || waitpid(pid, &status, 0) != pid)
			exit(1);
		if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
			return;
		fate = WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM ?
			HANG : CRASH;
		printf("%s\t0\t%s\tstatus %d\n", files[progress->next],
			fate_words[fate], status);
		progress->fates[fate]++;
		progress->next++;
	}
}

static int
by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

static void
find_files(char **directories)
{
	FTS *fts = fts_open(directories, FTS_PHYSICAL | FTS_NOCHDIR, by_name);
	FTSENT *entry;

	files = calloc(FILES_MAX, sizeof(*files));
	while (fts != NULL && (entry = fts_read(fts)) != NULL)
		if (entry->fts_info == FTS_F && file_count < FILES_MAX)
			files[file_count++] = strdup(entry->fts_path);
	if (fts != NULL)
		fts_close(fts);
}

static int
summary(void)
{
	size_t i;

	fprintf(stderr, "mails %zu", file_count);
	for (i = 0; i < WORDS; i++)
		fprintf(stderr, ", %s %u", fate_words[i], progress->fates[i]);
	fprintf(stderr, "\nfindings");
	for (i = 0; i < FINDING_KINDS; i++)
		fprintf(stderr, "%s %s %u", i > 0 ? "," : "",
			finding_kind_name(i), progress->findings[i]);
	fprintf(stderr, "\nslowest %ld ms: %s\npeak memory %ld MB\n",
		progress->slowest_ms, file_count > 0 ?
		files[progress->slowest] : "-", progress->peak_kb / 1024);
	return progress->fates[CRASH] + progress->fates[HANG] +
		progress->fates[ERROR] > 0;
}

int
main(int argc, char *argv[])
{
	static struct config config = { .run_dir = "" };
	struct checkpoint checkpoint = { .config = &config };
	struct sekisho_error err;

	if (argc > 1 && strcmp(argv[1], "-a") == 0) {
		as_attachment = true;
		argc--;
		argv++;
	}
	if (argc < 5) {
		fprintf(stderr, "usage: inspect [-a] policy.xml policy.rng "
			"signatures directory ...\n");
		return 2;
	}
	checkpoint.policy = policy_load(argv[1], argv[2], &err);
	if (checkpoint.policy != NULL)
		checkpoint.engine = engine_open(argv[3], 30, &err);
	if (checkpoint.engine == NULL) {
		fprintf(stderr, "inspect: %s\n", err.text);
		return 1;
	}
	progress = mmap(NULL, sizeof(*progress), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	find_files(argv + 4);
	work_through(&checkpoint);
	return summary();
}

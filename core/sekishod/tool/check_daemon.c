/*
 * check_daemon.c - sekishod: its configuration, its policy, its sockets.
 */
#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "channel.h"
#include "check_private.h"
#include "desk.h"
#include "explain.h"
#include "frame.h"
#include "message.h"
#include "seal.h"

#define START "systemctl enable --now sekishod"
#define RESTART "systemctl restart sekishod"

/* What config_load() complained about, mended. */
static const char *
mend_config(struct check *check, const char *reason)
{
	if (strstr(reason, "there is no user \"sekisho\"") != NULL)
		return "adduser --system --group --home /nonexistent "
			"--no-create-home sekisho";
	if (strstr(reason, "ldap-bind-password-file") != NULL)
		return "ldap-schema/install -b BASE makes the password; name "
			"its file in ldap-bind-password-file";
	if (strstr(reason, "cannot read") != NULL)
		return "make install puts it there; or name it with -c";
	return pool_printf(check->pool, "correct this line (sekishod.conf(5)); "
		"sekishod -n -c %s says when it is right", check->config_file);
}

/* Nearly everything else asks what this file says. */
static bool
begin(struct check *check)
{
	struct sekisho_error err;

	check->config = config_load(check->config_file, &err);
	if (check->config == NULL)
		check_wrong(check, mend_config(check, err.text), "%s",
			err.text);
	return check->config != NULL;
}

static void
look_policy(struct check *check)
{
	struct sekisho_error err;

	check->policy = policy_load(check->config->policy,
		check->config->policy_schema, &err);
	if (check->policy == NULL)
		check_wrong(check, pool_printf(check->pool, "correct it "
			"(sekisho-policy(5)); sekishod -n -c %s says when it "
			"is right; systemctl reload sekishod",
			check->config_file), "%s", err.text);
}

static void
look_templates(struct check *check)
{
	const struct config *config = check->config;

	if (!check_can(config->templates, config->uid, config->gid,
	    R_OK | X_OK))
		check_wrong(check, "make install brings them; templates in "
			"sekishod.conf names their directory", "user %s cannot "
			"read the templates of notices in %s", config->user,
			config->templates);
}

static const char *
socket_path(struct check *check, const struct desk *desk)
{
	return pool_printf(check->pool, "%s/%s", check->config->run_dir,
		desk->socket);
}

/* Does it have the owner that sekishod gave it? */
static void
look_socket(struct check *check, const struct desk *desk)
{
	const struct config *config = check->config;
	const char *path = socket_path(check, desk);
	struct stat st;

	if (lstat(path, &st) < 0) {
		check_wrong(check, START, "sekishod does not run: %s: %s", path,
			strerror(errno));
	} else if (!S_ISSOCK(st.st_mode)) {
		check_wrong(check, RESTART, "%s is not a socket", path);
	} else if (st.st_uid != config->uid || st.st_gid != config->mta_gid ||
	    (st.st_mode & 07777) != desk->mode) {
		check_wrong(check, RESTART, "%s has the owner %u:%u and mode "
			"%04o, which should be %u:%u and %04o", path,
			(unsigned int)st.st_uid, (unsigned int)st.st_gid,
			(unsigned int)st.st_mode & 07777,
			(unsigned int)config->uid,
			(unsigned int)config->mta_gid,
			(unsigned int)desk->mode);
	}
}

static void
look_sockets(struct check *check)
{
	size_t i;

	/* Without the first one, one line says it for all. */
	for (i = 0; i < DESKS && !check->said; i++)
		look_socket(check, &desks[i]);
}

/*
 * A reload makes new inspectors and this socket. So do new signatures, without
 * a reload: then nothing is found.
 */
static void
look_reloaded(struct check *check)
{
	const char *files[] = { check->config_file, check->config->policy };
	struct stat st, made;
	size_t i;

	if (stat(pool_printf(check->pool, "%s/inspect.sock",
	    check->config->run_dir), &made) < 0) {
		check_pass(check);
		return;
	}
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (stat(files[i], &st) == 0 &&
		    st.st_mtime > made.st_mtime + 1)
			check_wrong(check, "systemctl reload sekishod",
				"sekishod works with what was in %s before it "
				"was changed", files[i]);
}

/* An empty visit, of which nothing is logged: does a clerk hang up on us? */
static int
visit(const char *path, int64_t deadline, struct sekisho_error *err)
{
	struct sekisho_frame reply = { 0 };
	int fd = sekisho_channel_connect(path, deadline, err);
	int result;

	if (fd < 0)
		return -1;
	shutdown(fd, SHUT_WR);
	result = sekisho_channel_recv(fd, &reply, deadline, err);
	sekisho_frame_free(&reply);
	close(fd);
	return result < 0 ? -1 : 0;
}

static void
look_answers(struct check *check)
{
	struct sekisho_error err;
	const char *path;
	size_t i;

	for (i = 0; i < DESKS; i++) {
		path = socket_path(check, &desks[i]);
		if (access(path, F_OK) < 0) {
			check_pass(check);
			continue;
		}
		if (visit(path, sekisho_deadline(CHECK_PATIENCE), &err) == 0)
			continue;
		check_wrong(check, RESTART, "%s", err.text);
		return;
	}
}

/* Exim's user has to come to scan.sock, through every directory above it. */
static void
look_way(struct check *check)
{
	const struct config *config = check->config;
	const char *path = socket_path(check, &desks[0]);

	if (access(path, F_OK) < 0)
		check_pass(check);
	else if (!check_can(path, config->mta_uid, config->mta_gid, W_OK))
		check_wrong(check, pool_printf(check->pool, "let mta-user be "
			"Exim's user, chmod a+x every directory above %s, "
			RESTART, path), "user %s cannot open %s",
			config->mta_user, path);
}

/* A mail that is a RAR archive: "a", stored, as in engine.c. */
#define HEADER "From: check@sekisho.invalid\nSubject: sekisho check\n" \
	"MIME-Version: 1.0\nContent-Type: application/x-rar\n" \
	"Content-Transfer-Encoding: base64\n"
static const char mail[] = HEADER "\n"
	"UmFyIRoHAM+QcwAADQAAAAAAAABhXXQAgCEABwAAAAcAAAAD\n"
	"mz6HliFaAAAUMAEApIEAAGFzZWtpc2hvxD17AEAHAA==\n";

/* sekisho explain: scanner, policy and directory work. */
static void
look_scan(struct check *check)
{
	const char *recipients[] = { "check@sekisho.invalid" };
	struct sekisho_message message = { .id = "check", .sender = "",
		.client_address = "", .helo = "", .authenticated_id = "",
		.spam_score = "", .dkim = "", .spf = "", .dmarc = "",
		.from_publishes = "", .headers = HEADER,
		.headers_len = sizeof(HEADER) - 1,
		.body_start = sizeof(HEADER), .recipients = recipients,
		.recipient_count = 1 };
	const char *path = socket_path(check, &desks[0]);
	struct sekisho_error err = { "it closed without an answer" };
	struct sekisho_buf said;
	int body;

	if (access(path, F_OK) < 0) {
		check_pass(check);
		return;
	}
	body = memfd_create("check", MFD_CLOEXEC);
	sekisho_buf_init(&said, SEKISHO_FRAME_MAX);
	if (body < 0 || write(body, mail, sizeof(mail) - 1) !=
	    (ssize_t)sizeof(mail) - 1)
		check_skip(check, "no memory for a mail to ask about");
	else if (explain_ask(check->config, &message, body,
	    SEKISHO_FRAME_EXPLAIN, sekisho_deadline(CHECK_PATIENCE), &said,
	    &err) < 0)
		check_wrong(check, "look into sekishod's log (docs/operate.md "
			"explains its lines)", "sekishod cannot look at a "
			"mail: %s", check_line(check, err.text));
	else if (strstr(said.data, "Sekisho.Unscannable.RAR") != NULL)
		check_skip(check, "RAR archives are not looked into, so mail "
			"with one is refused: apt-get install libclamunrar "
			"(non-free), restart sekishod");
	sekisho_buf_free(&said);
	if (body >= 0)
		close(body);
}

static void
look_key(struct check *check)
{
	const struct config *config = check->config;
	const char *file = config->held_key_file;
	struct sekisho_error err;
	struct seal_keys keys;
	struct stat st;

	if (stat(file, &st) < 0)
		check_wrong(check, RESTART, "held-key-file %s: %s", file,
			strerror(errno));
	else if (st.st_uid != config->uid || (st.st_mode & 077) != 0)
		check_wrong(check, pool_printf(check->pool, "chown %s %s; "
			"chmod 0600 %s", config->user, file, file),
			"held-key-file %s is not of user %s alone", file,
			config->user);
	else if (seal_keys_load(&keys, file, &err) < 0)
		check_wrong(check, "copy it from the host where Exim runs, or "
			"move it away and restart sekishod", "held-key-file: "
			"%s", err.text);
	explicit_bzero(&keys, sizeof(keys));
}

static void
look_state(struct check *check)
{
	const struct config *config = check->config;
	struct stat st;

	if (stat(config->state_dir, &st) < 0 || st.st_uid != config->uid)
		check_wrong(check, pool_printf(check->pool, "mkdir -p %s; "
			"chown %s %s; " RESTART, config->state_dir,
			config->user, config->state_dir), "state-dir %s does "
			"not belong to user %s", config->state_dir,
			config->user);
}

static const struct check_look looks[] = {
	{ "its configuration and its policy are right", look_policy },
	{ "the templates of notices can be read", look_templates },
	{ "its sockets are there, with their owner and mode", look_sockets },
	{ "it answers on all of them", look_answers },
	{ "it has read its configuration and its policy", look_reloaded },
	{ "Exim's user can come to scan.sock", look_way },
	{ "it can look at a mail", look_scan },
	{ "the keys that seal held mail are there and secret", look_key },
	{ "state-dir belongs to it", look_state },
	{ NULL, NULL },
};

const struct check_area check_daemon = { "sekishod", begin, looks };

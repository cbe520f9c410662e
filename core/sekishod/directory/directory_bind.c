/*
 * directory_bind.c - a connection to one server: TLS, bind, timeouts.
 *
 * Server certificates are always checked, name included; there is no switch to
 * turn that off.
 */
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "channel.h"
#include "directory_bind.h"

static struct timeval
time_left(int64_t end)
{
	int64_t left = end - sekisho_now();

	/* libldap takes 0 for "do not wait" or "for ever". */
	if (left < 1)
		left = 1;
	return (struct timeval){ .tv_sec = left / 1000,
		.tv_usec = left % 1000 * 1000 };
}

int
directory_wait(LDAP *ldap, int id, int64_t end, LDAPMessage **answer_r)
{
	struct timeval wait = time_left(end);
	int code;

	switch (ldap_result(ldap, id, LDAP_MSG_ALL, &wait, answer_r)) {
	case 0:
		*answer_r = NULL;
		return LDAP_TIMEOUT;
	case -1:
		*answer_r = NULL;
		code = LDAP_SERVER_DOWN;
		ldap_get_option(ldap, LDAP_OPT_RESULT_CODE, &code);
		return code < 0 ? code : LDAP_SERVER_DOWN;
	default:
		return LDAP_SUCCESS;
	}
}

/* For what libldap does without asking how long it may take. */
static void
set_timeouts(LDAP *ldap, int64_t end)
{
	struct timeval wait = time_left(end);

	ldap_set_option(ldap, LDAP_OPT_NETWORK_TIMEOUT, &wait);
	ldap_set_option(ldap, LDAP_OPT_TIMEOUT, &wait);
}

/*
 * A server that stops in the middle of an answer, or takes no more of a
 * question, may not hold us in read() or write().
 */
static void
set_socket_timeouts(LDAP *ldap)
{
	struct timeval tick = { .tv_usec = 200000 };
	int fd;

	if (ldap_get_option(ldap, LDAP_OPT_DESC, &fd) != LDAP_OPT_SUCCESS)
		return;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tick, sizeof(tick));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tick, sizeof(tick));
}

static int
set_options(LDAP *ldap, const struct config *config, int64_t end)
{
	int version = LDAP_VERSION3, demand = LDAP_OPT_X_TLS_DEMAND, client = 0;

	set_timeouts(ldap, end);
	ldap_set_option(ldap, LDAP_OPT_PROTOCOL_VERSION, &version);
	ldap_set_option(ldap, LDAP_OPT_REFERRALS, LDAP_OPT_OFF);
	ldap_set_option(ldap, LDAP_OPT_RESTART, LDAP_OPT_ON);
	if (ldap_set_option(ldap, LDAP_OPT_X_TLS_REQUIRE_CERT, &demand) !=
	    LDAP_OPT_SUCCESS || ldap_set_option(ldap, LDAP_OPT_X_TLS_CACERTFILE,
	    config->ldap_ca_file) != LDAP_OPT_SUCCESS ||
	    ldap_set_option(ldap, LDAP_OPT_X_TLS_NEWCTX, &client) !=
	    LDAP_OPT_SUCCESS)
		return LDAP_CONNECT_ERROR;
	return LDAP_SUCCESS;
}

static int
start_tls(LDAP *ldap, const struct config *config, const char *uri)
{
	if (strncmp(uri, "ldap:", 5) != 0 ||
	    strcmp(config->ldap_start_tls, "yes") != 0)
		return LDAP_SUCCESS;
	return ldap_start_tls_s(ldap, NULL, NULL);
}

/* mechanism NULL: simple. Returns the server's code or one of libldap. */
static int
bind_as(LDAP *ldap, const char *dn, const char *mechanism,
	const char *password, int64_t end)
{
	struct berval secret = { .bv_len = strlen(password),
		.bv_val = (char *)password };
	LDAPMessage *answer = NULL;
	int code, id;

	code = ldap_sasl_bind(ldap, dn, mechanism, &secret, NULL, NULL, &id);
	if (code != LDAP_SUCCESS)
		return code;
	set_socket_timeouts(ldap);
	code = directory_wait(ldap, id, end, &answer);
	if (code == LDAP_SUCCESS && ldap_parse_result(ldap, answer, &code,
	    NULL, NULL, NULL, NULL, 0) != LDAP_SUCCESS)
		code = LDAP_DECODING_ERROR;
	ldap_msgfree(answer);
	return code;
}

/* libldap knows no words for what GnuTLS finds wrong with a certificate. */
static bool
is_tls_failure(int code, const char *detail)
{
	return code == LDAP_CONNECT_ERROR || (detail != NULL &&
		strcmp(detail, "(unknown error code)") == 0);
}

static int
fail(LDAP *ldap, const char *uri, const char *what, int code,
	struct sekisho_error *err)
{
	char *detail = NULL;

	if (ldap != NULL)
		ldap_get_option(ldap, LDAP_OPT_DIAGNOSTIC_MESSAGE, &detail);
	if (is_tls_failure(code, detail))
		sekisho_error_set(err, "directory %s is unavailable: no TLS: "
			"is its certificate valid, for this name, and signed "
			"by one of ldap-ca-file?", uri);
	else
		sekisho_error_set(err, "directory %s is unavailable: %s: %s",
			uri, what, ldap_err2string(code));
	ldap_memfree(detail);
	if (ldap != NULL)
		ldap_unbind_ext(ldap, NULL, NULL);
	return -1;
}

/* Up to where somebody may say who he is. */
static int
reach(const struct config *config, const char *uri, int64_t end,
	LDAP **ldap_r, struct sekisho_error *err)
{
	int code = ldap_initialize(ldap_r, uri);

	if (code != LDAP_SUCCESS)
		return fail(NULL, uri, "ldap-uri", code, err);
	code = set_options(*ldap_r, config, end);
	if (code != LDAP_SUCCESS)
		return fail(*ldap_r, uri, "ldap-ca-file", code, err);
	code = start_tls(*ldap_r, config, uri);
	if (code != LDAP_SUCCESS)
		return fail(*ldap_r, uri, "StartTLS", code, err);
	return 0;
}

int
directory_bind(const struct config *config, const char *uri, int64_t end,
	LDAP **ldap_r, struct sekisho_error *err)
{
	bool external = strcmp(config->ldap_bind, "external") == 0;
	LDAP *ldap;
	int code;

	*ldap_r = NULL;
	if (reach(config, uri, end, &ldap, err) < 0)
		return -1;
	code = bind_as(ldap, external ? NULL : config->ldap_bind_dn,
		external ? "EXTERNAL" : LDAP_SASL_SIMPLE,
		external ? "" : config->ldap_password, end);
	if (code != LDAP_SUCCESS)
		return fail(ldap, uri, "bind", code, err);
	*ldap_r = ldap;
	return 0;
}

int
directory_bind_verify(const struct config *config, const char *uri,
	const char *dn, const char *password, int64_t end,
	struct sekisho_error *err)
{
	LDAP *ldap;
	int code;

	/* A simple bind without a password succeeds as nobody (RFC 4513). */
	if (*dn == '\0' || *password == '\0')
		return 0;
	if (reach(config, uri, end, &ldap, err) < 0)
		return -1;
	code = bind_as(ldap, dn, LDAP_SASL_SIMPLE, password, end);
	if (code != LDAP_SUCCESS && code != LDAP_INVALID_CREDENTIALS)
		return fail(ldap, uri, "bind", code, err);
	ldap_unbind_ext(ldap, NULL, NULL);
	return code == LDAP_SUCCESS;
}

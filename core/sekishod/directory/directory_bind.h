/*
 * directory_bind.h - how a connection to one server of the directory is made:
 * TLS, who we are, and that nothing waits for ever.
 */
#ifndef SEKISHO_DIRECTORY_BIND_H
#define SEKISHO_DIRECTORY_BIND_H

#include <ldap.h>
#include <stdint.h>

#include "config.h"
#include "sekisho.h"

/*
 * Connects to uri and binds as sekishod.conf(5) says, until end. Returns 0 and
 * a connection for ldap_unbind_ext(), or -1 with a sentence that names uri.
 */
int directory_bind(const struct config *config, const char *uri, int64_t end,
	LDAP **ldap_r, struct sekisho_error *err);

/* As directory_conn_verify(), at this server. */
int directory_bind_verify(const struct config *config, const char *uri,
	const char *dn, const char *password, int64_t end,
	struct sekisho_error *err);

/*
 * Waits for the whole answer to message id. Returns LDAP_SUCCESS, or a code of
 * libldap, which is below 0; LDAP_TIMEOUT at end.
 */
int directory_wait(LDAP *ldap, int id, int64_t end, LDAPMessage **answer_r);

#endif

/*
 * directory_conn.h - one process' connection to the directory (RFC 4511).
 *
 * Knows the servers of sekishod.conf(5), fails over between them, waits longer
 * from try to try, and keeps every deadline; what is asked is in
 * directory_request.h. Only directory*.c include this.
 */
#ifndef SEKISHO_DIRECTORY_CONN_H
#define SEKISHO_DIRECTORY_CONN_H

#include <ldap.h>
#include <stdbool.h>
#include <stdint.h>

#include "config.h"
#include "directory.h"
#include "sekisho.h"

struct directory_conn;

/* Connects when first asked. Keeps a pointer to config. Never NULL. */
struct directory_conn *directory_conn_new(const struct config *config);

/* From now on meter(data) hears of its questions. */
void directory_conn_measure(struct directory_conn *conn,
	directory_meter *meter, void *data);

/* conn may be NULL. */
void directory_conn_free(struct directory_conn *conn);

/* ldap-base: below it are the accounts. */
const char *directory_conn_base(const struct directory_conn *conn);

/* A question: how it is sent. */
struct directory_call {
	/* Returns a code of libldap and the id of the message. */
	int (*send)(LDAP *ldap, const struct directory_call *call, int *id_r);
	const void *data;	/* what send() wants to know */
	bool again;		/* asking twice does no harm */
};

/*
 * Asks, waits until the deadline (sekisho_now() milliseconds) or ldap-timeout,
 * whatever is earlier. Returns the code of the server's answer and the answer,
 * to be freed with ldap_msgfree(); or -1 when no server answered or it said
 * that it cannot now: that is "unavailable", with a sentence that names the
 * server.
 *
 * *ldap_r is what libldap wants beside an answer; valid until the next call.
 */
int directory_conn_call(struct directory_conn *conn,
	const struct directory_call *call, int64_t deadline,
	LDAP **ldap_r, LDAPMessage **answer_r, struct sekisho_error *err);

/* Is there a connection, or can one be made? Returns 0 or -1: unavailable. */
int directory_conn_ready(struct directory_conn *conn, int64_t deadline,
	struct sekisho_error *err);

/*
 * Is this the password of dn? Asked on a connection of its own. Returns 1, 0,
 * or -1: unavailable. An empty password is never right.
 */
int directory_conn_verify(struct directory_conn *conn, const char *dn,
	const char *password, int64_t deadline, struct sekisho_error *err);

#endif

/*
 * account_mail.h - the mails about an account: confirmations and announcements
 * (SPEC C2, C5, C7).
 */
#ifndef SEKISHO_ACCOUNT_MAIL_H
#define SEKISHO_ACCOUNT_MAIL_H

#include "inquiry.h"
#include "submission.h"

/*
 * Nothing in it but the address was typed by a stranger: who registers others
 * must not be able to write them letters.
 */
struct account_letter {
	const char *template;	/* "account-reset" ... */
	const char *to;
	const char *language;	/* "ja", "en", "": as the policy's notices */
	const char *client;	/* who asked, or "" for an administrator */
	const char *page;	/* of the webmail: "activate", ...; "": none */
	const char *token;	/* for the page, or "" */
};

/* Composes and submits it. err is set unless it is done. */
enum submission_result account_mail_send(const struct inquiry *inquiry,
	const struct account_letter *about, struct sekisho_error *err);

#endif

/*
 * account.h - the verbs about accounts (SPEC C1 to C8); what they take and
 * answer is in sekisho-protocol(7).
 */
#ifndef SEKISHO_ACCOUNT_H
#define SEKISHO_ACCOUNT_H

#include "inquiry.h"

/* account.sock: for people who have not logged in. */
void account_register(struct inquiry *inquiry);
void account_activate(struct inquiry *inquiry);
void account_reset_request(struct inquiry *inquiry);
void account_reset_confirm(struct inquiry *inquiry);
void account_change(struct inquiry *inquiry);

/* control.sock: for administrators, about the account of "user". */
void account_admin_list(struct inquiry *inquiry);
void account_admin_show(struct inquiry *inquiry);
void account_admin_create(struct inquiry *inquiry);
void account_admin_activate(struct inquiry *inquiry);
void account_admin_lock(struct inquiry *inquiry);
void account_admin_unlock(struct inquiry *inquiry);
void account_admin_reset(struct inquiry *inquiry);
void account_admin_delete(struct inquiry *inquiry);

#endif

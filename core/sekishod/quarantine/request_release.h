/*
 * request_release.h - a user asks the administrator for a held mail that he may
 * not release himself.
 */
#ifndef SEKISHO_REQUEST_RELEASE_H
#define SEKISHO_REQUEST_RELEASE_H

#include "inquiry.h"

/*
 * control.sock, request-release: sends the administrator of the policy a mail
 * about the held mail of "header", with the commands that show, deliver and
 * delete it. LIMIT: this user has asked too often in this hour.
 */
void request_release(struct inquiry *inquiry);

#endif

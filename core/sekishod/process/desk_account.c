/*
 * desk_account.c - account.sock: what the webmail asks for people who have not
 * logged in. Whatever comes in here was typed by a stranger.
 */
#include "account.h"
#include "desk.h"
#include "inquiry.h"

const struct verb desk_account_verbs[] = {
	{ "register", account_register, false },
	{ "activate", account_activate, false },
	{ "reset-request", account_reset_request, false },
	{ "reset-confirm", account_reset_confirm, false },
	{ "change", account_change, false },
	{ NULL, NULL, false },
};

void
desk_account_serve(const struct checkpoint *checkpoint, int fd)
{
	inquiry_serve(checkpoint, fd, &desks[DESK_ACCOUNT]);
}

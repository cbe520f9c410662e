/*
 * desk_account.c - account.sock: what the webmail asks for people who have not
 * logged in. Whatever comes in here was typed by a stranger.
 */
#include "account.h"
#include "desk.h"
#include "inquiry.h"

static const struct verb verbs[] = {
	{ "register", account_register },
	{ "activate", account_activate },
	{ "reset-request", account_reset_request },
	{ "reset-confirm", account_reset_confirm },
	{ "change", account_change },
	{ NULL, NULL },
};

void
desk_account_serve(const struct checkpoint *checkpoint, int fd)
{
	inquiry_serve(checkpoint, fd, "account.sock", verbs);
}

/*
 * settings.c - where the module learns what it has to know.
 *
 * Debian's Exim has no `begin local_scan`, so the shipped ACL passes settings
 * in variables. Exim with this file compiled in and LOCAL_SCAN_HAS_OPTIONS
 * reads the table below; a variable of the ACL wins.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "exim-compat.h"
#include "localscan.h"

#define DEADLINE_DEFAULT 60	/* seconds; local_scan_timeout is longer */
#define DEADLINE_MAX 3600

static uschar *option_socket = US SEKISHO_SCAN_SOCKET;
static int option_deadline = DEADLINE_DEFAULT;

/* In alphabetical order, as Exim searches it. */
optionlist local_scan_options[] = {
	{ "sekisho_deadline", opt_time, { &option_deadline } },
	{ "sekisho_socket", opt_stringptr, { &option_socket } },
};
int local_scan_options_count =
	sizeof(local_scan_options) / sizeof(local_scan_options[0]);

const char *
localscan_expand(const char *expression)
{
	uschar *text = expand_string((void *)(uintptr_t)expression);

	return text == NULL ? "" : (const char *)text;
}

static int
deadline_read(int64_t *deadline_r, struct sekisho_error *err)
{
	const char *text = localscan_expand("$acl_m_sekisho_deadline");
	long seconds = option_deadline;
	char *end;

	if (*text != '\0') {
		errno = 0;
		seconds = strtol(text, &end, 10);
		if (end[0] == 's' && end[1] == '\0')
			end++;
		if (errno != 0 || *end != '\0')
			seconds = -1;
	}
	if (seconds < 1 || seconds > DEADLINE_MAX)
		return sekisho_error_set(err, "sekisho_deadline \"%s\" is not "
			"a number of seconds from 1 to %d", text, DEADLINE_MAX);
	*deadline_r = sekisho_deadline((int64_t)seconds * 1000);
	return 0;
}

/* The ACL proves that the routers are there; without them plans are lost. */
static int
routers_check(struct sekisho_error *err)
{
	const char *found = localscan_expand("$acl_m_sekisho_routers");

	if (strcmp(found, "present") == 0)
		return 0;
	if (*found == '\0')
		return sekisho_error_set(err, "the Sekisho ACL did not run: "
			"call %s (sekisho-exim(8))", smtp_input ?
			"acl_sekisho_data from acl_smtp_data" :
			"acl_sekisho_not_smtp from acl_not_smtp");
	return sekisho_error_set(err, "the Sekisho routers are missing: "
		"include sekisho.routers first in the routers section");
}

int
localscan_settings_read(struct localscan_settings *settings_r,
	struct sekisho_error *err)
{
	if (routers_check(err) < 0 ||
	    deadline_read(&settings_r->deadline, err) < 0)
		return -1;
	settings_r->socket = localscan_expand("$acl_m_sekisho_socket");
	if (*settings_r->socket == '\0')
		settings_r->socket = (const char *)option_socket;
	settings_r->relay_hosts =
		localscan_expand("$acl_m_sekisho_relay_hosts");
	if (*settings_r->relay_hosts == '\0')
		settings_r->relay_hosts = "+relay_from_hosts";
	return 0;
}

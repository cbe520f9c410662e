/*
 * doveadm-log.c - the line that Dovecot's log process would have written.
 */
#include "doveadm-log.h"

#include <ioloop.h>
#include <master-service.h>
#include <master-service-settings.h>
#include <syslog-util.h>
#include <write-full.h>

#include <fcntl.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

static int file = -1;		/* or syslog */

static void
log_line(const char *line)
{
	char when[32];

	if (file < 0) {
		syslog(LOG_INFO, "%s", line);
		return;
	}
	strftime(when, sizeof(when), "%b %d %H:%M:%S", localtime(&ioloop_time));
	line = t_strdup_printf("%s %s\n", when, line);
	if (write_full(file, line, strlen(line)) < 0)
		i_error("sekisho: cannot log: %m");
}

static void log_info(const struct failure_context *ctx, const char *format,
	va_list args) ATTR_FORMAT(2, 0);

static void
log_info(const struct failure_context *ctx, const char *format, va_list args)
{
	const char *prefix = ctx->log_prefix != NULL ? ctx->log_prefix :
		i_get_failure_prefix();

	T_BEGIN {
		log_line(t_strdup_printf("%sInfo: %s", prefix,
			t_strdup_vprintf(format, args)));
	} T_END;
}

void
doveadm_log_init(enum doveadm_client_type type)
{
	const struct master_service_settings *set =
		master_service_get_service_settings(master_service);
	const char *path = *set->info_log_path != '\0' ? set->info_log_path :
		set->log_path;
	int facility;

	if (type != DOVEADM_CONNECTION_TYPE_CLI || file >= 0)
		return;
	if (*path == '\0' || strcmp(path, "syslog") == 0) {
		if (!syslog_facility_find(set->syslog_facility, &facility))
			facility = LOG_MAIL;
		openlog("dovecot", LOG_NDELAY, facility);
	} else if (str_begins_with(path, "/dev/std")) {
		return;
	} else {
		file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC,
			0600);
		if (file < 0) {
			i_error("sekisho: cannot log: open(%s) failed: %m",
				path);
			return;
		}
	}
	i_set_info_handler(log_info);
}

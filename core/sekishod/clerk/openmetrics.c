/*
 * openmetrics.c - the text format of OpenMetrics.
 */
#include <inttypes.h>
#include <string.h>

#include "openmetrics.h"

#define UNIT "_seconds"

void
openmetrics_family(struct sekisho_buf *out, const char *name,
	const char *type, const char *help)
{
	size_t len = strlen(name), unit = strlen(UNIT);

	sekisho_buf_printf(out, "# TYPE %s %s\n", name, type);
	if (len > unit && strcmp(name + len - unit, UNIT) == 0)
		sekisho_buf_printf(out, "# UNIT %s seconds\n", name);
	sekisho_buf_printf(out, "# HELP %s %s\n", name, help);
}

static void
add_value(struct sekisho_buf *out, const char *value)
{
	for (; *value != '\0'; value++)
		if (*value == '\n')
			sekisho_buf_puts(out, "\\n");
		else if (*value == '"' || *value == '\\')
			sekisho_buf_printf(out, "\\%c", *value);
		else
			sekisho_buf_add(out, value, 1);
}

void
openmetrics_sample(struct sekisho_buf *out, const char *name,
	const char *suffix, const openmetrics_labels labels, uint64_t value)
{
	size_t i;

	sekisho_buf_printf(out, "%s%s", name, suffix);
	for (i = 0; labels != NULL && labels[i] != NULL; i += 2) {
		sekisho_buf_printf(out, "%c%s=\"", i == 0 ? '{' : ',',
			labels[i]);
		add_value(out, labels[i + 1]);
		sekisho_buf_puts(out, "\"");
	}
	if (labels != NULL && labels[0] != NULL)
		sekisho_buf_puts(out, "}");
	sekisho_buf_printf(out, " %" PRIu64 "\n", value);
}

void
openmetrics_seconds(struct sekisho_buf *out, const char *name,
	const char *suffix, uint64_t ms)
{
	sekisho_buf_printf(out, "%s%s %" PRIu64 ".%03" PRIu64 "\n", name,
		suffix, ms / 1000, ms % 1000);
}

void
openmetrics_end(struct sekisho_buf *out)
{
	sekisho_buf_puts(out, "# EOF\n");
}

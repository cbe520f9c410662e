/*
 * rescan.c - a held message is looked at once more.
 */
#include "inspectors.h"
#include "rescan.h"

void
rescan_answer(struct inquiry *inquiry)
{
	struct inspectors inspectors = {
		.run_dir = inquiry->checkpoint->config->run_dir,
		.none = inquiry->checkpoint->config->inspectors == 0,
		.deadline = inquiry->deadline,
		.pool = inquiry->pool,
	};
	const struct finding *finding;
	struct inspection inspection;
	struct sekisho_error err;
	size_t i;

	if (inquiry->fd < 0) {
		inquiry_fail(inquiry, SEKISHO_STATUS_INVALID, "",
			"rescan: no message came along");
		return;
	}
	if (inspectors_inspect(&inspectors, inquiry->fd, false, NULL,
	    &inspection, &err) < 0) {
		inquiry_fail(inquiry, SEKISHO_STATUS_UNAVAILABLE, "", "%s",
			err.text);
		return;
	}
	for (i = 0; i < inspection.finding_count; i++) {
		finding = &inspection.findings[i];
		if (finding->kind != FINDING_VIRUS &&
		    finding->kind != FINDING_UNSCANNABLE)
			continue;
		inquiry_add(inquiry, finding_kind_name(finding->kind),
			finding->name);
		inquiry_fail(inquiry, SEKISHO_STATUS_REFUSED, "", "%s: %s",
			finding_kind_name(finding->kind), finding->name);
	}
}

/*
 * rescan.c - a held message is looked at once more.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "inspectors.h"
#include "rescan.h"

/* Returns 0, or -1 with the answer set: nobody looked. */
static int
inspect(struct inquiry *inquiry, int fd, struct inspection *inspection_r)
{
	struct inspectors inspectors = {
		.run_dir = inquiry->checkpoint->config->run_dir,
		.none = inquiry->checkpoint->config->inspectors == 0,
		.deadline = inquiry->deadline,
		.pool = inquiry->pool,
	};
	struct sekisho_error err;

	if (inspectors_inspect(&inspectors, fd, false, NULL, inspection_r,
	    &err) == 0) {
		inquiry_add(inquiry, "signatures", inspectors.set);
		return 0;
	}
	inquiry_fail(inquiry, SEKISHO_STATUS_UNAVAILABLE, "", "%s", err.text);
	return -1;
}

void
rescan_answer(struct inquiry *inquiry)
{
	const struct finding *finding;
	struct inspection inspection;
	size_t i;

	if (inquiry->fd < 0) {
		inquiry_fail(inquiry, SEKISHO_STATUS_INVALID, "",
			"rescan: no message came along");
		return;
	}
	if (inspect(inquiry, inquiry->fd, &inspection) < 0)
		return;
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

/* Whoever inspects an empty mail says with what. */
void
rescan_signatures(struct inquiry *inquiry)
{
	struct inspection inspection;
	int fd = memfd_create("sekisho-empty", MFD_CLOEXEC);

	if (fd < 0 || write(fd, "\n", 1) != 1)
		inquiry_fail(inquiry, SEKISHO_STATUS_UNAVAILABLE, "",
			"memfd: %s", strerror(errno));
	else
		(void)inspect(inquiry, fd, &inspection);
	if (fd >= 0)
		close(fd);
}

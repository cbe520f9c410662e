/*
 * notify.h - make the notices that a decision asks for (SPEC N1 to N4).
 */
#ifndef SEKISHO_NOTIFY_H
#define SEKISHO_NOTIFY_H

#include "examine.h"
#include "plan.h"

/*
 * Composes every notice of ex->decision into plan->notices. A notice that
 * cannot be made (no template, too many to one address) is logged and left
 * out; the mail goes its way.
 */
void notify_all(const struct examination *ex, struct sekisho_plan *plan);

#endif

/*
 * unity.c - the whole module as one source file: Exim compiles exactly one,
 * named by LOCAL_SCAN_SOURCE in its Local/Makefile (sekisho-exim(8)).
 */
#undef _GNU_SOURCE
#define _GNU_SOURCE

#include "../core/lib/error.c"
#include "../core/lib/buf.c"
#include "../core/lib/frame.c"
#include "../core/lib/base64.c"
#include "../core/lib/address.c"
#include "../core/lib/channel.c"
#include "../core/lib/message.c"
#include "../core/lib/held.c"
#include "../core/lib/plan.c"
#include "entity.c"
#include "settings.c"
#include "observe.c"
#include "ask.c"
#include "routing.c"
#include "variant.c"
#include "apply.c"
#include "notify.c"
#include "local_scan.c"

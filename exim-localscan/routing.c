/*
 * routing.c - tells the shipped routers what becomes of each recipient.
 *
 * Two variables go into Exim's -H file with the message, so they live and die
 * with it: $acl_m_sekisho ("KEY=oN KEY=oN:HELD ...", only recipients that are
 * not simply delivered; HELD is the header field of a held message) and
 * $acl_m_sekisho_outcomes ("oN=fate:variant:text:subject:headers ..."; of mail
 * to outside that is held, headers is the field and text the address in whose
 * quarantine). Addresses and texts are Base64, so nothing in them can be
 * expanded by Exim or pose as another entry.
 */
#include <string.h>

#include "address.h"
#include "base64.h"
#include "change.h"
#include "exim-compat.h"
#include "localscan.h"

/* A held recipient takes about 700 bytes; SEKISHO_RECIPIENTS_MAX of them. */
#define ROUTING_MAX (64u << 20)

/* Base64 with "_" for "=", which ends a key. */
static void
routing_put_base64(struct sekisho_buf *buf, const char *text, size_t len)
{
	size_t i = buf->len;

	sekisho_base64_add(buf, text, len);
	if (buf->failed)
		return;
	for (; i < buf->len; i++)
		if (buf->data[i] == '=')
			buf->data[i] = '_';
}

/*
 * The address as a router sees $local_part@$domain: Exim takes quotes and
 * backslashes out of a local part and writes domains in lower case.
 */
static void
routing_put_key(struct sekisho_buf *buf, const char *address)
{
	struct sekisho_buf key;
	const char *p;
	char c;

	sekisho_buf_init(&key, 65536);
	for (p = sekisho_address_local(address, &key); *p != '\0'; p++) {
		c = *p >= 'A' && *p <= 'Z' ? (char)(*p - 'A' + 'a') : *p;
		sekisho_buf_add(&key, &c, 1);
	}
	if (key.failed)
		buf->failed = true;
	else
		routing_put_base64(buf, key.data, key.len);
	sekisho_buf_free(&key);
}

/* Does the message as it lies in the spool suit this outcome? */
static bool
outcome_is_plain(const struct localscan_change *change,
	const struct sekisho_outcome *outcome)
{
	if (outcome->fate != SEKISHO_DELIVER)
		return false;
	if (!change->same_body && outcome->variant != 0)
		return false;
	return change->same_headers || (outcome->subject[0] == '\0' &&
		outcome->headers[0] == '\0');
}

static void
outcome_put(const struct localscan_change *change, size_t n,
	struct sekisho_buf *buf)
{
	const struct sekisho_outcome *outcome = &change->plan->outcomes[n];
	bool deliver = outcome->fate == SEKISHO_DELIVER;
	bool headers = outcome->fate == SEKISHO_HOLD ||
		(deliver && !change->same_headers);
	const char *subject = headers ? outcome->subject : "";
	const char *added = headers ? outcome->headers : "";

	sekisho_buf_printf(buf, "%so%zu=%s:%u:", buf->len == 0 ? "" : " ", n,
		sekisho_fate_name(outcome->fate),
		deliver && !change->same_body ? outcome->variant : 0u);
	sekisho_base64_add(buf, outcome->text, strlen(outcome->text));
	sekisho_buf_puts(buf, ":");
	sekisho_base64_add(buf, subject, strlen(subject));
	sekisho_buf_puts(buf, ":");
	sekisho_base64_add(buf, added, strlen(added));
}

static void
routing_put_held(struct sekisho_buf *keys, const char *field)
{
	sekisho_buf_puts(keys, ":");
	sekisho_base64_add(keys, field, strlen(field));
}

static void
routing_build(const struct localscan_change *change, struct sekisho_buf *keys,
	struct sekisho_buf *outcomes)
{
	bool used[SEKISHO_OUTCOMES_MAX] = { false };
	const struct sekisho_plan *plan = change->plan;
	uint32_t n;
	size_t i;

	for (i = 0; i < change->message->recipient_count; i++) {
		n = plan->recipient_outcome[i];
		if (outcome_is_plain(change, &plan->outcomes[n]))
			continue;
		if (keys->len > 0)
			sekisho_buf_puts(keys, " ");
		routing_put_key(keys, change->message->recipients[i]);
		sekisho_buf_printf(keys, "=o%u", (unsigned int)n);
		if (*plan->recipient_held[i] != '\0')
			routing_put_held(keys, plan->recipient_held[i]);
		if (!used[n])
			outcome_put(change, n, outcomes);
		used[n] = true;
	}
}

/* Lets the ACL set the variables and looks whether they arrived. */
static int
routing_store(const struct sekisho_buf *keys,
	const struct sekisho_buf *outcomes, struct sekisho_error *err)
{
	struct sekisho_buf call;

	sekisho_buf_init(&call, ROUTING_MAX);
	sekisho_buf_printf(&call, "${acl{sekisho_set}{%s}{%s}}", keys->data,
		outcomes->data);
	if (!call.failed)
		localscan_expand(call.data);
	sekisho_buf_free(&call);
	if (strcmp(localscan_expand("$acl_m_sekisho"), keys->data) == 0 &&
	    strcmp(localscan_expand("$acl_m_sekisho_outcomes"),
	    outcomes->data) == 0)
		return 0;
	return sekisho_error_set(err, "the ACL sekisho_set does not set its "
		"variables: include sekisho.acl as shipped");
}

int
localscan_routing_set(const struct localscan_change *change,
	struct sekisho_error *err)
{
	struct sekisho_buf keys, outcomes;
	int result = -1;

	sekisho_buf_init(&keys, ROUTING_MAX / 2);
	sekisho_buf_init(&outcomes, ROUTING_MAX / 4);
	routing_build(change, &keys, &outcomes);
	if (keys.failed || outcomes.failed)
		sekisho_error_set(err, "the plan is too long for Exim");
	else if (keys.len == 0)
		result = 0;
	else
		result = routing_store(&keys, &outcomes, err);
	sekisho_buf_free(&keys);
	sekisho_buf_free(&outcomes);
	return result;
}

/*
 * story_exim.c - tells what Exim's main log says of a message.
 */
#include <string.h>

#include "logline.h"
#include "story.h"
#include "story_words.h"

/* -- it came -------------------------------------------------------------- */

/* "name (helo) [address]:port", where one of the first two may be missing. */
static char *
host_words(const char *host)
{
	size_t len = strcspn(host, "]");
	char *all = g_strndup(host, len), *address = strrchr(all, '['),
		*helo = strchr(all, '('), *name, *words;

	if (address == NULL) {
		g_free(all);
		return g_strdup("?");
	}
	*address++ = '\0';
	name = g_strndup(all, strcspn(all, " ("));
	if (helo != NULL) {
		helo++;
		helo[strcspn(helo, ")")] = '\0';
	}
	words = g_strdup_printf("%s%s%s%s%s%s", address,
		*name != '\0' ? " (" : "", name, *name != '\0' ? ")" : "",
		helo != NULL ? ", which calls itself " : "",
		helo != NULL ? helo : "");
	g_free(name);
	g_free(all);
	return words;
}

/* The host behind H=, or who on this server made it. */
static char *
origin(const char *text)
{
	const char *host = logline_find(text, "H");
	char *login = logline_value(text, "A"),
		*maker = logline_value(text, "U"), *from, *words;

	from = host != NULL ? host_words(host) :
		g_strdup_printf("this server%s%s", maker != NULL ?
		", user " : "", maker != NULL ? maker : "");
	words = g_strdup_printf("from %s%s%s", from,
		login != NULL ? ", logged in with " : "",
		login != NULL ? login : "");
	g_free(login);
	g_free(maker);
	g_free(from);
	return words;
}

static char *
sender(const char *text)
{
	size_t len = logline_address_len(text, " ");

	return len == 2 && strncmp(text, "<>", 2) == 0 ?
		g_strdup("none (a bounce or a notice)") :
		g_strndup(text, len);
}

static char *
recipients(const char *text)
{
	char **list = logline_recipients(text), *joined;

	if (list == NULL)
		return g_strdup("recipients that the log does not name");
	joined = g_strjoinv(", ", list);
	g_strfreev(list);
	return joined;
}

/* Who asks for a copy, a notice or a bounce gets to know what it is about. */
static char *
nature(const char *text, const char *message_id)
{
	char *protocol = logline_value(text, "P"),
		*of = logline_value(text, "R"), *words;

	if (g_strcmp0(protocol, "sekisho-variant") == 0)
		words = g_strdup("is a copy with a changed body of the mail "
			"that has the same Message-ID; ");
	else if (g_strcmp0(protocol, "sekisho-notice") == 0)
		words = g_strdup_printf("is a notice about the mail %.*s; ",
			(int)strcspn(message_id, "."), message_id);
	else if (of != NULL)
		words = g_strdup_printf("is a bounce of the mail %s; ", of);
	else
		words = g_strdup("");
	g_free(protocol);
	g_free(of);
	return words;
}

static void
came(struct story *story, const char *text, const char *whom)
{
	char *id = logline_value(text, "id"), *bytes = logline_value(text,
		"S"), *subject = logline_value(text, "T");
	char *what = nature(text, id != NULL ? id : "?"),
		*from = origin(text), *who = sender(text),
		*size = story_size(bytes);

	story_add(story, STORY_CAME, 0, "%scame %s, sender %s, for %s, %s%s%s"
		"%s%s%s%s", what, from, who, whom, size,
		subject != NULL ? ", subject \"" : "",
		subject != NULL ? subject : "", subject != NULL ? "\"" : "",
		id != NULL ? ", Message-ID <" : "", id != NULL ? id : "",
		id != NULL ? ">" : "");
	g_free(id);
	g_free(bytes);
	g_free(subject);
	g_free(what);
	g_free(from);
	g_free(who);
	g_free(size);
}

static void
arrival(struct story *story, const char *text)
{
	char *whom = recipients(text);

	switch (story_role(story)) {
	case STORY_ORIGINAL:
		came(story, text, whom);
		break;
	case STORY_COPY:
		story_add(story, STORY_MADE, 0, "a copy with a changed body "
			"was made for %s: %s", whom, story->id);
		break;
	case STORY_NOTICE:
		story_add(story, STORY_MADE, 0, "a notice was written to %s: "
			"%s", whom, story->id);
		break;
	case STORY_BOUNCE:
		story_add(story, STORY_MADE, 0, "a bounce was written to %s: "
			"%s", whom, story->id);
		break;
	case STORY_RELEASED:
		story_add(story, STORY_CAME, 0, "came back from the "
			"quarantine to be sent on to %s", whom);
		break;
	}
	g_free(whom);
}

/* -- where it went -------------------------------------------------------- */

static char *
delivered_how(const struct logline_delivery *delivery)
{
	const char *host = logline_find(delivery->rest, "H");
	char *answer, *to, *how;

	if (strcmp(delivery->transport, "sekisho_hold") == 0)
		return g_strdup("Exim handed it over to the quarantine");
	if (strcmp(delivery->transport, "sekisho_variant") == 0)
		return g_strdup("goes on as a copy with a changed body");
	if (strcmp(delivery->address, ":blackhole:") == 0)
		return g_strdup_printf("deleted%s", strcmp(delivery->router,
			"sekisho_delete") == 0 ? ", as a rule says" :
			" by an alias of this server");
	answer = logline_value(delivery->rest, "C");
	to = host == NULL ? NULL : host_words(host);
	how = g_strdup_printf("delivered%s%s (transport %s%s%s%s)",
		to != NULL ? " to " : "", to != NULL ? to : "",
		*delivery->transport != '\0' ? delivery->transport : "?",
		answer != NULL ? ", answer \"" : "",
		answer != NULL ? answer : "", answer != NULL ? "\"" : "");
	g_free(answer);
	g_free(to);
	return how;
}

/* "alice (alice@x.test)" would say little; an alias says much. */
static char *
addressee(const struct logline_delivery *delivery)
{
	if (!delivery->aliased ||
	    strcmp(delivery->address, ":blackhole:") == 0 ||
	    strcmp(delivery->router, "sekisho_hold_for_administrators") == 0)
		return g_strdup(delivery->recipient);
	return g_strdup_printf("%s (by an alias: %s)", delivery->recipient,
		delivery->address);
}

static void
delivery(struct story *story, const char *text)
{
	struct logline_delivery delivery;
	char *how, *whom;

	logline_delivery_read(text, &delivery);
	how = delivered_how(&delivery);
	whom = addressee(&delivery);
	story_add(story, strcmp(delivery.transport, "sekisho_hold") == 0 ?
		STORY_HANDED : STORY_DELIVERED, 0, "%s: %s", whom, how);
	g_free(how);
	g_free(whom);
	logline_delivery_free(&delivery);
}

/* The reason follows the drivers, or the address when there are none. */
static void
trouble(struct story *story, const char *text, const char *what)
{
	struct logline_delivery delivery;
	const char *reason;
	char *whom;

	logline_delivery_read(text, &delivery);
	whom = addressee(&delivery);
	reason = strstr(delivery.rest, ": ");
	story_add(story, STORY_DELIVERED, 0, "%s: %s: %s", whom, what,
		reason != NULL ? reason + 2 : delivery.rest);
	g_free(whom);
	logline_delivery_free(&delivery);
}

static void
failure(struct story *story, const char *text)
{
	trouble(story, text, "cannot be delivered, Exim gave up");
}

static void
deferral(struct story *story, const char *text)
{
	trouble(story, text, "not yet, Exim will try again");
}

static void
completion(struct story *story, const char *text)
{
	(void)text;
	if (story_role(story) == STORY_ORIGINAL)
		story_add(story, STORY_DONE, 0, "nothing of it is left in "
			"Exim's queue");
}

static void
removal(struct story *story, const char *text)
{
	story_add(story, STORY_DONE, 0, "was removed from Exim's queue by %s",
		text);
}

/* -- what the module said ------------------------------------------------- */

/* For when sekishod's log, which says more, is not there. */
static void
judgement(struct story *story, const char *text)
{
	char *action = logline_value(text, "action"),
		*error = logline_value(text, "error"),
		*findings = logline_value(text, "findings"),
		*rules = logline_value(text, "rules"),
		*failed = logline_value(text, "notices_failed");
	bool deferred = g_strcmp0(action, "defer") == 0;

	if (deferred || g_strcmp0(action, "unscanned") == 0) {
		char *words = story_failure(deferred,
			error != NULL ? error : "?");

		story_add(story, STORY_FOUND, 1, "%s", words);
		g_free(words);
	} else if (findings != NULL && rules != NULL) {
		char *found = story_findings(findings),
			*fired = story_rules(rules);

		story_add(story, STORY_FOUND, 1, "Sekisho found %s; %s; for "
			"whom, sekishod's log would say", found, fired);
		g_free(found);
		g_free(fired);
	}
	if (failed != NULL)
		story_add(story, STORY_REFUSED, 0, "%s notices could not be "
			"sent: %s", failed, error != NULL ? error : "?");
	g_free(action);
	g_free(error);
	g_free(findings);
	g_free(rules);
	g_free(failed);
}

/* -- all kinds ------------------------------------------------------------ */

static const struct {
	const char *sign;
	void (*tell)(struct story *, const char *text);
} kinds[] = {
	{ "<= ", arrival },
	{ "=> ", delivery },
	{ "-> ", delivery },
	{ ">> ", delivery },
	{ "** ", failure },
	{ "== ", deferral },
	{ "sekisho: id=", judgement },
	{ "Completed", completion },
	{ "removed by ", removal },
};

/* Lines that come with every look at the queue and tell nothing new. */
static const char *const passed_over[] = {
	"Message is frozen", "Spool file is locked", "Spool file for ",
};

/* "F=<sender> H=... rejected by local_scan(): text" and whatever else. */
static void
tell_other(struct story *story, const char *text)
{
	const char *refusal = strstr(text, "rejected by local_scan(): ");
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(passed_over); i++)
		if (g_str_has_prefix(text, passed_over[i]))
			return;
	if (refusal == NULL) {
		story_add(story, STORY_REFUSED, 0, "Exim: %s", text);
		return;
	}
	if (g_str_has_prefix(text, "F=")) {
		char *from = origin(text), *who = sender(text + 2);

		story_add(story, STORY_CAME, 2, "came %s, sender %s", from,
			who);
		g_free(from);
		g_free(who);
	}
	story_add(story, STORY_REFUSED, 0, "Exim %s: %s", strstr(text,
		" temporarily rejected") != NULL ? "did not take it for now" :
		"refused it, and its sender is told", strchr(refusal, ':') + 2);
}

void
story_exim(struct story *story, const char *text)
{
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(kinds); i++) {
		if (g_str_has_prefix(text, kinds[i].sign)) {
			kinds[i].tell(story, text + strlen(kinds[i].sign));
			return;
		}
	}
	tell_other(story, text);
}

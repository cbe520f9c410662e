/*
 * story_dovecot.c - tells what our plug-ins say in Dovecot's log.
 */
#include <string.h>

#include "logline.h"
#include "story.h"

struct act {
	char *user, *by, *action, *result;
	char *text, *folder, *server, *approved, *rescan, *rule, *held_class;
	char *virus, *outside;
};

static void
act_read(struct act *act, const char *text)
{
	act->user = logline_value(text, "user");
	act->by = logline_value(text, "by");
	act->action = logline_value(text, "action");
	act->result = logline_value(text, "result");
	act->text = logline_value(text, "text");
	act->folder = logline_value(text, "folder");
	act->server = logline_value(text, "server");
	act->approved = logline_value(text, "approved");
	act->rescan = logline_value(text, "rescan");
	act->rule = logline_value(text, "rule");
	act->held_class = logline_value(text, "class");
	act->virus = logline_value(text, "virus");
	act->outside = logline_value(text, "outside");
}

static void
act_free(struct act *act)
{
	g_free(act->user);
	g_free(act->by);
	g_free(act->action);
	g_free(act->result);
	g_free(act->text);
	g_free(act->folder);
	g_free(act->server);
	g_free(act->approved);
	g_free(act->rescan);
	g_free(act->rule);
	g_free(act->held_class);
	g_free(act->virus);
	g_free(act->outside);
}

static const char *
or_unknown(const char *text)
{
	return text != NULL ? text : "?";
}

/* -- into the quarantine -------------------------------------------------- */

static void
tell_hold(struct story *story, const struct act *act)
{
	/* It is one mail; for each but the first recipient Exim comes again. */
	if (act->outside != NULL && g_strcmp0(act->result, "there-already") ==
	    0)
		return;
	if (g_strcmp0(act->result, "ok") == 0)
		story_add(story, STORY_FILED, 0, "%s: is in the quarantine, "
			"held by rule %s (%s)%s%s%s", act->user,
			or_unknown(act->rule), or_unknown(act->held_class),
			act->outside != NULL ? ", on its way to outside for " :
			"", act->outside != NULL ? act->outside : "",
			act->outside != NULL ? " recipients" : "");
	else if (g_strcmp0(act->result, "there-already") == 0)
		story_add(story, STORY_FILED, 0, "%s: Exim came again, it was "
			"in the quarantine already", act->user);
	else if (g_strcmp0(act->result, "defer") == 0)
		story_add(story, STORY_FILED, 0, "%s: the quarantine could "
			"not take it yet: %s", act->user,
			or_unknown(act->text));
	else
		story_add(story, STORY_FILED, 0, "%s: not held, what says so "
			"is not true: %s", act->user, or_unknown(act->text));
}

/* -- out of it ------------------------------------------------------------ */

static const struct {
	const char *word, *meaning;
} rescans[] = {
	{ "clean", "scanned again: clean" },
	{ "off", "not scanned again: that is switched off" },
	{ "unavailable", "not scanned again: no scanner answered" },
	{ "refused", "scanned again: not clean" },
};

/* " to INBOX (scanned again: clean), and approved its sender a@b". */
static char *
delivery_words(const struct act *act)
{
	GString *out = g_string_new(NULL);
	size_t i;

	if (g_strcmp0(act->server, "outside") == 0)
		g_string_append(out, ", it was sent on to outside");
	else if (act->server != NULL)
		g_string_append_printf(out, ", it was sent on to the server "
			"%s", act->server);
	else if (act->folder != NULL)
		g_string_append_printf(out, " to the folder %s", act->folder);
	for (i = 0; i < G_N_ELEMENTS(rescans); i++)
		if (g_strcmp0(act->rescan, rescans[i].word) == 0)
			g_string_append_printf(out, " (%s)",
				rescans[i].meaning);
	if (act->approved != NULL)
		g_string_append_printf(out, "; the sender %s was approved",
			act->approved);
	return g_string_free(out, FALSE);
}

static void
tell_deliver(struct story *story, const struct act *act, const char *who)
{
	char *words = delivery_words(act);

	story_add(story, STORY_LATER, 0, "%s delivered it from the "
		"quarantine%s", who, words);
	g_free(words);
}

static void
tell_delete(struct story *story, const struct act *act, const char *who)
{
	story_add(story, STORY_LATER, 0, "%s deleted it in the quarantine%s%s",
		who, act->folder != NULL ? ", moving it to the folder " : "",
		act->folder != NULL ? act->folder : "");
}

static void
tell_expire(struct story *story, const struct act *act, const char *who)
{
	(void)who;
	story_add(story, STORY_LATER, 0, "%s: was deleted in the quarantine, "
		"having been there as long as it may", act->user);
}

static void
tell_evict(struct story *story, const struct act *act, const char *who)
{
	(void)who;
	story_add(story, STORY_LATER, 0, "%s: was deleted in the quarantine "
		"to make room for another", act->user);
}

static void
tell_reclass(struct story *story, const struct act *act, const char *who)
{
	(void)who;
	story_add(story, STORY_LATER, 0, "%s: newer signatures find virus %s "
		"in it; from now on it is held for that", act->user,
		or_unknown(act->virus));
}

static void
tell_request(struct story *story, const struct act *act, const char *who)
{
	(void)act;
	story_add(story, STORY_LATER, 0, "%s asked the administrator to "
		"release it", who);
}

static const struct {
	const char *action;
	void (*tell)(struct story *, const struct act *, const char *who);
} actions[] = {
	{ "deliver", tell_deliver },
	{ "delete", tell_delete },
	{ "expire", tell_expire },
	{ "evict", tell_evict },
	{ "reclass", tell_reclass },
	{ "request", tell_request },
};

/* by: a word for what did it, or the address of an administrator. */
static char *
who_acts(const struct act *act)
{
	if (act->by == NULL)
		return g_strdup(act->user);
	if (strcmp(act->by, "link") == 0)
		return g_strdup_printf("%s, with a link of a digest,",
			act->user);
	return g_strdup_printf("%s, for %s,",
		strcmp(act->by, "administrator") == 0 ? "an administrator" :
		act->by, act->user);
}

static void
tell_removal(struct story *story, const struct act *act, const char *line)
{
	char *who = who_acts(act);
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(actions); i++)
		if (strcmp(actions[i].action, act->action) == 0)
			break;
	if (g_strcmp0(act->result, "ok") != 0)
		story_add(story, STORY_LATER, 0, "%s wanted to %s it from the "
			"quarantine, which was refused: %s", who, act->action,
			or_unknown(act->text));
	else if (i < G_N_ELEMENTS(actions))
		actions[i].tell(story, act, who);
	else
		story_add(story, STORY_LATER, 0, "Dovecot: %s", line);
	g_free(who);
}

void
story_dovecot(struct story *story, const char *text)
{
	struct act act;

	act_read(&act, text);
	if (act.user == NULL || act.action == NULL)
		story_add(story, STORY_LATER, 0, "Dovecot: %s", text);
	else if (strcmp(act.action, "hold") == 0)
		tell_hold(story, &act);
	else
		tell_removal(story, &act, text);
	act_free(&act);
}

/*
 * story_sekishod.c - tells what sekishod's log says of a message.
 */
#include <string.h>

#include "logline.h"
#include "story.h"
#include "story_words.h"

/* -- what was decided ----------------------------------------------------- */

static const struct {
	const char *key, *words;
} fates[] = {
	{ "deliver", "goes on to" },
	{ "delete", "will be deleted for" },
	{ "reject", "is refused for" },
	{ "hold", "will be held in the quarantine for" },
	{ "defer", "is not accepted yet for" },
};

/*
 * " tag [A] tag [B] changes 2", or " in a@x" of mail to outside: what is
 * between the rules and the names.
 */
static void
add_changes(GString *out, char *between)
{
	static const char tag[] = " tag ", in[] = " in ";
	char *changes = strstr(between, " changes "), *next;

	if (changes != NULL) {
		*changes = '\0';
		changes += strlen(" changes ");
	}
	if (g_str_has_prefix(between, in))
		g_string_append_printf(out, ", in that of %s", between +
			strlen(in));
	if (g_str_has_prefix(between, tag)) {
		between += strlen(tag);
		g_string_append(out, ", with ");
		while ((next = strstr(between, tag)) != NULL) {
			*next = '\0';
			g_string_append_printf(out, "%s, ", between);
			between = next + strlen(tag);
		}
		g_string_append_printf(out, "%s in its subject", between);
	}
	if (changes != NULL)
		g_string_append_printf(out, ", with %s %s in its body",
			changes, strcmp(changes, "1") == 0 ? "change" :
			"changes");
}

/* "R1,R4 tag [MEIWAKU!!!] changes 1 to a@x,b@y" */
static void
tell_outcome(struct story *story, const char *words, const char *value)
{
	const char *to = logline_whom(value);
	size_t len = strcspn(value, " ");
	char *text, *rules, *whom;
	GString *out;

	if (to == NULL) {
		story_add(story, STORY_DECIDED, 0, "it %s %s", words, value);
		return;
	}
	whom = story_list(to);
	text = g_strndup(value, (size_t)(to - value) - strlen(" to "));
	out = g_string_new(NULL);
	g_string_printf(out, "it %s %s", words, whom);
	add_changes(out, text + len);
	text[len] = '\0';
	rules = story_list(text);
	if (strcmp(rules, "none") != 0)
		g_string_append_printf(out, ", by %s %s",
			strchr(rules, ',') != NULL ? "rules" : "rule", rules);
	story_add(story, STORY_DECIDED, 0, "%s", out->str);
	g_string_free(out, TRUE);
	g_free(rules);
	g_free(whom);
	g_free(text);
}

/* A key may come more than once: each group of recipients has its own. */
static void
tell_all(struct story *story, const char *text, const char *key,
	const char *words, void (*tell)(struct story *, const char *words,
	const char *value))
{
	const char *at = text;

	while ((at = logline_find(at, key)) != NULL) {
		char *value = logline_unquote(at, &at);

		tell(story, words, value);
		g_free(value);
	}
}

/* "R5 to a@x,b@y": a rule with the status "monitor". */
static void
tell_monitor(struct story *story, const char *words, const char *value)
{
	const char *to = strstr(value, " to ");
	size_t len = to == NULL ? strlen(value) : (size_t)(to - value);
	char *whom = story_list(to == NULL ? "?" : to + strlen(" to "));

	story_add(story, STORY_DECIDED, 0, "rule %.*s%s %s",
		(int)MIN(len, 1000), value, words, whom);
	g_free(whom);
}

static void
tell_name(struct story *story, const char *words, const char *value)
{
	story_add(story, STORY_DECIDED, 0, "%s %s", words, value);
}

/* -- where it came from and what is in it --------------------------------- */

/* For a mail that Exim did not accept: its own line is better. */
static void
tell_origin(struct story *story, const char *text)
{
	char *client = logline_value(text, "client"),
		*user = logline_value(text, "user"),
		*sender = logline_value(text, "sender"),
		*bytes = logline_value(text, "size"),
		*size = story_size(bytes);

	story_add(story, STORY_CAME, 1, "came from %s%s%s, sender %s, %s",
		client == NULL ? "?" : strcmp(client, "local") == 0 ?
		"this server" : client, user != NULL ? ", logged in as " : "",
		user != NULL ? user : "", sender == NULL ? "?" :
		*sender == '\0' ? "none (a bounce or a notice)" : sender,
		size);
	g_free(client);
	g_free(user);
	g_free(sender);
	g_free(bytes);
	g_free(size);
}

static void
tell_failure(struct story *story, const char *text, const char *error)
{
	char *words = story_failure(logline_find(text, "defer") != NULL,
		error);

	story_add(story, STORY_FOUND, 0, "%s", words);
	g_free(words);
}

/* The log has ten times the score. */
static char *
score_words(const char *text)
{
	char *value = logline_value(text, "spam-score"), *words;

	words = value == NULL ? g_strdup("") : g_strdup_printf(
		"; spam score %.1f", g_ascii_strtod(value, NULL) / 10);
	g_free(value);
	return words;
}

static void
tell_findings(struct story *story, const char *text)
{
	char *value = logline_value(text, "findings"),
		*rules = logline_value(text, "rules"),
		*approved = logline_value(text, "approved"),
		*blocked = logline_value(text, "blocked"),
		*score = score_words(text);

	if (value != NULL && rules != NULL) {
		char *found = story_findings(value),
			*fired = story_rules(rules);

		story_add(story, STORY_FOUND, 0, "Sekisho found %s%s; %s",
			found, score, fired);
		g_free(found);
		g_free(fired);
	}
	if (approved != NULL)
		story_add(story, STORY_FOUND, 0, "the sender is approved by "
			"%s: rules against spam do not count there", approved);
	if (blocked != NULL)
		story_add(story, STORY_FOUND, 0, "the sender is blocked by %s",
			blocked);
	g_free(value);
	g_free(rules);
	g_free(approved);
	g_free(blocked);
	g_free(score);
}

void
story_sekishod(struct story *story, const char *text)
{
	char *error = logline_value(text, "error");
	size_t i;

	if (logline_find(text, "sender") == NULL) {
		story_add(story, STORY_FOUND, 0, "sekishod: %s", text);
		g_free(error);
		return;
	}
	if (story_role(story) == STORY_ORIGINAL)
		tell_origin(story, text);
	if (error != NULL) {
		tell_failure(story, text, error);
		g_free(error);
		return;
	}
	if (logline_find(text, "was") != NULL)
		story_add(story, STORY_FOUND, 0, "Sekisho let it pass, as it "
			"was released from the quarantine");
	else
		tell_findings(story, text);
	for (i = 0; i < G_N_ELEMENTS(fates); i++)
		tell_all(story, text, fates[i].key, fates[i].words,
			tell_outcome);
	tell_all(story, text, "monitor", ", which only watches, would have "
		"fired for", tell_monitor);
	/* Exim's log has them better. */
	if (!story_has(story, STORY_NOTICE))
		tell_all(story, text, "notice", "a notice goes to",
			tell_name);
}

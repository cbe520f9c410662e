/*
 * run.c - policy decisions as data: every directory is a case.
 *
 *	usage: run [-u] POLICY.XML POLICY.RNG DIRECTORY ...
 *
 * DIRECTORY/case says in lines "key value" what a mail is; the decision is
 * printed as text and compared with DIRECTORY/expected (-u writes it). The
 * policy is DIRECTORY/policy.xml, or the shipped one with example.test
 * protected, changed by the keys protect and status and with the elements of
 * DIRECTORY/rules.xml, when there is one, at its end.
 *
 *	sender, recipient (again for each), recipients N, inside yes, client,
 *	spam-score, header LINE, from, subject, size, automatic, list
 *	part file="A B.exe" type=T true=T size=N [attachment] [sealed]
 *	member part=N name=FILE [encrypted]
 *	finding kind=virus part=N name=NAME [member=FILE] [cleanable]
 *	approved RECIPIENT	he approved the sender
 *	blocked RECIPIENT	he blocked the sender
 *	trace RULE ...		print why these fire or do not
 *	protect DOMAIN, status RULE on, on-failure accept
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "policy.h"

#define TEXT_SIZE (1u << 20)

struct mail {
	struct pool *pool;
	struct sekisho_message message;
	struct inspection inspection;
	const char **approved;
	size_t approved_count;
	const char **blocked;
	size_t blocked_count;
	bool *matters;		/* for each recipient: the directory is asked */
	const char *traced;	/* rule ids, or "" */
	char *policy;		/* text of the policy */
};

static const char *shipped, *schema;

static void __attribute__((noreturn, format(printf, 1, 2)))
die(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	printf("\n");
	exit(1);
}

/* A file's text, or NULL when there is none. */
static char *
read_text(struct pool *pool, const char *directory, const char *name)
{
	const char *path = pool_printf(pool, "%s/%s", directory, name);
	char *text = pool_alloc(pool, TEXT_SIZE);
	FILE *file = fopen(path, "re");
	size_t len;

	if (file == NULL)
		return NULL;
	len = fread(text, 1, TEXT_SIZE - 1, file);
	fclose(file);
	text[len] = '\0';
	return text;
}

/* The text with the first from replaced. */
static char *
replace(struct pool *pool, const char *text, const char *from, const char *to)
{
	const char *place = strstr(text, from);

	if (place == NULL)
		die("# the shipped policy has no %s", from);
	return pool_printf(pool, "%.*s%s%s", (int)(place - text), text, to,
		place + strlen(from));
}

/* "R5 on" */
static void
switch_rule(struct mail *mail, const char *value)
{
	const char *id = pool_strndup(mail->pool, value, strcspn(value, " "));
	const char *status = value + strlen(id) + 1;
	char *rule = strstr(mail->policy, pool_printf(mail->pool,
		"<rule id=\"%s\"", id));
	char *place = rule == NULL ? NULL : strstr(rule, "status=\"");

	if (place == NULL)
		die("# the shipped policy has no rule %s", id);
	place += strlen("status=\"");
	mail->policy = pool_printf(mail->pool, "%.*s%s%s",
		(int)(place - mail->policy), mail->policy, status,
		strchr(place, '"'));
}

/* The value of name=VALUE or name="VALUE" in a line, or "". */
static const char *
field(struct mail *mail, const char *line, const char *name)
{
	const char *key = pool_printf(mail->pool, " %s=", name);
	const char *place = strstr(pool_printf(mail->pool, " %s", line), key);

	if (place == NULL)
		return "";
	place += strlen(key);
	if (*place == '"')
		return pool_strndup(mail->pool, place + 1,
			strcspn(place + 1, "\""));
	return pool_strndup(mail->pool, place, strcspn(place, " "));
}

static bool
flag(struct mail *mail, const char *line, const char *name)
{
	return strstr(pool_printf(mail->pool, " %s ", line),
		pool_printf(mail->pool, " %s ", name)) != NULL;
}

static void
add_part(struct mail *mail, const char *line)
{
	struct inspection *in = &mail->inspection;
	struct part *part = pool_append(mail->pool, &in->parts,
		&in->part_count, sizeof(*part));

	part->path = pool_printf(mail->pool, "%zu", in->part_count - 1);
	part->filename = field(mail, line, "file");
	part->type = field(mail, line, "type");
	part->true_type = field(mail, line, "true");
	part->size = strtoull(field(mail, line, "size"), NULL, 10);
	part->leaf = strncmp(part->type, "multipart/", 10) != 0 &&
		strcmp(part->type, "message/rfc822") != 0;
	part->attachment = *part->filename != '\0' ||
		flag(mail, line, "attachment");
	part->sealed = flag(mail, line, "sealed");
}

static uint32_t
part_index(struct mail *mail, const char *line)
{
	uint32_t part = (uint32_t)atoi(field(mail, line, "part"));

	if (part >= mail->inspection.part_count)
		die("# there is no such part: %s", line);
	return part;
}

static void
add_member(struct mail *mail, const char *line)
{
	struct inspection *in = &mail->inspection;
	struct member *member = pool_append(mail->pool, &in->members,
		&in->member_count, sizeof(*member));

	member->part = part_index(mail, line);
	member->name = field(mail, line, "name");
	member->encrypted = flag(mail, line, "encrypted");
}

static void
add_finding(struct mail *mail, const char *line)
{
	const char *kind = field(mail, line, "kind");
	struct finding finding = {
		.part = part_index(mail, line),
		.name = field(mail, line, "name"),
		.member = field(mail, line, "member"),
		.cleanable = flag(mail, line, "cleanable"),
	};

	while (finding.kind < FINDING_KINDS &&
	       strcmp(finding_kind_name(finding.kind), kind) != 0)
		finding.kind++;
	if (finding.kind == FINDING_KINDS)
		die("# there is no such finding: %s", line);
	inspection_add(&mail->inspection, mail->pool, &finding);
}

static void
add_text(struct mail *mail, const char ***list_p, size_t *count_p,
	const char *text)
{
	*(const char **)pool_append(mail->pool, list_p, count_p,
		sizeof(char *)) = text;
}

/* "1500": that many recipients bulk0@example.test ... */
static void
add_recipients(struct mail *mail, const char *value)
{
	int i;

	for (i = 0; i < atoi(value); i++)
		add_text(mail, &mail->message.recipients,
			&mail->message.recipient_count, pool_printf(mail->pool,
			"bulk%d@example.test", i));
}

static void
take_policy_line(struct mail *mail, const char *key, const char *value)
{
	if (strcmp(key, "protect") == 0)
		mail->policy = replace(mail->pool, mail->policy,
			"</protected>", pool_printf(mail->pool,
			"<domain>%s</domain></protected>", value));
	else if (strcmp(key, "status") == 0)
		switch_rule(mail, value);
	else if (strcmp(key, "on-failure") == 0)
		mail->policy = replace(mail->pool, mail->policy,
			"on-failure=\"defer\"", pool_printf(mail->pool,
			"on-failure=\"%s\"", value));
	else if (strcmp(key, "trace") == 0)
		mail->traced = pool_printf(mail->pool, " %s ", value);
	else
		die("# unknown key: %s", key);
}

static void
take_line(struct mail *mail, const char *key, const char *value)
{
	struct sekisho_message *message = &mail->message;
	struct inspection *in = &mail->inspection;

	if (strcmp(key, "sender") == 0)
		message->sender = value;
	else if (strcmp(key, "recipient") == 0)
		add_text(mail, &message->recipients,
			&message->recipient_count, value);
	else if (strcmp(key, "recipients") == 0)
		add_recipients(mail, value);
	else if (strcmp(key, "approved") == 0)
		add_text(mail, &mail->approved, &mail->approved_count, value);
	else if (strcmp(key, "blocked") == 0)
		add_text(mail, &mail->blocked, &mail->blocked_count, value);
	else if (strcmp(key, "inside") == 0)
		message->inside = strcmp(value, "yes") == 0;
	else if (strcmp(key, "client") == 0)
		message->client_address = value;
	else if (strcmp(key, "spam-score") == 0)
		message->spam_score = value;
	else if (strcmp(key, "header") == 0)
		message->headers = pool_printf(mail->pool, "%s%s\n",
			message->headers, value);
	else if (strcmp(key, "from") == 0)
		in->from = value;
	else if (strcmp(key, "subject") == 0)
		in->subject = value;
	else if (strcmp(key, "size") == 0)
		in->parts[0].size = strtoull(value, NULL, 10);
	else if (strcmp(key, "automatic") == 0)
		in->automatic = true;
	else if (strcmp(key, "list") == 0)
		in->list = true;
	else if (strcmp(key, "part") == 0)
		add_part(mail, value);
	else if (strcmp(key, "member") == 0)
		add_member(mail, value);
	else if (strcmp(key, "finding") == 0)
		add_finding(mail, value);
	else
		take_policy_line(mail, key, value);
}

static void
mail_read(struct mail *mail, const char *directory)
{
	char *text = read_text(mail->pool, directory, "case");
	char *rules = read_text(mail->pool, directory, "rules.xml");
	char *line, *value, *state;

	if (text == NULL)
		die("# %s/case is missing", directory);
	mail->policy = read_text(mail->pool, directory, "policy.xml");
	if (mail->policy == NULL)
		mail->policy = replace(mail->pool, read_text(mail->pool, ".",
			shipped), "<domain>example.com<",
			"<domain>example.test<");
	for (line = strtok_r(text, "\n", &state); line != NULL;
	     line = strtok_r(NULL, "\n", &state)) {
		if (*line == '#')
			continue;
		value = line + strcspn(line, " ");
		if (*value != '\0')
			*value++ = '\0';
		take_line(mail, line, value);
	}
	if (rules != NULL)
		mail->policy = replace(mail->pool, mail->policy, "</policy>",
			pool_printf(mail->pool, "%s</policy>", rules));
	mail->message.headers_len = strlen(mail->message.headers);
}

static void
print_outcome(const struct decision_outcome *outcome, size_t number, FILE *out)
{
	static const char *const kinds[EDIT_KINDS] = { "clean", "remove",
		"stamp" };
	const struct edit *edit;
	size_t i;

	fprintf(out, "outcome %zu %s", number,
		sekisho_fate_name(outcome->fate));
	if (*outcome->fate_rule != '\0')
		fprintf(out, " by %s", outcome->fate_rule);
	fprintf(out, "\n");
	for (i = 0; i < outcome->rule_count; i++)
		fprintf(out, "  rule %s\n", outcome->rules[i]);
	if (outcome->fate == SEKISHO_HOLD)
		fprintf(out, "  held as %s: %s\n",
			sekisho_held_class_name(outcome->held_class),
			outcome->fate_name);
	if (*outcome->quarantine != '\0')
		fprintf(out, "  in %s\n", outcome->quarantine);
	if (*outcome->text != '\0')
		fprintf(out, "  text %s\n", outcome->text);
	for (i = 0; i < outcome->tag_count; i++)
		fprintf(out, "  tag %s\n", outcome->tags[i]);
	for (i = 0; i < outcome->header_count; i++)
		fprintf(out, "  header %s: %s\n", outcome->headers[i].name,
			outcome->headers[i].value);
	for (i = 0; i < outcome->edits.count; i++) {
		edit = &outcome->edits.edits[i];
		fprintf(out, "  %s %u: %s\n", kinds[edit->kind], edit->part,
			edit->text);
		if (edit->member_text != NULL && *edit->member_text != '\0')
			fprintf(out, "    in a zip: %s\n", edit->member_text);
	}
	if (*outcome->virus_names != '\0')
		fprintf(out, "  virus %s\n  file %s\n", outcome->virus_names,
			outcome->virus_files);
	if (*outcome->actions != '\0')
		fprintf(out, "  actions %s\n", outcome->actions);
}

static void
print_monitors(const struct mail *mail, const struct decision *decision,
	FILE *out)
{
	const struct decision_monitor *monitor;
	size_t i, k;

	for (i = 0; i < decision->monitor_count; i++) {
		monitor = &decision->monitors[i];
		for (k = 0; k < mail->message.recipient_count; k++)
			if (monitor->recipients[k])
				fprintf(out, "monitor %s for %s\n",
					monitor->rule,
					mail->message.recipients[k]);
	}
}

static void
print_decision(const struct mail *mail, const struct policy *policy,
	const struct decision *decision, FILE *out)
{
	const struct sekisho_message *message = &mail->message;
	const struct decision_notice *notice;
	size_t i, count = message->recipient_count;

	if (decision->defer)
		fprintf(out, "defer\n");
	for (i = 0; i < decision->outcome_count; i++)
		print_outcome(&decision->outcomes[i], i, out);
	for (i = 0; i < count && count <= 20; i++)
		fprintf(out, "%s outcome %zu%s\n", message->recipients[i],
			decision->recipient_outcome[i], mail->matters[i] ?
			", approvals matter" : "");
	if (count > 20)
		fprintf(out, "%zu recipients\n", count);
	print_monitors(mail, decision, out);
	if (policy_wants_types(policy))
		fprintf(out, "types matter\n");
	for (i = 0; i < decision->notice_count && i < 20; i++) {
		notice = &decision->notices[i];
		fprintf(out, "notice %s to %s by %s about outcome %zu in %s\n",
			notice->template, notice->recipient, notice->rule,
			notice->outcome, policy_notice_language(policy,
			notice->recipient));
	}
	if (i < decision->notice_count)
		fprintf(out, "%zu notices\n", decision->notice_count);
}

static void
print_trace(const struct mail *mail, const struct trace *trace, FILE *out)
{
	const struct trace_line *line;
	size_t i;

	for (i = 0; i < trace->count; i++) {
		line = &trace->lines[i];
		if (strstr(mail->traced, pool_printf(mail->pool, " %s ",
		    line->rule)) != NULL)
			fprintf(out, "%s for %s %s: %s\n", line->rule,
				line->recipient, line->fired ? "fired" :
				"not", line->reason);
	}
}

/* Whose approvals does a clerk ask for? */
static void
find_matters(struct mail *mail, const struct policy *policy)
{
	const struct sekisho_message *message = &mail->message;
	struct policy_case facts = { .message = message,
		.inspection = &mail->inspection };
	struct decision *decision = policy_decide(policy, &facts, mail->pool,
		NULL);
	size_t i, count = message->recipient_count;

	mail->matters = pool_array(mail->pool, count + 1, sizeof(bool));
	for (i = 0; i < count; i++)
		mail->matters[i] = decision->recipient_spam[i] &&
			policy_wants_approval(policy, message,
			message->recipients[i]);
}

/* The decision as text; only: without approvals that do not matter. */
static char *
decide(struct mail *mail, const struct policy *policy, bool only,
	struct trace *trace)
{
	size_t i, k, len, count = mail->message.recipient_count;
	enum senders_opinion *opinions = pool_array(mail->pool, count + 1,
		sizeof(*opinions));
	struct policy_case facts = { .message = &mail->message,
		.inspection = &mail->inspection, .opinions = opinions };
	char *text, *copy;
	FILE *out = open_memstream(&text, &len);

	for (i = 0; i < count; i++) {
		for (k = 0; k < mail->approved_count; k++)
			if (strcmp(mail->approved[k],
			    mail->message.recipients[i]) == 0 &&
			    (!only || mail->matters[i]))
				opinions[i] = OPINION_APPROVED;
		for (k = 0; k < mail->blocked_count; k++)
			if (strcmp(mail->blocked[k],
			    mail->message.recipients[i]) == 0 &&
			    (!only || policy_wants_blocks(policy,
			    &mail->message, mail->message.recipients[i])))
				opinions[i] = OPINION_BLOCKED;
	}
	print_decision(mail, policy, policy_decide(policy, &facts, mail->pool,
		trace), out);
	fclose(out);
	copy = pool_strdup(mail->pool, text);
	free(text);
	return copy;
}

static void
decide_and_print(struct mail *mail, const struct policy *policy, FILE *out)
{
	struct trace trace = { 0 };
	char *text;

	find_matters(mail, policy);
	text = decide(mail, policy, false, *mail->traced != '\0' ? &trace :
		NULL);
	fputs(text, out);
	if (strcmp(text, decide(mail, policy, true, NULL)) != 0)
		fputs("approvals that do not matter make a difference\n", out);
	print_trace(mail, &trace, out);
}

/* What became of the case, in pool. */
static char *
case_run(struct mail *mail, const char *directory)
{
	struct sekisho_error err = { "" };
	struct policy *policy;
	char file[] = "/tmp/policy-XXXXXX";
	char *text, *copy;
	size_t len;
	FILE *out;
	int fd = mkstemp(file);

	if (fd < 0 || dprintf(fd, "%s", mail->policy) < 0 || close(fd) < 0)
		die("# cannot write %s", file);
	policy = policy_load(file, schema, &err);
	unlink(file);
	out = open_memstream(&text, &len);
	if (policy != NULL)
		decide_and_print(mail, policy, out);
	else
		fprintf(out, "refused policy.xml%s\n", err.text +
			(strncmp(err.text, file, strlen(file)) == 0 ?
			strlen(file) : 0));
	fclose(out);
	policy_free(policy);
	copy = pool_strdup(mail->pool, text);
	free(text);
	return copy;
}

static bool
case_check(const char *directory, bool update)
{
	struct mail mail = { .pool = pool_new(), .traced = "" };
	struct sekisho_message *message = &mail.message;
	const char *name = strrchr(directory, '/');
	char *got, *expected;
	bool good;
	FILE *file;

	name = name == NULL ? directory : name + 1;
	message->id = message->sender = message->client_address = "";
	message->helo = message->authenticated_id = message->spam_score = "";
	message->headers = "";
	inspection_init(&mail.inspection, mail.pool);
	mail_read(&mail, directory);
	got = case_run(&mail, directory);
	if (update) {
		file = fopen(pool_printf(mail.pool, "%s/expected", directory),
			"we");
		if (file == NULL || fputs(got, file) < 0 || fclose(file) != 0)
			die("# cannot write %s/expected", directory);
	}
	expected = read_text(mail.pool, directory, "expected");
	good = expected != NULL && strcmp(got, expected) == 0;
	if (!good)
		printf("# got:\n%s# expected:\n%s", got,
			expected != NULL ? expected : "(no such file)\n");
	printf("%s policy/%s\n", good ? "ok" : "not ok", name);
	pool_free(mail.pool);
	return good;
}

int
main(int argc, char *argv[])
{
	bool update = argc > 1 && strcmp(argv[1], "-u") == 0, good = true;
	size_t len;
	int i;

	argv += update;
	argc -= update;
	if (argc < 4)
		die("usage: run [-u] POLICY.XML POLICY.RNG DIRECTORY ...");
	shipped = argv[1];
	schema = argv[2];
	for (i = 3; i < argc; i++) {
		len = strlen(argv[i]);
		if (len > 1 && argv[i][len - 1] == '/')
			argv[i][len - 1] = '\0';
		good &= case_check(argv[i], update);
	}
	return good ? 0 : 1;
}

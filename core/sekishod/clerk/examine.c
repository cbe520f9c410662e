/*
 * examine.c - the path of one message, one function for each step.
 *
 * This is the file to read first. A clerk calls examine() for Exim's module,
 * `sekisho explain` for a curious administrator; plan-making and notices come
 * afterwards (planner.c).
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "assemble.h"
#include "channel.h"
#include "directory.h"
#include "examine.h"
#include "headerfield.h"
#include "inspect.h"
#include "inspectors.h"
#include "log.h"
#include "mapping.h"
#include "poison.h"
#include "release.h"
#include "rewrite.h"
#include "text.h"

/* The same for each try of this mail; false when it cannot be known. */
static bool
mail_key(const struct examination *ex, uint64_t *key_r)
{
	size_t start = ex->message->headers_len + 1;
	char *map;

	if (start > ex->size)
		return false;
	map = mapping_of_file(ex->message_fd, ex->size, NULL);
	if (map == NULL)
		return false;
	*key_r = poison_key(ex->message, map + start, ex->size - start);
	munmap(map, ex->size);
	return true;
}

/*
 * Has the mail been tried often enough? dead: inspectors died over it right
 * now. Who only wants to know why (explain) is not counted.
 */
static bool
is_poison(const struct examination *ex, bool dead)
{
	struct poison *poison = ex->checkpoint->poison;
	unsigned int tries, limit = ex->checkpoint->config->poison_tries;
	int64_t now = sekisho_now();
	uint64_t key;

	if (poison == NULL || limit == 0 || ex->trace != NULL ||
	    (!dead && !poison_any(poison, now)) || !mail_key(ex, &key))
		return false;
	tries = dead ? poison_add(poison, key, now) :
		poison_tries(poison, key, now);
	if (dead && tries >= limit)
		log_line(LOG_LEVEL_ERROR, "id=%s inspectors died over this "
			"message at each of %u tries; it counts as one that "
			"cannot be scanned (" POISON_NAME ")", ex->message->id,
			tries);
	return tries >= limit;
}

/* What is known of a mail that nobody can look into. */
static void
find_poison(struct examination *ex)
{
	static const struct finding finding = { .kind = FINDING_UNSCANNABLE,
		.name = POISON_NAME, .member = "" };

	inspection_init(&ex->inspection, ex->pool);
	inspection_add(&ex->inspection, ex->pool, &finding);
	ex->inspection.parts[0].size = ex->size;
}

/* What was found in the same mail for another recipient, made this one's. */
static void
adopt(struct examination *ex)
{
	const char *at = ex->message->headers, *text;
	const char *end = at + ex->message->headers_len;
	struct inspection *inspection = &ex->inspection;
	struct header_field field;

	inspection->parts[0].size = ex->size;
	inspection->message_id = inspection->date = "";
	while (header_field_next(&at, end, &field)) {
		if (!header_field_is(&field, "Message-ID") &&
		    !header_field_is(&field, "Date"))
			continue;
		text = header_field_text(&field, ex->pool);
		text = text_clean(ex->pool, text, strlen(text));
		if (header_field_is(&field, "Date"))
			inspection->date = text;
		else
			inspection->message_id = text;
	}
}

/* In the jail, unless the same mail was there before. */
static int
inspect_in_jail(struct examination *ex, bool types, struct sekisho_error *err)
{
	struct inspectors inspectors = {
		.run_dir = ex->checkpoint->config->run_dir,
		.none = ex->checkpoint->config->inspectors == 0,
		.deadline = ex->deadline,
		.pool = ex->pool,
		.verdicts = ex->trace == NULL ? ex->checkpoint->verdicts :
			NULL,
	};
	struct verdict_key key;
	void *map;
	int result;

	if (inspectors.verdicts != NULL) {
		map = mapping_of_file(ex->message_fd, ex->size, err);
		if (map == NULL)
			return -1;
		verdicts_key(inspectors.verdicts, ex->message, map, ex->size,
			types, &key);
		munmap(map, ex->size);
	}
	result = inspectors_inspect(&inspectors, ex->message_fd, types, &key,
		&ex->inspection, err);
	ex->known = inspectors.known;
	if (ex->known)
		adopt(ex);
	if (!inspectors.killed || !is_poison(ex, true))
		return result;
	find_poison(ex);
	return 0;
}

/* Step 2: in the jail, or (explain on its own) in this process. */
static int
step_inspect(struct examination *ex, struct sekisho_error *err)
{
	bool types = ex->trace != NULL ||
		policy_wants_types(ex->checkpoint->policy);
	void *map;
	int result;

	if (is_poison(ex, false)) {
		find_poison(ex);
		return 0;
	}
	if (ex->checkpoint->engine == NULL)
		return inspect_in_jail(ex, types, err);
	map = mapping_of_file(ex->message_fd, ex->size, err);
	if (map == NULL)
		return -1;
	result = inspect_message(ex->checkpoint->engine, map, ex->size,
		types, ex->pool, &ex->inspection, err);
	munmap(map, ex->size);
	return result;
}

/* Step 3: pure thought. */
static void
step_decide(struct examination *ex)
{
	struct policy_case facts = {
		.message = ex->message,
		.inspection = &ex->inspection,
		.opinions = ex->opinions,
	};

	if (ex->trace != NULL)
		memset(ex->trace, 0, sizeof(*ex->trace));
	ex->decision = policy_decide(ex->checkpoint->policy, &facts, ex->pool,
		ex->trace);
}

/* The lists of this recipient that matter, 1 << list; possible_r: could. */
static unsigned char
wanted_lists(const struct examination *ex, size_t recipient,
	unsigned char *possible_r)
{
	const struct policy *policy = ex->checkpoint->policy;
	const char *address = ex->message->recipients[recipient];
	unsigned char wanted = 0;

	if (policy_wants_blocks(policy, ex->message, address))
		wanted = *possible_r = 1u << SENDERS_BLOCKED;
	if (!policy_wants_approval(policy, ex->message, address))
		return wanted;
	*possible_r |= 1u << SENDERS_APPROVED;
	if (ex->decision->recipient_spam[recipient] || ex->trace != NULL)
		wanted |= 1u << SENDERS_APPROVED;
	return wanted;
}

/*
 * Step 4: one search for all recipients whose lists matter. A block always
 * does; most mail is not spam and needs no approval; still it does not pass
 * while the directory is away (SPEC O4). `sekisho explain` wants to know in
 * any case.
 */
static int
step_opinions(struct examination *ex, struct sekisho_error *err)
{
	const struct approval *approval = &ex->approval;
	size_t i, count = ex->message->recipient_count;
	unsigned char *wanted = pool_array(ex->pool, count + 1, 1);
	struct directory_question question = {
		.recipients = ex->message->recipients,
		.wanted = wanted,
		.recipient_count = count,
	};
	unsigned char possible = 0, needed = 0;
	bool any = false;

	approval_weigh(ex->message, ex->inspection.from,
		ex->checkpoint->config->alignment, ex->checkpoint->policy,
		ex->pool, &ex->approval);
	if (ex->checkpoint->directory == NULL)
		return 0;
	for (i = 0; i < count; i++) {
		wanted[i] = wanted_lists(ex, i, &possible);
		needed |= wanted[i];
	}
	if (needed & 1u << SENDERS_APPROVED) {
		question.lists[SENDERS_APPROVED].entries = approval->entries;
		question.lists[SENDERS_APPROVED].count = approval->entry_count;
	}
	if (needed & 1u << SENDERS_BLOCKED) {
		question.lists[SENDERS_BLOCKED].entries = approval->blocks;
		question.lists[SENDERS_BLOCKED].count = approval->block_count;
	}
	if (possible == 0 || approval->block_count == 0)
		return 0;
	if (needed == 0)
		return approval->entry_count == 0 ? 0 : directory_ready(
			ex->checkpoint->directory, ex->deadline, err);
	if (directory_opinions(ex->checkpoint->directory, &question,
	    ex->deadline, ex->opinions, err) < 0)
		return -1;
	for (i = 0; i < count; i++)
		any |= ex->opinions[i] != OPINION_NONE;
	if (any || ex->trace != NULL)
		step_decide(ex);
	return 0;
}

static enum rewrite_result
rewrite_here(struct examination *ex, const struct edit_list *edits, int out,
	struct sekisho_error *err)
{
	enum rewrite_result result = REWRITE_FAILED;
	struct sekisho_buf entity;
	void *map;

	map = mapping_of_file(ex->message_fd, ex->size, err);
	if (map == NULL)
		return REWRITE_FAILED;
	sekisho_buf_init(&entity, SEKISHO_MESSAGE_MAX);
	result = rewrite_message(ex->checkpoint->engine, map, ex->size, edits,
		&entity, err);
	if (result == REWRITE_DONE && write(out, entity.data, entity.len) !=
	    (ssize_t)entity.len)
		result = REWRITE_FAILED;
	sekisho_buf_free(&entity);
	munmap(map, ex->size);
	return result;
}

/* Makes one more variant of the body. */
static enum rewrite_result
make_variant(struct examination *ex, const struct edit_list *edits,
	struct sekisho_error *err)
{
	struct inspectors inspectors = {
		.run_dir = ex->checkpoint->config->run_dir,
		.none = ex->checkpoint->config->inspectors == 0,
		.deadline = ex->deadline,
		.pool = ex->pool,
	};
	enum rewrite_result result;
	int fd;

	if (ex->variant_count == SEKISHO_VARIANTS_MAX) {
		sekisho_error_set(err, "more than %u different bodies",
			SEKISHO_VARIANTS_MAX);
		return REWRITE_FAILED;
	}
	fd = memfd_create("sekisho-variant", MFD_CLOEXEC);
	if (fd < 0) {
		sekisho_error_set(err, "memfd: %s", strerror(errno));
		return REWRITE_FAILED;
	}
	ex->variant_fds[ex->variant_count++] = fd;
	if (ex->checkpoint->engine != NULL)
		return rewrite_here(ex, edits, fd, err);
	result = inspectors_rewrite(&inspectors, ex->message_fd, edits, fd,
		err);
	ex->killed = inspectors.killed;
	return result;
}

static void
drop_variants(struct examination *ex)
{
	while (ex->variant_count > 0)
		close(ex->variant_fds[--ex->variant_count]);
}

/* The variant that an earlier outcome with the same edits has, or 0. */
static uint32_t
find_variant(const struct examination *ex, size_t outcome)
{
	const struct decision_outcome *outcomes = ex->decision->outcomes;
	size_t i;

	for (i = 0; i < outcome; i++)
		if (ex->outcome_variant[i] != 0 && edit_list_equal(
		    &outcomes[i].edits, &outcomes[outcome].edits))
			return ex->outcome_variant[i];
	return 0;
}

/* Step 5: the new bodies, each different one once. */
static enum rewrite_result
step_rewrite(struct examination *ex, struct sekisho_error *err)
{
	const struct decision *decision = ex->decision;
	enum rewrite_result result;
	size_t i;

	ex->outcome_variant = pool_array(ex->pool, decision->outcome_count + 1,
		sizeof(uint32_t));
	for (i = 0; i < decision->outcome_count; i++) {
		if (decision->outcomes[i].fate != SEKISHO_DELIVER ||
		    decision->outcomes[i].edits.count == 0)
			continue;
		ex->outcome_variant[i] = find_variant(ex, i);
		if (ex->outcome_variant[i] != 0)
			continue;
		result = make_variant(ex, &decision->outcomes[i].edits, err);
		if (result != REWRITE_DONE)
			return result;
		ex->outcome_variant[i] = ex->variant_count;
	}
	return REWRITE_DONE;
}

/*
 * What could not be cleaned after all is not cleanable (SPEC R1). False when
 * nothing was learned that could lead to another decision.
 */
static bool
learn_from(struct examination *ex, enum rewrite_result result)
{
	size_t i;

	if (result == REWRITE_FAILED) {
		if (!ex->killed || !is_poison(ex, true))
			return false;
		find_poison(ex);
		return true;
	}
	for (i = 0; i < ex->inspection.finding_count; i++)
		ex->inspection.findings[i].cleanable = false;
	return true;
}

/* It was scanned when it left the quarantine, and no rule is asked again. */
static void
pass_released(struct examination *ex)
{
	static const struct decision_outcome pass = { .fate = SEKISHO_DELIVER,
		.text = "", .fate_rule = "", .fate_name = "",
		.quarantine = "", .virus_names = "", .virus_files = "",
		.actions = "" };
	size_t count = ex->message->recipient_count;
	struct decision *decision = pool_alloc(ex->pool, sizeof(*decision));

	inspection_init(&ex->inspection, ex->pool);
	ex->opinions = pool_array(ex->pool, count + 1, sizeof(*ex->opinions));
	decision->outcomes = pool_alloc(ex->pool, sizeof(pass));
	*decision->outcomes = pass;
	decision->outcome_count = 1;
	decision->recipient_outcome = pool_array(ex->pool, count + 1,
		sizeof(size_t));
	decision->recipient_spam = pool_array(ex->pool, count + 1,
		sizeof(bool));
	ex->decision = decision;
	ex->outcome_variant = pool_array(ex->pool, 1, sizeof(uint32_t));
	ex->step = STEP_PLAN;
}

int
examine(struct examination *ex, int body_fd, struct sekisho_error *err)
{
	enum rewrite_result result;

	ex->step = STEP_COPY;
	ex->message_fd = assemble_message(ex->message, body_fd, &ex->size,
		err);
	if (ex->message_fd < 0)
		return -1;
	ex->released_id = ex->trace == NULL ? release_id(ex) : NULL;
	if (ex->released_id != NULL) {
		pass_released(ex);
		return 0;
	}
	ex->step = STEP_INSPECT;
	if (step_inspect(ex, err) < 0)
		return -1;
	ex->opinions = pool_array(ex->pool, ex->message->recipient_count + 1,
		sizeof(*ex->opinions));
	step_decide(ex);
	ex->step = STEP_OPINIONS;
	if (step_opinions(ex, err) < 0)
		return -1;
	ex->step = STEP_REWRITE;
	result = step_rewrite(ex, err);
	if (result != REWRITE_DONE && learn_from(ex, result)) {
		drop_variants(ex);
		step_decide(ex);
		result = step_rewrite(ex, err);
	}
	if (result != REWRITE_DONE)
		return -1;
	ex->step = STEP_PLAN;
	return 0;
}

void
examine_end(struct examination *ex)
{
	drop_variants(ex);
	if (ex->message_fd >= 0)
		close(ex->message_fd);
	ex->message_fd = -1;
}

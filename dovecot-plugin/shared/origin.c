/*
 * origin.c - senders in words.
 */
#include "dovecot-compat.h"
#include <str.h>
#include <str-sanitize.h>

#include "origin.h"

#define ADDRESS_SHOWN 80u	/* characters, so that a line is not too long */

static const struct {
	const char *proof, *english, *japanese;
} proofs[] = {
	{ "dmarc", ", proved by DMARC", "(DMARC で認証済み)" },
	{ "dkim", ", proved by DKIM", "(DKIM で認証済み)" },
	{ "spf", ", proved by SPF", "(SPF で認証済み)" },
	{ "inside", ", of this site", "(このサイトの送信者)" },
	{ "failed", ", NOT the true sender", "(本人ではありません)" },
	{ "none", ", not proved", "(未認証)" },
	{ "unknown", ", not checked", "(未確認)" },
	{ "", "", "" },
};

const struct origin *
origin_of_held(const struct sekisho_held *held)
{
	struct origin *origin;

	if (*held->proof == '\0')
		return NULL;
	origin = t_new(struct origin, 1);
	origin->from = held->from;
	origin->proof = held->proof;
	origin->sender = held->sender;
	return origin;
}

const struct origin *
origin_dup(pool_t pool, const struct origin *origin)
{
	struct origin *copy;

	if (origin == NULL)
		return NULL;
	copy = p_new(pool, struct origin, 1);
	copy->from = p_strdup(pool, origin->from);
	copy->proof = p_strdup(pool, origin->proof);
	copy->sender = p_strdup(pool, origin->sender);
	return copy;
}

/* A word that a later sekishod has says nothing here. */
static unsigned int
proof_of(const struct origin *origin)
{
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(proofs) - 1; i++)
		if (strcmp(proofs[i].proof, origin->proof) == 0)
			break;
	return i;
}

const char *
origin_field(const struct origin *origin)
{
	const char *const values[][2] = {
		{ "from=", str_sanitize_utf8(origin->from, ADDRESS_SHOWN) },
		{ ";\n proof=", origin->proof },
		{ ";\n sender=", str_sanitize_utf8(origin->sender,
			ADDRESS_SHOWN) },
	};
	struct sekisho_buf field;
	const char *text;
	unsigned int i;

	sekisho_buf_init(&field, SEKISHO_HELD_MAX);
	for (i = 0; i < N_ELEMENTS(values); i++) {
		sekisho_buf_puts(&field, values[i][0]);
		sekisho_held_put_value(&field, values[i][1]);
	}
	text = t_strdup(field.failed ? "" : field.data);
	sekisho_buf_free(&field);
	return text;
}

static const char *
shown(const char *address, const char *nobody)
{
	return *address == '\0' ? nobody :
		str_sanitize_utf8(address, ADDRESS_SHOWN);
}

const char *
origin_english(const struct origin *origin)
{
	return t_strdup_printf("from %s%s; sent by %s",
		shown(origin->from, "nobody"),
		proofs[proof_of(origin)].english,
		shown(origin->sender, "a mail server"));
}

const char *
origin_japanese(const struct origin *origin)
{
	return t_strdup_printf("差出人 %s%s、送信元 %s",
		shown(origin->from, "なし"),
		proofs[proof_of(origin)].japanese,
		shown(origin->sender, "メールサーバー"));
}

/*
 * senders.c - entries of lists of senders, checked and written in one way, so
 * that equal ones are equal everywhere.
 */
#include <glib.h>
#include <idn2.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "address.h"
#include "senders.h"
#include "charset.h"
#include "suffix.h"

#define TEXT_MAX 2000u		/* longer is not worth a look */

static const char *const refusal_words[SENDERS_REFUSALS] = {
	[SENDERS_OK] = "ok",
	[SENDERS_EMPTY] = "empty",
	[SENDERS_TOO_LONG] = "too-long",
	[SENDERS_CHARACTERS] = "characters",
	[SENDERS_SYNTAX] = "syntax",
	[SENDERS_DOMAIN] = "domain",
	[SENDERS_TOO_WIDE] = "too-wide",
};

const char *
senders_refusal_word(enum senders_refusal refusal)
{
	return refusal < SENDERS_REFUSALS ? refusal_words[refusal] : "?";
}

const char *
senders_list_name(enum senders_list list)
{
	return list == SENDERS_BLOCKED ? "blocked" : "approved";
}

/* What caseIgnoreMatch compares (RFC 4518): a local part may be UTF-8. */
static char *
folded(const char *text)
{
	char *normal = g_utf8_normalize(text, -1, G_NORMALIZE_NFKC);
	char *fold = normal == NULL ? NULL : g_utf8_casefold(normal, -1);

	g_free(normal);
	return fold;
}

bool
senders_equal(const char *a, const char *b)
{
	char *one, *other;
	bool equal;

	if (strcasecmp(a, b) == 0)
		return true;
	one = folded(a);
	other = folded(b);
	equal = one != NULL && other != NULL && strcmp(one, other) == 0;
	g_free(one);
	g_free(other);
	return equal;
}

/* Letters, digits and the rest of atext (RFC 5322), without "*"; dots anywhere,
 * as some providers have them. Whatever is not ASCII passes (RFC 6531). */
#define LOCAL_PART "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ" \
	"0123456789!#$%&'+-/=?^_`{|}~."
#define LABEL "abcdefghijklmnopqrstuvwxyz0123456789-_"

/* Blanks of any script, controls, marks that nobody sees. */
static bool
is_invisible(uint32_t code)
{
	return code <= ' ' || (code >= 0x7f && code <= 0xa0) ||
		code == 0xad || code == 0x1680 ||
		(code >= 0x2000 && code <= 0x200f) ||
		(code >= 0x2028 && code <= 0x202f) ||
		(code >= 0x205f && code <= 0x206f) || code == 0x3000 ||
		code == 0xfeff;
}

static bool
is_visible_text(const char *text, size_t len)
{
	uint32_t code;
	size_t n;

	for (; len > 0; text += n, len -= n) {
		n = charset_utf8_next(text, len, &code);
		if (n == 0 || is_invisible(code))
			return false;
	}
	return true;
}

/* Labels of letters, digits, "-" and "_", the last not a number. */
static bool
is_domain(const char *domain)
{
	const char *label = domain;
	size_t len;

	if (strlen(domain) > SENDERS_DOMAIN_MAX)
		return false;
	for (;;) {
		len = strspn(label, LABEL);
		if (len == 0 || len > 63 || *label == '-' ||
		    label[len - 1] == '-')
			return false;
		if (label[len] == '\0')
			return strspn(label, "0123456789") < len;
		if (label[len] != '.')
			return false;
		label += len + 1;
	}
}

const char *
senders_domain(const char *domain, struct pool *pool)
{
	uint8_t *ascii = NULL;
	char *copy = NULL;
	size_t len;

	if (idn2_lookup_u8((const uint8_t *)domain, &ascii, IDN2_NFC_INPUT |
	    IDN2_NONTRANSITIONAL) != IDN2_OK)
		return NULL;
	copy = pool_strdup(pool, (const char *)ascii);
	idn2_free(ascii);
	len = strlen(copy);
	if (len > 0 && copy[len - 1] == '.')
		copy[len - 1] = '\0';
	return is_domain(copy) ? copy : NULL;
}

static bool
is_local_part(const char *text, size_t len)
{
	size_t i;

	if (len == 0 || len > SENDERS_LOCAL_MAX)
		return false;
	for (i = 0; i < len; i++)
		if ((unsigned char)text[i] < 0x80 &&
		    strchr(LOCAL_PART, text[i]) == NULL)
			return false;
	return true;
}

static enum senders_refusal
refuse(enum senders_refusal refusal, struct sekisho_error *err,
	const char *sentence)
{
	sekisho_error_set(err, "%s", sentence);
	return refusal;
}

/* What is before and after the last "@" of an entry. */
static enum senders_refusal
check_domain(const char *domain, bool wildcard, struct sekisho_error *err)
{
	if (wildcard && (strchr(domain, '.') == NULL ||
	    suffix_is_public(domain))) {
		sekisho_error_set(err, "*@%s stands for everybody below "
			"\"%s\"; name the domain of one sender", domain,
			domain);
		return SENDERS_TOO_WIDE;
	}
	if (strchr(domain, '.') == NULL)
		return refuse(SENDERS_DOMAIN, err,
			"the domain of an address has a dot: "
			"user01@example.com");
	return SENDERS_OK;
}

static enum senders_refusal
check_form(const char *text, size_t len, struct sekisho_error *err)
{
	const char *at;

	if (len == 0)
		return refuse(SENDERS_EMPTY, err, "nothing was entered");
	if (len > TEXT_MAX)
		return refuse(SENDERS_TOO_LONG, err, "too long for an "
			"address");
	if (!is_visible_text(text, len))
		return refuse(SENDERS_CHARACTERS, err, "blanks and control "
			"characters cannot be in an address");
	at = memrchr(text, '@', len);
	if ((at == NULL && *text == '*' && len == 1) || (at != NULL &&
	    text[len - 1] == '*' && *text == '*'))
		return refuse(SENDERS_TOO_WIDE, err, "this stands for "
			"everybody; write user01@example.com or "
			"*@example.com");
	if (at == NULL || at == text)
		return refuse(SENDERS_SYNTAX, err, "write user01@example.com "
			"for an address or *@example.com for a whole domain");
	if (at != text + 1 && memchr(text, '*', (size_t)(at - text)) != NULL)
		return refuse(SENDERS_SYNTAX, err, "before \"@\" stands a "
			"whole local part, or \"*\" alone");
	if (at - text > (ptrdiff_t)SENDERS_LOCAL_MAX)
		return refuse(SENDERS_TOO_LONG, err, "before \"@\" stand at "
			"most 64 bytes");
	return SENDERS_OK;
}

enum senders_refusal
senders_canonical(const char *text, struct pool *pool,
	const char **canonical_r, struct sekisho_error *err)
{
	enum senders_refusal refusal;
	const char *domain;
	size_t len, local;
	bool wildcard;

	text += strspn(text, " \t\r\n");
	len = strlen(text);
	while (len > 0 && strchr(" \t\r\n", text[len - 1]) != NULL)
		len--;
	refusal = check_form(text, len, err);
	if (refusal != SENDERS_OK)
		return refusal;
	text = pool_strndup(pool, text, len);
	local = (size_t)(strrchr(text, '@') - text);
	wildcard = local == 1 && *text == '*';
	if (!wildcard && !is_local_part(text, local))
		return refuse(SENDERS_SYNTAX, err, "this is no mail address; "
			"write it like user01@example.com");
	domain = senders_domain(text + local + 1, pool);
	if (domain == NULL)
		return refuse(SENDERS_DOMAIN, err, "what follows \"@\" is no "
			"domain");
	refusal = check_domain(domain, wildcard, err);
	if (refusal == SENDERS_OK)
		*canonical_r = pool_printf(pool, "%.*s@%s", (int)local, text,
			domain);
	return refusal;
}

size_t
senders_keys(const char *sender, struct pool *pool,
	const char *keys_r[SENDERS_KEYS_MAX])
{
	const char *domain = senders_domain(sekisho_address_domain(sender),
		pool);
	size_t count = 0;

	if (domain == NULL)
		return 0;
	if (senders_canonical(sender, pool, &keys_r[count], NULL) ==
	    SENDERS_OK)
		count++;
	keys_r[count++] = pool_printf(pool, "*@%s", domain);
	return count;
}

/*
 * pattern.c - globs, sizes, networks and regular expressions of a policy.
 *
 * The patterns are the administrator's, the texts are a stranger's: nothing
 * here may take long, whatever the text.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pcre2.h>

#include "pattern.h"

/* Enough for any sane pattern, some milliseconds for an insane one. */
#define REGEX_STEPS 100000u
#define REGEX_DEPTH 5000u
#define REGEX_HEAP_KIB 4096u

int
pattern_glob_check(const char *glob, const char **why_r)
{
	const char *p;

	if (*glob == '\0') {
		*why_r = "a pattern may not be empty";
		return -1;
	}
	for (p = glob; *p != '\0'; p++)
		if (iscntrl((unsigned char)*p)) {
			*why_r = "a pattern is one line";
			return -1;
		}
	return 0;
}

static int
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

/* Behind the UTF-8 character at text. */
static const char *
next_character(const char *text)
{
	text++;
	while (((unsigned char)*text & 0xc0) == 0x80)
		text++;
	return text;
}

/* Only the last "*" can ever need another try, so two places suffice. */
static bool
glob_matches(const char *glob, const char *text, const char *end)
{
	const char *star = NULL, *retry = NULL;

	while (text < end) {
		if (*glob == '*') {
			star = ++glob;
			retry = text;
		} else if (*glob == '?') {
			glob++;
			text = next_character(text);
		} else if (*glob != '\0' && lower(*glob) == lower(*text)) {
			glob++;
			text++;
		} else if (star != NULL) {
			glob = star;
			text = retry = next_character(retry);
		} else {
			return false;
		}
	}
	while (*glob == '*')
		glob++;
	return *glob == '\0' && text == end;
}

bool
pattern_glob_matches(const char *glob, const char *text)
{
	return glob_matches(glob, text, text + strlen(text));
}

bool
pattern_glob_matches_file(const char *glob, const char *name)
{
	const char *end = name + strlen(name), *base = name, *p;

	while (end > name && (end[-1] == '.' || end[-1] == ' '))
		end--;
	for (p = name; p < end; p++)
		if (*p == '/' || *p == '\\')
			base = p + 1;
	return glob_matches(glob, base, end) ||
		pattern_glob_matches(glob, name);
}

int
pattern_size_read(const char *text, unsigned long long *size_r,
	const char **why_r)
{
	static const char units[] = "KMG";
	unsigned int shift = 0;
	const char *unit;
	char *end;

	*why_r = "a size is a number with K, M or G behind it, as in 10M";
	if (!isdigit((unsigned char)*text))
		return -1;
	errno = 0;
	*size_r = strtoull(text, &end, 10);
	if (*end != '\0') {
		unit = strchr(units, *end);
		if (unit == NULL || end[1] != '\0')
			return -1;
		shift = 10 * (unsigned int)(unit - units + 1);
	}
	if (errno != 0 || *size_r > ULLONG_MAX >> shift)
		return -1;
	*size_r <<= shift;
	return 0;
}

int
pattern_score_read(const char *text, int *score_r, const char **why_r)
{
	const char *digits = text + (*text == '-');
	size_t whole = strspn(digits, "0123456789");
	const char *rest = digits + whole;
	int score;

	*why_r = "a score is a number with at most one decimal, as in 6.5";
	if (whole == 0 || whole > 6)
		return -1;
	score = atoi(digits) * 10;
	if (*rest == '.') {
		if (!isdigit((unsigned char)rest[1]) || rest[2] != '\0')
			return -1;
		score += rest[1] - '0';
	} else if (*rest != '\0') {
		return -1;
	}
	*score_r = *text == '-' ? -score : score;
	return 0;
}

/* IPv4 is read as its IPv4-mapped IPv6 address (RFC 4291 2.5.5.2). */
static int
address_read(const char *text, unsigned char bytes[16], bool *v4_r)
{
	static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };

	*v4_r = inet_pton(AF_INET, text, bytes + 12) == 1;
	if (*v4_r) {
		memcpy(bytes, mapped, sizeof(mapped));
		return 0;
	}
	return inet_pton(AF_INET6, text, bytes) == 1 ? 0 : -1;
}

/* True when all bits behind the first ones are 0. */
static bool
network_is_clean(const struct pattern_network *network)
{
	unsigned int bit;

	for (bit = network->bits; bit < 128; bit++)
		if (network->bytes[bit / 8] & (0x80u >> bit % 8))
			return false;
	return true;
}

int
pattern_network_read(const char *text, struct pattern_network *network_r,
	const char **why_r)
{
	char address[64];
	size_t len = strcspn(text, "/");
	const char *bits = text + len;
	unsigned int most;
	bool v4;

	*why_r = "an address is 192.0.2.1, 192.0.2.0/24 or 2001:db8::/32";
	if (len >= sizeof(address))
		return -1;
	memcpy(address, text, len);
	address[len] = '\0';
	if (address_read(address, network_r->bytes, &v4) < 0)
		return -1;
	most = v4 ? 32 : 128;
	network_r->bits = 128;
	if (*bits == '/') {
		len = strspn(bits + 1, "0123456789");
		if (len == 0 || len > 3 || bits[1 + len] != '\0' ||
		    (unsigned int)atoi(bits + 1) > most)
			return -1;
		network_r->bits = 128 - most + (unsigned int)atoi(bits + 1);
	}
	*why_r = "the address has bits set behind the network's length";
	return network_is_clean(network_r) ? 0 : -1;
}

bool
pattern_network_holds(const struct pattern_network *network,
	const char *address)
{
	unsigned char bytes[16];
	unsigned int whole = network->bits / 8, rest = network->bits % 8;
	bool v4;

	if (address_read(address, bytes, &v4) < 0 ||
	    memcmp(bytes, network->bytes, whole) != 0)
		return false;
	return rest == 0 ||
		((bytes[whole] ^ network->bytes[whole]) >> (8 - rest)) == 0;
}

struct pattern_regex {
	pcre2_code *code;
	pcre2_match_context *limits;
};

struct pattern_regex *
pattern_regex_new(const char *text, char *why, size_t why_size)
{
	struct pattern_regex *regex = calloc(1, sizeof(*regex));
	PCRE2_UCHAR reason[256];
	PCRE2_SIZE offset = 0;
	int code = PCRE2_ERROR_NOMEMORY;

	if (regex != NULL) {
		regex->code = pcre2_compile((PCRE2_SPTR)text,
			PCRE2_ZERO_TERMINATED, PCRE2_UTF | PCRE2_CASELESS |
			PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C,
			&code, &offset, NULL);
		regex->limits = pcre2_match_context_create(NULL);
	}
	if (regex == NULL || regex->code == NULL || regex->limits == NULL) {
		pcre2_get_error_message(code, reason, sizeof(reason));
		snprintf(why, why_size, "%s at character %zu", (char *)reason,
			(size_t)offset + 1);
		pattern_regex_free(regex);
		return NULL;
	}
	pcre2_set_match_limit(regex->limits, REGEX_STEPS);
	pcre2_set_depth_limit(regex->limits, REGEX_DEPTH);
	pcre2_set_heap_limit(regex->limits, REGEX_HEAP_KIB);
	return regex;
}

void
pattern_regex_free(struct pattern_regex *regex)
{
	if (regex == NULL)
		return;
	pcre2_match_context_free(regex->limits);
	pcre2_code_free(regex->code);
	free(regex);
}

int
pattern_regex_matches(const struct pattern_regex *regex, const char *text,
	size_t len)
{
	pcre2_match_data *match = pcre2_match_data_create(1, NULL);
	int result;

	if (match == NULL)
		return -1;
	result = pcre2_match(regex->code, (PCRE2_SPTR)text, len, 0, 0, match,
		regex->limits);
	pcre2_match_data_free(match);
	if (result >= 0)
		return 1;
	return result == PCRE2_ERROR_NOMATCH ? 0 : -1;
}

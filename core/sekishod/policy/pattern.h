/*
 * pattern.h - the kinds of values in a policy: globs, sizes, networks, regular
 * expressions. Reading returns 0, or -1 with *why_r set to half a sentence.
 */
#ifndef SEKISHO_PATTERN_H
#define SEKISHO_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

/*
 * A glob: "*" is any text, "?" any one character, all else itself, letters
 * without regard to case (ASCII). Takes at most strlen(glob) * strlen(text)
 * steps.
 */
int pattern_glob_check(const char *glob, const char **why_r);
bool pattern_glob_matches(const char *glob, const char *text);

/*
 * The same for a file name: its directories do not matter, nor do the dots and
 * blanks at its end, which Windows ignores.
 */
bool pattern_glob_matches_file(const char *glob, const char *name);

/* "10", "10K", "10M", "1G" (units of 1024). */
int pattern_size_read(const char *text, unsigned long long *size_r,
	const char **why_r);

/* A score with at most one decimal, "6" or "4.5": 60, 45. */
int pattern_score_read(const char *text, int *score_r, const char **why_r);

/* An address or a network: "192.0.2.1", "2001:db8::/32". */
struct pattern_network {
	unsigned char bytes[16];	/* IPv4 as ::ffff:192.0.2.1 */
	unsigned int bits;
};

int pattern_network_read(const char *text, struct pattern_network *network_r,
	const char **why_r);
bool pattern_network_holds(const struct pattern_network *network,
	const char *address);

/* A Perl-compatible regular expression that cannot take for ever. */
struct pattern_regex;

struct pattern_regex *pattern_regex_new(const char *text, char *why,
	size_t why_size);
void pattern_regex_free(struct pattern_regex *regex);

/* 1 when it matches somewhere in text, 0 when not, -1 when it gave up. */
int pattern_regex_matches(const struct pattern_regex *regex,
	const char *text, size_t len);

#endif

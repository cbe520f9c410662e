/*
 * stamphtml.c - where in an HTML document a stamp is seen first.
 *
 * Reads just enough of HTML (comments, quoted attributes, raw text elements) to
 * find the start of the body as a browser does; stamp.c puts the stamp there.
 */
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "stamphtml.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

struct html {
	const char *text;
	size_t len;
	size_t pos;
	bool wide;	/* inside a two-byte run of ISO-2022 */
};

static bool
name_in(const char *name, size_t len, const char *const *list, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strlen(list[i]) == len &&
		    strncasecmp(list[i], name, len) == 0)
			return true;
	return false;
}

/* Moves behind the next occurrence of text, or to the end. */
static void
html_skip_behind(struct html *html, const char *text)
{
	const char *p = memmem(html->text + html->pos, html->len - html->pos,
		text, strlen(text));

	html->pos = p == NULL ? html->len :
		(size_t)(p - html->text) + strlen(text);
}

/* From behind the name of a tag to behind its ">". */
static void
html_skip_attributes(struct html *html)
{
	char quote = '\0', before = '\0', c;

	for (; html->pos < html->len; html->pos++) {
		c = html->text[html->pos];
		if (quote != '\0') {
			if (c == quote)
				quote = '\0';
			continue;
		}
		if (c == '>') {
			html->pos++;
			return;
		}
		if ((c == '"' || c == '\'') && before == '=')
			quote = c;
		if (strchr(" \t\r\n\f", c) == NULL)
			before = c;
	}
}

/* Behind the end tag of an element whose text is not markup. */
static void
html_skip_raw(struct html *html, const char *name, size_t len)
{
	const char *text = html->text;

	for (; html->pos + 2 + len <= html->len; html->pos++)
		if (text[html->pos] == '<' && text[html->pos + 1] == '/' &&
		    strncasecmp(text + html->pos + 2, name, len) == 0) {
			html->pos += 2 + len;
			html_skip_attributes(html);
			return;
		}
	html->pos = html->len;
}

/*
 * Moves to the next "<". False when there is none, or when text comes before
 * it: text begins a body by itself.
 */
static bool
html_next_tag(struct html *html)
{
	const char *p;
	char c;

	for (; html->pos < html->len; html->pos++) {
		p = html->text + html->pos;
		c = *p;
		if (c == '\x1b' && html->pos + 2 < html->len) {
			html->wide = p[1] != '(' || strchr("BJ", p[2]) == NULL;
			html->pos += 2;
			continue;
		}
		if (!html->wide && c == '<')
			return true;
		if (html->wide || strchr(" \t\r\n\f", c) == NULL)
			return false;
	}
	return false;
}

/* <!...>, <!--...--> and <?...>; true when it was one of them. */
static bool
html_skip_declaration(struct html *html)
{
	const char *p = html->text + html->pos;
	size_t left = html->len - html->pos;

	if (left >= 4 && memcmp(p, "<!--", 4) == 0) {
		html->pos += 4;
		if (left >= 5 && p[4] == '>')
			html->pos += 1;
		else if (left >= 6 && memcmp(p + 4, "->", 2) == 0)
			html->pos += 2;
		else
			html_skip_behind(html, "-->");
		return true;
	}
	if (left < 2 || (p[1] != '!' && p[1] != '?'))
		return false;
	html_skip_behind(html, ">");
	return true;
}

size_t
stamp_html_offset(const char *text, size_t len)
{
	static const char *const raw[] = { "script", "style", "title",
		"noscript", "template" };
	static const char *const head[] = { "html", "head", "meta", "link",
		"base", "basefont", "bgsound", "noscript", "template",
		"/script", "/style", "/title", "/html", "/head" };
	struct html html = { .text = text, .len = len };
	size_t best = 0, n;
	const char *name;
	bool quiet = true;	/* only declarations so far */

	if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		best = html.pos = 3;
	while (html_next_tag(&html)) {
		if (html_skip_declaration(&html)) {
			if (quiet)
				best = html.pos;
			continue;
		}
		name = text + ++html.pos;
		for (n = 0; html.pos < len &&
		     strchr(" \t\r\n\f>", text[html.pos]) == NULL &&
		     (n == 0 || text[html.pos] != '/'); n++)
			html.pos++;
		html_skip_attributes(&html);
		if (text[html.pos - 1] != '>')
			break;
		if (n == 4 && strncasecmp(name, "body", 4) == 0)
			return html.pos;
		if (name_in(name, n, raw, COUNT(raw)))
			html_skip_raw(&html, name, n);
		else if (!name_in(name, n, head, COUNT(head)))
			break;
		else if ((n == 4 && strncasecmp(name, "html", 4) == 0) ||
			 (n == 5 && strncasecmp(name, "/head", 5) == 0))
			best = html.pos;
		quiet = false;
	}
	return best;
}

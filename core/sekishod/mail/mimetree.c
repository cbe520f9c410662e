/*
 * mimetree.c - cut a message into its parts (RFC 2046 section 5.1).
 *
 * One walk over the lines with a stack of open multiparts, so every place is
 * right by construction, time is linear and depth is bounded. GMime's own tree
 * is not used: it leaves parts out (one without header lines that begins with
 * text) and does not tell where multiparts begin and end.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "mimefacts.h"
#include "mimefield.h"
#include "mimetree.h"

/* A multipart or message that is not yet at its end. */
struct open_part {
	size_t index;
	size_t children;
	const char *boundary;	/* "" for a message, or after its end line */
	size_t boundary_len;
	const char *prefix;	/* of the paths of its children: "3." */
};

struct tree {
	struct mime *mime;
	struct pool *pool;
	size_t pos;			/* always at the start of a line */
	size_t leaf;			/* index of the open leaf, or 0 */
	struct open_part open[MIME_DEPTH_MAX + 1];
	size_t depth;			/* open parts, at least 1: part 0 */
};

struct delimiter {
	size_t line;		/* where the line starts */
	size_t next;		/* and the next one */
	size_t level;		/* index into ->open */
	bool last;		/* "--boundary--" */
};

static size_t
line_next(const struct mime *mime, size_t pos)
{
	const char *lf = memchr(mime->message + pos, '\n', mime->len - pos);

	return lf != NULL ? (size_t)(lf - mime->message) + 1 : mime->len;
}

static bool
line_is_empty(const struct mime *mime, size_t pos, size_t next)
{
	const char *line = mime->message + pos;

	return next == pos + 1 ? *line == '\n' || *line == '\r' :
		next == pos + 2 && line[0] == '\r' && line[1] == '\n';
}

/* Is the line at pos, which starts with "--", a delimiter line? */
static bool
delimiter_match(const struct tree *tree, size_t pos,
	struct delimiter *delimiter_r)
{
	const char *line = tree->mime->message + pos + 2;
	size_t next = line_next(tree->mime, pos), i, left;
	size_t len = next - pos - 2;
	const struct open_part *open;

	while (len > 0 && isspace((unsigned char)line[len - 1]))
		len--;
	for (i = tree->depth; i-- > 0; ) {
		open = &tree->open[i];
		if (open->boundary_len == 0 || len < open->boundary_len ||
		    memcmp(line, open->boundary, open->boundary_len) != 0)
			continue;
		left = len - open->boundary_len;
		if (left != 0 && (left != 2 ||
		    memcmp(line + len - 2, "--", 2) != 0))
			continue;
		delimiter_r->line = pos;
		delimiter_r->next = next;
		delimiter_r->level = i;
		delimiter_r->last = left == 2;
		return true;
	}
	return false;
}

static bool
tree_at_delimiter(const struct tree *tree, size_t pos)
{
	struct delimiter delimiter;

	return tree->mime->len - pos >= 2 &&
		memcmp(tree->mime->message + pos, "--", 2) == 0 &&
		delimiter_match(tree, pos, &delimiter);
}

static bool
tree_expects_delimiter(const struct tree *tree)
{
	size_t i;

	for (i = 0; i < tree->depth; i++)
		if (tree->open[i].boundary_len > 0)
			return true;
	return false;
}

/* The next delimiter line at or behind ->pos. */
static bool
tree_find_delimiter(const struct tree *tree, struct delimiter *delimiter_r)
{
	const char *message = tree->mime->message, *found;
	size_t pos = tree->pos, len = tree->mime->len;

	if (!tree_expects_delimiter(tree))
		return false;
	if (len - pos >= 2 && memcmp(message + pos, "--", 2) == 0 &&
	    delimiter_match(tree, pos, delimiter_r))
		return true;
	while ((found = mimefield_find_dashes(message + pos, len - pos)) !=
	    NULL) {
		pos = (size_t)(found - message) + 1;
		if (delimiter_match(tree, pos, delimiter_r))
			return true;
	}
	return false;
}

/* "Name:" with the letters that RFC 5322 section 2.2 allows. */
static bool
line_is_field(const char *line, size_t len)
{
	size_t i = 0;

	while (i < len && line[i] > ' ' && line[i] < 0x7f && line[i] != ':')
		i++;
	if (i == 0)
		return false;
	while (i < len && (line[i] == ' ' || line[i] == '\t'))
		i++;
	return i < len && line[i] == ':';
}

/*
 * Where the body of the entity at start begins. Header lines end at an empty
 * line, at a delimiter line, or where a line is no header line (as in Exim).
 */
static size_t
tree_body_start(const struct tree *tree, size_t start)
{
	const struct mime *mime = tree->mime;
	const char *line;
	size_t pos, next;

	for (pos = start; pos < mime->len; pos = next) {
		next = line_next(mime, pos);
		line = mime->message + pos;
		if (line_is_empty(mime, pos, next))
			return next;
		if (tree_at_delimiter(tree, pos))
			return pos;
		if (pos > start && (*line == ' ' || *line == '\t'))
			continue;
		if (pos == start && next - pos > 5 &&
		    memcmp(line + (*line == '>'), "From ", 5) == 0)
			continue;	/* a line of an mbox file */
		if (!line_is_field(line, next - pos))
			return pos;
	}
	return mime->len;
}

static bool
type_is_one_of(const char *type, const char *const *list)
{
	for (; *list != NULL; list++)
		if (strcmp(type, *list) == 0)
			return true;
	return false;
}

static bool
part_is_sealed(const struct mime_part *part)
{
	static const char *const sealed[] = {
		"multipart/signed", "multipart/encrypted",
		"application/pkcs7-mime", "application/x-pkcs7-mime",
		"application/pkcs7-signature", "application/x-pkcs7-signature",
		"application/pgp-encrypted", "application/pgp-signature",
		NULL
	};

	return type_is_one_of(part->type, sealed);
}

/* An encoded message/rfc822 is against the rules and just a file for us. */
static bool
part_is_message(const struct mime_part *part)
{
	static const char *const messages[] = {
		"message/rfc822", "message/global", "message/news", NULL
	};
	static const char *const plain[] = {
		"", "7bit", "8bit", "binary", NULL
	};

	return type_is_one_of(part->type, messages) &&
		type_is_one_of(part->encoding, plain);
}

static void
tree_open_part(struct tree *tree, size_t index)
{
	const struct mime_part *part = &tree->mime->parts[index];
	struct open_part *open = &tree->open[tree->depth++];
	size_t len = strlen(part->path);

	/* Children of "TEXT" count as those of the message around it. */
	if (len >= 4 && strcmp(part->path + len - 4, "TEXT") == 0)
		open->prefix = pool_strndup(tree->pool, part->path, len - 4);
	else if (len > 0)
		open->prefix = pool_printf(tree->pool, "%s.", part->path);
	else
		open->prefix = "";
	open->index = index;
	open->children = 0;
	open->boundary = part->boundary;
	open->boundary_len = strlen(part->boundary);
}

static const char *
tree_default_type(const struct tree *tree, size_t parent)
{
	return strcmp(tree->mime->parts[parent].type, "multipart/digest") == 0 ?
		"message/rfc822" : "text/plain";
}

/* The entity at ->pos becomes a part. True when a child of it follows. */
static bool
tree_add_part(struct tree *tree)
{
	struct mime *mime = tree->mime;
	struct open_part *around = &tree->open[tree->depth - 1];
	struct mime_part *part, *parent;
	size_t index = mime->count;
	bool multipart, message;

	part = pool_append(tree->pool, &mime->parts, &mime->count,
		sizeof(*part));
	parent = &mime->parts[around->index];
	parent->children++;
	part->parent = around->index;
	part->depth = parent->depth + 1;
	part->start = tree->pos;
	part->body_start = tree->pos = tree_body_start(tree, part->start);
	mimefacts_part(part, tree->pool, mime->message + part->start,
		part->body_start - part->start,
		tree_default_type(tree, part->parent));
	part->sealed = parent->sealed || part_is_sealed(part);
	multipart = part->boundary[0] != '\0';
	message = part_is_message(part);
	part->leaf = !multipart && !message;
	if (multipart && parent->boundary[0] == '\0')
		part->path = pool_printf(tree->pool, "%sTEXT", around->prefix);
	else
		part->path = pool_printf(tree->pool, "%s%zu", around->prefix,
			++around->children);
	if (part->leaf) {
		tree->leaf = index;
		return false;
	}
	if (part->depth < MIME_DEPTH_MAX)
		tree_open_part(tree, index);
	else
		mime->doubt = "parts are nested too deeply";
	return message;
}

/*
 * A part ends at pos; one whose header lines reach up to the delimiter line
 * ends there. Returns the end, for the part around it.
 */
static size_t
part_close(struct mime_part *part, size_t pos)
{
	part->end = pos > part->body_start ? pos : part->body_start;
	return part->end;
}

/* Everything inside open part number level ends at pos. */
static void
tree_close(struct tree *tree, size_t level, size_t pos)
{
	struct mime_part *parts = tree->mime->parts;

	if (tree->leaf != 0)
		pos = part_close(&parts[tree->leaf], pos);
	tree->leaf = 0;
	while (tree->depth > level + 1)
		pos = part_close(&parts[tree->open[--tree->depth].index], pos);
}

/* Goes behind a delimiter line. True when a part follows. */
static bool
tree_pass_delimiter(struct tree *tree, const struct delimiter *delimiter)
{
	const char *message = tree->mime->message;
	size_t pos = delimiter->line;

	if (pos > 0)
		pos--;			/* the LF belongs to the delimiter */
	if (pos > 0 && message[pos - 1] == '\r')
		pos--;
	tree_close(tree, delimiter->level, pos);
	tree->pos = delimiter->next;
	if (delimiter->last)
		tree->open[delimiter->level].boundary_len = 0;
	return !delimiter->last;
}

static void
tree_walk(struct tree *tree)
{
	struct mime *mime = tree->mime;
	struct delimiter delimiter;

	for (;;) {
		while (tree_add_part(tree) && mime->doubt[0] == '\0')
			continue;
		if (mime->count > MIME_PARTS_MAX)
			mime->doubt = "too many parts";
		if (mime->doubt[0] != '\0')
			return;
		do {
			if (!tree_find_delimiter(tree, &delimiter)) {
				tree_close(tree, 0, mime->len);
				return;
			}
		} while (!tree_pass_delimiter(tree, &delimiter));
	}
}

/* Places must lie inside the parent and behind the part before. */
static bool
tree_is_sound(const struct mime *mime)
{
	const struct mime_part *part, *parent;
	size_t i;

	for (i = 1; i < mime->count; i++) {
		part = &mime->parts[i];
		parent = &mime->parts[part->parent];
		if (part->parent >= i || part->start > part->body_start ||
		    part->body_start > part->end || part->end > parent->end ||
		    part->start < parent->body_start ||
		    (i > 1 && part->start < part[-1].body_start))
			return false;
	}
	return true;
}

void
mimetree_build(struct mime *mime, struct pool *pool)
{
	struct tree tree = { .mime = mime, .pool = pool };
	struct mime_part *whole;

	mime->doubt = "";
	whole = pool_append(pool, &mime->parts, &mime->count, sizeof(*whole));
	mimefacts_part(whole, pool, "", 0, "message/rfc822");
	whole->path = "";
	whole->end = mime->len;
	tree_open_part(&tree, 0);
	tree_walk(&tree);
	if (mime->doubt[0] == '\0' && !tree_is_sound(mime))
		mime->doubt = "parts overlap";
	if (mime->doubt[0] != '\0') {
		mime->count = 1;
		mime->parts[0].children = 0;
	}
}

/*
 * html.h - text of strangers in a page of ours (HTML and the SVG in it).
 */
#ifndef SEKISHO_HTML_H
#define SEKISHO_HTML_H

#include <glib.h>

/*
 * Appends text so that it is text, in an element or in a quoted attribute:
 * nothing in it is markup, and what is no letter, or turns the direction of
 * writing, is \xNN.
 */
void html_text(GString *out, const char *text);

#endif

/*
 * stamphtml.h - where in an HTML document a stamp is seen first.
 */
#ifndef SEKISHO_STAMPHTML_H
#define SEKISHO_STAMPHTML_H

#include <stddef.h>

/*
 * The offset right behind <body ...>, or where a browser would begin the body
 * by itself: behind </head>, <html> or the document type. Never fails.
 */
size_t stamp_html_offset(const char *text, size_t len);

#endif

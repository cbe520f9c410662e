/*
 * mimetree.h - cut a message into its parts (RFC 2046 section 5.1).
 */
#ifndef SEKISHO_MIMETREE_H
#define SEKISHO_MIMETREE_H

#include "mime.h"
#include "pool.h"

/* Fills parts, count and doubt; message and len are set. */
void mimetree_build(struct mime *mime, struct pool *pool);

#endif

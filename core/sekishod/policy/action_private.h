/*
 * action_private.h - what action.c and action_read.c share.
 */
#ifndef SEKISHO_ACTION_PRIVATE_H
#define SEKISHO_ACTION_PRIVATE_H

#include "action.h"

#define ACTION_STAMP_TEXT "The attachment named {FILENAME} could not be " \
	"scanned for viruses because it is a password protected"
#define ACTION_CLEAN_TEXT "The attachment {FILENAME} was removed because it " \
	"contained the virus {VIRUSNAME}."
#define ACTION_REMOVE_TEXT "The attachment {FILENAME} was removed because " \
	"the policy of this site does not allow it."
#define ACTION_REJECT_TEXT "5.7.1 Refused by the policy of this site"

/* Columns read of action_types[]: struct action_type. */
int action_read_none(struct policy_reader *reader, const xmlNode *node,
	struct action *action, const char **values);
int action_read_reject(struct policy_reader *reader, const xmlNode *node,
	struct action *action, const char **values);
int action_read_clean(struct policy_reader *reader, const xmlNode *node,
	struct action *action, const char **values);
int action_read_remove(struct policy_reader *reader, const xmlNode *node,
	struct action *action, const char **values);
int action_read_stamp(struct policy_reader *reader, const xmlNode *node,
	struct action *action, const char **values);
int action_read_tag(struct policy_reader *reader, const xmlNode *node,
	struct action *action, const char **values);
int action_read_header(struct policy_reader *reader, const xmlNode *node,
	struct action *action, const char **values);
int action_read_notify(struct policy_reader *reader, const xmlNode *node,
	struct action *action, const char **values);

#endif

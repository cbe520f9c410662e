/*
 * sender.h - whom an approval of a mail approves.
 */
#ifndef SEKISHO_SENDER_H
#define SEKISHO_SENDER_H

/*
 * The first address in the value of a field From, "user@domain" on the data
 * stack, as it is written there: nobody has checked it. NULL when there is
 * none; from may be NULL, too.
 */
const char *sender_address(const char *from);

#endif

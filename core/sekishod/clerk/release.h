/*
 * release.h - mail to outside that was held for the administrators and is sent
 * on to where it was going.
 *
 * Dovecot asks for it (the verb "release"), sekishod submits it to Exim, and
 * there the module shows it to sekishod like any other mail. That it is not
 * held once more, says a header field, X-Sekisho-Released, with a seal over the
 * envelope and the body: only whoever has the key of sekishod can make one. The
 * module takes the field out, so nobody outside ever sees one.
 */
#ifndef SEKISHO_RELEASE_H
#define SEKISHO_RELEASE_H

#include "examine.h"
#include "inquiry.h"

/*
 * control.sock: sends the message that came along, as it shall arrive, to the
 * recipients of the held mail of "header", in the name of its sender. REFUSED:
 * the mail server does not take it; INVALID: it is no mail to outside.
 */
void release_answer(struct inquiry *inquiry);

/*
 * Takes all fields X-Sekisho-Released out of the header of a message, so that
 * no rule looks at them. Returns the value of the first one, or NULL.
 */
const char *release_take(struct sekisho_message *message, struct pool *pool);

/*
 * Has a release said of this message, whose copy is there, that it shall pass?
 * Returns the id under which it was held, or NULL.
 */
const char *release_id(const struct examination *ex);

#endif

/*
 * upload.c - uploaded messages, in memory while they are small.
 */
#include "upload.h"
#include "held-mail.h"

#include <iostream-temp.h>
#include <istream.h>
#include <ostream.h>
#include <str.h>

struct uploads {
	pool_t pool;
	struct mailbox *box;
	struct marks marks;		/* of the message that is coming in */
	struct istream *input;
	struct ostream *output;		/* NULL when none is */
	ARRAY(struct upload) messages;
};

struct uploads *
uploads_new(struct mailbox *box)
{
	pool_t pool = pool_alloconly_create("sekisho uploads", 1024);
	struct uploads *uploads = p_new(pool, struct uploads, 1);

	uploads->pool = pool;
	uploads->box = box;
	p_array_init(&uploads->messages, pool, 4);
	return uploads;
}

void
uploads_begin(struct uploads *uploads, const struct mail_save_context *ctx,
	struct istream *input)
{
	string_t *prefix = t_str_new(128);

	mail_user_set_get_temp_prefix(prefix, uploads->box->storage->user->set);
	marks_of_upload(ctx, uploads->pool, &uploads->marks);
	uploads->input = input;
	uploads->output = iostream_temp_create_named(str_c(prefix), 0,
		"uploaded mail");
}

/* The input is the client's: what has not come yet, comes in another call. */
int
uploads_continue(struct uploads *uploads)
{
	enum ostream_send_istream_result result;

	do {
		result = o_stream_send_istream(uploads->output,
			uploads->input);
	} while (result != OSTREAM_SEND_ISTREAM_RESULT_ERROR_OUTPUT &&
	    i_stream_read(uploads->input) > 0);
	if (result == OSTREAM_SEND_ISTREAM_RESULT_ERROR_OUTPUT)
		mailbox_set_critical(uploads->box, "sekisho: write(%s) "
			"failed: %s", o_stream_get_name(uploads->output),
			o_stream_get_error(uploads->output));
	else if (uploads->input->stream_errno != 0)
		mailbox_set_critical(uploads->box, "sekisho: read(%s) "
			"failed: %s", i_stream_get_name(uploads->input),
			i_stream_get_error(uploads->input));
	else
		return 0;
	return -1;
}

int
uploads_finish(struct uploads *uploads, struct istream **other_r)
{
	struct upload upload;
	struct sekisho_error err;

	if (o_stream_finish(uploads->output) < 0) {
		mailbox_set_critical(uploads->box, "sekisho: write(%s) "
			"failed: %s", o_stream_get_name(uploads->output),
			o_stream_get_error(uploads->output));
		return -1;
	}
	upload.marks = uploads->marks;
	upload.message = iostream_temp_finish(&uploads->output, IO_BLOCK_SIZE);
	switch (held_mail_parse(upload.message, &upload.held, &err)) {
	case HELD_MAIL_FOUND:
		array_push_back(&uploads->messages, &upload);
		return 1;
	case HELD_MAIL_NONE:
	case HELD_MAIL_WRONG:
	case HELD_MAIL_FAILED:
		break;
	}
	if (other_r != NULL)
		*other_r = upload.message;
	else
		i_stream_unref(&upload.message);
	return 0;
}

void
uploads_cancel(struct uploads *uploads)
{
	if (uploads->output != NULL)
		o_stream_abort(uploads->output);
	o_stream_destroy(&uploads->output);
}

const struct upload *
uploads_get(const struct uploads *uploads, unsigned int *count_r)
{
	return array_get(&uploads->messages, count_r);
}

void
uploads_free(struct uploads **_uploads)
{
	struct uploads *uploads = *_uploads;
	struct upload *upload;
	pool_t pool;

	*_uploads = NULL;
	if (uploads == NULL)
		return;
	uploads_cancel(uploads);
	array_foreach_modifiable(&uploads->messages, upload) {
		i_stream_unref(&upload->message);
		sekisho_held_free(&upload->held);
	}
	pool = uploads->pool;
	pool_unref(&pool);
}

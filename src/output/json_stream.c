// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "output/json_stream.h"

#include <errno.h>
#include <string.h>

static int write_plain(const char *text, size_t size, void *out)
{
	return fwrite(text, 1, size, out) == size ? 0 : -1;
}

/* What jansson calls. */
static int pass_on(const char *text, size_t size, void *data)
{
	struct json_stream *stream = data;

	stream->written += size;
	return stream->write(text, size, stream->out);
}

static void write_text(struct json_stream *stream, const char *text)
{
	if (!stream->err && pass_on(text, strlen(text), stream))
		stream->err = -EIO;
}

static void write_value(struct json_stream *stream, json_t *value)
{
	if (!value && !stream->err)
		stream->err = -ENOMEM;
	if (!stream->err && json_dump_callback(value, pass_on, stream,
					       JSON_COMPACT | JSON_ENCODE_ANY | stream->flags))
		stream->err = -EIO;
	json_decref(value);
}

static void write_key(struct json_stream *stream, const char *key)
{
	write_text(stream, stream->has_members ? ",\"" : "\"");
	write_text(stream, key);
	write_text(stream, "\":");
	stream->has_members = true;
}

void json_stream__begin(struct json_stream *stream)
{
	if (!stream->write)
		stream->write = write_plain;
	write_text(stream, "{");
}

void json_stream__put(struct json_stream *stream, const char *key, json_t *value)
{
	write_key(stream, key);
	write_value(stream, value);
}

void json_stream__list(struct json_stream *stream, const char *key, size_t nr,
		       json_t *(*element)(const struct report *report, size_t i),
		       const struct report *report)
{
	write_key(stream, key);
	write_text(stream, "[");
	for (size_t i = 0; i < nr && !stream->err; i++) {
		if (i)
			write_text(stream, ",");
		write_value(stream, element(report, i));
	}
	write_text(stream, "]");
}

int json_stream__end(struct json_stream *stream)
{
	write_text(stream, "}");
	return stream->err;
}

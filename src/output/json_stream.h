/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A large JSON object, written member by member and list element by list element: in memory there
 * is one of them at a time. A guest of hundreds of disks, or a recording that was made to hurt,
 * would take a thousand times its file as a tree. The first error is remembered and ends it.
 */
#ifndef XT_OUTPUT_JSON_STREAM_H
#define XT_OUTPUT_JSON_STREAM_H

#include <jansson.h>
#include <stdio.h>

#include "output/format.h"

struct json_stream {
	FILE *out;
	json_dump_callback_t write; /* to `out`; NULL: as it is */
	size_t flags;		    /* jansson's, besides JSON_COMPACT */
	bool has_members;
	size_t written; /* bytes so far, as they were handed to write() */
	int err;	/* 0, -ENOMEM, or -EIO: then the stream knows more */
};

void json_stream__begin(struct json_stream *stream);
/* A member; the value's reference is taken, NULL is memory that ran out. Keys are plain names. */
void json_stream__put(struct json_stream *stream, const char *key, json_t *value);
/* A member that is an array of `nr` elements, each made in its turn, owned by who asked for it. */
void json_stream__list(struct json_stream *stream, const char *key, size_t nr,
		       json_t *(*element)(const struct report *report, size_t i),
		       const struct report *report);
/* Returns the error. */
int json_stream__end(struct json_stream *stream);

#endif

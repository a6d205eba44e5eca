// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "recording/writer.h"

#include <errno.h>
#include <stdlib.h>

#include "recording/buckets.h"
#include "recording/dict.h"

struct writer {
	struct dict *dict;
	size_t named; /* how many of them are written */
	uint32_t blocks;
	struct bytes members, payload; /* of a block */
	struct bytes fresh;	       /* names that it needs */
};

struct writer *writer__new(void)
{
	struct writer *writer = calloc(1, sizeof(*writer));

	if (!writer)
		return NULL;
	writer->dict = dict__new();
	if (!writer->dict) {
		free(writer);
		return NULL;
	}
	return writer;
}

void writer__free(struct writer *writer)
{
	if (!writer)
		return;
	dict__free(writer->dict);
	bytes__free(&writer->members);
	bytes__free(&writer->payload);
	bytes__free(&writer->fresh);
	free(writer);
}

/* New names go before the block that they came up in. */
static int write_names(struct writer *writer, FILE *out)
{
	int err;

	if (writer->named == dict__count(writer->dict))
		return 0;
	writer->fresh.len = 0;
	dict__write(writer->dict, writer->named, &writer->fresh);
	err = block__write(out, BLOCK_NAMES, writer->blocks, &writer->fresh);
	if (err)
		return err;
	writer->blocks++;
	writer->named = dict__count(writer->dict);
	return 0;
}

/* The columns of its histograms, each with its length in front, and then its members. */
static int join(struct bytes *payload, struct encoding *e)
{
	payload->len = 0;
	for (int i = 0; i < BUCKETS_COLUMNS; i++) {
		bytes__varint(payload, e->columns[i].len);
		bytes__put(payload, e->columns[i].data, e->columns[i].len);
		if (e->columns[i].err)
			return e->columns[i].err;
	}
	bytes__put(payload, e->out->data, e->out->len);
	return e->out->err ? e->out->err : payload->err;
}

static int write_block(struct writer *writer, FILE *out, enum block_type type,
		       const struct schema *of, const void *what)
{
	struct encoding e = {
		.out = &writer->members,
		.form = type == BLOCK_INTERVAL ? BUCKETS_SUMMED : BUCKETS_TIMED,
		.dict = writer->dict,
	};
	int err;

	writer->members.len = 0;
	coding__put(&e, of, what);
	err = join(&writer->payload, &e);
	if (!err)
		err = write_names(writer, out);
	if (!err)
		err = block__write(out, type, writer->blocks, &writer->payload);
	if (!err)
		writer->blocks++;
	for (int i = 0; i < BUCKETS_COLUMNS; i++)
		bytes__free(&e.columns[i]);
	return err;
}

int writer__header(struct writer *writer, FILE *out, const struct recording_header *header)
{
	int err = block__write_start(out);

	return err ? err : write_block(writer, out, BLOCK_HEADER, &recording_header_schema, header);
}

/* What no reader would take is not written. */
static bool is_too_large(const struct snapshot *snap)
{
	size_t bytes = snap->nr_paths * sizeof(*snap->paths) +
		       snap->nr_channels * snap->nr_cpus * sizeof(*snap->channel_counts);

	for (size_t i = 0; i < snap->nr_paths; i++)
		bytes += buckets__bytes(&snap->paths[i].hist);
	return snap->nr_paths > RECORDING_NAMED || bytes > RECORDING_LISTS_BYTES;
}

int writer__part(struct writer *writer, FILE *out, enum block_type type,
		 const struct recording_part *part)
{
	if (is_too_large(&part->snap))
		return -E2BIG;
	return write_block(writer, out, type, &recording_part_schema, part);
}

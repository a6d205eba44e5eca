// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "recording/reader.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "recording/block.h"
#include "recording/buckets.h"
#include "recording/dict.h"

/*
 * Memory for a block's lists: a path takes 5 kB, and 10 bytes in a file. Nothing that is small
 * gets much, and nothing that is large more than RECORDING_LISTS_BYTES.
 */
#define BUDGET_MIN  (16u << 20)
#define BUDGET_EACH 1024ull
/* Elements of its lists, and one more for each byte: a host of 256 disks has 14,000 paths. */
#define ELEMENTS_MIN (16u << 10)
#define ELEMENTS_MAX (64u << 10)
/* Names are kept; those of the largest guest take 10 MB. */
#define NAMES_BYTES_MAX (64u << 20)

struct reader {
	struct cursor start; /* behind the header, as far as it is whole */
	struct cursor at;
	uint32_t first_number, number; /* of the blocks there */
	struct recording_header header;
	struct dict *dict;
	struct bytes **kept; /* payloads that others point into */
	size_t nr_kept, kept_bytes;
	size_t nr_read;	 /* blocks of names that are in `dict` */
	size_t nr_names; /* of them passed since the start */
	size_t unnamed;	 /* see struct decoding; since the start */
	struct bytes payload;
	struct recording_part part;
	/* Without an end: the sum of the intervals so far. */
	bool whole, ended, only_totals;
	struct recording_part sum;
	unsigned int intervals; /* so far */
	unsigned int nr_intervals;
	char damage[160];
};

static uint64_t at_most(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* A header is kept, a part is not: its strings are names. */
static int decode(struct reader *reader, const struct block *block, const struct bytes *payload,
		  const struct schema *schema, void *to)
{
	struct cursor in = cursor__over(payload->data, payload->len);
	int err;
	struct decoding d = {
		.dict = reader->dict,
		.stays = block->type == BLOCK_HEADER,
		.form = block->type == BLOCK_INTERVAL ? BUCKETS_SUMMED : BUCKETS_TIMED,
		.budget = at_most(BUDGET_MIN + BUDGET_EACH * block->stored, RECORDING_LISTS_BYTES),
		.elements = at_most(ELEMENTS_MIN + block->stored, ELEMENTS_MAX),
	};

	for (int i = 0; i < BUCKETS_COLUMNS; i++)
		d.columns[i] = cursor__slice(&in);
	err = coding__get(&d, in, schema, to);
	reader->unnamed += d.unnamed;
	/* what all of them are about is kept by who sums them up, interval by interval */
	if (!err && dict__used(reader->dict) + reader->unnamed > RECORDING_NAMED)
		err = -E2BIG;
	return err;
}

/* Unpack into memory of its own that stays. */
static int keep(struct reader *reader, const struct block *block, const struct bytes **out)
{
	struct bytes *payload = NULL, **all;
	int err = -ENOMEM;

	if (block->raw > NAMES_BYTES_MAX - reader->kept_bytes)
		return -E2BIG;
	all = realloc(reader->kept, (reader->nr_kept + 1) * sizeof(*all));
	if (!all)
		return -ENOMEM;
	reader->kept = all;
	payload = calloc(1, sizeof(*payload));
	if (!payload)
		return -ENOMEM;
	err = block__unpack(block, payload);
	if (err) {
		bytes__free(payload);
		free(payload);
		return err;
	}
	reader->kept[reader->nr_kept++] = payload;
	reader->kept_bytes += payload->len;
	*out = payload;
	return 0;
}

static int read_header(struct reader *reader, const struct block *block)
{
	const struct bytes *payload;
	int err;

	if (block->type != BLOCK_HEADER)
		return -EBADMSG;
	err = keep(reader, block, &payload);
	return err ? err
		   : decode(reader, block, payload, &recording_header_schema, &reader->header);
}

static void say_damage(struct reader *reader, int err, size_t offset, uint32_t number)
{
	snprintf(reader->damage, sizeof(reader->damage),
		 "%s in block %u at byte %zu, after %u intervals: nothing from there on is read",
		 err == -ENODATA ? "is cut" : "is damaged", number, offset, reader->intervals);
}

/*
 * How far it is whole, by its sums alone: nothing is unpacked. A total that is the last thing there
 * ends it also when it was meant to be one in between.
 */
static int scan(struct reader *reader, const uint8_t *data)
{
	struct cursor in = reader->start;
	size_t figures = 0;
	struct block block;
	int found = 0;

	for (uint32_t number = reader->first_number;; number++) {
		const uint8_t *at = in.at;

		found = block__read(&in, number, &block);
		reader->start.end = at;
		if (found <= 0) {
			if (found)
				say_damage(reader, found, at - data, number);
			break;
		}
		reader->intervals += block.type == BLOCK_INTERVAL;
		if (block.type != BLOCK_INTERVAL && block.type != BLOCK_TOTAL)
			continue;
		reader->whole = block.type == BLOCK_TOTAL;
		figures++;
	}
	if (!found && !reader->whole)
		snprintf(reader->damage, sizeof(reader->damage),
			 "has no end, after %u intervals: the run was killed or its disk was full",
			 reader->intervals);
	return figures ? 0 : -ENODATA;
}

int reader__new(struct reader **out, const void *data, size_t size, const char **why)
{
	struct reader *reader = calloc(1, sizeof(*reader));
	struct block block;
	unsigned int major;
	int err = -ENOMEM;

	*why = "out of memory";
	if (!reader)
		goto out;
	reader->dict = dict__new();
	if (!reader->dict)
		goto out;
	reader->start = cursor__over(data, size);
	err = block__read_start(&reader->start, &major);
	*why = "is not a recording";
	if (err == -EPROTO)
		*why = major > RECORDING_MAJOR
			       ? "is a recording of a newer version: read it with that version"
			       : "is a recording of a version before the first release: record "
				 "again";
	if (err)
		goto out;
	*why = "is damaged: its header cannot be read";
	err = block__read(&reader->start, 0, &block);
	err = err <= 0 ? -EBADMSG : read_header(reader, &block);
	if (err)
		goto out;
	reader->first_number = 1;
	*why = "ends before its first figures";
	if (scan(reader, data)) {
		err = -EBADMSG;
		goto out;
	}
	reader->nr_intervals = reader->intervals;
	reader__rewind(reader);
	*out = reader;
	reader = NULL;
out:
	reader__free(reader);
	return err;
}

void reader__free(struct reader *reader)
{
	if (!reader)
		return;
	schema__free(&recording_header_schema, &reader->header);
	schema__free(&recording_part_schema, &reader->part);
	snapshot__free(&reader->sum.snap);
	dict__free(reader->dict);
	for (size_t i = 0; i < reader->nr_kept; i++) {
		bytes__free(reader->kept[i]);
		free(reader->kept[i]);
	}
	free(reader->kept);
	bytes__free(&reader->payload);
	free(reader);
}

const struct recording_header *reader__header(const struct reader *reader)
{
	return &reader->header;
}

unsigned int reader__intervals(const struct reader *reader)
{
	return reader->nr_intervals;
}

const char *reader__damage(const struct reader *reader)
{
	return *reader->damage ? reader->damage : NULL;
}

bool reader__at_end(const struct reader *reader)
{
	return reader->ended || !cursor__left(&reader->at);
}

void reader__skip_intervals(struct reader *reader)
{
	reader->only_totals = true;
}

void reader__rewind(struct reader *reader)
{
	reader->at = reader->start;
	reader->number = reader->first_number;
	reader->nr_names = 0;
	reader->unnamed = 0;
	reader->ended = false;
	reader->intervals = 0;
	snapshot__free(&reader->sum.snap);
}

/* Names that were read before a rewind are known already. */
static int read_names(struct reader *reader, const struct block *block)
{
	const struct bytes *payload;
	int err;

	if (reader->nr_names++ < reader->nr_read)
		return 0;
	err = keep(reader, block, &payload);
	if (err)
		return err;
	reader->nr_read++;
	return dict__read(reader->dict, cursor__over(payload->data, payload->len));
}

static int read_part(struct reader *reader, const struct block *block)
{
	int err = block__unpack(block, &reader->payload);

	schema__free(&recording_part_schema, &reader->part);
	reader->part = (struct recording_part) {};
	if (!err)
		err = decode(reader, block, &reader->payload, &recording_part_schema,
			     &reader->part);
	if (err || block->type != BLOCK_INTERVAL)
		return err;
	reader->intervals++;
	return reader->whole ? 0 : snapshot__add(&reader->sum.snap, &reader->part.snap);
}

/* Other types are a later version's. */
static int read_block(struct reader *reader, const struct block *block, enum part_kind *kind)
{
	switch (block->type) {
	case BLOCK_NAMES:
		return read_names(reader, block);
	case BLOCK_INTERVAL:
		if (reader->only_totals && reader->whole)
			return 0;
		*kind = PART_INTERVAL;
		return read_part(reader, block);
	case BLOCK_TOTAL:
		*kind = PART_TOTAL;
		return read_part(reader, block);
	}
	return 0;
}

static void finish_sum(struct reader *reader)
{
	struct snapshot *snap = &reader->sum.snap;

	reader->sum.interval_no = reader->intervals;
	for (size_t i = 0; i < snap->nr_paths; i++)
		buckets__share(&snap->paths[i].hist);
}

int reader__next(struct reader *reader, enum part_kind *kind, const struct recording_part **part,
		 const char **why)
{
	struct block block;
	int err, found;

	*part = &reader->part;
	*kind = PART_END;
	while (!reader->ended) {
		found = block__read(&reader->at, reader->number, &block);
		if (found < 0) {
			/* the scan found it whole */
			*why = "was changed while it was read";
			return -EBADMSG;
		}
		if (!found) {
			reader->ended = true;
			if (reader->whole || !reader->intervals)
				break;
			finish_sum(reader);
			*part = &reader->sum;
			*kind = PART_TOTAL;
			break;
		}
		reader->number++;
		err = read_block(reader, &block, kind);
		if (err) {
			snprintf(reader->damage, sizeof(reader->damage),
				 "makes no sense in block %u%s", block.number,
				 err == -ENOMEM ? ": out of memory" : "");
			*why = reader->damage;
			return err;
		}
		if (*kind != PART_END)
			break;
	}
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "recording/recording.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "recording/coding.h"
#include "recording/upgrade.h"

/* What is recorded beside snapshots (model/snapshot.c): the guest and the run. */

/* clang-format off */

static const struct field cell_fields[] = {
	ENUM(1, struct cell, area, AREA_NR, AREA_OTHER),
	VALUE(2, struct cell, what),
	ENUM(3, struct cell, letter, LETTER_H + 1, LETTER_UNKNOWN),
	VALUE(4, struct cell, how),
	VALUE(5, struct cell, better),
	VALUE(6, struct cell, evidence),
	VALUE(7, struct cell, conflicting),
};
static SCHEMA(cell_schema, struct cell, cell_fields);

static const struct field feature_fields[] = {
	VALUE(1, struct feature, name),
	ENUM(2, struct feature, state, FEATURE_UNKNOWN + 1, FEATURE_UNKNOWN),
	VALUE(3, struct feature, why),
	ENUM(4, struct feature, id, FEATURES, FEATURES),
	ENUM(5, struct feature, cause, CAUSE_NR, CAUSE_OTHER),
};
static SCHEMA(feature_schema, struct feature, feature_fields);

static const struct field disk_fields[] = {
	VALUE(1, struct disk, name),
	VALUE(2, struct disk, major),
	VALUE(3, struct disk, minor),
	ENUM(4, struct disk, letter, LETTER_H + 1, LETTER_UNKNOWN),
	VALUE(5, struct disk, driver),
	VALUE(6, struct disk, stacked),
	VALUE(7, struct disk, hw_queues),
	VALUE(8, struct disk, depth),
	VALUE(9, struct disk, iostats),
	VALUE(10, struct disk, same_as),
	VALUE(11, struct disk, mounts),
	VALUE(12, struct disk, sectors),
	VALUE(13, struct disk, tags),
	VALUE(14, struct disk, requests),
	VALUE(15, struct disk, gone),
	VALUE(16, struct disk, scheduler),
	VALUE(17, struct disk, segments),
	ENUM(18, struct disk, persistent, SETTING_NR, SETTING_UNKNOWN),
	VALUE(19, struct disk, swap),
	ENUM(20, struct disk, front, FRONT_NR, FRONT_NONE),
	VALUE(21, struct disk, vbd),
};
static SCHEMA(disk_schema, struct disk, disk_fields);

static const struct field disk_path_fields[] = {
	VALUE(1, struct disk_path, name),
	VALUE(2, struct disk_path, disk),
	VALUE(3, struct disk_path, major),
	VALUE(4, struct disk_path, minor),
	VALUE(5, struct disk_path, hw_queues),
	VALUE(6, struct disk_path, tags),
	VALUE(7, struct disk_path, depth),
	VALUE(8, struct disk_path, iostats),
};
static SCHEMA(disk_path_schema, struct disk_path, disk_path_fields);

static const struct field nic_fields[] = {
	VALUE(1, struct nic, name),
	VALUE(2, struct nic, ifindex),
	ENUM(3, struct nic, letter, LETTER_H + 1, LETTER_UNKNOWN),
	VALUE(4, struct nic, driver),
	VALUE(5, struct nic, queues),
	VALUE(6, struct nic, gone),
	ENUM(7, struct nic, tso, SETTING_NR, SETTING_UNKNOWN),
	ENUM(8, struct nic, gso, SETTING_NR, SETTING_UNKNOWN),
	ENUM(9, struct nic, front, FRONT_NR, FRONT_NONE),
	VALUE(10, struct nic, vif),
};
static SCHEMA(nic_schema, struct nic, nic_fields);

static const struct field irq_fields[] = {
	VALUE(1, struct irq, nr),
	VALUE(2, struct irq, follows),
	VALUE(3, struct irq, action),
	VALUE(4, struct irq, chip),
	VALUE(5, struct irq, kind),
	VALUE(6, struct irq, evtchn),
	ENUM(7, struct irq, area, AREA_NR, AREA_OTHER),
	ENUM(8, struct irq, letter, LETTER_H + 1, LETTER_UNKNOWN),
	VALUE(9, struct irq, device),
	VALUE(10, struct irq, stem),
	VALUE(11, struct irq, user),
};
static SCHEMA(irq_schema, struct irq, irq_fields);

static const struct field pci_range_fields[] = {
	VALUE(1, struct pci_range, device),
	VALUE(2, struct pci_range, memory),
	VALUE(3, struct pci_range, first),
	VALUE(4, struct pci_range, last),
};
static SCHEMA(pci_range_schema, struct pci_range, pci_range_fields);

static const struct field platform_fields[] = {
	ENUM(1, struct platform, boot, BOOT_BARE + 1, BOOT_UNKNOWN),
	VALUE(2, struct platform, mode),
	VALUE(3, struct platform, hypervisor),
	VALUE(4, struct platform, kernel),
	VALUE(5, struct platform, host),
	VALUE(6, struct platform, clocksource),
	VALUE(7, struct platform, clockevent),
	VALUE(8, struct platform, vcpus),
	VALUE(9, struct platform, possible),
	VALUE(10, struct platform, steal_measured),
	LIST(11, struct platform, cells, cell_schema),
	LIST(12, struct platform, features, feature_schema),
	LIST(13, struct platform, disks, disk_schema),
	LIST(14, struct platform, nics, nic_schema),
	LIST(15, struct platform, irqs, irq_schema),
	VALUE(16, struct platform, not_xen),
	LIST(17, struct platform, paths, disk_path_schema),
	VALUE(18, struct platform, better_clock),
	VALUE(19, struct platform, domain),
	VALUE(20, struct platform, tsc_khz),
	LIST(21, struct platform, ranges, pci_range_schema),
};
static SCHEMA(platform_schema, struct platform, platform_fields);

static const struct field run_fields[] = {
	VALUE(1, struct run_info, version),
	VALUE(2, struct run_info, command_line),
	VALUE(3, struct run_info, host),
	VALUE(4, struct run_info, kernel),
	VALUE(5, struct run_info, wall_start_ns),
};
static SCHEMA(run_schema, struct run_info, run_fields);

static const struct field header_fields[] = {
	STRUCT(1, struct recording_header, run, run_schema),
	VALUE(2, struct recording_header, has_platform),
	STRUCT(3, struct recording_header, platform, platform_schema),
	VALUE(4, struct recording_header, timestamps),
	VALUE(5, struct recording_header, verbose),
	VALUE(6, struct recording_header, slower_ns),
	VALUE(7, struct recording_header, per_vcpu),
};
SCHEMA(recording_header_schema, struct recording_header, header_fields);

static const struct field part_fields[] = {
	VALUE(1, struct recording_part, interval_no),
	STRUCT(2, struct recording_part, snap, snapshot_schema),
};
SCHEMA(recording_part_schema, struct recording_part, part_fields);

/* clang-format on */

/* Writing. */

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
		bytes += buckets__bytes(&snap->paths[i].hist) +
			 snap->paths[i].nr_stacks * sizeof(*snap->paths[i].stacks);
	return snap->nr_paths > RECORDING_NAMED || bytes > RECORDING_LISTS_BYTES;
}

int writer__part(struct writer *writer, FILE *out, enum block_type type,
		 const struct recording_part *part)
{
	if (is_too_large(&part->snap))
		return -E2BIG;
	return write_block(writer, out, type, &recording_part_schema, part);
}

/* Reading. */

/*
 * Memory for a block's lists: an element takes many times the bytes that it has in a file. Nothing
 * that is small gets much, and nothing that is large more than RECORDING_LISTS_BYTES.
 */
#define BUDGET_MIN  (16u << 20)
#define BUDGET_EACH 1024ull
/* Elements of its lists, and one more for each byte: a host of 256 disks has 14,000 paths. */
#define ELEMENTS_MIN (16u << 10)
#define ELEMENTS_MAX (64u << 10)
/* Names are kept; those of the largest guest take 10 MB. */
#define NAMES_BYTES_MAX (64u << 20)

struct reader {
	unsigned int minor;  /* of its version */
	struct cursor start; /* behind the header, as far as it is whole */
	struct cursor at;
	uint32_t number; /* of the block there; the header's is 0 */
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
	bool whole, cut, ended, only_totals;
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
	/* a sum of the intervals keeps all that they name */
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
	if (!err)
		err = decode(reader, block, payload, &recording_header_schema, &reader->header);
	if (!err)
		upgrade__header(&reader->header, reader->minor);
	return err;
}

static void say_damage(struct reader *reader, int err, size_t offset, uint32_t number)
{
	snprintf(reader->damage, sizeof(reader->damage),
		 "%s in block %u at byte %zu, after %u intervals: nothing from there on is read",
		 err == -ENODATA ? "is cut" : "is damaged", number, offset, reader->intervals);
}

/*
 * How far the file is whole, by checksums alone: nothing is unpacked. A total in the last block ends
 * the recording, even if it was written as one in between.
 */
static int scan(struct reader *reader, const uint8_t *data)
{
	struct cursor in = reader->start;
	size_t figures = 0;
	struct block block;
	int found = 0;

	for (uint32_t number = 1;; number++) {
		const uint8_t *at = in.at;

		found = block__read(&in, number, &block);
		reader->start.end = at;
		if (found <= 0) {
			if (found)
				say_damage(reader, found, at - data, number);
			reader->cut = found == -ENODATA || (!found && !reader->whole);
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
	return figures ? 0 : found == -EBADMSG ? found : -ENODATA;
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
	err = block__read_start(&reader->start, &major, &reader->minor);
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
	*why = "ends before its first figures";
	err = scan(reader, data);
	if (err)
		goto out;
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

bool reader__is_cut(const struct reader *reader)
{
	return reader->cut;
}

bool reader__at_end(const struct reader *reader)
{
	return reader->ended || !cursor__left(&reader->at);
}

void reader__skip_intervals(struct reader *reader, bool skip)
{
	reader->only_totals = skip;
}

void reader__rewind(struct reader *reader)
{
	reader->at = reader->start;
	reader->number = 1;
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
	if (!err)
		upgrade__part(&reader->part, reader->minor);
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

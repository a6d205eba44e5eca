// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "diffs.h"

#include <assert.h>
#include <stdlib.h>

static const struct platform *platform_of(const struct reader *reader)
{
	return reader__header(reader)->has_platform ? &reader__header(reader)->platform : NULL;
}

static void add(struct compared *c, struct differ *differ, enum diff_side side)
{
	const struct recording_part *part;
	enum part_kind kind;
	const char *why;
	int err;

	while (!(err = reader__next(c->reader[side], &kind, &part, &why)) && kind != PART_END) {
		err = kind == PART_INTERVAL ? differ__add(differ, side, &part->snap)
					    : snapshot__delta(&c->total[side], &part->snap, NULL);
		assert(!err);
	}
	assert(!err);
	err = ledger__build(&c->ledger[side], &c->total[side], platform_of(c->reader[side]));
	assert(!err);
}

struct compared *diffs__compare(struct blob before, struct blob after)
{
	static const char *const names[] = { "before.xtr", "after.xtr" };
	struct compared *c = calloc(1, sizeof(*c));
	struct diff_run runs[DIFF_SIDES];
	struct differ *differ;
	const char *why;
	int err;

	assert(c);
	c->blob[DIFF_BEFORE] = before;
	c->blob[DIFF_AFTER] = after;
	for (int side = 0; side < DIFF_SIDES; side++) {
		err = reader__new(&c->reader[side], c->blob[side].data, c->blob[side].size, &why);
		assert(!err);
		runs[side].platform = platform_of(c->reader[side]);
		runs[side].intervals = reader__intervals(c->reader[side]);
	}
	err = differ__new(&differ, runs);
	assert(!err);
	c->report.diff = &c->diff;
	for (int side = 0; side < DIFF_SIDES; side++) {
		add(c, differ, side);
		c->report.file[side] = names[side];
		c->report.run[side] = (struct report) {
			.run = &reader__header(c->reader[side])->run,
			.platform = runs[side].platform,
			.snap = &c->total[side],
			.ledger = c->ledger[side],
		};
	}
	err = differ__close(differ, &c->diff);
	assert(!err);
	differ__free(differ);
	return c;
}

void diffs__free(struct compared *c)
{
	diff__free(&c->diff);
	for (int side = 0; side < DIFF_SIDES; side++) {
		ledger__free(c->ledger[side]);
		snapshot__free(&c->total[side]);
		reader__free(c->reader[side]);
		free(c->blob[side].data);
	}
	free(c);
}

struct compared *diffs__ahci_to_blkfront(const char *name)
{
	const struct synth_disk before[] = {
		{ .name = "sda", .emulated = true, .reads = 150, .writes = 20, .same_as = "xvda" },
		{ .name = name ?: "xvdb", .reads = 110 },
	};
	const struct synth_disk after[] = {
		{ .name = "xvda", .reads = 150, .writes = 20, .same_as = "sda" },
		{ .name = name ?: "xvdb", .reads = 110 },
	};
	struct synth synth = { .nr_disks = 2,
			       .vcpus = 2,
			       .intervals = 20,
			       .noise = .03,
			       .memory = .3,
			       .disks = before,
			       .seed = 11 };
	struct blob first = synth__record(&synth);

	synth.disks = after;
	synth.seed = 12;
	return diffs__compare(first, synth__record(&synth));
}

char *diffs__print(const struct compared *c, const struct output *output)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	int err;

	assert(out);
	err = output->diff(out, &c->report);
	assert(!err);
	fclose(out);
	return text;
}

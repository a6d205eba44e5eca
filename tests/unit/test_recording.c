// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Recordings: to the byte what the live run gave, and as much as is whole of one that is not. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "recording/block.h"
#include "recording/buckets.h"
#include "recording/tables.h"
#include "golden.h"
#include "recordings.h"

#define NR(array) (sizeof(array) / sizeof((array)[0]))

static void assert_same(const struct blob *a, const struct blob *b, const char *what)
{
	size_t at = 0;

	while (at < a->size && at < b->size && a->data[at] == b->data[at])
		at++;
	if (a->size != b->size || at < a->size)
		fail_msg("%s: %zu and %zu bytes differ at %zu:\n%.60s\n%.60s", what, a->size,
			 b->size, at, a->data + at, b->data + at);
}

static void assert_report_is_live(struct fixture *f, unsigned int intervals, const char *what)
{
	struct blob recording = recordings__live(f, intervals, false, &output_recording);
	const struct output *output;
	char damage[160];

	for (unsigned int i = 0; (output = output__at(i)); i++) {
		struct blob live = recordings__live(f, intervals, false, output), report;
		char name[64];

		snprintf(name, sizeof(name), "%s, %s", what, output->name);
		assert_int_equal(recordings__report(recording.data, recording.size, output, &report,
						    damage),
				 0);
		assert_string_equal(damage, "");
		assert_true(live.size > 0 || !f->snap.nr_paths);
		assert_same(&live, &report, name);
		free(live.data);
		free(report.data);
	}
	free(recording.data);
}

static void report_is_the_live_one(void **state)
{
	struct fixture *f = fixture__pvhvm();

	(void)state;
	assert_report_is_live(f, 3, "pvhvm");
	assert_report_is_live(f, 0, "without intervals");
	f->report.timestamps = f->report.verbose = f->report.per_vcpu = true;
	f->report.slower_ns = 1;
	assert_report_is_live(f, 2, "with all options");
	f->report.platform = NULL;
	assert_report_is_live(f, 1, "without platform");
	fixture__free(f);
	f = fixture__hostile();
	assert_report_is_live(f, 2, "hostile");
	fixture__free(f);
	f = fixture__empty();
	assert_report_is_live(f, 1, "empty");
	fixture__free(f);
}

/* A histogram that was read while it grew, and the ends of the scale. */
static void any_histogram_comes_back(void **state)
{
	static const uint64_t odd[] = { 0, 1, 7, 8, 1000, 1ull << 40, UINT64_MAX };
	struct hist h, back, first, before = {};

	(void)state;
	for (size_t i = 0; i < NR(odd); i++) {
		for (size_t k = 0; k < NR(odd); k++) {
			struct bytes bytes = {};
			struct bit_writer out = { .out = &bytes };
			struct bit_reader in = {};

			h = back = first = (struct hist) {};
			h.bucket[(i * 97) % XT_BUCKETS] = (struct xt_bucket) { odd[i], odd[k] };
			h.bucket[XT_BUCKETS - 1 - k] = (struct xt_bucket) { odd[k], odd[i] };
			h.end = XT_BUCKETS;
			h.max = odd[k];
			/* behind another one, in the middle of a byte */
			hist__add(&before, 1000 * i + k);
			buckets__put(&out, &before);
			buckets__put(&out, &h);
			bits__end(&out);
			in.in = cursor__over(bytes.data, bytes.len);
			buckets__get(&in, &first);
			buckets__get(&in, &back);
			assert_false(in.in.bad);
			assert_int_equal(cursor__left(&in.in), 0);
			assert_memory_equal(&first, &before, sizeof(first));
			assert_memory_equal(h.bucket, back.bucket, sizeof(h.bucket));
			assert_int_equal(h.max, back.max);
			bytes__free(&bytes);
		}
	}
}

/* Cut at every third byte: what is whole is read, and it is said that there was more. */
static void cut_anywhere_reads_to_there(void **state)
{
	struct fixture *f = fixture__pvhvm();
	struct blob recording = recordings__live(f, 3, false, &output_recording);
	size_t refused = 0, reported = 0, most = 0;

	(void)state;
	for (size_t size = 0; size < recording.size; size += 3) {
		void *copy = malloc(size ? size : 1);
		struct blob text;
		char damage[160];
		int err;

		/* of its own size: to read beyond it is found */
		memcpy(copy, recording.data, size);
		err = recordings__report(copy, size, NULL, &text, damage);
		if (!*damage)
			fail_msg("cut at %zu of %zu: nothing is said", size, recording.size);
		if (err) {
			assert_int_equal(err, -EBADMSG);
			assert_int_equal(reported, 0);
			refused++;
		} else {
			/* the total that is missing takes the place of what was cut */
			assert_int_equal(text.data[text.size - 1], 't');
			assert_true(text.size >= most);
			most = text.size;
			reported++;
		}
		free(text.data);
		free(copy);
	}
	/* the header is smaller than what follows it */
	assert_true(reported > refused && refused > 0);
	free(recording.data);
	fixture__free(f);
}

/* Killed before its total: the intervals make it. */
static void intervals_make_the_total(void **state)
{
	struct fixture *f = fixture__pvhvm();
	struct blob killed, live, text;
	const struct output *const outputs[] = { &output_text, &output_folded, &output_svg,
						 &output_json };
	char damage[160];

	(void)state;
	f->report.per_vcpu = f->report.verbose = true;
	f->report.slower_ns = 1;
	killed = recordings__live(f, 4, true, &output_recording);
	for (size_t i = 0; i < NR(outputs); i++) {
		live = recordings__live(f, 4, false, outputs[i]);
		assert_int_equal(
			recordings__report(killed.data, killed.size, outputs[i], &text, damage), 0);
		assert_non_null(strstr(damage, "has no end, after 4 intervals"));
		assert_same(&live, &text, outputs[i]->name);
		free(live.data);
		free(text.data);
	}
	free(killed.data);
	fixture__free(f);
}

/* Whichever bit is flipped, here one of every third byte: nothing from there on is believed. */
static void flipped_bits_are_found(void **state)
{
	struct fixture *f = fixture__pvhvm();
	struct blob recording = recordings__live(f, 2, false, &output_recording), text;
	char damage[160];
	int err;

	(void)state;
	for (size_t at = 0; at < recording.size; at += 3) {
		recording.data[at] ^= 1 << at % 8;
		err = recordings__report(recording.data, recording.size, NULL, &text, damage);
		assert_true(err == 0 || err == -EBADMSG || err == -EPROTO);
		if (!*damage)
			fail_msg("bit flipped at %zu of %zu: nothing is said", at, recording.size);
		if (!err)
			assert_true(strstr(damage, "is damaged in block ") ||
				    strstr(damage, "is cut in block "));
		free(text.data);
		recording.data[at] ^= 1 << at % 8;
	}
	free(recording.data);
	fixture__free(f);
}

/* Blocks that are whole, but not where they belong. */
static void moved_blocks_are_found(void **state)
{
	struct fixture *f = fixture__pvhvm();
	struct blob recording = recordings__live(f, 3, false, &output_recording), text;
	struct cursor in = cursor__over(recording.data, recording.size);
	size_t starts[16], nr = 0;
	unsigned int major;
	struct block block;
	char damage[160];
	char *shorter = malloc(recording.size);

	(void)state;
	assert_int_equal(block__read_start(&in, &major), 0);
	do
		starts[nr] = (char *)in.at - recording.data;
	while (block__read(&in, nr, &block) > 0 && ++nr < NR(starts));
	/* header, names, 3 intervals, total; and what is named later */
	assert_in_range(nr, 6, NR(starts) - 1);
	for (size_t gone = 1; gone + 1 < nr; gone++) {
		size_t size = recording.size - (starts[gone + 1] - starts[gone]);

		memcpy(shorter, recording.data, starts[gone]);
		memcpy(shorter + starts[gone], recording.data + starts[gone + 1],
		       recording.size - starts[gone + 1]);
		recordings__report(shorter, size, &output_folded, &text, damage);
		assert_true(strstr(damage, "is damaged in block ") ||
			    strstr(damage, "ends before"));
		free(text.data);
	}
	free(shorter);
	free(recording.data);
	fixture__free(f);
}

/* A recording whose blocks were put together by hand. */
static struct blob begin(FILE **out, struct blob *blob)
{
	*out = open_memstream(&blob->data, &blob->size);
	assert_non_null(*out);
	assert_int_equal(block__write_start(*out), 0);
	return *blob;
}

/* What a later version of this format may add is passed over. */
static void unknown_blocks_and_fields_are_skipped(void **state)
{
	struct fixture *f = fixture__pvhvm();
	struct blob old = recordings__live(f, 2, false, &output_recording), newer, a, b;
	struct cursor in = cursor__over(old.data, old.size);
	/* ids 1000 to 1002 in all three forms */
	static const uint8_t fields[] = { 0xa0, 0x3e, 7, 0xa5, 0x3e, 1, 2,   3,	  4,  5,
					  6,	7,    8, 0xaa, 0x3e, 3, 'n', 'e', 'w' };
	struct bytes payload = {}, strange = {}, tail;
	struct cursor bits;
	uint32_t number = 0, to = 0;
	unsigned int major;
	struct block block;
	char damage[160];
	FILE *out;

	(void)state;
	begin(&out, &newer);
	bytes__put(&strange, "\xff\xff\xff", 3);
	assert_int_equal(block__read_start(&in, &major), 0);
	while (block__read(&in, number++, &block) > 0) {
		assert_int_equal(block__unpack(&block, &payload, &bits), 0);
		tail = (struct bytes) { .data = (uint8_t *)bits.at, .len = cursor__left(&bits) };
		if (block.type != BLOCK_NAMES)
			bytes__put(&payload, fields, sizeof(fields));
		assert_int_equal(block__write(out, block.type, to++, &payload, &tail), 0);
		assert_int_equal(block__write(out, 77, to++, &strange, &strange), 0);
	}
	fclose(out);
	assert_int_equal(recordings__report(old.data, old.size, &output_json, &a, damage), 0);
	assert_int_equal(recordings__report(newer.data, newer.size, &output_json, &b, damage), 0);
	assert_string_equal(damage, "");
	assert_same(&a, &b, "newer minor version");
	bytes__free(&payload);
	bytes__free(&strange);
	free(newer.data);
	free(old.data);
	free(a.data);
	free(b.data);
	fixture__free(f);
}

static void newer_major_version_is_refused(void **state)
{
	struct fixture *f = fixture__pvhvm();
	struct blob recording = recordings__live(f, 1, false, &output_recording), text;
	char damage[160];

	(void)state;
	recording.data[8]++;
	assert_int_equal(recordings__report(recording.data, recording.size, &output_json, &text,
					    damage),
			 -EPROTO);
	assert_non_null(strstr(damage, "newer version"));
	assert_int_equal(text.size, 0);
	free(text.data);
	free(recording.data);
	fixture__free(f);
}

/* A recording's header, and a total of this snapshot. Returns what reading it says. */
static int read_total(const struct bytes *snapshot)
{
	struct fixture *f = fixture__pvhvm();
	struct blob header = recordings__live(f, 0, true, &output_recording), bad, text;
	struct bytes part = {};
	FILE *out = open_memstream(&bad.data, &bad.size);
	int err;

	assert_non_null(out);
	fwrite(header.data, header.size, 1, out);
	bytes__put(&part, "\x0a", 1); /* id 2, with its length */
	bytes__varint(&part, snapshot->len);
	bytes__put(&part, snapshot->data, snapshot->len);
	assert_int_equal(block__write(out, BLOCK_TOTAL, 1, &part, NULL), 0);
	fclose(out);
	err = recordings__report(bad.data, bad.size, NULL, &text, NULL);
	bytes__free(&part);
	free(text.data);
	free(bad.data);
	free(header.data);
	fixture__free(f);
	return err;
}

/* Paths, id 9 of a snapshot: so many by its own word, and in so many bytes. */
static int read_paths(uint64_t said, size_t there)
{
	struct bytes list = {}, snapshot = {};
	int err;

	bytes__varint(&list, said << 1);
	if (there)
		memset(bytes__grow(&list, there), 0, there);
	bytes__put(&snapshot, "\x26", 1);
	bytes__varint(&snapshot, list.len);
	bytes__put(&snapshot, list.data, list.len);
	err = read_total(&snapshot);
	bytes__free(&list);
	bytes__free(&snapshot);
	return err;
}

/* A list that says that it is long gets no memory for it; nor do a million packed nothings. */
static void claims_get_no_memory(void **state)
{
	(void)state;
	assert_int_equal(read_paths(0, 0), 0);
	assert_int_equal(read_paths(2, 2), 0);
	assert_int_equal(read_paths(1ull << 40, 2), -EBADMSG);
	assert_int_equal(read_paths(1 << 20, 1 << 20), -E2BIG);
}

/* A struct that grew: what was written before it did reads as 0, what is new is passed over. */
static void structs_may_grow(void **state)
{
	struct grown {
		uint64_t old;
		char name[8];
		uint32_t fresh;
		double rate;
		bool yes;
	} from = { .old = 7, .name = "name", .fresh = 8, .rate = .5, .yes = true }, to = {};
	static const struct field fields[] = {
		{ .id = 1, .kind = FIELD_UINT, .offset = offsetof(struct grown, old), .size = 8 },
		{ .id = 2, .kind = FIELD_TEXT, .offset = offsetof(struct grown, name), .size = 8 },
		{ .id = 3, .kind = FIELD_UINT, .offset = offsetof(struct grown, fresh), .size = 4 },
		{ .id = 4, .kind = FIELD_REAL, .offset = offsetof(struct grown, rate), .size = 8 },
		{ .id = 5, .kind = FIELD_BOOL, .offset = offsetof(struct grown, yes), .size = 1 },
	};
	const struct type before = { fields, 2, sizeof(from) }, after = { fields, 5, sizeof(from) };
	struct decoding d = { .major = RECORDING_MAJOR };
	struct bytes bytes = {};
	struct encoding e = { .out = &bytes };

	(void)state;
	coding__put(&e, &before, &from);
	assert_int_equal(coding__get(&d, cursor__over(bytes.data, bytes.len), &after, &to), 0);
	assert_int_equal(to.old, 7);
	assert_string_equal(to.name, "name");
	assert_true(!to.fresh && !(to.rate > 0) && !to.yes);
	bytes.len = 0;
	to = (struct grown) {};
	coding__put(&e, &after, &from);
	assert_int_equal(coding__get(&d, cursor__over(bytes.data, bytes.len), &before, &to), 0);
	assert_true(to.old == 7 && !to.fresh && !to.yes);
	to = (struct grown) {};
	assert_int_equal(coding__get(&d, cursor__over(bytes.data, bytes.len), &after, &to), 0);
	assert_true(to.fresh == 8 && to.rate > .4 && to.yes);
	bytes__free(&bytes);
}

/*
 * Recordings of the fixture's guest that former versions wrote, and the first one of this: they stay
 * readable. That is written once (UPDATE_RECORDING=1), and not when members are added.
 */
static void recordings_of_all_versions_stay_readable(void **state)
{
	static const char *const paths[] = { "tests/fixtures/recording-1.0.xtr",
					     "tests/fixtures/recording-2.0.xtr" };
	struct fixture *f = fixture__pvhvm();
	struct blob text, recording = {};
	FILE *file;

	(void)state;
	if (getenv("UPDATE_RECORDING")) {
		recording = recordings__live(f, 3, false, &output_recording);
		file = fopen(paths[NR(paths) - 1], "w");
		assert_non_null(file);
		fwrite(recording.data, recording.size, 1, file);
		fclose(file);
		free(recording.data);
	}
	for (size_t i = 0; i < NR(paths); i++) {
		file = fopen(paths[i], "r");
		assert_non_null(file);
		recording.data = malloc(1 << 20);
		recording.size = fread(recording.data, 1, 1 << 20, file);
		fclose(file);
		assert_int_equal(recordings__report(recording.data, recording.size, &output_folded,
						    &text, NULL),
				 0);
		golden__check("pvhvm.folded", text.data);
		free(text.data);
		free(recording.data);
	}
	fixture__free(f);
}

/* No member is forgotten: what lies between two fields of a table is padding. */
static void assert_covered(const struct type *type, const char *path)
{
	static uint8_t covered[16384];
	char inner[128];
	size_t at, gap;

	assert_true(type->size <= sizeof(covered));
	memset(covered, 0, type->size);
	for (size_t i = 0; i < type->nr; i++) {
		const struct field *field = &type->fields[i];

		memset(covered + field->offset, 1, field->size);
		if (field->kind == FIELD_LIST || field->kind == FIELD_INLINE)
			memset(covered + field->nr_offset, 1, sizeof(size_t));
		for (size_t k = 0; k < i; k++)
			assert_int_not_equal(field->id, type->fields[k].id);
	}
	for (at = 0; at < type->size; at += gap ? gap : 1) {
		for (gap = 0; at + gap < type->size && !covered[at + gap]; gap++)
			;
		/* the largest alignment is 8: padding is less, and ends at a multiple of 4 */
		if (gap >= 8 || (at + gap) % (gap >= 4 ? 8 : gap ? 4 : 1))
			fail_msg("%s: %zu bytes at %zu are in no table", path, gap, at);
	}
	for (size_t i = 0; i < type->nr; i++) {
		if (!type->fields[i].of)
			continue;
		snprintf(inner, sizeof(inner), "%s.%u", path, type->fields[i].id);
		assert_covered(type->fields[i].of, inner);
	}
}

static void tables_cover_their_structs(void **state)
{
	(void)state;
	assert_covered(&recording_header_type, "header");
	assert_covered(&recording_part_type, "part");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(report_is_the_live_one),
		cmocka_unit_test(any_histogram_comes_back),
		cmocka_unit_test(cut_anywhere_reads_to_there),
		cmocka_unit_test(intervals_make_the_total),
		cmocka_unit_test(flipped_bits_are_found),
		cmocka_unit_test(moved_blocks_are_found),
		cmocka_unit_test(unknown_blocks_and_fields_are_skipped),
		cmocka_unit_test(newer_major_version_is_refused),
		cmocka_unit_test(claims_get_no_memory),
		cmocka_unit_test(structs_may_grow),
		cmocka_unit_test(recordings_of_all_versions_stay_readable),
		cmocka_unit_test(tables_cover_their_structs),
	};

	return cmocka_run_group_tests_name("recording", tests, NULL, NULL);
}

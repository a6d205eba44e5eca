// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Structs and histograms as bytes and back; no member of what is recorded is forgotten. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "recording/block.h"
#include "recording/coding.h"
#include "recording/recording.h"

#define NR(array) (sizeof(array) / sizeof((array)[0]))

/* To bytes and back, behind another one. */
static void pass(const struct hist *before, const struct hist *h, struct hist *back,
		 enum buckets_form form)
{
	struct bytes bytes[BUCKETS_COLUMNS] = {};
	struct cursor in[BUCKETS_COLUMNS];
	struct hist first = {};
	size_t budget = 1 << 20;

	*back = (struct hist) {};
	buckets__put(bytes, before, BUCKETS_TIMED);
	buckets__put(bytes, h, form);
	for (int i = 0; i < BUCKETS_COLUMNS; i++)
		in[i] = cursor__over(bytes[i].data, bytes[i].len);
	assert_int_equal(buckets__get(in, &first, BUCKETS_TIMED, &budget), 0);
	assert_int_equal(buckets__get(in, back, form, &budget), 0);
	for (int i = 0; i < BUCKETS_COLUMNS; i++) {
		assert_false(in[i].bad);
		assert_int_equal(cursor__left(&in[i]), 0);
		bytes__free(&bytes[i]);
	}
	assert_int_equal(first.nr, before->nr);
	if (first.nr)
		assert_memory_equal(first.bucket, before->bucket, first.nr * sizeof(*first.bucket));
	assert_int_equal(h->nr, back->nr);
	assert_int_equal(h->max, back->max);
	hist__free(&first);
}

static void put(struct hist *h, unsigned int index, uint64_t count, uint64_t ns)
{
	struct hist_bucket *bucket = hist__use(h, index);

	assert_non_null(bucket);
	bucket->count = count;
	bucket->ns = ns;
}

/* A histogram that was read while it grew, and the ends of the scale. */
static void any_histogram_comes_back(void **state)
{
	static const uint64_t odd[] = { 0, 1, 7, 8, 1000, 1ull << 40, UINT64_MAX };
	struct hist before = {}, back;

	(void)state;
	for (size_t i = 0; i < NR(odd); i++) {
		for (size_t k = 0; k < NR(odd); k++) {
			struct hist h = { .max = odd[k] };

			put(&h, (i * 97) % HIST_BUCKETS, odd[i], odd[k]);
			put(&h, HIST_BUCKETS - 1 - k, odd[k], odd[i]);
			hist__add(&before, 1000 * i + k);
			pass(&before, &h, &back, BUCKETS_TIMED);
			assert_memory_equal(h.bucket, back.bucket, h.nr * sizeof(*h.bucket));
			hist__free(&back);
			pass(&before, &h, &back, BUCKETS_SUMMED);
			for (unsigned int b = 0; b < h.nr; b++)
				assert_int_equal(h.bucket[b].count, back.bucket[b].count);
			assert_int_equal(hist__total_ns(&h), hist__total_ns(&back));
			hist__free(&back);
			hist__free(&h);
		}
	}
	hist__free(&before);
}

/* Of an interval's times there is the sum. Each bucket's comes back as one that it can have. */
static void a_sum_is_shared(void **state)
{
	struct hist before = {}, back;
	uint64_t random = 1;

	(void)state;
	for (unsigned int events = 1; events < 3000; events = 3 * events / 2 + 1) {
		struct hist h = {};

		for (unsigned int i = 0; i < events; i++) {
			random = random * 6364136223846793005ull + 1442695040888963407ull;
			hist__add(&h, random >> 40 >> (random >> 32) % 20);
		}
		pass(&before, &h, &back, BUCKETS_SUMMED);
		assert_int_equal(hist__total_ns(&h), hist__total_ns(&back));
		buckets__share(&back);
		assert_int_equal(hist__total_ns(&h), hist__total_ns(&back));
		for (unsigned int b = 0; b < h.nr; b++) {
			uint64_t count = h.bucket[b].count;
			unsigned int index = h.bucket[b].index;

			assert_int_equal(count, back.bucket[b].count);
			assert_in_range(back.bucket[b].ns, count * hist__lower(index),
					count * (hist__upper(index) - 1));
		}
		hist__free(&back);
		hist__free(&h);
	}
}

/* Nothing is believed: indexes go up, and what a histogram takes is counted. */
static void no_histogram_is_refused(void **state)
{
	static const struct {
		const char *index;
		size_t len;
	} bad[] = {
		{ "\xff\x7f", 2 }, /* more buckets than there are */
		{ "\2\5\0", 3 },   /* one twice */
		{ "\1\xc0\2", 3 }, /* beyond the last */
		{ "\2\5", 2 },	   /* cut */
	};
	struct cursor in[BUCKETS_COLUMNS];
	size_t budget = 1 << 20;
	struct hist h = {};

	(void)state;
	for (size_t i = 0; i < NR(bad); i++) {
		for (int k = 0; k < BUCKETS_COLUMNS; k++)
			in[k] = cursor__over("\1\1\1\1", 4);
		in[BUCKETS_INDEX] = cursor__over(bad[i].index, bad[i].len);
		assert_int_equal(buckets__get(in, &h, BUCKETS_TIMED, &budget), 0);
		assert_true(in[BUCKETS_INDEX].bad);
		hist__free(&h);
	}
	budget = sizeof(struct hist_bucket);
	in[BUCKETS_INDEX] = cursor__over("\1\5", 2);
	assert_int_equal(buckets__get(in, &h, BUCKETS_TIMED, &budget), -E2BIG);
	assert_int_equal(h.nr, 0);
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
	const struct schema before = { fields, 2, sizeof(from) },
			    after = { fields, 5, sizeof(from) };
	struct decoding d = {};
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

/* No member is forgotten: what lies between two fields of a table is padding. */
static void assert_covered(const struct schema *schema, const char *path)
{
	static uint8_t covered[16384];
	char inner[128];
	size_t at, gap;

	assert_true(schema->size <= sizeof(covered));
	memset(covered, 0, schema->size);
	for (size_t i = 0; i < schema->nr; i++) {
		const struct field *field = &schema->fields[i];

		memset(covered + field->offset, 1, field->size);
		if (field->kind == FIELD_LIST || field->kind == FIELD_INLINE)
			memset(covered + field->nr_offset, 1, sizeof(size_t));
		for (size_t k = 0; k < i; k++)
			assert_int_not_equal(field->id, schema->fields[k].id);
	}
	for (at = 0; at < schema->size; at += gap ? gap : 1) {
		for (gap = 0; at + gap < schema->size && !covered[at + gap]; gap++)
			;
		/* the largest alignment is 8: padding is less, and ends at a multiple of 4 */
		if (gap >= 8 || (at + gap) % (gap >= 4 ? 8 : gap ? 4 : 1))
			fail_msg("%s: %zu bytes at %zu are in no table", path, gap, at);
	}
	for (size_t i = 0; i < schema->nr; i++) {
		if (!schema->fields[i].of)
			continue;
		snprintf(inner, sizeof(inner), "%s.%u", path, schema->fields[i].id);
		assert_covered(schema->fields[i].of, inner);
	}
}

static void tables_cover_their_structs(void **state)
{
	(void)state;
	assert_covered(&recording_header_schema, "header");
	assert_covered(&recording_part_schema, "part");
}

/* That of a thing whose members are all 0 has no bytes, and no memory. */
static void a_name_of_no_bytes_is_one(void **state)
{
	struct dict *dict = dict__new();
	struct bytes none = {}, name = {};
	struct cursor kept;
	int err = 0;

	(void)state;
	assert_non_null(dict);
	bytes__put(&name, "xvda", 4);
	for (int twice = 0; twice < 2; twice++) {
		assert_int_equal(dict__number(dict, &none, &err), 0);
		assert_int_equal(dict__number(dict, &name, &err), 1);
	}
	assert_int_equal(err, 0);
	assert_int_equal(dict__count(dict), 2);
	kept = dict__use(dict, 0);
	assert_true(!kept.bad && !cursor__left(&kept));
	bytes__free(&name);
	dict__free(dict);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_histogram_comes_back),
		cmocka_unit_test(a_sum_is_shared),
		cmocka_unit_test(no_histogram_is_refused),
		cmocka_unit_test(structs_may_grow),
		cmocka_unit_test(a_name_of_no_bytes_is_one),
		cmocka_unit_test(tables_cover_their_structs),
	};

	return cmocka_run_group_tests_name("coding", tests, NULL, NULL);
}

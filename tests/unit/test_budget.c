// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Recordings with sums that are right and figures that are few: what they take to be read does not
 * grow with what they claim, in one part or in all of them together.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "peak.h"
#include "recording/coding.h"
#include "recording/recording.h"
#include "recordings.h"

#define MEMORY_MAX  (256u << 20)
#define SECONDS_MAX 60

enum { SNAPSHOT_END = 2, SNAPSHOT_PATHS = 9, SNAPSHOT_VCPUS = 12 }; /* ids of members */
#define TAG_SNAPSHOT 0x0a /* of a part: id 2, with its length */
#define TAG_PATH_ID  0x1c /* of a path, marked KEY: id 7, a number */
#define TAG_VCPU     0x04 /* of a vCPU: id 1, a number */
#define TAG_UNKNOWN  400  /* id 100, a number: passed over */

static FILE *out;
static uint32_t number;

static FILE *begin(struct blob *blob)
{
	struct recording_header header = { .run = { "1", "cmd", "host", "kernel", 1 } };
	struct writer *writer = writer__new();

	out = open_memstream(&blob->data, &blob->size);
	assert_non_null(writer);
	assert_non_null(out);
	assert_int_equal(writer__header(writer, out, &header), 0);
	writer__free(writer);
	number = 1;
	return out;
}

static void put_block(enum block_type type, struct bytes *text)
{
	assert_int_equal(block__write(out, type, number++, text), 0);
	bytes__free(text);
}

/* Names of paths, by an id alone: nothing is smaller. */
static void put_names(uint64_t from, uint64_t nr)
{
	struct bytes text = {}, name = {};

	bytes__varint(&text, from);
	for (uint64_t i = from; i < from + nr; i++) {
		name.len = 0;
		bytes__varint(&name, TAG_PATH_ID);
		bytes__varint(&name, i + 1);
		bytes__varint(&text, name.len);
		bytes__put(&text, name.data, name.len);
	}
	bytes__free(&name);
	put_block(BLOCK_NAMES, &text);
}

/* What no packer makes smaller, and no reader looks at. */
static void put_noise(struct bytes *to)
{
	static uint64_t seed = 88172645463325252ull;

	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	bytes__varint(to, TAG_UNKNOWN);
	bytes__varint(to, seed | 1ull << 62);
}

static void put_part(enum block_type type, unsigned int id, struct bytes *list)
{
	struct bytes snapshot = {}, part = {};

	bytes__varint(&snapshot, SNAPSHOT_END << 2);
	bytes__varint(&snapshot, 1000000000);
	bytes__varint(&snapshot, id << 2 | 2);
	bytes__varint(&snapshot, list->len);
	bytes__put(&snapshot, list->data, list->len);
	bytes__put(&part, "\0\0\0\0", BUCKETS_COLUMNS); /* without histograms */
	bytes__varint(&part, TAG_SNAPSHOT);
	bytes__varint(&part, snapshot.len);
	bytes__put(&part, snapshot.data, snapshot.len);
	bytes__free(&snapshot);
	bytes__free(list);
	put_block(type, &part);
}

/* Paths that are named by the numbers from `from` on. */
static void put_named(enum block_type type, uint64_t from, uint64_t nr, bool noise)
{
	struct bytes list = {};

	bytes__varint(&list, nr << 1 | 1);
	for (uint64_t i = 0; i < nr; i++) {
		bytes__varint(&list, i ? 0 : 2 * from);
		if (noise)
			put_noise(&list);
		bytes__varint(&list, 0);
	}
	put_part(type, SNAPSHOT_PATHS, &list);
}

/* Elements without a name, that say themselves who they are. */
static void put_own(enum block_type type, unsigned int id, unsigned int tag, uint64_t from,
		    uint64_t nr)
{
	struct bytes list = {};

	bytes__varint(&list, nr << 1);
	for (uint64_t i = from; i < from + nr; i++) {
		bytes__varint(&list, tag);
		bytes__varint(&list, i + 1);
		put_noise(&list);
		bytes__varint(&list, 0);
	}
	put_part(type, id, &list);
}

static void one_large_part(uint64_t nr)
{
	put_names(0, 1000);
	for (uint64_t i = 1; i < nr / 1000; i++)
		put_names(1000 * i, 1000);
	put_named(BLOCK_TOTAL, 0, nr, true);
}

static void part_of_1_mb(void)
{
	one_large_part(80000);
}

static void part_of_5_mb(void)
{
	one_large_part(400000);
}

/* The largest that is read has to be bounded too. */
static void part_that_fits(void)
{
	one_large_part(17000);
}

static void other_paths_in_each_interval(void)
{
	for (uint64_t i = 0; i < 3; i++) {
		put_names(7000 * i, 7000);
		put_named(BLOCK_INTERVAL, 7000 * i, 7000, true);
	}
}

static void the_same_with_a_total(void)
{
	other_paths_in_each_interval();
	put_named(BLOCK_TOTAL, 0, 1, false);
}

static void paths_without_names(void)
{
	for (uint64_t i = 0; i < 3; i++)
		put_own(BLOCK_INTERVAL, SNAPSHOT_PATHS, TAG_PATH_ID, 7000 * i, 7000);
}

/* They are told from each other by their number, which is one of a CPU that Linux may have. */
static void vcpus_that_cannot_be(void)
{
	put_own(BLOCK_INTERVAL, SNAPSHOT_VCPUS, TAG_VCPU, 65000, 1000);
}

static const struct {
	const char *what;
	void (*make)(void);
	int err;
	unsigned int outputs;
} files[] = {
	{ "a part of 1 MB", part_of_1_mb, -E2BIG, 2 },
	{ "a part of 5 MB", part_of_5_mb, -E2BIG, 2 },
	{ "a part that fits", part_that_fits, 0, 2 },
	{ "other paths in each interval", other_paths_in_each_interval, -E2BIG, 1 },
	{ "the same, with a total", the_same_with_a_total, -E2BIG, 2 },
	{ "paths without names", paths_without_names, -E2BIG, 1 },
	{ "vCPUs that cannot be", vcpus_that_cannot_be, -EBADMSG, 1 },
};

static void what_is_claimed_takes_no_memory(void **state)
{
	const struct output *const outputs[] = { &output_text, &output_openmetrics };
	FILE *nowhere = fopen("/dev/null", "w");

	(void)state;
	assert_non_null(nowhere);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		struct blob blob;

		begin(&blob);
		files[i].make();
		fclose(out);
		for (size_t k = 0; k < files[i].outputs; k++) {
			size_t before = peak__start(), took;
			int err;

			alarm(SECONDS_MAX);
			err = recordings__report_to(nowhere, blob.data, blob.size, outputs[k],
						    NULL);
			alarm(0);
			took = peak__since(before);
			print_message("%s, %zu bytes, as %s: %d, %.0f MB\n", files[i].what,
				      blob.size, outputs[k]->name, err, took / 1e6);
			assert_int_equal(err, files[i].err);
			assert_true(took < MEMORY_MAX);
		}
		free(blob.data);
	}
	fclose(nowhere);
}

/* Nothing is recorded that could not be read again. */
static void what_is_too_much_is_not_written(void **state)
{
	struct recording_part part = { .snap.end_ns = 1 };
	struct writer *writer = writer__new();
	FILE *nowhere = fopen("/dev/null", "w");

	(void)state;
	assert_non_null(writer);
	assert_non_null(nowhere);
	part.snap.nr_paths = RECORDING_NAMED + 1;
	part.snap.paths = calloc(part.snap.nr_paths, sizeof(*part.snap.paths));
	assert_int_equal(writer__part(writer, nowhere, BLOCK_TOTAL, &part), -E2BIG);
	part.snap.nr_paths = 17000;
	assert_int_equal(writer__part(writer, nowhere, BLOCK_TOTAL, &part), 0);
	snapshot__free(&part.snap);
	writer__free(writer);
	fclose(nowhere);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_claimed_takes_no_memory),
		cmocka_unit_test(what_is_too_much_is_not_written),
	};

	return cmocka_run_group_tests_name("budget", tests, NULL, NULL);
}

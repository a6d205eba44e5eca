// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Of a recording that is not whole as much as is, and it is said; of claims nothing is believed. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "recording/coding.h"
#include "recordings.h"

#define NR(array) (sizeof(array) / sizeof((array)[0]))

/* Cut at every third byte: what is whole is read, and it is said that there was more. */
static void cut_anywhere_reads_to_there(void **state)
{
	struct fixture *f = fixture__pvhvm();
	struct blob recording = recordings__live(f, 3, RUN_ENDS, &output_recording);
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
			assert_true(err == -EBADMSG || err == -ENODATA);
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

/* Whichever bit is flipped, here one of every third byte: nothing from there on is believed. */
static void flipped_bits_are_found(void **state)
{
	struct fixture *f = fixture__pvhvm();
	struct blob recording = recordings__live(f, 2, RUN_ENDS, &output_recording), text;
	char damage[160];
	int err;

	(void)state;
	for (size_t at = 0; at < recording.size; at += 3) {
		recording.data[at] ^= 1 << at % 8;
		err = recordings__report(recording.data, recording.size, NULL, &text, damage);
		assert_true(err == 0 || err == -EBADMSG || err == -ENODATA || err == -EPROTO);
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
	struct blob recording = recordings__live(f, 3, RUN_ENDS, &output_recording), text;
	struct cursor in = cursor__over(recording.data, recording.size);
	size_t starts[16], nr = 0;
	unsigned int major, minor;
	struct block block;
	char damage[160];
	char *shorter = malloc(recording.size);

	(void)state;
	assert_int_equal(block__read_start(&in, &major, &minor), 0);
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

/* A recording's header, and a total of this snapshot. Returns what reading it says. */
static int read_total(const struct bytes *snapshot)
{
	struct fixture *f = fixture__pvhvm();
	struct blob header = recordings__live(f, 0, RUN_KILLED, &output_recording), bad, text;
	struct bytes part = {};
	FILE *out = open_memstream(&bad.data, &bad.size);
	int err;

	assert_non_null(out);
	fwrite(header.data, header.size, 1, out);
	bytes__put(&part, "\0\0\0\0", BUCKETS_COLUMNS); /* without histograms */
	bytes__put(&part, "\x0a", 1);			/* id 2, with its length */
	bytes__varint(&part, snapshot->len);
	bytes__put(&part, snapshot->data, snapshot->len);
	assert_int_equal(block__write(out, BLOCK_TOTAL, 1, &part), 0);
	fclose(out);
	err = recordings__report(bad.data, bad.size, NULL, &text, NULL);
	bytes__free(&part);
	free(text.data);
	free(bad.data);
	free(header.data);
	fixture__free(f);
	return err;
}

enum list { LOSSES = 5, PATHS = 9 }; /* ids of a snapshot's members */

/* A total with this list: so many by its own word, and in these bytes. */
static int read_list(enum list id, uint64_t said, const void *data, size_t len)
{
	struct bytes list = {}, snapshot = {};
	int err;

	bytes__varint(&list, said << 1);
	bytes__put(&list, data, len);
	bytes__varint(&snapshot, id << 2 | 2); /* with its length */
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
	void *zeros = calloc(1, 1 << 20);

	(void)state;
	assert_int_equal(read_list(PATHS, 0, zeros, 0), 0);
	assert_int_equal(read_list(PATHS, 2, zeros, 2), 0);
	assert_int_equal(read_list(PATHS, 1ull << 40, zeros, 2), -EBADMSG);
	assert_int_equal(read_list(PATHS, 1 << 20, zeros, 1 << 20), -E2BIG);
	free(zeros);
}

/* A loss's name, id 1: of the part that it came with, it would be gone while who sums it up has it still. */
static void strings_that_are_no_names_are_refused(void **state)
{
	(void)state;
	assert_int_equal(read_list(LOSSES, 1, "\x06\x05lost\0", 8), -EBADMSG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cut_anywhere_reads_to_there),
		cmocka_unit_test(flipped_bits_are_found),
		cmocka_unit_test(moved_blocks_are_found),
		cmocka_unit_test(claims_get_no_memory),
		cmocka_unit_test(strings_that_are_no_names_are_refused),
	};

	return cmocka_run_group_tests_name("damaged recordings", tests, NULL, NULL);
}

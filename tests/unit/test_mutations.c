// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Recordings that were damaged in every way that came to mind: an error or a report each, and
 * never a crash, a hang or much memory. The same mutations every time; MUTATIONS says how many.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "model/diff.h"
#include "peak.h"
#include "recording/block.h"
#include "recordings.h"

#define MEMORY_MAX  (256u << 20)
#define SECONDS_MAX 20
#define BLOCKS_MAX  16

/* xorshift64*, Vigna 2014 */
static uint64_t seed;

static uint64_t dice(uint64_t below)
{
	seed ^= seed >> 12;
	seed ^= seed << 25;
	seed ^= seed >> 27;
	return (seed * 2685821657736338717ull >> 11) % below;
}

static void flip(uint8_t *data, size_t size)
{
	for (uint64_t n = 1 + dice(4); n && size; n--)
		data[dice(size)] ^= 1 << dice(8);
}

/* Numbers that have a history. */
static void poke(uint8_t *data, size_t size)
{
	static const uint32_t numbers[] = { 0,		1,	    0x7f,      0x80,
					    0xff,	0xffff,	    0x10000,   0x7fffffff,
					    0x80000000, 0xfffffffe, 0xffffffff };
	uint32_t number = numbers[dice(sizeof(numbers) / sizeof(numbers[0]))];
	size_t len = 1 + dice(4);

	if (size >= len)
		memcpy(data + dice(size - len + 1), &number, len);
}

/* Bytes from elsewhere, over others or between them, or some are left out. */
static void splice(struct bytes *bytes)
{
	size_t size = bytes->len, len, from, to;

	if (size < 2)
		return;
	len = 1 + dice(size < 300 ? size / 2 : 150);
	from = dice(size - len + 1);
	to = dice(size - len + 1);
	switch (dice(3)) {
	case 0:
		memmove(bytes->data + to, bytes->data + from, len);
		break;
	case 1:
		bytes__grow(bytes, len);
		memmove(bytes->data + to + len, bytes->data + to, size - to);
		break;
	default:
		memmove(bytes->data + to, bytes->data + to + len, size - to - len);
		bytes->len -= len;
	}
}

static void mutate(struct bytes *bytes)
{
	switch (dice(4)) {
	case 0:
		flip(bytes->data, bytes->len);
		break;
	case 1:
		poke(bytes->data, bytes->len);
		break;
	case 2:
		splice(bytes);
		break;
	default:
		bytes->len -= dice(bytes->len + 1);
	}
}

struct parts {
	enum block_type type[BLOCKS_MAX];
	struct bytes payload[BLOCKS_MAX];
	size_t nr;
};

static void take_apart(struct parts *parts, const struct blob *recording)
{
	struct cursor in = cursor__over(recording->data, recording->size);
	struct block block;
	unsigned int major, minor;

	*parts = (struct parts) {};
	assert_int_equal(block__read_start(&in, &major, &minor), 0);
	while (block__read(&in, parts->nr, &block) > 0) {
		struct bytes *payload = &parts->payload[parts->nr];

		assert_in_range(parts->nr, 0, BLOCKS_MAX - 2);
		parts->type[parts->nr] = block.type;
		assert_int_equal(block__unpack(&block, payload), 0);
		parts->nr++;
	}
}

/* With checksums that are right: what is inside is read, however wrong. */
static void put_together(struct bytes *to, const struct parts *parts)
{
	char *data;
	size_t size;
	FILE *out = open_memstream(&data, &size);

	assert_non_null(out);
	assert_int_equal(block__write_start(out), 0);
	for (size_t i = 0; i < parts->nr; i++)
		assert_int_equal(block__write(out, parts->type[i], i, &parts->payload[i]), 0);
	fclose(out);
	to->len = 0;
	bytes__put(to, data, size);
	free(data);
}

static void copy(struct bytes *to, const struct bytes *from)
{
	*to = (struct bytes) {};
	bytes__put(to, from->data, from->len);
}

/* Inside a block; or blocks of other types, in another order, twice, left out. */
static void mutate_parts(struct parts *parts)
{
	size_t at = dice(parts->nr), other = dice(parts->nr);
	struct bytes gone = parts->payload[at];

	switch (dice(12)) {
	case 0:
		parts->type[at] = dice(6);
		break;
	case 1:
		parts->payload[at] = parts->payload[other];
		parts->payload[other] = gone;
		break;
	case 2:
		parts->type[parts->nr] = parts->type[at];
		copy(&parts->payload[parts->nr++], &gone);
		break;
	case 3:
		bytes__free(&gone);
		parts->nr--;
		parts->type[at] = parts->type[parts->nr];
		parts->payload[at] = parts->payload[parts->nr];
		break;
	default:
		for (uint64_t n = 1 + dice(3); n; n--)
			mutate(&parts->payload[at]);
	}
}

static void make(struct bytes *to, const struct blob *recording, unsigned int i)
{
	struct parts parts;

	seed = 0x9e3779b97f4a7c15ull * (i + 1);
	to->len = 0;
	if (i % 3 == 0) {
		bytes__put(to, recording->data, recording->size);
		mutate(to);
		return;
	}
	take_apart(&parts, recording);
	mutate_parts(&parts);
	if (dice(4) == 0 && parts.nr)
		mutate_parts(&parts);
	put_together(to, &parts);
	for (size_t k = 0; k < parts.nr; k++)
		bytes__free(&parts.payload[k]);
}

/* With itself, interval by interval: read a second time, too. */
static void compare(const void *data, size_t size)
{
	const struct recording_part *part;
	struct diff_run runs[DIFF_SIDES];
	struct differ *differ;
	struct reader *reader;
	enum part_kind kind;
	struct diff diff;
	const char *why;

	assert_int_equal(reader__new(&reader, data, size, &why), 0);
	for (int side = 0; side < DIFF_SIDES; side++)
		runs[side] = (struct diff_run) { &reader__header(reader)->platform,
						 reader__intervals(reader) };
	assert_int_equal(differ__new(&differ, runs), 0);
	for (int side = 0; side < DIFF_SIDES; side++) {
		reader__rewind(reader);
		while (!reader__next(reader, &kind, &part, &why) && kind != PART_END)
			assert_int_equal(differ__add(differ, side, &part->snap), 0);
	}
	assert_int_equal(differ__close(differ, &diff), 0);
	assert_int_equal(diff.called, 0);
	diff__free(&diff);
	differ__free(differ);
	reader__free(reader);
}

/* Every format has its turn; the recording's own is always worth a try, for it writes it all. */
static void any_mutation_is_survived(void **state)
{
	const char *wanted = getenv("MUTATIONS");
	unsigned int nr = wanted ? strtoul(wanted, NULL, 10) : 500, reports = 0, errors = 0;
	struct fixture *f = fixture__pvhvm();
	struct blob recording = recordings__live(f, 2, RUN_ENDS, &output_recording);
	struct bytes bytes = {};
	size_t most = 0;
	unsigned int formats = 0;

	(void)state;
	while (output__at(formats))
		formats++;
	assert_true(nr > 0);
	for (unsigned int i = 0; i < nr; i++) {
		struct blob text;
		size_t before, took;
		void *copy;
		int err;

		make(&bytes, &recording, i);
		copy = malloc(bytes.len ? bytes.len : 1);
		memcpy(copy, bytes.data, bytes.len);
		before = peak__start();
		alarm(SECONDS_MAX);
		err = recordings__report(copy, bytes.len, output__at(i / 3 % formats), &text, NULL);
		if (!err)
			compare(copy, bytes.len);
		alarm(0);
		took = peak__since(before);
		if (took > MEMORY_MAX)
			fail_msg("mutation %u of %zu bytes took %zu bytes", i, bytes.len, took);
		most = took > most ? took : most;
		assert_true(!err || err == -EBADMSG || err == -ENODATA || err == -EPROTO ||
			    err == -E2BIG);
		reports += !err;
		errors += !!err;
		free(text.data);
		free(copy);
	}
	print_message("%u mutations: %u reports, %u errors; at most %.1f MB of memory\n", nr,
		      reports, errors, most / 1e6);
	/* both are common, or these are no mutations; and its paths alone take 170 kB */
	assert_true(most > 170000);
	assert_true(reports > nr / 10 && errors > nr / 20);
	bytes__free(&bytes);
	free(recording.data);
	fixture__free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_mutation_is_survived),
	};

	return cmocka_run_group_tests_name("mutations", tests, NULL, NULL);
}

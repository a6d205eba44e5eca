// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Recordings of other versions: of a newer minor one what is known is read, another major one is refused. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "golden.h"
#include "recordings.h"

#define NR(array) (sizeof(array) / sizeof((array)[0]))

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
	struct blob old = recordings__live(f, 2, RUN_ENDS, &output_recording), newer, a, b;
	struct cursor in = cursor__over(old.data, old.size);
	/* ids 1000 to 1002 in all three forms */
	static const uint8_t fields[] = { 0xa0, 0x3e, 7, 0xa5, 0x3e, 1, 2,   3,	  4,  5,
					  6,	7,    8, 0xaa, 0x3e, 3, 'n', 'e', 'w' };
	struct bytes payload = {}, strange = {};
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
		assert_int_equal(block__unpack(&block, &payload), 0);
		if (block.type != BLOCK_NAMES)
			bytes__put(&payload, fields, sizeof(fields));
		assert_int_equal(block__write(out, block.type, to++, &payload), 0);
		assert_int_equal(block__write(out, 77, to++, &strange), 0);
	}
	fclose(out);
	assert_int_equal(recordings__report(old.data, old.size, &output_json, &a, damage), 0);
	assert_int_equal(recordings__report(newer.data, newer.size, &output_json, &b, damage), 0);
	assert_string_equal(damage, "");
	recordings__assert_same(&a, &b, "newer minor version");
	bytes__free(&payload);
	bytes__free(&strange);
	free(newer.data);
	free(old.data);
	free(a.data);
	free(b.data);
	fixture__free(f);
}

static void another_major_version_is_refused(void **state)
{
	static const char *const why[] = { "before the first release", "newer version" };
	struct fixture *f = fixture__pvhvm();
	struct blob recording = recordings__live(f, 1, RUN_ENDS, &output_recording), text;
	char damage[160];

	(void)state;
	for (int i = 0; i < 2; i++) {
		recording.data[8] = RECORDING_MAJOR + (i ? 1 : -1);
		assert_int_equal(recordings__report(recording.data, recording.size, &output_json,
						    &text, damage),
				 -EPROTO);
		assert_non_null(strstr(damage, why[i]));
		assert_int_equal(text.size, 0);
		free(text.data);
	}
	free(recording.data);
	fixture__free(f);
}

/*
 * The first recording of this version, of the fixture's guest: it stays readable. It is written once
 * (UPDATE_RECORDING=1), and not when members are added.
 */
static void the_first_recording_stays_readable(void **state)
{
	static const char path[] = "tests/fixtures/recording-4.0.xtr";
	struct fixture *f = fixture__pvhvm();
	struct blob text, recording = {};
	FILE *file;

	(void)state;
	if (getenv("UPDATE_RECORDING")) {
		recording = recordings__live(f, 3, RUN_ENDS, &output_recording);
		file = fopen(path, "w");
		assert_non_null(file);
		fwrite(recording.data, recording.size, 1, file);
		fclose(file);
		free(recording.data);
	}
	file = fopen(path, "r");
	assert_non_null(file);
	recording.data = malloc(1 << 20);
	recording.size = fread(recording.data, 1, 1 << 20, file);
	fclose(file);
	assert_int_equal(
		recordings__report(recording.data, recording.size, &output_folded, &text, NULL), 0);
	golden__check("pvhvm.folded", text.data);
	free(text.data);
	free(recording.data);
	fixture__free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unknown_blocks_and_fields_are_skipped),
		cmocka_unit_test(another_major_version_is_refused),
		cmocka_unit_test(the_first_recording_stays_readable),
	};

	return cmocka_run_group_tests_name("versions of recordings", tests, NULL, NULL);
}

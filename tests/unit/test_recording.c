// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Recordings: a report of one is to the byte what the live run gave. Of a newer minor version what is
 * known is read, another major version is refused.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <jansson.h>
#include <zlib.h>

#include "golden.h"
#include "recordings.h"

#define NR(array) (sizeof(array) / sizeof((array)[0]))

static void assert_report_is_live(struct fixture *f, unsigned int intervals, enum run_end end,
				  const char *what)
{
	struct blob recording = recordings__live(f, intervals, end, &output_recording);
	const struct output *output;
	char damage[160];

	for (unsigned int i = 0; (output = output__at(i)); i++) {
		struct blob live = recordings__live(f, intervals, end, output), report;
		char name[64];

		snprintf(name, sizeof(name), "%s, %s", what, output->name);
		assert_int_equal(recordings__report(recording.data, recording.size, output, &report,
						    damage),
				 0);
		assert_string_equal(damage, "");
		assert_true(live.size > 0 || !f->snap.nr_paths);
		recordings__assert_same(&live, &report, name);
		free(live.data);
		free(report.data);
	}
	free(recording.data);
}

static void report_is_the_live_one(void **state)
{
	struct fixture *f = fixture__pvhvm();

	(void)state;
	assert_report_is_live(f, 3, RUN_ENDS, "pvhvm");
	assert_report_is_live(f, 0, RUN_ENDS, "without intervals");
	f->report.timestamps = f->report.verbose = f->report.per_vcpu = true;
	f->report.slower_ns = 1;
	assert_report_is_live(f, 2, RUN_ENDS, "with all options");
	fixture__add_stacks(f);
	assert_report_is_live(f, 2, RUN_ENDS, "with stacks");
	f->report.platform = NULL;
	assert_report_is_live(f, 1, RUN_ENDS, "without platform");
	fixture__free(f);
	f = fixture__hostile();
	assert_report_is_live(f, 2, RUN_ENDS, "hostile");
	fixture__free(f);
	f = fixture__empty();
	assert_report_is_live(f, 1, RUN_ENDS, "empty");
	fixture__free(f);
}

/* Buckets that no interval had: the page's course adds up to the whole with them. */
static void slowest_come_after_the_last_interval(void **state)
{
	struct fixture *f = fixture__pvhvm();

	(void)state;
	for (size_t i = 0; i < f->snap.nr_paths; i++) {
		hist__add(&f->snap.paths[i].hist, 0);
		hist__add(&f->snap.paths[i].hist, 1ull << 34);
	}
	assert_report_is_live(f, 3, RUN_GOES_ON, "slow at the end");
	fixture__free(f);
}

/* Times of single buckets, which intervals do not have, become 0; returns their sum. */
static json_int_t take_times(json_t *buckets)
{
	json_int_t sum = 0;
	json_t *bucket;
	size_t i;

	json_array_foreach(buckets, i, bucket)
	{
		sum += json_integer_value(json_array_get(bucket, 2));
		if (json_array_size(bucket) > 2)
			json_array_set_new(bucket, 2, json_integer(0));
	}
	return sum;
}

/* A line of JSON, where a path's bucket times add up to its own and are then taken out. */
static json_t *parse_without_times(const char *line, size_t len)
{
	json_t *parsed = json_loadb(line, len, 0, NULL), *path;
	bool total;
	size_t i;

	assert_non_null(parsed);
	total = !strcmp(json_string_value(json_object_get(parsed, "type")), "total");
	json_array_foreach(json_object_get(parsed, "paths"), i, path)
	{
		json_int_t sum = take_times(json_object_get(path, "buckets"));

		assert_int_equal(sum,
				 total ? json_integer_value(json_object_get(path, "total_ns")) : 0);
	}
	return parsed;
}

static void assert_same_but_for_times(const struct blob *a, const struct blob *b)
{
	const char *x = a->data, *y = b->data;
	unsigned int lines = 0;

	for (; *x && *y; lines++) {
		size_t x_len = strcspn(x, "\n") + 1, y_len = strcspn(y, "\n") + 1;
		json_t *first = parse_without_times(x, x_len);
		json_t *second = parse_without_times(y, y_len);

		assert_true(json_equal(first, second));
		json_decref(first);
		json_decref(second);
		x += x_len;
		y += y_len;
	}
	assert_true(!*x && !*y && lines > 2);
}

/* Killed before its total: the intervals make it, all but how a path's time is divided among buckets. */
static void intervals_make_the_total(void **state)
{
	struct fixture *f = fixture__pvhvm();
	struct blob killed, live, text;
	const struct output *const outputs[] = { &output_text, &output_folded, &output_openmetrics,
						 &output_json };
	char damage[160];

	(void)state;
	f->report.per_vcpu = f->report.verbose = true;
	f->report.slower_ns = 1;
	killed = recordings__live(f, 4, RUN_KILLED, &output_recording);
	for (size_t i = 0; i < NR(outputs); i++) {
		live = recordings__live(f, 4, RUN_ENDS, outputs[i]);
		assert_int_equal(
			recordings__report(killed.data, killed.size, outputs[i], &text, damage), 0);
		assert_non_null(strstr(damage, "has no end, after 4 intervals"));
		if (outputs[i] == &output_json)
			assert_same_but_for_times(&live, &text);
		else
			recordings__assert_same(&live, &text, outputs[i]->name);
		free(live.data);
		free(text.data);
	}
	free(killed.data);
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
	struct blob old = recordings__live(f, 2, RUN_ENDS, &output_recording), newer, a, b;
	struct cursor in = cursor__over(old.data, old.size);
	/* ids 1000 to 1002 in all three forms */
	static const uint8_t fields[] = { 0xa0, 0x3e, 7, 0xa5, 0x3e, 1, 2,   3,	  4,  5,
					  6,	7,    8, 0xaa, 0x3e, 3, 'n', 'e', 'w' };
	struct bytes payload = {}, strange = {};
	uint32_t number = 0, to = 0;
	unsigned int major, minor;
	struct block block;
	char damage[160];
	FILE *out;

	(void)state;
	begin(&out, &newer);
	bytes__put(&strange, "\xff\xff\xff", 3);
	assert_int_equal(block__read_start(&in, &major, &minor), 0);
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
 * The first recording of this version, of the fixture's guest: it stays readable, and says what a new
 * one says. It is written once (UPDATE_RECORDING=1), and not when members are added.
 */
static void the_first_recording_stays_readable(void **state)
{
	static const char path[] = "tests/fixtures/recording-4.0.xtr";
	struct fixture *f = fixture__pvhvm();
	struct blob text, live, recording = {};
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
	assert_int_equal(
		recordings__report(recording.data, recording.size, &output_text, &text, NULL), 0);
	live = recordings__live(f, 3, RUN_ENDS, &output_text);
	recordings__assert_same(&live, &text, "the first recording");
	free(live.data);
	free(text.data);
	free(recording.data);
	fixture__free(f);
}

/* A recording as one of this minor version. */
static struct reader *read_as_of(struct blob recording, unsigned int minor)
{
	struct reader *reader;
	const char *why;
	uint32_t sum;

	recording.data[10] = minor;
	sum = crc32(0, (const uint8_t *)recording.data, 12);
	memcpy(recording.data + 12, &sum, sizeof(sum));
	assert_int_equal(reader__new(&reader, recording.data, recording.size, &why), 0);
	return reader;
}

/* The roles of this leg in the total of a recording of this minor version. */
static unsigned int roles_of(struct blob recording, unsigned int minor, const char *leg)
{
	struct reader *reader = read_as_of(recording, minor);
	const struct recording_part *part;
	unsigned int roles = 0;
	enum part_kind kind;
	const char *why;

	do {
		assert_int_equal(reader__next(reader, &kind, &part, &why), 0);
		for (size_t i = 0; kind == PART_TOTAL && i < part->snap.nr_paths; i++)
			if (!strcmp(part->snap.paths[i].key.leg, leg))
				roles = part->snap.paths[i].key.roles;
	} while (kind != PART_END);
	reader__free(reader);
	return roles;
}

static void older_hypercalls_get_their_roles(void **state)
{
	struct fixture *f = fixture__pvhvm();
	struct blob recording;

	(void)state;
	for (size_t i = 0; i < f->snap.nr_paths; i++)
		f->snap.paths[i].key.roles &= ~PATH_NOTIFY;
	recording = recordings__live(f, 1, RUN_ENDS, &output_recording);
	assert_int_equal(
		roles_of(recording, RECORDING_MINOR, "notify_remote_via_irq") & PATH_NOTIFY, 0);
	assert_int_equal(roles_of(recording, 1, "notify_remote_via_irq") & PATH_NOTIFY,
			 PATH_NOTIFY);
	free(recording.data);
	fixture__free(f);
}

static void older_wakes_of_back_ends_get_their_role(void **state)
{
	struct fixture *f = fixture__empty();
	struct blob recording;

	(void)state;
	for (unsigned int order = 1; order <= 2; order++) {
		const char *leg = order == 1 ? "wake" : "grants";
		struct hist *h = fixture__path(f, KIND_WAIT, AREA_BACK_END, MECH_PV, "vbd-3-51712",
					       "read", leg);
		struct hist_bucket *bucket = hist__use(h, 50);

		bucket->count = bucket->ns = 1;
		f->snap.paths[f->snap.nr_paths - 1].key.order = order;
		f->snap.paths[f->snap.nr_paths - 1].key.roles = 0;
	}
	fixture__close(f);
	recording = recordings__live(f, 1, RUN_ENDS, &output_recording);
	assert_int_equal(roles_of(recording, RECORDING_MINOR, "wake"), 0);
	assert_int_equal(roles_of(recording, 6, "wake"), PATH_WAKE);
	assert_int_equal(roles_of(recording, 6, "grants"), 0);
	free(recording.data);
	fixture__free(f);
}

/* A guest as 4.3 knew it: what code asks was in its texts. */
static struct blob record_texts(void)
{
	struct fixture *f = fixture__pvhvm();
	struct feature features[] = {
		{ .name = "PV timers", .state = FEATURE_UNUSED },
		{ .name = "PV telepathy", .state = FEATURE_UNUSED, .why = "argument, as usual" },
	};
	struct nic nic = { .name = "eth0", .letter = LETTER_P, .driver = "netfront" };
	struct irq irq = { .kind = "user", .device = "xenstored" };
	struct blob recording;

	strcpy(features[0].why, cause__text(CAUSE_CALLBACK_VECTOR));
	f->platform.features = features;
	f->platform.nr_features = 2;
	f->platform.nics = &nic;
	f->platform.nr_nics = 1;
	f->platform.irqs = &irq;
	f->platform.nr_irqs = 1;
	for (size_t i = 0; i < f->platform.nr_disks; i++)
		f->platform.disks[i].front = FRONT_NONE;
	for (size_t i = 0; i < f->platform.nr_cells; i++)
		if (!f->platform.cells[i].better[0])
			strcpy(f->platform.cells[i].better, "-");
	recording = recordings__live(f, 1, RUN_ENDS, &output_recording);
	f->platform.features = NULL;
	f->platform.nics = NULL;
	f->platform.irqs = NULL;
	f->platform.nr_features = f->platform.nr_nics = f->platform.nr_irqs = 0;
	fixture__free(f);
	return recording;
}

static void older_guests_are_asked_by_their_texts(void **state)
{
	struct blob recording = record_texts();
	struct reader *reader = read_as_of(recording, RECORDING_MINOR);
	const struct platform *p = &reader__header(reader)->platform;

	(void)state;
	assert_int_equal(p->features[0].cause, CAUSE_OTHER);
	assert_int_equal(platform__disk(p, "xvdb")->front, FRONT_NONE);
	reader__free(reader);
	reader = read_as_of(recording, 3);
	p = &reader__header(reader)->platform;
	assert_int_equal(p->features[0].id, PV_TIMERS);
	assert_int_equal(p->features[0].cause, CAUSE_CALLBACK_VECTOR);
	assert_int_equal(p->features[1].id, FEATURES);
	assert_int_equal(p->features[1].cause, CAUSE_OTHER);
	assert_int_equal(platform__disk(p, "xvdb")->front, FRONT_BLKFRONT);
	assert_int_equal(platform__disk(p, "sda")->front, FRONT_NONE);
	assert_int_equal(platform__nic(p, "eth0")->front, FRONT_NETFRONT);
	assert_true(p->irqs[0].user);
	for (size_t i = 0; i < p->nr_cells; i++)
		assert_string_not_equal(p->cells[i].better, "-");
	reader__free(reader);
	free(recording.data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(report_is_the_live_one),
		cmocka_unit_test(slowest_come_after_the_last_interval),
		cmocka_unit_test(intervals_make_the_total),
		cmocka_unit_test(unknown_blocks_and_fields_are_skipped),
		cmocka_unit_test(another_major_version_is_refused),
		cmocka_unit_test(the_first_recording_stays_readable),
		cmocka_unit_test(older_hypercalls_get_their_roles),
		cmocka_unit_test(older_wakes_of_back_ends_get_their_role),
		cmocka_unit_test(older_guests_are_asked_by_their_texts),
	};

	return cmocka_run_group_tests_name("recording", tests, NULL, NULL);
}

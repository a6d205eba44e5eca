// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The profile, decoded by a reader of its own: its sums are the ledger's, its numbers lead
 * somewhere, and the same run gives the same file. What Go's pprof makes of it: tests/cli/pprof.bats.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <zlib.h>

#include "fixture.h"
#include "output/flame.h"

#define VALUES	6 /* the last two only where owners are asked for */
#define STRINGS 4096

/* One field of a message, and where the next one begins. */
struct field {
	unsigned int nr, type;
	uint64_t number;
	const unsigned char *data; /* of type 2; `number` bytes */
};

struct profile {
	unsigned char *raw;
	size_t len;
	char *strings[STRINGS];
	bool function[STRINGS], location[STRINGS];
	size_t nr_strings, nr_samples;
	unsigned int nr_types;
	uint64_t types[VALUES], sums[VALUES], comment, default_type, time_ns, duration_ns;
};

static uint64_t varint(const unsigned char **at, const unsigned char *end)
{
	uint64_t n = 0;

	for (unsigned int shift = 0; shift < 64; shift += 7) {
		assert_true(*at < end);
		n |= (uint64_t)(**at & 127) << shift;
		if (!(*(*at)++ & 128))
			return n;
	}
	fail_msg("a number of more than 64 bits");
	return 0;
}

static struct field next(const unsigned char **at, const unsigned char *end)
{
	uint64_t tag = varint(at, end);
	struct field field = { .nr = tag >> 3, .type = tag & 7, .number = varint(at, end) };

	assert_true(field.nr > 0);
	if (!field.type)
		return field;
	assert_int_equal(field.type, 2);
	assert_true(field.number <= (size_t)(end - *at));
	field.data = *at;
	*at += field.number;
	return field;
}

/* The numbers of fields 1 to 4 of a small message; 0 where they are missing. */
static void numbers(const struct field *message, uint64_t out[5])
{
	const unsigned char *at = message->data, *end = at + message->number;

	memset(out, 0, 5 * sizeof(*out));
	while (at < end) {
		struct field field = next(&at, end);

		assert_in_range(field.nr, 1, 4);
		out[field.nr] = field.number;
	}
}

static void add_sample(struct profile *profile, const struct field *sample)
{
	const unsigned char *at = sample->data, *end = at + sample->number;
	unsigned int nr_values = 0, nr_frames = 0;
	uint64_t label[5];

	while (at < end) {
		struct field field = next(&at, end);

		if (field.nr == 1) {
			assert_true(profile->location[field.number]);
			nr_frames++;
		} else if (field.nr == 2) {
			assert_true(nr_values < profile->nr_types);
			profile->sums[nr_values++] += field.number;
		} else {
			assert_int_equal(field.nr, 3);
			numbers(&field, label);
			assert_in_range(label[1], 1, profile->nr_strings - 1);
			assert_true(label[2] < profile->nr_strings);
			/* a text, or a number with its unit */
			assert_int_equal(!label[2], !!label[4]);
			if (label[4])
				assert_string_equal(profile->strings[label[4]], "nanoseconds");
		}
	}
	assert_int_equal(nr_values, profile->nr_types);
	assert_in_range(nr_frames, 2, FLAME_NAMES + FLAME_CALLERS - 1);
	profile->nr_samples++;
}

static void read_names(struct profile *profile)
{
	const unsigned char *at = profile->raw, *end = at + profile->len;
	uint64_t n[5], line[5];

	while (at < end) {
		struct field field = next(&at, end), inner;
		const unsigned char *in = field.data;

		if (field.nr == 6) {
			assert_true(profile->nr_strings < STRINGS);
			profile->strings[profile->nr_strings++] =
				strndup((const char *)field.data, field.number);
		} else if (field.nr == 5) {
			numbers(&field, n);
			assert_in_range(n[1], 1, STRINGS - 1);
			assert_false(profile->function[n[1]]);
			profile->function[n[1]] = true;
			assert_int_equal(n[1], n[2]);
		} else if (field.nr == 4) {
			assert_int_equal(next(&in, in + field.number).nr, 1);
			inner = next(&in, in + field.number);
			assert_int_equal(inner.nr, 4);
			numbers(&inner, line);
			assert_true(profile->function[line[1]]);
			profile->location[line[1]] = true;
		}
	}
}

static void read_rest(struct profile *profile)
{
	const unsigned char *at = profile->raw, *end = at + profile->len;
	uint64_t n[5];

	while (at < end) {
		struct field field = next(&at, end);

		if (field.nr == 1) {
			numbers(&field, n);
			assert_true(profile->nr_types < VALUES);
			profile->types[profile->nr_types++] = n[1];
		} else if (field.nr == 2) {
			add_sample(profile, &field);
		} else if (field.nr == 9) {
			profile->time_ns = field.number;
		} else if (field.nr == 10) {
			profile->duration_ns = field.number;
		} else if (field.nr == 13) {
			profile->comment = field.number;
		} else if (field.nr == 14) {
			profile->default_type = field.number;
		} else {
			assert_in_range(field.nr, 4, 6);
		}
	}
}

static void print(const struct fixture *f, char **data, size_t *len)
{
	FILE *out = open_memstream(data, len);

	assert_int_equal(output_pprof.total(out, &f->report), 0);
	fclose(out);
}

#define RAW_MAX (64u << 20)

static void unzip(struct profile *profile, const char *data, size_t len)
{
	z_stream stream = { .next_in = (unsigned char *)data, .avail_in = len };

	profile->raw = malloc(RAW_MAX);
	stream.next_out = profile->raw;
	stream.avail_out = RAW_MAX;
	assert_int_equal(inflateInit2(&stream, 15 + 16), Z_OK);
	assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
	assert_int_equal(stream.avail_in, 0);
	profile->len = stream.total_out;
	inflateEnd(&stream);
}

static struct profile *read_profile(const struct fixture *f)
{
	struct profile *profile = calloc(1, sizeof(*profile));
	char *data;
	size_t len;

	print(f, &data, &len);
	unzip(profile, data, len);
	free(data);
	read_names(profile);
	assert_string_equal(profile->strings[0], "");
	read_rest(profile);
	assert_int_equal(profile->nr_types, f->snap.whose.by ? VALUES : VALUES - 2);
	assert_string_equal(profile->strings[profile->types[0]], "cpu_time");
	assert_string_equal(profile->strings[profile->types[3]], "wait_count");
	assert_int_equal(profile->default_type, profile->types[0]);
	return profile;
}

static void profile__free(struct profile *profile)
{
	for (size_t i = 0; i < profile->nr_strings; i++)
		free(profile->strings[i]);
	free(profile->raw);
	free(profile);
}

static bool has_string(const struct profile *profile, const char *string)
{
	for (size_t i = 0; i < profile->nr_strings; i++)
		if (!strcmp(profile->strings[i], string))
			return true;
	return false;
}

static uint64_t waited(const struct ledger *ledger)
{
	uint64_t ns = 0;

	for (size_t i = 0; i < ledger->nr_waits; i++)
		if (!ledger->waits[i].stacked)
			ns += ledger->waits[i].waited_ns - ledger->waits[i].outside_ns;
	return ns;
}

/* Of legs, where a request has some: each is passed once. */
static uint64_t counted(const struct fixture *f, enum kind kind)
{
	uint64_t count = 0;

	for (size_t i = 0; i < f->snap.nr_paths; i++)
		if (f->snap.paths[i].key.kind == kind &&
		    ledger__adds_up(f->ledger, &f->snap.paths[i]))
			count += hist__count(&f->snap.paths[i].hist);
	return count;
}

static void assert_sums(const struct fixture *f)
{
	struct profile *profile = read_profile(f);

	assert_int_equal(profile->sums[0], f->ledger->cpu.total_ns + f->ledger->cpu.excess_ns);
	assert_int_equal(profile->sums[1], counted(f, KIND_CPU));
	assert_int_equal(profile->sums[2], waited(f->ledger));
	assert_int_equal(profile->sums[3], counted(f, KIND_WAIT));
	profile__free(profile);
}

static void sums_are_the_ledgers(void **state)
{
	struct fixture *f = fixture__pvhvm();

	(void)state;
	assert_sums(f);
	/* what is counted and not followed, and in no bucket yet; also less than none */
	fixture__path(f, KIND_WAIT, AREA_DISK, MECH_PV, "xvdz", "read", "total")->pending = 7;
	fixture__path(f, KIND_WAIT, AREA_DISK, MECH_PV, "xvdy", "read", "total")->pending = -3;
	fixture__close(f);
	assert_sums(f);
	/* and whose time is in the path around it, which owes it */
	for (size_t i = 0; i < f->snap.nr_paths; i++) {
		struct hist *h = &f->snap.paths[i].hist;

		if (f->snap.paths[i].key.kind != KIND_CPU)
			continue;
		h->owed = hist__total_ns(h) / 3 + 1;
		h->pending = 1;
	}
	fixture__close(f);
	assert_sums(f);
	fixture__free(f);
	f = fixture__empty();
	assert_sums(f);
	fixture__free(f);
	for (unsigned int seed = 0; seed < 100; seed++) {
		f = fixture__random(seed);
		assert_sums(f);
		fixture__free(f);
	}
}

/* In values of their own: those of paths are what they are without. */
static void owners_tell_the_requests_apart_once_more(void **state)
{
	struct fixture *f = fixture__pvhvm();
	struct profile *profile;

	(void)state;
	fixture__add_owner(f);
	f->snap.owners[0].hist.pending = 3;
	fixture__close(f);
	assert_sums(f);
	profile = read_profile(f);
	assert_string_equal(profile->strings[profile->types[4]], "owner_time");
	assert_string_equal(profile->strings[profile->types[5]], "owner_count");
	assert_int_equal(profile->sums[4], f->ledger->owners.waited_ns);
	assert_int_equal(profile->sums[5], 4);
	assert_true(has_string(profile, "postgres[812]"));
	assert_true(has_string(profile, "pid"));
	profile__free(profile);
	fixture__free(f);
}

static void the_run_is_told(void **state)
{
	struct fixture *f = fixture__pvhvm();
	struct profile *profile = read_profile(f);

	(void)state;
	assert_int_equal(profile->time_ns, f->snap.wall_start_ns);
	assert_int_equal(profile->duration_ns, f->ledger->elapsed_ns);
	assert_non_null(strstr(profile->strings[profile->comment], f->run.kernel));
	profile__free(profile);
	fixture__free(f);
}

static void names_are_plain_text(void **state)
{
	struct fixture *f = fixture__hostile();
	struct profile *profile = read_profile(f);

	(void)state;
	for (size_t i = 0; i < profile->nr_strings; i++)
		for (const char *c = profile->strings[i]; *c; c++)
			assert_in_range(*c, ' ', '~');
	profile__free(profile);
	fixture__free(f);
}

static void the_same_run_gives_the_same_file(void **state)
{
	struct fixture *f = fixture__pvhvm();
	char *first, *second;
	size_t len, again;

	(void)state;
	print(f, &first, &len);
	print(f, &second, &again);
	assert_int_equal(len, again);
	assert_memory_equal(first, second, len);
	free(first);
	free(second);
	fixture__free(f);
}

static void extensions_are_known(void **state)
{
	(void)state;
	assert_ptr_equal(output__for_file("a.b/x.pb.gz"), &output_pprof);
	assert_ptr_equal(output__for_file("x.PB.GZ"), &output_pprof);
	assert_ptr_equal(output__for_file("x.pprof"), &output_pprof);
	assert_null(output__for_file("x.gz"));
	assert_null(output__for_file("x.pb.gz/y"));
	assert_null(output__for_file("pb.gz"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sums_are_the_ledgers),
		cmocka_unit_test(owners_tell_the_requests_apart_once_more),
		cmocka_unit_test(the_run_is_told),
		cmocka_unit_test(names_are_plain_text),
		cmocka_unit_test(the_same_run_gives_the_same_file),
		cmocka_unit_test(extensions_are_known),
	};

	return cmocka_run_group_tests_name("pprof", tests, NULL, NULL);
}

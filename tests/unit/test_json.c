// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The JSON lines, read back: the documented fields, exact sums, valid text. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <jansson.h>

#include "fixture.h"
#include "golden.h"
#include "output/json.h"
#include "schema.h"

/* One line, and nothing but it. */
static json_t *parse(const char *text)
{
	json_error_t error;
	json_t *line;

	assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
	line = json_loads(text, JSON_REJECT_DUPLICATES, &error);
	if (!line)
		fail_msg("%s at %d", error.text, error.position);
	assert_string_equal(json_string_value(json_object_get(line, "schema")), "xentrace-bpf/1");
	assert_true(schema__follows(line));
	return line;
}

static json_t *print(const struct fixture *f, int (*format)(FILE *out, const struct report *report))
{
	char *text = fixture__print(f, format);
	json_t *line = parse(text);

	free(text);
	return line;
}

static uint64_t number(json_t *obj, const char *key)
{
	json_t *value = json_object_get(obj, key);

	if (!json_is_integer(value))
		fail_msg("%s is no integer", key);
	return json_integer_value(value);
}

struct field {
	const char *name;
	json_type type;
};

static void assert_fields(json_t *obj, const struct field *fields, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		json_t *value = json_object_get(obj, fields[i].name);

		if (!value)
			fail_msg("no field %s", fields[i].name);
		if (json_typeof(value) != fields[i].type)
			fail_msg("field %s has type %d", fields[i].name, json_typeof(value));
	}
}

#define NR(array) (sizeof(array) / sizeof((array)[0]))

static void header_has_its_fields(void **state)
{
	static const struct field fields[] = {
		{ "type", JSON_STRING },	 { "version", JSON_STRING },
		{ "command_line", JSON_STRING }, { "host", JSON_STRING },
		{ "kernel", JSON_STRING },	 { "start_utc", JSON_STRING },
		{ "mode", JSON_STRING },	 { "detect", JSON_OBJECT },
	};
	struct fixture *f = fixture__pvhvm();
	json_t *line = print(f, output_json.header);

	(void)state;
	assert_fields(line, fields, NR(fields));
	assert_string_equal(json_string_value(json_object_get(line, "start_utc")),
			    "2026-11-22T09:14:02.000000000Z");
	json_decref(line);

	/* Before there is data. */
	f->report.snap = NULL;
	f->report.ledger = NULL;
	line = print(f, output_json.header);
	assert_true(json_is_null(json_object_get(line, "start_utc")));
	json_decref(line);
	fixture__free(f);
}

static void total_has_its_fields(void **state)
{
	static const struct field fields[] = {
		{ "type", JSON_STRING },	 { "start_ns", JSON_INTEGER },
		{ "end_ns", JSON_INTEGER },	 { "vcpus", JSON_INTEGER },
		{ "vcpu_ns", JSON_INTEGER },	 { "cpu", JSON_OBJECT },
		{ "paths", JSON_ARRAY },	 { "losses", JSON_ARRAY },
		{ "conservation", JSON_OBJECT }, { "probes", JSON_ARRAY },
		{ "own_cost", JSON_OBJECT },	 { "findings", JSON_ARRAY },
		{ "complete", JSON_TRUE },
	};
	static const struct field path_fields[] = {
		{ "area", JSON_STRING },   { "mechanism", JSON_STRING }, { "device", JSON_STRING },
		{ "op", JSON_STRING },	   { "leg", JSON_STRING },	 { "kind", JSON_STRING },
		{ "count", JSON_INTEGER }, { "total_ns", JSON_INTEGER }, { "max_ns", JSON_INTEGER },
		{ "buckets", JSON_ARRAY },
	};
	struct fixture *f = fixture__pvhvm();
	json_t *line = print(f, output_json.total), *path;
	size_t i;

	(void)state;
	assert_fields(line, fields, NR(fields));
	assert_string_equal(json_string_value(json_object_get(line, "type")), "total");
	assert_int_equal(json_array_size(json_object_get(line, "paths")), f->snap.nr_paths);
	json_array_foreach(json_object_get(line, "paths"), i, path)
		assert_fields(path, path_fields, NR(path_fields));
	json_decref(line);
	line = print(f, output_json.interval);
	assert_string_equal(json_string_value(json_object_get(line, "type")), "interval");
	json_decref(line);
	fixture__free(f);
}

/* The schema is worth something only if it refuses. */
static void schema_refuses(void **state)
{
	struct fixture *f = fixture__pvhvm();
	json_t *line = print(f, output_json.total);

	(void)state;
	json_object_set_new(line, "renamed", json_integer(1));
	assert_false(schema__follows(line));
	json_object_del(line, "renamed");
	assert_true(schema__follows(line));
	json_object_del(json_object_get(line, "cpu"), "guest_ns");
	assert_false(schema__follows(line));
	json_object_set_new(json_object_get(line, "cpu"), "guest_ns", json_null());
	assert_false(schema__follows(line));
	json_decref(line);
	fixture__free(f);
}

static void buckets_add_up(void **state)
{
	struct fixture *f = fixture__pvhvm();
	json_t *line = print(f, output_json.total), *path, *bucket;
	size_t i, n;

	(void)state;
	json_array_foreach(json_object_get(line, "paths"), i, path)
	{
		json_int_t count = 0, ns = 0, last = 0;

		json_array_foreach(json_object_get(path, "buckets"), n, bucket)
		{
			json_int_t upper = json_integer_value(json_array_get(bucket, 0));

			assert_int_equal(json_array_size(bucket), 3);
			assert_true(upper > last);
			last = upper;
			assert_true(json_integer_value(json_array_get(bucket, 1)) > 0);
			count += json_integer_value(json_array_get(bucket, 1));
			ns += json_integer_value(json_array_get(bucket, 2));
		}
		assert_int_equal(count, number(path, "count"));
		assert_int_equal(ns, number(path, "total_ns"));
		assert_true((json_int_t)number(path, "max_ns") < last);
	}
	json_decref(line);
	fixture__free(f);
}

/* The text's tables: CPU rows add up to their mechanism's column, legs to the request. */
static void rows_add_up(void **state)
{
	struct fixture *f = fixture__pvhvm();
	json_t *line = print(f, output_json.total), *row, *leg;
	json_t *cpu = json_object_get(line, "cpu"), *rows = json_object_get(line, "cpu_rows");
	json_int_t pv = 0, emulated = 0;
	size_t i, n, waits = 0;

	(void)state;
	json_array_foreach(rows, i, row)
	{
		const char *mechanism = json_string_value(json_object_get(row, "mechanism"));

		pv += strcmp(mechanism, "pv") ? 0 : number(row, "ns");
		emulated += strcmp(mechanism, "emulated") ? 0 : number(row, "ns");
	}
	assert_true(pv > 0 && emulated > 0);
	assert_int_equal(pv, number(cpu, "pv_ns"));
	assert_int_equal(emulated, number(cpu, "emulated_ns"));
	json_array_foreach(json_object_get(line, "wait_rows"), i, row)
	{
		double mean = json_number_value(json_object_get(row, "mean_ns")), sum = 0;

		json_array_foreach(json_object_get(row, "legs"), n, leg)
			sum += json_number_value(json_object_get(leg, "share_ns"));
		if (!n || !json_is_true(json_object_get(row, "measured")))
			continue;
		assert_true(fabs(sum - mean) <= mean / 1000);
		waits++;
	}
	assert_true(waits > 1);
	json_decref(line);
	fixture__free(f);
}

static void slow_requests_are_whole(void **state)
{
	struct fixture *f = fixture__pvhvm();
	json_t *line = print(f, output_json.total), *slowest = json_object_get(line, "slowest");
	json_t *slow, *leg;
	size_t i, n;

	(void)state;
	assert_int_equal(json_array_size(slowest), 3);
	json_array_foreach(slowest, i, slow)
	{
		uint64_t sum = 0;

		json_array_foreach(json_object_get(slow, "legs"), n, leg) sum += number(leg, "ns");
		assert_int_equal(sum, number(slow, "total_ns"));
	}
	slow = json_array_get(slowest, 0);
	assert_string_equal(json_string_value(json_object_get(slow, "start_utc")),
			    "2026-11-22T09:14:08.113000000Z");
	assert_int_equal(number(slow, "stolen_ns"), 0);
	/* it ended on another vCPU, and its issuer was gone */
	slow = json_array_get(slowest, 1);
	assert_true(json_is_null(json_object_get(slow, "stolen_ns")));
	assert_true(json_is_null(json_object_get(slow, "comm")));
	assert_int_equal(number(slow, "pid"), 911);
	assert_true(json_is_null(json_object_get(json_array_get(slowest, 2), "pid")));
	json_decref(line);
	fixture__free(f);
}

static void columns_add_up(void **state)
{
	static const char *const columns[] = { "idle_ns",    "stolen_ns", "unattributed_ns",
					       "guest_ns",   "pv_ns",	  "emulated_ns",
					       "hardware_ns" };
	struct fixture *f = fixture__pvhvm();
	json_t *line = print(f, output_json.total), *cpu = json_object_get(line, "cpu");
	uint64_t sum = 0;

	(void)state;
	for (size_t i = 0; i < NR(columns); i++)
		sum += number(cpu, columns[i]);
	assert_int_equal(sum, number(line, "vcpu_ns") + number(cpu, "excess_ns"));
	json_decref(line);
	fixture__free(f);
}

/* Each vCPU's states are its time, and their sums those of all. */
static void vcpus_add_up(void **state)
{
	static const char *const states[] = { "running_ns", "runnable_ns", "blocked_ns",
					      "offline_ns" };
	struct fixture *f = fixture__pvhvm();
	json_t *line = print(f, output_json.total), *vcpu;
	uint64_t all[NR(states)] = {}, whole = 0;
	size_t i;

	(void)state;
	json_array_foreach(json_object_get(line, "per_vcpu"), i, vcpu)
	{
		uint64_t sum = 0;

		for (size_t n = 0; n < NR(states); n++) {
			sum += number(vcpu, states[n]);
			all[n] += number(vcpu, states[n]);
		}
		assert_int_equal(sum, number(vcpu, "vcpu_ns"));
		assert_int_equal(number(vcpu, "blocked_ns"), number(vcpu, "idle_ns"));
		whole += sum;
	}
	assert_int_equal(i, 4);
	assert_int_equal(whole, number(line, "vcpu_ns"));
	assert_int_equal(all[1], number(json_object_get(line, "cpu"), "stolen_ns"));
	assert_int_equal(all[2], number(json_object_get(line, "cpu"), "idle_ns"));
	assert_int_equal(all[3], number(json_object_get(line, "cpu"), "offline_ns"));
	json_decref(line);
	fixture__free(f);
}

/* Events of a channel are those of its vCPUs, and a vCPU's those of its channels. */
static void channels_add_up(void **state)
{
	struct fixture *f = fixture__pvhvm();
	json_t *line = print(f, output_json.total), *channel, *pair, *vcpu;
	uint64_t of_vcpu[4] = {}, all = 0;
	size_t i, n;

	(void)state;
	json_array_foreach(json_object_get(line, "event_channels"), i, channel)
	{
		uint64_t sum = 0;

		json_array_foreach(json_object_get(channel, "by_vcpu"), n, pair)
		{
			uint64_t count = json_integer_value(json_array_get(pair, 1));

			of_vcpu[json_integer_value(json_array_get(pair, 0))] += count;
			sum += count;
		}
		assert_int_equal(sum, number(channel, "count"));
		all += sum;
	}
	assert_int_equal(i, 6);
	json_array_foreach(json_object_get(line, "event_rows"), i, channel)
		all -= number(channel, "count");
	assert_int_equal(all, 0);
	json_array_foreach(json_object_get(line, "per_vcpu"), i, vcpu)
		assert_int_equal(number(vcpu, "events"), of_vcpu[i]);
	assert_int_equal(json_array_size(json_object_get(line, "xenbus")), 2);
	json_decref(line);
	fixture__free(f);
}

static void not_measured_is_null(void **state)
{
	struct fixture *f = fixture__pvhvm();
	json_t *line, *cpu, *path;
	size_t i;

	(void)state;
	f->snap.cpu.steal_measured = f->snap.cpu.has_runstate = false;
	f->snap.cost.clock_read_ns = 0;
	fixture__close(f);
	line = print(f, output_json.total);
	cpu = json_object_get(line, "cpu");
	assert_true(json_is_null(json_object_get(cpu, "stolen_ns")));
	assert_true(json_is_null(json_object_get(cpu, "offline_ns")));
	cpu = json_array_get(json_object_get(line, "per_vcpu"), 0);
	assert_true(json_is_null(json_object_get(cpu, "runnable_ns")));
	assert_true(json_is_null(json_object_get(cpu, "held_by_device_model_ns")));
	assert_true(json_is_null(json_object_get(cpu, "stat_steal_ns")));
	assert_true(
		json_is_null(json_object_get(json_object_get(line, "own_cost"), "clock_read_ns")));
	json_array_foreach(json_object_get(line, "paths"), i, path)
	{
		if (!strcmp(json_string_value(json_object_get(path, "leg")), "total"))
			assert_true(json_is_null(json_object_get(path, "stolen_ns")));
	}
	json_decref(line);
	fixture__free(f);
}

static void extremes_stay_valid(void **state)
{
	struct fixture *f = fixture__empty();
	json_t *line = print(f, output_json.total);

	(void)state;
	assert_int_equal(json_array_size(json_object_get(line, "paths")), 0);
	json_decref(line);
	f->snap.cpu.idle_ns = UINT64_MAX;
	fixture__close(f);
	line = print(f, output_json.total);
	assert_int_equal(number(json_object_get(line, "cpu"), "idle_ns"), INT64_MAX);
	json_decref(line);
	/* an estimate: paths within may have said that more of it is theirs than there is */
	fixture__path(f, KIND_CPU, AREA_INTERRUPT, MECH_GUEST, "", "rcu", "softirq")->owed = -7;
	fixture__close(f);
	line = print(f, output_json.total);
	assert_int_equal(number(json_array_get(json_object_get(line, "paths"), 0), "owed_ns"), -7);
	json_decref(line);
	fixture__free(f);
}

static void hostile_names_are_valid_utf8(void **state)
{
	struct fixture *f = fixture__hostile();
	json_t *line = print(f, output_json.total);

	(void)state;
	json_decref(line);
	line = print(f, output_json.header);
	json_decref(line);
	f->run = (struct run_info) {};
	line = print(f, output_json.header);
	assert_true(json_is_null(json_object_get(line, "host")));
	json_decref(line);
	fixture__free(f);
}

static void lines_are_as_they_were(void **state)
{
	struct fixture *f = fixture__pvhvm();
	char *text = fixture__print(f, output_json.total);

	(void)state;
	golden__check("pvhvm.json", text);
	free(text);
	fixture__free(f);
}

/* Each as jansson writes it, which is how programs know it. */
static void numbers_and_texts_are_as_jansson_writes_them(void **state)
{
	static const double reals[] = { 0,    1,    -1,	      .1,    1e-5,   2.5e-10,
					1e22, 1e23, 123456.5, 1e300, -3e-300 };
	static const char *const texts[] = { "",
					     "plain",
					     "a\"b\\c/d",
					     "\b\f\n\r\t",
					     "\x01\x1f",
					     "\xc3\xa9\xe2\x82\xac",
					     "\xf0\x9f\x98\x80" };
	json_t *list = json_array();
	char *expected, *text = NULL;
	size_t len = 0;
	struct json json = { .out = open_memstream(&text, &len) };

	(void)state;
	json__open(&json, NULL, '[');
	for (size_t i = 0; i < ARRAY_LEN(reals); i++) {
		json_array_append_new(list, json_real(reals[i]));
		json__real(&json, NULL, reals[i]);
	}
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		json_array_append_new(list, json_string(texts[i]));
		json__str(&json, NULL, texts[i]);
	}
	json_array_append_new(list, json_integer(INT64_MAX));
	json__uint(&json, NULL, UINT64_MAX);
	json_array_append_new(list, json_integer(INT64_MIN));
	json__int(&json, NULL, INT64_MIN);
	json_array_append_new(list, json_null());
	json__real(&json, NULL, NAN);
	json__close(&json, ']');
	fclose(json.out);
	expected = json_dumps(list, JSON_COMPACT);
	assert_string_equal(text, expected);
	free(expected);
	free(text);
	json_decref(list);
}

/* Also those that JSON would allow as they are: a terminal obeys them. */
static void control_characters_are_escaped(void **state)
{
	static const char text[] = "a\x7f\xc2\x80\xc2\x9b\xc2\x9f\xc2\xa0";
	char *line = NULL;
	size_t len = 0;
	struct json json = { .out = open_memstream(&line, &len) };
	json_t *read;

	(void)state;
	json__str(&json, NULL, text);
	fclose(json.out);
	assert_string_equal(line, "\"a\\u007F\\u0080\\u009B\\u009F\xc2\xa0\"");
	read = json_loads(line, JSON_DECODE_ANY, NULL);
	assert_string_equal(json_string_value(read), text);
	json_decref(read);
	free(line);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(header_has_its_fields),
		cmocka_unit_test(total_has_its_fields),
		cmocka_unit_test(schema_refuses),
		cmocka_unit_test(buckets_add_up),
		cmocka_unit_test(rows_add_up),
		cmocka_unit_test(slow_requests_are_whole),
		cmocka_unit_test(columns_add_up),
		cmocka_unit_test(vcpus_add_up),
		cmocka_unit_test(channels_add_up),
		cmocka_unit_test(not_measured_is_null),
		cmocka_unit_test(extremes_stay_valid),
		cmocka_unit_test(hostile_names_are_valid_utf8),
		cmocka_unit_test(lines_are_as_they_were),
		cmocka_unit_test(numbers_and_texts_are_as_jansson_writes_them),
		cmocka_unit_test(control_characters_are_escaped),
	};

	return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The run on a time axis: counters that add up to the ledger's, however many intervals became one
 * step, and the slowest requests with all their legs. That viewers can read it: tests/lib/trace-events.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <jansson.h>

#include "fixture.h"
#include "recordings.h"

#define S 1000000000ULL

static json_t *parse(const char *text)
{
	json_error_t error;
	json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, &error);

	if (!root)
		fail_msg("%d: %s", error.position, error.text);
	return root;
}

static bool is(const json_t *event, const char *member, const char *text)
{
	const char *value = json_string_value(json_object_get(event, member));

	return value && !strcmp(value, text);
}

static double number(const json_t *object, const char *member)
{
	return json_number_value(json_object_get(object, member));
}

/* The process of that name. */
static int process(const json_t *events, const char *name)
{
	size_t i;
	json_t *event;

	json_array_foreach(events, i, event)
	{
		if (is(event, "ph", "M") && is(json_object_get(event, "args"), "name", name))
			return number(event, "pid");
	}
	return 0;
}

/* The integral of a counter over time, in seconds, and how many steps it has. */
static double integral(const json_t *events, int pid, const char *name, const char *value,
		       size_t *steps)
{
	double sum = 0, last = 0, since = 0;
	size_t i, nr = 0;
	json_t *event;

	json_array_foreach(events, i, event)
	{
		if (!is(event, "ph", "C") || number(event, "pid") != pid ||
		    !is(event, "name", name))
			continue;
		if (nr++)
			sum += last * (number(event, "ts") - since) / 1e6;
		since = number(event, "ts");
		last = number(json_object_get(event, "args"), value);
	}
	assert_true(last == 0);
	if (steps)
		*steps = nr - 1;
	return sum;
}

static void assert_near(double x, double y)
{
	if (fabs(x - y) > 1e-6 * fabs(y) + 1e-6)
		fail_msg("%.9g, not %.9g", x, y);
}

static const struct wait_row *row_of(const struct fixture *f, const char *device, const char *op)
{
	for (size_t i = 0; i < f->ledger->nr_waits; i++)
		if (!strcmp(f->ledger->waits[i].device, device) &&
		    !strcmp(f->ledger->waits[i].op, op))
			return &f->ledger->waits[i];
	fail();
	return NULL;
}

static void counters_add_up(void **state)
{
	struct fixture *f = fixture__pvhvm();
	struct blob blob = recordings__live(f, 5, RUN_ENDS, &output_trace_json);
	json_t *root = parse(blob.data), *events = json_object_get(root, "traceEvents");
	const struct wait_row *row = row_of(f, "xvdb", "read");
	int disk = process(events, "disk xvdb"), cpu = process(events, "vCPUs");
	size_t steps;

	(void)state;
	assert_true(disk && cpu);
	assert_near(integral(events, disk, "read per second", "value", &steps), row->count);
	assert_int_equal(steps, 5);
	assert_near(integral(events, disk, "read in flight", "value", NULL), row->waited_ns / 1e9);
	assert_near(integral(events, cpu, "vCPUs", "emulated", NULL),
		    f->ledger->cpu.mech_ns[MECH_EMULATED] / 1e9);
	assert_near(integral(events, cpu, "vCPUs", "idle", NULL), f->ledger->cpu.idle_ns / 1e9);
	json_decref(root);
	free(blob.data);
	fixture__free(f);
}

/* Each leg of it begins where the one before ended. */
static void assert_slow(const json_t *events, const struct slow_request *slow, int id)
{
	double at_us = slow->start_ns / 1e3, depth = 0;
	size_t i, leg = 0;
	json_t *event;

	json_array_foreach(events, i, event)
	{
		if (!is(event, "cat", "request") || number(event, "id") != id)
			continue;
		assert_near(number(event, "ts"), at_us);
		if (is(event, "ph", "e")) {
			depth--;
			continue;
		}
		if (++depth == 1) {
			assert_true(is(event, "name", slow->op));
			assert_int_equal(number(json_object_get(event, "args"), "total_ns"),
					 slow->total_ns);
			continue;
		}
		assert_true(is(event, "name", slow->legs[leg].name));
		at_us += slow->legs[leg++].ns / 1e3;
	}
	assert_int_equal(leg, slow->nr_legs);
	assert_true(depth == 0);
}

static void slowest_requests_have_their_legs(void **state)
{
	struct fixture *f = fixture__pvhvm();
	struct blob blob = recordings__live(f, 2, RUN_ENDS, &output_trace_json);
	json_t *root = parse(blob.data);

	(void)state;
	assert_true(f->snap.nr_slow > 1);
	for (size_t i = 0; i < f->snap.nr_slow; i++)
		assert_slow(json_object_get(root, "traceEvents"), &f->snap.slow[i], i + 1);
	json_decref(root);
	free(blob.data);
	fixture__free(f);
}

#define LONG 9001

static void a_long_run_has_longer_steps(void **state)
{
	struct fixture *f = fixture__pvhvm();
	uint64_t count = row_of(f, "xvdb", "read")->count, start_ns = f->snap.start_ns;
	char *text;
	json_t *root, *events;
	size_t steps;

	(void)state;
	f->report.state = output_trace_json.open();
	for (unsigned int i = 0; i < LONG; i++) {
		f->snap.start_ns = start_ns + i * 10 * S;
		f->snap.end_ns = f->snap.start_ns + 10 * S;
		assert_int_equal(output_trace_json.interval(NULL, &f->report), 0);
	}
	text = fixture__print(f, output_trace_json.total);
	output_trace_json.close(f->report.state);
	root = parse(text);
	events = json_object_get(root, "traceEvents");
	assert_near(integral(events, process(events, "disk xvdb"), "read per second", "value",
			     &steps),
		    (double)LONG * count);
	assert_in_range(steps, 1000, 3600);
	json_decref(root);
	free(text);
	fixture__free(f);
}

static void any_run_is_json(void **state)
{
	(void)state;
	for (unsigned int seed = 0; seed < 50; seed++) {
		struct fixture *f = seed ? fixture__random(seed) : fixture__hostile();
		struct blob blob = recordings__live(f, 3, RUN_ENDS, &output_trace_json);

		json_decref(parse(blob.data));
		free(blob.data);
		fixture__free(f);
	}
}

static void a_run_without_intervals_has_no_counters(void **state)
{
	struct fixture *f = fixture__pvhvm();
	struct blob blob = recordings__live(f, 0, RUN_ENDS, &output_trace_json);
	json_t *root = parse(blob.data), *event;
	size_t i;

	(void)state;
	json_array_foreach(json_object_get(root, "traceEvents"), i, event)
		assert_false(is(event, "ph", "C"));
	json_decref(root);
	free(blob.data);
	fixture__free(f);
}

static void the_longest_extension_counts(void **state)
{
	(void)state;
	assert_ptr_equal(output__for_file("x.trace.json"), &output_trace_json);
	assert_ptr_equal(output__for_file("x.Trace.JSON"), &output_trace_json);
	assert_ptr_equal(output__for_file("trace.json"), &output_json);
	assert_ptr_equal(output__for_file("x.trace.d/x.json"), &output_json);
	assert_ptr_equal(output__find("trace-json"), &output_trace_json);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counters_add_up),
		cmocka_unit_test(slowest_requests_have_their_legs),
		cmocka_unit_test(a_long_run_has_longer_steps),
		cmocka_unit_test(any_run_is_json),
		cmocka_unit_test(a_run_without_intervals_has_no_counters),
		cmocka_unit_test(the_longest_extension_counts),
	};

	return cmocka_run_group_tests_name("trace events", tests, NULL, NULL);
}

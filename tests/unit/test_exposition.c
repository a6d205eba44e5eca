// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Metrics for who scrapes a guest again and again: in both dialects, and counters that never shrink. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "fixture.h"
#include "output/openmetrics.h"

static char *print(const struct fixture *f, const struct metrics *how)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_int_equal(metrics__write(out, &f->report, how), 0);
	fclose(out);
	return text;
}

/* Which one a header asks for, as clients send it. */
static void accept_chooses_the_dialect(void **state)
{
	static const struct {
		const char *accept;
		enum dialect dialect;
	} headers[] = {
		{ NULL, DIALECT_PROMETHEUS },
		{ "", DIALECT_PROMETHEUS },
		{ "*/*", DIALECT_PROMETHEUS },
		{ "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8", DIALECT_PROMETHEUS },
		/* Prometheus 2.42 and 3 */
		{ "application/openmetrics-text;version=1.0.0,"
		  "application/openmetrics-text;version=0.0.1;q=0.75,"
		  "text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
		  DIALECT_OPENMETRICS },
		{ "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
		  "application/openmetrics-text;version=0.0.1;q=0.5,"
		  "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,"
		  "text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
		  DIALECT_OPENMETRICS },
		{ "application/openmetrics-text", DIALECT_OPENMETRICS },
		{ "Application/OpenMetrics-Text ; version=\"1.0.0\"", DIALECT_OPENMETRICS },
		/* a version that is not ours, a weight of nothing, and one that is less */
		{ "application/openmetrics-text;version=0.0.1", DIALECT_PROMETHEUS },
		{ "application/openmetrics-text;version=2.0.0,text/plain", DIALECT_PROMETHEUS },
		{ "application/openmetrics-text;q=0", DIALECT_PROMETHEUS },
		{ "text/plain, application/openmetrics-text;q=0.9", DIALECT_PROMETHEUS },
		{ "application/openmetrics-textual", DIALECT_PROMETHEUS },
		/* no header that anybody would send */
		{ ",,;q=,;;version,*/*;", DIALECT_PROMETHEUS },
		{ "application/openmetrics-text;", DIALECT_OPENMETRICS },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++)
		if (dialect__accepted(headers[i].accept) != headers[i].dialect)
			fail_msg("%s", headers[i].accept);
}

/* The families' names are those of their samples, and there is nothing that the other one has. */
static void the_older_text_is_its_own(void **state)
{
	struct fixture *f = fixture__pvhvm();
	char *text = print(f, &(struct metrics) { .dialect = DIALECT_PROMETHEUS });

	(void)state;
	assert_non_null(strstr(text, "# TYPE xentrace_cpu_seconds_total counter\n"));
	assert_non_null(strstr(text, "# HELP xentrace_cpu_seconds_total "));
	assert_non_null(strstr(text, "# TYPE xentrace_run_info gauge\n"));
	assert_non_null(strstr(text, "# TYPE xentrace_request_seconds histogram\n"));
	assert_null(strstr(text, "# UNIT"));
	assert_null(strstr(text, "# EOF"));
	assert_null(strstr(text, "} 1 # "));
	free(text);
	fixture__free(f);
}

/* A line that begins so, up to its end; the caller frees it. */
static char *line_of(const char *text, const char *begin)
{
	const char *line = strstr(text, begin);

	if (!line)
		fail_msg("no %s", begin);
	return strndup(line, strcspn(line, "\n"));
}

#define READS "{mechanism=\"emulated\",area=\"disk\",device=\"sda\",op=\"read\""

/* The slowest request, beside the bucket that it is in, and in no other one. */
static void the_slowest_is_an_exemplar(void **state)
{
	struct fixture *f = fixture__pvhvm();
	struct slow_request slow = { .device = "sda",
				     .op = "read",
				     .start_ns = f->snap.start_ns + 1000000000,
				     .total_ns = 3000000,
				     .issued = true,
				     .vcpu = 1,
				     .nr_legs = 2,
				     .legs = { { "queue", 1000000 }, { "device", 2000000 } } };
	struct slow_request *own = f->snap.slow;
	size_t nr = f->snap.nr_slow;
	char *text, *line;

	(void)state;
	f->snap.slow = &slow;
	f->snap.nr_slow = 1;
	f->snap.wall_start_ns = 1700000000000000000;
	text = print(f, &(struct metrics) { .dialect = DIALECT_OPENMETRICS });
	line = line_of(text, "xentrace_request_seconds_bucket" READS ",le=\"0.004194304\"}");
	assert_non_null(strstr(line, " # {leg=\"device\",vcpu=\"1\"} 0.003000000 "
				     "1700000001.003000000"));
	free(line);
	line = line_of(text, "xentrace_request_seconds_bucket" READS ",le=\"0.002097152\"}");
	assert_null(strstr(line, " # "));
	free(line);
	line = line_of(text, "xentrace_request_seconds_bucket" READS ",le=\"0.008388608\"}");
	assert_null(strstr(line, " # "));
	free(line);
	free(text);
	text = print(f, &(struct metrics) { .dialect = DIALECT_PROMETHEUS });
	assert_null(strstr(text, "} 0.003000000"));
	free(text);
	f->snap.slow = own;
	f->snap.nr_slow = nr;
	fixture__free(f);
}

static char *idle_of(const struct fixture *f, struct metrics_floor *floor)
{
	char *text = print(f, &(struct metrics) { .floor = floor });
	char *line = line_of(text, "xentrace_cpu_seconds_total{mechanism=\"idle\"}");

	free(text);
	return line;
}

/* To Prometheus a counter that shrinks has begun anew, and it would add all of it again. */
static void no_counter_shrinks(void **state)
{
	struct fixture *f = fixture__pvhvm();
	struct metrics_floor floor = {};
	char *first = idle_of(f, &floor), *second;

	(void)state;
	f->ledger->cpu.idle_ns -= 1000000;
	second = idle_of(f, &floor);
	assert_string_equal(first, second);
	free(second);
	f->ledger->cpu.idle_ns += 2000000;
	second = idle_of(f, &floor);
	assert_string_not_equal(first, second);
	free(second);
	free(first);
	metrics_floor__free(&floor);
	fixture__free(f);
}

/* Nor does the time of a path, which is an estimate where not all of its passes are timed. */
static void no_time_of_a_path_shrinks(void **state)
{
	static const char sum[] =
		"xentrace_path_cpu_seconds_sum{mechanism=\"pv\",area=\"hypercalls\"";
	struct fixture *f = fixture__pvhvm();
	struct metrics_floor floor = {};
	char *text = print(f, &(struct metrics) { .floor = &floor });
	char *first = line_of(text, sum), *second;

	(void)state;
	free(text);
	for (size_t i = 0; i < f->snap.nr_paths; i++)
		if (f->snap.paths[i].key.kind == KIND_CPU)
			f->snap.paths[i].hist.owed += 1000;
	text = print(f, &(struct metrics) { .floor = &floor });
	second = line_of(text, sum);
	assert_string_equal(first, second);
	free(text);
	free(second);
	text = print(f, &(struct metrics) {});
	second = line_of(text, sum);
	assert_string_not_equal(first, second);
	free(text);
	free(second);
	free(first);
	metrics_floor__free(&floor);
	fixture__free(f);
}

static size_t count(const char *text, const char *what)
{
	size_t n = 0;

	while ((text = strstr(text, what))) {
		text += strlen(what);
		n++;
	}
	return n;
}

/* Of a device that has gone nothing is left, of the others all. */
static void what_has_gone_has_no_series(void **state)
{
	struct fixture *f = fixture__pvhvm();
	struct disk gone = { .name = "sda", .gone = true }, *own = f->platform.disks;
	size_t nr = f->platform.nr_disks;
	char *text;

	(void)state;
	f->platform.disks = &gone;
	f->platform.nr_disks = 1;
	text = print(f, &(struct metrics) { .sparse = true });
	assert_int_equal(count(text, "device=\"sda\""), 0);
	assert_true(count(text, "device=\"xvdb\"") > 100);
	free(text);
	text = print(f, &(struct metrics) {});
	assert_true(count(text, "device=\"sda\"") > 100);
	free(text);
	f->platform.disks = own;
	f->platform.nr_disks = nr;
	fixture__free(f);
}

/* What 64 vCPUs have one each of, with an interrupt of its own, is one series: its events are added. */
static void series_do_not_grow_with_vcpus(void **state)
{
	struct fixture *f = fixture__pvhvm();
	char device[32], op[32], *text, *line;

	(void)state;
	for (int cpu = 0; cpu < 64; cpu++) {
		struct hist *h;
		struct path_key *key;

		snprintf(device, sizeof(device), "lock%d", cpu);
		snprintf(op, sizeof(op), "irq %d", 100 + cpu);
		h = fixture__path(f, KIND_CPU, AREA_EVTCHN, MECH_PV, device, op, "handler");
		assert_int_equal(hist__add(h, 5000), 0);
		key = &f->snap.paths[f->snap.nr_paths - 1].key;
		key->stem = 4;
		key->roles |= PATH_IRQ;
	}
	fixture__close(f);
	text = print(f, &(struct metrics) { .sparse = true });
	line = line_of(text,
		       "xentrace_path_cpu_seconds_count{mechanism=\"pv\",area=\"event channels\","
		       "device=\"lock\",op=\"\",leg=\"handler\"}");
	assert_non_null(strstr(line, "} 64"));
	free(line);
	assert_int_equal(count(text, "device=\"lock1"), 0);
	free(text);
	fixture__free(f);
}

/* Of many disks the legs have no buckets, requests do: a leg is three series. */
static void legs_of_many_devices_have_no_buckets(void **state)
{
	struct fixture *f = fixture__pvhvm();
	struct queue_use *own = f->snap.queues, many[METRICS_DEVICES + 1] = {};
	size_t nr = f->snap.nr_queues;
	char *text;

	(void)state;
	text = print(f, &(struct metrics) { .sparse = true });
	assert_non_null(strstr(text, "leg=\"queue\",le=\"0.001048576\"}"));
	free(text);
	f->snap.queues = many;
	f->snap.nr_queues = METRICS_DEVICES + 1;
	text = print(f, &(struct metrics) { .sparse = true });
	assert_null(strstr(text, "leg=\"queue\",le=\"0.001048576\"}"));
	assert_non_null(strstr(text, "leg=\"queue\",le=\"+Inf\"}"));
	assert_non_null(strstr(text, "op=\"read\",le=\"0.001048576\"}"));
	free(text);
	f->snap.queues = own;
	f->snap.nr_queues = nr;
	fixture__free(f);
}

/* Those of a while just past instead of the run's; what could not be tested has no sample. */
static void findings_are_those_of_a_while(void **state)
{
	struct fixture *f = fixture__pvhvm();
	struct finding all[] = {
		{ .id = "ring-full", .verdict = FINDING_MET, .subject = "xvdb" },
		{ .id = "steal", .verdict = FINDING_NOT_MET },
		{ .id = "grants-short", .verdict = FINDING_UNTESTABLE },
	};
	struct findings recent = { .all = all, .nr = 3 };
	char *text = print(f, &(struct metrics) { .findings = &recent });

	(void)state;
	assert_int_equal(count(text, "xentrace_finding{"), 2);
	assert_non_null(strstr(text, "xentrace_finding{id=\"ring-full\",subject=\"xvdb\"} 1\n"));
	assert_non_null(strstr(text, "xentrace_finding{id=\"steal\",subject=\"\"} 0\n"));
	free(text);
	fixture__free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accept_chooses_the_dialect),
		cmocka_unit_test(the_older_text_is_its_own),
		cmocka_unit_test(the_slowest_is_an_exemplar),
		cmocka_unit_test(no_counter_shrinks),
		cmocka_unit_test(no_time_of_a_path_shrinks),
		cmocka_unit_test(what_has_gone_has_no_series),
		cmocka_unit_test(series_do_not_grow_with_vcpus),
		cmocka_unit_test(legs_of_many_devices_have_no_buckets),
		cmocka_unit_test(findings_are_those_of_a_while),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

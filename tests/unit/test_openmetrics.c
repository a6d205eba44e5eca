// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* OpenMetrics text, read back by Prometheus' own parser, which refuses what the format forbids. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include <jansson.h>

#include "fixture.h"
#include "output/escape.h"

#define PARSER "tests/lib/openmetrics"

static bool has_parser(void)
{
	return !system(
		"/usr/bin/python3 -c 'import prometheus_client.openmetrics.parser' 2>/dev/null");
}

/* What the parser makes of a text; NULL when it refuses it. */
static json_t *parse(const char *text)
{
	char path[] = "/tmp/xentrace-bpf.om.XXXXXX", command[128];
	int fd = mkstemp(path);
	json_t *families;
	FILE *pipe;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	snprintf(command, sizeof(command), PARSER " <%s 2>/dev/null", path);
	pipe = popen(command, "r");
	assert_non_null(pipe);
	families = json_loadf(pipe, 0, NULL);
	if (pclose(pipe)) {
		json_decref(families);
		families = NULL;
	}
	unlink(path);
	return families;
}

static json_t *print(const struct fixture *f)
{
	char *text = fixture__print(f, output_openmetrics.total);
	json_t *families = parse(text);

	if (!families)
		fail_msg("refused: %.3000s", text);
	free(text);
	return families;
}

static json_t *samples_of(json_t *families, const char *name)
{
	return json_object_get(json_object_get(families, name), "samples");
}

/* The sum of a family's samples of that name; `le` restricts it to a bucket. */
static double sum_of(json_t *families, const char *family, const char *sample, const char *le)
{
	double sum = 0;
	json_t *one;
	size_t i;

	json_array_foreach(samples_of(families, family), i, one)
	{
		json_t *bound = json_object_get(json_array_get(one, 1), "le");

		if (strcmp(json_string_value(json_array_get(one, 0)), sample))
			continue;
		if (!le || (bound && !strcmp(json_string_value(bound), le)))
			sum += atof(json_string_value(json_array_get(one, 2)));
	}
	return sum;
}

static uint64_t count_below(const struct fixture *f, enum kind kind, bool whole, uint64_t ns)
{
	uint64_t count = 0;

	for (size_t i = 0; i < f->snap.nr_paths; i++) {
		const struct path *path = &f->snap.paths[i];

		if (path->key.kind != kind || path_key__is_whole(&path->key) != whole)
			continue;
		for (unsigned int b = 0; b < path->hist.nr; b++)
			if (hist__lower(path->hist.bucket[b].index) < ns)
				count += path->hist.bucket[b].count;
	}
	return count;
}

static void assert_seconds(double got, uint64_t ns)
{
	assert_true(fabs(got - ns / 1e9) < 1e-6);
}

/* Needs the parser: tools/setup test installs it. */
static void figures_are_the_snapshots(void **state)
{
	static const struct {
		const char *family;
		enum kind kind;
		bool whole;
	} histograms[] = {
		{ "xentrace_path_cpu_seconds", KIND_CPU, false },
		{ "xentrace_request_seconds", KIND_WAIT, true },
		{ "xentrace_leg_seconds", KIND_WAIT, false },
	};
	struct fixture *f;
	json_t *families;
	char name[64];

	(void)state;
	if (!has_parser())
		skip();
	f = fixture__pvhvm();
	families = print(f);
	assert_seconds(sum_of(families, "xentrace_cpu_seconds", "xentrace_cpu_seconds_total", NULL),
		       f->ledger->cpu.total_ns);
	for (size_t i = 0; i < sizeof(histograms) / sizeof(histograms[0]); i++) {
		const char *family = histograms[i].family;
		enum kind kind = histograms[i].kind;
		bool whole = histograms[i].whole;

		snprintf(name, sizeof(name), "%s_bucket", family);
		assert_int_equal(sum_of(families, family, name, "0.000131072"),
				 count_below(f, kind, whole, 131072));
		assert_int_equal(sum_of(families, family, name, "1.024e-06"),
				 count_below(f, kind, whole, 1024));
		assert_int_equal(sum_of(families, family, name, "+Inf"),
				 count_below(f, kind, whole, UINT64_MAX));
		snprintf(name, sizeof(name), "%s_count", family);
		assert_int_equal(sum_of(families, family, name, NULL),
				 count_below(f, kind, whole, UINT64_MAX));
	}
	assert_int_equal(sum_of(families, "xentrace_requests_started",
				"xentrace_requests_started_total", NULL),
			 167278);
	assert_string_equal(json_string_value(json_object_get(
				    json_object_get(families, "xentrace_request_seconds"), "type")),
			    "histogram");
	assert_string_equal(
		json_string_value(json_object_get(
			json_object_get(families, "xentrace_own_memory_bytes"), "unit")),
		"bytes");
	json_decref(families);
	fixture__free(f);
}

static void whatever_a_run_holds_is_valid(void **state)
{
	(void)state;
	if (!has_parser())
		skip();
	for (unsigned int seed = 1; seed < 8; seed++) {
		struct fixture *f = fixture__random(seed);

		json_decref(print(f));
		fixture__free(f);
	}
}

static void hostile_names_come_back(void **state)
{
	static const char name[] = "a\"b\\c\nd\\n{le=\"1\"} 5\n# EOF\n\xff\xe2\x80\xa8";
	struct fixture *f = fixture__hostile();
	char expected[ESCAPE_LEN];
	json_t *families, *sample;
	bool found = false;
	size_t i;

	(void)state;
	if (!has_parser()) {
		fixture__free(f);
		skip();
	}
	memcpy(f->snap.paths[0].key.device, name, sizeof(name));
	fixture__close(f);
	families = print(f);
	escape__utf8(expected, sizeof(expected), name);
	json_array_foreach(samples_of(families, "xentrace_leg_seconds"), i, sample)
	{
		json_t *labels = json_array_get(sample, 1);
		const char *device = json_string_value(json_object_get(labels, "device"));

		found |= device && !strcmp(device, expected);
	}
	assert_true(found);
	json_decref(families);
	fixture__free(f);
}

/* A parser that takes anything would prove nothing. */
static void parser_refuses(void **state)
{
	struct fixture *f = fixture__pvhvm();
	char *text, *bucket;

	(void)state;
	if (!has_parser()) {
		fixture__free(f);
		skip();
	}
	text = fixture__print(f, output_openmetrics.total);
	bucket = strstr(text, "le=\"0.000131072\"");
	memcpy(bucket, "le=\"0.000000001\"", 16);
	assert_null(parse(text));
	text[strlen(text) - strlen("# EOF\n")] = '\0';
	assert_null(parse(text));
	free(text);
	fixture__free(f);
}

static void steal_that_nobody_measures_is_left_out(void **state)
{
	struct fixture *f = fixture__pvhvm();
	char *text = fixture__print(f, output_openmetrics.total);

	(void)state;
	assert_non_null(strstr(text, "xentrace_cpu_seconds_total{mechanism=\"stolen\"} 0.84"));
	assert_non_null(strstr(text, "xentrace_held_by_device_model_seconds_total 2.99"));
	free(text);
	f->snap.cpu.steal_measured = f->snap.cpu.has_runstate = false;
	fixture__close(f);
	text = fixture__print(f, output_openmetrics.total);
	assert_null(strstr(text, "{mechanism=\"stolen\"}"));
	assert_null(strstr(text, "xentrace_held_by_device_model_seconds"));
	assert_string_equal(text + strlen(text) - 6, "# EOF\n");
	free(text);
	fixture__free(f);
}

static void extensions_are_known(void **state)
{
	(void)state;
	assert_ptr_equal(output__for_file("x.om"), &output_openmetrics);
	assert_ptr_equal(output__for_file("run.1.prom"), &output_openmetrics);
	assert_ptr_equal(output__for_file("x.html"), &output_html);
	assert_ptr_equal(output__find("openmetrics"), &output_openmetrics);
	assert_null(output__for_file("om"));
	assert_null(output__find("prom"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(figures_are_the_snapshots),
		cmocka_unit_test(whatever_a_run_holds_is_valid),
		cmocka_unit_test(hostile_names_come_back),
		cmocka_unit_test(parser_refuses),
		cmocka_unit_test(steal_that_nobody_measures_is_left_out),
		cmocka_unit_test(extensions_are_known),
	};

	return cmocka_run_group_tests_name("openmetrics", tests, NULL, NULL);
}

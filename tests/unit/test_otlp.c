// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Metrics as OTLP's JSON: the samples are those of OpenMetrics. Whether the protocol knows each member is
 * tested by its own definition: tests/fleet/otlp.bats.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <jansson.h>

#include "fixture.h"

static json_t *print(const struct fixture *f)
{
	char *text = fixture__print(f, output_otlp.total);
	json_t *request = json_loads(text, JSON_REJECT_DUPLICATES, NULL);

	assert_non_null(request);
	assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
	free(text);
	return request;
}

/* The metrics of the one resource and scope. */
static json_t *metrics_of(json_t *request)
{
	json_t *resources = json_object_get(request, "resourceMetrics");
	json_t *scopes = json_object_get(json_array_get(resources, 0), "scopeMetrics");

	assert_int_equal(json_array_size(resources), 1);
	assert_int_equal(json_array_size(scopes), 1);
	return json_object_get(json_array_get(scopes, 0), "metrics");
}

static json_t *metric_of(json_t *request, const char *name)
{
	json_t *metrics = metrics_of(request), *metric, *found = NULL;
	size_t i;

	json_array_foreach(metrics, i, metric)
	{
		if (strcmp(json_string_value(json_object_get(metric, "name")), name))
			continue;
		assert_null(found);
		found = metric;
	}
	return found;
}

static json_t *points_of(json_t *metric, const char *kind)
{
	return json_object_get(json_object_get(metric, kind), "dataPoints");
}

static uint64_t number(json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	assert_non_null(text);
	return strtoull(text, NULL, 10);
}

static const char *attribute(json_t *point, const char *name)
{
	json_t *attributes = json_object_get(point, "attributes"), *one;
	size_t i;

	json_array_foreach(attributes, i, one) if (
		!strcmp(json_string_value(json_object_get(one, "key")),
			name)) return json_string_value(json_object_get(json_object_get(one,
											"value"),
									"stringValue"));
	return NULL;
}

static void histograms_have_all_events(void **state)
{
	struct fixture *f = fixture__pvhvm();
	json_t *request = print(f), *metric = metric_of(request, "xentrace_request_seconds");
	json_t *points = points_of(metric, "histogram"), *point, *bucket;
	uint64_t count = 0, wanted = 0, sum;
	size_t i, n;

	(void)state;
	assert_string_equal(json_string_value(json_object_get(metric, "unit")), "s");
	json_array_foreach(points, i, point)
	{
		json_t *buckets = json_object_get(point, "bucketCounts");
		json_t *bounds = json_object_get(point, "explicitBounds");

		assert_int_equal(json_array_size(buckets), json_array_size(bounds) + 1);
		sum = 0;
		json_array_foreach(buckets, n, bucket)
			sum += strtoull(json_string_value(bucket), NULL, 10);
		assert_int_equal(sum, number(point, "count"));
		assert_non_null(attribute(point, "device"));
		assert_true(number(point, "timeUnixNano") - number(point, "startTimeUnixNano") ==
			    f->snap.end_ns - f->snap.start_ns);
		count += sum;
	}
	for (i = 0; i < f->snap.nr_paths; i++)
		if (path_key__is_whole(&f->snap.paths[i].key) &&
		    f->snap.paths[i].key.area != AREA_TIMER)
			wanted += hist__count(&f->snap.paths[i].hist);
	assert_int_equal(count, wanted);
	json_decref(request);
	fixture__free(f);
}

static void counters_and_gauges_are_told_apart(void **state)
{
	struct fixture *f = fixture__pvhvm();
	json_t *request = print(f), *metric = metric_of(request, "xentrace_requests_started");
	json_t *sum = json_object_get(metric, "sum");

	(void)state;
	assert_true(json_is_true(json_object_get(sum, "isMonotonic")));
	assert_int_equal(json_integer_value(json_object_get(sum, "aggregationTemporality")), 2);
	assert_int_equal(number(json_array_get(points_of(metric, "sum"), 0), "asInt"),
			 f->snap.io.started);
	metric = metric_of(request, "xentrace_vcpus");
	assert_int_equal(number(json_array_get(points_of(metric, "gauge"), 0), "asInt"),
			 f->snap.cpu.vcpus);
	assert_non_null(points_of(metric_of(request, "xentrace_run_info"), "gauge"));
	json_decref(request);
	fixture__free(f);
}

/* A metric without points would be one that says nothing; no name breaks the text. */
static void no_metric_is_empty(void **state)
{
	struct fixture *all[] = { fixture__empty(), fixture__hostile(), fixture__pvhvm() };

	(void)state;
	for (size_t f = 0; f < 3; f++) {
		json_t *request = print(all[f]), *metric;
		size_t i;

		json_array_foreach(metrics_of(request), i, metric)
		{
			json_t *points = points_of(metric, "gauge")
						 ?: points_of(metric, "sum")
							    ?: points_of(metric, "histogram");

			assert_true(json_array_size(points) > 0);
		}
		json_decref(request);
		fixture__free(all[f]);
	}
}

static void the_extension_is_known(void **state)
{
	(void)state;
	assert_ptr_equal(output__for_file("run.otlp.json"), &output_otlp);
	assert_ptr_equal(output__for_file("run.json"), &output_json);
	assert_ptr_equal(output__find("otlp"), &output_otlp);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(histograms_have_all_events),
		cmocka_unit_test(counters_and_gauges_are_told_apart),
		cmocka_unit_test(no_metric_is_empty),
		cmocka_unit_test(the_extension_is_known),
	};

	return cmocka_run_group_tests_name("otlp", tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The figures of a price, and the list as people and programs see it. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <jansson.h>

#include "golden.h"
#include "model/statistics.h"
#include "output/detect.h"
#include "schema.h"

#define NR(array) (sizeof(array) / sizeof((array)[0]))

/* Doubles that are copied, never computed: they compare exactly. */
#define assert_figures(price, min, median, p90)             \
	do {                                                \
		assert_true((price).min_ns == (min));       \
		assert_true((price).median_ns == (median)); \
		assert_true((price).p90_ns == (p90));       \
	} while (0)

static void one_batch_is_all_figures(void **state)
{
	struct price price = {};
	double means[] = { 41.5 };

	(void)state;
	price__settle(&price, means, NR(means));
	assert_figures(price, 41.5, 41.5, 41.5);
	assert_int_equal(price.batches, 1);
}

static void figures_are_ranks(void **state)
{
	struct price price = {};
	double ten[] = { 90, 20, 70, 10, 50, 100, 30, 80, 60, 40 };
	double two[] = { 7, 3 };
	double eleven[] = { 11, 1, 10, 2, 9, 3, 8, 4, 7, 5, 6 };

	(void)state;
	price__settle(&price, ten, NR(ten));
	assert_figures(price, 10, 50, 90);
	price__settle(&price, two, NR(two));
	assert_figures(price, 3, 3, 7);
	price__settle(&price, eleven, NR(eleven));
	assert_figures(price, 1, 6, 10);
	assert_int_equal(price.batches, 11);
}

/* A vCPU taken away for 30 ms in one batch of 20 moves neither the median nor the p90. */
static void one_late_batch_is_no_price(void **state)
{
	struct price price = {};
	double means[20];

	(void)state;
	for (size_t i = 0; i < NR(means); i++)
		means[i] = i == 7 ? 30e6 : 1000 + i;
	price__settle(&price, means, NR(means));
	assert_figures(price, 1000, 1010, 1018);
}

static const struct price list[] = {
	{ .name = "VM exit",
	  .min_ns = 1021,
	  .median_ns = 1052.25,
	  .p90_ns = 1204,
	  .batches = 300,
	  .runs = 19200,
	  .how = "CPUID: VT-x and SVM always exit for it" },
	{ .name = "clock read",
	  .min_ns = 21.5,
	  .median_ns = 22,
	  .p90_ns = 26.75,
	  .batches = 300,
	  .runs = 19660800,
	  .how = "clock_gettime(CLOCK_MONOTONIC): a system call, since the vDSO cannot read this "
		 "clock source" },
	{ .name = "fork, exit, wait",
	  .min_ns = 998.4e6,
	  .median_ns = 999.9e6,
	  .p90_ns = 1250e6,
	  .batches = 5,
	  .runs = 5,
	  .how = "of this small process, its child on the same CPU" },
	{ .name = "hypercall",
	  .how = "xen_version by /dev/xen/privcmd, ioctl included",
	  .why_not = "no /dev/xen/privcmd, the only way from user space (module xen-privcmd)" },
};

static void text_is_as_before(void **state)
{
	const struct platform platform = {};
	char *text = NULL, *prices;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	assert_int_equal(detect__text(out, 0, &platform, list, NR(list)), 0);
	fclose(out);
	prices = strstr(text, "PRICES");
	assert_non_null(prices);
	for (const char *line = prices; *line; line += strcspn(line, "\n") + 1)
		assert_in_range(strcspn(line, "\n"), 1, 100);
	golden__check("prices.txt", prices);
	free(text);
}

/* Of the line that --measure prints; owned by the caller. */
static json_t *prices_json(void)
{
	const struct platform platform = {};
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	json_t *line, *prices;

	assert_int_equal(detect__json(out, &platform, list, NR(list)), 0);
	fclose(out);
	line = json_loads(text, 0, NULL);
	assert_true(schema__follows(line));
	prices = json_incref(json_object_get(line, "prices"));
	json_decref(line);
	free(text);
	return prices;
}

static void json_is_as_before(void **state)
{
	json_t *json = prices_json();
	char *text = json_dumps(json, JSON_INDENT(1) | JSON_PRESERVE_ORDER);

	(void)state;
	assert_non_null(text);
	golden__check("prices.json", text);
	free(text);
	json_decref(json);
}

static void not_measured_is_null_never_zero(void **state)
{
	json_t *json = prices_json(), *last = json_array_get(json, NR(list) - 1);

	(void)state;
	assert_true(json_is_null(json_object_get(last, "median_ns")));
	assert_true(json_is_string(json_object_get(last, "why_not")));
	assert_true(json_is_null(json_object_get(json_array_get(json, 0), "why_not")));
	json_decref(json);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_batch_is_all_figures),
		cmocka_unit_test(figures_are_ranks),
		cmocka_unit_test(one_late_batch_is_no_price),
		cmocka_unit_test(text_is_as_before),
		cmocka_unit_test(json_is_as_before),
		cmocka_unit_test(not_measured_is_null_never_zero),
	};

	return cmocka_run_group_tests_name("prices", tests, NULL, NULL);
}

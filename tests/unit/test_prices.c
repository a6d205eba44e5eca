// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The figures of a price, and the list as people and programs see it. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <jansson.h>

#include "golden.h"
#include "model/statistics.h"
#include "output/detect.h"
#include "recording/price_list.h"
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

/* The line of --measure of a guest of this mode; freed by the caller. */
static char *print_list(const char *mode)
{
	struct platform platform = { .host = "db-7" };
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	snprintf(platform.mode, sizeof(platform.mode), "%s", mode);
	assert_int_equal(detect__json(out, &platform, list, NR(list)), 0);
	fclose(out);
	return text;
}

static void a_list_is_read_as_it_was_printed(void **state)
{
	char *text = print_list("pvhvm"), why[100];
	struct price_list read;

	(void)state;
	assert_int_equal(price_list__read(&read, text, strlen(text), why, sizeof(why)), 0);
	assert_string_equal(read.mode, "pvhvm");
	assert_string_equal(read.host, "db-7");
	assert_int_equal(read.nr, NR(list));
	for (size_t i = 0; i < NR(list); i++) {
		assert_string_equal(read.prices[i].name, list[i].name);
		assert_int_equal(!read.prices[i].why_not, !list[i].why_not);
		if (!list[i].why_not)
			assert_figures(read.prices[i], list[i].min_ns, list[i].median_ns,
				       list[i].p90_ns);
	}
	price_list__free(&read);
	free(text);
}

#define HEAD "{\"schema\":\"xentrace-bpf/1\",\"type\":\"detect\",\"mode\":\"pv\""
#define PRICE(min, median, p90)                                                      \
	HEAD ",\"prices\":[{\"name\":\"a\",\"min_ns\":" min ",\"median_ns\":" median \
	     ",\"p90_ns\":" p90 "}]}"

static void what_is_no_list_is_refused(void **state)
{
	static const struct {
		const char *text, *why;
	} wrong[] = {
		{ "", "no JSON" },
		{ "PRICES  median\n", "no JSON" },
		{ PRICE("1", "2", "3") "x", "no JSON" },
		{ "{}", "is not what detect" },
		{ "[]", "is not what detect" },
		{ "{\"schema\":7,\"type\":[]}", "is not what detect" },
		{ "{\"schema\":\"xentrace-bpf/1\",\"type\":\"total\"}", "is not what detect" },
		{ "{\"schema\":\"xentrace-bpf/1\",\"type\":\"detect\",\"mode\":\"kvm\"}",
		  "is of no guest whose mode" },
		{ HEAD "}", "has no prices" },
		{ HEAD ",\"prices\":[]}", "has no prices" },
		{ HEAD ",\"prices\":7}", "has no prices" },
		{ HEAD ",\"prices\":[7]}", "price 1" },
		{ HEAD ",\"prices\":[{\"name\":\"a\"}]}", "price 1" },
		{ HEAD ",\"prices\":[{\"name\":\"a\",\"why_not\":\"b\"},{\"name\":\"\"}]}",
		  "price 2" },
		{ PRICE("3", "2", "4"), "price 1" },
		{ PRICE("1", "5", "4"), "price 1" },
		{ PRICE("-1", "2", "4"), "price 1" },
		{ PRICE("0", "2", "4"), "price 1" },
		{ PRICE("null", "2", "4"), "price 1" },
		{ PRICE("\"1\"", "2", "4"), "price 1" },
	};
	struct price_list read;
	char why[100];

	(void)state;
	for (size_t i = 0; i < NR(wrong); i++) {
		int err = price_list__read(&read, wrong[i].text, strlen(wrong[i].text), why,
					   sizeof(why));

		if (err != -EBADMSG || !strstr(why, wrong[i].why))
			fail_msg("%s: %d '%s'", wrong[i].text, err, why);
		assert_null(read.prices);
	}
	assert_int_equal(price_list__read(&read, PRICE("1", "2", "3"), strlen(PRICE("1", "2", "3")),
					  why, sizeof(why)),
			 0);
	price_list__free(&read);
}

/* Cut anywhere, and each bit another one: a list or an error, and nothing that is left. */
static void a_damaged_list_is_a_list_or_none(void **state)
{
	char *text = print_list("pvh"), why[100];
	size_t len = strlen(text);
	struct price_list read;

	(void)state;
	for (size_t i = 0; i + 1 < len; i++) {
		assert_int_equal(price_list__read(&read, text, i, why, sizeof(why)), -EBADMSG);
		for (unsigned int bit = 0; bit < 8; bit++) {
			text[i] ^= 1 << bit;
			if (!price_list__read(&read, text, len, why, sizeof(why)))
				price_list__free(&read);
			text[i] ^= 1 << bit;
		}
	}
	free(text);
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
		cmocka_unit_test(a_list_is_read_as_it_was_printed),
		cmocka_unit_test(what_is_no_list_is_refused),
		cmocka_unit_test(a_damaged_list_is_a_list_or_none),
	};

	return cmocka_run_group_tests_name("prices", tests, NULL, NULL);
}

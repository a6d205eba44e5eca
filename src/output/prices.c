// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "output/prices.h"

#include "model/units.h"
#include "output/json_parts.h"
#include "output/text_parts.h"

#define HOW_COLUMN 52

/*
 * PRICES             median    min    p90       runs  how
 * VM exit             1.05u  1.02u  1.20u     19,200  CPUID: VT-x and SVM always exit for it
 * hypercall               -      -      -          -  not here: needs root, for /dev/xen/privcmd
 */
static void print_price(FILE *out, const struct price *price, unsigned int width)
{
	char median[UNITS_LEN] = "-", min[UNITS_LEN] = "-", p90[UNITS_LEN] = "-";
	char runs[UNITS_LEN] = "-";
	int used;

	if (!price->why_not) {
		units__ns(median, price->median_ns);
		units__ns(min, price->min_ns);
		units__ns(p90, price->p90_ns);
		units__count(runs, price->runs);
	}
	used = fprintf(out, "%-18s %6s %6s %6s %10s  %s", price->name, median, min, p90, runs,
		       price->why_not ? "not here: " : "");
	text__wrap(out, width, used, width < TEXT_WIDTH ? 8 : HOW_COLUMN,
		   price->why_not ? price->why_not : price->how);
}

void prices__print(FILE *out, const struct price *prices, size_t nr, unsigned int width)
{
	fprintf(out, "%-18s %6s %6s %6s %10s  how\n", "PRICES", "median", "min", "p90", "runs");
	for (size_t i = 0; i < nr; i++)
		print_price(out, &prices[i], width);
	fputs("Each is of one operation; the spread is over batches, timed on one CPU.\n", out);
}

static json_t *figure(const struct price *price, json_t *value)
{
	if (!price->why_not)
		return value;
	json_decref(value);
	return json_null();
}

static json_t *price__json(const struct price *price)
{
	json_t *obj = json_object();
	int err = 0;

	err |= put__str(obj, "name", price->name);
	err |= put(obj, "min_ns", figure(price, json_real(price->min_ns)));
	err |= put(obj, "median_ns", figure(price, json_real(price->median_ns)));
	err |= put(obj, "p90_ns", figure(price, json_real(price->p90_ns)));
	err |= put__int(obj, "batches", price->batches);
	err |= put__int(obj, "runs", price->runs);
	err |= put__str(obj, "how", price->how);
	err |= put__str(obj, "why_not", price->why_not);
	return json__done(obj, err);
}

json_t *prices__json(const struct price *prices, size_t nr)
{
	json_t *list = json_array();
	int err = !list;

	for (size_t i = 0; i < nr && !err; i++)
		err |= json_array_append_new(list, price__json(&prices[i]));
	return json__done(list, err);
}

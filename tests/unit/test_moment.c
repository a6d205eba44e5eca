// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Amounts, moments and spans as people write them. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/amount.h"
#include "base/moment.h"

#define S    1000000000ull
#define NOON 1796040000ull /* 2026-11-30 12:00:00Z, in seconds */

static void an_amount_has_a_unit(void **state)
{
	static const struct {
		const char *text;
		uint64_t ns;
	} right[] = { { "1ns", 1 },	      { "500us", 500000 }, { "20ms", 20000000 },
		      { "1.5s", 1500000000 }, { "5m", 300 * S },   { "24h", 86400 * S },
		      { "7d", 7 * 86400 * S } };
	static const char *const wrong[] = { "",      "5",
					     "s",     "-5s",
					     "5 s",   "5S",
					     "0s",    "5ss",
					     "0x5s",  "1e3s",
					     "..s",   "5.5.5s",
					     "infs",  "999999999999d",
					     "0.1ns", "00000000000000000000000000000000000001s" };
	uint64_t ns = 7;

	(void)state;
	for (size_t i = 0; i < sizeof(right) / sizeof(right[0]); i++) {
		assert_true(amount__duration(right[i].text, &ns));
		assert_int_equal(ns, right[i].ns);
	}
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_false(amount__duration(wrong[i], &ns));
	/* a report's "20m" is 20 ms: as a latency it is nothing */
	assert_true(amount__latency("20ms", &ns));
	assert_false(amount__latency("20m", &ns));
	assert_false(amount__latency("1h", &ns));
}

static void bytes_and_shares(void **state)
{
	uint64_t bytes = 0;
	double share = 0;

	(void)state;
	assert_true(amount__bytes("500M", &bytes));
	assert_int_equal(bytes, 500000000);
	assert_true(amount__bytes("1.5G", &bytes));
	assert_int_equal(bytes, 1500000000);
	assert_false(amount__bytes("500", &bytes));
	assert_false(amount__bytes("0.1K", &bytes));
	assert_false(amount__bytes("24h", &bytes));
	assert_true(amount__share("10%", &share));
	assert_true(share > 0.0999 && share < 0.1001);
	assert_false(amount__share("101%", &share));
	assert_false(amount__share("10", &share));
}

static void a_moment_is_a_time_of_day_or_a_date(void **state)
{
	static const struct {
		const char *text;
		enum moment_kind kind;
		uint64_t s;
	} right[] = {
		{ "14:02", MOMENT_CLOCK, 14 * 3600 + 120 },
		{ "00:00:00", MOMENT_CLOCK, 0 },
		{ "23:59:59Z", MOMENT_CLOCK, 86399 },
		{ "2026-11-30 12:00", MOMENT_DATED, NOON },
		{ "2026-11-30T12:00:01Z", MOMENT_DATED, NOON + 1 },
		{ "2024-02-29 00:00", MOMENT_DATED, 1709164800 },
		{ "-10m", MOMENT_BEFORE, 600 },
	};
	static const char *const wrong[] = {
		"",
		"14",
		"14:",
		"14:2",
		"24:00",
		"14:60",
		"14:02:60",
		"14:02:3",
		"14:02:30z",
		"14:02 ",
		" 14:02",
		"2026-11-31 12:00",
		"2026-02-29 12:00",
		"2026-13-01 12:00",
		"2026-00-01 12:00",
		"2026-11-00 12:00",
		"1969-12-31 12:00",
		"9999-01-01 12:00",
		"2026-11-30",
		"2026-11-30T",
		"-",
		"-10",
		"--10m",
		"10m",
		"2026-11-30  12:00",
		"14:02..14:10",
	};
	struct moment moment;

	(void)state;
	for (size_t i = 0; i < sizeof(right) / sizeof(right[0]); i++) {
		assert_true(moment__parse(&moment, right[i].text));
		assert_int_equal(moment.kind, right[i].kind);
		assert_int_equal(moment.ns, right[i].s * S);
	}
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_false(moment__parse(&moment, wrong[i]));
		assert_int_equal(moment.kind, MOMENT_NONE);
	}
}

/* As seconds since noon, of what was recorded up to `end` seconds after it. */
static void resolves(const char *text, int64_t end, int64_t from, int64_t to)
{
	struct span span;
	uint64_t a, b;

	assert_true(span__parse(&span, text));
	assert_true(span__resolve(&span, (NOON + end) * S, &a, &b));
	assert_int_equal((int64_t)(a / S) - (int64_t)NOON, from);
	if (to == INT64_MAX)
		assert_true(b == UINT64_MAX);
	else
		assert_int_equal((int64_t)(b / S) - (int64_t)NOON, to);
}

static void a_time_without_a_day_is_the_last_one(void **state)
{
	struct span span;
	uint64_t from, to;

	(void)state;
	resolves("11:50..11:55", 0, -600, -300);
	resolves("12:00..", 0, 0, INT64_MAX);
	/* not yet: yesterday's */
	resolves("12:01..12:02", 0, 60 - 86400, 120 - 86400);
	/* over midnight */
	resolves("23:50..00:10", 0, -12 * 3600 - 600, -12 * 3600 + 600);
	resolves("11:50..11:40", 0, -600, -1200 + 86400);
	resolves("-10m..-5m", 30, -570, -270);
	resolves("2026-11-30 11:00..11:30", 0, -3600, -1800);
	assert_true(span__parse(&span, "..11:30"));
	assert_true(span__resolve(&span, NOON * S, &from, &to));
	assert_int_equal(from, 0);
	assert_int_equal(to, (NOON - 1800) * S);
	assert_true(span__parse(&span, "-5m..-10m"));
	assert_false(span__resolve(&span, NOON * S, &from, &to));
	assert_false(span__parse(&span, ".."));
	assert_false(span__parse(&span, "11:30"));
	assert_false(span__parse(&span, "11:30..x"));
	assert_false(span__parse(&span, "2026-11-30T12:00:00.000000000000000000000Z..12:01"));
	/* before there were clocks */
	assert_true(span__parse(&span, "12:00.."));
	assert_true(span__resolve(&span, 60 * S, &from, &to));
	assert_int_equal(from, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_amount_has_a_unit),
		cmocka_unit_test(bytes_and_shares),
		cmocka_unit_test(a_moment_is_a_time_of_day_or_a_date),
		cmocka_unit_test(a_time_without_a_day_is_the_last_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "base/amount.h"

#include <stddef.h>
#include <string.h>

#include "base/str.h"

struct unit {
	const char *name;
	double size;
};

#define MOST 1e18 /* far from what a uint64_t cannot hold */

/* The number before one of these units, times its size. */
static bool measure(const char *text, const struct unit *units, size_t nr, double *value)
{
	const size_t len = strspn(text, "0123456789.");
	char number[32];

	if (len >= sizeof(number))
		return false;
	memcpy(number, text, len);
	number[len] = '\0';
	for (size_t i = 0; i < nr; i++) {
		if (strcmp(text + len, units[i].name))
			continue;
		if (!number__real(number, value))
			return false;
		*value *= units[i].size;
		return *value > 0 && *value <= MOST;
	}
	return false;
}

static const struct unit times[] = {
	{ "ns", 1 },	   { "us", 1e3 },   { "ms", 1e6 },    { "s", 1e9 },
	{ "m", 60 * 1e9 }, { "h", 3600e9 }, { "d", 86400e9 },
};
#define LATENCIES 4

static bool measure_ns(const char *text, size_t units, uint64_t *ns)
{
	double value;

	if (!measure(text, times, units, &value) || value < 1)
		return false;
	*ns = value;
	return true;
}

bool amount__duration(const char *text, uint64_t *ns)
{
	return measure_ns(text, LENGTH(times), ns);
}

bool amount__latency(const char *text, uint64_t *ns)
{
	return measure_ns(text, LATENCIES, ns);
}

bool amount__bytes(const char *text, uint64_t *bytes)
{
	static const struct unit units[] = {
		{ "K", 1e3 }, { "M", 1e6 }, { "G", 1e9 }, { "T", 1e12 }
	};
	double value;

	if (!measure(text, units, LENGTH(units), &value) || value < 1e3)
		return false;
	*bytes = value;
	return true;
}

bool amount__share(const char *text, double *share)
{
	static const struct unit percent = { "%", 0.01 };
	double value;

	if (!measure(text, &percent, 1, &value) || value > 1)
		return false;
	*share = value;
	return true;
}

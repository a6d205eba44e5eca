// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "model/units.h"

#include <stdio.h>
#include <string.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* Three significant digits; a value that rounds up to 1000 is the next unit's 1.00. */
static const char *scale(char *buf, double value, const char *const *units, size_t nr_units)
{
	size_t unit = 0;

	while (value >= 999.5 && unit + 1 < nr_units) {
		value /= 1000;
		unit++;
	}
	snprintf(buf, UNITS_LEN, "%.*f%s",
		 value < 9.995	 ? 2
		 : value < 99.95 ? 1
				 : 0,
		 value, units[unit]);
	return buf;
}

const char *units__ns(char buf[UNITS_LEN], double ns)
{
	static const char *const units[] = { "n", "u", "m", "s" };

	if (!(ns > 0)) {
		strcpy(buf, "0");
		return buf;
	}
	/* The clock has no fractions of a nanosecond; only a mean below 10 ns does. */
	if (ns >= 1 && ns < 999.5) {
		snprintf(buf, UNITS_LEN, "%.0fn", ns);
		return buf;
	}
	return scale(buf, ns, units, ARRAY_SIZE(units));
}

const char *units__count(char buf[UNITS_LEN], double n)
{
	static const char *const units[] = { "M", "G", "T", "P", "E" };
	char digits[UNITS_LEN];
	size_t len, to = 0;
	int unit = 0;

	if (n >= 99999999.5) {
		for (n /= 1e6; n >= 999.95 && unit + 1 < (int)ARRAY_SIZE(units); unit++)
			n /= 1000;
		snprintf(buf, UNITS_LEN, "%.1f%s", n, units[unit]);
		return buf;
	}
	len = snprintf(digits, sizeof(digits), "%.0f", n > 0 ? n : 0);
	for (size_t i = 0; i < len; i++) {
		if (i && (len - i) % 3 == 0)
			buf[to++] = ',';
		buf[to++] = digits[i];
	}
	buf[to] = '\0';
	return buf;
}

const char *units__ratio(char buf[UNITS_LEN], double x)
{
	snprintf(buf, UNITS_LEN, "%.*f", x < 0.995 ? 2 : x < 99.95 ? 1 : 0, x);
	return buf;
}

const char *units__bytes(char buf[UNITS_LEN], double bytes)
{
	static const char *const units[] = { "B", "kB", "MB", "GB", "TB" };
	size_t unit = 0;

	while (bytes >= 999.5 && unit + 1 < ARRAY_SIZE(units)) {
		bytes /= 1000;
		unit++;
	}
	snprintf(buf, UNITS_LEN, "%.*f %s", unit && bytes < 99.95 ? 1 : 0, bytes, units[unit]);
	return buf;
}

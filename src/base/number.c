// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"

#define DIGITS "0123456789"

bool number__real(const char *text, double *value)
{
	double read;
	char *end;

	if (!*text || !strchr(DIGITS ".", *text) || text[strspn(text, DIGITS ".eE+-")])
		return false;
	read = strtod(text, &end);
	if (end == text || *end || !isfinite(read))
		return false;
	*value = read;
	return true;
}

bool number__whole(const char *text, unsigned long max, unsigned long *value)
{
	unsigned long read;

	if (!*text || text[strspn(text, DIGITS)])
		return false;
	errno = 0;
	read = strtoul(text, NULL, 10);
	if (errno || read > max)
		return false;
	*value = read;
	return true;
}

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "base/str.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DIGITS "0123456789"

void str__set(char *buf, size_t size, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(buf, size, fmt, ap);
	va_end(ap);
}

void str__add(char *buf, size_t size, const char *separator, const char *fmt, ...)
{
	size_t at = strlen(buf);
	va_list ap;

	if (at && at + strlen(separator) < size) {
		strcpy(buf + at, separator);
		at += strlen(separator);
	}
	va_start(ap, fmt);
	vsnprintf(buf + at, size - at, fmt, ap);
	va_end(ap);
}

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

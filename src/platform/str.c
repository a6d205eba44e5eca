// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "platform/str.h"

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

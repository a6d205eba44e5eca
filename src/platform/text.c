// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "platform/text.h"

/* The length of the valid UTF-8 sequence at s, 0 if there is none. */
static size_t sequence(const unsigned char *s)
{
	size_t len = s[0] < 0x80 ? 1 : s[0] < 0xc2 ? 0 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;

	if (s[0] > 0xf4)
		return 0;
	for (size_t i = 1; i < len; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
	    (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
		return 0; /* overlong, a surrogate, or beyond U+10FFFF */
	return len;
}

void text__clean(char *text)
{
	while (*text) {
		size_t len = sequence((unsigned char *)text);

		if (!len || (unsigned char)*text < ' ' || *text == 0x7f) {
			*text = '?';
			len = 1;
		}
		text += len;
	}
}

void text__set(char *buf, size_t size, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(buf, size, fmt, ap);
	va_end(ap);
	text__clean(buf);
}

void text__add(char *buf, size_t size, const char *separator, const char *fmt, ...)
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
	text__clean(buf + at);
}

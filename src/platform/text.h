/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Bounded text for people: cut where it does not fit, and always printable UTF-8. */
#ifndef XT_PLATFORM_TEXT_H
#define XT_PLATFORM_TEXT_H

#include <stddef.h>

/* Control characters and what is no UTF-8, as the tail of a cut character, become '?'. */
void text__clean(char *text);
void text__set(char *buf, size_t size, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* Append, with the separator before it if there is text already. */
void text__add(char *buf, size_t size, const char *separator, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

#endif

/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Bounded text, cut where it does not fit. Names stay as they were read: outputs escape them. */
#ifndef XT_PLATFORM_STR_H
#define XT_PLATFORM_STR_H

#include <stddef.h>

void str__set(char *buf, size_t size, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* Append, with the separator before it if there is text already. */
void str__add(char *buf, size_t size, const char *separator, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

#endif

/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Text in arrays, cut where it does not fit: names stay as they were read, outputs escape them. And
 * numbers as people write them on a command line: decimal, and nothing around them. What strtod()
 * takes besides, as hexadecimal, infinity or leading spaces, is rather a mistake.
 */
#ifndef XT_BASE_STR_H
#define XT_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

void str__set(char *buf, size_t size, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* Append, with the separator before it if there is text already. */
void str__add(char *buf, size_t size, const char *separator, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* The same of an array. */
#define STR_SET(array, ...)	       str__set(array, sizeof(array), __VA_ARGS__)
#define STR_ADD(array, separator, ...) str__add(array, sizeof(array), separator, __VA_ARGS__)

/* "10", ".5", "1e3": finite and not negative. False, and no *value, for anything else. */
bool number__real(const char *text, double *value);
/* "10": digits alone, at most `max`. */
bool number__whole(const char *text, unsigned long max, unsigned long *value);

#endif

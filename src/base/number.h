/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Numbers as people write them on a command line: decimal, and nothing around them. What strtod() takes
 * besides, as hexadecimal, infinity or leading spaces, is rather a mistake.
 */
#ifndef XT_BASE_NUMBER_H
#define XT_BASE_NUMBER_H

#include <stdbool.h>

/* "10", ".5", "1e3": finite and not negative. False, and no *value, for anything else. */
bool number__real(const char *text, double *value);
/* "10": digits alone, at most `max`. */
bool number__whole(const char *text, unsigned long max, unsigned long *value);

#endif

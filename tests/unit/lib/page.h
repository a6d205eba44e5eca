/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What holds of every page, whatever it shows. */
#ifndef XT_TESTS_PAGE_H
#define XT_TESTS_PAGE_H

#include <jansson.h>
#include <stddef.h>

/* How often it is in there. */
size_t page__times(const char *text, const char *what);
/* What lies between the data's tags, parsed; owned by the caller. Fails the test when it is not ASCII. */
json_t *page__data(const char *page);
/* Fails the test when the page would load anything. */
void page__assert_asks_for_nothing(const char *page);

/* Names that would break out; NULL ends them. */
extern const char *const page__hostile[];

#endif

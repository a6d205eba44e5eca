/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What holds of every page, whatever it shows. */
#ifndef XT_TESTS_PAGE_H
#define XT_TESTS_PAGE_H

#include <jansson.h>
#include <stddef.h>

/* How often it is in there. */
size_t page__times(const char *text, const char *what);
/* The document of that id, as it was before it came into the page; freed by the caller. */
char *page__document(const char *page, const char *id);
/* The same, parsed; owned by the caller. */
json_t *page__data(const char *page, const char *id);
/* Of a page without names that look like it: it would load nothing. */
void page__assert_asks_for_nothing(const char *page);
/* It has its begin and end, and no script or title too many. */
void page__assert_whole(const char *page, size_t scripts);

/* Names that would break out; NULL ends them. */
extern const char *const page__hostile[];

#endif

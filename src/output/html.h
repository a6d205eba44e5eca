/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef XT_OUTPUT_HTML_H
#define XT_OUTPUT_HTML_H

#include "output/format.h"

/*
 * The course of the run as JSON: columns' edges in ms since its start, and a string for each path that
 * any interval has, by its number in the snapshot. Counts only; of at most `max_bytes`, if that is
 * possible at all. Null where there is no course. Returns 0 or -ENOMEM.
 */
int html__course(FILE *out, const struct report *report, size_t max_bytes);

#endif

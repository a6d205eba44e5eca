/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef XT_OUTPUT_HTML_H
#define XT_OUTPUT_HTML_H

#include "output/json.h"

/*
 * The course of every path of the snapshot, in its order: columns' edges in ms since its start, and a
 * string for each path, null for one that no interval has. Counts only; of at most `max_bytes` of text,
 * if that is possible at all. Null where there is no course. Returns 0 or -ENOMEM.
 */
int html__course(struct json *json, const char *key, const struct report *report, size_t max_bytes);

#endif

/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The check report: probes by family, with the rung each got, or cause and fix. */
#ifndef XT_OUTPUT_CHECK_H
#define XT_OUTPUT_CHECK_H

#include <stdbool.h>
#include <stdio.h>

#include "model/snapshot.h"
#include "platform/platform.h"

/*
 * `snap` has the probes. With `all`, also those that other kinds of guest have use for. No line
 * is wider than `width`, if that is not 0. Returns 0 or a negative errno.
 */
int check__text(FILE *out, const struct platform *platform, const struct snapshot *snap, bool all,
		unsigned int width);
int check__json(FILE *out, const struct platform *platform, const struct snapshot *snap);

#endif

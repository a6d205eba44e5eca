/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What guest this is: the tables that `detect` and the text report print into a text_page of that
 * width, and the JSON of both.
 */
#ifndef XT_OUTPUT_SPECTRUM_H
#define XT_OUTPUT_SPECTRUM_H

#include <stdio.h>

#include <jansson.h>

#include "output/text_page.h"
#include "platform/platform.h"

/* The spectrum, a line a cell: what serves it now, what could, the evidence. */
void spectrum__print(FILE *out, const struct platform *platform, unsigned int width);
/* Boot type, mode, hypervisor and kernel, then the features. */
void platform__print(FILE *out, const struct platform *platform, unsigned int width);
/* All of it as one object, owned by the caller; NULL without memory. */
json_t *platform__json(const struct platform *platform);

#endif

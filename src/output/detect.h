/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What `detect` prints: what guest this is, and the price list that --measure adds. */
#ifndef XT_OUTPUT_DETECT_H
#define XT_OUTPUT_DETECT_H

#include <jansson.h>

#include "model/statistics.h"
#include "output/text.h"

/* Prices are those of --measure; none without it. Returns 0 or a negative errno. */
int detect__text(FILE *out, unsigned int width, const struct platform *platform,
		 const struct price *prices, size_t nr_prices);
/* Of the report, too: a line a cell, with what serves it now, what could, and the evidence. */
void detect__spectrum(const struct text_page *page, const struct platform *platform);

/* All of it as one object, owned by the caller; NULL without memory. */
json_t *platform__json(const struct platform *platform);
/* An array, owned by the caller; NULL without memory. A figure not measured is null, never 0. */
json_t *prices__json(const struct price *prices, size_t nr);

#endif

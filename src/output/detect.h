/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What `detect` prints: what guest this is, and the price list that --measure adds. */
#ifndef XT_OUTPUT_DETECT_H
#define XT_OUTPUT_DETECT_H

#include "model/statistics.h"
#include "output/json.h"
#include "output/text.h"

/* Prices are those of --measure; none without it. Returns 0 or a negative errno. */
int detect__text(FILE *out, unsigned int width, const struct platform *platform,
		 const struct price *prices, size_t nr_prices);
/* Of the report, too: a line a cell, with what serves it now, what could, and the evidence. */
void detect__spectrum(const struct text_page *page, const struct platform *platform);

int detect__json(FILE *out, const struct platform *platform, const struct price *prices,
		 size_t nr_prices);
/* What it says of the guest: of struct platform. */
extern const struct json_shape guest_shape;

#endif

/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The price list of a guest: the table that `detect --measure` adds, and its JSON. */
#ifndef XT_OUTPUT_PRICES_H
#define XT_OUTPUT_PRICES_H

#include <stddef.h>
#include <stdio.h>

#include <jansson.h>

#include "model/statistics.h"

/* Into a text_page of that width. */
void prices__print(FILE *out, const struct price *prices, size_t nr, unsigned int width);
/* An array, owned by the caller; NULL without memory. A figure not measured is null, never 0. */
json_t *prices__json(const struct price *prices, size_t nr);

#endif

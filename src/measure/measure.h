/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The price list of this guest, measured on the spot: what an exit, a clock read, an interrupt or
 * a page fault costs here. Nothing is left changed: no file, no signal, no CPU affinity.
 */
#ifndef XT_MEASURE_MEASURE_H
#define XT_MEASURE_MEASURE_H

#include "model/statistics.h"
#include "platform/platform.h"

#define PRICES 15

/* About a second. What cannot be measured here says why; `platform` is the running machine. */
void measure__prices(struct price prices[PRICES], const struct platform *platform);

#endif

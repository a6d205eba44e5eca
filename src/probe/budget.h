/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What tracing may cost. Once a second the own cost since the last time, by the calibrated price of a
 * run and with this process's CPU time, is held against the budget. Where it is more, only one of a
 * power of two is followed, of what is dearest first (rates.h); all are counted still. Where the load
 * falls, more are followed again.
 */
#ifndef XT_PROBE_BUDGET_H
#define XT_PROBE_BUDGET_H

#include "probe/family.h"

/* ns of one run of this probe's programs, by the calibration; 0: it is off. */
double budget__run_ns(const struct tracer *tracer, enum xt_probe probe);
/* Whether rates are set by the budget: not where all are followed, or what was asked for. */
bool budget__is_kept(const struct tracer *tracer);
/*
 * When tracing begins, with nothing known of the load: all are followed, or what was asked for, or
 * fewer where the clock is dear.
 */
void budget__start(struct tracer *tracer);
/*
 * Look at the clock's price again, where it may change with the load. What was spent before is reckoned by
 * the new price, which is nothing that was spent since the last tick.
 */
void budget__reprice(struct tracer *tracer);
/* Once a second or more. */
void budget__tick(struct tracer *tracer);
/*
 * What the programs have cost since the start, ns: runs by their price, less what those that were only
 * counted did not do.
 */
uint64_t budget__spent_ns(const struct tracer *tracer);

#endif

/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What tracing may cost. Once a second the own cost since the last time, by the calibrated price of a
 * run, is held against the budget. Where it is more, of requests and of packets only one of a power of
 * two is followed from leg to leg, of the dearer ones first; all are counted still. Where the load falls,
 * more are followed again.
 */
#ifndef XT_PROBE_BUDGET_H
#define XT_PROBE_BUDGET_H

#include "probe/family.h"

/* ns of one run of this probe's programs, by the calibration; 0: it is off. */
double budget__run_ns(const struct tracer *tracer, enum xt_probe probe);
/* When tracing begins, with nothing known of the load: all are followed, or what was asked for. */
void budget__start(struct tracer *tracer);
/* Once a second or more. */
void budget__tick(struct tracer *tracer);
/*
 * What the programs have cost since the start, ns: runs by their price, less what those that were only
 * counted did not do.
 */
uint64_t budget__spent_ns(const struct tracer *tracer);

#endif

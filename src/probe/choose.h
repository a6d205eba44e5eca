/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef XT_PROBE_CHOOSE_H
#define XT_PROBE_CHOOSE_H

#include "probe/load.h"

/*
 * The best rung that nothing speaks against: tp_btf for tracepoints; fentry, then kprobe for
 * functions; or off with cause and fix in the attempt. Rungs that were refused are passed over.
 */
void choose(const struct probe *probe, struct attempt *attempt, const struct loader *loader);

#endif

/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Probes that are off rather than count what is not so, because another one is off. */
#ifndef XT_PROBE_NEEDS_H
#define XT_PROBE_NEEDS_H

#include <stdbool.h>

#include "abi.h"

/*
 * A probe that is on, and one without which it must not be: false when there is none. Whoever turns
 * *probe off asks again, since others may need that one.
 */
bool needs__unmet(const bool on[XT_PROBE_NR], enum xt_probe *probe, enum xt_probe *missing);

#endif

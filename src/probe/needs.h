/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Probes that would count wrong without another one, and so are turned off with it. */
#ifndef XT_PROBE_NEEDS_H
#define XT_PROBE_NEEDS_H

#include <stdbool.h>

#include "abi.h"

/*
 * Finds a probe that is on although one that it needs, *missing, is off. False when there is none. The
 * caller turns *probe off and asks again, since others may need *probe.
 */
bool needs__unmet(const bool on[XT_PROBE_NR], enum xt_probe *probe, enum xt_probe *missing);

#endif

/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Runs that the kernel skipped: a program that already runs on a CPU is not run there once more, as
 * when an interrupt comes into it. Nothing else tells of them: the program that would count them is
 * the one that is not run. Functions' programs since 5.12, tracepoints' since 6.1, kprobes' since 6.7.
 */
#ifndef XT_PROBE_SKIPPED_H
#define XT_PROBE_SKIPPED_H

#include <stdint.h>

#include "probe/load.h"

/* From here on: what was skipped before is not counted. */
void skipped__start(struct loader *loader);
/* The runs of a probe's programs that were skipped since; 0 where the kernel does not count them. */
uint64_t skipped__read(const struct attempt *attempt);

#endif

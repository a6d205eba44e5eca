/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Hypercalls are counted once, by the innermost of what saw them: a call site inside a wrapper, a
 * wrapper inside another one. Their frames have XT_TOKEN_HYPERCALL set.
 */
#ifndef XT_WRAPPER_BPF_H
#define XT_WRAPPER_BPF_H

#include "frame.bpf.h"

/*
 * A wrapper around the one that was just closed (an IPI is sent by notifying its channel) did not
 * make another hypercall: it is not counted, and its own time stays with whoever called it.
 */
static __always_inline void cover_outer(struct xt_cpu *cpu)
{
	struct xt_frame *outer = frame_below(cpu, cpu->depth);

	if (outer && outer->token & XT_TOKEN_HYPERCALL)
		outer->covered = 1;
}

/* A hypercall that a driver makes for the packet it is given, not one of an interrupt meanwhile. */
static __always_inline void packet_hypercall(struct xt_cpu *cpu, const struct closed *closed)
{
	struct xt_frame *outer = frame_below(cpu, cpu->depth);

	if (outer && outer->token == XT_P_TX_START)
		bump(&cpu->tx_driver_ns, closed->inclusive);
}

#endif

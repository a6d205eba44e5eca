/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The families, in the order in which they are attached; their probes are numbered in it. A
 * family's header says what its programs and the loader share: the probes, structs and lists that
 * are its own.
 *
 * Its probes are a list, XT_NAME_PROBES(X), of rows X(enumerator, hook, what it gives, how …). How
 * it is attached, for which guests, and what it needs, is in the terms of src/probe/probes.h; here
 * it is not read. A function's entry and exit are one probe.
 */
#ifndef XT_FAMILIES_H
#define XT_FAMILIES_H

#ifndef __bpf__
#include <linux/types.h>
#include <stdbool.h>
#endif

#define XT_ENUM(id, ...) id,

#include "core.h"
#include "blk.h"
#include "evtchn.h"
#include "hypercall.h"
#include "emul.h"
#include "timer.h"
#include "mmu.h"
#include "net.h"
#include "backs.h"
#include "blkback.h"
#include "netback.h"
#include "exact.h"

#define XT_FAMILIES(X)          \
	X(core, CORE)           \
	X(blk, BLK)             \
	X(evtchn, EVTCHN)       \
	X(hypercall, HYPERCALL) \
	X(emul, EMUL)           \
	X(timer, TIMER)         \
	X(mmu, MMU)             \
	X(net, NET)             \
	X(blkback, BLKBACK)     \
	X(netback, NETBACK)     \
	X(exact, EXACT)

/* XT_NAME_END is the number behind a family's last probe. */
#define XT_NUMBERED(name, NAME) \
	XT_##NAME##_PROBES(XT_ENUM) XT_##NAME##_END, XT_##NAME##_LAST = XT_##NAME##_END - 1,
enum xt_probe { XT_FAMILIES(XT_NUMBERED) XT_PROBE_NR };

/* XT_NAME_BEGIN is its first one's. */
#define XT_ONE(...)	     +1
#define XT_BEGIN(name, NAME) XT_##NAME##_BEGIN = XT_##NAME##_END - (0 XT_##NAME##_PROBES(XT_ONE)),
enum xt_probe_begin { XT_FAMILIES(XT_BEGIN) };

#undef XT_ENUM
#undef XT_NUMBERED
#undef XT_ONE
#undef XT_BEGIN

#endif

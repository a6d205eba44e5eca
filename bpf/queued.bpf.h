/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which packets are followed, and their stamp while a qdisc has them (DESIGN §6.5). */
#ifndef XT_QUEUED_BPF_H
#define XT_QUEUED_BPF_H

#include "address.bpf.h"

XT_SHARED_ARRAY(xt_queued, __u64);

/* 1 of how many packets is followed, as an exponent of 2. */
static __always_inline __u64 sampling_rate(void)
{
	__u32 first = 0;
	struct xt_cpu *cpu = bpf_map_lookup_elem(&xt_cpus, &first);

	return cpu ? cpu->tx_rate & ((1 << XT_QUEUED_RATE_BITS) - 1) : 0;
}

#define QUEUED_NS_MASK	((1ull << XT_QUEUED_NS_BITS) - 1)
#define QUEUED_TAG_MASK ((1ull << XT_QUEUED_TAG_BITS) - 1)

static __always_inline __u64 *queued_get(__u64 hash)
{
	__u32 at = hash >> 52; /* XT_QUEUED == 1 << 12 */

	return bpf_map_lookup_elem(&xt_queued, &at);
}

static __always_inline __u64 queued_tag(__u64 hash)
{
	return (hash >> 32 & QUEUED_TAG_MASK) << (XT_QUEUED_NS_BITS + XT_QUEUED_RATE_BITS);
}

static __always_inline void queued_put(__u64 address, __u64 now, __u64 rate)
{
	__u64 hash = address_hash(address), *queued = queued_get(hash);

	if (queued)
		*queued = queued_tag(hash) | rate << XT_QUEUED_NS_BITS | (now & QUEUED_NS_MASK);
}

/*
 * Take it out again: when it was queued, 0 if that is not known; *rate is the sampling's exponent. `now`
 * 0: the clock is read if there is need.
 */
static __always_inline __u64 queued_take(__u64 address, __u64 now, __u64 *rate)
{
	__u64 hash = address_hash(address), *queued = queued_get(hash), was, ns;

	if (!queued)
		return 0;
	was = *queued;
	if (!was || was >> (64 - XT_QUEUED_TAG_BITS) != (hash >> 32 & QUEUED_TAG_MASK))
		return 0;
	*queued = 0;
	*rate = was >> XT_QUEUED_NS_BITS & ((1 << XT_QUEUED_RATE_BITS) - 1);
	if (!now)
		now = bpf_ktime_get_ns();
	ns = (now & ~QUEUED_NS_MASK) | (was & QUEUED_NS_MASK);
	return ns > now ? ns - (QUEUED_NS_MASK + 1) : ns;
}

#endif

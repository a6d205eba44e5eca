/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A packet's NIC, its place while a driver has it, and its stamp while a qdisc has it (DESIGN §6.5). */
#ifndef XT_PACKET_BPF_H
#define XT_PACKET_BPF_H

#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include "frame.bpf.h"

const volatile bool cfg_nics_some; /* not all NICs are asked for */
const volatile __u32 cfg_netns; /* inode of the namespace whose NICs are known; 0: there are none */

XT_SHARED_ARRAY(xt_nics, struct xt_nic);
XT_SHARED_ARRAY(xt_packets, struct xt_packet);
XT_SHARED_ARRAY(xt_queued, __u64);
XT_SHARED_ARRAY(xt_nic_counts, struct xt_nic_count);
XT_SHARED_ARRAY(xt_queues, struct xt_queue); /* by NIC's first + transmit queue */

/*
 * The NIC below this interface; NULL for a virtual one (a bridge, veth, lo): what passes it is counted
 * where it leaves the guest. An index alone says little: each namespace has its own.
 */
static __always_inline struct xt_nic *nic_find(struct net_device *dev)
{
	__u32 ifindex = dev->ifindex, at, i;
	struct xt_nic *nic;

#pragma unroll
	for (i = 0; i < XT_NIC_PROBES; i++) {
		at = (ifindex + i) % XT_NIC_TABLE;
		nic = bpf_map_lookup_elem(&xt_nics, &at);
		if (!nic || !nic->ifindex)
			return NULL;
		if (nic->ifindex != ifindex)
			continue;
		if (cfg_netns && dev->nd_net.net->ns.inum != cfg_netns)
			return NULL;
		return nic;
	}
	return NULL;
}

/* 1 of how many packets is followed, as an exponent of 2. */
static __always_inline __u64 sampling_rate(void)
{
	__u32 first = 0;
	struct xt_cpu *cpu = bpf_map_lookup_elem(&xt_cpus, &first);

	return cpu ? cpu->tx_rate & ((1 << XT_QUEUED_RATE_BITS) - 1) : 0;
}

/* One that has a device below it, and is in no table: it came after the start. */
static __always_inline void nic_missed(struct xt_cpu *cpu, struct net_device *dev)
{
	if (!cfg_nics_some && dev->dev.parent)
		cpu_lost(cpu, XT_NOTE_OTHER_NIC);
}

/* Its slot, within what there are. */
static __always_inline __u32 nic_slot(const struct xt_nic *nic)
{
	__u32 slot = nic->slot & (XT_NICS - 1);

	barrier_var(slot);
	return slot & (XT_NICS - 1);
}

static __always_inline struct xt_nic_count *nic_counts(const struct xt_cpu *cpu,
						       const struct xt_nic *nic)
{
	__u32 at = cpu->nr * XT_NICS + nic->slot;

	return bpf_map_lookup_elem(&xt_nic_counts, &at);
}

/*
 * The address as a number, which the verifier does not take a pointer to be: only the difference of
 * two pointers is one. So the first slice keeps its own address, and it comes back here. For pointers
 * to structs only: others, read from one, are numbers to some kernels' verifiers and not to others'.
 */
static __always_inline __u64 address_of(const void *pointer)
{
	__u64 number = (__u64)pointer;
	__u32 nr = 0;
	struct xt_cpu *first = bpf_map_lookup_elem(&xt_cpus, &nr);

	if (!first)
		return 0;
	if (!first->address)
		first->address = (__u64)first;
	asm volatile("%0 -= %1" : "+r"(number) : "r"(first));
	return number + first->address;
}

static __always_inline __u64 address_hash(__u64 address)
{
	return address * 0x9e3779b97f4a7c15ull;
}

static __always_inline __u32 queue_at(const struct xt_nic *nic, __u16 queue)
{
	return nic->first_queue + (queue < nic->queues ? queue : 0);
}

/* The place, of a packet's transmit queue, that its hash says. */
static __always_inline __u32 packet_at(const struct xt_nic *nic, __u16 queue, __u64 hash, __u32 way)
{
	__u32 region = queue < nic->queues ? queue : 0;

	return nic->first + region * XT_QUEUE_PACKETS +
	       (((__u32)(hash >> 20) + way) & (XT_QUEUE_PACKETS - 1));
}

static __always_inline struct xt_packet *packet_get(__u32 at)
{
	__u32 key = at - 1;

	return at ? bpf_map_lookup_elem(&xt_packets, &key) : NULL;
}

/* The packet's place + 1; 0: the driver has no such packet. */
static __always_inline __u32 packet_find(const struct xt_nic *nic, __u16 queue, __u64 address)
{
	__u64 hash = address_hash(address);
	struct xt_packet *p;
	__u32 way, at;

#pragma unroll
	for (way = 0; way < XT_PACKET_WAYS; way++) {
		at = packet_at(nic, queue, hash, way) + 1;
		p = packet_get(at);
		if (p && p->skb == address)
			return at;
	}
	return 0;
}

/* A packet that old was freed unseen, if another needs its place. */
#define PACKET_STALE_NS 10000000000ull

/*
 * A place for a packet, + 1; 0, and counted, when all are taken. The first that is free, so that it is
 * found soon, unless this very packet is still in one.
 */
static __always_inline __u32 packet_place(struct xt_cpu *cpu, const struct xt_nic *nic, __u16 queue,
					  __u64 address, __u64 now)
{
	__u32 way, at, free = 0, stale = 0, same = 0, place;
	__u64 hash = address_hash(address);
	struct xt_packet *p;

#pragma unroll
	for (way = 0; way < XT_PACKET_WAYS; way++) {
		at = packet_at(nic, queue, hash, way) + 1;
		p = packet_get(at);
		if (!p)
			break;
		if (!p->skb)
			free = free ? free : at;
		else if (p->skb == address)
			same = at;
		else if (now - p->started > PACKET_STALE_NS)
			stale = at;
	}
	place = same ? same : free ? free : stale;
	if (!place)
		cpu_lost(cpu, XT_LOST_TX_NO_SLOT);
	else if (same || !free)
		cpu_lost(cpu, XT_LOST_TX_OVERWRITTEN);
	return place;
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

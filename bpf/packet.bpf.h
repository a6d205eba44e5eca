/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A packet's place while a driver has it (DESIGN §6.5). */
#ifndef XT_PACKET_BPF_H
#define XT_PACKET_BPF_H

#include "txqueue.bpf.h"

XT_SHARED_ARRAY(xt_packets, struct xt_packet);

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

/* A packet that is followed has its place, and the stamps that it begins with. */
static __always_inline void packet_start(struct xt_cpu *cpu, const struct xt_nic *nic, __u16 queue,
					 __u64 address, __u64 now, __u64 queued, __u64 rate)
{
	struct xt_nic_count *count = nic_counts(cpu, nic);
	struct xt_packet *p;
	__u32 at;

	at = packet_place(cpu, nic, queue, address, now);
	p = packet_get(at);
	if (!p)
		return;
	if (!queued)
		cpu_lost(cpu, XT_NOTE_TX_NO_QDISC);
	if (!p->skb)
		queue_enter(queue_at(nic, queue));
	cpu->tx_at = at;
	p->queue = queue_at(nic, queue);
	p->queued = queued;
	p->started = now;
	p->submitted = p->irq = p->done = 0;
	p->hypercall = cpu->tx_driver_ns;
	p->weight = 1u << rate;
	p->skb = address;
	bump(&cpu->count[XT_COUNT_TX_STARTED], 1);
	if (count)
		bump(&count->tx_sampled, 1);
}

/* The packet's place is free again. */
static __always_inline void packet_leave(struct xt_packet *p)
{
	queue_leave(p->queue);
	*(volatile __u64 *)&p->skb = 0;
}

#endif

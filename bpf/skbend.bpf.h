/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Where packets end: sent, dropped, or cut into segments. */
#ifndef XT_SKBEND_BPF_H
#define XT_SKBEND_BPF_H

#include "queued.bpf.h"
#include "txlegs.bpf.h"

XT_SHARED_ARRAY(xt_drops, __u64);

#define NO_DROP (~0u)

static __always_inline void drop_count(const struct xt_nic *nic, bool received, __u32 reason,
				       __u64 weight)
{
	__u32 at = nic->slot * 2 + received;
	__u64 *count;

	if (reason >= XT_DROP_REASONS)
		reason = XT_DROP_REASONS - 1;
	at = at * XT_DROP_REASONS + reason;
	count = bpf_map_lookup_elem(&xt_drops, &at);
	if (count)
		bump(count, weight);
}

/*
 * One that no driver has ended. From a qdisc: it was cut into segments, which come to the driver next
 * and take its stamp over (net/core/dev.c:validate_xmit_skb() consumes the whole), or dropped. If it
 * came by this NIC, the stack is done with it, or drops it.
 */
static __always_inline void other_end(struct xt_cpu *cpu, const struct xt_nic *nic,
				      struct sk_buff *skb, __u64 address, __u32 reason)
{
	struct xt_nic_count *count = nic_counts(cpu, nic);
	__u64 rate = 0, queued;

	queued = queued_take(address, 0, &rate);
	if (queued && reason != NO_DROP) {
		drop_count(nic, false, reason, 1ull << rate);
	} else if (queued) {
		cpu->tx_gso = queued;
		cpu->tx_gso_rate = rate;
		if (count)
			bump(&count->tx_cut, 1ull << rate);
	} else if (reason != NO_DROP && (__u32)skb->skb_iif == nic->ifindex) {
		drop_count(nic, true, reason, 1);
	}
}

/*
 * A packet of the guest is freed. If a driver has it, then it was sent, whichever function frees it:
 * drivers call both kfree_skb() and consume_skb() for packets that they have sent.
 */
static __always_inline int skb_end(struct sk_buff *skb, enum xt_probe probe, __u32 reason)
{
	struct xt_cpu *cpu = cpu_enter(probe);
	struct net_device *dev;
	struct xt_packet *p;
	struct xt_nic *nic;
	__u64 address;
	__u32 at;

	if (!cpu)
		return 0;
	/* sockets use the place for other things: what is there is no pointer then, and reads as 0 */
	dev = skb->dev;
	if (!dev)
		return 0;
	nic = nic_find(dev);
	if (!nic)
		return 0;
	address = address_of(skb);
	at = packet_find(nic, skb->queue_mapping, address);
	p = packet_get(at);
	if (!p) {
		other_end(cpu, nic, skb, address, reason);
		return 0;
	}
	if (at == cpu->tx_at)
		p->done = XT_PACKET_COPIED; /* and it has not returned yet */
	else
		packet_end(cpu, nic, p, bpf_ktime_get_ns(), packet_irq(cpu, nic, p));
	return 0;
}

#endif

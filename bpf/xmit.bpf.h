/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a driver is given to send: how much, its CPU time, and what it gives back. */
#ifndef XT_XMIT_BPF_H
#define XT_XMIT_BPF_H

#include "frame.bpf.h"
#include "packet.bpf.h"
#include "queued.bpf.h"

const volatile __u32 cfg_net_submit; /* cpu paths: one a NIC's slot */

/* One with GSO counts as its segments where the driver is left to cut it. */
static __always_inline __u64 segments_of(struct sk_buff *skb)
{
	struct skb_shared_info *info = (void *)((__u64)BPF_CORE_READ(skb, head) + skb->end);
	unsigned short segs = 0;

	bpf_probe_read_kernel(&segs, sizeof(segs), &info->gso_segs);
	return segs ? segs : 1;
}

/* Larger than any frame on a wire without jumbo frames: it may have segments. */
#define FRAME_MAX 1522

/* `sign` 1: to the driver, -1: and back. */
static __always_inline void sent_count(struct xt_nic_count *count, struct sk_buff *skb, __s64 sign)
{
	if (!count)
		return;
	bump(&count->tx_packets, sign);
	bump(&count->tx_bytes, sign * skb->len);
	bump(&count->tx_segments, sign * (skb->len > FRAME_MAX ? segments_of(skb) : 1));
}

/*
 * The driver's CPU time. A packet stands for others, whose time is in what surrounds them (the stack,
 * a softirq): it is taken out there.
 */
static __always_inline void xmit_record(struct xt_cpu *cpu, const struct xt_nic *nic, __u64 now)
{
	__u64 weight = cpu->tx_weight;
	struct closed closed;
	struct xt_frame *outer;
	struct xt_hist *h;

	if (!frame_close(cpu, XT_P_TX_START, now, &closed))
		return;
	if (nic->flags & XT_NIC_EMULATED)
		closed.self += closed.held;
	h = hist_add_n(cpu, cfg_net_submit + nic->slot, closed.self, weight);
	if (!h)
		return;
	bump(&h->inclusive, closed.inclusive * weight);
	bump(&h->held, closed.held * weight);
	bump(&h->off_cpu, closed.off_cpu * weight);
	outer = weight > 1 ? frame_below(cpu, cpu->depth) : NULL;
	if (outer && outer->start)
		bump(&outer->inside, closed.inclusive * (weight - 1));
}

/* The driver gave it back, its queue being full: it is the qdisc's again. */
static __always_inline void sent_back(struct xt_cpu *cpu, const struct xt_nic *nic,
				      struct xt_packet *p, struct sk_buff *skb)
{
	struct xt_nic_count *count = nic_counts(cpu, nic);

	sent_count(count, skb, -1);
	if (count)
		bump(&count->tx_busy, 1);
	if (!p)
		return;
	queued_put(p->skb, p->queued ? p->queued : p->started, log2_floor(p->weight));
	bump(&cpu->count[XT_COUNT_TX_STARTED], -1);
	if (count)
		bump(&count->tx_sampled, -1);
	packet_leave(p);
}

#endif

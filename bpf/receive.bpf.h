/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a NIC received: how long it waited to be polled, and how much it was. */
#ifndef XT_RECEIVE_BPF_H
#define XT_RECEIVE_BPF_H

#include <bpf/bpf_core_read.h>
#include "nic.bpf.h"

/* A poll from `start` to `now`, and since the first interrupt that it may answer. */
static __always_inline void poll_record(struct xt_cpu *cpu, const struct xt_nic *nic, __u64 start,
					__u64 now)
{
	__u64 *waits = element(cpu->nic_first, nic->slot), irq = *waits, first = start;

	if (irq >= cpu->polled_at && irq <= start && irq) {
		first = irq;
		*waits = 0;
		hist_add(cpu, nic->paths + XT_TX_NR + XT_RX_DELAY, start - irq);
	} else {
		cpu_lost(cpu, XT_NOTE_RX_NO_IRQ);
	}
	hist_add(cpu, nic->paths + XT_TX_NR + XT_RX_POLL, now - start);
	hist_add(cpu, nic->paths + XT_TX_NR + XT_RX_TOTAL, now - first);
}

/*
 * A driver hands a packet to the stack, by whichever function: each has a tracepoint where it begins,
 * and what the stack itself passes on (after GRO, from a bridge) comes by none of them with our NIC.
 */
static __always_inline int received(struct sk_buff *skb, enum xt_probe probe)
{
	struct xt_cpu *cpu = cpu_enter(probe);
	struct xt_nic_count *count;
	struct xt_nic *nic;
	__u64 header;

	if (!cpu)
		return 0;
	nic = nic_find(skb->dev);
	if (!nic)
		return 0;
	count = nic_counts(cpu, nic);
	if (!count)
		return 0;
	/* the link's header is behind it already, or not yet (napi_gro_frags()) */
	header =
		(__u64)BPF_CORE_READ(skb, data) - (__u64)BPF_CORE_READ(skb, head) - skb->mac_header;
	bump(&count->rx_packets, 1);
	bump(&count->rx_bytes, skb->len + (header < 256 ? header : 0));
	return 0;
}

#endif

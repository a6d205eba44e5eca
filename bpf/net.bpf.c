// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Packets of NICs, by tracepoints that any driver passes: what is sent, in legs from the stack to the
 * driver's letting go of it, and what is received, from the interrupt to the end of the poll.
 */
#include "vmlinux.h"
#include <bpf/bpf_tracing.h>
#include "packet.bpf.h"
#include "txlegs.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* include/linux/netdevice.h: enum netdev_tx */
#define NETDEV_TX_BUSY 0x10

/* net/core/dev.c:__dev_queue_xmit(): the stack is done with it, a qdisc may be next. */
SEC("?tp_btf/net_dev_queue")
int xt_tx_queue(__u64 *ctx)
{
	struct sk_buff *skb = (void *)ctx[0];
	struct xt_cpu *cpu = cpu_enter(XT_P_TX_QUEUE);

	if (!cpu || !nic_find(skb->dev))
		return 0;
	cpu->tx_gso = 0;
	queued_put(address_of(skb), bpf_ktime_get_ns(), 0);
	return 0;
}

/* One with GSO counts as its segments where the driver is left to cut it. */
static __always_inline __u64 segments_of(struct sk_buff *skb)
{
	struct skb_shared_info *info = (void *)(address_of(skb->head) + skb->end);
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
 * net/core/dev.c:xmit_one(), under the transmit queue's lock. A driver that gave the packet back gets
 * it again: the time until then is the qdisc's, where it waits.
 */
SEC("?tp_btf/net_dev_start_xmit")
int xt_tx_start(__u64 *ctx)
{
	struct sk_buff *skb = (void *)ctx[0];
	struct net_device *dev = (void *)ctx[1];
	struct xt_cpu *cpu = cpu_enter(XT_P_TX_START);
	__u64 now, address, queued, rate = 0;
	struct xt_packet *p;
	struct xt_nic *nic;
	__u32 at;

	if (!cpu)
		return 0;
	nic = nic_find(dev);
	if (!nic) {
		nic_missed(cpu, dev);
		return 0;
	}
	now = bpf_ktime_get_ns();
	sent_count(nic_counts(cpu, nic), skb, 1);
	if (!(nic->flags & XT_NIC_UNFRAMED))
		frame_open(cpu, XT_P_TX_START, now);
	address = address_of(skb);
	queued = queued_take(address, now, &rate);
	if (queued)
		cpu->tx_gso = 0;
	else
		queued = cpu->tx_gso;
	at = packet_place(cpu, nic, skb->queue_mapping, address, now);
	cpu->tx_at = at;
	p = packet_get(at);
	if (!p)
		return 0;
	if (!queued)
		cpu_lost(cpu, XT_NOTE_TX_NO_QDISC);
	if (!p->skb)
		queue_enter(queue_at(nic, skb->queue_mapping));
	p->queue = queue_at(nic, skb->queue_mapping);
	p->queued = queued;
	p->started = now;
	p->submitted = p->freed = 0;
	p->hypercall = cpu->hypercall_ns;
	p->weight = 1;
	p->skb = address;
	bump(&cpu->count[XT_COUNT_TX_STARTED], 1);
	return 0;
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
	queued_put(p->skb, p->queued ? p->queued : p->started, 0);
	bump(&cpu->count[XT_COUNT_TX_STARTED], -1);
	packet_leave(p);
}

/* ndo_start_xmit() returned. Unless it gave it back, the packet may be gone: its address is left. */
SEC("?tp_btf/net_dev_xmit")
int xt_tx_xmit(__u64 *ctx)
{
	int rc = (int)ctx[1];
	struct net_device *dev = (void *)ctx[2];
	struct xt_cpu *cpu = cpu_enter(XT_P_TX_XMIT);
	struct closed closed;
	struct xt_packet *p;
	struct xt_nic *nic;
	__u64 now, address;

	if (!cpu)
		return 0;
	nic = nic_find(dev);
	if (!nic)
		return 0;
	now = bpf_ktime_get_ns();
	if (!(nic->flags & XT_NIC_UNFRAMED) && frame_close(cpu, XT_P_TX_START, now, &closed))
		frame_record(cpu, cfg_net_submit + nic->slot, &closed,
			     nic->flags & XT_NIC_EMULATED);
	address = address_of((void *)ctx[0]);
	p = packet_get(cpu->tx_at);
	cpu->tx_at = 0;
	if (p && p->skb != address)
		p = NULL; /* freed on another CPU meanwhile */
	if (rc == NETDEV_TX_BUSY) {
		sent_back(cpu, nic, p, (void *)ctx[0]);
		return 0;
	}
	if (!p)
		return 0;
	p->hypercall = cpu->hypercall_ns - p->hypercall;
	p->submitted = now;
	if (p->freed)
		packet_end(cpu, nic, p, now, 0);
	return 0;
}

/*
 * Was it cut into segments, which come to the driver next and take its stamp over, or was it dropped?
 * net/core/dev.c:validate_xmit_skb() consumes a packet that it has cut.
 */
static __always_inline void queued_end(struct xt_cpu *cpu, const struct xt_nic *nic, __u64 address,
				       bool consumed)
{
	struct xt_nic_count *count = nic_counts(cpu, nic);
	__u64 rate, queued;

	queued = queued_take(address, bpf_ktime_get_ns(), &rate);
	if (!queued)
		return;
	if (!consumed) {
		cpu_lost(cpu, XT_NOTE_TX_DROPPED);
		return;
	}
	cpu->tx_gso = queued;
	if (count)
		bump(&count->tx_cut, 1);
}

/*
 * The end of any packet in the guest, and so of ours: who frees it says nothing of its fate, since
 * drivers use kfree_skb() and consume_skb() both for what they have sent.
 */
static __always_inline int skb_end(struct sk_buff *skb, enum xt_probe probe)
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
		queued_end(cpu, nic, address, probe == XT_P_TX_CONSUME);
		return 0;
	}
	if (at == cpu->tx_at)
		p->freed = 1; /* the driver copied it, and has not returned yet */
	else
		packet_end(cpu, nic, p, bpf_ktime_get_ns(), packet_irq(cpu, nic, p));
	return 0;
}

SEC("?tp_btf/consume_skb")
int xt_tx_consume(__u64 *ctx)
{
	return skb_end((void *)ctx[0], XT_P_TX_CONSUME);
}

SEC("?tp_btf/kfree_skb")
int xt_tx_kfree(__u64 *ctx)
{
	return skb_end((void *)ctx[0], XT_P_TX_KFREE);
}

/* include/linux/interrupt.h */
#define NET_RX_SOFTIRQ 3

/* An interrupt handler that leaves its work to a poll: core, when it ends, knows whose it was. */
SEC("?tp_btf/softirq_raise")
int xt_rx_raise(__u64 *ctx)
{
	struct xt_cpu *cpu;

	if ((__u32)ctx[0] != NET_RX_SOFTIRQ)
		return 0;
	cpu = cpu_enter(XT_P_RX_RAISE);
	if (cpu)
		cpu->poll_raised = 1;
	return 0;
}

/*
 * net/core/dev.c:__napi_poll() and others, after the poll: it began where the one before ended, or
 * with the softirq.
 */
SEC("?tp_btf/napi_poll")
int xt_rx_poll(__u64 *ctx)
{
	struct napi_struct *napi = (void *)ctx[0];
	int work = (int)ctx[1], budget = (int)ctx[2];
	struct xt_cpu *cpu = cpu_enter(XT_P_RX_POLL);
	__u64 now, start, irq, first;
	struct xt_nic_count *count;
	struct xt_nic *nic;

	if (!cpu)
		return 0;
	start = cpu->poll_at;
	now = bpf_ktime_get_ns();
	if (start)
		cpu->poll_at = now;
	nic = napi->dev ? nic_find(napi->dev) : NULL;
	if (!nic)
		return 0;
	count = nic_counts(cpu, nic);
	if (count) {
		bump(&count->polls, 1);
		bump(&count->polls_full, work >= budget);
	}
	if (!start || now < start) {
		cpu_lost(cpu, XT_NOTE_RX_UNTIMED);
		return 0;
	}
	irq = cpu->nic_first[nic_slot(nic)];
	first = start;
	if (irq && irq <= start) {
		cpu->nic_first[nic_slot(nic)] = 0;
		hist_add(cpu, nic->paths + XT_TX_NR + XT_RX_DELAY, start - irq);
		first = irq;
	} else {
		cpu_lost(cpu, XT_NOTE_RX_NO_IRQ);
	}
	hist_add(cpu, nic->paths + XT_TX_NR + XT_RX_POLL, now - start);
	hist_add(cpu, nic->paths + XT_TX_NR + XT_RX_TOTAL, now - first);
	return 0;
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
	header = address_of(skb->data) - address_of(skb->head) - skb->mac_header;
	bump(&count->rx_packets, 1);
	bump(&count->rx_bytes, skb->len + (header < 256 ? header : 0));
	return 0;
}

#define XT_RECEIVED(name, tracepoint, probe)            \
	SEC("?tp_btf/" #tracepoint)                     \
	int name(__u64 *ctx)                            \
	{                                               \
		return received((void *)ctx[0], probe); \
	}

XT_RECEIVED(xt_rx_gro, napi_gro_receive_entry, XT_P_RX_GRO)
XT_RECEIVED(xt_rx_frags, napi_gro_frags_entry, XT_P_RX_FRAGS)
XT_RECEIVED(xt_rx_skb, netif_receive_skb_entry, XT_P_RX_SKB)
XT_RECEIVED(xt_rx_list, netif_receive_skb_list_entry, XT_P_RX_LIST)
XT_RECEIVED(xt_rx_backlog, netif_rx_entry, XT_P_RX_BACKLOG)

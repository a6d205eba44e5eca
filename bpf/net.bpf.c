// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Packets of NICs, by tracepoints that any driver passes: what is sent, in legs from the stack to the
 * driver's letting go of it, and what is received, from the interrupt to the end of the poll.
 */
#include "vmlinux.h"
#include <bpf/bpf_tracing.h>
#include "receive.bpf.h"
#include "skbend.bpf.h"
#include "softirq.bpf.h"
#include "xmit.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/*
 * c504e5c2f964 ("net: skb: introduce kfree_skb_reason()"), 5.17: kfree_skb has the reason as its third
 * argument. The loader counts them.
 */
const volatile bool cfg_drop_reasons;

/* include/linux/netdevice.h: enum netdev_tx */
#define NETDEV_TX_BUSY 0x10

/*
 * net/core/dev.c:__dev_queue_xmit(): the stack is done with it, a qdisc may be next. Here it is chosen
 * which packets are followed; all of them are counted.
 */
SEC("?tp_btf/net_dev_queue")
int xt_tx_queue(__u64 *ctx)
{
	struct sk_buff *skb = (void *)ctx[0];
	struct xt_cpu *cpu = cpu_enter(XT_P_TX_QUEUE);
	__u64 rate;

	if (!cpu || !nic_find(skb->dev))
		return 0;
	cpu->tx_gso = 0;
	rate = sampling_rate();
	if (rate && cpu->tx_seq++ & ((1ull << rate) - 1))
		return 0;
	queued_put(address_of(skb), bpf_ktime_get_ns(), rate);
	return 0;
}

/*
 * net/core/dev.c:xmit_one(), under the transmit queue's lock. A driver that gave the packet back gets
 * it again: the time until then is the qdisc's, where it waits. One that was not queued (its segments
 * have their packet's stamp) came by no qdisc, or is not followed.
 */
SEC("?tp_btf/net_dev_start_xmit")
int xt_tx_start(__u64 *ctx)
{
	struct sk_buff *skb = (void *)ctx[0];
	struct net_device *dev = (void *)ctx[1];
	struct xt_cpu *cpu = cpu_enter(XT_P_TX_START);
	__u64 now, address, queued, rate = 0;
	struct xt_nic_count *count;
	struct xt_nic *nic;

	if (!cpu)
		return 0;
	nic = nic_find(dev);
	if (!nic) {
		nic_missed(cpu, dev);
		return 0;
	}
	now = bpf_ktime_get_ns();
	count = nic_counts(cpu, nic);
	sent_count(count, skb, 1);
	queue_runs(queue_at(nic, skb->queue_mapping), count, now);
	cpu->tx_at = 0;
	cpu->tx_queue = skb->queue_mapping;
	address = address_of(skb);
	queued = queued_take(address, now, &rate);
	if (queued) {
		cpu->tx_gso = 0;
	} else {
		queued = cpu->tx_gso;
		rate = queued ? cpu->tx_gso_rate : sampling_rate();
	}
	cpu->tx_followed = queued || !rate;
	if (!cpu->tx_followed)
		return 0;
	if (!(nic->flags & XT_NIC_UNFRAMED))
		frame_open(cpu, XT_P_TX_START, now);
	cpu->tx_weight = 1ull << rate;
	packet_start(cpu, nic, skb->queue_mapping, address, now, queued, rate);
	return 0;
}

/* ndo_start_xmit() returned. Unless it gave it back, the packet may be gone: its address is left. */
SEC("?tp_btf/net_dev_xmit")
int xt_tx_xmit(__u64 *ctx)
{
	int rc = (int)ctx[1];
	struct net_device *dev = (void *)ctx[2];
	struct xt_cpu *cpu = cpu_enter(XT_P_TX_XMIT);
	struct xt_packet *p;
	struct xt_nic *nic;
	__u64 now;

	if (!cpu)
		return 0;
	nic = nic_find(dev);
	if (!nic)
		return 0;
	now = bpf_ktime_get_ns();
	if (cpu->tx_followed && !(nic->flags & XT_NIC_UNFRAMED))
		xmit_record(cpu, nic, now);
	queue_state(cpu, nic, dev, now);
	p = packet_get(cpu->tx_at);
	cpu->tx_at = 0;
	cpu->tx_followed = 0;
	if (p && p->skb != address_of((void *)ctx[0]))
		p = NULL; /* freed on another CPU meanwhile */
	if (rc == NETDEV_TX_BUSY) {
		sent_back(cpu, nic, p, (void *)ctx[0]);
		return 0;
	}
	if (!p)
		return 0;
	p->hypercall = cpu->tx_driver_ns - p->hypercall;
	p->submitted = now;
	if (p->done == XT_PACKET_COPIED)
		packet_end(cpu, nic, p, now, 0);
	return 0;
}

SEC("?tp_btf/consume_skb")
int xt_tx_consume(__u64 *ctx)
{
	return skb_end((void *)ctx[0], XT_P_TX_CONSUME, NO_DROP);
}

SEC("?tp_btf/kfree_skb")
int xt_tx_kfree(__u64 *ctx)
{
	return skb_end((void *)ctx[0], XT_P_TX_KFREE, cfg_drop_reasons ? (__u32)ctx[2] : 0);
}

/*
 * A driver lets go of a packet where it must not free it: the NET_TX softirq does that, later. Those of
 * several slots have a reference for each (netfront): the last one counts.
 */
SEC("?fentry/dev_kfree_skb_irq_reason")
int BPF_PROG(xt_tx_done, struct sk_buff *skb)
{
	struct xt_cpu *cpu = cpu_enter(XT_P_TX_DONE);
	struct net_device *dev;
	struct xt_packet *p;
	struct xt_nic *nic;
	__u32 at;

	if (!cpu || skb->users.refs.counter != 1)
		return 0;
	dev = skb->dev;
	nic = dev ? nic_find(dev) : NULL;
	if (!nic)
		return 0;
	at = packet_find(nic, skb->queue_mapping, address_of(skb));
	p = packet_get(at);
	if (!p)
		return 0;
	p->irq = cpu->irq_start;
	p->done = at == cpu->tx_at ? XT_PACKET_COPIED : bpf_ktime_get_ns();
	return 0;
}

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
	struct xt_nic_count *count;
	struct xt_nic *nic;
	__u64 now, start;

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
	poll_record(cpu, nic, start, now);
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

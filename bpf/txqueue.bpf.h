/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A NIC's transmit queues: how many packets are under way, and when a driver has its queue stopped.
 */
#ifndef XT_TXQUEUE_BPF_H
#define XT_TXQUEUE_BPF_H

#include <bpf/bpf_core_read.h>
#include "nic.bpf.h"
#include "address.bpf.h"

XT_SHARED_ARRAY(xt_queues, struct xt_queue); /* by NIC's first + transmit queue */

static __always_inline __u32 queue_at(const struct xt_nic *nic, __u16 queue)
{
	return nic->first_queue + (queue < nic->queues ? queue : 0);
}

/* One packet more. */
static __always_inline void queue_enter(__u32 at)
{
	struct xt_queue *q = bpf_map_lookup_elem(&xt_queues, &at);
	__u64 now;

	if (!q)
		return;
	bump(&q->under_way, 1);
	now = *(volatile __u64 *)&q->under_way;
	if (now > q->most)
		q->most = now;
}

/* One packet fewer. */
static __always_inline void queue_leave(__u32 at)
{
	struct xt_queue *q = bpf_map_lookup_elem(&xt_queues, &at);

	if (q)
		bump(&q->under_way, -1);
}

/* A packet comes to a queue that its driver had stopped: it runs again, at the latest since now. */
static __always_inline void queue_runs(__u32 at, struct xt_nic_count *count, __u64 now)
{
	struct xt_queue *q = bpf_map_lookup_elem(&xt_queues, &at);
	__u64 since = q ? q->stopped : 0;

	if (!since)
		return;
	q->stopped = 0;
	if (count && now > since)
		bump(&count->tx_stopped_ns, now - since);
}

/* include/linux/netdevice.h: enum netdev_queue_state_t */
#define QUEUE_DRV_XOFF	 (1 << 0)
#define QUEUE_STACK_XOFF (1 << 1)

/* Did the driver stop its queue after this packet, or BQL? No tracepoint says so, the queue does. */
static __always_inline void queue_state(struct xt_cpu *cpu, const struct xt_nic *nic,
					struct net_device *dev, __u64 now)
{
	__u64 txq = address_of(dev->_tx) + cpu->tx_queue * bpf_core_type_size(struct netdev_queue);
	struct xt_nic_count *count = nic_counts(cpu, nic);
	__u32 at = queue_at(nic, cpu->tx_queue);
	struct xt_queue *q = bpf_map_lookup_elem(&xt_queues, &at);
	unsigned long state = 0;

	if (!q || !count || BPF_CORE_READ_INTO(&state, (struct netdev_queue *)txq, state))
		return;
	if (state & QUEUE_STACK_XOFF)
		bump(&count->tx_limited, 1);
	if (!(state & QUEUE_DRV_XOFF))
		return;
	bump(&count->tx_stops, 1);
	q->stopped = now;
}

#endif

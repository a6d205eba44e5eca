// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Packets of NICs, by tracepoints that every driver passes. Sent packets are followed from the
 * stack until the driver lets go of them, received ones from the interrupt to the end of the poll.
 */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>
#include "frame.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

const volatile struct xt_net_config config;

XT_FAMILY_CPU(net)

XT_SHARED_ARRAY(xt_nics, struct xt_nic);
XT_SHARED_ARRAY(xt_nic_counts, struct xt_nic_count);
XT_SHARED_ARRAY(xt_nic_queues, struct xt_nic_queue); /* by NIC's first + transmit queue */
XT_SHARED_ARRAY(xt_packets, struct xt_packet);
XT_SHARED_ARRAY(xt_queued, __u64);
XT_SHARED_ARRAY(xt_drops, __u64);

/*
 * A pointer as a number. The verifier refuses to treat a pointer as one, but the difference of two
 * pointers is a number. So the state of CPU 0 keeps its own address, which is added again here.
 *
 * Use it for pointers to structs only. Other pointers that are read from a struct are numbers to
 * some kernels' verifiers and pointers to others'.
 */
static __always_inline __u64 address_of(const void *pointer)
{
	__u64 number = (__u64)pointer;
	__u32 nr = 0;
	struct xt_net_cpu *first = bpf_map_lookup_elem(&xt_net, &nr);

	if (!first)
		return 0;
	if (!first->address)
		first->address = (__u64)first;
	asm volatile("%0 -= %1" : "+r"(number) : "r"(first));
	return number + first->address;
}

/* *now, for which the clock is read where it was not yet: of most packets nobody asks for it. */
static __always_inline __u64 clock_once(__u64 *now)
{
	if (!*now)
		*now = bpf_ktime_get_ns();
	return *now;
}

static __always_inline __u64 address_hash(__u64 address)
{
	return address * 0x9e3779b97f4a7c15ull;
}

/*
 * The NIC of this interface. NULL for a virtual one (a bridge, veth, lo): its packets are counted
 * where they leave the guest. The index alone is not enough: each network namespace counts from 1.
 */
static __always_inline struct xt_nic *nic_find(struct net_device *dev)
{
	__u32 ifindex = dev->ifindex, at, i;
	struct xt_nic *nic;

#pragma unroll
	for (i = 0; i < XT_NIC_PROBES; i++) {
		at = (ifindex + i) & (config.nics_places - 1);
		nic = bpf_map_lookup_elem(&xt_nics, &at);
		if (!nic || !nic->ifindex)
			return NULL;
		if (nic->ifindex != ifindex)
			continue;
		if (config.netns && dev->nd_net.net->ns.inum != config.netns)
			return NULL;
		return nic;
	}
	return NULL;
}

/* A NIC with a device that is in no table came after the start. */
static __always_inline void nic_missed(struct xt_cpu *cpu, struct net_device *dev)
{
	if (!config.nics_some && dev->dev.parent)
		cpu_lost(cpu, XT_NOTE_OTHER_NIC);
}

static __always_inline struct xt_nic_count *nic_counts(const struct xt_cpu *cpu,
						       const struct xt_nic *nic)
{
	__u32 at = cpu->nr * XT_NICS + nic->slot;

	return bpf_map_lookup_elem(&xt_nic_counts, &at);
}

static __always_inline __u32 queue_at(const struct xt_nic *nic, __u16 queue)
{
	return nic->first_queue + (queue < nic->queues ? queue : 0);
}

/* A packet more in the driver's hands. */
static __always_inline void queue_enter(__u32 at)
{
	struct xt_nic_queue *q = bpf_map_lookup_elem(&xt_nic_queues, &at);
	__u64 now;

	if (!q)
		return;
	bump(&q->under_way, 1);
	now = *(volatile __u64 *)&q->under_way;
	if (now > q->most)
		q->most = now;
}

/* A packet less. */
static __always_inline void queue_leave(__u32 at)
{
	struct xt_nic_queue *q = bpf_map_lookup_elem(&xt_nic_queues, &at);

	if (q)
		bump(&q->under_way, -1);
}

/* A queue that its driver had stopped gets a packet: so it runs again, at the latest since now. */
static __always_inline void queue_runs(__u32 at, struct xt_nic_count *count, __u64 *now)
{
	struct xt_nic_queue *q = bpf_map_lookup_elem(&xt_nic_queues, &at);
	__u64 since = q ? q->stopped : 0;

	if (!since)
		return;
	q->stopped = 0;
	if (count && clock_once(now) > since)
		bump(&count->tx_stopped_ns, *now - since);
}

/* include/linux/netdevice.h: enum netdev_queue_state_t */
#define QUEUE_DRV_XOFF	 (1 << 0)
#define QUEUE_STACK_XOFF (1 << 1)

/*
 * Whether the driver or BQL stopped the queue after this packet. No tracepoint tells; the state of
 * the queue does.
 */
static __always_inline void queue_state(struct xt_cpu *cpu, const struct xt_net_cpu *net,
					const struct xt_nic *nic, struct net_device *dev,
					__u64 *now)
{
	__u64 txq = address_of(dev->_tx) + net->queue * bpf_core_type_size(struct netdev_queue);
	struct xt_nic_count *count = nic_counts(cpu, nic);
	__u32 at = queue_at(nic, net->queue);
	struct xt_nic_queue *q = bpf_map_lookup_elem(&xt_nic_queues, &at);
	unsigned long state = 0;

	if (!q || !count || BPF_CORE_READ_INTO(&state, (struct netdev_queue *)txq, state))
		return;
	if (state & QUEUE_STACK_XOFF)
		bump(&count->tx_limited, 1);
	if (!(state & QUEUE_DRV_XOFF))
		return;
	bump(&count->tx_stops, 1);
	q->stopped = clock_once(now);
}

/* The place for this hash in the region of the packet's transmit queue. */
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

/* A packet that is in its place for so long was freed unseen: another may take the place. */
#define PACKET_STALE_NS 10000000000ull

/*
 * A place for a packet, + 1; 0, and counted, when all are taken. A place that the same packet has
 * already comes first, then the first free one, where it is found soonest.
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

/* Begin to follow a packet: its place and its first stamps. */
static __always_inline void packet_start(struct xt_cpu *cpu, struct xt_net_cpu *net,
					 const struct xt_nic *nic, __u16 queue, __u64 address,
					 __u64 now, __u64 queued, __u64 rate)
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
	net->at = at;
	p->queue = queue_at(nic, queue);
	p->queued = queued;
	p->started = now;
	p->submitted = p->hypercall = p->irq = p->done = 0;
	p->weight = 1u << rate;
	p->skb = address;
	bump(&net->started, 1);
	if (count)
		bump(&count->tx_sampled, 1);
}

/* The packet's place is free again. */
static __always_inline void packet_leave(struct xt_packet *p)
{
	queue_leave(p->queue);
	*(volatile __u64 *)&p->skb = 0;
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
	return (hash >> 32 & QUEUED_TAG_MASK) << (XT_QUEUED_NS_BITS + XT_RATE_BITS);
}

static __always_inline void queued_put(__u64 address, __u64 now, __u64 rate)
{
	__u64 hash = address_hash(address), *queued = queued_get(hash);

	if (queued)
		*queued = queued_tag(hash) | rate << XT_QUEUED_NS_BITS | (now & QUEUED_NS_MASK);
}

/*
 * Take the stamp out again. Returns when the packet was queued, 0 when that is not known; *rate is
 * the exponent of the sampling. The clock is read only where a stamp is found.
 */
static __always_inline __u64 queued_take(__u64 address, __u64 *now, __u64 *rate)
{
	__u64 hash = address_hash(address), *queued = queued_get(hash), was, ns;

	if (!queued)
		return 0;
	was = *queued;
	if (!was || was >> (64 - XT_QUEUED_TAG_BITS) != (hash >> 32 & QUEUED_TAG_MASK))
		return 0;
	*queued = 0;
	*rate = was >> XT_QUEUED_NS_BITS & ((1 << XT_RATE_BITS) - 1);
	ns = (clock_once(now) & ~QUEUED_NS_MASK) | (was & QUEUED_NS_MASK);
	return ns > *now ? ns - (QUEUED_NS_MASK + 1) : ns;
}

/* A packet's stamps become legs when the driver has let go of it. */
struct tx_legs {
	struct xt_cpu *cpu;
	__u32 paths;
	__u64 weight;
	__u64 at;  /* the end of the leg before */
	__u64 end; /* of the packet */
};

/* Add the leg that ends at `stamp`, if that was seen. Legs never overlap: see leg_add(). */
static __always_inline void tx_leg_add(struct tx_legs *legs, enum xt_tx_leg leg, __u64 stamp)
{
	if (!stamp)
		return;
	if (stamp > legs->end)
		stamp = legs->end;
	if (stamp < legs->at)
		stamp = legs->at;
	hist_add_n(legs->cpu, legs->paths + leg, stamp - legs->at, legs->weight);
	legs->at = stamp;
}

/*
 * The interrupt that made the driver free this packet, ns; 0 when none is known. Inside an
 * interrupt handler it is that one. In a softirq it is the NIC's last one on this CPU, if it came
 * after the packet was sent. A driver that frees packets when it sends the next one waits for no
 * interrupt.
 */
static __always_inline __u64 packet_irq(struct xt_cpu *cpu, const struct xt_net_cpu *net,
					const struct xt_nic *nic, const struct xt_packet *p)
{
	__u64 irq = p->done ? p->irq : interrupt_began(cpu);

	if (!irq && !p->done && !net->at &&
	    (softirq_began(cpu, XT_SOFTIRQ_NET_RX) || softirq_began(cpu, XT_SOFTIRQ_NET_TX)))
		irq = device_of(cpu, nic->slot)->last;
	return irq > p->started ? irq : 0;
}

/* The driver let go of the packet at `now`, because of the interrupt at `irq`. */
static __always_inline void packet_end(struct xt_cpu *cpu, struct xt_net_cpu *net,
				       const struct xt_nic *nic, struct xt_packet *p, __u64 now,
				       __u64 irq)
{
	__u64 begin = p->queued ? p->queued : p->started;
	struct tx_legs legs = {
		.cpu = cpu,
		.paths = nic->paths,
		.weight = p->weight,
		.at = begin,
		.end = now,
	};
	struct xt_nic_count *count = nic_counts(cpu, nic);
	struct xt_hist *h;

	if (now < p->started || begin > p->started) {
		cpu_lost(cpu, XT_LOST_TX_CLOCK);
		packet_leave(p);
		return;
	}
	if (p->queued)
		tx_leg_add(&legs, XT_TX_QDISC, p->started);
	if (p->submitted && p->hypercall && p->hypercall < p->submitted - p->started) {
		tx_leg_add(&legs, XT_TX_SUBMIT, p->submitted - p->hypercall);
		tx_leg_add(&legs, XT_TX_HYPERCALL, p->submitted);
	} else {
		tx_leg_add(&legs, XT_TX_SUBMIT, p->submitted);
	}
	if (p->done == XT_PACKET_COPIED) {
		if (count)
			bump(&count->tx_copied, 1);
	} else {
		if (irq)
			tx_leg_add(&legs, XT_TX_DEVICE, irq);
		tx_leg_add(&legs, irq ? XT_TX_HANDLER : XT_TX_DEVICE, p->done ? p->done : now);
		if (p->done)
			tx_leg_add(&legs, XT_TX_FINISH, now);
	}
	h = hist_add_n(cpu, nic->paths + XT_TX_TOTAL, now - begin, p->weight);
	if (h && p->weight > 1)
		bump(&h->extra, p->weight - 1);
	bump(&net->completed, 1);
	packet_leave(p);
}

/* How many segments are on the wire: a GSO packet may be cut by the driver. */
static __always_inline __u64 segments_of(struct sk_buff *skb)
{
	struct skb_shared_info *info = (void *)((__u64)BPF_CORE_READ(skb, head) + skb->end);
	unsigned short segs = 0;

	bpf_probe_read_kernel(&segs, sizeof(segs), &info->gso_segs);
	return segs ? segs : 1;
}

/* Only a packet that is larger than this can have segments. */
#define FRAME_MAX 1522

/* `sign` is 1 for a packet that the driver gets, -1 for one that it gives back. */
static __always_inline void sent_count(struct xt_nic_count *count, struct sk_buff *skb, __s64 sign)
{
	if (!count)
		return;
	bump(&count->tx_packets, sign);
	bump(&count->tx_bytes, sign * skb->len);
	bump(&count->tx_segments, sign * (skb->len > FRAME_MAX ? segments_of(skb) : 1));
}

/*
 * The driver's CPU time. A followed packet stands for `weight` packets; the time of those that are
 * not followed was spent in the surrounding path (the stack, a softirq), which owes it.
 * Returns the time in hypercalls.
 */
static __always_inline __u64 xmit_record(struct xt_cpu *cpu, const struct xt_nic *nic, __u64 weight,
					 __u64 now)
{
	struct closed closed;
	struct xt_hist *h;
	__u64 ns;

	if (!frame_close(cpu, XT_P_TX_START, now, &closed))
		return 0;
	ns = closed.self + (nic->flags & XT_NIC_EMULATED ? closed.held : 0);
	h = hist_add_n(cpu, config.submit_path + nic->slot, ns, weight);
	if (h) {
		frame_sums(h, &closed, weight);
		frame_stack(cpu, config.submit_path + nic->slot, &closed, ns, weight);
		bump(&h->extra, weight - 1);
	}
	frame_owe(cpu, &closed, weight - 1);
	return closed.hypercalls;
}

/* The driver gave the packet back because its queue is full: the qdisc has it again. */
static __always_inline void sent_back(struct xt_cpu *cpu, struct xt_net_cpu *net,
				      const struct xt_nic *nic, struct xt_packet *p,
				      struct sk_buff *skb)
{
	struct xt_nic_count *count = nic_counts(cpu, nic);

	sent_count(count, skb, -1);
	if (count)
		bump(&count->tx_busy, 1);
	if (!p)
		return;
	queued_put(p->skb, p->queued ? p->queued : p->started, log2_floor(p->weight));
	bump(&net->started, -1);
	if (count)
		bump(&count->tx_sampled, -1);
	packet_leave(p);
}

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
 * A packet is freed that no driver has. If a qdisc had it, it was dropped, or cut into segments,
 * which the driver gets next and which inherit its stamp (net/core/dev.c:validate_xmit_skb() frees
 * the whole). If it was received by this NIC, the stack has finished with it, or drops it.
 */
static __always_inline void other_end(struct xt_cpu *cpu, struct xt_net_cpu *net,
				      const struct xt_nic *nic, struct sk_buff *skb, __u64 address,
				      __u32 reason)
{
	struct xt_nic_count *count = nic_counts(cpu, nic);
	__u64 rate = 0, now = 0, queued;

	queued = queued_take(address, &now, &rate);
	if (queued && reason != NO_DROP) {
		drop_count(nic, false, reason, 1ull << rate);
	} else if (queued) {
		net->gso = queued;
		net->gso_rate = rate;
		if (count)
			bump(&count->tx_cut, 1ull << rate);
	} else if (reason != NO_DROP && (__u32)skb->skb_iif == nic->ifindex) {
		drop_count(nic, true, reason, 1);
	}
}

/*
 * Every freed packet passes here, and the function that frees it does not tell sent from dropped:
 * drivers call both kfree_skb() and consume_skb() for packets that they have sent. A packet that a
 * driver has was sent.
 */
static __always_inline int skb_end(struct sk_buff *skb, enum xt_probe probe, __u32 reason)
{
	struct xt_cpu *cpu;
	struct xt_net_cpu *net = net_enter(probe, &cpu);
	struct net_device *dev;
	struct xt_packet *p;
	struct xt_nic *nic;
	__u64 address;
	__u32 at;

	if (!net)
		return 0;
	/* sockets keep other things in this member: then it is no pointer, and reads as 0 */
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
		other_end(cpu, net, nic, skb, address, reason);
		return 0;
	}
	if (at == net->at)
		p->done = XT_PACKET_COPIED; /* and it has not returned yet */
	else
		packet_end(cpu, net, nic, p, bpf_ktime_get_ns(), packet_irq(cpu, net, nic, p));
	return 0;
}

/* A poll from `start` to `now`, and the time since the first interrupt that it answers. */
static __always_inline void poll_record(struct xt_cpu *cpu, const struct xt_nic *nic, __u64 start,
					__u64 now)
{
	struct xt_device *interrupts = device_of(cpu, nic->slot);
	__u64 irq = interrupts->first, first = start;

	if (irq >= cpu->softirq_ended[XT_SOFTIRQ_NET_RX] && irq <= start && irq) {
		first = irq;
		interrupts->first = 0;
		hist_add(cpu, nic->paths + XT_TX_NR + XT_RX_DELAY, start - irq);
	} else {
		cpu_lost(cpu, XT_NOTE_RX_NO_IRQ);
	}
	hist_add(cpu, nic->paths + XT_TX_NR + XT_RX_POLL, now - start);
	hist_add(cpu, nic->paths + XT_TX_NR + XT_RX_TOTAL, now - first);
}

/*
 * A driver hands a packet to the stack. There are several functions for it, each with a tracepoint
 * at its beginning. What the stack itself passes on (after GRO, from a bridge) passes none of them
 * with this NIC.
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
	/* `data` is behind the link's header already, but not yet in napi_gro_frags() */
	header =
		(__u64)BPF_CORE_READ(skb, data) - (__u64)BPF_CORE_READ(skb, head) - skb->mac_header;
	bump(&count->rx_packets, 1);
	bump(&count->rx_bytes, skb->len + (header < 256 ? header : 0));
	return 0;
}

/* include/linux/netdevice.h: enum netdev_tx */
#define NETDEV_TX_BUSY 0x10

/*
 * net/core/dev.c:__dev_queue_xmit(): the stack hands over a packet, often to a qdisc. All packets
 * are counted; which of them are followed is decided here.
 */
SEC("?tp_btf/net_dev_queue")
int xt_tx_queue(__u64 *ctx)
{
	struct sk_buff *skb = (void *)ctx[0];
	struct xt_cpu *cpu;
	struct xt_net_cpu *net = net_enter(XT_P_TX_QUEUE, &cpu);
	__u64 rate;

	if (!net || !nic_find(skb->dev))
		return 0;
	net->gso = 0;
	rate = rate_of(XT_RATE_PACKETS);
	if (!is_followed(&net->seq, rate))
		return 0;
	queued_put(address_of(skb), bpf_ktime_get_ns(), rate);
	return 0;
}

/*
 * net/core/dev.c:xmit_one(), under the transmit queue's lock. A packet that the driver gave back
 * comes here again; until then it waits in the qdisc, and that time is the qdisc's. A packet
 * without a stamp passed no qdisc, or is not followed; segments have the stamp of their whole.
 */
SEC("?tp_btf/net_dev_start_xmit")
int xt_tx_start(__u64 *ctx)
{
	struct sk_buff *skb = (void *)ctx[0];
	struct net_device *dev = (void *)ctx[1];
	struct xt_cpu *cpu;
	struct xt_net_cpu *net = net_enter(XT_P_TX_START, &cpu);
	__u64 now = 0, address, queued, rate = 0;
	struct xt_nic_count *count;
	struct xt_nic *nic;
	__u32 stack = 0;

	if (!net)
		return 0;
	nic = nic_find(dev);
	if (!nic) {
		nic_missed(cpu, dev);
		return 0;
	}
	count = nic_counts(cpu, nic);
	sent_count(count, skb, 1);
	queue_runs(queue_at(nic, skb->queue_mapping), count, &now);
	net->at = 0;
	net->queue = skb->queue_mapping;
	address = address_of(skb);
	queued = queued_take(address, &now, &rate);
	if (queued) {
		net->gso = 0;
	} else {
		queued = net->gso;
		rate = queued ? net->gso_rate : rate_of(XT_RATE_PACKETS);
	}
	net->followed = queued || !rate;
	if (!net->followed)
		return 0;
	if (!(nic->flags & XT_NIC_UNFRAMED))
		stack = stack_here(ctx, cpu);
	clock_once(&now);
	if (!(nic->flags & XT_NIC_UNFRAMED))
		frame_open(cpu, XT_P_TX_START, now, stack);
	net->weight = 1ull << rate;
	packet_start(cpu, net, nic, skb->queue_mapping, address, now, queued, rate);
	return 0;
}

/*
 * ndo_start_xmit() returned. If the driver kept the packet, it may be freed by now: only its
 * address may be used.
 */
SEC("?tp_btf/net_dev_xmit")
int xt_tx_xmit(__u64 *ctx)
{
	int rc = (int)ctx[1];
	struct net_device *dev = (void *)ctx[2];
	struct xt_cpu *cpu;
	struct xt_net_cpu *net = net_enter(XT_P_TX_XMIT, &cpu);
	__u64 now = 0, hypercall = 0;
	struct xt_packet *p;
	struct xt_nic *nic;

	if (!net)
		return 0;
	nic = nic_find(dev);
	if (!nic)
		return 0;
	if (net->followed)
		clock_once(&now);
	if (net->followed && !(nic->flags & XT_NIC_UNFRAMED))
		hypercall = xmit_record(cpu, nic, net->weight, now);
	queue_state(cpu, net, nic, dev, &now);
	p = packet_get(net->at);
	net->at = 0;
	net->followed = 0;
	if (p && p->skb != address_of((void *)ctx[0]))
		p = NULL; /* freed on another CPU meanwhile */
	if (rc == NETDEV_TX_BUSY) {
		sent_back(cpu, net, nic, p, (void *)ctx[0]);
		return 0;
	}
	if (!p)
		return 0;
	p->hypercall = hypercall;
	p->submitted = clock_once(&now);
	if (p->done == XT_PACKET_COPIED || nic->flags & XT_NIC_VIRTUAL)
		packet_end(cpu, net, nic, p, now, 0);
	return 0;
}

SEC("?tp_btf/consume_skb")
int xt_tx_consume(__u64 *ctx)
{
	return skb_end((void *)ctx[0], XT_P_TX_CONSUME, NO_DROP);
}

/*
 * c504e5c2f964 ("net: skb: introduce kfree_skb_reason()"), 5.17: kfree_skb has the reason as its
 * third argument. The loader counts them.
 */
SEC("?tp_btf/kfree_skb")
int xt_tx_kfree(__u64 *ctx)
{
	return skb_end((void *)ctx[0], XT_P_TX_KFREE, config.drop_reasons ? (__u32)ctx[2] : 0);
}

/*
 * A driver frees a packet where it may not do so itself: the NET_TX softirq does it later. A packet
 * of several slots has a reference for each (netfront): the last one counts.
 */
SEC("?fentry/dev_kfree_skb_irq_reason")
int BPF_PROG(xt_tx_done, struct sk_buff *skb)
{
	struct xt_cpu *cpu;
	struct xt_net_cpu *net = net_enter(XT_P_TX_DONE, &cpu);
	struct net_device *dev;
	struct xt_packet *p;
	struct xt_nic *nic;
	__u32 at;

	if (!net || skb->users.refs.counter != 1)
		return 0;
	dev = skb->dev;
	nic = dev ? nic_find(dev) : NULL;
	if (!nic)
		return 0;
	at = packet_find(nic, skb->queue_mapping, address_of(skb));
	p = packet_get(at);
	if (!p)
		return 0;
	p->irq = interrupt_began(cpu);
	p->done = at == net->at ? XT_PACKET_COPIED : bpf_ktime_get_ns();
	return 0;
}

/* An interrupt handler asks for a poll. Whose interrupt it is, core knows when the handler ends. */
SEC("?tp_btf/softirq_raise")
int xt_rx_raise(__u64 *ctx)
{
	struct xt_cpu *cpu;

	if ((__u32)ctx[0] != XT_SOFTIRQ_NET_RX)
		return 0;
	cpu = cpu_enter(XT_P_RX_RAISE);
	if (cpu)
		softirq_raised(cpu, XT_SOFTIRQ_NET_RX);
	return 0;
}

/*
 * net/core/dev.c:__napi_poll() and others, after a poll. The poll began when the one before it
 * ended, or with the softirq.
 */
SEC("?tp_btf/napi_poll")
int xt_rx_poll(__u64 *ctx)
{
	struct napi_struct *napi = (void *)ctx[0];
	int work = (int)ctx[1], budget = (int)ctx[2];
	struct xt_cpu *cpu;
	struct xt_net_cpu *net = net_enter(XT_P_RX_POLL, &cpu);
	struct xt_nic_count *count;
	struct xt_nic *nic;
	__u64 now, start;

	if (!net)
		return 0;
	start = softirq_began(cpu, XT_SOFTIRQ_NET_RX);
	if (start && net->polled > start)
		start = net->polled;
	now = bpf_ktime_get_ns();
	net->polled = now;
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

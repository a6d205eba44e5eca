/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A packet's stamps made into legs, when the driver has let go of it (PROBES §4). */
#ifndef XT_TXLEGS_BPF_H
#define XT_TXLEGS_BPF_H

#include "packet.bpf.h"

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
 * The interrupt that let this packet be freed, ns; 0: none is known. Inside a handler it is that one; in
 * a softirq the NIC's last one on this CPU, if the packet was already sent by then. A driver that
 * cleans up when it sends the next packet waits for none.
 */
static __always_inline __u64 packet_irq(const struct xt_cpu *cpu, const struct xt_nic *nic,
					const struct xt_packet *p)
{
	__u64 irq = p->done ? p->irq : cpu->irq_start;

	if (!irq && !p->done && !cpu->tx_at && (cpu->poll_at || cpu->tx_softirq))
		irq = *element(cpu->nic_last, nic->slot);
	return irq > p->started ? irq : 0;
}

/* The driver has let go of it at `now`, because of the interrupt at `irq`. */
static __always_inline void packet_end(struct xt_cpu *cpu, const struct xt_nic *nic,
				       struct xt_packet *p, __u64 now, __u64 irq)
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
	hist_add_n(cpu, nic->paths + XT_TX_TOTAL, now - begin, p->weight);
	bump(&cpu->count[XT_COUNT_TX_COMPLETED], 1);
	packet_leave(p);
}

#endif

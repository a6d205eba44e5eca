/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The NIC below an interface, and what is counted of it. */
#ifndef XT_NIC_BPF_H
#define XT_NIC_BPF_H

#include "vmlinux.h"
#include "cpu.bpf.h"

const volatile bool cfg_nics_some;    /* not all NICs are asked for */
const volatile __u32 cfg_nics_places; /* of the table: a power of two */
const volatile __u32 cfg_netns; /* inode of the namespace whose NICs are known; 0: there are none */

XT_SHARED_ARRAY(xt_nics, struct xt_nic);
XT_SHARED_ARRAY(xt_nic_counts, struct xt_nic_count);

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
		at = (ifindex + i) & (cfg_nics_places - 1);
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

/* One that has a device below it, and is in no table: it came after the start. */
static __always_inline void nic_missed(struct xt_cpu *cpu, struct net_device *dev)
{
	if (!cfg_nics_some && dev->dev.parent)
		cpu_lost(cpu, XT_NOTE_OTHER_NIC);
}

static __always_inline struct xt_nic_count *nic_counts(const struct xt_cpu *cpu,
						       const struct xt_nic *nic)
{
	__u32 at = cpu->nr * XT_NICS + nic->slot;

	return bpf_map_lookup_elem(&xt_nic_counts, &at);
}

#endif

/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Which path has which number in the maps, and what the tables say of disks and interrupts. Made
 * once from the platform; the mechanism of a figure is joined here, BPF never knows it.
 */
#ifndef XT_PROBE_LAYOUT_H
#define XT_PROBE_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi.h"
#include "model/snapshot.h"
#include "platform/platform.h"
#include "probe/sites.h"

struct layout {
	/* first path of each family's range */
	uint32_t blk, submit, irq, softirq, upcall, wrapper, clockevent, segment_base, mc, emul,
		msr, wake, late, program, clock, mmu, mc_entry, mmuext, mc_size, mmu_fn, net,
		net_submit, site, scratch;
	uint32_t nr_paths;
	struct path_key *keys; /* by path number */

	struct xt_disk disks[XT_DISK_TABLE];
	uint32_t disks_named;	 /* entries that have a name in place of a number */
	uint64_t emulated_disks; /* bit by slot */
	uint32_t nr_requests, nr_queues;

	struct xt_irq irqs[XT_IRQ_TABLE];
	const struct irq **owners; /* by interrupt slot: one of its channels; NULL: none */
	uint32_t nr_irqs;	   /* slots in use, with "other" */
	uint32_t nr_wakes;	   /* paths of user channels */

	struct xt_nic nics[XT_NIC_TABLE];
	const struct nic *nic_of[XT_NICS]; /* by slot; NULL: not traced */
	uint32_t nr_nics;		   /* slots in use, with 0 */
	uint32_t nr_packets;
	bool some_nics; /* only those that were asked for */
	uint32_t netns; /* inode of this network namespace; 0: there are none */

	struct sites *sites; /* whose paths are numbered here; not owned */

	bool runstate; /* Xen's, of each vCPU */

	unsigned int cpus; /* possible */
};

/*
 * Number all paths for this guest. `wanted`: only these disks are traced (NULL: all leaf disks);
 * names as in platform->disks; `nics` likewise. `sites` get the numbers of their paths, and must
 * outlive the layout. Returns 0 and *out, freed with layout__free(), or -ENOMEM.
 */
int layout__new(struct layout **out, const struct platform *platform, const char *const *wanted,
		const char *const *nics, struct sites *sites);
void layout__free(struct layout *layout);

#endif

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

	struct xt_disk *disks; /* BPF's table, of 1 << disk_bits places */
	uint32_t disk_bits;
	struct xt_disk *placed; /* the same, one after the other */
	size_t nr_placed;
	uint32_t disks_named; /* of them: have a name in place of a number */
	/* slots: 0 is "other"; those of rows; behind them disks that are not traced */
	struct disk_row *disk_rows;
	uint32_t nr_disk_rows;	     /* with slot 0 */
	const struct disk **disk_of; /* by slot; NULL: "other", or several disks share the row */
	uint16_t *disk_slot;	     /* by number in the platform */
	size_t disks_shared;	     /* have no row of their own */
	bool some_disks;	     /* only those that were asked for */
	bool few_tags;		     /* there are more disks than rows */
	uint32_t nr_requests, nr_queues;

	struct xt_irq *irqs; /* by number */
	uint32_t irq_numbers;
	uint32_t *irq_of;	   /* by interrupt slot: its number, of one that shares no path */
	const struct irq **owners; /* by interrupt slot: one of its channels; NULL: none */
	uint32_t nr_irqs;	   /* slots in use, with "other" */
	uint32_t nr_wakes;	   /* paths of user channels */

	struct xt_nic *nics; /* BPF's table, of nic_places, a power of two */
	uint32_t nic_places;
	const struct nic *nic_of[XT_NICS]; /* by slot; NULL: not traced */
	uint32_t nr_nics;		   /* slots in use, with 0 */
	uint32_t nr_packets;
	bool some_nics; /* only those that were asked for */
	uint32_t netns; /* inode of this network namespace; 0: there are none */

	struct sites *sites; /* whose paths are numbered here; not owned */

	bool runstate; /* Xen's, of each vCPU */

	unsigned int cpus; /* possible */
};

/* What is asked for by name, NULL-ended; NULL: all leaf disks, all NICs. */
struct wanted {
	const char *const *disks; /* as in platform->disks */
	const char *const *nics;
};

/*
 * Number all paths for this guest. `sites` get the numbers of their paths; they and the platform must
 * outlive the layout. Returns 0 and *out, freed with layout__free(), -ENOMEM, or -E2BIG with *why
 * (static) when there is no place for what is wanted by name.
 */
int layout__new(struct layout **out, const struct platform *platform, const struct wanted *wanted,
		struct sites *sites, const char **why);
void layout__free(struct layout *layout);

/* For the families. Names are cut to the key's room. */
void layout__name(struct path_key *key, enum kind kind, enum area area, enum mech mech,
		  const char *device, const char *op, const char *leg);
/* A path of events that are counted, not timed. */
void layout__count(struct path_key *key, enum area area, enum mech mech, const char *device,
		   const char *op);
bool layout__is_wanted(const char *const *wanted, const char *name);

#endif

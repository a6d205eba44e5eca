/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Inside the layout: each file numbers (range) and names (place) the paths of its families. */
#ifndef XT_PROBE_LAYOUT_PARTS_H
#define XT_PROBE_LAYOUT_PARTS_H

#include "probe/layout.h"

/* Names are cut to the key's room. */
void layout__name(struct path_key *key, enum kind kind, enum area area, enum mech mech,
		  const char *device, const char *op, const char *leg);

/* A path of events that are counted, not timed. */
void layout__count(struct path_key *key, enum area area, enum mech mech, const char *device,
		   const char *op);

/* Rows for the disks; -E2BIG with *why when there are none for all that are wanted. */
int layout__range_disks(struct layout *layout, const struct platform *platform,
			const char *const *wanted, uint32_t *next, const char **why);
int layout__place_disks(struct layout *layout, const struct platform *platform);
void layout__free_disks(struct layout *layout);

/* The families' ranges begin at path `next`; returns the one after their last. */
uint32_t layout__range_calls(struct layout *layout, uint32_t next);
uint32_t layout__range_timer(struct layout *layout, uint32_t next);
uint32_t layout__range_mmu(struct layout *layout, const struct platform *platform, uint32_t next);
uint32_t layout__range_sites(struct layout *layout, uint32_t next);
/* Once layout->keys has room for all paths. */
void layout__place_calls(struct layout *layout, const struct platform *platform);
void layout__place_timer(struct layout *layout, const struct platform *platform);
void layout__place_mmu(struct layout *layout, const struct platform *platform);

/* After the disks, behind whose queues a NIC's are; packets' mechanism is the NIC's. */
uint32_t layout__range_net(struct layout *layout, const struct platform *platform, uint32_t next);
int layout__place_net(struct layout *layout, const struct platform *platform,
		      const char *const *wanted, const char **why);
bool layout__is_wanted(const char *const *wanted, const char *name);
void layout__place_sites(struct layout *layout);

/* The path of a wrapper that makes this hypercall, or 0 when the function is none. */
uint32_t layout__path_of_wrapper(const struct layout *layout, const char *function,
				 const char *hypercall);

#endif

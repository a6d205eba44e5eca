/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The shared maps: made once, sized for this machine, mapped into this process. */
#ifndef XT_PROBE_MAPS_H
#define XT_PROBE_MAPS_H

#include <stddef.h>
#include <stdint.h>

#include "probe/layout.h"

struct bpf_object;

/* X(member, map's name, value type) */
#define XT_SHARED_MAPS(X)                                   \
	X(cpus, "xt_cpus", struct xt_cpu)                   \
	X(hists, "xt_hists", struct xt_hist)                \
	X(irqs, "xt_irqs", struct xt_irq)                   \
	X(disks, "xt_disks", struct xt_disk)                \
	X(requests, "xt_requests", struct xt_request)       \
	X(queues, "xt_queues", struct xt_queue)             \
	X(slowest, "xt_slowest", struct xt_slowest)         \
	X(wakes, "xt_wakes", struct xt_wake)                \
	X(nics, "xt_nics", struct xt_nic)                   \
	X(packets, "xt_packets", struct xt_packet)          \
	X(queued, "xt_queued", uint64_t)                    \
	X(nic_counts, "xt_nic_counts", struct xt_nic_count) \
	X(drops, "xt_drops", uint64_t)                      \
	X(sites, "xt_sites", struct xt_site)

struct shared_map {
	int fd;
	size_t size;
	uint32_t entries;
};

struct maps {
#define XT_MEMBER(member, name, type) \
	type *member;                 \
	struct shared_map member##_map;
	XT_SHARED_MAPS(XT_MEMBER)
#undef XT_MEMBER
	size_t bytes; /* kernel memory of all of them */
};

/* Make, map and fill the maps. Returns 0 or a negative errno, with a message for -EPERM. */
int maps__new(struct maps **out, const struct layout *layout);
void maps__free(struct maps *maps);

/* Give an opened object our maps in place of its own. Returns 0 or a negative errno. */
int maps__share(const struct maps *maps, struct bpf_object *object);

#endif

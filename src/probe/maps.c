// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "base/log.h"
#include "probe/maps.h"

static size_t round_up(size_t size, size_t to)
{
	return (size + to - 1) / to * to;
}

static int make(struct shared_map *map, void **mem, const char *name, size_t value,
		uint32_t entries)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = BPF_F_MMAPABLE);
	void *at;

	map->entries = entries;
	/* kernel/bpf/arraymap.c: elements are rounded to 8 bytes, the whole to pages */
	map->size = round_up(round_up(value, 8) * entries, sysconf(_SC_PAGESIZE));
	map->fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, name, sizeof(uint32_t), value, entries, &opts);
	if (map->fd < 0)
		return -errno;
	at = mmap(NULL, map->size, PROT_READ | PROT_WRITE, MAP_SHARED, map->fd, 0);
	if (at == MAP_FAILED)
		return -errno;
	*mem = at;
	return 0;
}

static void fill(struct maps *maps, const struct layout *layout)
{
	memcpy(maps->disks, layout->disks, sizeof(*layout->disks) << layout->disk_bits);
	memcpy(maps->irqs, layout->irqs, sizeof(*layout->irqs) * layout->irq_numbers);
	memcpy(maps->nics, layout->nics, sizeof(*layout->nics) * layout->nic_places);
	sites__fill(layout->sites, maps->sites);
	for (unsigned int cpu = 0; cpu < layout->cpus; cpu++) {
		maps->cpus[cpu].first_path = cpu * layout->nr_paths;
		maps->cpus[cpu].nr_paths = layout->nr_paths;
		maps->cpus[cpu].nr = cpu;
	}
	maps->cpus[0].loss[XT_NOTE_SHARED_ROW] = layout->disks_shared;
}

int maps__new(struct maps **out, const struct layout *layout)
{
	const uint32_t entries_cpus = layout->cpus;
	const uint32_t entries_hists = layout->cpus * layout->nr_paths;
	const uint32_t entries_irqs = layout->irq_numbers;
	const uint32_t entries_disks = 1u << layout->disk_bits;
	const uint32_t entries_requests = layout->nr_requests;
	const uint32_t entries_queues = layout->nr_queues;
	const uint32_t entries_slowest = layout->cpus;
	const uint32_t entries_wakes = layout->nr_wakes ? XT_WAKES : 1;
	const uint32_t entries_nics = layout->nic_places;
	const uint32_t entries_packets = layout->nr_packets;
	const uint32_t entries_queued = XT_QUEUED;
	const uint32_t entries_drops = layout->nr_nics * 2 * XT_DROP_REASONS;
	const uint32_t entries_nic_counts = layout->cpus * XT_NICS;
	const uint32_t entries_sites = layout->sites->nr ? layout->sites->nr : 1;
	struct maps *maps = calloc(1, sizeof(*maps));
	int err = -ENOMEM;
	void *mem = NULL;

	if (!maps)
		return -ENOMEM;
#define XT_CLOSED(member, name, type) maps->member##_map.fd = -1;
	XT_SHARED_MAPS(XT_CLOSED)
#undef XT_CLOSED
#define XT_MAKE(member, name, type)                                                  \
	err = make(&maps->member##_map, &mem, name, sizeof(type), entries_##member); \
	if (err)                                                                     \
		goto out;                                                            \
	maps->member = mem;                                                          \
	maps->bytes += maps->member##_map.size;
	XT_SHARED_MAPS(XT_MAKE)
#undef XT_MAKE
	fill(maps, layout);
	*out = maps;
	maps = NULL;
out:
	maps__free(maps);
	return err;
}

void maps__free(struct maps *maps)
{
	if (!maps)
		return;
#define XT_FREE(member, name, type)                            \
	if (maps->member)                                      \
		munmap(maps->member, maps->member##_map.size); \
	if (maps->member##_map.fd >= 0)                        \
		close(maps->member##_map.fd);
	XT_SHARED_MAPS(XT_FREE)
#undef XT_FREE
	free(maps);
}

static int share(struct bpf_object *object, const char *name, int fd)
{
	struct bpf_map *map = bpf_object__find_map_by_name(object, name);

	return map ? bpf_map__reuse_fd(map, fd) : 0;
}

int maps__share(const struct maps *maps, struct bpf_object *object)
{
	int err = 0;

#define XT_SHARE(member, name, type) \
	if (!err)                    \
		err = share(object, name, maps->member##_map.fd);
	XT_SHARED_MAPS(XT_SHARE)
#undef XT_SHARE
	return err;
}

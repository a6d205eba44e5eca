// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "base/log.h"
#include "probe/family.h"
#include "probe/stacks.h"

/* Lists; the newest entry comes first. */
/* The histograms of a family's rows get this part of the machine's memory, and at least so much. */
#define MEMORY_PART  64
#define MEMORY_LEAST (64ull << 20)

struct shared_map {
	struct shared_map *next;
	const char *name;
	int fd;	  /* -1: it is not made, see layout__no_map() */
	void *at; /* NULL: it is not mapped */
	size_t size;
};

struct memory {
	struct memory *next;
	uint64_t at[];
};

void *layout__memory(struct layout *layout, size_t nr, size_t size)
{
	struct memory *memory = calloc(1, sizeof(*memory) + nr * size);

	if (!memory) {
		layout->err = -ENOMEM;
		return NULL;
	}
	memory->next = layout->memory;
	layout->memory = memory;
	return memory->at;
}

void *layout__map(struct layout *layout, const char *name, size_t size, uint32_t entries)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = BPF_F_MMAPABLE);
	struct shared_map *map = layout__memory(layout, 1, sizeof(*map));
	const size_t page = sysconf(_SC_PAGESIZE);
	void *at = MAP_FAILED;

	if (!map)
		return NULL;
	/*
	 * kernel/bpf/arraymap.c rounds the whole to pages, and elements to 8 bytes: C must have
	 * them so
	 */
	assert(size % 8 == 0);
	map->name = name;
	map->size = (size * entries + page - 1) / page * page;
	map->fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, name, sizeof(uint32_t), size, entries, &opts);
	if (map->fd >= 0)
		at = mmap(NULL, map->size, PROT_READ | PROT_WRITE, MAP_SHARED, map->fd, 0);
	if (at == MAP_FAILED) {
		layout->err = -errno;
		if (map->fd >= 0)
			close(map->fd);
		return NULL;
	}
	map->at = at;
	map->next = layout->maps;
	layout->maps = map;
	layout->map_bytes += map->size;
	return at;
}

static struct shared_map *add_map(struct layout *layout, const char *name, int fd)
{
	struct shared_map *map = layout__memory(layout, 1, sizeof(*map));

	if (!map)
		return NULL;
	map->name = name;
	map->fd = fd;
	map->next = layout->maps;
	layout->maps = map;
	return map;
}

int layout__stack_map(struct layout *layout, const char *name, uint32_t entries, uint32_t frames)
{
	const size_t size = frames * sizeof(uint64_t);
	int fd = bpf_map_create(BPF_MAP_TYPE_STACK_TRACE, name, sizeof(uint32_t), size, entries,
				NULL);

	if (fd < 0) {
		layout->err = -errno;
	} else if (!add_map(layout, name, fd)) {
		close(fd);
		fd = -1;
	} else {
		layout->map_bytes += entries * size;
	}
	return fd;
}

void layout__no_map(struct layout *layout, const char *name)
{
	add_map(layout, name, -1);
}

static const struct shared_map *find_map(const struct layout *layout, const char *name)
{
	const struct shared_map *map = layout->maps;

	while (map && strcmp(map->name, name) != 0)
		map = map->next;
	return map;
}

int layout__share(const struct layout *layout, struct bpf_object *object)
{
	const struct shared_map *ours;
	struct bpf_map *map;
	int err = 0;

	bpf_object__for_each_map(map, object)
	{
		if (bpf_map__is_internal(map))
			continue;
		ours = find_map(layout, bpf_map__name(map));
		if (!ours) /* what cannot be mapped may be the object's own */
			err = bpf_map__map_flags(map) & BPF_F_MMAPABLE ? -ENOENT : 0;
		else
			err = ours->fd >= 0 ? bpf_map__reuse_fd(map, ours->fd)
					    : bpf_map__set_autocreate(map, false);
		if (err)
			break;
	}
	return err;
}

/* Its place is kept by what has no memory. */
int layout__hide(const struct layout *layout)
{
	for (const struct shared_map *map = layout->maps; map; map = map->next) {
		if (map->at && mmap(map->at, map->size, PROT_NONE,
				    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1,
				    0) == MAP_FAILED)
			return -errno;
	}
	return 0;
}

int layout__show(const struct layout *layout)
{
	for (const struct shared_map *map = layout->maps; map; map = map->next) {
		if (map->at && mmap(map->at, map->size, PROT_READ | PROT_WRITE,
				    MAP_SHARED | MAP_FIXED, map->fd, 0) == MAP_FAILED)
			return -errno;
	}
	return 0;
}

uint64_t layout__rows_memory(void)
{
	const uint64_t memory = (uint64_t)sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE);
	const uint64_t part = memory / MEMORY_PART;

	return part > MEMORY_LEAST ? part : MEMORY_LEAST;
}

uint32_t layout__rows_possible(const struct layout *layout, uint32_t paths, uint32_t most)
{
	const uint64_t row = (uint64_t)paths * sizeof(struct xt_hist) * layout->cpus;
	const uint64_t possible = layout__rows_memory() / row;

	if (possible > most)
		return most;
	return possible > 1 ? possible : 1;
}

uint32_t layout__paths(struct layout *layout, uint32_t nr)
{
	layout->nr_paths += nr;
	return layout->nr_paths - nr;
}

struct path_key *layout__name(const struct layout *layout, uint32_t path, enum kind kind,
			      enum area area, enum mech mech, const char *device, const char *op,
			      const char *leg)
{
	struct path_key *key = &layout->keys[path];

	key->kind = kind;
	key->area = area;
	key->mech = mech;
	snprintf(key->device, sizeof(key->device), "%.*s", (int)sizeof(key->device) - 1, device);
	snprintf(key->op, sizeof(key->op), "%s", op);
	snprintf(key->leg, sizeof(key->leg), "%s", leg);
	return key;
}

struct path_key *layout__count(const struct layout *layout, uint32_t path, enum area area,
			       enum mech mech, const char *device, const char *op)
{
	struct path_key *key =
		layout__name(layout, path, KIND_CPU, area, mech, device, op, "count");

	key->roles = PATH_COUNT;
	return key;
}

bool layout__is_wanted(const char *const *wanted, const char *name)
{
	if (!wanted)
		return true;
	for (; *wanted; wanted++) {
		if (strcmp(*wanted, name) == 0)
			return true;
	}
	return false;
}

const struct xt_hist *layout__hist(const struct layout *layout, unsigned int cpu, uint32_t path)
{
	return &layout->hists[(size_t)cpu * layout->nr_paths + path];
}

static int make_slices(struct layout *layout)
{
	layout->keys = layout__memory(layout, layout->nr_paths, sizeof(*layout->keys));
	layout->cpu = layout__map(layout, "xt_cpus", sizeof(*layout->cpu), layout->cpus);
	layout->hists = layout__map(layout, "xt_hists", sizeof(*layout->hists),
				    layout->cpus * layout->nr_paths);
	if (layout->err)
		return layout->err;
	for (unsigned int cpu = 0; cpu < layout->cpus; cpu++) {
		layout->cpu[cpu].first_path = cpu * layout->nr_paths;
		layout->cpu[cpu].nr_paths = layout->nr_paths;
		layout->cpu[cpu].nr = cpu;
	}
	return 0;
}

static int lay_out(struct layout *layout)
{
	int err = 0;

	for (int i = 0; i < FAMILIES && !err; i++)
		err = families[i]->number(layout);
	if (!err)
		err = make_slices(layout);
	stacks__place(layout);
	/* core is the first family: it asks what the others have placed */
	for (int i = FAMILIES - 1; i >= 0 && !err; i--)
		err = families[i]->place(layout);
	return err ? err : layout->err;
}

int layout__new(struct layout **out, const struct layout *from, const char **why)
{
	struct layout *layout = malloc(sizeof(*layout));
	int err;

	*why = "out of memory";
	if (!layout)
		return -ENOMEM;
	*layout = *from;
	layout->cpus = layout->platform->possible;
	err = lay_out(layout);
	if (err) {
		*why = layout->why ? layout->why
		       : err == -EPERM
			       ? "the kernel refuses BPF maps to this process: is it confined?"
			       : "the kernel cannot make the maps";
		layout__free(layout);
		return err;
	}
	*out = layout;
	return 0;
}

void layout__free(struct layout *layout)
{
	struct memory *memory, *next;

	if (!layout)
		return;
	for (const struct shared_map *map = layout->maps; map; map = map->next) {
		if (map->at)
			munmap(map->at, map->size);
		if (map->fd >= 0)
			close(map->fd);
	}
	for (memory = layout->memory; memory; memory = next) {
		next = memory->next;
		free(memory);
	}
	free(layout);
}

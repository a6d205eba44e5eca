/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The numbers of paths, and the maps that programs and loader share. It is made once, from the
 * platform. Here a path gets its mechanism, which BPF never knows.
 */
#ifndef XT_PROBE_LAYOUT_H
#define XT_PROBE_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi.h"
#include "model/snapshot.h"
#include "platform/cgroups.h"
#include "platform/platform.h"

struct bpf_object;
struct features;
struct sites;

/* What is asked for. Names are NULL-ended; NULL: all leaf disks, all NICs. */
struct wanted {
	const char *const *disks; /* as in platform->disks */
	const char *const *nics;
	unsigned int every;	       /* follow 1 of so many, a power of two; 0: by the budget */
	double max_overhead;	       /* the budget: a share of the vCPUs' time; 0: follow all */
	uint64_t slower_ns;	       /* note only requests slower than this; 0: the slowest */
	enum owners_by by;	       /* tell owners of disk requests apart */
	const struct cgroups *cgroups; /* where they are cgroups: which hierarchy's */
	unsigned int pid;	       /* only disk requests of this process, 0: of all */
	const char *cgroup; /* … of this cgroup, as cgroups__find() takes it; NULL: of all */
	char only[128];	    /* whose that is, for people; "": everybody's */
	bool stacks;	    /* kernel stacks: who calls what is measured */
};

struct layout {
	/* what it is made from: not owned */
	const struct platform *platform;
	const struct features *features;
	const struct wanted *wanted;
	struct sites *sites; /* whose paths are numbered here */

	unsigned int cpus; /* possible */
	uint32_t nr_paths;
	struct path_key *keys; /* by path number; one without a name is in no report */
	struct xt_cpu *cpu;    /* the slices, by CPU number */
	struct xt_hist *hists; /* by a CPU's first path and path: see layout__hist() */
	size_t map_bytes;      /* kernel memory of all maps */
	const char *why;       /* static: why it cannot be made */

	struct shared_map *maps;
	struct memory *memory;
	int err; /* the first failure of a map or of memory */
};

/*
 * Number all paths, and make and fill the maps. Returns 0 and *out, freed with layout__free(), or a
 * negative errno with *why (static): -E2BIG when there is no room for what is wanted by name,
 * -EPERM when this process may make no maps.
 */
int layout__new(struct layout **out, const struct layout *from, const char **why);
void layout__free(struct layout *layout);

/* Give an opened object our maps in place of its own. Returns 0 or a negative errno. */
int layout__share(const struct layout *layout, struct bpf_object *object);

/*
 * Put the maps out of this process's memory, and back to where they were: nobody may read or write one
 * meanwhile. A map is resident as a whole from when it is mapped, and loading takes the most memory.
 * Returns 0 or a negative errno.
 */
int layout__hide(const struct layout *layout);
int layout__show(const struct layout *layout);

/* A path's histogram on a CPU. */
const struct xt_hist *layout__hist(const struct layout *layout, unsigned int cpu, uint32_t path);

/* One CPU's histogram. Most are empty. */
bool slice__is_empty(const struct xt_hist *slice);
/* to += slice. Returns 0 or -ENOMEM. */
int slice__merge(struct hist *to, const struct xt_hist *slice);

/* For the families. */

/* Reserve so many paths; returns the number of the first. */
uint32_t layout__paths(struct layout *layout, uint32_t nr);
/* What the histograms of a family's rows may take, in bytes: a part of the machine's memory. */
uint64_t layout__rows_memory(void);
/* How many rows of so many paths each may have histograms here, at least 1. */
uint32_t layout__rows_possible(const struct layout *layout, uint32_t paths, uint32_t most);
/* Name a path. Returns its key, for the roles. Names are cut to the room that they have. */
struct path_key *layout__name(const struct layout *layout, uint32_t path, enum kind kind,
			      enum area area, enum mech mech, const char *device, const char *op,
			      const char *leg);
/* Name a path whose events are counted, not timed. */
struct path_key *layout__count(const struct layout *layout, uint32_t path, enum area area,
			       enum mech mech, const char *device, const char *op);
/*
 * A map of so many values, mapped into this process, and memory for the family itself: all zero,
 * and freed with the layout. An object that has a map of this name gets it. If there is no memory,
 * they return NULL and set layout->err: only who writes to it at once has to ask.
 */
void *layout__map(struct layout *layout, const char *name, size_t size, uint32_t entries);
/* A map of kernel stacks, of so many frames each. Returns its descriptor; -1, and layout->err is set. */
int layout__stack_map(struct layout *layout, const char *name, uint32_t entries, uint32_t frames);
/* There is no map of this name, and no program that runs has use for it. */
void layout__no_map(struct layout *layout, const char *name);
void *layout__memory(struct layout *layout, size_t nr, size_t size);
bool layout__is_wanted(const char *const *wanted, const char *name);

#endif

/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A family of probes is a module: one BPF object, and everything that loader, layout and reader
 * need to know of it. They loop over `families` and know none by name. A family keeps its state in
 * static variables of its file, since a process traces once.
 *
 * A function that a family does not need is NULL.
 */
#ifndef XT_PROBE_FAMILY_H
#define XT_PROBE_FAMILY_H

#include <errno.h>

#include "probe/calibrate.h"
#include "probe/cputime.h"
#include "probe/embedded.h"
#include "probe/features.h"
#include "probe/layout.h"
#include "probe/load.h"
#include "probe/rates.h"
#include "probe/sites.h"
#include "probe/stacks.h"
#include "probe/tracer.h"

struct xt_irq;

/*
 * Events that may be counted only: how many there were, how many of them were not followed. NULL: those
 * with frames, of which each CPU's slice says it.
 */
struct follows {
	enum xt_rate what;
	unsigned int programs; /* that one passes on its way */
	unsigned int stacks;   /* that are taken of one, where they are asked for */
	uint64_t (*events)(const struct layout *layout);
	uint64_t (*counted)(const struct layout *layout);
};

/* See budget.h. */
struct budget {
	struct rates rates;
	unsigned int at_first; /* one of so many was followed at the start; 0: as was asked for */
	uint64_t at_ns;	       /* the last tick */
	uint64_t spent_ns, events[XT_RATES], counted[XT_RATES]; /* up to then */
};

struct family {
	const char *name;
	int first, end; /* its probes, from first to before end */
	bool needed;	/* by the others: it always comes along, and is not asked for */
	bool opt_in;	/* only where the option of its name asks for it */

	/*
	 * Why this guest has no use for a probe that is FOR_SOME; NULL: it has. The families behind
	 * this one are loaded already.
	 */
	const char *(*unused)(enum xt_probe probe, const struct loader *loader);
	/*
	 * Number its paths, by layout__paths(). Returns 0, -ENOMEM, or -E2BIG with layout->why when
	 * there is no room for what is wanted by name.
	 */
	int (*number)(struct layout *layout);
	/*
	 * Name the paths, make the maps, and set the configuration. All families have numbered
	 * their paths, and those behind this one have been placed. Returns the same.
	 */
	int (*place)(struct layout *layout);
	/* Enter into core's table which of the family's devices an interrupt serves, if any. */
	void (*serve)(const struct layout *layout, const struct irq *irq, struct xt_irq *entry);
	/* Name an interrupt's path by the device that the family's programs said it serves. */
	void (*served)(unsigned int device, struct path_key *key);
	/*
	 * Open the object and set its configuration. Returns the skeleton and *object in it, or
	 * NULL with errno set.
	 */
	void *(*open)(struct bpf_object **object);
	void (*destroy)(void *skeleton); /* programs, but no links; NULL is allowed */
	/* programs that belong to no probe, NULL-ended: loaded if the kernel accepts them */
	const char *const *extras;

	void (*start)(struct tracer *tracer); /* when tracing begins */
	void (*tick)(void);		      /* once a second from then on */
	/* What it may follow in part: see budget.h. NULL: all of it is followed. */
	const struct follows *follows;
	/* Rename a path whose device was learned while tracing. */
	void (*rename)(uint32_t path, struct path_key *key);
	/* Of what is kept of the whole run, as its slowest, let go what ended before then. */
	void (*forget)(const struct layout *layout, uint64_t before_ns);
	/* Read what the family counts beside its paths. Returns 0 or -ENOMEM. */
	int (*read)(const struct tracer *tracer, struct snapshot *snap);
};

#define XT_ONE(...) +1
enum { FAMILIES = 0 XT_FAMILIES(XT_ONE) };
#undef XT_ONE

/* In the order of bpf/families.h: the first one is needed by the others. */
extern const struct family *const families[FAMILIES];

/*
 * Whether its probes are call sites, see sites.h: two programs, each attached to many instructions.
 */
bool family__has_sites(const struct family *family);

/* For the initializer: name, probes, and the functions that FAMILY_OBJECT defines. */
#define FAMILY(name_, NAME)                                                                      \
	.name = #name_, .first = XT_##NAME##_BEGIN, .end = XT_##NAME##_END, .open = open_object, \
	.destroy = destroy_object

/*
 * Defines functions that open the object with the file's `config`, struct xt_NAME_config, and
 * destroy it.
 */
#define FAMILY_OBJECT(name)                                   \
	static void *open_object(struct bpf_object **object)  \
	{                                                     \
		struct name##_bpf *skel = name##_bpf__open(); \
		const int err = embedded__done();             \
                                                              \
		if (err)                                      \
			errno = -err;                         \
		if (!skel)                                    \
			return NULL;                          \
		skel->rodata->config = config;                \
		skel->rodata->xt_stacks_asked = stacks__on(); \
		*object = skel->obj;                          \
		return skel;                                  \
	}                                                     \
                                                              \
	static void destroy_object(void *skeleton)            \
	{                                                     \
		name##_bpf__destroy(skeleton);                \
	}

struct tracer {
	const struct platform *platform;
	struct wanted wanted; /* the lists of names apart, which are the caller's until it is made */
	struct features *features;
	struct sites sites; /* --exact; else none */
	struct layout *layout;
	struct loader loader;
	struct loaded loaded[FAMILIES];
	struct calibration calibration;
	struct cputime cputime;
	struct serving *serving; /* NULL: there are no guests to serve */
	struct budget budget;
	uint64_t start_ns, wall_start_ns;
	uint64_t user_start_ns; /* this process's CPU time at the start */
	bool stopped;
	uint64_t reading_ns; /* what the shortest reading of everything took */
};

/*
 * Read the maps into plain data: histograms summed over CPUs, and requests in flight, which are
 * found by scanning their slots. Returns 0 or -ENOMEM.
 */
int reader__read(const struct tracer *tracer, struct snapshot *snap);

/* For the families: the sum of a loss over all CPUs; a path's name with what was learned. */
uint64_t reader__sum_loss(const struct layout *layout, enum xt_loss loss);
void reader__rename(uint32_t path, struct path_key *key);

/* What one family knows and others ask. */

/* The path of the wrapper of this name that makes this hypercall; 0: there is none. */
uint32_t hypercall__path_of(const char *function, const char *hypercall);
/* xen_mc_flush's paths, by the hypercall that it makes. */
uint32_t hypercall__flush_path(void);
/*
 * Interrupts have slots from 1 on, each with a path. A slot's event channel is NULL if it has none.
 */
uint32_t core__irqs(void);
uint32_t core__irq_path(uint32_t slot);
const struct irq *core__channel(uint32_t slot);

#endif

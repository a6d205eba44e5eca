/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A family of probes is a module: one BPF object, and all that loader, layout and reader have to
 * know of it. They loop over `families` and know none by name. What a family knows of its guest is
 * static in its file: a process traces once.
 */
#ifndef XT_PROBE_FAMILY_H
#define XT_PROBE_FAMILY_H

#include "probe/calibrate.h"
#include "probe/cputime.h"
#include "probe/features.h"
#include "probe/layout.h"
#include "probe/load.h"
#include "probe/sites.h"
#include "probe/tracer.h"

struct xt_irq;

struct family {
	const char *name;
	int first, end; /* its probes, from first to before end */
	bool needed;	/* by the others: it always comes along, and is not asked for */
	bool opt_in;	/* only where the option of its name asks for it */

	/*
	 * Why a probe that is FOR_SOME is not for this guest, NULL: it is. What is behind it is
	 * loaded.
	 */
	const char *(*unused)(enum xt_probe probe, const struct loader *loader);
	/*
	 * Number its paths, by layout__paths(). Returns 0, -ENOMEM, or -E2BIG with layout->why when
	 * there is no room for what is wanted by name.
	 */
	int (*number)(struct layout *layout);
	/*
	 * Name them, make its maps, and set its configuration: the numbers of all families are
	 * known. Those behind it have done so. Returns the same.
	 */
	int (*place)(struct layout *layout);
	/* Which device of the family an interrupt serves, if any, is entered into core's table. */
	void (*serve)(const struct layout *layout, const struct irq *irq, struct xt_irq *entry);
	/* The path of an interrupt gets the name of the device that its programs said it serves. */
	void (*served)(unsigned int device, struct path_key *key);
	/*
	 * The object, with its configuration: the skeleton and *object in it, or NULL with errno
	 * set.
	 */
	void *(*open)(struct bpf_object **object);
	void (*destroy)(void *skeleton); /* programs, but no links; NULL is allowed */
	/* programs that are no probe's: loaded where the kernel takes them; NULL-ended */
	const char *const *extras;

	/* When tracing begins, and once a second. */
	void (*start)(struct tracer *tracer);
	void (*tick)(struct tracer *tracer);
	/* A path whose device is learned while tracing gets its name. */
	void (*rename)(uint32_t path, struct path_key *key);
	/* What it counts beside its paths. Returns 0 or -ENOMEM. */
	int (*read)(const struct tracer *tracer, struct snapshot *snap);
};

#define XT_ONE(...) +1
enum { FAMILIES = 0 XT_FAMILIES(XT_ONE) };
#undef XT_ONE

/* In the order of bpf/families.h: the first one is needed by the others. */
extern const struct family *const families[FAMILIES];

/* Its probes are instructions, see sites.h: one program of each of a pair, at many of them. */
bool family__has_sites(const struct family *family);

/* For its initializer: its name, its probes, and the functions of FAMILY_OBJECT. */
#define FAMILY(name_, NAME)                                                                      \
	.name = #name_, .first = XT_##NAME##_BEGIN, .end = XT_##NAME##_END, .open = open_object, \
	.destroy = destroy_object

/* Opens the object with what place() has made of `config`, struct xt_NAME_config. */
#define FAMILY_OBJECT(name)                                   \
	static void *open_object(struct bpf_object **object)  \
	{                                                     \
		struct name##_bpf *skel = name##_bpf__open(); \
                                                              \
		if (!skel)                                    \
			return NULL;                          \
		skel->rodata->config = config;                \
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
	struct features *features;
	struct sites sites; /* --exact; else none */
	struct layout *layout;
	struct loader loader;
	struct loaded loaded[FAMILIES];
	struct calibration calibration;
	struct cputime cputime;
	uint64_t start_ns, wall_start_ns;
	uint64_t user_start_ns; /* this process's CPU time at the start */
	bool stopped;
	uint64_t reading_ns; /* what the shortest reading of everything took */
};

/*
 * Maps to plain data: slices summed over CPUs, requests in flight found by scanning their slots.
 * Returns 0 or -ENOMEM.
 */
int reader__read(const struct tracer *tracer, struct snapshot *snap);

/* For the families: a loss over all CPUs; a path's name, with what was learned since the start. */
uint64_t reader__sum_loss(const struct layout *layout, enum xt_loss loss);
void reader__rename(uint32_t path, struct path_key *key);

/* What one family knows and others ask. */

/* Of this function and hypercall, the path of the wrapper, or of a flush; 0: it has none. */
uint32_t hypercall__path_of(const char *function, const char *hypercall);
/* xen_mc_flush's paths, by the hypercall that it makes. */
uint32_t hypercall__flush_path(void);
/*
 * Interrupts have slots from 1 on, each with a path. The event channel of a slot; NULL: it is none.
 */
uint32_t core__irqs(void);
uint32_t core__irq_path(uint32_t slot);
const struct irq *core__channel(uint32_t slot);

#endif

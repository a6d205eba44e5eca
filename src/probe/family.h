/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A family of probes is a module: one BPF object, and all that the loader and the reader have to know
 * of it. They loop over `families` and know none by name. A new one is a .bpf.c, a .c and a row.
 */
#ifndef XT_PROBE_FAMILY_H
#define XT_PROBE_FAMILY_H

#include "probe/features.h"
#include "probe/layout.h"

struct bpf_object;
struct loader;
struct tracer;

struct family {
	const char *name;
	int first, end; /* its probes, from first to before end */
	bool needed;	/* by the others: it always comes along, and is not asked for */
	bool opt_in;	/* only where its own option asks for it */

	/* Why a probe that is FOR_SOME is not for this guest; NULL: it is. Families before core are known. */
	const char *(*unused)(enum xt_probe probe, const struct loader *loader);
	/*
	 * Number its paths from *next on, which becomes the one behind them. Returns 0, -ENOMEM, or
	 * -E2BIG with *why when there is no room for what is wanted by name. NULL: it has none.
	 */
	int (*range)(struct layout *layout, const struct platform *platform,
		     const struct wanted *wanted, uint32_t *next, const char **why);
	/* Name them and fill its tables; the ranges of all families are known. Returns the same. */
	int (*place)(struct layout *layout, const struct platform *platform,
		     const struct wanted *wanted, const char **why);
	/*
	 * Open the object and set its constants. Returns the skeleton and *object (inside it), or
	 * NULL with errno set.
	 */
	void *(*open)(struct bpf_object **object, const struct layout *layout,
		      const struct features *features);
	void (*destroy)(void *skeleton); /* programs, but no links; NULL is allowed */
	/* programs that are no probe's: loaded where the kernel takes them; NULL-ended */
	const char *const *extras;

	/* When tracing begins, and once a second. NULL: nothing to do. */
	void (*start)(struct tracer *tracer);
	void (*tick)(struct tracer *tracer);
	/* A path whose device is learned while tracing gets its name. NULL: there are none. */
	void (*rename)(const struct tracer *tracer, uint32_t path, struct path_key *key);
	/* What it counts beside its paths. Returns 0 or -ENOMEM. NULL: nothing. */
	int (*read)(const struct tracer *tracer, struct snapshot *snap);
};

#define XT_ONE(...) +1
enum { FAMILIES = 0 XT_FAMILIES(XT_ONE) };
#undef XT_ONE

/* The first one is needed by the others. */
extern const struct family *const families[FAMILIES];

/* For its initializer: its name and its probes. */
#define FAMILY(name_, NAME) .name = #name_, .first = XT_##NAME##_BEGIN, .end = XT_##NAME##_END

/* Open and destroy as struct family has them; configure() sets the constants of the skeleton. */
#define FAMILY_OBJECT(name)                                                               \
	static void *open_object(struct bpf_object **object, const struct layout *layout, \
				 const struct features *features)                         \
	{                                                                                 \
		struct name##_bpf *skel = name##_bpf__open();                             \
                                                                                          \
		if (!skel)                                                                \
			return NULL;                                                      \
		configure(skel, layout, features);                                        \
		*object = skel->obj;                                                      \
		return skel;                                                              \
	}                                                                                 \
                                                                                          \
	static void destroy(void *skeleton)                                               \
	{                                                                                 \
		name##_bpf__destroy(skeleton);                                            \
	}

/* What one family knows and others ask. */

/* The path of a wrapper that makes this hypercall, or 0 when the function is none. */
uint32_t hypercall__path_of(const struct layout *layout, const char *function,
			    const char *hypercall);
/*
 * A process waits for this channel of /dev/xen/evtchn; the interrupt's action is "evtchn:" and the
 * process's name. All channels of one name have one path. Returns its number + 1.
 */
uint32_t evtchn__place_wake(struct layout *layout, const struct irq *irq);
/* Is this the row of a disk alone, of an entry of the table? */
bool blk__has_row(const struct layout *layout, const struct xt_disk *disk);
/* The disk of a slot, or what the disks of that row are called together. */
const char *blk__disk_name(const struct layout *layout, uint32_t slot);
/* The slot of the NIC of that name, 0 for none. */
unsigned int net__slot_of(const struct layout *layout, const char *name);

#endif

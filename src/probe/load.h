/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The ladder: each probe gets the best rung that this kernel accepts: tp_btf for tracepoints;
 * fentry, then kprobe for functions; or off, with cause and fix. A probe is attached once, and
 * never only to find out whether it attaches.
 */
#ifndef XT_PROBE_LOAD_H
#define XT_PROBE_LOAD_H

#include <stdbool.h>

#include "model/snapshot.h"
#include "probe/layout.h"
#include "probe/probes.h"

struct bpf_link;
struct bpf_object;
struct family;

/* A probe's way down the ladder. */
struct attempt {
	enum rung rung;
	unsigned int refused; /* bit by rung: tried, and the kernel said no */
	bool applies;
	bool hardware_does; /* it does not, since the hardware does what it would see */
	const char *target; /* the function: the probe's hook or the older one */
	struct bpf_link *link[2];
	int fd[2];		 /* of the programs; 0: none */
	uint64_t skipped_before; /* see loader__skipped() */
	char cause[160];
	char fix[160];
};

struct loaded {
	const struct family *family;
	void *skeleton;
	struct bpf_object *object;
};

struct loader {
	const struct platform *platform;
	struct features *features;
	const struct layout *layout;
	struct attempt attempts[XT_PROBE_NR];
	unsigned int extras_refused; /* bit by place in the family's list */
	bool dry;		     /* nothing will be attached */
	size_t to_attach;	     /* descriptors that attaching what is loaded takes */
	int shortage; /* a negative errno: this process ran out of something, no more is tried */
};

/*
 * Load one family: choose rungs, load, and when the kernel refuses a program, step down and load
 * again, until the object loads or nothing of it is left. What is not loaded has rung off, with
 * cause and fix in its attempt, and *loaded.object is NULL. The only failure is a shortage of this
 * process: loader->shortage.
 */
void loader__load(struct loader *loader, const struct family *family, struct loaded *loaded);

/* Attach what was loaded, exits before entries; a refusal turns the probe off. */
void loader__attach(struct loader *loader, const struct loaded *loaded);

/* Listen to libbpf's messages. Call it once, before anything else of libbpf. */
void loader__listen(void);
/* Is there enough memory to begin? Returns 0 or -ENOMEM. */
int loader__check_room(void);

/*
 * Runs that the kernel skipped since loader__start(). A program that runs on a CPU is not run there
 * again, for example by an interrupt, and it is the only one that could count that. The kernel
 * counts it: for programs of functions since 5.12, of tracepoints since 6.1, of kprobes since 6.7;
 * before, this is 0.
 */
void loader__start(struct loader *loader);
uint64_t loader__skipped(const struct attempt *attempt);

#endif

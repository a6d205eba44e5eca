/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * --exact: the places in the kernel where hypercalls are made, each bracketed by two probes, on the
 * instruction ahead of the call and on that behind it. They are found in the running kernel,
 * whatever its version and build.
 */
#ifndef XT_PROBE_SITES_H
#define XT_PROBE_SITES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi.h"
#include "callsites/calls.h"

struct bpf_link;
struct bpf_program;

struct site {
	struct call call;
	char function[64];
	uint32_t offset;	  /* of the call in it */
	uint32_t path;		  /* what it is counted on: the layout's */
	bool by_number;		  /* path is the first of XT_HYPERCALLS, by number */
	bool attached;		  /* both probes are, or in a dry run would be */
	const char *cause;	  /* static or NULL: why it is not bracketed */
	int err;		  /* with the cause, if the kernel refused */
	struct bpf_link *link[2]; /* before, after */
};

struct sites {
	struct site *site;
	size_t nr;
	const char *cause, *fix; /* why none is known, static */
	uint64_t pair[2]; /* two instructions that a change of a task's name passes; 0: unknown */
};

/*
 * Find all call sites of the kernel, and which of them can be bracketed; `all` of these, or those
 * that guests pass often. Never fails: what went wrong is the cause. Freed with sites__free().
 */
void sites__find(struct sites *sites, bool all);
void sites__free(struct sites *sites);

/* How many sites are to be bracketed. */
size_t sites__wanted(const struct sites *sites);

/* Fill the table that BPF reads, in the order of sites->site. */
void sites__fill(const struct sites *sites, struct xt_site *table);

/* Attach the two programs to each wanted site. A refused site gets cause and err. */
void sites__attach(struct sites *sites, const struct bpf_program *before,
		   const struct bpf_program *after, bool cookies);

/* Attach to the instruction at an address; 0 or a negative errno. */
int sites__attach_at(struct bpf_link **link, const struct bpf_program *prog, uint64_t address,
		     uint64_t cookie);

#endif

/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Files of xentrace as literals. */
#ifndef XT_TESTS_XENTRACES_H
#define XT_TESTS_XENTRACES_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "xentrace/events.h"

struct xentrace {
	FILE *out;
	char *data;
	size_t size;
	FILE *window; /* of one CPU, until the next begins */
	char *records;
	size_t len;
	uint32_t cpu;
};

void xentrace__begin(struct xentrace *trace);
/* What follows is of this CPU. */
void xentrace__cpu(struct xentrace *trace, uint32_t cpu);
void xentrace__add(struct xentrace *trace, const uint64_t *tsc, uint32_t event,
		   const uint32_t *words, unsigned int nr);
/* data and size are whole now; free(data) is the caller's. */
void xentrace__end(struct xentrace *trace);

#define WORDS(...) (const uint32_t[]) { __VA_ARGS__ }, sizeof((uint32_t[]) { __VA_ARGS__ }) / 4
#define AT(tsc)            \
	(const uint64_t[]) \
	{                  \
		tsc        \
	}

/* The records that tests need most. */
void xentrace__runstate(struct xentrace *trace, uint64_t tsc, uint32_t domain, uint32_t vcpu,
			enum xen_state old, enum xen_state new);
void xentrace__exit(struct xentrace *trace, uint64_t tsc, uint32_t reason);
void xentrace__entry(struct xentrace *trace, uint64_t tsc);
void xentrace__lost(struct xentrace *trace, uint64_t tsc, uint32_t count, uint32_t domain,
		    uint32_t vcpu, uint64_t since);

/*
 * A second of domain 1, an HVM guest of AMD's processors with one vCPU, on a host of 2 CPUs and a TSC
 * of 2 GHz: it runs 60 %, of which exits take some; a disk on AHCI; and dom0's records between.
 */
void xentrace__hvm(struct xentrace *trace);
/* The same of a PV guest, domain 2: hypercalls, multicalls that were begun again, page faults. */
void xentrace__pv(struct xentrace *trace);

#endif

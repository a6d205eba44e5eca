/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Xen's records beside the ledger of the guest. They need not be of the same span: nothing in the
 * records says what time of day it was. So each figure is a share of its own vCPU time, or a rate,
 * and how far the two saw the same load tell the vCPUs' states, which both know.
 */
#ifndef XT_XENTRACE_BESIDE_H
#define XT_XENTRACE_BESIDE_H

#include "model/ledger.h"
#include "xentrace/exits.h"

struct state_shares {
	double of[XEN_STATES];
};

struct beside_hypercall {
	char name[40];
	unsigned int number;
	uint64_t count, inside; /* as of struct hypercall_row */
	/* in a second of one vCPU, by Xen and by the ledger; below 0: not known */
	double xen, guest;
};

struct pv_event {
	const char *name;
	uint64_t count;
};

struct beside {
	const struct exits *exits;
	double tick_ns;	   /* 0: how long a tick is is not known */
	double span_ns;	   /* of the records; 0: not known */
	double vcpu_ticks; /* all of xentrace's vCPU time */
	/* The states of both, as shares of vCPU time; `has_states`: the guest knows them, too. */
	bool has_states;
	struct state_shares guest, xen;
	double unknown;
	bool differ; /* by more than two looks at one load do */
	/* Shares of vCPU time: guest code by the ledger; and of that what exits took. */
	double guest_code;
	/*
	 * What exits took: time in Xen. Where the guest has no runstate, its ledger cannot tell the
	 * time that Xen held it off from guest code, and that is in it, too.
	 */
	double in_exits;
	/* Of guest code: the most, and the least if all of the ledger's paths were exits. */
	double most, least;
	struct beside_hypercall hypercalls[HYPERCALLS];
	size_t nr_hypercalls;
	struct pv_event pv_events[PV_EVENTS]; /* but hypercalls; only what there was */
	size_t nr_pv_events;
};

/* `tsc_khz`: 0 where nobody knows. */
void beside__make(struct beside *beside, const struct exits *exits, const struct snapshot *snap,
		  const struct ledger *ledger, uint64_t tsc_khz);

/* These ticks as a share of xentrace's vCPU time; and of guest code, at most. */
double beside__share(const struct beside *beside, uint64_t ticks);
double beside__of_guest_code(const struct beside *beside, uint64_t ticks);
/* A row's times that are not told from guest code: see in_exits. */
uint64_t beside__taken(const struct beside *beside, const uint64_t ticks[STATES]);
/* So many, in a second of one vCPU; below 0: not known. */
double beside__rate(const struct beside *beside, uint64_t count);
/* ns of one of so many; below 0: not known. */
double beside__each(const struct beside *beside, uint64_t ticks, uint64_t count);

#endif

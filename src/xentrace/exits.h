/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What one domain's records add up to: how long its vCPUs ran, by Xen's own account; what took them
 * out of the guest, how often, and for how long; which hypercalls they made. All times are TSC
 * ticks.
 *
 * From an exit to the entry that follows on its vCPU it is in Xen while it runs, and what Xen has it
 * wait for while it does not: the device model (offline), the processor (runnable), an event
 * (blocked).
 */
#ifndef XT_XENTRACE_EXITS_H
#define XT_XENTRACE_EXITS_H

#include "xentrace/places.h"
#include "xentrace/reasons.h"
#include "xentrace/restarts.h"

/* By enum xen_state, and where nothing says which. */
#define STATE_UNKNOWN XEN_STATES
#define STATES	      (XEN_STATES + 1)

#define EXIT_ROWS   96	/* more reasons than a guest has; what is beyond is one row */
#define PLACE_ROWS  160 /* the same */
#define HYPERCALLS  64	/* Xen's are below; the last is all others */
#define PV_EVENTS   16
#define REASON_REST UINT32_MAX

struct exit_row {
	uint32_t reason;
	bool with_port, with_memory; /* accesses to emulated devices were in it */
	char name[REASON_NAME + 8];
	enum exit_kind kind;
	uint64_t count;
	uint64_t ticks[STATES];
	uint64_t max; /* in Xen */
};

struct place_row {
	struct io_place place;
	uint64_t count; /* exits */
	uint64_t accesses;
	uint64_t ticks[STATES];
};

struct hypercall_row {
	unsigned int number;
	uint64_t count;	 /* made by the guest, each once, however often Xen began it again */
	uint64_t inside; /* of a multicall */
};

struct exits {
	unsigned int domain;
	bool hvm; /* there were VM exits; else a PV guest, which has none */
	bool amd;
	uint64_t first, last; /* TSC of all the file's records */
	unsigned int nr_vcpus;
	uint64_t ticks[STATES]; /* of all vCPUs, while they were online */
	uint64_t count;		/* exits */
	uint64_t in_exits[STATES];
	uint64_t unpaired; /* exits whose entry was not seen: they are counted, without a time */
	struct exit_row rows[EXIT_ROWS]; /* most time in Xen first */
	size_t nr_rows;
	struct place_row places[PLACE_ROWS]; /* most time in Xen or held off first */
	size_t nr_places;
	struct hypercall_row hypercalls[HYPERCALLS]; /* most first; only those that were made */
	size_t nr_hypercalls;
	uint64_t pv_events[PV_EVENTS]; /* by the event's number below EVENT_PV */
};

/* The ticks between the first and the last record. */
uint64_t exits__span(const struct exits *exits);
/* Of all vCPUs, in whatever state. */
uint64_t exits__vcpu_ticks(const struct exits *exits);

/*
 * Read all records of a domain. `known`: places that are this guest's own. Returns 0 and *out, which
 * the caller frees with free(); -ENOENT where the file has nothing of that domain; or -ENOMEM.
 */
int exits__read(struct exits **out, struct records *records, struct census *census,
		unsigned int domain, const struct io_place *known, size_t nr_known);

#endif

/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The books of one snapshot: every sum, share and verdict that an output prints. Outputs format
 * what is here and compute no figure of their own, so that they cannot disagree. Pure.
 *
 * There are two accounts, never added to each other: `cpu`, where the vCPUs' time went, and `wait`,
 * what requests waited for. While a request waits, the vCPU may run anything or nothing.
 */
#ifndef XT_MODEL_LEDGER_H
#define XT_MODEL_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/findings.h"
#include "model/snapshot.h"
#include "platform/platform.h"

#define LEDGER_PARTS 4

/* A share of a row: one of its legs ("submit") or, where it has a single leg, operations. */
struct cpu_part {
	char name[40];
	uint64_t ns;
	uint64_t count;
	uint64_t followed; /* of them: those that were timed */
};

/* One facility or device on the CPU side, e.g. pv, disk, "xvdb". Times are exclusive. */
struct cpu_row {
	enum mech mech;
	enum area area;
	char device[48];
	uint64_t ns;
	uint64_t events;   /* passes: what goes through several legs counts once */
	uint64_t followed; /* of them: those that were timed; the time stands for all */
	uint64_t held_ns;  /* vCPU held off inside; part of `ns` only in emulated rows */
	uint64_t max_ns;
	size_t nr_devices; /* more than 1: interrupts of the same kind, one a vCPU */
	struct cpu_part parts[LEDGER_PARTS]; /* largest first */
	size_t nr_parts;		     /* 0 when there is nothing to tell apart */
	size_t nr_more;			     /* parts beyond the table */
};

/*
 * idle + stolen + the mechanisms + guest = total. `mech_ns` holds every column but idle; its
 * MECH_GUEST is what is left. Paths and vCPU time are read a moment apart: where the parts exceed
 * the whole, `excess_ns` says by how much, and guest is 0.
 */
struct cpu_account {
	uint64_t total_ns;
	uint64_t idle_ns;
	uint64_t mech_ns[MECH_NR];
	uint64_t guest_rest_ns; /* guest without its own paths (softirq): code that no probe sees */
	uint64_t held_off_ns;	/* unattributed without its own paths: offline outside any path */
	uint64_t held_ns;	/* offline inside emulated paths, part of MECH_EMULATED */
	uint64_t excess_ns;
	struct cpu_row *rows; /* by mechanism, then largest first; includes MECH_GUEST rows */
	size_t nr_rows;
};

/* One leg of a wait. The legs of a row are shares of its total, which they add up to. */
struct wait_leg {
	char name[40];
	enum mech mech;
	unsigned int roles, order; /* as of struct path_key */
	uint64_t ns;
	uint64_t count;
	double share_ns; /* ns / requests of the row: these add up to the mean */
};

/* Requests of one device and operation. */
struct wait_row {
	enum area area;
	enum mech mech;	    /* of the device */
	unsigned int roles; /* of any of its paths: PATH_SENT, PATH_RECEIVED, PATH_POLL, PATH_FLUSH */
	char device[48];
	char op[40];
	bool measured;		 /* from its whole; false: the sum of the legs, no quantiles */
	bool stacked;		 /* dm, md, …: shown, part of no total */
	const struct hist *hist; /* of the whole, the snapshot's; NULL when not measured */
	uint64_t count;
	uint64_t followed; /* of them; the times are theirs, and stand for all */
	/* not all were: with 95 % the mean and the 99th percentile of all are that near */
	double mean_error_ns;
	uint64_t p99_low_ns, p99_high_ns;
	uint64_t waited_ns;
	double per_second;
	double in_flight; /* average: waited ÷ elapsed */
	double mean_ns;
	uint64_t p50_ns, p99_ns, p999_ns, max_ns;
	/*
	 * Of the requests that ended on the vCPU that issued them: how many, their time from issue
	 * to end, and in how much of it that vCPU was runnable and not run, or held off. An
	 * annotation, in no leg. `overlap_measured`: there is a runstate that says it.
	 */
	bool overlap_measured;
	uint64_t overlap_count, overlap_ns, stolen_ns, held_ns;
	int64_t outside_ns; /* the whole without its legs: about 0 when all were seen */
	/*
	 * The mean of a disk's requests as esxtop divides a request: what the device took (DAVG),
	 * and the rest, the kernel's (KAVG), of which a part is before the driver had it for good
	 * (QAVG). Legs of the device and of queues; 0 without a leg of the device.
	 */
	double device_ns, kernel_ns, queue_ns;
	struct wait_leg legs[REQUEST_LEGS]; /* in the order of time */
	size_t nr_legs;
};

/* Event channels of one kind and device. */
struct event_row {
	const char *kind;
	char device[48]; /* "timer" for timer0, timer1, … */
	bool bound;	 /* to their vCPU, as struct channel */
	size_t channels; /* that had events */
	uint64_t count;
	unsigned int busiest; /* the vCPU with most of them, and how many */
	uint64_t busiest_count;
	uint64_t *by_cpu; /* by CPU number; in the books' memory */
};

struct event_rows {
	struct event_row *rows; /* most events first; none without events */
	size_t nr;
	unsigned int cpus;
	struct event_row movable; /* all that can be moved to another vCPU, as one; of no kind */
	uint64_t *counts;
};

#define DEAREST_OWN "own process"

/* How complete the data is, and what it cost. */
struct quality {
	uint64_t events; /* everything counted: CPU paths, and requests once */
	uint64_t lost;
	double lost_share;	 /* lost ÷ (events + lost) */
	double worst_share;	 /* that, or of requests or of packets sent alone, if more */
	int64_t io_missing;	 /* carried + started - completed - in flight - lost; 0 is right */
	int64_t packets_missing; /* the same of packets */
	bool incomplete;	 /* more than 0.1 % lost or missing, of all or of one kind */
	double cost_share;	 /* of vCPU time, BPF and this process */
	bool over_budget;	 /* that is more than was allowed */
	const char *dearest;	 /* the family whose programs cost most, or DEAREST_OWN */
	bool own_dearest;	 /* it is DEAREST_OWN */
	double ns_per_event;
	size_t probes_on;
	size_t probes; /* those that apply to this kind of guest */
};

struct ledger {
	uint64_t elapsed_ns;
	struct cpu_account cpu;
	struct wait_row *waits; /* most waited first: of requests, of timers, of what is stacked */
	size_t nr_waits;
	struct owner_rows owners; /* none where they were not asked for */
	struct event_rows events;
	struct quality quality;
	struct findings findings;
};

/*
 * Close the books of a snapshot. `platform` may be NULL (stacked disks unknown, findings about the
 * platform not testable). Returns 0 and *out, which the caller frees with ledger__free() before
 * the snapshot, whose histograms it refers to; or -ENOMEM.
 */
int ledger__build(struct ledger **out, const struct snapshot *snap,
		  const struct platform *platform);
void ledger__free(struct ledger *ledger);

/* Events that are counted and not timed: its time is not 0 but unknown. */
bool cpu_row__is_count(const struct cpu_row *row);

/* a ÷ b as a share, 0 when there is nothing to share. */
double ledger__share(uint64_t part, uint64_t whole);

/*
 * Does this path carry its share of a sum over all paths of its kind? Not the leg "total" of a
 * request whose legs are there, nor a stacked disk's.
 */
bool ledger__adds_up(const struct ledger *ledger, const struct path *path);

/*
 * The vCPUs that handled most of a row's events into `busiest`, which has room for `room`: the
 * busiest first, equal ones by their numbers. Returns how many: each had events.
 */
size_t event_row__busiest(const struct event_row *row, unsigned int cpus, unsigned int *busiest,
			  size_t room);

#endif

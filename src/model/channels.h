/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Event channels by kind and device, and which vCPUs handle them. Pure. */
#ifndef XT_MODEL_CHANNELS_H
#define XT_MODEL_CHANNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Channels of one interrupt slot, as the snapshot has them. */
struct channel {
	char kind[16]; /* as struct irq's: "vbd", "vif", "virq", "ipi", "user", … */
	char device[48];
	char op[40]; /* "irq 62" */
	bool bound;  /* made for one vCPU and stays there: timers, IPIs */
};

/* One kind and device. */
struct event_row {
	const char *kind;
	char device[48]; /* "timer" for timer0, timer1, … */
	bool bound;
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
	struct event_row movable; /* all that can be moved to another vCPU, as one */
	uint64_t *counts;
};

struct snapshot;

/* Returns 0 or -ENOMEM; freed with event_rows__free(). Kinds are the snapshot's strings. */
int event_rows__build(struct event_rows *events, const struct snapshot *snap);
/*
 * The vCPUs that handled most of a row's events, those first, by their numbers where they are equal,
 * into `busiest`, which has room for `room`. Returns how many: none of them had no event.
 */
size_t event_row__busiest(const struct event_row *row, unsigned int cpus, unsigned int *busiest,
			  size_t room);
void event_rows__free(struct event_rows *events);

#endif

/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Whose records they are: few say it. Which vCPU runs on a CPU say the changes of its runstate, and
 * what else is recorded there is that vCPU's. And which domains a file knows.
 */
#ifndef XT_XENTRACE_CENSUS_H
#define XT_XENTRACE_CENSUS_H

#include "xentrace/records.h"

#define DOMAINS	       (1u << 16)
#define DOMAIN_SPECIAL 0x7ff0 /* from here on: the idle vCPUs, and what is no guest */

struct who {
	bool known;
	uint16_t domain, vcpu;
};

/* What a file has of a domain. */
struct domain_seen {
	bool seen;
	uint64_t exits; /* of an HVM or PVH guest */
	uint64_t of_pv; /* hypercalls and traps of a PV guest */
	uint64_t lost;	/* gaps, while a vCPU of it ran */
};

struct census {
	struct who *on;	   /* by CPU, now */
	struct who *first; /* by CPU, at the beginning */
	size_t nr_cpus;
	struct domain_seen *domains; /* by number */
	bool amd;		     /* exits have AMD's reasons, not Intel's */
	uint64_t nobodys; /* exits, hypercalls and I/O of which nothing says whose they are */
};

/*
 * Read all of a file, and begin again. Returns 0 or -ENOMEM, after which census__free() is called all
 * the same.
 */
int census__read(struct census *census, struct records *records);
void census__free(struct census *census);

/* The beginning again, before the records are. */
void census__rewind(struct census *census);
/* After each record: who runs there from now on. */
void census__note(struct census *census, const struct record *record);
/* Who runs on this record's CPU. */
const struct who *census__on(const struct census *census, const struct record *record);

/* Of EVENT_LOST: who runs there when records find room again, and since when they found none. */
struct who lost__who(const struct record *record);
uint64_t lost__since(const struct record *record);

#endif

/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Runs as literals, for tests of everything right of the snapshot. */
#ifndef XT_TESTS_FIXTURE_H
#define XT_TESTS_FIXTURE_H

#include "output/format.h"

/* What a test needs to print a report; owns all of it. */
struct fixture {
	struct run_info run;
	struct platform platform;
	struct snapshot snap;
	struct ledger *ledger;
	struct series *series; /* NULL until fixture__add_series() */
	struct report report;
};

/*
 * A PVHVM guest under load for 10 s: sda on emulated AHCI, which is xvda too, and xvdb on blkfront;
 * hypercalls, event channels, softirqs. The same figures in every run.
 */
struct fixture *fixture__pvhvm(void);
/* The same kind of guest in which nothing happened, not even time. */
struct fixture *fixture__empty(void);
/* Names from hell in every string that is printed. */
struct fixture *fixture__hostile(void);

/*
 * Any figures that a run may have, the same for the same seed: paths twice, names that begin with
 * each other, disks without a whole or without legs, stacked ones, more time than there is.
 */
struct fixture *fixture__random(unsigned int seed);

/* Close the books (again), after a test changed what they are made from. */
void fixture__close(struct fixture *f);
void fixture__free(struct fixture *f);

/* Roles and order as the layout gives them to paths of such names. */
void fixture__set_roles(struct path_key *key);
/* A further path; returns its histogram, valid until the next one is added. */
struct hist *fixture__path(struct fixture *f, enum kind kind, enum area area, enum mech mech,
			   const char *device, const char *op, const char *leg);

/*
 * The run in `steps` equal intervals, as series__add() was given them: they add up to the snapshot.
 * Latencies and load rise and fall, so that there is something to see.
 */
void fixture__add_series(struct fixture *f, unsigned int steps);

/* An owner of requests. */
void fixture__add_owner(struct fixture *f);
/* A NIC, and packets of it that were dropped. */
void fixture__add_nics(struct fixture *f);
/* A guest that this domain serves. */
void fixture__add_served(struct fixture *f, unsigned int domain, const char *name);

/* Kernel stacks of the hypercalls that notify back ends, and of the slowest request. */
void fixture__add_stacks(struct fixture *f);
/* One more of a path. */
void fixture__stack(struct path *path, const char *frames, uint64_t count, uint64_t ns);

/* What `print` writes, as a string that the caller frees. */
char *fixture__print(const struct fixture *f, int (*print)(FILE *out, const struct report *report));

#endif

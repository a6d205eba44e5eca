/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Conditions that an interval is held against, as people write them:
 *
 *	disk:*:p99>20ms for 5s		of any disk and operation, in intervals of 5 s together
 *	disk:xvd?:read:rate<10		network and timers as well; mean, p50, p999, max, in-flight
 *	stolen>10% for 10s		of the vCPUs' time: idle, guest, pv, emulated, hardware, …
 *	lost>0.1%			of events
 *	finding:emulated-disk:sda	of any device without the last part
 *
 * They ask the ledger, and compute no figure of their own. Pure.
 */
#ifndef XT_MODEL_CONDITION_H
#define XT_MODEL_CONDITION_H

#include <stdbool.h>
#include <stdint.h>

#include "model/ledger.h"

enum condition_kind { CONDITION_WAIT, CONDITION_CPU, CONDITION_LOST, CONDITION_FINDING };

struct condition {
	enum condition_kind kind;
	/* of a wait: patterns as the shell's; an operation of "" is any */
	enum area area;
	char device[48], op[40];
	unsigned int figure; /* of condition.c's table */
	/* of the vCPUs' time: MECH_NR is idle */
	unsigned int mech;
	/* of a finding; a subject of "" is any */
	char finding[32], subject[48];
	bool below;   /* it holds below the value, and not above it */
	double value; /* ns, a share, or a number */
	uint64_t for_ns;
};

/* False, and in *why (static) what is wrong with it. */
bool condition__parse(struct condition *condition, const char *text, const char **why);

enum condition_answer {
	CONDITION_FAILS,
	CONDITION_HOLDS,
	CONDITION_UNKNOWN, /* nobody measures that here */
};

#define CONDITION_EVIDENCE 160

/*
 * Of one interval, whatever its length. `evidence` gets the figure that it holds by, or why it is
 * unknown; names in it are as they were read.
 */
enum condition_answer condition__test(const struct condition *condition,
				      const struct snapshot *snap, const struct ledger *ledger,
				      char evidence[CONDITION_EVIDENCE]);

/* A condition over time. */
struct trigger {
	struct condition condition;
	uint64_t held_ns; /* in intervals without a break */
	bool fired;	  /* since it last failed */
};

/*
 * The next interval. Returns true for the one by which it has held long enough, and not again until
 * it has failed once. *answer is the interval's own.
 */
bool trigger__feed(struct trigger *trigger, const struct snapshot *snap,
		   const struct ledger *ledger, enum condition_answer *answer,
		   char evidence[CONDITION_EVIDENCE]);

#endif

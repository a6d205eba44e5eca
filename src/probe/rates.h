/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * How many of the events are followed: the arithmetic of the budget. Of each kind one of 2^rate is.
 * Pure: what was spent goes in, rates come out.
 */
#ifndef XT_PROBE_RATES_H
#define XT_PROBE_RATES_H

#include <stdbool.h>
#include <stdint.h>

#include "abi.h"

struct rates {
	unsigned int rate[XT_RATES];
	uint64_t changed_ns; /* when one of them changed last; 0: never */
};

/* What passed since the rates were looked at last, in ns of CPU time. */
struct load {
	double budget_ns;
	double spent_ns;	      /* all of the tracing */
	double followed_ns[XT_RATES]; /* of it, for following events, beside counting them */
	double all_ns[XT_RATES];      /* the same, had all of the kind been followed */
};

/*
 * With which rate to begin where a read of the clock takes so long: as if it were one of a TSC. Of a
 * clock that is read fast it is 0: nothing is known of the load yet.
 */
unsigned int rates__at_first(double clock_read_ns);

/*
 * Move the rates, at `now_ns`, to where the tracing fits into its budget. Fewer are followed of the
 * dearest kind first; more again only if that leaves some of the budget, or if following fewer saves next
 * to nothing. One step at a time, and none for 5 s after the last one; but to fewer at once where the
 * budget is passed twofold. Returns whether any changed.
 */
bool rates__step(struct rates *rates, const struct load *load, uint64_t now_ns);

#endif

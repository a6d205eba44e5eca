/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the load of one run would cost this guest in other modes: how often it asked for what, times
 * what that costs there. Pure.
 *
 * A price is of this run, where the other mode does the same by the same code; of price lists; or
 * of the lab's table, as a ratio to a price of this guest. What has no basis is unknown, and says
 * why. All is CPU time of this guest's vCPUs: what dom0, the device model on another CPU or the
 * hypervisor take for it is not in it.
 */
#ifndef XT_MODEL_ADVISE_H
#define XT_MODEL_ADVISE_H

#include "model/ledger.h"
#include "model/offer.h"

/* What is done, by whatever mechanism. */
enum advise_op {
	ADVISE_DISK,
	ADVISE_PACKET,
	ADVISE_NOTIFY, /* a back end of requests or packets in its ring */
	ADVISE_INTERRUPT,
	ADVISE_TIMER,
	ADVISE_IPI,
	ADVISE_CLOCK, /* read by a system call */
	ADVISE_PLATFORM,
	ADVISE_PAGE_TABLES,
	ADVISE_OTHER, /* hypercalls */
	ADVISE_OPS
};

/* The run as it was; it in each mode, in the order of enum guest_mode; and as it was, with a VF for its NICs. */
enum advise_column {
	ADVISE_NOW,
	ADVISE_FIRST_MODE,
	ADVISE_VF = ADVISE_FIRST_MODE + MODE_NR,
	ADVISE_COLUMNS
};

const char *advise_column__name(enum advise_column column);

struct advise_cell {
	const char *column;
	const char *mechanism; /* by which it is done there; NULL: not, or by several */
	enum basis basis;
	struct estimate count; /* a second */
	struct estimate each;  /* ns */
	struct estimate load;  /* ns a second; 0 of what is not made */
	char why[OFFER_WHY];   /* what the price is made of; of what is unknown or not made, why */
};

struct advise_row {
	const char *operation;
	struct advise_cell cell[ADVISE_COLUMNS];
	size_t nr_cells;
};

/* All that is known of a column. */
struct advise_sum {
	const char *column;
	struct estimate load;
	size_t unknown; /* operations that are not in it, so that nobody knows its upper bound */
};

/* Operations that cost differently in each mode, and of which a run has no count. */
#define ADVISE_PRICES 10

struct advise {
	enum guest_mode here;
	struct advise_row row[ADVISE_OPS];
	size_t nr_rows;
	struct advise_sum sum[ADVISE_COLUMNS];
	size_t nr_sums;
	/* cells of the modes alone, and of each operation what one costs; none without a list of prices */
	struct advise_row price[ADVISE_PRICES];
	size_t nr_prices;
	double stolen; /* ns a second; NAN where nobody measures it */
};

struct advise_input {
	const struct snapshot *snap; /* a whole run */
	const struct ledger *ledger; /* its books */
	const struct platform *platform;
	struct price_sources prices;
};

/* Returns 0, or -EINVAL for a run of no Xen guest, -ENODATA for one without any time. */
int advise__build(struct advise *out, const struct advise_input *input);

/* What no figure of it contains, and why: the i-th, NULL after the last. */
const char *advise__not_known(unsigned int i);

#endif

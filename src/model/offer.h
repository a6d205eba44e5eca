/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What one operation costs in another mode, by another mechanism, and what says so. Pure. */
#ifndef XT_MODEL_OFFER_H
#define XT_MODEL_OFFER_H

#include "model/workload.h"

/* Where a price is from: X(enumerator, name) */
#define XT_BASES(X)                   \
	X(BASIS_UNKNOWN, "unknown")   \
	X(BASIS_NOT_MADE, "not made") \
	X(BASIS_RUN, "this run")      \
	X(BASIS_LIST, "price list")   \
	X(BASIS_LAB, "ratio of the lab")

#define XT_ENUM(id, ...) id,
enum basis { XT_BASES(XT_ENUM) BASIS_NR };
#undef XT_ENUM

const char *basis__name(enum basis basis);

#define OFFER_WHY 200

struct offer {
	enum basis basis;
	struct estimate each; /* ns */
	char why[OFFER_WHY];  /* what it is made of; of one that is unknown, what it needs */
};

/*
 * Of an operation by this mechanism in this mode: as it was measured in the run, by price lists, or by the
 * lab's ratio, whichever is there first. `alike` are the mechanisms that do it in each mode, of which
 * the run has some.
 */
void offer__make(struct offer *offer, const struct workload *load,
		 const struct price_sources *prices, const enum mechanism alike[MODE_NR],
		 enum mechanism by, enum guest_mode mode);
/* Of an operation that price lists have, by its name there. */
void offer__of_list(struct offer *offer, const struct workload *load,
		    const struct price_sources *prices, const char *name, enum guest_mode mode);

#endif

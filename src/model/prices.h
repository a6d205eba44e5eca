/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What operations cost in a mode of a guest: price lists, as `detect --measure` of that guest made
 * them, and the table that is shipped, of the lab's guests. The lists' prices are taken as they are. Those
 * of the table come from an emulated machine, and are of use as ratios alone. Pure.
 */
#ifndef XT_MODEL_PRICES_H
#define XT_MODEL_PRICES_H

#include <stdbool.h>
#include <stddef.h>

struct price; /* model/statistics.h */

/* Modes of a Xen guest: X(enumerator, name as struct platform has it). */
#define XT_GUEST_MODES(X)        \
	X(MODE_PV, "pv")         \
	X(MODE_HVM, "hvm")       \
	X(MODE_HVM_PV, "hvm-pv") \
	X(MODE_PVHVM, "pvhvm")   \
	X(MODE_PVH, "pvh")

#define XT_ENUM(id, ...) id,
enum guest_mode { XT_GUEST_MODES(XT_ENUM) MODE_NR };
#undef XT_ENUM

const char *guest_mode__name(enum guest_mode mode);
/* MODE_NR: no Xen guest's. */
enum guest_mode guest_mode__of(const char *name);

/*
 * A figure with its bounds. The bounds are NAN where nobody knows them; all three are where the
 * figure is unknown.
 */
struct estimate {
	double low, mid, high;
};

/* A figure without doubt. */
struct estimate estimate__exact(double value);
struct estimate estimate__unknown(void);
bool estimate__is_known(const struct estimate *e);
/* Of figures that are not below 0. */
struct estimate estimate__sum(struct estimate a, struct estimate b);
struct estimate estimate__product(struct estimate a, struct estimate b);
struct estimate estimate__quotient(struct estimate a, struct estimate b);
/* a - b, never below 0. */
struct estimate estimate__difference(struct estimate a, struct estimate b);

/* A price list, as it was read: recording/price_list.h. */
struct price_list {
	const char *source; /* the file's name, as the user gave it */
	char mode[16];
	char host[72];
	struct price *prices;
	size_t nr;
};

/*
 * The price of an operation by its name in lists of this mode, ns: from the least minimum to the
 * largest 90th percentile, and the mean of the medians. What Xen does alike in several modes may be
 * of another mode's list, if this mode has none: a hypercall, a VM exit and a system call of pvh, pvhvm,
 * hvm-pv and hvm; an answer of the device model of the last three. False: no list has it.
 */
bool prices__find(struct estimate *price, const struct price_list *lists, size_t nr,
		  enum guest_mode mode, const char *name);

/* A line of the shipped table. */
struct lab_price {
	char mode[8];	    /* of the lab's guest in which it was measured */
	char operation[40]; /* a price list's, or one of model/advise.c */
	struct estimate ns;
	char source[160]; /* the table or command that it is from */
};

#define LAB_PRICES_MAX 256

struct lab_prices {
	struct lab_price price[LAB_PRICES_MAX];
	size_t nr;
};

/*
 * The table: lines of "MODE | OPERATION | MEDIAN | LOW | HIGH | SOURCE", in ns, '-' for bounds that
 * nobody kept; '#' begins a comment. Returns 0, or the number of the first line that is none.
 */
unsigned int lab_prices__parse(struct lab_prices *table, const char *text);
/* The one that is shipped: src/model/lab-prices.txt. */
extern const char lab_prices__text[];

/*
 * Of an operation in this mode, or in one that does it alike, as above. With MODE_NR in any mode: for
 * what is the same wherever it is done. NULL: the lab has none.
 */
const struct lab_price *lab_prices__find(const struct lab_prices *table, enum guest_mode mode,
					 const char *operation);

/* All that is known of prices. */
struct price_sources {
	const struct price_list *lists;
	size_t nr_lists;
	const struct lab_prices *lab;
};

#endif

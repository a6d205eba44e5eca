// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "model/offer.h"

#include <math.h>
#include <string.h>

#include "base/str.h"

const char *basis__name(enum basis basis)
{
	static const char *const names[] = {
#define NAME(id, name) [id] = name,
		XT_BASES(NAME)
#undef NAME
	};

	return names[basis];
}

/*
 * What is known of mechanisms from elsewhere. `exits` of them are made by each operation, each of
 * the price in lists of that mode: an AHCI disk's request has 7.00 register accesses, which the
 * device model answers (tests/lab/exits.txt). A write of the local APIC is an exit that Xen answers,
 * as a read of port 0x61, and at least the barest one, unless the processor virtualizes it: setting its
 * timer and sending an IPI always exit, the end of an interrupt may not; an IPI is one write with
 * x2APIC, else two. The price of `swap` measured here becomes this one's by the difference of the
 * ways into Xen. `yardstick` is a price that grows as this one does from machine to machine.
 */
#define BY_XEN "port read 0x61"

static const struct knowledge {
	struct estimate exits;
	const char *exit;
	enum mechanism swap;
	const char *yardstick;
} knowledge[MECHANISM_NR] = {
	[BLKFRONT] = { .yardstick = "system call" },
	[EMULATED_DISK] = { { 7, 7, 7 }, "port read 0x3ff", .yardstick = "port read 0x3ff" },
	[NETFRONT] = { .yardstick = "system call" },
	[EMULATED_NIC] = { .yardstick = "port read 0x3ff" },
	[HARDWARE_NIC] = { .yardstick = "system call" },
	[NOTIFY_TRAP] = { .swap = NOTIFY_EXIT, .yardstick = "system call" },
	[NOTIFY_EXIT] = { .swap = NOTIFY_TRAP, .yardstick = "VM exit" },
	[UPCALL] = { .yardstick = "system call" },
	[UPCALL_PCI] = { { 0, 1, 1 }, BY_XEN, .yardstick = "VM exit" },
	[INTERRUPT_APIC] = { { 0, 1, 1 }, BY_XEN, .yardstick = "VM exit" },
	[TIMER_TRAP] = { .swap = TIMER_EXIT, .yardstick = "system call" },
	[TIMER_EXIT] = { .swap = TIMER_TRAP, .yardstick = "VM exit" },
	[TIMER_APIC] = { { 1, 1, 1 }, BY_XEN, .yardstick = "VM exit" },
	[IPI_TRAP] = { .swap = IPI_EXIT, .yardstick = "system call" },
	[IPI_EXIT] = { .swap = IPI_TRAP, .yardstick = "VM exit" },
	[IPI_APIC] = { { 1, 1, 2 }, BY_XEN, .yardstick = "VM exit" },
	[OTHER_TRAP] = { .swap = OTHER_EXIT, .yardstick = "system call" },
	[OTHER_EXIT] = { .swap = OTHER_TRAP, .yardstick = "VM exit" },
};

struct asked {
	const struct workload *load;
	const struct price_sources *prices;
	const enum mechanism *alike;
};

/* Each of these returns whether it knows. */

static bool find_price(const struct asked *asked, enum guest_mode mode, const char *name,
		       struct estimate *price)
{
	return prices__find(price, asked->prices->lists, asked->prices->nr_lists, mode, name);
}

static bool price_by_run(const struct asked *asked, enum mechanism by, enum guest_mode mode,
			 struct offer *offer)
{
	/* in this guest's own mode even one is what it costs */
	if (!workload__has(asked->load, by) &&
	    !(mode == asked->load->mode && workload__has_any(asked->load, by)))
		return false;
	offer->basis = BASIS_RUN;
	offer->each = workload__each(asked->load, by);
	return true;
}

/* The way into Xen and back: a hypercall by ioctl, less a system call. What is left of the ioctl is in both. */
static bool find_entry(const struct asked *asked, enum guest_mode mode, struct estimate *entry)
{
	struct estimate hypercall, call;

	if (!find_price(asked, mode, "hypercall", &hypercall) ||
	    !find_price(asked, mode, "system call", &call))
		return false;
	*entry = estimate__difference(hypercall, call);
	return true;
}

static bool price_by_swap(const struct asked *asked, enum mechanism by, enum guest_mode mode,
			  struct offer *offer)
{
	enum mechanism from = knowledge[by].swap;
	struct estimate here, there;

	if (!from || !workload__has(asked->load, from) ||
	    !find_entry(asked, asked->load->mode, &here) || !find_entry(asked, mode, &there))
		return false;
	offer->basis = BASIS_LIST;
	offer->each =
		estimate__sum(estimate__difference(workload__each(asked->load, from), here), there);
	STR_SET(offer->why, "as measured, with the way into Xen of %s in place of %s's",
		guest_mode__name(mode), guest_mode__name(asked->load->mode));
	return true;
}

/* An exit of that price; what Xen answers takes at least the barest exit. */
static bool find_exit(const struct asked *asked, enum guest_mode mode, const char *name,
		      struct estimate *price)
{
	struct estimate barest;

	if (!find_price(asked, mode, name, price))
		return false;
	if (!strcmp(name, BY_XEN) && find_price(asked, mode, "VM exit", &barest))
		price->low = fmin(price->low, barest.low);
	return true;
}

static bool price_by_exits(const struct asked *asked, enum mechanism by, enum guest_mode mode,
			   struct offer *offer)
{
	const struct knowledge *known = &knowledge[by];
	struct estimate price;

	/* beside the exit it is an upcall, of the same function */
	if (!known->exit || !find_exit(asked, mode, known->exit, &price) ||
	    (by == UPCALL_PCI && !workload__has(asked->load, UPCALL)))
		return false;
	offer->basis = BASIS_LIST;
	offer->each = estimate__product(known->exits, price);
	STR_SET(offer->why, "%g", known->exits.low);
	if (known->exits.low < known->exits.high)
		STR_ADD(offer->why, " to ", "%g", known->exits.high);
	STR_ADD(offer->why, " ", "times \"%s\"", known->exit);
	if (by == EMULATED_DISK)
		STR_ADD(offer->why, ", ",
			"as AHCI makes, the driver's own code apart; IDE makes 26");
	if (by == UPCALL_PCI) {
		offer->each = estimate__sum(offer->each, workload__each(asked->load, UPCALL));
		STR_ADD(offer->why, ", ", "and an upcall as measured");
	}
	return true;
}

/* Of the lab's guest of this mode, if it has it; else of another that does it in this way. */
static const struct lab_price *find_lab(const struct asked *asked, enum guest_mode mode,
					enum mechanism by)
{
	const struct lab_prices *lab = asked->prices->lab;

	return lab_prices__find(lab, mode, mechanism__name(by))
		       ?: lab_prices__find(lab, MODE_NR, mechanism__name(by));
}

/* The mechanism of the same operation that this run has most of, if the lab has its price. */
static enum mechanism reference(const struct asked *asked, enum mechanism than)
{
	enum mechanism most = NO_MECHANISM;

	for (enum guest_mode mode = 0; mode < MODE_NR; mode++) {
		enum mechanism by = asked->alike[mode];

		if (by != than && workload__has(asked->load, by) &&
		    asked->load->by[by].ns > asked->load->by[most].ns &&
		    find_lab(asked, asked->load->mode, by))
			most = by;
	}
	return most;
}

static void set_ratio(struct offer *offer, struct estimate own, const struct lab_price *there,
		      const struct lab_price *here, const char *of)
{
	offer->basis = BASIS_LAB;
	offer->each = estimate__product(own, estimate__quotient(there->ns, here->ns));
	STR_SET(offer->why, "%.3g times \"%s\" here, by the lab's ratio (emulated hardware)",
		there->ns.mid / here->ns.mid, of);
}

static bool price_by_lab(const struct asked *asked, enum mechanism by, enum guest_mode mode,
			 struct offer *offer)
{
	const struct lab_price *there = find_lab(asked, mode, by), *here;
	enum mechanism from = reference(asked, by);
	const char *yardstick = knowledge[by].yardstick;
	struct estimate own;

	if (!there)
		return false;
	if (from) {
		set_ratio(offer, workload__each(asked->load, from), there,
			  find_lab(asked, asked->load->mode, from), mechanism__name(from));
		return true;
	}
	here = yardstick ? lab_prices__find(asked->prices->lab, asked->load->mode, yardstick)
			 : NULL;
	if (!here || !find_price(asked, asked->load->mode, yardstick, &own))
		return false;
	set_ratio(offer, own, there, here, yardstick);
	return true;
}

static void say_no_price(const struct asked *asked, enum mechanism by, enum guest_mode mode,
			 struct offer *offer)
{
	const struct knowledge *known = &knowledge[by];

	offer->basis = BASIS_UNKNOWN;
	STR_SET(offer->why, "no price of \"%s\": ", mechanism__name(by));
	if (known->exit)
		STR_ADD(offer->why, "", "needs a list of the prices of %s with \"%s\"",
			guest_mode__name(mode), known->exit);
	else if (known->swap && workload__has(asked->load, known->swap))
		STR_ADD(offer->why, "",
			"needs lists of the prices of %s and of %s with \"hypercall\"",
			guest_mode__name(asked->load->mode), guest_mode__name(mode));
	else
		STR_ADD(offer->why, "",
			"this run has not %u of them, and the lab's table no ratio "
			"to a price of this guest",
			WORKLOAD_FEW);
}

void offer__make(struct offer *offer, const struct workload *load,
		 const struct price_sources *prices, const enum mechanism alike[MODE_NR],
		 enum mechanism by, enum guest_mode mode)
{
	const struct asked asked = { load, prices, alike };

	*offer = (struct offer) { .each = estimate__unknown() };
	if (price_by_run(&asked, by, mode, offer) || price_by_swap(&asked, by, mode, offer) ||
	    price_by_exits(&asked, by, mode, offer) || price_by_lab(&asked, by, mode, offer))
		return;
	say_no_price(&asked, by, mode, offer);
}

void offer__of_list(struct offer *offer, const struct workload *load,
		    const struct price_sources *prices, const char *name, enum guest_mode mode)
{
	const struct lab_price *there = lab_prices__find(prices->lab, mode, name);
	const struct lab_price *here = lab_prices__find(prices->lab, load->mode, name);
	const struct asked asked = { load, prices, NULL };
	struct estimate own;

	*offer = (struct offer) { .each = estimate__unknown() };
	if (find_price(&asked, mode, name, &offer->each))
		offer->basis = BASIS_LIST;
	else if (there && here && find_price(&asked, load->mode, name, &own))
		set_ratio(offer, own, there, here, name);
	else
		STR_SET(offer->why, "no list of this mode's prices has it, and the lab's table no "
				    "ratio to a price of this guest");
}

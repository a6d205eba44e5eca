// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "model/advise.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/str.h"

const char *advise_column__name(enum advise_column column)
{
	switch (column) {
	case ADVISE_NOW:
		return "now";
	case ADVISE_VF:
		return "with a VF";
	default:
		return guest_mode__name(column - ADVISE_FIRST_MODE);
	}
}

struct run {
	const struct price_sources *prices;
	struct workload load;
};

#define ALL_BUT_HVM(one) [MODE_PV] = one, [MODE_HVM_PV] = one, [MODE_PVHVM] = one, [MODE_PVH] = one

/* By what each mode does it; none: it does not. */
static const struct op {
	const char *name;
	enum mechanism by[MODE_NR]; /* by enum guest_mode */
	const char *why_none;
} ops[] = {
	[ADVISE_DISK] = { "disk request", { ALL_BUT_HVM(BLKFRONT), [MODE_HVM] = EMULATED_DISK } },
	[ADVISE_PACKET] = { "packet", { ALL_BUT_HVM(NETFRONT), [MODE_HVM] = EMULATED_NIC } },
	[ADVISE_NOTIFY] = { "notify a back end",
			    { [MODE_PV] = NOTIFY_TRAP,
			      [MODE_HVM_PV] = NOTIFY_EXIT,
			      [MODE_PVHVM] = NOTIFY_EXIT,
			      [MODE_PVH] = NOTIFY_EXIT },
			    "no rings: device registers, which are in the requests and packets" },
	[ADVISE_INTERRUPT] = { "interrupt",
			       { [MODE_PV] = UPCALL,
				 [MODE_HVM] = INTERRUPT_APIC,
				 [MODE_HVM_PV] = UPCALL_PCI,
				 [MODE_PVHVM] = UPCALL,
				 [MODE_PVH] = UPCALL } },
	[ADVISE_TIMER] = { "set a timer",
			   { [MODE_PV] = TIMER_TRAP,
			     [MODE_HVM] = TIMER_APIC,
			     [MODE_HVM_PV] = TIMER_APIC,
			     [MODE_PVHVM] = TIMER_EXIT,
			     [MODE_PVH] = TIMER_EXIT } },
	[ADVISE_IPI] = { "IPI sent",
			 { [MODE_PV] = IPI_TRAP,
			   [MODE_HVM] = IPI_APIC,
			   [MODE_HVM_PV] = IPI_APIC,
			   [MODE_PVHVM] = IPI_EXIT,
			   [MODE_PVH] = IPI_EXIT } },
	[ADVISE_CLOCK] = { "clock read by call",
			   { ALL_BUT_HVM(CLOCK_CALL), [MODE_HVM] = CLOCK_CALL } },
	[ADVISE_PLATFORM] = { "emulated platform",
			      { [MODE_HVM] = EMULATED_PLATFORM,
				[MODE_HVM_PV] = EMULATED_PLATFORM,
				[MODE_PVHVM] = EMULATED_PLATFORM },
			      "no device model" },
	[ADVISE_PAGE_TABLES] = { "page tables of PV",
				 { [MODE_PV] = PV_TABLES },
				 "the kernel writes its page tables itself; what the hardware's "
				 "walks of two levels cost is not known from here" },
	[ADVISE_OTHER] = { "other hypercalls",
			   { [MODE_PV] = OTHER_TRAP,
			     [MODE_HVM_PV] = OTHER_EXIT,
			     [MODE_PVHVM] = OTHER_EXIT,
			     [MODE_PVH] = OTHER_EXIT },
			   "without PV features there are no hypercalls" },
};

/* How often. */

static double all_timers(const struct run *run)
{
	return run->load.by[TIMER_TRAP].count + run->load.by[TIMER_EXIT].count +
	       run->load.by[TIMER_APIC].count;
}

static double all_ipis(const struct run *run)
{
	return run->load.by[IPI_TRAP].count + run->load.by[IPI_EXIT].count +
	       run->load.by[IPI_APIC].count;
}

/*
 * A ring is not told of each request while its other end is busy, so that a request that was not
 * made by a ring makes at most one notification; and an interrupt at most one upcall.
 */
static struct estimate at_most(double sure, double more)
{
	return (struct estimate) { sure, sure + more, sure + more };
}

static struct estimate notifications(const struct run *run)
{
	return at_most(run->load.by[NOTIFY_TRAP].count + run->load.by[NOTIFY_EXIT].count,
		       run->load.by[EMULATED_DISK].count + run->load.emulated_sent);
}

/* Interrupts that were no upcalls: of emulated devices, and of the local APIC. */
static struct estimate interrupts(const struct run *run, enum guest_mode mode)
{
	double others =
		run->load.irqs + run->load.by[TIMER_APIC].count + run->load.by[IPI_APIC].count;

	if (mode == MODE_HVM)
		return estimate__exact(run->load.by[UPCALL].count + others);
	return at_most(run->load.by[UPCALL].count,
		       mode == run->load.mode ? run->load.irqs : others);
}

static struct estimate count_of(const struct run *run, enum advise_op op, enum guest_mode mode)
{
	const struct measured *by = run->load.by;

	switch (op) {
	case ADVISE_DISK:
		return estimate__exact(by[BLKFRONT].count + by[EMULATED_DISK].count);
	case ADVISE_PACKET:
		return run->load.packets_unknown
			       ? estimate__unknown()
			       : estimate__exact(by[NETFRONT].count + by[EMULATED_NIC].count);
	case ADVISE_NOTIFY:
		return notifications(run);
	case ADVISE_INTERRUPT:
		return interrupts(run, mode);
	case ADVISE_TIMER:
		return estimate__exact(all_timers(run));
	case ADVISE_IPI:
		return estimate__exact(all_ipis(run));
	case ADVISE_CLOCK:
		return estimate__exact(by[CLOCK_CALL].count);
	case ADVISE_PLATFORM:
		return estimate__exact(by[EMULATED_PLATFORM].count);
	case ADVISE_PAGE_TABLES:
		return run->load.mode == MODE_PV ? estimate__exact(by[PV_TABLES].count)
						 : estimate__unknown();
	default:
		return run->load.mode == MODE_HVM
			       ? estimate__unknown()
			       : estimate__exact(by[OTHER_TRAP].count + by[OTHER_EXIT].count);
	}
}

static const char *why_no_count(const struct run *run, enum advise_op op)
{
	switch (op) {
	case ADVISE_PACKET:
		return "packets were not counted: see xentrace-bpf check";
	case ADVISE_PAGE_TABLES:
		return "nobody counts writes of page tables where the hardware translates";
	default:
		return run->load.mode == MODE_HVM
			       ? "how many a kernel with PV features would make is not known"
			       : "not counted";
	}
}

/* Cells. */

static void price(const struct run *run, enum advise_op op, enum mechanism by, enum guest_mode mode,
		  struct advise_cell *cell)
{
	struct offer offer;

	if (op == ADVISE_CLOCK)
		offer__of_list(&offer, &run->load, run->prices, "clock read", mode);
	else
		offer__make(&offer, &run->load, run->prices, ops[op].by, by, mode);
	cell->basis = offer.basis;
	cell->each = offer.each;
	memcpy(cell->why, offer.why, sizeof(cell->why));
}

static void set_load(struct advise_cell *cell)
{
	cell->load = cell->basis == BASIS_UNKNOWN ? estimate__unknown()
						  : estimate__product(cell->count, cell->each);
}

static void set_unknown(struct advise_cell *cell, const char *why)
{
	cell->basis = BASIS_UNKNOWN;
	cell->load = estimate__unknown();
	STR_SET(cell->why, "%s", why);
}

/* Devices of the hardware stay what they are in each mode. */
static void add_hardware(const struct run *run, enum advise_op op, struct advise_cell *cell)
{
	enum mechanism by = op == ADVISE_DISK	  ? HARDWARE_DISK
			    : op == ADVISE_PACKET ? HARDWARE_NIC
						  : NO_MECHANISM;
	double count = workload__per_second(&run->load, run->load.by[by].count);

	if (!by || !count)
		return;
	cell->count = estimate__sum(cell->count, estimate__exact(count));
	cell->load = estimate__sum(
		cell->load, estimate__exact(workload__per_second(&run->load, run->load.by[by].ns)));
	if (cell->basis != BASIS_UNKNOWN)
		cell->each = estimate__quotient(cell->load, cell->count);
}

static void fill_mode(const struct run *run, enum advise_op op, enum guest_mode mode,
		      struct advise_cell *cell)
{
	enum mechanism by = ops[op].by[mode];

	cell->each = estimate__unknown();
	if (!by) {
		cell->basis = BASIS_NOT_MADE;
		cell->count = cell->load = estimate__exact(0);
		STR_SET(cell->why, "%s", ops[op].why_none);
		return;
	}
	cell->mechanism = mechanism__name(by);
	cell->count =
		estimate__product(count_of(run, op, mode), estimate__exact(1 / run->load.seconds));
	if (!estimate__is_known(&cell->count)) {
		set_unknown(cell, why_no_count(run, op));
	} else if (!cell->count.high) {
		/* functions of page tables may be timed where multicalls are not counted */
		cell->basis = BASIS_RUN;
		cell->load = mode == run->load.mode ? workload__load(&run->load, by) : cell->count;
	} else {
		price(run, op, by, mode, cell);
		set_load(cell);
	}
	add_hardware(run, op, cell);
}

/* Does some mode do this operation by it, or a device of the hardware? */
static bool is_of(enum advise_op op, enum mechanism by)
{
	for (enum guest_mode mode = 0; mode < MODE_NR; mode++)
		if (ops[op].by[mode] == by)
			return true;
	return (op == ADVISE_DISK && by == HARDWARE_DISK) ||
	       (op == ADVISE_PACKET && by == HARDWARE_NIC);
}

/* As it was, of all mechanisms. */
static void fill_now(const struct run *run, enum advise_op op, struct advise_cell *cell)
{
	bool untimed = false;
	unsigned int nr = 0;

	cell->basis = BASIS_RUN;
	cell->count = cell->load = estimate__exact(0);
	cell->each = estimate__unknown();
	for (enum mechanism by = 1; by < MECHANISM_NR; by++) {
		const struct measured *m = &run->load.by[by];

		if (!is_of(op, by) || !(m->count > 0 || m->ns > 0))
			continue;
		/* a part of the other */
		if (by == UPCALL && run->load.mode == MODE_HVM_PV)
			continue;
		cell->mechanism = nr++ ? NULL : mechanism__name(by);
		cell->count = estimate__sum(
			cell->count, estimate__exact(workload__per_second(&run->load, m->count)));
		cell->load = estimate__sum(cell->load, workload__load(&run->load, by));
		untimed |= !(m->ns > 0);
	}
	if (op == ADVISE_PACKET && run->load.packets_unknown)
		cell->count = estimate__unknown();
	if (untimed || !estimate__is_known(&cell->count))
		set_unknown(cell, "not timed, or not counted: see xentrace-bpf check");
	else if (cell->count.mid > 0)
		cell->each = estimate__quotient(cell->load, cell->count);
}

/* Of some a run has the number and not the time: they have the price of this guest's list. */
static bool is_only_counted(const struct run *run, enum advise_op op)
{
	return op == ADVISE_CLOCK || (op == ADVISE_INTERRUPT && run->load.mode == MODE_HVM);
}

/* With a VF in place of the NICs that are not hardware. */
static void fill_vf(const struct run *run, enum advise_op op, const struct advise_cell *now,
		    struct advise_cell *cell)
{
	const char *column = cell->column;
	double packets = run->load.by[NETFRONT].count + run->load.by[EMULATED_NIC].count;

	if (op == ADVISE_PACKET && packets > 0 && !run->load.packets_unknown) {
		cell->mechanism = mechanism__name(HARDWARE_NIC);
		cell->count = estimate__exact(workload__per_second(&run->load, packets));
		cell->each = estimate__unknown();
		price(run, op, HARDWARE_NIC, run->load.mode, cell);
		set_load(cell);
		add_hardware(run, op, cell);
		return;
	}
	*cell = *now;
	cell->column = column;
	if (!(packets > 0))
		return;
	if (op == ADVISE_INTERRUPT) {
		cell->count = cell->each = estimate__unknown();
		set_unknown(cell,
			    "how many interrupts a VF makes in place of the NIC's events, and "
			    "what Xen does for each, is not in this run");
	}
	if (op == ADVISE_NOTIFY && cell->basis == BASIS_RUN && estimate__is_known(&cell->each)) {
		/* a packet sent makes at most one */
		cell->count.low =
			fmax(0, cell->count.low - workload__per_second(&run->load, run->load.sent));
		cell->load = estimate__product(cell->count, cell->each);
		STR_SET(cell->why, "at most as many as now; a VF needs none for packets");
	}
}

static void fill_row(struct advise *advise, const struct run *run, enum advise_op op)
{
	struct advise_row *row = &advise->row[op];

	row->operation = ops[op].name;
	row->nr_cells = ADVISE_COLUMNS;
	for (enum advise_column column = 0; column < ADVISE_COLUMNS; column++)
		row->cell[column].column = advise_column__name(column);
	if (is_only_counted(run, op))
		fill_mode(run, op, run->load.mode, &row->cell[ADVISE_NOW]);
	else
		fill_now(run, op, &row->cell[ADVISE_NOW]);
	for (enum guest_mode mode = 0; mode < MODE_NR; mode++)
		fill_mode(run, op, mode, &row->cell[ADVISE_FIRST_MODE + mode]);
	fill_vf(run, op, &row->cell[ADVISE_NOW], &row->cell[ADVISE_VF]);
}

static void sum_columns(struct advise *advise)
{
	advise->nr_sums = ADVISE_COLUMNS;
	for (enum advise_column column = 0; column < ADVISE_COLUMNS; column++) {
		struct advise_sum *sum = &advise->sum[column];

		sum->column = advise_column__name(column);
		for (size_t i = 0; i < advise->nr_rows; i++) {
			const struct advise_cell *cell = &advise->row[i].cell[column];

			if (estimate__is_known(&cell->load))
				sum->load = estimate__sum(sum->load, cell->load);
			else
				sum->unknown++;
		}
		if (sum->unknown)
			sum->load.high = NAN;
	}
}

/* Prices of what a run does not count. */
static const char *const uncounted[ADVISE_PRICES] = {
	"system call", "page fault",	  "fork, exit, wait", "context switch", "clock read",
	"hypercall",   "IPI and wake-up", "VM exit",	      "port read 0x61", "port read 0x3ff",
};

static void fill_price(const struct run *run, const char *name, enum guest_mode mode,
		       struct advise_cell *cell)
{
	struct offer offer;

	offer__of_list(&offer, &run->load, run->prices, name, mode);
	cell->column = guest_mode__name(mode);
	cell->count = cell->load = estimate__unknown();
	cell->basis = offer.basis;
	cell->each = offer.each;
	memcpy(cell->why, offer.why, sizeof(cell->why));
}

static void fill_prices(struct advise *advise, const struct run *run)
{
	if (!run->prices->nr_lists)
		return;
	advise->nr_prices = ADVISE_PRICES;
	for (size_t i = 0; i < ADVISE_PRICES; i++) {
		advise->price[i].operation = uncounted[i];
		advise->price[i].nr_cells = MODE_NR;
		for (enum guest_mode mode = 0; mode < MODE_NR; mode++)
			fill_price(run, uncounted[i], mode, &advise->price[i].cell[mode]);
	}
}

int advise__build(struct advise *out, const struct advise_input *input)
{
	const struct snapshot *snap = input->snap;
	enum guest_mode here = guest_mode__of(input->platform->mode);
	struct run run = { .prices = &input->prices };

	*out = (struct advise) { .here = here, .nr_rows = ADVISE_OPS };
	if (here == MODE_NR)
		return -EINVAL;
	if (snap->end_ns <= snap->start_ns)
		return -ENODATA;
	workload__collect(&run.load, here, snap, input->ledger, input->platform);
	for (enum advise_op op = 0; op < ADVISE_OPS; op++)
		fill_row(out, &run, op);
	sum_columns(out);
	fill_prices(out, &run);
	out->stolen = snap->cpu.steal_measured
			      ? workload__per_second(&run.load, snap->cpu.stolen_ns)
			      : NAN;
	return 0;
}

const char *advise__not_known(unsigned int i)
{
	static const char *const texts[] = {
		"what Xen takes to walk or shadow page tables (hvm, hvm-pv, pvhvm, pvh), and to "
		"deliver an interrupt (all)",
		"the contention of another host: what is stolen there, and what its back ends take",
		"system calls, page faults, forks and task switches: not counted by a run; PRICES "
		"has what each costs",
		"the CPU time of back ends and device models in dom0",
	};

	return i < LENGTH(texts) ? texts[i] : NULL;
}

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * A load in other modes: which count and which price each figure is made of, and that what has no basis is
 * unknown and never a figure.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <jansson.h>

#include "fixture.h"
#include "golden.h"
#include "model/statistics.h"
#include "output/advise.h"
#include "schema.h"

#define NR(array) (sizeof(array) / sizeof((array)[0]))

#define IN(mode) (ADVISE_FIRST_MODE + MODE_##mode)

static struct lab_prices no_table;

static void assert_near(double value, double expected)
{
	if (!(fabs(value - expected) <= 1e-9 * fabs(expected)))
		fail_msg("%.12g and not %.12g", value, expected);
}

static void assert_estimate(struct estimate e, double low, double mid, double high)
{
	assert_near(e.low, low);
	assert_near(e.mid, mid);
	assert_near(e.high, high);
}

static void assert_unknown(const struct advise_cell *cell, const char *why)
{
	assert_int_equal(cell->basis, BASIS_UNKNOWN);
	assert_false(estimate__is_known(&cell->load));
	if (!strstr(cell->why, why))
		fail_msg("'%s' does not say '%s'", cell->why, why);
}

/* A second of a guest of this mode, in which nothing happened. */
static struct fixture *guest(const char *mode)
{
	struct fixture *f = fixture__empty();

	f->snap.end_ns = f->snap.start_ns + 1000000000;
	strcpy(f->platform.mode, mode);
	return f;
}

/* `count` events of `ns` each. */
static void path(struct fixture *f, enum kind kind, enum area area, enum mech mech,
		 const char *device, const char *op, const char *leg, unsigned int count,
		 uint64_t ns)
{
	struct hist *h = fixture__path(f, kind, area, mech, device, op, leg);

	for (unsigned int i = 0; i < count; i++)
		assert_int_equal(hist__add(h, ns), 0);
}

static void requests(struct fixture *f, enum mech mech, const char *disk, unsigned int count,
		     uint64_t ns)
{
	path(f, KIND_WAIT, AREA_DISK, mech, disk, "read", "total", count, 50 * ns);
	path(f, KIND_CPU, AREA_DISK, mech, disk, "", "submit", count, ns);
}

static void hypercall(struct fixture *f, const char *function, unsigned int count, uint64_t ns)
{
	path(f, KIND_CPU, AREA_HYPERCALL, MECH_PV, "", "some", function, count, ns);
}

static const struct advise_cell *cell(const struct advise *advise, enum advise_op op,
				      unsigned int column)
{
	return &advise->row[op].cell[column];
}

/* Closes its books, and frees it. */
static struct advise advise(struct fixture *f, const struct price_list *lists, size_t nr,
			    const struct lab_prices *lab)
{
	struct advise advise;

	fixture__close(f);
	assert_int_equal(advise__build(&advise,
				       &(struct advise_input) { .snap = &f->snap,
								.ledger = f->ledger,
								.platform = &f->platform,
								.prices = { lists, nr, lab } }),
			 0);
	fixture__free(f);
	return advise;
}

static struct price pv_prices[] = {
	{ .name = "hypercall", .min_ns = 600, .median_ns = 700, .p90_ns = 800 },
	{ .name = "system call", .min_ns = 300, .median_ns = 300, .p90_ns = 300 },
	{ .name = "page fault", .min_ns = 1400, .median_ns = 1500, .p90_ns = 1600 },
	{ .name = "port read 0x3ff", .why_not = "needs CAP_SYS_RAWIO" },
};
static struct price pvh_prices[] = {
	{ .name = "hypercall", .min_ns = 1100, .median_ns = 1200, .p90_ns = 1300 },
	{ .name = "system call", .min_ns = 100, .median_ns = 100, .p90_ns = 100 },
	{ .name = "VM exit", .min_ns = 900, .median_ns = 1000, .p90_ns = 1100 },
	{ .name = "port read 0x61", .min_ns = 2000, .median_ns = 2100, .p90_ns = 2500 },
};
static struct price hvm_prices[] = {
	{ .name = "port read 0x3ff", .min_ns = 8000, .median_ns = 9000, .p90_ns = 11000 },
};
static const struct price_list lists[] = {
	{ "pv.json", "pv", "a", pv_prices, NR(pv_prices) },
	{ "pvh.json", "pvh", "b", pvh_prices, NR(pvh_prices) },
	{ "hvm.json", "hvm", "c", hvm_prices, NR(hvm_prices) },
};

/* The ring's driver is the same code in all modes but hvm, whose requests are registers' accesses. */
static void requests_cost_what_they_do_here_or_seven_accesses(void **state)
{
	struct fixture *f = guest("pv");
	struct advise a;

	(void)state;
	requests(f, MECH_PV, "xvda", 100, 3000);
	a = advise(f, lists, NR(lists), &no_table);
	for (unsigned int column = ADVISE_NOW; column < ADVISE_COLUMNS; column++) {
		const struct advise_cell *c = cell(&a, ADVISE_DISK, column);

		assert_estimate(c->count, 100, 100, 100);
		if (column == IN(HVM))
			continue;
		assert_int_equal(c->basis, BASIS_RUN);
		assert_estimate(c->each, 3000, 3000, 3000);
		assert_estimate(c->load, 3e5, 3e5, 3e5);
	}
	assert_int_equal(cell(&a, ADVISE_DISK, IN(HVM))->basis, BASIS_LIST);
	assert_estimate(cell(&a, ADVISE_DISK, IN(HVM))->each, 56000, 63000, 77000);
	assert_estimate(cell(&a, ADVISE_DISK, IN(HVM))->load, 5.6e6, 6.3e6, 7.7e6);
}

/* Both kinds of disks in one run: each mode has all requests, at the price of its kind. */
static void a_run_of_both_kinds_has_both_prices(void **state)
{
	struct fixture *f = guest("pvhvm");
	struct advise a;

	(void)state;
	requests(f, MECH_PV, "xvda", 100, 3000);
	requests(f, MECH_EMULATED, "sda", 50, 200000);
	hypercall(f, "notify_remote_via_irq", 80, 1500);
	a = advise(f, NULL, 0, &no_table);
	assert_near(cell(&a, ADVISE_DISK, ADVISE_NOW)->load.mid, 100 * 3e3 + 50 * 2e5);
	assert_null(cell(&a, ADVISE_DISK, ADVISE_NOW)->mechanism);
	assert_near(cell(&a, ADVISE_DISK, IN(PVHVM))->load.mid, 150 * 3e3);
	assert_near(cell(&a, ADVISE_DISK, IN(HVM))->load.mid, 150 * 2e5);
	/* a request of the emulated disk would notify once at most, and no ring is in hvm */
	assert_estimate(cell(&a, ADVISE_NOTIFY, IN(PVH))->count, 80, 130, 130);
	assert_int_equal(cell(&a, ADVISE_NOTIFY, IN(HVM))->basis, BASIS_NOT_MADE);
	assert_near(cell(&a, ADVISE_NOTIFY, IN(HVM))->load.mid, 0);
}

/* 2000 ns of which 400 are the way into Xen, which is 1100 there. */
static void hypercalls_take_another_way_into_xen(void **state)
{
	struct fixture *f = guest("pv");
	struct advise a;

	(void)state;
	hypercall(f, "notify_remote_via_irq", 20, 2000);
	hypercall(f, "clockevents_program_event", 30, 2000);
	hypercall(f, "xen_poll_irq", 40, 2000);
	a = advise(f, lists, NR(lists), &no_table);
	for (enum advise_op op = ADVISE_NOTIFY; op < ADVISE_OPS; op++) {
		const struct advise_cell *c = cell(&a, op, IN(PVH));

		if (op != ADVISE_NOTIFY && op != ADVISE_TIMER && op != ADVISE_OTHER)
			continue;
		assert_int_equal(c->basis, BASIS_LIST);
		assert_estimate(c->each, 2000 - 500 + 1000, 2000 - 400 + 1100, 2000 - 300 + 1200);
		/* what is alike in all VMs needs no list of its own */
		assert_near(cell(&a, op, IN(PV))->each.mid, 2000);
	}
	assert_near(cell(&a, ADVISE_OTHER, IN(PVHVM))->each.mid, 2700);
	assert_estimate(cell(&a, ADVISE_TIMER, IN(HVM))->each, 900, 2100, 2500);
}

static void without_lists_another_way_is_unknown(void **state)
{
	struct fixture *f = guest("pv");
	struct advise a;

	(void)state;
	requests(f, MECH_PV, "xvda", 100, 3000);
	hypercall(f, "notify_remote_via_irq", 20, 2000);
	a = advise(f, lists, 1, &no_table);
	assert_unknown(cell(&a, ADVISE_NOTIFY, IN(PVH)), "lists of the prices of pv and of pvh");
	assert_unknown(cell(&a, ADVISE_DISK, IN(HVM)),
		       "list of the prices of hvm with \"port read 0x3ff\"");
	/* the sum is of what is known, and has no upper bound */
	assert_int_equal(a.sum[IN(PVH)].unknown, 1);
	assert_near(a.sum[IN(PVH)].load.mid, 3e5);
	assert_true(isnan(a.sum[IN(PVH)].load.high));
	assert_int_equal(a.sum[IN(PV)].unknown, 0);
	assert_near(a.sum[IN(PV)].load.high, 3e5 + 4e4);
}

/* All page tables of PV are gone elsewhere; from elsewhere nobody knows how many there would be. */
static void page_tables_are_pv_alone(void **state)
{
	struct fixture *f = guest("pv");
	struct advise a;

	(void)state;
	hypercall(f, "xen_mc_flush", 500, 4000);
	hypercall(f, "xen_load_gs_index", 100, 1000);
	path(f, KIND_CPU, AREA_MEMORY, MECH_PV, "", "pin", "__xen_pgd_pin", 10, 30000);
	a = advise(f, NULL, 0, &no_table);
	assert_near(cell(&a, ADVISE_PAGE_TABLES, IN(PV))->load.mid, 500 * 4e3 + 1e5 + 3e5);
	assert_int_equal(cell(&a, ADVISE_PAGE_TABLES, IN(PVH))->basis, BASIS_NOT_MADE);
	assert_true(strstr(cell(&a, ADVISE_PAGE_TABLES, IN(PVH))->why, "not known from here"));
	assert_near(cell(&a, ADVISE_OTHER, ADVISE_NOW)->count.mid, 0);

	a = advise(guest("pvh"), NULL, 0, &no_table);
	assert_unknown(cell(&a, ADVISE_PAGE_TABLES, IN(PV)), "nobody counts");
}

static void parse(struct lab_prices *table, const char *text)
{
	assert_int_equal(lab_prices__parse(table, text), 0);
}

/* 200 us times 500 / 8000, with the bounds of both. */
static void the_lab_gives_ratios_alone(void **state)
{
	struct fixture *f = guest("hvm");
	struct lab_prices table;
	struct advise a;

	(void)state;
	parse(&table, "hvm | emulated request | 8000000 | 4000000 | 10000000 | a\n"
		      "pvh | blkfront request | 500000 | 400000 | 800000 | b\n"
		      "pvh | notify by VM exit | 300000 | - | - | c\n"
		      "hvm | VM exit | 100000 | 80000 | 120000 | d\n");
	requests(f, MECH_EMULATED, "sda", 100, 200000);
	a = advise(f, NULL, 0, &table);
	assert_int_equal(cell(&a, ADVISE_DISK, IN(PVHVM))->basis, BASIS_LAB);
	assert_estimate(cell(&a, ADVISE_DISK, IN(PVHVM))->each, 8000, 12500, 40000);
	assert_unknown(cell(&a, ADVISE_NOTIFY, IN(PVH)), "no price of \"notify by VM exit\"");

	/* nothing here notifies: the yardstick is an exit, of which this guest's list has a price */
	f = guest("hvm");
	requests(f, MECH_EMULATED, "sda", 100, 200000);
	a = advise(f, &lists[1], 1, &table);
	assert_int_equal(cell(&a, ADVISE_NOTIFY, IN(PVH))->basis, BASIS_LAB);
	assert_near(cell(&a, ADVISE_NOTIFY, IN(PVH))->each.mid, 3000);
	assert_true(isnan(cell(&a, ADVISE_NOTIFY, IN(PVH))->each.low));
	assert_estimate(cell(&a, ADVISE_NOTIFY, IN(PVH))->count, 0, 100, 100);
}

/* Of several guests of the lab those of the two modes are compared. */
static void the_lab_s_prices_are_of_the_two_modes(void **state)
{
	struct fixture *f = guest("pvh");
	struct lab_prices table;
	struct advise a;

	(void)state;
	parse(&table, "pv | blkfront request | 100 | - | - | a\n"
		      "pvhvm | emulated request | 300 | - | - | b\n"
		      "pvh | blkfront request | 200 | - | - | c\n"
		      "hvm | emulated request | 800 | - | - | d\n");
	requests(f, MECH_PV, "xvda", 100, 1000);
	a = advise(f, NULL, 0, &table);
	assert_near(cell(&a, ADVISE_DISK, IN(HVM))->each.mid, 4000);
}

static void few_are_no_price_elsewhere(void **state)
{
	struct fixture *f = guest("pvh");
	struct advise a;

	(void)state;
	requests(f, MECH_PV, "xvda", 9, 3000);
	a = advise(f, NULL, 0, &no_table);
	assert_near(cell(&a, ADVISE_DISK, ADVISE_NOW)->load.mid, 27000);
	assert_near(cell(&a, ADVISE_DISK, IN(PVH))->load.mid, 27000);
	assert_unknown(cell(&a, ADVISE_DISK, IN(PV)), "has not 10 of them");
}

/* The mean of other requests may be another one; how these were is known. */
static void bounds_are_those_of_the_mean(void **state)
{
	struct fixture *f = guest("pvh");
	struct estimate each;
	struct advise a;

	(void)state;
	path(f, KIND_WAIT, AREA_DISK, MECH_PV, "xvda", "read", "total", 100, 1);
	path(f, KIND_CPU, AREA_DISK, MECH_PV, "xvda", "", "submit", 50, 1024);
	for (int i = 0; i < 50; i++)
		assert_int_equal(hist__add(&f->snap.paths[1].hist, 4096), 0);
	a = advise(f, NULL, 0, &no_table);
	each = cell(&a, ADVISE_DISK, IN(PV))->each;
	assert_near(each.high - each.mid, 1.959964 * 1536 * sqrt(100. / 99) / 10);
	assert_near(cell(&a, ADVISE_DISK, ADVISE_NOW)->each.high, 2560);
}

static void nic(struct fixture *f, const char *name, enum letter letter, unsigned int sent,
		unsigned int received)
{
	static struct nic nics[2];
	size_t nr = f->platform.nr_nics++;

	nics[nr] = (struct nic) { .letter = letter };
	strcpy(nics[nr].name, name);
	f->platform.nics = nics;
	f->snap.nics = realloc(f->snap.nics, (nr + 1) * sizeof(*f->snap.nics));
	f->snap.nics[nr] = (struct nic_use) { .tx_packets = sent, .rx_packets = received };
	strcpy(f->snap.nics[nr].device, name);
	f->snap.nr_nics = nr + 1;
	path(f, KIND_CPU, AREA_NET, letter__mech(letter), name, "", "submit", sent,
	     2000 + 1000 * nr);
}

static void a_vf_takes_packets_and_what_they_notify(void **state)
{
	struct fixture *f = guest("pv");
	struct advise a;

	(void)state;
	nic(f, "eth0", LETTER_P, 60, 40);
	hypercall(f, "notify_remote_via_irq", 100, 2000);
	path(f, KIND_CPU, AREA_EVTCHN, MECH_PV, "", "", "upcall", 100, 1000);
	a = advise(f, NULL, 0, &no_table);
	assert_near(cell(&a, ADVISE_PACKET, ADVISE_NOW)->each.mid, 1200);
	assert_unknown(cell(&a, ADVISE_PACKET, ADVISE_VF), "no price of \"VF packet\"");
	assert_unknown(cell(&a, ADVISE_INTERRUPT, ADVISE_VF), "not in this run");
	assert_estimate(cell(&a, ADVISE_NOTIFY, ADVISE_VF)->count, 40, 100, 100);

	/* packets that an emulated NIC sends now would notify, once at most; those received would not */
	f = guest("hvm");
	nic(f, "eth0", LETTER_VS, 60, 40);
	a = advise(f, NULL, 0, &no_table);
	assert_estimate(cell(&a, ADVISE_NOTIFY, IN(PVHVM))->count, 0, 60, 60);

	/* with a VF in the run its price is known, and its packets are its own in each mode */
	f = guest("pv");
	nic(f, "eth0", LETTER_P, 60, 40);
	nic(f, "eth1", LETTER_VH, 20, 0);
	a = advise(f, NULL, 0, &no_table);
	assert_near(cell(&a, ADVISE_PACKET, ADVISE_VF)->count.mid, 120);
	assert_near(cell(&a, ADVISE_PACKET, ADVISE_VF)->load.mid, 120 * 3000);
	assert_near(cell(&a, ADVISE_PACKET, IN(PVH))->load.mid, 60 * 2000 + 20 * 3000);
}

/* In hvm-pv an upcall is the function and the interrupt around it; elsewhere the function alone. */
static void an_upcall_by_the_platform_device_is_more(void **state)
{
	struct fixture *f = guest("hvm-pv");
	struct advise a;

	(void)state;
	path(f, KIND_CPU, AREA_EVTCHN, MECH_PV, "", "", "upcall", 100, 1024);
	path(f, KIND_CPU, AREA_INTERRUPT, MECH_EMULATED, "xen-platform-pci", "irq 24", "handler",
	     100, 4096);
	a = advise(f, NULL, 0, &no_table);
	assert_estimate(cell(&a, ADVISE_INTERRUPT, ADVISE_NOW)->count, 100, 100, 100);
	assert_near(cell(&a, ADVISE_INTERRUPT, ADVISE_NOW)->each.mid, 5120);
	assert_near(cell(&a, ADVISE_INTERRUPT, IN(HVM_PV))->each.mid, 5120);
	assert_near(cell(&a, ADVISE_INTERRUPT, IN(PVHVM))->each.mid, 1024);
	assert_estimate(cell(&a, ADVISE_INTERRUPT, IN(PVHVM))->count, 100, 100, 100);

	f = guest("pvh");
	path(f, KIND_CPU, AREA_EVTCHN, MECH_PV, "", "", "upcall", 100, 1024);
	a = advise(f, lists, NR(lists), &no_table);
	assert_estimate(cell(&a, ADVISE_INTERRUPT, IN(HVM_PV))->each, 1024, 1024 + 2100,
			1024 + 2500);
	assert_estimate(cell(&a, ADVISE_INTERRUPT, IN(HVM))->each, 0, 2100, 2500);
}

/* Their number is of the run, their price of lists, also of this guest's own. */
static void reads_of_the_clock_have_each_list_s_price(void **state)
{
	struct price hvm[] = { { .name = "clock read", .min_ns = 8, .median_ns = 9, .p90_ns = 10 } };
	struct price pvh[] = { { .name = "clock read", .min_ns = 1, .median_ns = 2, .p90_ns = 3 } };
	const struct price_list of[] = { { "a", "hvm", "", hvm, 1 }, { "b", "pvh", "", pvh, 1 } };
	struct fixture *f = guest("hvm");
	struct advise a;

	(void)state;
	path(f, KIND_CPU, AREA_TIMER, MECH_GUEST, "hpet", "clock_gettime", "count", 500, 0);
	a = advise(f, of, NR(of), &no_table);
	assert_estimate(cell(&a, ADVISE_CLOCK, ADVISE_NOW)->load, 4000, 4500, 5000);
	assert_estimate(cell(&a, ADVISE_CLOCK, IN(PVH))->load, 500, 1000, 1500);
	assert_unknown(cell(&a, ADVISE_CLOCK, IN(PV)), "no list of this mode's prices");
	assert_near(cell(&a, ADVISE_TIMER, ADVISE_NOW)->count.mid, 0);
}

static void what_the_platform_emulates_is_of_modes_with_a_device_model(void **state)
{
	struct fixture *f = guest("hvm");
	struct advise a;

	(void)state;
	path(f, KIND_CPU, AREA_PLATFORM, MECH_EMULATED, "ttyS0", "irq 4", "handler", 20, 1000);
	path(f, KIND_CPU, AREA_PLATFORM, MECH_EMULATED, "LAPIC", "", "native_apic_icr_write", 30,
	     2000);
	path(f, KIND_CPU, AREA_TIMER, MECH_EMULATED, "lapic", "", "clockevents_program_event", 40,
	     3000);
	path(f, KIND_CPU, AREA_TIMER, MECH_EMULATED, "lapic", "", "lapic_next_event", 40, 4000);
	a = advise(f, NULL, 0, &no_table);
	assert_near(cell(&a, ADVISE_PLATFORM, ADVISE_NOW)->load.mid, 20000);
	assert_near(cell(&a, ADVISE_PLATFORM, IN(PVHVM))->load.mid, 20000);
	assert_int_equal(cell(&a, ADVISE_PLATFORM, IN(PVH))->basis, BASIS_NOT_MADE);
	assert_near(cell(&a, ADVISE_IPI, IN(HVM))->each.mid, 2000);
	/* the device's function is inside the one that sets it, and counts with it */
	assert_near(cell(&a, ADVISE_TIMER, IN(HVM))->count.mid, 40);
	assert_near(cell(&a, ADVISE_TIMER, IN(HVM))->each.mid, 7000);
	/* interrupts: the UART's, the timer's and IPIs; nobody sees what they cost */
	assert_near(cell(&a, ADVISE_INTERRUPT, ADVISE_NOW)->count.mid, 20 + 40 + 30);
	assert_unknown(cell(&a, ADVISE_INTERRUPT, ADVISE_NOW), "port read 0x61");
	assert_estimate(cell(&a, ADVISE_INTERRUPT, IN(PVH))->count, 0, 90, 90);
}

static void other_runs_are_refused(void **state)
{
	static const char *const modes[] = { "dom0", "kvm", "nitro", "bare-metal", "unknown", "" };
	struct fixture *f;
	struct advise a;

	(void)state;
	for (size_t i = 0; i < NR(modes); i++) {
		struct advise_input input;

		f = guest(modes[i]);
		input = (struct advise_input) { &f->snap, f->ledger, &f->platform };
		assert_int_equal(advise__build(&a, &input), -EINVAL);
		strcpy(f->platform.mode, "pv");
		f->snap.end_ns = f->snap.start_ns;
		assert_int_equal(advise__build(&a, &input), -ENODATA);
		fixture__free(f);
	}
}

/* Prices of lists of one mode: the widest bounds. */
static void lists_of_a_mode_are_put_together(void **state)
{
	struct price first[] = { { .name = "VM exit", .min_ns = 9, .median_ns = 10, .p90_ns = 11 } };
	struct price other[] = { { .name = "VM exit", .min_ns = 7, .median_ns = 20, .p90_ns = 30 } };
	struct price pv[] = { { .name = "VM exit", .min_ns = 1, .median_ns = 1, .p90_ns = 1 } };
	const struct price_list of[] = { { "a", "pvh", "", first, 1 },
					 { "b", "pvh", "", other, 1 },
					 { "c", "pv", "", pv, 1 },
					 { "d", "strange", "", pv, 1 } };
	struct estimate price;

	(void)state;
	assert_true(prices__find(&price, of, NR(of), MODE_PVH, "VM exit"));
	assert_estimate(price, 7, 15, 30);
	assert_true(prices__find(&price, of, NR(of), MODE_HVM, "VM exit"));
	assert_estimate(price, 7, 15, 30);
	assert_true(prices__find(&price, of, NR(of), MODE_PV, "VM exit"));
	assert_estimate(price, 1, 1, 1);
	assert_false(prices__find(&price, of, NR(of), MODE_PVH, "fork"));
	assert_false(prices__find(&price, lists, NR(lists), MODE_PV, "port read 0x3ff"));
}

static void a_wrong_line_of_the_table_is_named(void **state)
{
	static const char *const wrong[] = {
		"kvm | x | 1 | - | - | s",
		"pv | x | 0 | - | - | s",
		"pv | x | - | - | - | s",
		"pv | x | 5 | 6 | - | s",
		"pv | x | 5 | 4 | 3 | s",
		"pv | x | 5 | 4 | 6",
		"pv | | 5 | 4 | 6 | s",
		"pv | x | 5 | 4 | 6 | ",
		"pv",
		"pv | x | 5 | 4 | 6 | s | more",
		"pv | x | five | - | - | s",
	};
	struct lab_prices table;
	char text[200];

	(void)state;
	for (size_t i = 0; i < NR(wrong); i++) {
		snprintf(text, sizeof(text), "# a comment\n\npv | x | 5 | 4 | 6 | s\n%s\n",
			 wrong[i]);
		if (lab_prices__parse(&table, text) != 4)
			fail_msg("'%s' is taken", wrong[i]);
	}
	parse(&table, "pv | a | 5 | 4 | 6 | some text");
	assert_int_equal(table.nr, 1);
	assert_estimate(table.price[0].ns, 4, 5, 6);
	assert_string_equal(table.price[0].source, "some text");
}

static void the_shipped_table_says_where_it_is_from(void **state)
{
	struct lab_prices table;

	(void)state;
	parse(&table, lab_prices__text);
	assert_true(table.nr >= 6);
	for (size_t i = 0; i < table.nr; i++) {
		if (strncmp(table.price[i].source, "emulated: ", 10))
			fail_msg("%s: '%s'", table.price[i].operation, table.price[i].source);
		for (size_t n = 0; n < i; n++)
			assert_false(!strcmp(table.price[n].mode, table.price[i].mode) &&
				     !strcmp(table.price[n].operation, table.price[i].operation));
	}
}

/* What is printed of the fixture's guest with NICs, with two lists. */
static char *print(int (*print)(FILE *out, const struct advise_report *report))
{
	struct fixture *f = fixture__pvhvm();
	struct advise_report report;
	struct lab_prices table;
	struct advise a;
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	parse(&table,
	      "pvhvm | page fault | 400 | 300 | 500 | s\npv | page fault | 900 | 800 | 950 | s\n"
	      "pvhvm | netfront packet | 50 | 40 | 60 | s\n"
	      "hvm | emulated packet | 5000 | 4000 | 7000 | s\n");
	nic(f, "eth0", LETTER_P, 20000, 21220);
	fixture__close(f);
	assert_int_equal(advise__build(&a, &(struct advise_input) { .snap = &f->snap,
								    .ledger = f->ledger,
								    .platform = &f->platform,
								    .prices = { lists, NR(lists),
										&table } }),
			 0);
	report = (struct advise_report) { &a,	     &f->run, &f->platform, &f->snap,
					  f->ledger, lists,   NR(lists) };
	assert_int_equal(print(out, &report), 0);
	fclose(out);
	fixture__free(f);
	return text;
}

static int print_file(FILE *out, const struct advise_report *report)
{
	return advise__text(out, 0, report);
}

static int print_narrow(FILE *out, const struct advise_report *report)
{
	return advise__text(out, 60, report);
}

static void text_is_as_before(void **state)
{
	char *text = print(print_file);

	(void)state;
	for (const char *line = text; *line; line += strcspn(line, "\n") + 1)
		assert_in_range(strcspn(line, "\n"), 0, 100);
	golden__check("advise.txt", text);
	free(text);
	text = print(print_narrow);
	for (const char *line = text; *line; line += strcspn(line, "\n") + 1)
		assert_in_range(strcspn(line, "\n"), 0, 60);
	free(text);
}

static void json_is_as_before(void **state)
{
	char *text = print(advise__json), *pretty;
	json_t *json = json_loads(text, 0, NULL);

	(void)state;
	assert_true(schema__follows(json));
	pretty = json_dumps(json, JSON_INDENT(1) | JSON_PRESERVE_ORDER | JSON_REAL_PRECISION(9));
	golden__check("advise.json", pretty);
	free(pretty);
	json_decref(json);
	free(text);
}

static void assert_in_order(const struct estimate *e)
{
	if (!estimate__is_known(e))
		return;
	assert_true(e->mid >= 0);
	assert_false(e->low > e->mid * (1 + 1e-9) || e->high < e->mid * (1 - 1e-9));
}

/* Whatever a run has: bounds contain their figure, what is unknown says why, and all of it is printed. */
static void any_run_keeps_the_rules(void **state)
{
	struct lab_prices table;

	(void)state;
	parse(&table, lab_prices__text);
	for (unsigned int seed = 0; seed < 200; seed++) {
		struct fixture *f = fixture__random(seed);
		struct advise a;
		char *text = NULL;
		size_t size = 0;
		FILE *out = open_memstream(&text, &size);

		strcpy(f->platform.mode, guest_mode__name(seed % MODE_NR));
		f->snap.end_ns = f->snap.start_ns + 1 + seed * 1000000;
		assert_int_equal(advise__build(&a,
					       &(struct advise_input) {
						       .snap = &f->snap,
						       .ledger = f->ledger,
						       .platform = &f->platform,
						       .prices = { lists, NR(lists), &table } }),
				 0);
		for (size_t i = 0; i < a.nr_rows; i++) {
			for (size_t n = 0; n < a.row[i].nr_cells; n++) {
				const struct advise_cell *c = &a.row[i].cell[n];

				assert_in_order(&c->count);
				assert_in_order(&c->each);
				assert_in_order(&c->load);
				assert_int_equal(c->basis != BASIS_UNKNOWN,
						 estimate__is_known(&c->load));
				assert_true(c->basis != BASIS_UNKNOWN || c->why[0]);
			}
		}
		assert_int_equal(advise__json(out,
					      &(struct advise_report) { &a, &f->run, &f->platform,
									&f->snap, f->ledger, lists,
									NR(lists) }),
				 0);
		fclose(out);
		free(text);
		fixture__free(f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_cost_what_they_do_here_or_seven_accesses),
		cmocka_unit_test(a_run_of_both_kinds_has_both_prices),
		cmocka_unit_test(hypercalls_take_another_way_into_xen),
		cmocka_unit_test(without_lists_another_way_is_unknown),
		cmocka_unit_test(page_tables_are_pv_alone),
		cmocka_unit_test(the_lab_gives_ratios_alone),
		cmocka_unit_test(the_lab_s_prices_are_of_the_two_modes),
		cmocka_unit_test(few_are_no_price_elsewhere),
		cmocka_unit_test(bounds_are_those_of_the_mean),
		cmocka_unit_test(a_vf_takes_packets_and_what_they_notify),
		cmocka_unit_test(an_upcall_by_the_platform_device_is_more),
		cmocka_unit_test(reads_of_the_clock_have_each_list_s_price),
		cmocka_unit_test(what_the_platform_emulates_is_of_modes_with_a_device_model),
		cmocka_unit_test(other_runs_are_refused),
		cmocka_unit_test(lists_of_a_mode_are_put_together),
		cmocka_unit_test(a_wrong_line_of_the_table_is_named),
		cmocka_unit_test(the_shipped_table_says_where_it_is_from),
		cmocka_unit_test(any_run_keeps_the_rules),
		cmocka_unit_test(text_is_as_before),
		cmocka_unit_test(json_is_as_before),
	};

	return cmocka_run_group_tests_name("advise", tests, NULL, NULL);
}

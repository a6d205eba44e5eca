// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The paths of the PVHVM guest: what its disks' requests waited, and CPU time. */
#include "fixture_parts.h"

#include <string.h>

/*
 * `count` events around `median`: a skewed bell over some three octaves, and a thin tail. Exact and
 * the same everywhere: no random numbers, no libm.
 */
static void fill(struct hist *h, uint64_t count, uint64_t median)
{
	static const struct {
		unsigned int per_mille, percent_of_median;
	} shape[] = {
		{ 40, 55 },   { 90, 68 },  { 160, 80 }, { 210, 94 }, { 190, 108 },
		{ 130, 125 }, { 80, 150 }, { 50, 185 }, { 25, 240 }, { 12, 330 },
		{ 7, 480 },   { 4, 800 },  { 1, 1300 },
	};
	uint64_t left = count;

	for (size_t i = 0; i < NR(shape); i++) {
		uint64_t n = count * shape[i].per_mille / 1000;
		uint64_t ns = median * shape[i].percent_of_median / 100;
		struct hist_bucket *bucket;

		if (n > left || i + 1 == NR(shape))
			n = left;
		left -= n;
		if (!n)
			continue;
		bucket = hist__use(h, hist__index(ns));
		bucket->count += n;
		bucket->ns += n * ns;
		if (ns > h->max)
			h->max = ns;
	}
	h->inclusive = hist__total_ns(h);
}

/*
 * Legs of the same shape, and their sum: as all medians are multiples of 100 ns, each event's legs
 * add up exactly to its total.
 */
static void add_request(struct fixture *f, enum mech mech, const char *device, const char *op,
			uint64_t count, const struct leg_spec *legs, size_t nr)
{
	uint64_t total = 0;
	struct hist *h;

	for (size_t i = 0; i < nr; i++) {
		if (legs[i].median)
			fill(fixture__path(f, KIND_WAIT, AREA_DISK, legs[i].mech, device, op,
					   legs[i].leg),
			     count, legs[i].median);
		total += legs[i].median;
	}
	h = fixture__path(f, KIND_WAIT, AREA_DISK, mech, device, op, "total");
	fill(h, count, total);
	/* one in 16 ended on another vCPU */
	h->known = count - count / 16;
	h->known_ns = hist__total_ns(h) / 16 * 15 - count * legs[0].median;
	h->stolen = h->known_ns / 53;
	h->held = mech == MECH_EMULATED ? h->known_ns / 27 : 0;
}

void fixture__add_waits(struct fixture *f)
{
	static const struct leg_spec sda[] = {
		{ "queue", MECH_GUEST, 14000 },	      { "submit", MECH_EMULATED, 130000 },
		{ "device", MECH_EMULATED, 3000000 }, { "handler", MECH_EMULATED, 21000 },
		{ "finish", MECH_GUEST, 15000 },
	};
	static const struct leg_spec read[] = {
		{ "queue", MECH_GUEST, 6000 }, { "ring full", MECH_PV, 0 },
		{ "submit", MECH_PV, 3100 },   { "backend", MECH_PV, 470000 },
		{ "handler", MECH_PV, 2400 },  { "finish", MECH_GUEST, 11000 },
	};
	static const struct leg_spec write[] = {
		{ "queue", MECH_GUEST, 7000 }, { "ring full", MECH_PV, 100 },
		{ "submit", MECH_PV, 3500 },   { "backend", MECH_PV, 610000 },
		{ "handler", MECH_PV, 2600 },  { "finish", MECH_GUEST, 12000 },
	};

	add_request(f, MECH_EMULATED, "sda", "read", 22043, sda, NR(sda));
	add_request(f, MECH_PV, "xvdb", "read", 142107, read, NR(read));
	add_request(f, MECH_PV, "xvdb", "write", 3120, write, NR(write));
}

void fixture__add_cpu(struct fixture *f)
{
	struct hist *h;

	h = fixture__path(f, KIND_CPU, AREA_DISK, MECH_EMULATED, "sda", "", "submit");
	fill(h, 22043, 112000);
	h->held = 2700 * MS;
	h = fixture__path(f, KIND_CPU, AREA_DISK, MECH_EMULATED, "sda", "irq 30", "handler");
	fill(h, 22043, 16000);
	h->held = 290 * MS;
	fill(fixture__path(f, KIND_CPU, AREA_PLATFORM, MECH_EMULATED, "ttyS0", "irq 4", "handler"),
	     212, 80000);

	fill(fixture__path(f, KIND_CPU, AREA_DISK, MECH_PV, "xvdb", "", "submit"), 145227, 1500);
	h = fixture__path(f, KIND_CPU, AREA_DISK, MECH_PV, "xvdb", "irq 62", "handler");
	fill(h, 98112, 1900);
	h->off_cpu = 3 * MS;
	fill(fixture__path(f, KIND_CPU, AREA_EVTCHN, MECH_PV, "", "", "upcall"), 151960, 1900);
	fill(fixture__path(f, KIND_CPU, AREA_HYPERCALL, MECH_PV, "", "event_channel_op",
			   "notify_remote_via_irq"),
	     160320, 1150);
	fill(fixture__path(f, KIND_CPU, AREA_HYPERCALL, MECH_PV, "", "event_channel_op",
			   "xen_send_IPI_one"),
	     20340, 1200);
	fill(fixture__path(f, KIND_CPU, AREA_HYPERCALL, MECH_PV, "", "sched_op", "xen_poll_irq"),
	     3951, 2100);
	fill(fixture__path(f, KIND_CPU, AREA_NET, MECH_PV, "eth0", "irq 66", "handler"), 41220,
	     3400);
	fill(fixture__path(f, KIND_CPU, AREA_TIMER, MECH_PV, "timer0", "irq 48", "handler"), 10234,
	     2600);
	fill(fixture__path(f, KIND_CPU, AREA_TIMER, MECH_PV, "timer1", "irq 52", "handler"), 9120,
	     2500);
	fill(fixture__path(f, KIND_CPU, AREA_INTERRUPT, MECH_PV, "resched3", "irq 59", "handler"),
	     3, 700);
	fill(fixture__path(f, KIND_CPU, AREA_INTERRUPT, MECH_GUEST, "", "block", "softirq"), 120400,
	     2100);
}

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The books: columns that add up, rows, legs, completeness. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <string.h>
#include <cmocka.h>

#include "fixture.h"

static uint64_t sum_of_columns(const struct cpu_account *cpu)
{
	uint64_t sum = cpu->idle_ns;

	for (enum mech mech = 0; mech < MECH_NR; mech++)
		sum += cpu->mech_ns[mech];
	return sum;
}

static const struct cpu_row *cpu_row(const struct fixture *f, enum area area, const char *device)
{
	for (size_t i = 0; i < f->ledger->cpu.nr_rows; i++) {
		const struct cpu_row *row = &f->ledger->cpu.rows[i];

		if (row->area == area && !strcmp(row->device, device))
			return row;
	}
	fail_msg("no row %s %s", area__name(area), device);
	return NULL;
}

static const struct wait_row *wait_row(const struct fixture *f, const char *device, const char *op)
{
	for (size_t i = 0; i < f->ledger->nr_waits; i++) {
		const struct wait_row *row = &f->ledger->waits[i];

		if (!strcmp(row->device, device) && !strcmp(row->op, op))
			return row;
	}
	fail_msg("no row %s %s", device, op);
	return NULL;
}

static void columns_add_up(void **state)
{
	struct fixture *f = fixture__pvhvm();
	const struct cpu_account *cpu = &f->ledger->cpu;
	uint64_t rows[MECH_NR] = {};

	(void)state;
	assert_int_equal(sum_of_columns(cpu), cpu->total_ns);
	assert_int_equal(cpu->excess_ns, 0);
	for (size_t i = 0; i < cpu->nr_rows; i++)
		rows[cpu->rows[i].mech] += cpu->rows[i].ns;
	assert_int_equal(rows[MECH_PV], cpu->mech_ns[MECH_PV]);
	assert_int_equal(rows[MECH_EMULATED], cpu->mech_ns[MECH_EMULATED]);
	assert_int_equal(rows[MECH_GUEST] + cpu->guest_rest_ns, cpu->mech_ns[MECH_GUEST]);
	fixture__free(f);
}

static void offline_is_split(void **state)
{
	struct fixture *f = fixture__pvhvm();
	const struct cpu_account *cpu = &f->ledger->cpu;

	(void)state;
	assert_int_equal(cpu->held_ns, 2990000000);
	assert_int_equal(cpu->held_off_ns, 50000000);
	assert_int_equal(cpu->mech_ns[MECH_UNATTRIBUTED], 50000000);
	assert_int_equal(cpu->mech_ns[MECH_STOLEN], 840000000);

	/* Held in a PV path it is in no bucket, so it stays unattributed; unattributed paths add. */
	f->snap.paths[0].key.kind = KIND_CPU;
	f->snap.paths[0].hist.held = 777;
	hist__add(fixture__path(f, KIND_CPU, AREA_INTERRUPT, MECH_UNATTRIBUTED, "x", "", "h"), 10);
	fixture__close(f);
	assert_int_equal(f->ledger->cpu.held_off_ns, 50000000);
	assert_int_equal(f->ledger->cpu.mech_ns[MECH_UNATTRIBUTED], 50000010);

	/* More held in emulated paths than Xen's own account says: nothing is left, not less. */
	f->snap.cpu.offline_ns = 1000;
	fixture__close(f);
	assert_int_equal(f->ledger->cpu.held_off_ns, 0);
	fixture__free(f);
}

static void too_much_is_said(void **state)
{
	struct fixture *f = fixture__pvhvm();
	uint64_t spare = f->ledger->cpu.guest_rest_ns;

	(void)state;
	f->snap.cpu.idle_ns += spare + 12345;
	fixture__close(f);
	assert_int_equal(f->ledger->cpu.guest_rest_ns, 0);
	assert_int_equal(f->ledger->cpu.excess_ns, 12345);
	assert_int_equal(sum_of_columns(&f->ledger->cpu), f->ledger->cpu.total_ns + 12345);
	fixture__free(f);
}

static void steal_that_nobody_measures_is_in_no_column(void **state)
{
	struct fixture *f = fixture__pvhvm();

	(void)state;
	f->snap.cpu.has_runstate = f->snap.cpu.steal_measured = false;
	f->snap.cpu.offline_ns = 0;
	fixture__close(f);
	assert_int_equal(f->ledger->cpu.mech_ns[MECH_STOLEN], 0);
	assert_int_equal(sum_of_columns(&f->ledger->cpu), f->ledger->cpu.total_ns);
	fixture__free(f);
}

/* 762u = 732u in the back end + 30u in the kernel, of which 8.4u queued and 0.1u for a ring full. */
static void the_mean_is_divided_as_esxtop_does(void **state)
{
	struct fixture *f = fixture__pvhvm();
	size_t found = 0;

	(void)state;
	for (size_t i = 0; i < f->ledger->nr_waits; i++) {
		const struct wait_row *row = &f->ledger->waits[i];

		if (strcmp(row->device, "xvdb") || strcmp(row->op, "write"))
			continue;
		found++;
		assert_int_equal(row->device_ns, 2283419100 / 3120);
		assert_int_equal(row->queue_ns, (26203170 + 374331) / 3120);
		assert_int_equal(row->kernel_ns, (2377750512 - 2283419100) / 3120);
	}
	assert_int_equal(found, 1);
	fixture__free(f);
}

static void rows_count_requests_once(void **state)
{
	struct fixture *f = fixture__pvhvm();
	const struct cpu_row *disk = cpu_row(f, AREA_DISK, "xvdb");
	const struct cpu_row *calls = cpu_row(f, AREA_HYPERCALL, "");

	(void)state;
	assert_int_equal(disk->events, 142107 + 3120);
	assert_int_equal(disk->nr_parts, 2);
	assert_string_equal(disk->parts[0].name, "submit");
	assert_string_equal(disk->parts[1].name, "handler");
	assert_int_equal(disk->parts[0].ns + disk->parts[1].ns, disk->ns);

	assert_int_equal(calls->events, 160320 + 20340 + 3951);
	assert_int_equal(calls->nr_parts, 2);
	assert_string_equal(calls->parts[0].name, "event_channel_op");
	assert_int_equal(calls->parts[0].count, 160320 + 20340);
	assert_int_equal(cpu_row(f, AREA_EVTCHN, "")->nr_parts, 0);
	fixture__free(f);
}

static void many_parts_are_cut(void **state)
{
	struct fixture *f = fixture__empty();
	char op[16];

	(void)state;
	for (int i = 0; i < 9; i++) {
		snprintf(op, sizeof(op), "op%d", i);
		hist__add(fixture__path(f, KIND_CPU, AREA_HYPERCALL, MECH_PV, "", op, "w"),
			  100 + i);
	}
	fixture__close(f);
	assert_int_equal(f->ledger->cpu.rows[0].nr_parts, LEDGER_PARTS);
	assert_int_equal(f->ledger->cpu.rows[0].nr_more, 9 - LEDGER_PARTS);
	assert_string_equal(f->ledger->cpu.rows[0].parts[0].name, "op8");
	fixture__free(f);
}

static void waits_have_their_figures(void **state)
{
	struct fixture *f = fixture__pvhvm();
	const struct wait_row *row = wait_row(f, "xvdb", "read");
	uint64_t legs_ns = 0;
	double legs_mean = 0;

	(void)state;
	assert_ptr_equal(&f->ledger->waits[0], wait_row(f, "sda", "read"));
	assert_int_equal(row->mech, MECH_PV);
	assert_true(row->measured);
	assert_int_equal(row->count, 142107);
	assert_float_equal(row->per_second, 14210.7, 1e-6);
	assert_float_equal(row->in_flight, row->waited_ns / 1e10, 1e-9);
	assert_int_equal(row->p99_ns, hist__quantile(row->hist, .99));
	assert_int_equal(row->max_ns, row->hist->max);
	for (size_t i = 0; i < row->nr_legs; i++) {
		legs_ns += row->legs[i].ns;
		legs_mean += row->legs[i].share_ns;
	}
	assert_int_equal(legs_ns, row->waited_ns);
	assert_int_equal(row->outside_ns, 0);
	assert_float_equal(legs_mean, row->mean_ns, 1e-3);
	fixture__free(f);
}

static void legs_are_in_the_order_of_time(void **state)
{
	static const char *const shuffled[] = { "finish",  "grants short", "queue",   "requeue",
						"mystery", "submit",	   "backend", "ring full" };
	static const char *const ordered[] = { "queue",	 "ring full", "grants short", "requeue",
					       "submit", "backend",   "finish",	      "mystery" };
	struct fixture *f = fixture__empty();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(shuffled); i++)
		hist__add(fixture__path(f, KIND_WAIT, AREA_DISK, MECH_PV, "x", "read", shuffled[i]),
			  10);
	fixture__close(f);
	assert_int_equal(f->ledger->waits[0].nr_legs, ARRAY_LEN(shuffled));
	for (size_t i = 0; i < ARRAY_LEN(ordered); i++)
		assert_string_equal(f->ledger->waits[0].legs[i].name, ordered[i]);
	fixture__free(f);
}

static void more_legs_than_room_lose_no_time(void **state)
{
	struct fixture *f = fixture__empty();
	uint64_t sum = 0;
	char leg[16];

	(void)state;
	for (int i = 0; i < REQUEST_LEGS + 3; i++) {
		snprintf(leg, sizeof(leg), "leg%d", i);
		hist__add(fixture__path(f, KIND_WAIT, AREA_DISK, MECH_PV, "x", "read", leg), 10);
	}
	fixture__close(f);
	for (size_t i = 0; i < REQUEST_LEGS; i++)
		sum += f->ledger->waits[0].legs[i].ns;
	assert_int_equal(sum, 10 * (REQUEST_LEGS + 3));
	fixture__free(f);
}

static void without_a_total_legs_are_summed(void **state)
{
	struct fixture *f = fixture__empty();
	const struct wait_row *row;

	(void)state;
	hist__add(fixture__path(f, KIND_WAIT, AREA_DISK, MECH_GUEST, "x", "read", "queue"), 10);
	hist__add(fixture__path(f, KIND_WAIT, AREA_DISK, MECH_PV, "x", "read", "backend"), 90);
	fixture__close(f);
	row = &f->ledger->waits[0];
	assert_false(row->measured);
	assert_int_equal(row->waited_ns, 100);
	assert_int_equal(row->count, 1);
	assert_int_equal(row->mech, MECH_PV);
	/* Nothing elapsed: no rates, and no division by zero. */
	assert_true(row->per_second == 0 && row->in_flight == 0);
	fixture__free(f);
}

static void stacked_disks_are_apart(void **state)
{
	struct fixture *f = fixture__pvhvm();

	(void)state;
	f->platform.disks[0].stacked = true;
	fixture__close(f);
	assert_true(wait_row(f, "sda", "read")->stacked);
	assert_ptr_equal(wait_row(f, "sda", "read"), &f->ledger->waits[f->ledger->nr_waits - 1]);
	for (size_t i = 0; i < f->snap.nr_paths; i++) {
		const struct path *path = &f->snap.paths[i];

		if (path->key.kind == KIND_WAIT && !strcmp(path->key.device, "sda"))
			assert_false(ledger__adds_up(f->ledger, path));
	}
	fixture__free(f);
}

static void completeness_has_a_threshold(void **state)
{
	struct fixture *f = fixture__pvhvm();
	uint64_t events = f->ledger->quality.events;

	(void)state;
	assert_false(f->ledger->quality.incomplete);
	f->snap.losses[0].count = events / 1100;
	fixture__close(f);
	assert_false(f->ledger->quality.incomplete);
	f->snap.losses[0].count = events / 900;
	fixture__close(f);
	assert_true(f->ledger->quality.incomplete);

	/* Notes are no losses. */
	f->snap.losses[0].count = 0;
	f->snap.losses[f->snap.nr_losses - 1].count = events;
	assert_false(f->snap.losses[f->snap.nr_losses - 1].lost);
	fixture__close(f);
	assert_int_equal(f->ledger->quality.lost, 0);
	fixture__free(f);
}

/* Timers and interrupts by the thousand do not make good for one in 500 requests. */
static void lost_requests_are_judged_alone(void **state)
{
	struct fixture *f = fixture__pvhvm();
	struct conservation *of[] = { &f->snap.io, &f->snap.packets };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		*of[i] = (struct conservation) { .started = 5000, .completed = 4996, .lost = 4 };
		f->snap.losses[0].count = 4;
		fixture__close(f);
		assert_true(f->ledger->quality.lost_share < .0008);
		assert_false(f->ledger->quality.incomplete);

		*of[i] = (struct conservation) { .started = 2000, .completed = 1996, .lost = 4 };
		fixture__close(f);
		assert_true(f->ledger->quality.lost_share < .0008);
		assert_float_equal(f->ledger->quality.worst_share, .002, 1e-9);
		assert_true(f->ledger->quality.incomplete);
		*of[i] = (struct conservation) { .started = 2000, .completed = 2000 };
	}
	fixture__free(f);
}

static void conservation_is_judged(void **state)
{
	struct fixture *f = fixture__pvhvm();

	(void)state;
	assert_int_equal(f->ledger->quality.io_missing, 0);
	f->snap.io.completed -= 1000;
	fixture__close(f);
	assert_int_equal(f->ledger->quality.io_missing, 1000);
	assert_true(f->ledger->quality.incomplete);
	f->snap.io.completed += 2000;
	fixture__close(f);
	assert_int_equal(f->ledger->quality.io_missing, -1000);
	assert_true(f->ledger->quality.incomplete);
	fixture__free(f);
}

/* Of 8 hypercalls one was timed; a softirq owes what the others took in it. */
static void hypercalls_that_are_counted_are_in_the_books(void **state)
{
	struct fixture *f = fixture__pvhvm();
	struct hist *calls =
		fixture__path(f, KIND_CPU, AREA_HYPERCALL, MECH_PV, "", "physdev_op", "w");
	struct hist *softirq;
	uint64_t before, events, pv, softirqs;
	const struct cpu_row *row;

	(void)state;
	fixture__close(f);
	row = cpu_row(f, AREA_HYPERCALL, "");
	before = row->ns;
	events = row->events;
	pv = f->ledger->cpu.mech_ns[MECH_PV];
	softirqs = f->ledger->cpu.mech_ns[MECH_GUEST] - f->ledger->cpu.guest_rest_ns;
	assert_int_equal(row->followed, events);
	for (int i = 0; i < 80; i++)
		hist__add(calls, 2000);
	calls->extra = 70;
	calls->pending = 8;
	softirq = fixture__path(f, KIND_CPU, AREA_INTERRUPT, MECH_GUEST, "", "timer", "softirq");
	hist__add(softirq, 500000);
	softirq->owed = 140000;
	fixture__close(f);
	row = cpu_row(f, AREA_HYPERCALL, "");
	assert_int_equal(row->events, events + 88);
	assert_int_equal(row->followed, events + 10);
	assert_int_equal(row->ns, before + 88 * 2000);
	assert_int_equal(f->ledger->cpu.mech_ns[MECH_PV], pv + 88 * 2000);
	assert_int_equal(f->ledger->cpu.mech_ns[MECH_GUEST] - f->ledger->cpu.guest_rest_ns,
			 softirqs + 360000);
	assert_int_equal(sum_of_columns(&f->ledger->cpu), f->ledger->cpu.total_ns);
	fixture__free(f);
}

static void own_cost_and_probes(void **state)
{
	struct fixture *f = fixture__pvhvm();

	(void)state;
	assert_float_equal(f->ledger->quality.cost_share, .129 / 40, 1e-9);
	assert_string_equal(f->ledger->quality.dearest, "blk");
	f->snap.cost.budget = .004;
	fixture__close(f);
	assert_false(f->ledger->quality.over_budget);
	f->snap.cost.budget = .003;
	fixture__close(f);
	assert_true(f->ledger->quality.over_budget);
	f->snap.probes[0].ns_per_run = 0;
	fixture__close(f);
	assert_string_equal(f->ledger->quality.dearest, DEAREST_OWN);
	assert_int_equal(f->ledger->quality.probes, 5);
	assert_int_equal(f->ledger->quality.probes_on, 4);
	fixture__free(f);
}

static void nothing_divides_by_zero(void **state)
{
	struct fixture *f = fixture__empty();

	(void)state;
	assert_int_equal(f->ledger->elapsed_ns, 0);
	assert_int_equal(sum_of_columns(&f->ledger->cpu), 0);
	assert_true(f->ledger->quality.lost_share == 0);
	assert_true(f->ledger->quality.cost_share == 0);
	assert_true(f->ledger->quality.ns_per_event == 0);
	assert_false(f->ledger->quality.incomplete);

	/* A clock that went backwards is no time either. */
	f->snap.end_ns = f->snap.start_ns - 1;
	fixture__close(f);
	assert_int_equal(f->ledger->elapsed_ns, 0);
	fixture__free(f);
}

static void platform_may_be_missing(void **state)
{
	struct fixture *f = fixture__pvhvm();
	struct ledger *ledger;

	(void)state;
	assert_int_equal(ledger__build(&ledger, &f->snap, NULL), 0);
	assert_int_equal(ledger->nr_waits, f->ledger->nr_waits);
	ledger__free(ledger);
	fixture__free(f);
}

/* A number is a vCPU's only where the path says so: "i8042" is a keyboard's whole name. */
static void only_numbers_of_vcpus_are_left_out(void **state)
{
	struct fixture *f = fixture__pvhvm();
	size_t timers = 0, keyboards = 0;

	(void)state;
	hist__add(fixture__path(f, KIND_CPU, AREA_INTERRUPT, MECH_EMULATED, "i8042", "irq 1", "h"),
		  10);
	fixture__close(f);
	for (size_t i = 0; i < f->ledger->cpu.nr_rows; i++) {
		const struct cpu_row *row = &f->ledger->cpu.rows[i];

		timers += !strcmp(row->device, "timer") && row->nr_devices == 2;
		keyboards += !strcmp(row->device, "i8042");
	}
	assert_int_equal(timers, 1);
	assert_int_equal(keyboards, 1);
	fixture__free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(columns_add_up),
		cmocka_unit_test(offline_is_split),
		cmocka_unit_test(too_much_is_said),
		cmocka_unit_test(steal_that_nobody_measures_is_in_no_column),
		cmocka_unit_test(the_mean_is_divided_as_esxtop_does),
		cmocka_unit_test(rows_count_requests_once),
		cmocka_unit_test(many_parts_are_cut),
		cmocka_unit_test(only_numbers_of_vcpus_are_left_out),
		cmocka_unit_test(waits_have_their_figures),
		cmocka_unit_test(legs_are_in_the_order_of_time),
		cmocka_unit_test(more_legs_than_room_lose_no_time),
		cmocka_unit_test(without_a_total_legs_are_summed),
		cmocka_unit_test(stacked_disks_are_apart),
		cmocka_unit_test(completeness_has_a_threshold),
		cmocka_unit_test(lost_requests_are_judged_alone),
		cmocka_unit_test(conservation_is_judged),
		cmocka_unit_test(hypercalls_that_are_counted_are_in_the_books),
		cmocka_unit_test(own_cost_and_probes),
		cmocka_unit_test(nothing_divides_by_zero),
		cmocka_unit_test(platform_may_be_missing),
	};

	return cmocka_run_group_tests_name("ledger", tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Each rule: met with figures, not met, not testable. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <string.h>
#include <cmocka.h>

#include "answers.h"
#include "fixture.h"

static void assert_verdict(const struct fixture *f, const char *id, enum verdict verdict)
{
	const struct finding *finding = answers__of(f, id);

	assert_string_equal(verdict__name(finding->verdict), verdict__name(verdict));
	if (verdict == FINDING_NOT_MET)
		return;
	assert_true(*finding->what);
	if (verdict == FINDING_UNTESTABLE)
		return;
	/* Never a claim without a figure, nor one that nobody can act on. */
	assert_non_null(strpbrk(finding->figures[0], "0123456789"));
	assert_true(finding->nr_actions && *finding->actions[0].what);
	assert_true(*finding->check);
	/* what it gains, or why nobody can tell */
	assert_true(finding->gain.known != !!*finding->gain.why);
	assert_true(finding->gain.low <= finding->gain.high);
}

/* All of the disk's and the NIC's events on vCPU 1. */
static void crowd(struct fixture *f, size_t channels)
{
	for (size_t i = 0; i < channels; i++) {
		uint64_t *counts = &f->snap.channel_counts[i * f->snap.nr_cpus], sum = 0;

		for (size_t cpu = 0; cpu < f->snap.nr_cpus; cpu++) {
			sum += counts[cpu];
			counts[cpu] = 0;
		}
		counts[1] = sum;
	}
	fixture__close(f);
}

static void emulated_disk_names_its_twin_and_its_rival(void **state)
{
	struct fixture *f = fixture__pvhvm();
	const struct finding *finding = answers__of(f, "emulated-disk");

	(void)state;
	assert_verdict(f, "emulated-disk", FINDING_MET);
	assert_string_equal(finding->subject, "sda");
	assert_non_null(strstr(finding->what, "/var/lib/pg"));
	assert_non_null(strstr(finding->what, "same disk as xvda"));
	assert_non_null(strstr(finding->figures[0], "22,043 I/Os"));
	assert_non_null(strstr(finding->figures[1], "xvdb read"));
	assert_non_null(strstr(finding->figures[2], "held by the device model"));
	fixture__free(f);
}

static void emulated_disk_is_compared_with_the_busiest(void **state)
{
	struct fixture *f = fixture__pvhvm();

	(void)state;
	hist__add(fixture__path(f, KIND_WAIT, AREA_DISK, MECH_PV, "xvdc", "read", "total"), 1000);
	fixture__close(f);
	assert_non_null(strstr(answers__of(f, "emulated-disk")->figures[1], "xvdb read"));
	fixture__free(f);
}

/* What to do about it is what that hypervisor has. */
static void emulated_disk_alone_is_to_be_one_of_its_hypervisor(void **state)
{
	static const struct {
		enum boot boot;
		bool not_xen;
		const char *action;
	} cases[] = {
		{ BOOT_HVM, false, "PV (blkfront)" },
		{ BOOT_KVM, false, "virtio" },
		{ BOOT_UNKNOWN, true, "virtio" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fixture *f = fixture__pvhvm();

		f->platform.boot = cases[i].boot;
		f->platform.not_xen = cases[i].not_xen;
		f->platform.disks[0].same_as[0] = '\0';
		fixture__close(f);
		assert_non_null(
			strstr(answers__of(f, "emulated-disk")->actions[0].what, cases[i].action));
		fixture__free(f);
	}
}

static void emulated_disk_without_io_is_not_met(void **state)
{
	struct fixture *f = fixture__pvhvm();

	(void)state;
	for (size_t i = 0; i < f->snap.nr_paths; i++)
		if (!strcmp(f->snap.paths[i].key.device, "sda"))
			hist__free(&f->snap.paths[i].hist);
	fixture__close(f);
	assert_verdict(f, "emulated-disk", FINDING_NOT_MET);
	fixture__free(f);
}

static void two_emulated_disks_are_two_findings(void **state)
{
	struct fixture *f = fixture__pvhvm();
	struct hist *h;

	(void)state;
	h = fixture__path(f, KIND_WAIT, AREA_DISK, MECH_EMULATED, "sdb", "read", "total");
	hist__use(h, 20)->count = 50;
	h = fixture__path(f, KIND_WAIT, AREA_DISK, MECH_EMULATED, "sdb", "write", "total");
	hist__use(h, 20)->count = 49;
	fixture__close(f);
	assert_int_equal(f->ledger->findings.nr_met, 1);
	/* 100 are enough */
	hist__use(h, 20)->count = 50;
	fixture__close(f);
	assert_int_equal(f->ledger->findings.nr_met, 2);
	fixture__free(f);
}

/* The interrupt of a controller is of all its disks: one alone pays for it. */
static void a_shared_interrupt_is_charged_to_nobody(void **state)
{
	struct fixture *f = fixture__pvhvm();

	(void)state;
	hist__add(fixture__path(f, KIND_CPU, AREA_DISK, MECH_EMULATED, "ahci 0000:00:04.0",
				"irq 30", "handler"),
		  5000000000);
	fixture__close(f);
	assert_non_null(strstr(answers__of(f, "emulated-disk")->figures[2], "8.34 vCPU-s"));
	hist__add(fixture__path(f, KIND_WAIT, AREA_DISK, MECH_EMULATED, "sdb", "read", "total"), 1);
	fixture__close(f);
	assert_non_null(strstr(answers__of(f, "emulated-disk")->figures[2], "3.34 vCPU-s"));
	fixture__free(f);
}

static void disks_are_untestable_without_probes(void **state)
{
	struct fixture *f = fixture__pvhvm();

	(void)state;
	for (size_t i = 0; i < f->snap.nr_probes; i++)
		f->snap.probes[i].rung = RUNG_OFF;
	fixture__close(f);
	assert_verdict(f, "emulated-disk", FINDING_UNTESTABLE);
	assert_verdict(f, "ring-full", FINDING_UNTESTABLE);
	fixture__free(f);
}

/* Give xvdb's writes 4 %, then 6 % of their wait in `leg`: only then `id` is met. */
static void assert_threshold(const char *leg_name, const char *id, const char *what)
{
	struct fixture *f = fixture__pvhvm();
	struct hist *leg = NULL;
	uint64_t waited_ns = 0;

	assert_verdict(f, id, FINDING_NOT_MET);
	for (size_t i = 0; i < f->snap.nr_paths; i++) {
		struct path *path = &f->snap.paths[i];

		if (!strcmp(path->key.op, "write") && !strcmp(path->key.leg, "total"))
			waited_ns = hist__total_ns(&path->hist);
		if (strcmp(path->key.op, "write") || strcmp(path->key.leg, "ring full"))
			continue;
		leg = &path->hist;
		snprintf(path->key.leg, sizeof(path->key.leg), "%s", leg_name);
		fixture__set_roles(&path->key);
	}
	assert_non_null(leg);
	hist__free(leg);
	hist__add(leg, waited_ns / 25);
	fixture__close(f);
	assert_verdict(f, id, FINDING_NOT_MET);
	hist__add(leg, waited_ns / 50);
	fixture__close(f);
	assert_verdict(f, id, FINDING_MET);
	assert_int_equal(f->ledger->findings.nr_met, 2); /* and the emulated disk */
	assert_string_equal(answers__of(f, id)->subject, "xvdb");
	assert_non_null(strstr(answers__of(f, id)->what, what));
	assert_non_null(strstr(answers__of(f, id)->figures[0], "6.0 %"));
	fixture__free(f);
}

static void shortages_have_a_threshold(void **state)
{
	(void)state;
	assert_threshold("ring full", "ring-full", "place in its ring");
	assert_threshold("requeue", "ring-full", "given back by its driver");
	assert_threshold("grants short", "grants-short", "grant references");
}

static void the_last_place_has_a_threshold(void **state)
{
	struct fixture *f = fixture__pvhvm();

	(void)state;
	assert_verdict(f, "ring-full", FINDING_NOT_MET);
	f->snap.queues[1].last_waited_ns = 6000000000;
	fixture__close(f);
	assert_verdict(f, "ring-full", FINDING_MET);
	assert_non_null(strstr(answers__of(f, "ring-full")->what, "64 places"));
	assert_non_null(strstr(answers__of(f, "ring-full")->figures[0], "by 1,203 that"));
	assert_non_null(strstr(answers__of(f, "ring-full")->actions[0].what, "xen_blkfront"));
	/* the same of an emulated disk is nobody's ring */
	f->snap.queues[0].last_waited_ns = f->snap.queues[1].last_waited_ns;
	f->snap.queues[1].last_waited_ns = 0;
	fixture__close(f);
	assert_verdict(f, "ring-full", FINDING_NOT_MET);
	fixture__free(f);
}

static void emulated_clock_needs_its_price(void **state)
{
	static const char *const emulated[] = { "hpet", "acpi_pm" };
	struct fixture *f = fixture__pvhvm();

	(void)state;
	assert_verdict(f, "expensive-clock", FINDING_NOT_MET);
	for (size_t i = 0; i < 2; i++) {
		strcpy(f->platform.clocksource, emulated[i]);
		f->snap.cost.clock_read_ns = 4300;
		fixture__close(f);
		assert_verdict(f, "expensive-clock", FINDING_MET);
		assert_non_null(strstr(answers__of(f, "expensive-clock")->figures[0], "4.30us"));
		f->snap.cost.clock_read_ns = 0;
		fixture__close(f);
		assert_verdict(f, "expensive-clock", FINDING_UNTESTABLE);
	}
	f->platform.clocksource[0] = '\0';
	fixture__close(f);
	assert_verdict(f, "expensive-clock", FINDING_UNTESTABLE);
	fixture__free(f);
}

/* 20,000 reads of 4 us, 15,000 of them by system calls of 5 us; this trace read it at most 12,000 times. */
static void reads_that_are_counted_are_the_gain(void **state)
{
	struct fixture *f = fixture__pvhvm();
	struct own_cost *cost = &f->snap.cost;
	const struct finding *clock;

	(void)state;
	strcpy(f->platform.clocksource, "acpi_pm");
	cost->clock_read_ns = 4000;
	cost->clock_gettime_ns = 5000;
	cost->runs = 12000;
	hist__use(fixture__path(f, KIND_CPU, AREA_TIMER, MECH_GUEST, "acpi_pm", "clock_gettime",
				"count"),
		  0)
		->count = 15000;
	fixture__close(f);
	clock = answers__of(f, "expensive-clock");
	assert_float_equal(clock->gain.low, 0, 0);
	assert_float_equal(clock->gain.high, .123, 1e-9);
	f->snap.probes[0].reads = 20000;
	fixture__close(f);
	clock = answers__of(f, "expensive-clock");
	assert_float_equal(clock->gain.low, .080, 1e-9);
	assert_float_equal(clock->gain.high, .095, 1e-9);
	fixture__free(f);
}

static void steal_has_a_threshold(void **state)
{
	struct fixture *f = fixture__pvhvm();

	(void)state;
	assert_verdict(f, "steal", FINDING_NOT_MET);
	f->snap.cpu.stolen_ns = 2100000000;
	fixture__close(f);
	assert_verdict(f, "steal", FINDING_MET);
	assert_non_null(strstr(answers__of(f, "steal")->figures[0], "5.2 %"));
	assert_non_null(strstr(answers__of(f, "steal")->figures[0], "runstate"));
	f->snap.cpu.has_runstate = false;
	fixture__close(f);
	assert_non_null(strstr(answers__of(f, "steal")->figures[0], "/proc/stat"));
	f->snap.cpu.steal_measured = false;
	fixture__close(f);
	assert_verdict(f, "steal", FINDING_UNTESTABLE);
	fixture__free(f);
}

static void lost_events_name_the_cause(void **state)
{
	struct fixture *f = fixture__pvhvm();

	(void)state;
	assert_verdict(f, "lost-events", FINDING_NOT_MET);
	f->snap.losses[0].count = 1000;
	f->snap.losses[1].count = 20000;
	fixture__close(f);
	assert_verdict(f, "lost-events", FINDING_MET);
	assert_non_null(strstr(answers__of(f, "lost-events")->figures[0], "21,000 events lost"));
	assert_non_null(strstr(answers__of(f, "lost-events")->figures[1], f->snap.losses[1].name));

	f->snap.losses[0].count = 4;
	f->snap.losses[1].count = 0;
	f->snap.io = (struct conservation) { .started = 2000, .completed = 1996, .lost = 4 };
	fixture__close(f);
	assert_non_null(strstr(answers__of(f, "lost-events")->figures[0],
			       "; of requests, or of packets sent, 0.20 %)"));
	fixture__free(f);
}

static void over_budget_says_by_whom(void **state)
{
	struct fixture *f = fixture__pvhvm();

	(void)state;
	assert_verdict(f, "over-budget", FINDING_NOT_MET);
	f->snap.cost.budget = 0.01;
	f->snap.cost.bpf_ns = 387000000; /* with 12 ms of its own, of 40 s */
	fixture__close(f);
	assert_verdict(f, "over-budget", FINDING_NOT_MET);
	f->snap.cost.bpf_ns = 389000000;
	fixture__close(f);
	assert_verdict(f, "over-budget", FINDING_MET);
	assert_non_null(strstr(answers__of(f, "over-budget")->figures[0], "1 % were allowed"));
	assert_non_null(strstr(answers__of(f, "over-budget")->figures[1], "most by blk"));
	assert_non_null(strstr(answers__of(f, "over-budget")->actions[0].what, "leave families"));
	/* no family is left out for what the process takes */
	f->snap.cost.user_ns = 5000000000;
	fixture__close(f);
	assert_non_null(
		strstr(answers__of(f, "over-budget")->figures[1], "most by its own process"));
	assert_non_null(strstr(answers__of(f, "over-budget")->actions[0].what, "longer intervals"));
	fixture__free(f);
}

/* What is about the data comes first, then what costs most; of no known cost is the last. */
static void findings_are_ranked(void **state)
{
	static const char *const ranked[] = { "lost-events", "ring-full", "emulated-disk", "steal",
					      "event-imbalance" };
	struct fixture *f = fixture__pvhvm();
	const struct finding *all;

	(void)state;
	f->snap.losses[0].count = 20000;
	f->snap.queues[1].last_waited_ns = 6000000000;
	f->snap.queues[1].last = 1203;
	f->snap.cpu.stolen_ns = 2100000000;
	crowd(f, 3);
	all = f->ledger->findings.all;
	assert_int_equal(f->ledger->findings.nr_met, sizeof(ranked) / sizeof(ranked[0]));
	for (size_t i = 0; i < f->ledger->findings.nr_met; i++)
		assert_string_equal(all[i].id, ranked[i]);
	assert_true(all[1].cost_ns > all[2].cost_ns && all[2].cost_ns > all[3].cost_ns);
	assert_false(all[4].cost_known);
	assert_int_equal(all[5].verdict, FINDING_NOT_MET);
	fixture__free(f);
}

/* What blkfront's requests cost in the same run is left. */
static void an_emulated_disk_says_what_it_gains(void **state)
{
	struct fixture *f = fixture__pvhvm();
	const struct gain *gain = &answers__of(f, "emulated-disk")->gain;

	(void)state;
	assert_true(gain->known);
	assert_string_equal(gain->unit, "vCPU-s");
	/* held by the device model: 2.99 of 3.34; of blkfront 22,043 I/Os take 3.3us each */
	assert_true(gain->low > 2.98 && gain->low < 3.00);
	assert_true(gain->high > 3.25 && gain->high < 3.28);
	fixture__free(f);
}

static void every_rule_answers(void **state)
{
	struct fixture *f = fixture__empty();
	const struct findings *findings = &f->ledger->findings;

	(void)state;
	assert_int_equal(findings->nr, 36);
	assert_int_equal(findings->nr,
			 findings->nr_met + findings->nr_not_met + findings->nr_untestable);
	assert_int_equal(findings->nr_met, 0);
	fixture__free(f);
}

static void hostile_names_are_cut_not_spilled(void **state)
{
	struct fixture *f = fixture__hostile();

	(void)state;
	assert_verdict(f, "emulated-disk", FINDING_MET);
	fixture__free(f);
}

static void events_on_one_vcpu_are_said(void **state)
{
	struct fixture *f = fixture__pvhvm();
	const struct finding *finding;

	(void)state;
	assert_verdict(f, "event-imbalance", FINDING_NOT_MET);
	crowd(f, 3);
	finding = answers__of(f, "event-imbalance");
	assert_verdict(f, "event-imbalance", FINDING_MET);
	assert_string_equal(finding->subject, "all devices");
	assert_non_null(strstr(finding->figures[0], "vCPU 1 handled 139,332 of 139,332"));
	assert_non_null(strstr(finding->figures[1], "vCPU 1 ran 27.6 %"));
	assert_non_null(strstr(finding->actions[0].what, "62, 63, 66"));

	/* nothing to share with one vCPU */
	for (size_t i = 1; i < f->snap.nr_vcpus; i++)
		f->snap.vcpus[i].online = false;
	fixture__close(f);
	assert_verdict(f, "event-imbalance", FINDING_NOT_MET);
	fixture__free(f);
}

static void events_of_one_device_are_said(void **state)
{
	struct fixture *f = fixture__pvhvm();

	(void)state;
	crowd(f, 2);
	f->snap.channel_counts[2 * 4 + 1] = 0; /* eth0's, elsewhere */
	f->snap.channel_counts[2 * 4 + 3] = 41220;
	fixture__close(f);
	assert_verdict(f, "event-imbalance", FINDING_MET);
	assert_string_equal(answers__of(f, "event-imbalance")->subject, "xvdb");

	/* a single channel cannot be shared */
	memset(&f->snap.channel_counts[4], 0, 4 * sizeof(uint64_t));
	f->snap.channel_counts[2 * 4 + 3] = 0;
	f->snap.channel_counts[2 * 4 + 1] = 0;
	fixture__close(f);
	assert_verdict(f, "event-imbalance", FINDING_NOT_MET);
	fixture__free(f);
}

static void few_events_prove_nothing(void **state)
{
	struct fixture *f = fixture__pvhvm();

	(void)state;
	crowd(f, 3);
	f->snap.end_ns += 1000000000000;
	fixture__close(f);
	assert_verdict(f, "event-imbalance", FINDING_NOT_MET);
	fixture__free(f);
}

static void delayed_interrupts_are_said(void **state)
{
	struct fixture *f = fixture__pvhvm();

	(void)state;
	assert_verdict(f, "eoi-delayed", FINDING_NOT_MET);
	assert_verdict(f, "spurious-events", FINDING_NOT_MET);
	f->snap.bus[1].spurious = 412; /* of 41,220: just below 1 % */
	fixture__close(f);
	assert_verdict(f, "spurious-events", FINDING_NOT_MET);
	f->snap.bus[1].spurious = 413;
	fixture__close(f);
	assert_verdict(f, "spurious-events", FINDING_MET);
	assert_verdict(f, "eoi-delayed", FINDING_NOT_MET);
	assert_string_equal(answers__of(f, "spurious-events")->subject, "eth0");
	assert_non_null(
		strstr(answers__of(f, "spurious-events")->figures[0], "413 of 41,220 events"));

	/* once the kernel delays interrupts for them, that is what is said */
	f->snap.bus[1].spurious = 3;
	f->snap.bus[0].spurious = 2000;
	f->snap.bus[0].delay_jiffies = 17;
	fixture__close(f);
	assert_verdict(f, "eoi-delayed", FINDING_MET);
	assert_string_equal(answers__of(f, "eoi-delayed")->subject, "xvdb");
	assert_non_null(strstr(answers__of(f, "eoi-delayed")->figures[1], "17 jiffies"));

	assert_verdict(f, "spurious-events", FINDING_NOT_MET);

	f->snap.nr_bus = 0;
	fixture__close(f);
	assert_verdict(f, "eoi-delayed", FINDING_UNTESTABLE);
	assert_verdict(f, "spurious-events", FINDING_UNTESTABLE);
	f->snap.nr_channels = 0;
	fixture__close(f);
	assert_verdict(f, "eoi-delayed", FINDING_NOT_MET);
	fixture__free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(emulated_disk_names_its_twin_and_its_rival),
		cmocka_unit_test(emulated_disk_is_compared_with_the_busiest),
		cmocka_unit_test(emulated_disk_alone_is_to_be_one_of_its_hypervisor),
		cmocka_unit_test(emulated_disk_without_io_is_not_met),
		cmocka_unit_test(two_emulated_disks_are_two_findings),
		cmocka_unit_test(a_shared_interrupt_is_charged_to_nobody),
		cmocka_unit_test(disks_are_untestable_without_probes),
		cmocka_unit_test(shortages_have_a_threshold),
		cmocka_unit_test(the_last_place_has_a_threshold),
		cmocka_unit_test(emulated_clock_needs_its_price),
		cmocka_unit_test(reads_that_are_counted_are_the_gain),
		cmocka_unit_test(steal_has_a_threshold),
		cmocka_unit_test(lost_events_name_the_cause),
		cmocka_unit_test(over_budget_says_by_whom),
		cmocka_unit_test(findings_are_ranked),
		cmocka_unit_test(an_emulated_disk_says_what_it_gains),
		cmocka_unit_test(every_rule_answers),
		cmocka_unit_test(hostile_names_are_cut_not_spilled),
		cmocka_unit_test(events_on_one_vcpu_are_said),
		cmocka_unit_test(events_of_one_device_are_said),
		cmocka_unit_test(few_events_prove_nothing),
		cmocka_unit_test(delayed_interrupts_are_said),
	};

	return cmocka_run_group_tests_name("findings", tests, NULL, NULL);
}

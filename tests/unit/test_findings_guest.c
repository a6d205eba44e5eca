// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Findings about the kind of guest, its clock and its timers: both sides of each threshold. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "answers.h"

#define US 1000ull
#define MS 1000000ull

static void with_feature(struct fixture *f, struct feature *feature, enum feature_id id,
			 enum cause cause)
{
	*feature = (struct feature) { .id = id, .state = FEATURE_UNUSED, .cause = cause };
	strcpy(feature->why, cause__text(cause));
	f->platform.features = feature;
	f->platform.nr_features = 1;
}

static void without(struct fixture *f)
{
	f->platform.features = NULL;
	f->platform.nr_features = 0;
	fixture__free(f);
}

static void events_by_an_emulated_interrupt_are_said(void **state)
{
	struct fixture *f = fixture__pvhvm();
	struct feature feature;
	const struct finding *finding;

	(void)state;
	with_feature(f, &feature, CALLBACK_VECTOR, CAUSE_NO_VECTOR_CALLBACK);
	answers__cpu(f, MECH_EMULATED, AREA_INTERRUPT, "xen-platform-pci", "irq 24", "handler", 999,
		     20 * US, 0);
	answers__only(f, NULL, NULL);
	answers__cpu(f, MECH_EMULATED, AREA_INTERRUPT, "xen-platform-pci", "irq 24", "handler",
		     1000, 20 * US, 0);
	answers__cpu(f, MECH_EMULATED, AREA_PLATFORM, "IO-APIC", "", "ioapic_ack_level", 1000,
		     5 * US, 0);
	answers__only(f, "no-callback-vector", "");
	finding = answers__of(f, "no-callback-vector");
	assert_int_equal(finding->actions[0].remedy, REMEDY_ARGUMENT);
	assert_string_equal(finding->actions[0].what, "boot without xen_no_vector_callback");
	assert_true(finding->gain.low > .0049 && finding->gain.high < .0251);
	feature.state = FEATURE_ACTIVE;
	answers__only(f, NULL, NULL);
	without(f);
}

/* Texts are for people: whatever they say, the cause alone decides. */
static void advice_follows_the_cause_and_no_text(void **state)
{
	static const struct {
		enum cause cause;
		const char *why, *what;
		enum remedy remedy;
	} cases[] = {
		{ CAUSE_XEN_NOPV, "as you asked", "boot without xen_nopv", REMEDY_ARGUMENT },
		{ CAUSE_PLATFORM_IRQ, "as is",
		  "a Xen and a guest configuration that offer it: a newer kernel, or Xen 4.0 and "
		  "later",
		  REMEDY_HOST },
		{ CAUSE_OTHER, "argument xen-platform-pci needs the callback vector",
		  "a Xen and a guest configuration that offer it: "
		  "argument xen-platform-pci needs the callback vector",
		  REMEDY_HOST },
	};
	struct fixture *f = fixture__pvhvm();
	struct feature feature;

	(void)state;
	answers__cpu(f, MECH_EMULATED, AREA_INTERRUPT, "xen-platform-pci", "irq 24", "handler",
		     1000, 20 * US, 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct finding *finding;

		with_feature(f, &feature, CALLBACK_VECTOR, cases[i].cause);
		strcpy(feature.why, cases[i].why);
		answers__only(f, "no-callback-vector", "");
		finding = answers__of(f, "no-callback-vector");
		assert_int_equal(finding->actions[0].remedy, cases[i].remedy);
		assert_string_equal(finding->actions[0].what, cases[i].what);
	}
	without(f);
}

/* 0.4 s of 40 s of vCPU time are 1 %. */
static void emulated_timers_name_what_is_missing(void **state)
{
	struct fixture *f = fixture__pvhvm();
	struct feature feature;

	(void)state;
	strcpy(f->platform.clockevent, "lapic");
	with_feature(f, &feature, PV_TIMERS, CAUSE_NOPV);
	answers__cpu(f, MECH_EMULATED, AREA_TIMER, "lapic", "", "lapic_next_event", 10000, 39 * US,
		     0);
	answers__only(f, NULL, NULL);
	answers__cpu(f, MECH_EMULATED, AREA_TIMER, "lapic", "", "lapic_next_event", 10000, 41 * US,
		     0);
	answers__only(f, "no-pv-timers", "lapic");
	/* it is the callback vector that is missing, and that is said */
	feature.cause = CAUSE_CALLBACK_VECTOR;
	answers__only(f, NULL, NULL);
	/* a hypervisor that has none */
	f->platform.boot = BOOT_KVM;
	feature.cause = CAUSE_OTHER;
	feature.state = FEATURE_IMPOSSIBLE;
	answers__only(f, "emulated-timers", "lapic");
	without(f);
}

static void emulated_ipis_have_a_threshold(void **state)
{
	struct fixture *f = fixture__pvhvm();
	struct feature feature;

	(void)state;
	with_feature(f, &feature, PV_IPIS, CAUSE_NOPV);
	answers__cpu(f, MECH_EMULATED, AREA_PLATFORM, "LAPIC", "", "native_apic_icr_write", 10000,
		     39 * US, 0);
	answers__hist(f, KIND_CPU, AREA_PLATFORM, MECH_EMULATED, "LAPIC", "",
		      "native_apic_icr_write");
	f->snap.paths[f->snap.nr_paths - 1].key.roles |= PATH_IPI;
	answers__only(f, NULL, NULL);
	answers__cpu(f, MECH_EMULATED, AREA_PLATFORM, "LAPIC", "", "native_apic_icr_write", 10000,
		     41 * US, 0);
	answers__only(f, "no-pv-ipis", "");
	feature.state = FEATURE_ACTIVE;
	answers__only(f, NULL, NULL);
	without(f);
}

static void a_console_that_costs_is_said(void **state)
{
	struct fixture *f = fixture__pvhvm();

	(void)state;
	answers__cpu(f, MECH_EMULATED, AREA_PLATFORM, "UART", "", "serial8250_console_write", 100,
		     3900 * US, 0);
	answers__only(f, NULL, NULL);
	answers__cpu(f, MECH_EMULATED, AREA_PLATFORM, "UART", "", "serial8250_console_write", 100,
		     4100 * US, 4000 * US);
	answers__only(f, "emulated-console", "UART");
	assert_true(answers__of(f, "emulated-console")->gain.low > .39);
	answers__cpu(f, MECH_EMULATED, AREA_PLATFORM, "UART", "", "serial8250_console_write", 99,
		     4100 * US, 4000 * US);
	answers__only(f, NULL, NULL);
	fixture__free(f);
}

/* 2 s of 40 s are 5 %. */
static void page_tables_are_a_pv_guests(void **state)
{
	struct fixture *f = fixture__pvhvm();

	(void)state;
	f->platform.boot = BOOT_PV;
	answers__cpu(f, MECH_PV, AREA_HYPERCALL, "", "mmu_update", "xen_mc_flush", 100000, 15 * US,
		     0);
	f->snap.paths[f->snap.nr_paths - 1].key.roles |= PATH_PV_ALONE;
	answers__cpu(f, MECH_PV, AREA_MEMORY, "", "TLB flush", "xen_flush_tlb", 10000, 49 * US, 0);
	answers__only(f, NULL, NULL);
	answers__cpu(f, MECH_PV, AREA_MEMORY, "", "TLB flush", "xen_flush_tlb", 10000, 51 * US, 0);
	answers__only(f, "pv-page-tables", "");
	assert_int_equal(answers__of(f, "pv-page-tables")->actions[0].remedy, REMEDY_BOOT);
	f->platform.boot = BOOT_PVH;
	answers__only(f, NULL, NULL);
	fixture__free(f);
}

static void late(struct fixture *f, uint64_t ns)
{
	struct hist *h =
		answers__hist(f, KIND_WAIT, AREA_TIMER, MECH_PV, "xen", "hrtimer", "lateness");

	hist__free(h);
	*h = (struct hist) { .max = ns };
	hist__use(h, hist__index(20000))->count = 900;
	hist__use(h, hist__index(20000))->ns = 900 * 20000;
	hist__use(h, hist__index(ns))->count = 100;
	hist__use(h, hist__index(ns))->ns = 100 * ns;
}

static void late_timers_have_a_threshold_and_a_cause(void **state)
{
	struct fixture *f = fixture__pvhvm();
	const char *what;

	(void)state;
	late(f, 3 * MS);
	answers__only(f, NULL, NULL);
	late(f, 6 * MS);
	answers__only(f, "late-timers", "hrtimer");
	what = answers__of(f, "late-timers")->what;
	assert_non_null(strstr(what, "interrupts were off"));
	f->snap.cpu.offline_ns = 16000 * MS;
	answers__only(f, "late-timers", "hrtimer");
	what = answers__of(f, "late-timers")->what;
	assert_non_null(strstr(what, "Xen held the vCPU off"));
	/* the runstate says that it wanted to run: then that is a finding of its own, too */
	f->snap.cpu.stolen_ns = 20000 * MS;
	fixture__close(f);
	assert_non_null(strstr(answers__of(f, "late-timers")->what, "wanted to run"));
	assert_int_equal(answers__of(f, "steal")->verdict, FINDING_MET);
	fixture__free(f);
}

static void few_timers_prove_nothing(void **state)
{
	struct fixture *f = fixture__pvhvm();

	(void)state;
	late(f, 6 * MS);
	hist__use(answers__hist(f, KIND_WAIT, AREA_TIMER, MECH_PV, "xen", "hrtimer", "lateness"),
		  hist__index(20000))
		->count = 899;
	answers__only(f, NULL, NULL);
	fixture__free(f);
}

/* 100,000 system calls of 3.9 us are just below 1 % of 40 s. */
static void a_clock_is_expensive_by_what_is_read(void **state)
{
	struct fixture *f = fixture__pvhvm();
	struct own_cost *cost = &f->snap.cost;

	(void)state;
	hist__use(fixture__path(f, KIND_CPU, AREA_TIMER, MECH_GUEST, "xen", "clock_gettime",
				"count"),
		  0)
		->count = 100000;
	cost->vdso_known = true;
	cost->clock_gettime_ns = 3900;
	answers__only(f, NULL, NULL);
	cost->clock_gettime_ns = 4100;
	strcpy(f->platform.better_clock, "tsc");
	answers__only(f, "expensive-clock", "xen");
	assert_int_equal(answers__of(f, "expensive-clock")->actions[0].remedy, REMEDY_LIVE);
	assert_non_null(strstr(answers__of(f, "expensive-clock")->actions[0].what, "echo tsc"));
	cost->in_vdso = true;
	answers__only(f, NULL, NULL);
	fixture__free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(events_by_an_emulated_interrupt_are_said),
		cmocka_unit_test(advice_follows_the_cause_and_no_text),
		cmocka_unit_test(emulated_timers_name_what_is_missing),
		cmocka_unit_test(emulated_ipis_have_a_threshold),
		cmocka_unit_test(a_console_that_costs_is_said),
		cmocka_unit_test(page_tables_are_a_pv_guests),
		cmocka_unit_test(late_timers_have_a_threshold_and_a_cause),
		cmocka_unit_test(few_timers_prove_nothing),
		cmocka_unit_test(a_clock_is_expensive_by_what_is_read),
	};

	return cmocka_run_group_tests_name("guests", tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Clocks and timers: what is in use, what would cost less, and in what words. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include "guest_trees.h"
#include "trees.h"

#define CLOCKS "sys/devices/system/clocksource/clocksource0/"

/* The cheapest of those that the kernel offers, if it is cheaper than the one in use. */
static void a_cheaper_clock_that_is_there_is_named(void **state)
{
	static const struct {
		const char *current, *available, *better;
	} cases[] = {
		{ "acpi_pm", "xen tsc hpet acpi_pm ", "tsc clock, live in sysfs" },
		{ "xen", "xen tsc hpet acpi_pm", "tsc clock, live in sysfs" },
		{ "hpet", "tsc hpet", "tsc clock, live in sysfs" },
		{ "jiffies", "jiffies", "-" },
		{ "jiffies", "acpi_pm jiffies", "acpi_pm clock, live in sysfs" },
		{ "refined-jiffies", "refined-jiffies hpet acpi_pm", "hpet clock, live in sysfs" },
		{ "pit", "pit xen", "xen clock, live in sysfs" },
		/* tsc is unstable or switched off: the kernel does not offer it. */
		{ "acpi_pm", "xen hpet acpi_pm", "xen clock, live in sysfs" },
		{ "hpet", "hpet acpi_pm", "-" },
		{ "xen", "xen hpet acpi_pm", "-" },
		{ "xen", "xen tsc-early acpi_pm", "-" },
		{ "acpi_pm", "kvm-clock acpi_pm", "kvm-clock, live in sysfs" },
		{ "kvm-clock", "kvm-clock tsc hpet acpi_pm", "-" },
		{ "tsc", "xen tsc hpet acpi_pm", "-" },
		{ "arch_sys_counter", "arch_sys_counter tsc", "-" },
		{ "acpi_pm", "", "-" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *tree = tree__pvhvm();
		struct platform *p;

		tree__file(tree, CLOCKS "current_clocksource", cases[i].current);
		tree__file(tree, CLOCKS "available_clocksource", cases[i].available);
		tree__file(tree, "sys/devices/system/clockevents/clockevent0/current_device",
			   "xen");
		p = tree__answer(tree);
		print_message("%s of %s\n", cases[i].current, cases[i].available);
		assert_string_equal(answer__cell(p, AREA_TIMER, "")->better, cases[i].better);
		platform__free(p);
	}
}

/* An emulated timer has its own advice beside the clock's. Sentences, whatever the reason. */
static void advice_is_a_sentence_whatever_the_reason(void **state)
{
	static const struct {
		const char *cmdline, *irq, *vector, *timer;
	} cases[] = {
		{ "", NULL, "P: callback vector, with a kernel that has CONFIG_XEN_PVHVM",
		  "P: xen timer, with a kernel that has CONFIG_XEN_PVHVM; tsc clock, live in "
		  "sysfs" },
		{ "nopv", NULL, "P: callback vector, without argument nopv",
		  "P: xen timer, without argument nopv; tsc clock, live in sysfs" },
		{ "xen_nopv", NULL, "P: callback vector, without argument xen_nopv",
		  "P: xen timer, without argument xen_nopv; tsc clock, live in sysfs" },
		{ "xen_no_vector_callback", "xen-platform-pci",
		  "P: callback vector, without argument xen_no_vector_callback",
		  "P: xen timer, which needs the callback vector; tsc clock, live in sysfs" },
		/* The reason is known, not what would help. */
		{ "", "xen-platform-pci", "-",
		  "P: xen timer, which needs the callback vector; tsc clock, live in sysfs" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *tree = tree__new();
		struct platform *p;

		tree__file(tree, "cpuid.txt", HYPERVISOR_BIT XEN("400000") "40000004: 8 0 0 0\n");
		tree__file(tree, "proc/cmdline", cases[i].cmdline);
		tree__pci(tree, "0000:00:02.0", "5853:0001 5853:0001", "xen-platform-pci");
		if (cases[i].irq) {
			tree__irq(tree, 24, "IO-APIC", cases[i].irq);
			tree__file(tree, "sys/hypervisor/type", "xen\n");
			tree__file(tree, "sys/hypervisor/guest_type", "HVM\n");
		}
		tree__file(tree, CLOCKS "current_clocksource", "hpet\n");
		tree__file(tree, CLOCKS "available_clocksource", "tsc hpet acpi_pm\n");
		tree__file(tree, "sys/devices/system/clockevents/clockevent0/current_device",
			   "lapic\n");
		p = tree__answer(tree);
		print_message("'%s'\n", cases[i].cmdline);
		assert_string_equal(answer__cell(p, AREA_INTERRUPT, "")->better, cases[i].vector);
		assert_string_equal(answer__cell(p, AREA_TIMER, "")->better, cases[i].timer);
		platform__free(p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cheaper_clock_that_is_there_is_named),
		cmocka_unit_test(advice_is_a_sentence_whatever_the_reason),
	};

	return cmocka_run_group_tests_name("platform timers", tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What the hypervisor says of itself, and who says so: the name alone proves nothing. And of clocks
 * and timers what is in use, what would cost less, and in what words.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "guest_trees.h"
#include "trees.h"

/* Xen 4.2 ends at leaf 2: what it does not say is not denied. A line cut short says nothing. */
static void a_leaf_that_is_not_there_denies_nothing(void **state)
{
	static const char *const leaves[][2] = {
		{ "40000000: 40000002 566e6558 65584d4d 4d4d566e\n", "?" },
		{ "40000000: 40000005 566e6558 65584d4d 4d4d566e\n40000004: 8 0 0 0\n", "no" },
		{ "40000000: 40000005 566e6558 65584d4d 4d4d566e\n40000004: 3 0 0 0\n", "yes" },
		{ "40000000: 40000005 566e6558 65584d4d 4d4d566e\n40000004: 8 0 0 0", "?" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(leaves) / sizeof(leaves[0]); i++) {
		char *tree = tree__pvhvm(), text[256];
		const struct feature *found;
		struct platform *p;

		snprintf(text, sizeof(text), HYPERVISOR_BIT "%s", leaves[i][0]);
		tree__file(tree, "cpuid.txt", text);
		p = tree__answer(tree);
		found = answer__feature(p, "APIC virtualization");
		assert_int_equal(found->state, leaves[i][1][0] == 'y'	? FEATURE_ACTIVE
					       : leaves[i][1][0] == 'n' ? FEATURE_IMPOSSIBLE
									: FEATURE_UNKNOWN);
		platform__free(p);
	}
}

static void xen_is_found_behind_viridian(void **state)
{
	char *tree = tree__new();
	struct platform *p;

	(void)state;
	tree__file(tree, "cpuid.txt",
		   HYPERVISOR_BIT HYPER_V XEN("400001") "40000101: 00040011 0 0 0\n"
							"40000104: 00000003 0 0 0\n");
	tree__file(tree, "proc/cmdline", "root=/dev/sda1 nopv\n");
	p = tree__answer(tree);
	assert_int_equal(p->boot, BOOT_HVM);
	assert_string_equal(p->mode, "hvm");
	assert_string_equal(p->hypervisor, "Xen 4.17");
	assert_false(p->steal_measured);
	assert_string_equal(answer__feature(p, "PV disk")->why, "argument nopv");
	assert_int_equal(answer__feature(p, "PV disk")->state, FEATURE_UNUSED);
	assert_int_equal(answer__feature(p, "APIC virtualization")->state, FEATURE_ACTIVE);
	platform__free(p);
}

/* Which domain it is, and how fast its host's TSC counts, Xen tells HVM and PVH guests. */
static void xen_says_who_a_guest_is(void **state)
{
	static const struct {
		const char *leaves;
		unsigned int domain, tsc_khz;
	} guests[] = {
		{ "40000003: 0 2 00231860 1\n40000004: 5c 0 2a 0\n", 42, 2300000 },
		/* before Xen 4.12 it does not say the domain; after a migration the TSC is another */
		{ "40000003: 0 2 00231860 2\n40000004: 4c 0 2a 0\n", 0, 0 },
		{ "", 0, 0 },
	};
	struct platform *p;

	(void)state;
	for (size_t i = 0; i < sizeof(guests) / sizeof(guests[0]); i++) {
		char *tree = tree__pvhvm(), text[256];

		snprintf(text, sizeof(text), HYPERVISOR_BIT XEN("400000") "%s", guests[i].leaves);
		tree__file(tree, "cpuid.txt", text);
		p = tree__answer(tree);
		assert_int_equal(p->boot, BOOT_HVM);
		assert_int_equal(p->domain, guests[i].domain);
		assert_int_equal(p->tsc_khz, guests[i].tsc_khz);
		platform__free(p);
	}
	/* what dom0 sees are leaves of who is below Xen */
	assert_int_equal(platform__read(&p, "tests/fixtures/platform/dom0"), 0);
	assert_int_equal(p->tsc_khz, 0);
	platform__free(p);
}

static void kvm_that_shows_xen_is_a_conflict(void **state)
{
	char *tree = tree__new();
	struct platform *p;

	(void)state;
	tree__file(tree, "cpuid.txt", HYPERVISOR_BIT XEN("400000") KVM("400001"));
	p = tree__answer(tree);
	assert_int_equal(p->boot, BOOT_KVM);
	assert_true(answer__cell(p, AREA_CPU, "")->conflicting);
	assert_non_null(strstr(answer__cell(p, AREA_CPU, "")->how, "conflict"));
	platform__free(p);
}

static void no_hypervisor_is_bare_metal(void **state)
{
	static const char *const witness[][2] = {
		{ "cpuid.txt", "00000001: 0 0 0 0\n" },
		{ "proc/cpuinfo", "processor : 0\nflags\t\t: fpu vme\n\nprocessor : 1\n" },
	};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		char *tree = tree__new();
		struct platform *p;

		tree__file(tree, witness[i][0], witness[i][1]);
		tree__pci(tree, "0000:00:1f.2", "8086:2922 1af4:1100", "ahci");
		tree__disk(tree, "pci0000:00/0000:00:1f.2/ata1/host0/target0:0:0/0:0:0:0", "sda",
			   "8:0", "2048");
		p = tree__answer(tree);
		assert_string_equal(p->mode, "bare-metal");
		assert_int_equal(p->disks[0].letter, LETTER_H);
		platform__free(p);
	}
}

static void nothing_known_is_unknown(void **state)
{
	char *tree = tree__new();
	struct platform *p;

	(void)state;
	assert_int_equal(platform__read(&p, tree), -ENODATA);
	assert_null(p);
	tree__file(tree, "proc/cmdline", "");
	p = tree__answer(tree);
	assert_string_equal(p->mode, "unknown");
	assert_int_equal(p->boot, BOOT_UNKNOWN);
	for (size_t i = 0; i < p->nr_cells; i++)
		assert_int_equal(p->cells[i].letter, LETTER_UNKNOWN);
	platform__free(p);
	assert_int_not_equal(platform__read(&p, "/nonexistent"), 0);
	assert_null(p);
}

static void qemu_without_kvm_is_named_and_is_not_xen(void **state)
{
	char *tree = tree__new();
	struct platform *p;

	(void)state;
	tree__file(tree, "cpuid.txt", HYPERVISOR_BIT TCG);
	p = tree__answer(tree);
	assert_string_equal(p->hypervisor, "QEMU TCG");
	assert_true(p->not_xen);
	assert_int_equal(answer__cell(p, AREA_CPU, "")->letter, LETTER_VS);
	platform__free(p);
	p = tree__answer(tree__pvhvm());
	assert_false(p->not_xen);
	platform__free(p);
	tree = tree__new();
	tree__file(tree, "cpuid.txt", HYPERVISOR_BIT);
	p = tree__answer(tree);
	assert_string_equal(p->hypervisor, "unknown hypervisor");
	assert_false(p->not_xen);
	platform__free(p);
}

/* Anybody can set DMI strings: the name alone makes no Nitro guest, and is shown as a conflict. */
static void amazons_name_needs_its_hypervisor_and_a_device(void **state)
{
	static const struct {
		const char *cpuid, *device, *mode, *against;
	} cases[] = {
		{ HYPERVISOR_BIT KVM("400000"), "1d0f:ec20 1d0f:ec20", "nitro", NULL },
		{ "00000001: 0 0 0 0\n", "1d0f:ec20 1d0f:ec20", "bare-metal", NULL },
		{ HYPERVISOR_BIT KVM("400000"), "1b36:0010 1af4:1100", "kvm",
		  "no PCI device of Amazon's" },
		{ HYPERVISOR_BIT TCG, "1b36:0010 1af4:1100", "unknown", "not on KVM" },
		{ HYPERVISOR_BIT TCG, "1d0f:ec20 1d0f:ec20", "unknown", "not on KVM" },
		{ "00000001: 0 0 0 0\n", "1b36:0010 1af4:1100", "bare-metal",
		  "no PCI device of Amazon's" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *tree = tree__new();
		const struct cell *machine;
		struct platform *p;

		tree__file(tree, "cpuid.txt", cases[i].cpuid);
		tree__file(tree, "sys/class/dmi/id/sys_vendor", "Amazon EC2\n");
		tree__file(tree, "sys/class/dmi/id/product_name", "m5.large\n");
		tree__pci(tree, "0000:00:05.0", cases[i].device, "x");
		p = tree__answer(tree);
		machine = answer__cell(p, AREA_PLATFORM, "");
		print_message("%s, %s\n", cases[i].mode, cases[i].device);
		assert_string_equal(p->mode, cases[i].mode);
		assert_non_null(strstr(machine->evidence, "DMI Amazon EC2 m5.large"));
		assert_int_equal(machine->conflicting, cases[i].against != NULL);
		assert_int_equal(strstr(machine->how, "(evidence conflicts)") != NULL,
				 cases[i].against != NULL);
		if (cases[i].against)
			assert_non_null(strstr(machine->evidence, cases[i].against));
		platform__free(p);
	}
}

/* What is in use on xenbus and in interrupts, without a word from the kernel on what it is. */
#define PERCPU	 (1 << 0) /* event channels of each vCPU */
#define FRONT	 (1 << 1) /* a device on xenbus */
#define NIC	 (1 << 2) /* a PCI function */
#define PLATFORM (1 << 3) /* Xen's platform device */
#define HYP	 (1 << 4) /* upcalls by the callback vector */
#define OTHERS	 (1 << 5) /* /proc/interrupts, without them */

static char *tree__without_word(const char *cpuid, int parts)
{
	char *tree = tree__new();

	if (cpuid)
		tree__file(tree, "cpuid.txt", cpuid);
	tree__file(tree, "proc/cmdline", "");
	if (parts & PERCPU) {
		tree__irq(tree, 48, "xen-percpu", "timer0");
		tree__irq(tree, 49, "xen-percpu", "resched0");
		tree__file(tree, "sys/devices/system/clockevents/clockevent0/current_device",
			   "xen\n");
	}
	if (parts & FRONT)
		tree__xenbus(tree, "vbd-768");
	if (parts & NIC)
		tree__pci(tree, "0000:00:00.0", "8086:10d3 8086:a01f", "e1000e");
	if (parts & PLATFORM)
		tree__pci(tree, "0000:00:02.0", "5853:0001 5853:0001", "xen-platform-pci");
	if (parts & HYP)
		tree__file(tree, "proc/interrupts", "HYP:  0 12  Hypervisor callback\n");
	if (parts & OTHERS)
		tree__file(tree, "proc/interrupts", "NMI:  0 0  Non-maskable interrupts\n");
	return tree;
}

/* Nothing says that what is in use is impossible, or that there is no hypervisor. */
static void nothing_contradicts(const struct platform *p)
{
	for (size_t i = 0; i < p->nr_features; i++) {
		print_message("  %s: %s\n", p->features[i].name, p->features[i].why);
		assert_null(strstr(p->features[i].why, "no event channels"));
		assert_null(strstr(p->features[i].why, "not on this hypervisor"));
		assert_null(strstr(p->features[i].why, "no evidence of the hypervisor"));
	}
	assert_int_equal(answer__feature(p, "PV IPIs")->state, FEATURE_ACTIVE);
	assert_int_equal(answer__cell(p, AREA_INTERRUPT, "")->letter, LETTER_P);
	assert_int_equal(answer__cell(p, AREA_TIMER, "")->letter, LETTER_P);
	for (size_t i = 0; i < p->nr_cells; i++)
		assert_false(p->cells[i].conflicting);
	assert_int_equal(strncmp(p->hypervisor, "Xen", 3), 0);
	assert_true(p->steal_measured);
}

static void without_the_kernels_word_facts_decide(void **state)
{
	static const struct {
		const char *cpuid;
		int parts;
		const char *mode;
	} cases[] = {
		/* No hypervisor bit: PV, with PCI or without. */
		{ "00000001: 0 0 0 0\n", PERCPU | FRONT | OTHERS, "pv" },
		{ "00000001: 0 0 0 0\n", PERCPU | FRONT | NIC | OTHERS, "pv" },
		{ "00000001: 0 0 0 0\n", PERCPU, "pv" },
		/* Xen itself in a guest, whose bit is seen; Xen's leaves, by CPUID faulting */
		{ HYPERVISOR_BIT KVM("400000"), PERCPU | FRONT | OTHERS, "pv" },
		{ HYPERVISOR_BIT XEN("400000"), PERCPU | FRONT | NIC | OTHERS, "pv" },
		{ NULL, PERCPU | FRONT | NIC | OTHERS, "pv" },
		/* Upcalls by the callback vector: not PV. */
		{ HYPERVISOR_BIT XEN("400000"), PERCPU | FRONT | HYP, "pvh" },
		{ HYPERVISOR_BIT XEN("400000"), PERCPU | FRONT | NIC | HYP, "pvhvm" },
		{ HYPERVISOR_BIT XEN("400000"), PERCPU | FRONT | PLATFORM | HYP, "pvhvm" },
		{ NULL, PERCPU | FRONT | PLATFORM, "pvhvm" },
		/* What would decide is missing. */
		{ NULL, PERCPU | FRONT, "unknown" },
		{ NULL, PERCPU | FRONT | NIC, "unknown" },
		{ NULL, PERCPU | FRONT | NIC | HYP, "unknown" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct platform *p =
			tree__answer(tree__without_word(cases[i].cpuid, cases[i].parts));

		print_message("%zu: %s\n", i, cases[i].mode);
		assert_string_equal(p->mode, cases[i].mode);
		nothing_contradicts(p);
		assert_int_not_equal(answer__cell(p, AREA_CPU, "")->evidence[0], '\0');
		if (p->boot == BOOT_UNKNOWN)
			assert_non_null(strstr(answer__cell(p, AREA_PLATFORM, "")->evidence,
					       "no /sys/hypervisor/guest_type, no CPUID"));
		platform__free(p);
	}
}

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
		{ "jiffies", "jiffies", "" },
		{ "jiffies", "acpi_pm jiffies", "acpi_pm clock, live in sysfs" },
		{ "refined-jiffies", "refined-jiffies hpet acpi_pm", "hpet clock, live in sysfs" },
		{ "pit", "pit xen", "xen clock, live in sysfs" },
		/* tsc is unstable or switched off: the kernel does not offer it. */
		{ "acpi_pm", "xen hpet acpi_pm", "xen clock, live in sysfs" },
		{ "hpet", "hpet acpi_pm", "" },
		{ "xen", "xen hpet acpi_pm", "" },
		{ "xen", "xen tsc-early acpi_pm", "" },
		{ "acpi_pm", "kvm-clock acpi_pm", "kvm-clock, live in sysfs" },
		{ "kvm-clock", "kvm-clock tsc hpet acpi_pm", "" },
		{ "tsc", "xen tsc hpet acpi_pm", "" },
		{ "arch_sys_counter", "arch_sys_counter tsc", "" },
		{ "acpi_pm", "", "" },
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
		{ "", "xen-platform-pci", "",
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
		cmocka_unit_test(a_leaf_that_is_not_there_denies_nothing),
		cmocka_unit_test(xen_is_found_behind_viridian),
		cmocka_unit_test(xen_says_who_a_guest_is),
		cmocka_unit_test(kvm_that_shows_xen_is_a_conflict),
		cmocka_unit_test(no_hypervisor_is_bare_metal),
		cmocka_unit_test(nothing_known_is_unknown),
		cmocka_unit_test(qemu_without_kvm_is_named_and_is_not_xen),
		cmocka_unit_test(without_the_kernels_word_facts_decide),
		cmocka_unit_test(amazons_name_needs_its_hypervisor_and_a_device),
		cmocka_unit_test(a_cheaper_clock_that_is_there_is_named),
		cmocka_unit_test(advice_is_a_sentence_whatever_the_reason),
	};

	return cmocka_run_group_tests_name("platform hypervisor", tests, NULL, NULL);
}

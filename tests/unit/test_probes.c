// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Which guest has use for which probe, and how a probe is found by the names of its functions. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <string.h>
#include <cmocka.h>

#include "base/str.h"
#include "probe/probes.h"

/* Of each use one probe; FOR_NET's NICs are of any driver. */
static const struct probe *of_use(enum probe_for use)
{
	for (int i = 0; i < XT_PROBE_NR; i++)
		if (probe_table[i].use == use)
			return &probe_table[i];
	fail_msg("no probe of use %d", use);
	return NULL;
}

static bool is_used(enum probe_for use, const struct platform *platform)
{
	const char *why = probe__unused(of_use(use), platform);

	assert_true(!why || *why);
	return !why;
}

static void a_boot_type_has_its_probes(void **state)
{
	static const struct {
		enum boot boot;
		bool xen, pv, dom0, hvm;
	} guests[] = {
		{ BOOT_PV, true, true, false, false },	 { BOOT_HVM, true, false, false, true },
		{ BOOT_PVH, true, false, false, false }, { BOOT_DOM0, true, true, true, false },
		{ BOOT_KVM, false, false, false, true }, { BOOT_BARE, false, false, false, false },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(guests); i++) {
		const struct platform platform = { .boot = guests[i].boot };

		assert_int_equal(is_used(FOR_XEN, &platform), guests[i].xen);
		assert_int_equal(is_used(FOR_PV, &platform), guests[i].pv);
		assert_int_equal(is_used(FOR_DOM0, &platform), guests[i].dom0);
		assert_int_equal(is_used(FOR_HVM, &platform), guests[i].hvm);
		assert_true(is_used(FOR_ALL, &platform));
		assert_true(is_used(FOR_SOME, &platform));
	}
}

static void a_driver_has_its_probes(void **state)
{
	const struct probe *disk_probe = of_use(FOR_DRIVER), *nic_probe = of_use(FOR_NIC);
	struct disk disks[2] = {};
	struct nic nics[2] = {};
	struct platform platform = { .disks = disks, .nr_disks = 2, .nics = nics, .nr_nics = 2 };

	(void)state;
	STR_SET(disks[0].driver, "a driver");
	STR_SET(nics[0].driver, "another");
	assert_non_null(probe__unused(disk_probe, &platform));
	assert_non_null(probe__unused(nic_probe, &platform));
	assert_true(is_used(FOR_NET, &platform));
	STR_SET(disks[1].driver, "%s", disk_probe->driver);
	STR_SET(nics[1].driver, "%s", nic_probe->driver);
	assert_null(probe__unused(disk_probe, &platform));
	assert_null(probe__unused(nic_probe, &platform));
	platform.nr_nics = 0;
	assert_false(is_used(FOR_NET, &platform));
}

static void channels_and_timers_have_their_probes(void **state)
{
	struct irq irqs[2] = {};
	struct platform platform = { .irqs = irqs, .nr_irqs = 2 };

	(void)state;
	assert_false(is_used(FOR_USER, &platform));
	irqs[1].user = true;
	assert_true(is_used(FOR_USER, &platform));
	assert_false(is_used(FOR_TIMER, &platform));
	STR_SET(platform.clockevent, "xen");
	assert_false(is_used(FOR_TIMER, &platform));
	STR_SET(platform.clockevent, "lapic");
	assert_true(is_used(FOR_TIMER, &platform));
}

/* By each name that it has or had, and by the place in the table. */
static void a_probe_is_found_by_its_hook(void **state)
{
	(void)state;
	for (int i = 0; i < XT_PROBE_NR; i++) {
		const struct probe *probe = &probe_table[i];
		int found = probes__hook(probe->hook);

		if (probe->kind == PROBE_SITES) {
			assert_int_equal(found, -1);
			continue;
		}
		assert_in_range(found, 0, PROBE_HOOKS_MAX - 1);
		assert_string_equal(probe_table[found / 2].hook, probe->hook);
		assert_int_equal(found % 2, 0);
		if (!probe->older)
			continue;
		found = probes__hook(probe->older);
		assert_string_equal(probe_table[found / 2].older, probe->older);
		assert_int_equal(found % 2, 1);
	}
	assert_int_equal(probes__hook("no_function_of_that_name"), -1);
	assert_int_equal(probes__hook(""), -1);
}

static void what_has_an_end_is_timed(void **state)
{
	(void)state;
	assert_true(probe__is_timed(of_use(FOR_TIMER)));
	assert_false(probe__is_timed(&probe_table[XT_P_HRTIMER]));
	assert_false(probe__is_timed(&probe_table[XT_P_CLOCK_GETTIME]));
	assert_true(probe__is_timed(&probe_table[XT_P_SITES]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_boot_type_has_its_probes),
		cmocka_unit_test(a_driver_has_its_probes),
		cmocka_unit_test(channels_and_timers_have_their_probes),
		cmocka_unit_test(a_probe_is_found_by_its_hook),
		cmocka_unit_test(what_has_an_end_is_timed),
	};

	return cmocka_run_group_tests_name("probes", tests, NULL, NULL);
}

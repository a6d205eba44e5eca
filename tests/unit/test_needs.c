// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Probes that go off with another one, and those that do not. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <string.h>
#include <cmocka.h>

#include "probe/probes.h"

/* All probes are on but `off`: turn off what needs it. Returns how many did. */
static int without(enum xt_probe off, bool on[XT_PROBE_NR])
{
	enum xt_probe probe, missing;
	int nr = 0;

	memset(on, true, XT_PROBE_NR);
	on[off] = false;
	while (probes__unmet(on, &probe, &missing)) {
		assert_true(on[probe]);
		assert_false(on[missing]);
		on[probe] = false;
		nr++;
	}
	return nr;
}

static void nothing_is_stamped_that_no_driver_takes(void **state)
{
	bool on[XT_PROBE_NR];

	(void)state;
	assert_int_equal(without(XT_P_TX_START, on), 2);
	assert_false(on[XT_P_TX_QUEUE]);
	assert_false(on[XT_P_TX_XMIT]);
	/* drops of received packets need none of them */
	assert_true(on[XT_P_TX_KFREE]);
	assert_true(on[XT_P_RX_POLL]);
}

/* A need's own need: without its end a packet has no beginning, and so no stamp. */
static void needs_are_followed_to_their_end(void **state)
{
	bool on[XT_PROBE_NR];

	(void)state;
	assert_int_equal(without(XT_P_TX_XMIT, on), 2);
	assert_false(on[XT_P_TX_START]);
	assert_false(on[XT_P_TX_QUEUE]);
}

static void hypercalls_and_page_tables_are_not_guessed(void **state)
{
	bool on[XT_PROBE_NR];

	(void)state;
	assert_int_equal(without(XT_P_MC_ENTRY, on), 1);
	assert_false(on[XT_P_MC_FLUSH_FN]);
	assert_int_equal(without(XT_P_MC_FLUSH, on), 1);
	assert_false(on[XT_P_MC_FLUSH_FN]);
	assert_int_equal(without(XT_P_MMU_EXTEND, on), 1);
	assert_false(on[XT_P_MMU_PTE]);
}

static void nobody_needs_what_only_refines(void **state)
{
	bool on[XT_PROBE_NR];

	(void)state;
	assert_int_equal(without(XT_P_TX_QUEUE, on), 0);
	assert_int_equal(without(XT_P_TX_DONE, on), 0);
	assert_int_equal(without(XT_P_TX_KFREE, on), 0);
	assert_int_equal(without(XT_P_MC_FLUSH_FN, on), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_stamped_that_no_driver_takes),
		cmocka_unit_test(needs_are_followed_to_their_end),
		cmocka_unit_test(hypercalls_and_page_tables_are_not_guessed),
		cmocka_unit_test(nobody_needs_what_only_refines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Page tables in the text: a PV guest's by operation, of others one line. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "fixture.h"

static void add(struct fixture *f, const char *device, const char *op, uint64_t count)
{
	struct hist *h = fixture__path(f, KIND_CPU, AREA_MEMORY, MECH_PV, device, op, "count");

	hist__use(h, 0)->count = count;
}

static void a_pv_guests_are_counted(void **state)
{
	struct fixture *f = fixture__pvhvm();
	char *text;

	(void)state;
	add(f, "page tables", "set_pte single", 3201);
	add(f, "page tables", "set_pmd", 403);
	add(f, "multicall sizes", "1", 900);
	add(f, "multicall sizes", "3-4", 100);
	fixture__close(f);
	text = fixture__print(f, output_text.total);
	assert_non_null(strstr(text, "\nPAGE TABLES  Xen makes each change"));
	assert_non_null(strstr(text, "\n page tables: set_pte single 3,201 | set_pmd 403\n"));
	assert_non_null(strstr(text, "\n multicall sizes: 1 900 (90 %) | 3-4 100 (10 %)\n"));
	/* counts are no time: the columns add up as before */
	assert_null(strstr(text, "exceed"));
	free(text);
	fixture__free(f);
}

static void set_probe(struct fixture *f, bool applicable, bool hardware_does, const char *cause)
{
	struct probe_status *probe = &f->snap.probes[0];

	strcpy(probe->family, "mmu");
	probe->applicable = applicable;
	probe->hardware_does = hardware_does;
	probe->rung = RUNG_OFF;
	strcpy(probe->cause, cause);
	fixture__close(f);
}

static bool says_nothing_to_see(const struct fixture *f)
{
	char *text = fixture__print(f, output_text.total);
	bool said = strstr(text, "\nPage tables: nothing to see here, the hardware does it\n");

	free(text);
	return said;
}

static void others_get_one_line(void **state)
{
	struct fixture *f = fixture__pvhvm();

	(void)state;
	assert_false(says_nothing_to_see(f));
	set_probe(f, false, true, "not a PV guest: the hardware does this");
	assert_true(says_nothing_to_see(f));
	/* nobody asked */
	set_probe(f, false, false, "family not asked for");
	assert_false(says_nothing_to_see(f));
	/* there is something, and it cannot be seen: check says why */
	set_probe(f, true, false, "this kernel has no such tracepoint");
	assert_false(says_nothing_to_see(f));
	fixture__free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pv_guests_are_counted),
		cmocka_unit_test(others_get_one_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

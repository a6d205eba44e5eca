// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* --exact: which hypercalls are counted at all of their call sites, and how that is said. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <jansson.h>

#include "model/hypercalls.h"
#include "model/ledger.h"
#include "output/text.h"

static struct probe_status probe(const char *name, const char *purpose, enum rung rung)
{
	struct probe_status p = { .purpose = purpose, .rung = rung, .applicable = true };

	snprintf(p.name, sizeof(p.name), "%s", name);
	snprintf(p.family, sizeof(p.family), "exact");
	p.site = strchr(name, '+');
	return p;
}

/* One of the table, and seven sites. */
static size_t fill(struct probe_status *probes, enum rung by_number)
{
	probes[0] = probe("hypercall call sites", "exact hypercalls", RUNG_KPROBE);
	probes[1] = probe("notify_remote_via_irq+0x55", "event_channel_op", RUNG_KPROBE);
	probes[2] = probe("evtchn_fifo_unmask+0xa8", "event_channel_op", RUNG_KPROBE);
	probes[3] = probe("xen_irq_resume+0x172", "event_channel_op", RUNG_OFF);
	probes[4] = probe("xen_mc_flush+0x5b", "multicall", RUNG_KPROBE);
	probes[5] = probe("xen_mc_flush+0x10d", "by number", by_number);
	probes[5].any_call = true;
	probes[6] = probe("xen_safe_halt+0xc", "sched_op", RUNG_OFF);
	probes[7] = probe("xen_load_gs_index+0x11", "set_segment_base", RUNG_KPROBE);
	return 8;
}

static void check_name(const struct exact_name *name, const char *text, unsigned int attached,
		       unsigned int sites, bool complete)
{
	assert_string_equal(name->name, text);
	assert_int_equal(name->attached, attached);
	assert_int_equal(name->sites, sites);
	assert_int_equal(name->complete, complete);
}

static void names_and_how_whole_they_are(void **state)
{
	struct probe_status probes[8];
	struct snapshot snap = { .probes = probes, .nr_probes = fill(probes, RUNG_KPROBE) };
	struct exact_name names[EXACT_NAMES];

	(void)state;
	assert_int_equal(exact__names(names, EXACT_NAMES, &snap), 5);
	check_name(&names[0], "by number", 1, 1, true);
	check_name(&names[1], "multicall", 1, 1, true);
	check_name(&names[2], "set_segment_base", 1, 1, true);
	check_name(&names[3], "event_channel_op", 2, 3, false);
	check_name(&names[4], "sched_op", 0, 1, false);
	assert_int_equal(exact__names(names, 2, &snap), 2); /* no room for more */
}

/* A site that may make any hypercall and is not traced leaves a hole in all of them. */
static void none_is_whole_without_the_sites_that_make_any(void **state)
{
	struct probe_status probes[8];
	struct snapshot snap = { .probes = probes, .nr_probes = fill(probes, RUNG_OFF) };
	struct exact_name names[EXACT_NAMES];
	size_t nr = exact__names(names, EXACT_NAMES, &snap);

	(void)state;
	for (size_t i = 0; i < nr; i++)
		assert_false(names[i].complete);
}

static void nothing_without_sites(void **state)
{
	struct probe_status probes[8];
	struct snapshot snap = { .probes = probes, .nr_probes = 1 };
	struct exact_name names[EXACT_NAMES];

	(void)state;
	fill(probes, RUNG_KPROBE);
	assert_int_equal(exact__names(names, EXACT_NAMES, &snap), 0);
}

/* Sites are not among the probes that a report counts: "41 of 44 probes on". */
static void sites_are_not_probes_of_the_table(void **state)
{
	struct probe_status probes[8];
	struct snapshot snap = { .probes = probes, .nr_probes = fill(probes, RUNG_KPROBE) };
	struct ledger *ledger;

	(void)state;
	assert_int_equal(ledger__build(&ledger, &snap, NULL), 0);
	assert_int_equal(ledger->quality.probes, 1);
	assert_int_equal(ledger->quality.probes_on, 1);
	ledger__free(ledger);
}

static void said_in_the_report(void **state)
{
	struct probe_status probes[8];
	struct snapshot snap = { .probes = probes, .nr_probes = fill(probes, RUNG_KPROBE) };
	struct report report = { .snap = &snap };
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	assert_true(text__exact(&(struct text_page) { out, TEXT_WIDTH }, &report));
	fclose(out);
	assert_string_equal(text, "Exact: every multicall, set_segment_base; event_channel_op "
				  "at 2 of 3 call sites; 2 call sites\n"
				  "       without probes: xentrace-bpf check --exact\n");
	free(text);
}

static void said_in_json(void **state)
{
	struct probe_status probes[8];
	struct snapshot snap = { .probes = probes, .nr_probes = fill(probes, RUNG_KPROBE) };
	struct report report = { .snap = &snap };
	struct ledger *ledger;
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	json_t *line, *third;

	(void)state;
	assert_int_equal(ledger__build(&ledger, &snap, NULL), 0);
	report.ledger = ledger;
	assert_int_equal(output_json.total(out, &report), 0);
	fclose(out);
	line = json_loads(text, 0, NULL);
	third = json_array_get(json_object_get(line, "exact"), 3);
	assert_string_equal(json_string_value(json_object_get(third, "hypercall")),
			    "event_channel_op");
	assert_int_equal(json_integer_value(json_object_get(third, "sites")), 3);
	assert_int_equal(json_integer_value(json_object_get(third, "attached")), 2);
	assert_true(json_is_false(json_object_get(third, "complete")));
	json_decref(line);
	free(text);
	ledger__free(ledger);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_and_how_whole_they_are),
		cmocka_unit_test(none_is_whole_without_the_sites_that_make_any),
		cmocka_unit_test(nothing_without_sites),
		cmocka_unit_test(sites_are_not_probes_of_the_table),
		cmocka_unit_test(said_in_the_report),
		cmocka_unit_test(said_in_json),
	};

	return cmocka_run_group_tests_name("exact", tests, NULL, NULL);
}

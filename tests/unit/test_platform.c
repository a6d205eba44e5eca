// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Saved guests of every row of the spectrum (tests/fixtures/platform): what is said of them, to
 * the byte, and the few facts that no update of the golden files may change.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <jansson.h>

#include "golden.h"
#include "output/detect.h"
#include "platform/platform.h"
#include "schema.h"
#include "trees.h"

#define FIXTURES "tests/fixtures/platform/"

static const struct expected {
	const char *row, *mode;
	enum boot boot;
	const char *disks; /* "vda P, …" */
	const char *nics;
	const char *active; /* features */
	enum letter interrupts, timers;
	bool steal;
} rows[] = {
	{ "kvm", "kvm", BOOT_KVM, "vda P", "eth0 P", "PV disk, PV network, PV IPIs", LETTER_UNKNOWN,
	  LETTER_VS, true },
	{ "pv", "pv", BOOT_PV, "xvdk P, xvdl P, xvdm P, xvdn P, xvdo P", "eth0 P",
	  "PV disk, PV network, PV timers, PV clock, PV IPIs", LETTER_P, LETTER_P, true },
	{ "pv-vf", "pv", BOOT_PV, "xvdk P, xvdl P, xvdm P, xvdn P, xvdo P", "eth0 P, eth1 VH",
	  "PV disk, PV network, PV timers, PV clock, PV IPIs, SR-IOV", LETTER_P, LETTER_P, true },
	{ "pvh", "pvh", BOOT_PVH, "xvdk P, xvdl P, xvdm P, xvdn P, xvdo P", "eth0 P",
	  "PV disk, PV network, callback vector, PV timers, PV clock, PV IPIs, PV spinlocks, HAP",
	  LETTER_P, LETTER_P, true },
	{ "pvhvm", "pvhvm", BOOT_HVM,
	  "sda VS, sdb VS, sdc VS, xvda P, xvdb P, xvdc P, xvdk P, xvdl P, xvdm P, xvdn P, xvdo P",
	  "eth0 P", "PV disk, PV network, callback vector, PV timers, PV clock, PV IPIs, HAP",
	  LETTER_P, LETTER_P, true },
	{ "mixed", "pvhvm", BOOT_HVM,
	  "sda VS, sdb VS, sdc VS, xvda P, xvdb P, xvdc P, xvdk P, xvdl P, xvdm P, xvdn P, xvdo P",
	  "eth0 P, eth1 VS",
	  "PV disk, PV network, callback vector, PV timers, PV clock, PV IPIs, HAP", LETTER_P,
	  LETTER_P, true },
	{ "hvm-pv", "hvm-pv", BOOT_HVM,
	  "sda VS, sdb VS, sdc VS, xvda P, xvdb P, xvdc P, xvdk P, xvdl P, xvdm P, xvdn P, xvdo P",
	  "eth0 P", "PV disk, PV network, HAP", LETTER_VS, LETTER_VS, false },
	{ "hvm", "hvm", BOOT_HVM, "sda VS, sdb VS, sdc VS, sdd VS, sde VS, sdf VS", "eth0 VS",
	  "HAP", LETTER_VS, LETTER_VS, false },
	{ "dom0", "dom0", BOOT_DOM0, "vda P, vdb P, vdc P", "",
	  "PV disk, PV timers, PV clock, PV IPIs, PV spinlocks", LETTER_P, LETTER_P, true },
	/* Put together by hand: tests/fixtures/README.md */
	{ "nitro", "nitro", BOOT_KVM, "nvme0n1 VH, nvme1n1 VH", "ens5 VH", "SR-IOV", LETTER_UNKNOWN,
	  LETTER_VS, true },
	{ "xen-ena", "pvhvm", BOOT_HVM, "nvme0n1 VH, xvda P", "ens3 VH",
	  "PV disk, callback vector, PV timers, PV clock, PV IPIs, PV spinlocks, HAP, SR-IOV, "
	  "unplug",
	  LETTER_P, LETTER_P, true },
	{ "sriov", "unknown", BOOT_UNKNOWN, "vda P, vdb P, vdc P, vdd P, vde P", "eth0 VS, eth1 VH",
	  "PV disk, SR-IOV", LETTER_UNKNOWN, LETTER_UNKNOWN, false },
	{ "nvme", "unknown", BOOT_UNKNOWN, "nvme0n1 VS, vda P, vdb P, vdc P, vdd P, vde P",
	  "eth0 P", "PV disk, PV network", LETTER_UNKNOWN, LETTER_UNKNOWN, false },
	{ "nvme-multipath", "unknown", BOOT_UNKNOWN,
	  "nvme0n1 VS, vda P, vdb P, vdc P, vdd P, vde P", "eth0 P", "PV disk, PV network",
	  LETTER_UNKNOWN, LETTER_UNKNOWN, false },
	{ "cd-drive", "pvhvm", BOOT_HVM, "sr0 VS, xvda P", "",
	  "PV disk, callback vector, PV timers, PV clock, PV IPIs, HAP, unplug", LETTER_P, LETTER_P,
	  true },
	{ "no-driver", "pvhvm", BOOT_HVM, "sda VS", "eth0 VS",
	  "callback vector, PV timers, PV clock, PV IPIs, HAP", LETTER_P, LETTER_P, true },
	{ "pv-with-pci", "pv", BOOT_PV, "xvda P", "ens0 H", "PV disk, PV timers, PV clock, PV IPIs",
	  LETTER_P, LETTER_P, true },
	{ "virtual-functions", "pvhvm", BOOT_HVM, "xvda P", "ens8 VH, ens9 VH",
	  "PV disk, callback vector, PV timers, PV clock, PV IPIs, HAP, SR-IOV, unplug", LETTER_P,
	  LETTER_P, true },
};

static struct platform *row__read(const struct expected *row)
{
	struct platform *p;
	char root[128];

	snprintf(root, sizeof(root), FIXTURES "%s", row->row);
	assert_int_equal(platform__read(&p, root), 0);
	return p;
}

static void append(char buf[512], const char *fmt, ...)
{
	size_t len = strlen(buf);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(buf + len, 512 - len, fmt, ap);
	va_end(ap);
}

static const struct cell *facility(const struct platform *p, enum area area)
{
	for (size_t i = 0; i < p->nr_cells; i++)
		if (p->cells[i].area == area && !p->cells[i].what[0])
			return &p->cells[i];
	fail_msg("no cell of %s", area__name(area));
	return NULL;
}

/* What code asks, and what people read, are one answer. */
static void texts_are_those_of_what_they_say(const struct platform *p)
{
	for (size_t i = 0; i < p->nr_features; i++) {
		const struct feature *feature = &p->features[i];
		bool is_named = !strncmp(feature->why, "argument ", 9) && feature->id != UNPLUG;

		assert_string_equal(feature->name, feature__name(feature->id));
		if (feature->cause || is_named)
			assert_string_equal(feature->why, cause__text(feature->cause));
	}
	for (size_t i = 0; i < p->nr_disks; i++)
		if (p->disks[i].front || !strcmp(p->disks[i].driver, "blkfront"))
			assert_string_equal(p->disks[i].driver, front__name(p->disks[i].front));
	for (size_t i = 0; i < p->nr_nics; i++)
		if (p->nics[i].front || !strcmp(p->nics[i].driver, "netfront"))
			assert_string_equal(p->nics[i].driver, front__name(p->nics[i].front));
	for (size_t i = 0; i < p->nr_irqs; i++)
		assert_int_equal(p->irqs[i].user, !strcmp(p->irqs[i].kind, "user"));
}

static void rows_are_told_apart(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct platform *p = row__read(&rows[i]);
		char disks[512] = "", nics[512] = "", active[512] = "";

		for (size_t k = 0; k < p->nr_disks; k++)
			append(disks, "%s%s %s", k ? ", " : "", p->disks[k].name,
			       letter__name(p->disks[k].letter));
		for (size_t k = 0; k < p->nr_nics; k++)
			append(nics, "%s%s %s", k ? ", " : "", p->nics[k].name,
			       letter__name(p->nics[k].letter));
		for (size_t k = 0; k < p->nr_features; k++)
			if (p->features[k].state == FEATURE_ACTIVE)
				append(active, "%s%s", active[0] ? ", " : "", p->features[k].name);
		print_message("%s\n", rows[i].row);
		assert_string_equal(p->mode, rows[i].mode);
		texts_are_those_of_what_they_say(p);
		assert_int_equal(p->boot, rows[i].boot);
		assert_string_equal(disks, rows[i].disks);
		assert_string_equal(nics, rows[i].nics);
		assert_string_equal(active, rows[i].active);
		assert_int_equal(facility(p, AREA_INTERRUPT)->letter, rows[i].interrupts);
		assert_int_equal(facility(p, AREA_TIMER)->letter, rows[i].timers);
		assert_int_equal(p->steal_measured, rows[i].steal);
		platform__free(p);
	}
}

static char *json_text(const struct platform *p)
{
	char *line = NULL, *text;
	size_t size = 0;
	FILE *out = open_memstream(&line, &size);
	json_t *json;

	assert_int_equal(detect__json(out, p, NULL, 0), 0);
	fclose(out);
	json = json_loads(line, 0, NULL);
	assert_true(schema__follows(json));
	json_object_del(json, "schema");
	json_object_del(json, "type");
	text = json_dumps(json, JSON_INDENT(1) | JSON_PRESERVE_ORDER);
	assert_non_null(text);
	json_decref(json);
	free(line);
	return text;
}

static void rows_are_shown_as_before(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct platform *p = row__read(&rows[i]);
		char *text = NULL, *json = json_text(p), name[64];
		size_t size = 0;
		FILE *out = open_memstream(&text, &size);

		assert_int_equal(detect__text(out, 0, p, NULL, 0), 0);
		fclose(out);
		snprintf(name, sizeof(name), "detect-%s.txt", rows[i].row);
		golden__check(name, text);
		snprintf(name, sizeof(name), "detect-%s.json", rows[i].row);
		golden__check(name, json);
		free(text);
		free(json);
		platform__free(p);
	}
}

static void saved_rows_give_the_same_answer(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char root[128], *copy = tree__new(), *before, *after;
		struct platform *p;

		snprintf(root, sizeof(root), FIXTURES "%s", rows[i].row);
		assert_int_equal(platform__save(&p, root, copy), 0);
		before = json_text(p);
		platform__free(p);
		assert_int_equal(platform__read(&p, copy), 0);
		after = json_text(p);
		platform__free(p);
		assert_string_equal(before, after);
		free(before);
		free(after);
		tree__remove(copy);
	}
}

/* Links to each other between actions and devices: no number out of range, no empty owner. */
static void every_interrupt_has_an_owner(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct platform *p = row__read(&rows[i]);

		assert_true(p->nr_irqs > 0);
		for (size_t k = 0; k < p->nr_irqs; k++) {
			assert_string_not_equal(p->irqs[k].device, "");
			assert_string_not_equal(p->irqs[k].kind, "");
			if (p->irqs[k].evtchn && strcmp(p->irqs[k].kind, "pirq"))
				assert_int_equal(p->irqs[k].letter, LETTER_P);
			assert_int_equal(p->irqs[k].evtchn, strcmp(p->irqs[k].kind, "irq") != 0);
			/* "timer0": what stands before the vCPU's number */
			assert_int_equal(p->irqs[k].stem,
					 strcmp(p->irqs[k].chip, "xen-percpu")
						 ? 0
						 : strcspn(p->irqs[k].device, "0123456789"));
		}
		platform__free(p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_told_apart),
		cmocka_unit_test(rows_are_shown_as_before),
		cmocka_unit_test(saved_rows_give_the_same_answer),
		cmocka_unit_test(every_interrupt_has_an_owner),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

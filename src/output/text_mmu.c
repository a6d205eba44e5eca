// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * A PV guest's page tables, by what was asked for, and the multicalls by what is in them.
 *
 *	PAGE TABLES  each change is made by Xen; a multicall's time is with the hypercalls
 *	 page tables: set_pte single 3,201 | set_pte batched 12,034 | set_pmd 403
 *	 multicall sizes: 1 9,201 (90 %) | 2 512 (5 %) | 3-4 511 (5 %)
 */
#include "output/text_parts.h"

#include <string.h>

#include "model/units.h"
#include "output/escape.h"

static bool is_count(const struct path *path)
{
	return path->key.kind == KIND_CPU && path->key.area == AREA_MEMORY &&
	       path->key.roles & PATH_COUNT;
}

static bool is_first(const struct snapshot *snap, size_t i)
{
	for (size_t n = 0; n < i; n++)
		if (is_count(&snap->paths[n]) &&
		    !strcmp(snap->paths[n].key.device, snap->paths[i].key.device))
			return false;
	return true;
}

static uint64_t sum(const struct snapshot *snap, const char *device)
{
	uint64_t count = 0;

	for (size_t i = 0; i < snap->nr_paths; i++)
		if (is_count(&snap->paths[i]) && !strcmp(snap->paths[i].key.device, device))
			count += hist__count(&snap->paths[i].hist);
	return count;
}

/* All that is counted under one name, in the order of the table that names it. */
static void print_counts(FILE *out, const struct report *report, const char *device)
{
	const struct snapshot *snap = report->snap;
	uint64_t all = sum(snap, device);
	char line[2048], name[48], n[UNITS_LEN], share[16];
	const char *between = ":";
	size_t used;

	escape__ascii(name, sizeof(name), device);
	used = snprintf(line, sizeof(line), "%s", name);
	for (size_t i = 0; i < snap->nr_paths && used < sizeof(line); i++) {
		const struct path *path = &snap->paths[i];
		uint64_t count = hist__count(&path->hist);

		if (!is_count(path) || strcmp(path->key.device, device))
			continue;
		escape__ascii(name, sizeof(name), path->key.op);
		snprintf(share, sizeof(share), " (%.0f %%)", 100 * ledger__share(count, all));
		used += snprintf(line + used, sizeof(line) - used, "%s %s %s%s", between, name,
				 units__count(n, count),
				 path->key.roles & PATH_SHARES ? share : "");
		between = " |";
	}
	fputc(' ', out);
	text__wrap(out, text__width(report), 1, 3, line);
}

void text__page_tables(FILE *out, const struct report *report)
{
	const struct snapshot *snap = report->snap;
	bool any = false;

	for (size_t i = 0; i < snap->nr_paths; i++) {
		if (!is_count(&snap->paths[i]) || !is_first(snap, i))
			continue;
		if (!any)
			fputs("PAGE TABLES  Xen makes each change; a multicall's time is among the "
			      "hypercalls\n",
			      out);
		any = true;
		print_counts(out, report, snap->paths[i].key.device);
	}
	if (any)
		fputc('\n', out);
}

/* Where no probe of the family has any use: it was asked for, and there is nothing. */
void text__no_page_tables(FILE *out, const struct report *report)
{
	const struct snapshot *snap = report->snap;
	bool known = false;

	for (size_t i = 0; i < snap->nr_probes; i++) {
		if (strcmp(snap->probes[i].family, "mmu"))
			continue;
		if (snap->probes[i].applicable || !snap->probes[i].hardware_does)
			return;
		known = true;
	}
	if (known)
		fputs("Page tables: nothing to see here, the hardware does it\n", out);
}

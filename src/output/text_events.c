// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Event channels by kind, device and vCPU (-C).
 *
 *	EVENTS                     channels     events  by vCPU
 *	 vbd    xvdb                      2     98,112  0: 98 %  2: 2 %
 */
#include "output/text_parts.h"

#include <string.h>

#include "model/units.h"
#include "output/escape.h"

#define NAME_WIDTH  26
#define VCPUS_SHOWN 4

/* The busiest few, largest first. */
static void list_vcpus(char *buf, size_t size, const struct event_row *row, unsigned int cpus)
{
	uint64_t below = UINT64_MAX;
	unsigned int after = 0;
	size_t used = 0;

	buf[0] = '\0';
	for (int i = 0; i < VCPUS_SHOWN && used < size; i++) {
		unsigned int best = cpus;

		for (unsigned int cpu = 0; cpu < cpus; cpu++) {
			uint64_t n = row->by_cpu[cpu];

			/* behind the last one shown, in the order of counts, then of numbers */
			if (!n || n > below || (n == below && cpu < after))
				continue;
			if (best == cpus || n > row->by_cpu[best])
				best = cpu;
		}
		if (best == cpus)
			return;
		below = row->by_cpu[best];
		after = best + 1;
		used += snprintf(buf + used, size - used, "%s%u: %.0f %%", i ? "  " : "", best,
				 100 * ledger__share(row->by_cpu[best], row->count));
	}
	if (used < size)
		snprintf(buf + used, size - used, "  ..");
}

void text__events(FILE *out, const struct report *report)
{
	const struct event_rows *events = &report->ledger->events;
	char name[80], device[48], count[UNITS_LEN], vcpus[128];

	if (!report->per_vcpu || !events->nr)
		return;
	fprintf(out, "%-*s%9s%11s  %s\n", NAME_WIDTH, "EVENTS", "channels", "events", "by vCPU");
	for (size_t i = 0; i < events->nr; i++) {
		const struct event_row *row = &events->rows[i];

		escape__ascii(device, sizeof(device), row->device);
		snprintf(name, sizeof(name), " %-6.6s %s", row->kind, device);
		list_vcpus(vcpus, sizeof(vcpus), row, events->cpus);
		fprintf(out, "%-*.*s%9zu%11s  %.*s\n", NAME_WIDTH, NAME_WIDTH, name, row->channels,
			units__count(count, row->count), TEXT_WIDTH - NAME_WIDTH - 22, vcpus);
	}
	fputc('\n', out);
}

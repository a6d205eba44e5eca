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

/* The busiest few, largest first; with one more than are shown it is known that there are others. */
static void list_vcpus(char *buf, size_t size, const struct event_row *row, unsigned int cpus)
{
	unsigned int busiest[VCPUS_SHOWN + 1];
	size_t nr = event_row__busiest(row, cpus, busiest, VCPUS_SHOWN + 1), used = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < nr && i < VCPUS_SHOWN && used < size; i++)
		used += snprintf(buf + used, size - used, "%s%u: %.0f %%", i ? "  " : "",
				 busiest[i],
				 100 * ledger__share(row->by_cpu[busiest[i]], row->count));
	if (nr > VCPUS_SHOWN && used < size)
		snprintf(buf + used, size - used, "  ..");
}

void text__events(FILE *out, const struct report *report)
{
	const struct event_rows *events = &report->ledger->events;
	char name[80], device[48], kind[16], count[UNITS_LEN], vcpus[128];

	if (!report->per_vcpu || !events->nr)
		return;
	fprintf(out, "%-*s%9s%11s  %s\n", NAME_WIDTH, "EVENTS", "channels", "events", "by vCPU");
	for (size_t i = 0; i < events->nr; i++) {
		const struct event_row *row = &events->rows[i];

		escape__ascii(device, sizeof(device), row->device);
		escape__ascii(kind, sizeof(kind), row->kind);
		snprintf(name, sizeof(name), " %-6.6s %s", kind, device);
		list_vcpus(vcpus, sizeof(vcpus), row, events->cpus);
		fprintf(out, "%-*.*s%9zu%11s  %.*s\n", NAME_WIDTH, NAME_WIDTH, name, row->channels,
			units__count(count, row->count), TEXT_WIDTH - NAME_WIDTH - 22, vcpus);
	}
	fputc('\n', out);
}

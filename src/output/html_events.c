// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Event channels as the page shows them: the ledger's rows, and what xenbus counts for their devices. */
#include "output/html_parts.h"

/* A guest has a row for each of its devices; what is left out is said. */
#define ROWS_SHOWN  100
#define VCPUS_SHOWN 4

static json_t *busiest(const struct event_row *row, unsigned int cpus)
{
	json_t *list = json_array();
	unsigned int busy[VCPUS_SHOWN];
	size_t nr = event_row__busiest(row, cpus, busy, VCPUS_SHOWN);
	int err = 0;

	for (size_t i = 0; i < nr; i++) {
		json_t *pair = json_array();

		err |= json_array_append_new(pair, json__int(busy[i]));
		err |= json_array_append_new(pair, json__int(row->by_cpu[busy[i]]));
		err |= json_array_append_new(list, pair);
	}
	return json__done(list, err);
}

static json_t *one_row(const struct event_row *row, unsigned int cpus)
{
	json_t *obj = json_object();
	unsigned int used = 0;
	int err = 0;

	for (unsigned int cpu = 0; cpu < cpus; cpu++)
		used += row->by_cpu[cpu] > 0;
	err |= put__str(obj, "kind", row->kind);
	err |= put__str(obj, "device", row->device);
	err |= put__int(obj, "channels", row->channels);
	err |= put__int(obj, "count", row->count);
	err |= put__int(obj, "vcpus", used);
	err |= put(obj, "busiest", busiest(row, cpus));
	return json__done(obj, err);
}

json_t *html__events(const struct report *report)
{
	const struct event_rows *events = &report->ledger->events;
	size_t shown = events->nr < ROWS_SHOWN ? events->nr : ROWS_SHOWN;
	json_t *obj = json_object(), *rows = json_array(), *bus = json_array();
	int err = 0;

	for (size_t i = 0; i < shown; i++)
		err |= json_array_append_new(rows, one_row(&events->rows[i], events->cpus));
	/* those of which there is something to say */
	for (size_t i = 0; i < report->snap->nr_bus && json_array_size(bus) < ROWS_SHOWN; i++)
		if (report->snap->bus[i].spurious || report->snap->bus[i].delay_jiffies)
			err |= json_array_append_new(bus, json__bus(report, i));
	err |= put(obj, "rows", rows);
	err |= put__int(obj, "more", events->nr - shown);
	err |= put(obj, "bus", bus);
	return json__done(obj, err);
}

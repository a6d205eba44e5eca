// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The rows of the ledger, as the text report prints them: what it shows, jq finds. */
#include "output/json_parts.h"

static json_t *cpu_parts(const struct cpu_row *row)
{
	json_t *list = json_array();
	int err = 0;

	for (size_t i = 0; i < row->nr_parts; i++) {
		json_t *obj = json_object();

		err |= put__str(obj, "name", row->parts[i].name);
		err |= put__int(obj, "ns", row->parts[i].ns);
		err |= put__int(obj, "count", row->parts[i].count);
		err |= json_array_append_new(list, obj);
	}
	return json__done(list, err);
}

json_t *json__cpu_row(const struct report *report, size_t i)
{
	const struct cpu_row *row = &report->ledger->cpu.rows[i];
	json_t *obj = json_object();
	int err = 0;

	err |= put__str(obj, "mechanism", mech__name(row->mech));
	err |= put__str(obj, "area", area__name(row->area));
	err |= put__str(obj, "device", row->device);
	err |= put__int(obj, "ns", row->ns);
	err |= put__int(obj, "events", row->events);
	err |= put__int(obj, "held_ns", row->held_ns);
	err |= put__int(obj, "max_ns", row->max_ns);
	err |= put__int(obj, "devices", row->nr_devices);
	err |= put(obj, "parts", cpu_parts(row));
	err |= put__int(obj, "more", row->nr_more);
	return json__done(obj, err);
}

static json_t *wait_legs(const struct wait_row *row)
{
	json_t *list = json_array();
	int err = 0;

	for (size_t i = 0; i < row->nr_legs; i++) {
		const struct wait_leg *leg = &row->legs[i];
		json_t *obj = json_object();

		err |= put__str(obj, "name", leg->name);
		err |= put__str(obj, "mechanism", mech__name(leg->mech));
		err |= put__int(obj, "ns", leg->ns);
		err |= put__real(obj, "share_ns", leg->share_ns);
		err |= json_array_append_new(list, obj);
	}
	return json__done(list, err);
}

json_t *json__wait_row(const struct report *report, size_t i)
{
	const struct wait_row *row = &report->ledger->waits[i];
	json_t *obj = json_object();
	int err = 0;

	err |= put__str(obj, "area", area__name(row->area));
	err |= put__str(obj, "mechanism", mech__name(row->mech));
	err |= put__str(obj, "device", row->device);
	err |= put__str(obj, "op", row->op);
	err |= put__bool(obj, "measured", row->measured);
	err |= put__bool(obj, "stacked", row->stacked);
	err |= put__int(obj, "count", row->count);
	err |= put__int(obj, "waited_ns", row->waited_ns);
	err |= put__real(obj, "per_second", row->per_second);
	err |= put__real(obj, "in_flight", row->in_flight);
	err |= put__real(obj, "mean_ns", row->mean_ns);
	err |= put__int(obj, "p50_ns", row->p50_ns);
	err |= put__int(obj, "p99_ns", row->p99_ns);
	err |= put__int(obj, "p999_ns", row->p999_ns);
	err |= put__int(obj, "max_ns", row->max_ns);
	err |= put__bool(obj, "overlap_measured", row->overlap_measured);
	err |= put__int(obj, "overlap_count", row->overlap_count);
	err |= put__int(obj, "overlap_ns", row->overlap_ns);
	err |= put__int(obj, "stolen_ns", row->stolen_ns);
	err |= put__int(obj, "held_ns", row->held_ns);
	err |= put(obj, "legs", wait_legs(row));
	return json__done(obj, err);
}

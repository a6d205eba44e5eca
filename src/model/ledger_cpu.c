// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Where the vCPUs' time went: exclusive time by mechanism, area and device. */
#include "model/ledger_parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The legs or operations of one row, before the largest few are kept. */
struct parts {
	struct cpu_part *all;
	size_t nr;
};

/*
 * "timer0" … "timer63" are one timer, seen from each vCPU; "sda1" and "eth0" are devices of their
 * own. Length of the name that a row goes by.
 */
static size_t row_name_len(const struct path_key *key)
{
	size_t len = strlen(key->device);

	if (key->area != AREA_INTERRUPT && key->area != AREA_TIMER && key->area != AREA_EVTCHN)
		return len;
	while (len > 1 && key->device[len - 1] >= '0' && key->device[len - 1] <= '9')
		len--;
	return len;
}

static bool in_row(const struct path *path, const struct cpu_row *row)
{
	size_t len = row_name_len(&path->key);

	return path->key.kind == KIND_CPU && path->key.mech == row->mech &&
	       path->key.area == row->area && !strncmp(path->key.device, row->device, len) &&
	       !row->device[len];
}

/* There is room for as many parts as the snapshot has paths. */
static void parts__add(struct parts *parts, const char name[40], uint64_t ns, uint64_t count)
{
	struct cpu_part *part;
	size_t i;

	for (i = 0; i < parts->nr; i++)
		if (!strcmp(parts->all[i].name, name))
			break;
	part = &parts->all[i];
	if (i == parts->nr) {
		memset(part, 0, sizeof(*part));
		memcpy(part->name, name, sizeof(part->name));
		parts->nr++;
	}
	part->ns += ns;
	part->count += count;
}

static void parts__collect(struct parts *parts, const struct snapshot *snap,
			   const struct path_sum *sums, size_t row, bool by_leg)
{
	parts->nr = 0;
	for (size_t i = 0; i < snap->nr_paths; i++) {
		const struct path *path = &snap->paths[i];

		if (path->key.kind == KIND_CPU && sums[i].row == row)
			parts__add(parts, by_leg ? path->key.leg : path->key.op, sums[i].ns,
				   sums[i].count);
	}
}

static int by_part_ns(const void *a, const void *b)
{
	const struct cpu_part *x = a, *y = b;

	if (x->ns != y->ns)
		return x->ns < y->ns ? 1 : -1;
	if (x->count != y->count)
		return x->count < y->count ? 1 : -1;
	return strcmp(x->name, y->name);
}

/*
 * A request passes submit and handler: counting both would count it twice, so a row's events are
 * those of its busiest leg. Legs of a hypercall are its wrappers, of which each call passes one.
 * Several vCPUs' interrupts have one leg, and are summed by it.
 */
static void count_events(struct cpu_row *row, const struct parts *legs)
{
	for (size_t i = 0; i < legs->nr; i++) {
		uint64_t count = legs->all[i].count;

		if (row->area == AREA_HYPERCALL)
			row->events += count;
		else if (count > row->events)
			row->events = count;
	}
}

/* Hypercalls are told apart by name; everything else by leg, or by operation with one leg only. */
static void fill_row(struct cpu_account *cpu, size_t nr, const struct snapshot *snap,
		     const struct path_sum *sums, struct parts *parts)
{
	struct cpu_row *row = &cpu->rows[nr];

	parts__collect(parts, snap, sums, nr, true);
	count_events(row, parts);
	if (row->area == AREA_HYPERCALL || parts->nr < 2)
		parts__collect(parts, snap, sums, nr, false);

	qsort(parts->all, parts->nr, sizeof(*parts->all), by_part_ns);
	/* One part is the row itself, and its name is of use only where there is no device's. */
	if (row->nr_devices > 1 || (parts->nr == 1 && (*row->device || !*parts->all[0].name)))
		return;
	for (size_t i = 0; i < parts->nr; i++) {
		if (i == LEDGER_PARTS) {
			row->nr_more = parts->nr - i;
			break;
		}
		row->parts[row->nr_parts++] = parts->all[i];
	}
}

/* From the last one on backwards: the paths of a row come one after the other, nearly. */
static size_t row_of(struct cpu_account *cpu, const struct path *path)
{
	struct cpu_row *row;

	for (size_t i = cpu->nr_rows; i-- > 0;)
		if (in_row(path, &cpu->rows[i]))
			return i;
	row = &cpu->rows[cpu->nr_rows];
	row->mech = path->key.mech;
	row->area = path->key.area;
	memcpy(row->device, path->key.device, row_name_len(&path->key));
	return cpu->nr_rows++;
}

bool cpu_row__is_count(const struct cpu_row *row)
{
	return row->events && !row->ns;
}

/* Is the i-th path the row's first of its device? */
static bool is_new_device(const struct snapshot *snap, const struct path_sum *sums, size_t i)
{
	for (size_t n = 0; n < i; n++)
		if (snap->paths[n].key.kind == KIND_CPU && sums[n].row == sums[i].row &&
		    !strcmp(snap->paths[n].key.device, snap->paths[i].key.device))
			return false;
	return true;
}

static int by_mech_and_ns(const void *a, const void *b)
{
	const struct cpu_row *x = a, *y = b;

	if (x->mech != y->mech)
		return x->mech < y->mech ? -1 : 1;
	if (x->ns != y->ns)
		return x->ns < y->ns ? 1 : -1;
	if (x->area != y->area)
		return x->area < y->area ? -1 : 1;
	return strcmp(x->device, y->device);
}

/* The columns that no path measures: stolen, held off outside paths, and the rest. */
static void close_columns(struct cpu_account *cpu, const struct cpu_time *time)
{
	uint64_t known;

	if (time->steal_measured)
		cpu->mech_ns[MECH_STOLEN] += time->stolen_ns;
	if (time->offline_ns > cpu->held_ns)
		cpu->held_off_ns = time->offline_ns - cpu->held_ns;
	cpu->mech_ns[MECH_UNATTRIBUTED] += cpu->held_off_ns;

	known = cpu->idle_ns;
	for (int mech = 0; mech < MECH_NR; mech++)
		known += cpu->mech_ns[mech];
	if (known < cpu->total_ns)
		cpu->guest_rest_ns = cpu->total_ns - known;
	else
		cpu->excess_ns = known - cpu->total_ns;
	cpu->mech_ns[MECH_GUEST] += cpu->guest_rest_ns;
}

int ledger__build_cpu(struct cpu_account *cpu, const struct snapshot *snap, struct path_sum *sums)
{
	size_t room = snap->nr_paths ? snap->nr_paths : 1;
	struct parts parts = {};
	int err = -ENOMEM;

	cpu->total_ns = snap->cpu.total_ns;
	cpu->idle_ns = snap->cpu.idle_ns;
	cpu->rows = calloc(room, sizeof(*cpu->rows));
	parts.all = calloc(room, sizeof(*parts.all));
	if (!cpu->rows || !parts.all)
		goto out;

	for (size_t i = 0; i < snap->nr_paths; i++) {
		const struct path *path = &snap->paths[i];
		struct cpu_row *row;

		if (path->key.kind != KIND_CPU)
			continue;
		sums[i].row = row_of(cpu, path);
		row = &cpu->rows[sums[i].row];
		row->ns += sums[i].ns;
		row->nr_devices += is_new_device(snap, sums, i);
		row->held_ns += path->hist.held;
		if (path->hist.max > row->max_ns)
			row->max_ns = path->hist.max;
		cpu->mech_ns[path->key.mech] += sums[i].ns;
		if (path->key.mech == MECH_EMULATED)
			cpu->held_ns += path->hist.held;
	}
	for (size_t i = 0; i < cpu->nr_rows; i++)
		fill_row(cpu, i, snap, sums, &parts);
	qsort(cpu->rows, cpu->nr_rows, sizeof(*cpu->rows), by_mech_and_ns);
	close_columns(cpu, &snap->cpu);
	err = 0;
out:
	free(parts.all);
	return err;
}

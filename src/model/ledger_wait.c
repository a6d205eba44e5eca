// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What requests waited for: one row for each device and operation, in legs. */
#include "model/ledger_parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool in_row(const struct path *path, const struct wait_row *row)
{
	return path->key.kind == KIND_WAIT && path->key.area == row->area &&
	       !strcmp(path->key.device, row->device) && !strcmp(path->key.op, row->op);
}

static bool is_stacked(const struct platform *platform, const struct wait_row *row)
{
	if (!platform || row->area != AREA_DISK)
		return false;
	for (size_t i = 0; i < platform->nr_disks; i++)
		if (!strcmp(platform->disks[i].name, row->device))
			return platform->disks[i].stacked;
	return false;
}

/* From the last one on backwards: a row's paths come one after the other, nearly. */
static struct wait_row *row_of(struct ledger *ledger, const struct path *path)
{
	struct wait_row *row;

	for (size_t i = ledger->nr_waits; i-- > 0;)
		if (in_row(path, &ledger->waits[i]))
			return &ledger->waits[i];
	row = &ledger->waits[ledger->nr_waits++];
	row->area = path->key.area;
	row->mech = path->key.mech;
	memcpy(row->device, path->key.device, sizeof(row->device));
	memcpy(row->op, path->key.op, sizeof(row->op));
	row->roles = path->key.roles & (PATH_SENT | PATH_POLL);
	return row;
}

/* Insertion keeps the order of time; what finds no room is merged into the last leg. */
static void add_leg(struct wait_row *row, const struct path *path, const struct path_sum *sum)
{
	size_t at = row->nr_legs;
	struct wait_leg *leg;

	while (at && row->legs[at - 1].order > path->key.order)
		at--;
	if (row->nr_legs == LEDGER_LEGS) {
		leg = &row->legs[LEDGER_LEGS - 1];
	} else {
		leg = &row->legs[at];
		memmove(leg + 1, leg, (row->nr_legs - at) * sizeof(*leg));
		memset(leg, 0, sizeof(*leg));
		memcpy(leg->name, path->key.leg, sizeof(leg->name));
		leg->mech = path->key.mech;
		leg->order = path->key.order;
		row->nr_legs++;
	}
	leg->ns += sum->ns;
	leg->count += sum->count;
}

static void add_total(struct wait_row *row, const struct path *path, const struct path_sum *sum)
{
	const struct hist *h = &path->hist;

	row->measured = true;
	row->mech = path->key.mech;
	row->hist = h;
	row->count = sum->count;
	row->waited_ns = sum->ns;
	row->p50_ns = hist__quantile(h, .5);
	row->p99_ns = hist__quantile(h, .99);
	row->p999_ns = hist__quantile(h, .999);
	row->max_ns = h->max;
	row->overlap_count = h->known;
	row->overlap_ns = h->known_ns;
	row->stolen_ns = h->stolen;
	row->held_ns = h->held;
}

/* Without the whole: the legs' sum, and the mechanism of the device's own leg. */
static void sum_legs(struct wait_row *row)
{
	for (size_t i = 0; i < row->nr_legs; i++) {
		const struct wait_leg *leg = &row->legs[i];

		row->waited_ns += leg->ns;
		if (leg->count > row->count)
			row->count = leg->count;
		if (leg->mech != MECH_GUEST)
			row->mech = leg->mech;
	}
}

static void close_row(struct wait_row *row, uint64_t elapsed_ns)
{
	if (!row->measured)
		sum_legs(row);
	if (row->count)
		row->mean_ns = (double)row->waited_ns / row->count;
	if (elapsed_ns) {
		row->per_second = row->count * 1e9 / elapsed_ns;
		row->in_flight = (double)row->waited_ns / elapsed_ns;
	}
	row->outside_ns = row->nr_legs ? row->waited_ns : 0;
	for (size_t i = 0; i < row->nr_legs; i++) {
		row->outside_ns -= row->legs[i].ns;
		if (row->count)
			row->legs[i].share_ns = (double)row->legs[i].ns / row->count;
	}
}

/*
 * Requests first, since somebody waits for them, which is not known of a timer's expiry; last what is
 * stacked, since it waits for the others.
 */
static int rank(const struct wait_row *row)
{
	return row->stacked ? 2 : row->area == AREA_TIMER;
}

static int by_waited(const void *a, const void *b)
{
	const struct wait_row *x = a, *y = b;
	int order;

	if (rank(x) != rank(y))
		return rank(x) - rank(y);
	if (x->waited_ns != y->waited_ns)
		return x->waited_ns < y->waited_ns ? 1 : -1;
	order = strcmp(x->device, y->device);
	return order ? order : strcmp(x->op, y->op);
}

int ledger__build_waits(struct ledger *ledger, const struct snapshot *snap,
			const struct platform *platform, const struct path_sum *sums)
{
	ledger->waits = calloc(snap->nr_paths ? snap->nr_paths : 1, sizeof(*ledger->waits));
	if (!ledger->waits)
		return -ENOMEM;

	for (size_t i = 0; i < snap->nr_paths; i++) {
		const struct path *path = &snap->paths[i];

		if (path->key.kind != KIND_WAIT)
			continue;
		if (path__is_total(path))
			add_total(row_of(ledger, path), path, &sums[i]);
		else
			add_leg(row_of(ledger, path), path, &sums[i]);
	}
	for (size_t i = 0; i < ledger->nr_waits; i++) {
		ledger->waits[i].stacked = is_stacked(platform, &ledger->waits[i]);
		/* the vCPU's runstate is noted when a disk's request starts, not a timer or a packet */
		ledger->waits[i].overlap_measured = snap->cpu.has_runstate &&
						    ledger->waits[i].area == AREA_DISK;
		close_row(&ledger->waits[i], ledger->elapsed_ns);
	}
	qsort(ledger->waits, ledger->nr_waits, sizeof(*ledger->waits), by_waited);
	return 0;
}

bool path__is_total(const struct path *path)
{
	return path_key__is_whole(&path->key);
}

bool ledger__adds_up(const struct ledger *ledger, const struct path *path)
{
	if (path->key.kind != KIND_WAIT)
		return true;
	for (size_t i = 0; i < ledger->nr_waits; i++) {
		const struct wait_row *row = &ledger->waits[i];

		if (in_row(path, row))
			return !row->stacked && (!path__is_total(path) || !row->nr_legs);
	}
	return false;
}

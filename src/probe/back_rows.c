// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "probe/back_rows.h"

#include <stdlib.h>

#include "base/log.h"

/* Slots for guests that come while tracing. */
#define SLOTS_SPARE 16

void back_rows__number(struct back_rows *rows, struct layout *layout)
{
	const uint32_t most = layout__rows_possible(layout, rows->nr_paths, BACK_SLOTS_MOST);
	struct back *found;
	size_t nr = 0;

	rows->layout = layout;
	rows->nr_slots = rows->nr_given = 1;
	rows->possible = backs__possible(rows->kind, "/");
	if (!rows->possible)
		return;
	if (backs__read(rows->kind, &found, &nr, "/"))
		vlog("the devices of %s cannot be read", rows->kind->driver);
	else
		free(found);
	rows->nr_slots = 1 + nr + SLOTS_SPARE;
	if (rows->nr_slots > most)
		rows->nr_slots = most;
	rows->first_path = layout__paths(layout, rows->nr_slots * rows->nr_paths);
}

static void name_slot(const struct back_rows *rows, uint32_t slot, const char *device)
{
	rows->name(rows->layout, rows->first_path + slot * rows->nr_paths, device);
}

/* The place of this key in the table, or the empty one that it may have; NULL: there is none. */
static struct xt_back *place_of(const struct back_rows *rows, uint32_t key)
{
	for (uint32_t i = 0; i < XT_BACK_PROBES; i++) {
		struct xt_back *back =
			&rows->table[(xt_back_hash(key) + i) & ((1u << XT_BACK_BITS) - 1)];

		if (!back->key || back->key == key)
			return back;
	}
	return NULL;
}

/* A slot for this device, if it is new and there is one left. */
static void place_one(struct back_rows *rows, const struct back *device)
{
	const uint32_t key = xt_back_key(device->domain, device->device);
	struct xt_back *back = place_of(rows, key);

	if (!back)
		return;
	if (back->key) {
		/* xvda and the 202nd disk, as the driver numbers them: nothing tells their requests apart */
		if (back->slot && rows->number_of[back->slot] != device->device) {
			vlog("%s: the driver does not tell it from another one", device->name);
			__atomic_store_n(&back->slot, 0, __ATOMIC_RELAXED);
		}
		return;
	}
	if (rows->nr_given == rows->nr_slots)
		return;
	name_slot(rows, rows->nr_given, device->name);
	rows->number_of[rows->nr_given] = device->device;
	back->slot = rows->nr_given++;
	__atomic_store_n(&back->key, key, __ATOMIC_RELEASE);
}

void back_rows__tick(struct back_rows *rows)
{
	struct back *found;
	size_t nr;

	if (!rows->possible || !rows->table || backs__read(rows->kind, &found, &nr, "/"))
		return;
	for (size_t i = 0; i < nr; i++)
		place_one(rows, &found[i]);
	free(found);
}

void back_rows__place(struct back_rows *rows, struct layout *layout)
{
	rows->table = layout__map(layout, rows->map, sizeof(*rows->table),
				  rows->possible ? 1u << XT_BACK_BITS : 1);
	if (!rows->possible)
		return;
	name_slot(rows, 0, rows->rest);
	back_rows__tick(rows);
}

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Guests' disks, where this domain serves them: each has a slot, with paths of its own. Guests come and go
 * while tracing, so there are spare slots, and once a second the table is made to know new disks.
 */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "platform/backs.h"
#include "probe/family.h"
#include "blkback.skel.h"

/* Slots for guests that come while tracing. */
#define SLOTS_SPARE 16
#define SLOTS_MOST  256

#define REST_NAME "guests' disks" /* those that have no slot of their own */

static struct xt_blkback_config config;
static bool possible;			   /* there is xen-blkback */
static struct xt_back *table;		   /* that of the programs */
static uint32_t nr_slots;		   /* that there is room for, with slot 0 */
static uint32_t nr_given;		   /* that disks have, with slot 0 */
static unsigned int number_of[SLOTS_MOST]; /* of a slot's disk, whole: the key has 16 bits of it */
static const struct layout *of;		   /* whose paths are named */

#define NAME(id, name, ...) [id] = name,

static const char *const op_names[] = { XT_BACK_OPS(NAME) };
static const char *const count_names[] = { XT_BACK_COUNTS(NAME) };

static const struct leg {
	const char *name;
	unsigned int order;
	enum mech mech;
	unsigned int roles;
} legs[] = {
#define LEG(id, name_, order_, mech_, ...) \
	[id] = { .name = name_, .order = order_, .mech = mech_, __VA_ARGS__ },
	XT_BACK_LEGS(LEG)
};

static int number(struct layout *layout)
{
	struct back_disk *disks;
	const uint32_t most = layout__rows_possible(layout, XT_BACK_PATHS, SLOTS_MOST);
	size_t nr = 0;

	of = layout;
	nr_slots = nr_given = 1;
	possible = back_disks__possible("/");
	if (!possible)
		return 0;
	if (back_disks__read(&disks, &nr, "/"))
		vlog("the devices of xen-blkback cannot be read");
	else
		free(disks);
	nr_slots = 1 + nr + SLOTS_SPARE;
	if (nr_slots > most)
		nr_slots = most;
	config.first_path = layout__paths(layout, nr_slots * XT_BACK_PATHS);
	return 0;
}

static void name_slot(uint32_t slot, const char *name)
{
	uint32_t path = config.first_path + slot * XT_BACK_PATHS;

	for (unsigned int op = 0; op < XT_BACK_OP_NR; op++) {
		for (unsigned int i = 0; i < XT_BACK_LEG_NR; i++) {
			struct path_key *key = layout__name(of, path++, KIND_WAIT, AREA_BACK_END,
							    legs[i].mech, name, op_names[op],
							    legs[i].name);

			key->roles = legs[i].roles | (op == XT_BACK_FLUSH ? PATH_FLUSH : 0);
			key->order = legs[i].order;
		}
	}
	for (unsigned int i = 0; i < XT_BACK_COUNT_NR; i++)
		layout__count(of, path++, AREA_BACK_END, MECH_PV, name, count_names[i]);
}

/* The place of this key in the table, or the empty one that it may have; NULL: there is none. */
static struct xt_back *place_of(uint32_t key)
{
	for (uint32_t i = 0; i < XT_BACK_PROBES; i++) {
		struct xt_back *back = &table[(xt_back_hash(key) + i) & ((1u << XT_BACK_BITS) - 1)];

		if (!back->key || back->key == key)
			return back;
	}
	return NULL;
}

/* A slot for this disk, if it is new and there is one left. */
static void place_disk(const struct back_disk *disk)
{
	const uint32_t key = xt_back_key(disk->domain, disk->device);
	struct xt_back *back = place_of(key);

	if (!back)
		return;
	if (back->key) {
		/* xvda and the 202nd disk, as the driver numbers them: nothing tells their requests apart */
		if (back->slot && number_of[back->slot] != disk->device) {
			vlog("%s: the driver does not tell it from another disk", disk->name);
			__atomic_store_n(&back->slot, 0, __ATOMIC_RELAXED);
		}
		return;
	}
	if (nr_given == nr_slots)
		return;
	name_slot(nr_given, disk->name);
	number_of[nr_given] = disk->device;
	back->slot = nr_given++;
	__atomic_store_n(&back->key, key, __ATOMIC_RELEASE);
}

static void place_disks(void)
{
	struct back_disk *disks;
	size_t nr;

	if (back_disks__read(&disks, &nr, "/"))
		return;
	for (size_t i = 0; i < nr; i++)
		place_disk(&disks[i]);
	free(disks);
}

static int place(struct layout *layout)
{
	table = layout__map(layout, "xt_backs", sizeof(*table), possible ? 1u << XT_BACK_BITS : 1);
	if (!possible) {
		layout__no_map(layout, "xt_back_rings");
		layout__no_map(layout, "xt_back_requests");
		return 0;
	}
	/* the object's own maps */
	layout->map_bytes += XT_BACK_RINGS * sizeof(struct xt_back_ring) +
			     XT_BACK_REQUESTS * sizeof(struct xt_back_request);
	name_slot(0, REST_NAME);
	if (table)
		place_disks();
	return 0;
}

static void tick(void)
{
	if (possible)
		place_disks();
}

static const char *unused(enum xt_probe probe, const struct loader *loader)
{
	(void)probe;
	(void)loader;
	return possible ? NULL : "no xen-blkback: this domain serves no guests' disks";
}

FAMILY_OBJECT(blkback)

const struct family family_blkback = {
	FAMILY(blkback, BLKBACK), .unused = unused, .number = number, .place = place, .tick = tick,
};

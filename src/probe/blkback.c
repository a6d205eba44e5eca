// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The back end of guests' disks. */
#include "probe/back_rows.h"
#include "probe/family.h"
#include "blkback.skel.h"

static struct xt_blkback_config config;

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

static void name_disk(const struct layout *layout, uint32_t path, const char *disk)
{
	for (unsigned int op = 0; op < XT_BACK_OP_NR; op++) {
		for (unsigned int i = 0; i < XT_BACK_LEG_NR; i++) {
			struct path_key *key = layout__name(layout, path++, KIND_WAIT,
							    AREA_BACK_END, legs[i].mech, disk,
							    op_names[op], legs[i].name);

			key->roles = legs[i].roles | (op == XT_BACK_FLUSH ? PATH_FLUSH : 0);
			key->order = legs[i].order;
		}
	}
	for (unsigned int i = 0; i < XT_BACK_COUNT_NR; i++)
		layout__count(layout, path++, AREA_BACK_END, MECH_PV, disk, count_names[i]);
}

static struct back_rows rows = {
	.kind = &back_disks,
	.map = "xt_backs",
	.rest = "guests' disks",
	.nr_paths = XT_BACK_PATHS,
	.name = name_disk,
};

static int number(struct layout *layout)
{
	back_rows__number(&rows, layout);
	config.first_path = rows.first_path;
	return 0;
}

static int place(struct layout *layout)
{
	back_rows__place(&rows, layout);
	if (!rows.possible) {
		layout__no_map(layout, "xt_back_rings");
		layout__no_map(layout, "xt_back_requests");
		return 0;
	}
	/* the object's own maps */
	layout->map_bytes += XT_BACK_RINGS * sizeof(struct xt_back_ring) +
			     XT_BACK_REQUESTS * sizeof(struct xt_back_request);
	return 0;
}

static void tick(void)
{
	back_rows__tick(&rows);
}

static const char *unused(enum xt_probe probe, const struct loader *loader)
{
	(void)probe;
	(void)loader;
	return rows.possible ? NULL : "no xen-blkback: this domain serves no guests' disks";
}

FAMILY_OBJECT(blkback)

const struct family family_blkback = {
	FAMILY(blkback, BLKBACK), .unused = unused, .number = number, .place = place, .tick = tick,
};

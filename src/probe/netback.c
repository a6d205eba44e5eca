// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The back end of guests' NICs. */
#include "probe/back_rows.h"
#include "probe/family.h"
#include "netback.skel.h"

static struct xt_netback_config config;

#define NAME(id, name, ...) [id] = name,

static const char *const count_names[] = { XT_VIF_COUNTS(NAME) };

static const struct leg {
	const char *name;
	unsigned int order;
	enum mech mech;
	unsigned int roles;
}
#define LEG(id, name_, order_, mech_, ...) \
	[id] = { .name = name_, .order = order_, .mech = mech_, __VA_ARGS__ },
sent_legs[] = { XT_VIF_SENT_LEGS(LEG) },
	received_legs[] = { XT_VIF_RECEIVED_LEGS(LEG) };

static void name_legs(const struct layout *layout, uint32_t path, const char *nic, const char *op,
		      const struct leg *legs, unsigned int nr, enum path_role role)
{
	for (unsigned int i = 0; i < nr; i++) {
		struct path_key *key = layout__name(layout, path + i, KIND_WAIT, AREA_BACK_END,
						    legs[i].mech, nic, op, legs[i].name);

		key->roles = legs[i].roles | role;
		key->order = legs[i].order;
	}
}

static void name_nic(const struct layout *layout, uint32_t path, const char *nic)
{
	name_legs(layout, path, nic, "sent", sent_legs, XT_VIF_SENT_NR, PATH_SENT);
	name_legs(layout, path + XT_VIF_RECEIVED, nic, "recv", received_legs, XT_VIF_RECEIVED_NR,
		  PATH_RECEIVED);
	for (unsigned int i = 0; i < XT_VIF_COUNT_NR; i++)
		layout__count(layout, path + XT_VIF_COUNTED + i, AREA_BACK_END, MECH_PV, nic,
			      count_names[i]);
}

static struct back_rows rows = {
	.kind = &back_nics,
	.map = "xt_vifs",
	.rest = "guests' NICs",
	.nr_paths = XT_VIF_PATHS,
	.name = name_nic,
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
	layout__map(layout, "xt_netback", sizeof(struct xt_netback_cpu), layout->cpus);
	layout__map(layout, "xt_vif_frames", sizeof(__u64),
		    rows.possible ? 1u << XT_VIF_FRAME_BITS : 1);
	layout__map(layout, "xt_vif_queues", sizeof(struct xt_vif_queue),
		    rows.nr_slots * XT_VIF_QUEUES);
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
	return rows.possible ? NULL : "no xen-netback: this domain serves no guests' NICs";
}

FAMILY_OBJECT(netback)

const struct family family_netback = {
	FAMILY(netback, NETBACK), .unused = unused, .number = number, .place = place, .tick = tick,
};

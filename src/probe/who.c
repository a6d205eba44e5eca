// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "probe/who.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

#define PLACES_LEAST 16

_Static_assert(BY_COMM == (int)XT_BY_COMM && BY_PID == (int)XT_BY_PID &&
		       BY_CGROUP == (int)XT_BY_CGROUP,
	       "programs have the model's numbers");

static const enum owner_kind fixed_kinds[] = {
	[XT_OWNER_UNKNOWN] = OWNER_UNKNOWN,	[XT_OWNER_OTHER] = OWNER_OTHER,
	[XT_OWNER_INTERRUPT] = OWNER_INTERRUPT, [XT_OWNER_KWORKER] = OWNER_KWORKER,
	[XT_OWNER_WRITEBACK] = OWNER_WRITEBACK,
};

static struct xt_who_config who;
static const struct cgroups *cgroups;
static struct xt_owners *owners;
static const struct xt_owner_sum *sums; /* by CPU, then owner */

/* Of each place's cgroup, from when it was looked for: "" where it was gone by then. */
static char (*paths)[CGROUP_PATH];
static bool looked_for[XT_OWNERS];

static uint32_t owners_of_cpu(void)
{
	return XT_OWNER_FIRST + who.places;
}

/* As many places as there is memory for their histograms. */
static uint32_t places(const struct layout *layout)
{
	const uint64_t memory = layout__rows_memory();
	const uint64_t place = sizeof(struct xt_owner_sum) * layout->cpus;
	uint32_t nr = XT_OWNERS;

	while (nr > PLACES_LEAST && nr * place > memory)
		nr /= 2;
	return nr;
}

/* Where it was found; its id is 0 while it was not. */
static struct xt_asked *asked;
static struct cgroup_place place;
static const char *asked_name;

static void look_for_cgroup(void)
{
	if (place.id && cgroups__is_there(cgroups, "/", &place))
		return;
	if (cgroups__find(cgroups, "/", asked_name, &place))
		place.id = 0;
	/* nobody's, before the level is another's */
	__atomic_store_n(&asked->id, 0, __ATOMIC_SEQ_CST);
	__atomic_store_n(&asked->level, place.level, __ATOMIC_SEQ_CST);
	__atomic_store_n(&asked->id, place.id, __ATOMIC_SEQ_CST);
}

void who__tick(void)
{
	if (asked)
		look_for_cgroup();
}

/* The hierarchy, and how the kernel numbers its controller. */
static void place_cgroups(const struct layout *layout)
{
	cgroups = layout->wanted->cgroups;
	who.legacy = cgroups->legacy;
	who.bio = cgroups->io;
	who.io = features__enum_value(layout->features, "io_cgrp_id", 0);
}

static void place_owners(struct layout *layout)
{
	if (!who.by) {
		layout__no_map(layout, "xt_owners");
		layout__no_map(layout, "xt_owner_sums");
		return;
	}
	who.places = places(layout);
	if (who.by == XT_BY_CGROUP)
		paths = layout__memory(layout, XT_OWNERS, sizeof(*paths));
	owners = layout__map(layout, "xt_owners", sizeof(*owners), 1);
	sums = layout__map(layout, "xt_owner_sums", sizeof(*sums), layout->cpus * owners_of_cpu());
}

void who__place(struct layout *layout, struct xt_who_config *config)
{
	const struct wanted *wanted = layout->wanted;

	who.by = wanted->by;
	who.only = *wanted->only;
	who.pid = wanted->pid;
	asked_name = wanted->cgroup;
	if (who.by == XT_BY_CGROUP || asked_name)
		place_cgroups(layout);
	place_owners(layout);
	if (asked_name)
		asked = layout__map(layout, "xt_asked", sizeof(*asked), 1);
	else
		layout__no_map(layout, "xt_asked");
	who__tick();
	*config = who;
}

static bool is_new(unsigned int place)
{
	return owners->at[place].key && !looked_for[place];
}

static int note_path(void *arg, const char *path, uint64_t id)
{
	(void)arg;
	for (unsigned int place = 0; place < who.places; place++)
		if (is_new(place) && owners->at[place].key == id)
			STR_SET(paths[place], "%s", *path ? path : "/");
	return 0;
}

/* Find the paths of cgroups that have become owners since, by one walk. */
static void find_paths(void)
{
	bool any = false;

	for (unsigned int place = 0; place < who.places; place++)
		any |= is_new(place);
	if (!any)
		return;
	cgroups__walk(cgroups, "/", note_path, NULL);
	for (unsigned int place = 0; place < who.places; place++)
		looked_for[place] |= owners->at[place].key;
}

static void name_owner(struct owner *owner, unsigned int nr)
{
	const struct xt_owner *place;

	if (nr < XT_OWNER_FIRST) {
		owner->kind = fixed_kinds[nr];
		return;
	}
	place = &owners->at[nr - XT_OWNER_FIRST];
	owner->kind = OWNER_NAMED;
	owner->id = who.by == XT_BY_COMM ? 0 : place->key;
	if (who.by == XT_BY_CGROUP && *paths[nr - XT_OWNER_FIRST])
		STR_SET(owner->name, "%s", paths[nr - XT_OWNER_FIRST]);
	else
		STR_SET(owner->name, "%.*s", (int)sizeof(place->name), place->name);
}

/* An owner may have two places. */
static struct owner *add_owner(struct snapshot *snap, const struct owner *like)
{
	for (size_t i = 0; i < snap->nr_owners; i++)
		if (owner__same(&snap->owners[i], like))
			return &snap->owners[i];
	snap->owners[snap->nr_owners] = *like;
	return &snap->owners[snap->nr_owners++];
}

static int read_owner(const struct layout *layout, struct snapshot *snap, unsigned int nr)
{
	struct owner like = {}, *owner = NULL;

	for (unsigned int cpu = 0; cpu < layout->cpus; cpu++) {
		const struct xt_owner_sum *sum = &sums[cpu * owners_of_cpu() + nr];

		if (slice__is_empty(&sum->hist))
			continue;
		if (!owner) {
			name_owner(&like, nr);
			owner = add_owner(snap, &like);
		}
		owner->bytes += sum->bytes;
		if (slice__merge(&owner->hist, &sum->hist))
			return -ENOMEM;
	}
	return 0;
}

int who__read(const struct layout *layout, struct snapshot *snap)
{
	int err = 0;

	snap->whose.by = (enum owners_by)who.by;
	STR_SET(snap->whose.only, "%s", layout->wanted->only);
	if (!who.by)
		return 0;
	snap->owners = calloc(owners_of_cpu(), sizeof(*snap->owners));
	if (!snap->owners)
		return -ENOMEM;
	if (who.by == XT_BY_CGROUP)
		find_paths();
	for (unsigned int nr = 0; nr < owners_of_cpu() && !err; nr++)
		err = read_owner(layout, snap, nr);
	return err;
}

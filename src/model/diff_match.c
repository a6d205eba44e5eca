// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Which path of the one run is which of the other, and in which order they are told. */
#include "model/diff_parts.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define set(field, text) snprintf(field, sizeof(field), "%s", text)

static const struct disk *disk_of(const struct platform *platform, const char *name)
{
	for (size_t i = 0; platform && i < platform->nr_disks; i++)
		if (!strcmp(platform->disks[i].name, name))
			return &platform->disks[i];
	return NULL;
}

/* "timer0" and "timer63" are one timer, "sda1" and "sda2" are two disks. */
static void drop_number(struct path_key *key)
{
	size_t len = strlen(key->device);

	if (key->area != AREA_INTERRUPT && key->area != AREA_TIMER && key->area != AREA_EVTCHN)
		return;
	while (len > 1 && key->device[len - 1] >= '0' && key->device[len - 1] <= '9')
		key->device[--len] = '\0';
}

static struct path_key key_of(const struct path *path)
{
	struct path_key key = path->key;

	drop_number(&key);
	if (key.roles & PATH_IRQ)
		key.op[0] = '\0';
	/* of a hypercall the name is of interest, not who made it */
	if (key.area == AREA_HYPERCALL)
		key.leg[0] = '\0';
	return key;
}

static bool same_key(const struct path_key *a, const struct path_key *b)
{
	return a->kind == b->kind && a->area == b->area && a->mech == b->mech &&
	       !strcmp(a->device, b->device) && !strcmp(a->op, b->op) && !strcmp(a->leg, b->leg);
}

int diff_side__find(struct diff_side_data *data, const struct path *path, size_t *hint,
		    struct diff_path **out)
{
	const struct disk *disk = disk_of(data->platform, path->key.device);
	struct path_key key = key_of(path);
	struct diff_path *more;

	*out = NULL;
	/* what is stacked waits for its leaves, which are here themselves */
	if (path->key.kind == KIND_WAIT && disk && disk->stacked)
		return 0;
	for (size_t n = 0; n < data->nr_paths; n++) {
		size_t i = (*hint + n) % data->nr_paths;

		if (same_key(&data->paths[i].key, &key)) {
			*hint = i + 1;
			*out = &data->paths[i];
			return 0;
		}
	}
	if (data->nr_paths == data->room) {
		data->room = data->room ? 2 * data->room : 32;
		more = realloc(data->paths, data->room * sizeof(*more));
		if (!more)
			return -ENOMEM;
		data->paths = more;
	}
	*out = &data->paths[data->nr_paths++];
	memset(*out, 0, sizeof(**out));
	(*out)->key = key;
	return 0;
}

/* Has this disk requests in that run? */
static bool is_active(const struct diff_side_data *data, const char *name)
{
	for (size_t i = 0; i < data->nr_paths; i++)
		if (data->paths[i].key.kind == KIND_WAIT && data->paths[i].key.area == AREA_DISK &&
		    !strcmp(data->paths[i].key.device, name))
			return true;
	return false;
}

/* Not by its name, which would be the other's too, and not matched yet. */
static bool is_free(const struct differ *differ, const struct diff *diff, enum diff_side side,
		    const char *name)
{
	if (!is_active(&differ->sides[side], name) || is_active(&differ->sides[!side], name))
		return false;
	for (size_t i = 0; i < diff->nr_disks; i++)
		if (!strcmp(diff->disks[i].name[side], name))
			return false;
	return true;
}

static bool is_same_disk(const struct disk *a, const struct disk *b)
{
	return !strcmp(a->same_as, b->name) || !strcmp(b->same_as, a->name);
}

static bool is_same_mount(const struct disk *a, const struct disk *b)
{
	return *a->mounts && !strcmp(a->mounts, b->mounts);
}

static bool is_same_size(const struct disk *a, const struct disk *b)
{
	return a->sectors && a->sectors == b->sectors;
}

static const struct {
	const char *by;
	bool (*same)(const struct disk *a, const struct disk *b);
} rules[] = {
	{ "other path", is_same_disk },
	{ "mount point", is_same_mount },
	{ "size", is_same_size },
};

/* How many free disks of that side are the same as this one; and the last of them. */
static size_t count_same(const struct differ *differ, const struct diff *diff, enum diff_side side,
			 const struct disk *disk, size_t rule, const struct disk **found)
{
	const struct platform *p = differ->sides[side].platform;
	size_t nr = 0;

	for (size_t i = 0; i < p->nr_disks; i++) {
		if (!is_free(differ, diff, side, p->disks[i].name) ||
		    !rules[rule].same(disk, &p->disks[i]))
			continue;
		*found = &p->disks[i];
		nr++;
	}
	return nr;
}

static int add_disks(const struct differ *differ, struct diff *diff, size_t rule)
{
	const struct platform *before = differ->sides[DIFF_BEFORE].platform;
	const struct disk *other = NULL, *back = NULL;
	struct diff_disk *disks;

	for (size_t i = 0; i < before->nr_disks; i++) {
		const struct disk *disk = &before->disks[i];

		/* each must be the only one that fits the other: of two of one size it may be either */
		if (!is_free(differ, diff, DIFF_BEFORE, disk->name) ||
		    count_same(differ, diff, DIFF_AFTER, disk, rule, &other) != 1 ||
		    count_same(differ, diff, DIFF_BEFORE, other, rule, &back) != 1)
			continue;
		disks = realloc(diff->disks, (diff->nr_disks + 1) * sizeof(*disks));
		if (!disks)
			return -ENOMEM;
		diff->disks = disks;
		disks += diff->nr_disks++;
		*disks = (struct diff_disk) { .by = rules[rule].by };
		set(disks->name[DIFF_BEFORE], disk->name);
		set(disks->name[DIFF_AFTER], other->name);
	}
	return 0;
}

static int match_disks(const struct differ *differ, struct diff *diff)
{
	int err = 0;

	if (!differ->sides[DIFF_BEFORE].platform || !differ->sides[DIFF_AFTER].platform)
		return 0;
	for (size_t rule = 0; !err && rule < sizeof(rules) / sizeof(rules[0]); rule++)
		err = add_disks(differ, diff, rule);
	return err;
}

static const char *name_after(const struct diff *diff, const char *before)
{
	for (size_t i = 0; i < diff->nr_disks; i++)
		if (!strcmp(diff->disks[i].name[DIFF_BEFORE], before))
			return diff->disks[i].name[DIFF_AFTER];
	return before;
}

/* What is behind the submission is one leg: emulated drivers' device, blkfront's backend. */
static bool is_same_leg(const struct path_key *a, const struct path_key *b)
{
	return a->roles & b->roles & PATH_DEVICE || !strcmp(a->leg, b->leg);
}

/* The mechanism is what may have changed. */
static bool is_same_path(const struct diff *diff, const struct path_key *before,
			 const struct path_key *after)
{
	return before->kind == after->kind && before->area == after->area &&
	       !strcmp(before->op, after->op) && is_same_leg(before, after) &&
	       !strcmp(name_after(diff, before->device), after->device);
}

static double ns_per_s(const struct differ *differ, const struct diff_pair *pair, int side)
{
	uint64_t elapsed_ns = differ->sides[side].elapsed_ns;

	if (!pair->path[side] || !elapsed_ns)
		return 0;
	return hist__total_ns(&pair->path[side]->whole) * 1e9 / elapsed_ns;
}

static double changed(const struct differ *differ, const struct diff_pair *pair)
{
	return fabs(ns_per_s(differ, pair, DIFF_AFTER) - ns_per_s(differ, pair, DIFF_BEFORE));
}

static const struct path_key *any_key(const struct diff_pair *pair)
{
	return &(pair->path[0] ? pair->path[0] : pair->path[1])->key;
}

/* The total of the same requests on the same side. */
static const struct diff_pair *whole_of(const struct diff_pair *pairs, size_t nr,
					const struct diff_pair *leg)
{
	for (size_t i = 0; i < nr; i++) {
		const struct path_key *key = any_key(&pairs[i]);

		if (!path_key__is_whole(key) || key->area != any_key(leg)->area ||
		    strcmp(key->op, any_key(leg)->op))
			continue;
		for (int side = 0; side < DIFF_SIDES; side++)
			if (leg->path[side] && pairs[i].path[side] &&
			    !strcmp(leg->path[side]->key.device, pairs[i].path[side]->key.device))
				return &pairs[i];
	}
	return NULL;
}

static void group_legs(const struct differ *differ, struct diff_pair *pairs, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		pairs[i].group = changed(differ, &pairs[i]);
		pairs[i].of = any_key(&pairs[i]);
	}
	for (size_t i = 0; i < nr; i++) {
		const struct path_key *key = any_key(&pairs[i]);
		const struct diff_pair *whole;

		if (key->kind != KIND_WAIT || path_key__is_whole(key))
			continue;
		whole = whole_of(pairs, nr, &pairs[i]);
		if (!whole)
			continue;
		pairs[i].is_leg = true;
		pairs[i].group = whole->group;
		pairs[i].of = any_key(whole);
	}
}

/* Somebody waits for a request; whether anybody does for a timer's expiry is not known. */
static bool is_timer(const struct path_key *key)
{
	return key->area == AREA_TIMER;
}

/*
 * Wait first, and requests first in it; then groups, and in a group what changed most: the whole before
 * its legs.
 */
static int by_change(const void *a, const void *b, void *differ)
{
	const struct diff_pair *x = a, *y = b;
	const struct path_key *k = any_key(x), *l = any_key(y);
	double p = changed(differ, x), q = changed(differ, y);
	int order;

	if (k->kind != l->kind)
		return k->kind == KIND_WAIT ? -1 : 1;
	if (k->kind == KIND_WAIT && is_timer(k) != is_timer(l))
		return is_timer(l) ? -1 : 1;
	if (x->group < y->group || x->group > y->group)
		return x->group < y->group ? 1 : -1;
	/* two groups with the same change are still two */
	order = k->kind == KIND_WAIT ? strcmp(x->of->device, y->of->device) : 0;
	if (!order && k->kind == KIND_WAIT)
		order = strcmp(x->of->op, y->of->op);
	if (order)
		return order;
	if (x->is_leg != y->is_leg)
		return x->is_leg ? 1 : -1;
	if (p < q || p > q)
		return p < q ? 1 : -1;
	order = strcmp(k->device, l->device);
	if (!order)
		order = strcmp(k->op, l->op);
	return order ? order : strcmp(k->leg, l->leg);
}

int differ__match(const struct differ *differ, struct diff *diff, struct diff_pair **pairs,
		  size_t *nr)
{
	const struct diff_side_data *before = &differ->sides[DIFF_BEFORE];
	const struct diff_side_data *after = &differ->sides[DIFF_AFTER];
	struct diff_pair *all;
	int err = match_disks(differ, diff);

	if (err)
		return err;
	all = calloc(before->nr_paths + after->nr_paths + 1, sizeof(*all));
	if (!all)
		return -ENOMEM;
	for (size_t i = 0; i < before->nr_paths; i++)
		all[(*nr)++].path[DIFF_BEFORE] = &before->paths[i];
	for (size_t i = 0; i < after->nr_paths; i++) {
		struct diff_pair *pair = NULL;

		for (size_t k = 0; k < before->nr_paths && !pair; k++)
			if (!all[k].path[DIFF_AFTER] &&
			    is_same_path(diff, &before->paths[k].key, &after->paths[i].key))
				pair = &all[k];
		if (!pair)
			pair = &all[(*nr)++];
		pair->path[DIFF_AFTER] = &after->paths[i];
	}
	group_legs(differ, all, *nr);
	qsort_r(all, *nr, sizeof(*all), by_change, (void *)differ);
	*pairs = all;
	return 0;
}

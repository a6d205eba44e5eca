// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "model/diff.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/statistics.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

struct batch {
	uint64_t count, ns;
	uint64_t timed; /* 0: all of it were only counted, and there is no mean */
	double p99;	/* 0: too few events */
};

/* Paths that are compared as one: without interrupt numbers and the vCPUs' numbers of timers. */
struct diff_path {
	struct path_key key;
	struct hist now, whole; /* of the batch, of the run */
	struct batch batches[DIFF_BATCHES];
	size_t total; /* of a leg: the place + 1 of what its requests took in all; 0: not seen yet */
};

struct side {
	const struct platform *platform;
	struct diff_path *paths;
	size_t nr_paths, room;
	unsigned int expected, intervals, batches;
	unsigned int batch; /* the one that intervals are added to */
	uint64_t elapsed_ns, batch_ns[DIFF_BATCHES];
};

struct differ {
	struct side sides[DIFF_SIDES];
};

/* The same path on both sides; NULL where it is not there. */
struct pair {
	const struct diff_path *path[DIFF_SIDES];
	bool is_leg;
	double group;		   /* the time changed of the row that it is a leg of, or its own */
	const struct path_key *of; /* that row's, or its own */
};

int differ__new(struct differ **out, const struct diff_run runs[DIFF_SIDES])
{
	struct differ *differ = calloc(1, sizeof(*differ));

	if (!differ)
		return -ENOMEM;
	for (int i = 0; i < DIFF_SIDES; i++) {
		struct side *side = &differ->sides[i];

		side->platform = runs[i].platform;
		side->expected = runs[i].intervals ? runs[i].intervals : 1;
		side->batches = side->expected < DIFF_BATCHES ? side->expected : DIFF_BATCHES;
	}
	*out = differ;
	return 0;
}

void differ__free(struct differ *differ)
{
	if (!differ)
		return;
	for (int i = 0; i < DIFF_SIDES; i++) {
		struct side *side = &differ->sides[i];

		for (size_t n = 0; n < side->nr_paths; n++) {
			hist__free(&side->paths[n].now);
			hist__free(&side->paths[n].whole);
		}
		free(side->paths);
	}
	free(differ);
}

/* Batches of each run. */

static struct path_key key_of(const struct path *path)
{
	struct path_key key = path->key;

	/* which vCPU's it was does not count */
	key.device[stem__len(key.device, key.stem)] = '\0';
	if (key.roles & PATH_IRQ)
		key.op[0] = '\0';
	/* of a hypercall the name is of interest, not who made it */
	if (key.area == AREA_HYPERCALL)
		key.leg[0] = '\0';
	return key;
}

/* Where a path is counted, made if it is new; *out is NULL for one that is not compared. */
static int side__find(struct side *side, const struct path *path, size_t *hint,
		      struct diff_path **out)
{
	const struct disk *disk = platform__disk(side->platform, path->key.device);
	struct path_key key = key_of(path);
	struct diff_path *more;

	*out = NULL;
	/* what is stacked waits for its leaves, which are here themselves */
	if (path->key.kind == KIND_WAIT && disk && disk->stacked)
		return 0;
	for (size_t n = 0; n < side->nr_paths; n++) {
		size_t i = (*hint + n) % side->nr_paths;

		if (path_key__equal(&side->paths[i].key, &key)) {
			*hint = i + 1;
			*out = &side->paths[i];
			return 0;
		}
	}
	if (side->nr_paths == side->room) {
		side->room = side->room ? 2 * side->room : 32;
		more = realloc(side->paths, side->room * sizeof(*more));
		if (!more)
			return -ENOMEM;
		side->paths = more;
	}
	*out = &side->paths[side->nr_paths++];
	memset(*out, 0, sizeof(**out));
	(*out)->key = key;
	return 0;
}

/* The 99th percentile between the bounds of its bucket: midpoints would hide all below 12 %. */
static double p99(const struct hist *h)
{
	double rank = .99 * hist__sum(h).count, seen = 0;

	for (unsigned int i = 0; i < h->nr; i++) {
		unsigned int index = h->bucket[i].index;
		double count = h->bucket[i].count, lower = hist__lower(index);

		if (count > 0 && seen + count >= rank)
			return lower + (hist__upper(index) - lower) * (rank - seen) / count;
		seen += count;
	}
	return 0;
}

/* The path of all that was waited for by the requests that this is a leg of; else the path itself. */
static const struct diff_path *total_of(const struct side *side, struct diff_path *path)
{
	for (size_t i = 0; !path->total && path->key.kind == KIND_WAIT && i < side->nr_paths; i++) {
		const struct path_key *key = &side->paths[i].key;

		if (path_key__is_whole(key) && key->area == path->key.area &&
		    !strcmp(key->device, path->key.device) && !strcmp(key->op, path->key.op))
			path->total = i + 1;
	}
	return path->total ? &side->paths[path->total - 1] : path;
}

/*
 * How many events of the batch were followed. Of a leg its histogram does not say it: of so many as
 * there are, that part that was of its requests.
 */
static double followed(const struct side *side, struct diff_path *path)
{
	const struct hist *h = &total_of(side, path)->now;
	const double count = hist__sum(h).count;

	return count > 0 ? hist__sum(&path->now).count * (hist__followed(h) / count) : 0;
}

static void close_batch(struct side *side)
{
	for (size_t i = 0; i < side->nr_paths; i++) {
		struct diff_path *path = &side->paths[i];
		struct batch *batch = &path->batches[side->batch];

		batch->count = hist__count(&path->now);
		batch->ns = hist__all_ns(&path->now);
		batch->timed = hist__sum(&path->now).count;
		batch->p99 = followed(side, path) >= DIFF_P99_EVENTS ? p99(&path->now) : 0;
	}
	for (size_t i = 0; i < side->nr_paths; i++)
		hist__free(&side->paths[i].now);
}

int differ__add(struct differ *differ, enum diff_side which, const struct snapshot *interval)
{
	struct side *side = &differ->sides[which];
	unsigned int batch = (uint64_t)side->intervals * side->batches / side->expected;
	size_t hint = 0;

	/* more of them than were announced belong to the last batch */
	if (batch >= side->batches)
		batch = side->batches - 1;
	if (batch != side->batch)
		close_batch(side);
	side->batch = batch;
	side->intervals++;
	if (interval->end_ns > interval->start_ns) {
		side->elapsed_ns += interval->end_ns - interval->start_ns;
		side->batch_ns[batch] += interval->end_ns - interval->start_ns;
	}
	for (size_t i = 0; i < interval->nr_paths; i++) {
		const struct hist *h = &interval->paths[i].hist;
		struct diff_path *path;
		int err = side__find(side, &interval->paths[i], &hint, &path);

		if (err)
			return err;
		if (path && (hist__merge(&path->now, h) || hist__merge(&path->whole, h)))
			return -ENOMEM;
	}
	return 0;
}

/* Which disk of the one run is which of the other. */

/* Has this disk requests in that run? */
static bool is_active(const struct side *side, const char *name)
{
	for (size_t i = 0; i < side->nr_paths; i++) {
		const struct path_key *key = &side->paths[i].key;

		if (key->kind == KIND_WAIT && key->area == AREA_DISK && !strcmp(key->device, name))
			return true;
	}
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

static const struct disk_rule {
	const char *by;
	bool (*same)(const struct disk *a, const struct disk *b);
} disk_rules[] = {
	{ "other path", is_same_disk },
	{ "mount point", is_same_mount },
	{ "size", is_same_size },
};

/* The only free disk of that side that is the same as this one; NULL: none, or one of several. */
static const struct disk *only_match(const struct differ *differ, const struct diff *diff,
				     enum diff_side side, const struct disk *disk,
				     const struct disk_rule *rule)
{
	const struct platform *p = differ->sides[side].platform;
	const struct disk *found = NULL;

	for (size_t i = 0; i < p->nr_disks; i++) {
		if (!is_free(differ, diff, side, p->disks[i].name) ||
		    !rule->same(disk, &p->disks[i]))
			continue;
		if (found)
			return NULL;
		found = &p->disks[i];
	}
	return found;
}

static int add_disks(const struct differ *differ, struct diff *diff, const struct disk_rule *rule)
{
	const struct platform *before = differ->sides[DIFF_BEFORE].platform;
	struct diff_disk *disks;

	for (size_t i = 0; i < before->nr_disks; i++) {
		const struct disk *disk = &before->disks[i], *other = NULL;

		if (is_free(differ, diff, DIFF_BEFORE, disk->name))
			other = only_match(differ, diff, DIFF_AFTER, disk, rule);
		/* accept only mutual, unique matches: of two disks of one size it may be either */
		if (!other || !only_match(differ, diff, DIFF_BEFORE, other, rule))
			continue;
		disks = realloc(diff->disks, (diff->nr_disks + 1) * sizeof(*disks));
		if (!disks)
			return -ENOMEM;
		diff->disks = disks;
		disks += diff->nr_disks++;
		*disks = (struct diff_disk) { .by = rule->by };
		memcpy(disks->name[DIFF_BEFORE], disk->name, sizeof(disk->name));
		memcpy(disks->name[DIFF_AFTER], other->name, sizeof(other->name));
	}
	return 0;
}

static int match_disks(const struct differ *differ, struct diff *diff)
{
	int err = 0;

	if (!differ->sides[DIFF_BEFORE].platform || !differ->sides[DIFF_AFTER].platform)
		return 0;
	for (size_t i = 0; !err && i < ARRAY_SIZE(disk_rules); i++)
		err = add_disks(differ, diff, &disk_rules[i]);
	return err;
}

/* Which path of the one run is which of the other, and in which order they are told. */

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

static const struct path_key *any_key(const struct pair *pair)
{
	return &(pair->path[0] ? pair->path[0] : pair->path[1])->key;
}

static double ns_per_s(const struct differ *differ, const struct pair *pair, int side)
{
	uint64_t elapsed_ns = differ->sides[side].elapsed_ns;

	if (!pair->path[side] || !elapsed_ns)
		return 0;
	return path_key__ns(&pair->path[side]->key, &pair->path[side]->whole) * 1e9 / elapsed_ns;
}

static double changed(const struct differ *differ, const struct pair *pair)
{
	return fabs(ns_per_s(differ, pair, DIFF_AFTER) - ns_per_s(differ, pair, DIFF_BEFORE));
}

/* The total of the same requests on the same side. */
static const struct pair *whole_of(const struct pair *pairs, size_t nr, const struct pair *leg)
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

static void group_legs(const struct differ *differ, struct pair *pairs, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		pairs[i].group = changed(differ, &pairs[i]);
		pairs[i].of = any_key(&pairs[i]);
	}
	for (size_t i = 0; i < nr; i++) {
		const struct path_key *key = any_key(&pairs[i]);
		const struct pair *whole;

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

/* Negative where a is larger: it comes first. */
static int larger_first(double a, double b)
{
	return (a < b) - (a > b);
}

/* Somebody waits for a request; whether anybody does for a timer's expiry is not known. */
static bool is_timer(const struct path_key *key)
{
	return key->area == AREA_TIMER;
}

/* Two groups with the same change are still two. */
static int by_group(const struct pair *x, const struct pair *y)
{
	int order = larger_first(x->group, y->group);

	if (order || any_key(x)->kind != KIND_WAIT)
		return order;
	order = strcmp(x->of->device, y->of->device);
	return order ? order : strcmp(x->of->op, y->of->op);
}

/*
 * Wait first, and requests first in it; then groups, and in a group what changed most: the whole
 * before its legs.
 */
static int by_change(const void *a, const void *b, void *differ)
{
	const struct pair *x = a, *y = b;
	const struct path_key *k = any_key(x), *l = any_key(y);
	int order;

	if (k->kind != l->kind)
		return k->kind == KIND_WAIT ? -1 : 1;
	if (k->kind == KIND_WAIT && is_timer(k) != is_timer(l))
		return is_timer(l) ? -1 : 1;
	order = by_group(x, y);
	if (!order)
		order = x->is_leg - y->is_leg;
	if (!order)
		order = larger_first(changed(differ, x), changed(differ, y));
	if (!order)
		order = strcmp(k->device, l->device);
	if (!order)
		order = strcmp(k->op, l->op);
	return order ? order : strcmp(k->leg, l->leg);
}

static int match_paths(const struct differ *differ, const struct diff *diff, struct pair **pairs,
		       size_t *nr)
{
	const struct side *before = &differ->sides[DIFF_BEFORE];
	const struct side *after = &differ->sides[DIFF_AFTER];
	struct pair *all = calloc(before->nr_paths + after->nr_paths + 1, sizeof(*all));

	if (!all)
		return -ENOMEM;
	for (size_t i = 0; i < before->nr_paths; i++)
		all[(*nr)++].path[DIFF_BEFORE] = &before->paths[i];
	for (size_t i = 0; i < after->nr_paths; i++) {
		struct pair *pair = NULL;

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

/* The figures of the whole runs. */
static void fill_row(const struct differ *differ, const struct pair *pair, struct diff_row *row)
{
	const struct path_key *any = any_key(pair);

	row->kind = any->kind;
	row->area = any->area;
	row->is_leg = pair->is_leg;
	memcpy(row->op, any->op, sizeof(row->op));
	for (int side = 0; side < DIFF_SIDES; side++) {
		const struct diff_path *path = pair->path[side];
		uint64_t elapsed_ns = differ->sides[side].elapsed_ns;

		if (!path)
			continue;
		row->there[side] = true;
		row->mech[side] = path->key.mech;
		memcpy(row->device[side], path->key.device, sizeof(row->device[side]));
		memcpy(row->leg[side], path->key.leg, sizeof(row->leg[side]));
		row->ns_per_s[side] = ns_per_s(differ, pair, side);
		if (elapsed_ns)
			row->count.value[side] = hist__count(&path->whole) * 1e9 / elapsed_ns;
		row->mean.value[side] = hist__mean_ns(&path->whole);
		row->p99.value[side] = p99(&path->whole);
	}
}

/* What the batches say about each path, and which of it is called a change. */

enum what { COUNT, MEAN, P99, METRICS };

static struct diff_metric *metric_at(struct diff_row *row, enum what what)
{
	return what == COUNT ? &row->count : what == MEAN ? &row->mean : &row->p99;
}

/* What drifts together: counts do with the load, times with who else wants the machine. */
static enum diff_figures figures_of(enum what what)
{
	return what == COUNT ? DIFF_COUNTS : DIFF_TIMES;
}

/* Without the batches that say nothing about it; a path that is not there counts 0. */
static void make_sample(struct sample *to, const struct side *side, const struct diff_path *path,
			enum what what)
{
	static const struct batch none;

	to->nr = 0;
	for (unsigned int i = 0; i <= side->batch; i++) {
		const struct batch *batch = path ? &path->batches[i] : &none;

		if (!side->batch_ns[i])
			continue;
		if (what == COUNT)
			to->value[to->nr++] = batch->count * 1e9 / side->batch_ns[i];
		else if (what == MEAN && batch->count && batch->timed)
			to->value[to->nr++] = (double)batch->ns / batch->count;
		else if (what == P99 && batch->p99 > 0)
			to->value[to->nr++] = batch->p99;
	}
}

/* Returns false where there is nothing to compare. */
static bool make_samples(struct sample samples[DIFF_SIDES], const struct differ *differ,
			 const struct pair *pair, enum what what)
{
	/* a leg is passed as often as its whole: once is enough to ask */
	if (what == COUNT && pair->is_leg)
		return false;
	for (int side = 0; side < DIFF_SIDES; side++) {
		make_sample(&samples[side], &differ->sides[side], pair->path[side], what);
		if (samples[side].nr < DIFF_BATCHES_MIN)
			return false;
	}
	return true;
}

/* The mean of all paths' drift between thirds of the runs; at least 1. */
static void measure_drift(const struct differ *differ, const struct pair *pairs, size_t nr_rows,
			  double drift[DIFF_FIGURES])
{
	struct sample samples[DIFF_SIDES];
	unsigned int nr[DIFF_FIGURES] = {};

	for (int i = 0; i < DIFF_FIGURES; i++)
		drift[i] = 0;
	for (size_t i = 0; i < METRICS * nr_rows; i++) {
		enum diff_figures figures = figures_of(i % METRICS);
		double own;

		if (!make_samples(samples, differ, &pairs[i / METRICS], i % METRICS))
			continue;
		own = sample__drift(&samples[0], &samples[1]);
		if (own < 0)
			continue;
		drift[figures] += own;
		nr[figures]++;
	}
	for (int i = 0; i < DIFF_FIGURES; i++)
		drift[i] = nr[i] ? fmax(drift[i] / nr[i], 1) : 1;
}

static void compare(struct diff_metric *metric, const struct sample samples[DIFF_SIDES],
		    double drift)
{
	struct comparison found;

	sample__compare(&found, &samples[0], &samples[1], drift);
	metric->tested = true;
	metric->p = found.p;
	metric->shift = found.ratio > 0 ? found.ratio - 1 : 0;
	metric->low = found.ratio > 0 ? found.low - 1 : 0;
	metric->high = found.ratio > 0 ? found.high - 1 : 0;
}

double diff_metric__change(const struct diff_metric *metric)
{
	if (metric->value[0] > 0)
		return metric->value[1] / metric->value[0] - 1;
	return metric->value[1] > 0 ? HUGE_VAL : 0;
}

double diff_row__change(const struct diff_row *row)
{
	return row->ns_per_s[1] - row->ns_per_s[0];
}

static void call_changes(struct diff *diff, double bound)
{
	for (size_t i = 0; i < METRICS * diff->nr_rows; i++) {
		struct diff_row *row = &diff->rows[i / METRICS];
		struct diff_metric *m = metric_at(row, i % METRICS);
		double change = m->high > m->low ? m->shift : diff_metric__change(m);

		m->called = m->tested && m->p <= bound && fabs(change) >= DIFF_SMALLEST;
		diff->called += m->called;
		row->called |= m->called;
	}
}

/* Compare the batches of all pairs, which are those of diff->rows. */
static int judge(const struct differ *differ, const struct pair *pairs, struct diff *diff)
{
	double *p = calloc(METRICS * diff->nr_rows + 1, sizeof(*p));
	struct sample samples[DIFF_SIDES];
	double drift[DIFF_FIGURES], nr;

	if (!p)
		return -ENOMEM;
	measure_drift(differ, pairs, diff->nr_rows, drift);
	nr = (diff->batches[DIFF_BEFORE] + diff->batches[DIFF_AFTER]) / 2.;
	for (int i = 0; i < DIFF_FIGURES; i++)
		diff->drift[i] = drift__of_whole(drift[i], -1, nr);
	for (size_t i = 0; i < METRICS * diff->nr_rows; i++) {
		struct diff_metric *m = metric_at(&diff->rows[i / METRICS], i % METRICS);

		if (!make_samples(samples, differ, &pairs[i / METRICS], i % METRICS))
			continue;
		compare(m, samples, drift[figures_of(i % METRICS)]);
		p[diff->tested++] = m->p;
	}
	call_changes(diff, statistics__bound(p, diff->tested, DIFF_ALPHA));
	free(p);
	return 0;
}

int differ__close(struct differ *differ, struct diff *out)
{
	struct pair *pairs = NULL;
	size_t nr = 0;
	int err;

	*out = (struct diff) {};
	for (int i = 0; i < DIFF_SIDES; i++) {
		struct side *side = &differ->sides[i];

		close_batch(side);
		out->intervals[i] = side->intervals;
		out->elapsed_s[i] = side->elapsed_ns / 1e9;
		out->batches[i] = side->batches;
	}
	err = match_disks(differ, out);
	if (!err)
		err = match_paths(differ, out, &pairs, &nr);
	if (err)
		goto out;
	err = -ENOMEM;
	out->rows = calloc(nr ? nr : 1, sizeof(*out->rows));
	if (!out->rows)
		goto out;
	out->nr_rows = nr;
	for (size_t i = 0; i < nr; i++)
		fill_row(differ, &pairs[i], &out->rows[i]);
	err = judge(differ, pairs, out);
out:
	free(pairs);
	if (err)
		diff__free(out);
	return err;
}

void diff__free(struct diff *diff)
{
	free(diff->rows);
	free(diff->disks);
	*diff = (struct diff) {};
}

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Differences and sums of readings. Most members are their table's affair (model/members.c). */
#include "model/snapshot.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/members.h"

const char *rung__name(enum rung rung)
{
	static const char *const names[] = {
		[RUNG_OFF] = "off",
		[RUNG_TP_BTF] = "tp_btf",
		[RUNG_FENTRY] = "fentry",
		[RUNG_KPROBE] = "kprobe",
	};

	return (unsigned int)rung <= RUNG_KPROBE ? names[rung] : "?";
}

bool path_key__is_whole(const struct path_key *key)
{
	return key->roles & PATH_WHOLE;
}

bool path_key__equal(const struct path_key *a, const struct path_key *b)
{
	return a->kind == b->kind && a->area == b->area && a->mech == b->mech &&
	       !strcmp(a->device, b->device) && !strcmp(a->op, b->op) && !strcmp(a->leg, b->leg);
}

bool path__same(const struct path_key *a, uint32_t a_id, const struct path_key *b, uint32_t b_id)
{
	return a_id && b_id ? a_id == b_id : path_key__equal(a, b);
}

bool drop__same(const struct drop *a, const struct drop *b)
{
	return a->received == b->received && !strcmp(a->device, b->device) &&
	       !strcmp(a->reason, b->reason);
}

/*
 * The same path in another reading of the run, or NULL. Both list their paths in the same order:
 * the search starts where the last one ended.
 */
static const struct path *find_path(const struct snapshot *snap, const struct path *path,
				    size_t *hint)
{
	for (size_t n = 0; n < snap->nr_paths; n++) {
		size_t i = (*hint + n) % snap->nr_paths;

		if (path__same(&snap->paths[i].key, snap->paths[i].id, &path->key, path->id)) {
			*hint = i + 1;
			return &snap->paths[i];
		}
	}
	return NULL;
}

static void subtract_paths(struct snapshot *delta, const struct snapshot *earlier)
{
	size_t kept = 0, hint = 0;

	for (size_t i = 0; i < delta->nr_paths; i++) {
		struct path *path = &delta->paths[i];
		const struct path *old = find_path(earlier, path, &hint);

		if (old)
			hist__subtract(&path->hist, &old->hist);
		if (hist__count(&path->hist))
			delta->paths[kept++] = *path;
		else
			hist__free(&path->hist);
	}
	delta->nr_paths = kept;
}

/* Keep those that ended since. */
static void drop_slow_before(struct snapshot *delta, uint64_t ns)
{
	size_t kept = 0;

	for (size_t i = 0; i < delta->nr_slow; i++) {
		if (delta->slow[i].start_ns + delta->slow[i].total_ns >= ns)
			delta->slow[kept++] = delta->slow[i];
	}
	delta->nr_slow = kept;
}

/* Only what there was. */
static void drop_empty_drops(struct snapshot *delta)
{
	size_t kept = 0;

	for (size_t i = 0; i < delta->nr_drops; i++) {
		if (delta->drops[i].count)
			delta->drops[kept++] = delta->drops[i];
	}
	delta->nr_drops = kept;
}

int snapshot__delta(struct snapshot *delta, const struct snapshot *later,
		    const struct snapshot *earlier)
{
	int err = schema__copy(&snapshot_type, delta, later);

	if (err || !earlier)
		return err;
	delta->start_ns = earlier->end_ns;
	delta->wall_start_ns = earlier->wall_start_ns + (earlier->end_ns - earlier->start_ns);
	schema__subtract(&snapshot_type, delta, earlier);
	delta->io.carried = earlier->io.in_flight;
	delta->packets.carried = earlier->packets.in_flight;
	subtract_paths(delta, earlier);
	drop_slow_before(delta, earlier->end_ns);
	drop_empty_drops(delta);
	return 0;
}

void snapshot__free(struct snapshot *snap)
{
	schema__free(&snapshot_type, snap);
	memset(snap, 0, sizeof(*snap));
}

uint64_t snapshot__clock_calls(const struct snapshot *snap)
{
	uint64_t calls = 0;

	for (size_t i = 0; i < snap->nr_paths; i++) {
		const struct path_key *key = &snap->paths[i].key;

		if (key->area == AREA_TIMER && key->roles & PATH_COUNT)
			calls += hist__count(&snap->paths[i].hist);
	}
	return calls;
}

const struct probe_status *snapshot__sent_uncounted(const struct snapshot *snap)
{
	for (size_t i = 0; i < snap->nr_probes; i++) {
		const struct probe_status *probe = &snap->probes[i];

		if (probe->counts_sent)
			return probe->applicable && probe->rung == RUNG_OFF ? probe : NULL;
	}
	return NULL;
}

/*
 * A path that had no event before comes where readings have it: in the order of ids, and where there
 * are none behind the one that it follows in its interval.
 */
static int insert_path(struct snapshot *sum, const struct path *path, size_t at)
{
	struct path copy = *path;

	if (hist__copy(&copy.hist, &path->hist))
		return -ENOMEM;
	sum->nr_paths++;
	while (path->id && at + 1 < sum->nr_paths && sum->paths[at].id < path->id)
		at++;
	memmove(&sum->paths[at + 1], &sum->paths[at],
		(sum->nr_paths - 1 - at) * sizeof(*sum->paths));
	sum->paths[at] = copy;
	return 0;
}

/* Room for some more paths at once: each is large, and there may be thousands. */
static int make_room(struct snapshot *sum, size_t more)
{
	struct path *paths = realloc(sum->paths, (sum->nr_paths + more) * sizeof(*paths));

	if (!paths)
		return -ENOMEM;
	sum->paths = paths;
	return 0;
}

static int add_paths(struct snapshot *sum, const struct snapshot *delta)
{
	size_t hint = 0, room = sum->nr_paths;

	for (size_t i = 0; i < delta->nr_paths; i++) {
		const struct path *path = &delta->paths[i];
		struct path *to = (struct path *)find_path(sum, path, &hint);

		if (to) {
			if (hist__merge(&to->hist, &path->hist))
				return -ENOMEM;
			to->key = path->key; /* its device may have been learned only now */
			continue;
		}
		if (sum->nr_paths == room) {
			if (make_room(sum, delta->nr_paths - i))
				return -ENOMEM;
			room += delta->nr_paths - i;
		}
		if (insert_path(sum, path, hint < sum->nr_paths ? hint : sum->nr_paths))
			return -ENOMEM;
		hint++;
	}
	return 0;
}

static int append_slow(struct snapshot *sum, const struct slow_request *slow)
{
	struct slow_request *more = realloc(sum->slow, (sum->nr_slow + 1) * sizeof(*more));

	if (!more)
		return -ENOMEM;
	more[sum->nr_slow++] = *slow;
	sum->slow = more;
	return 0;
}

static int slowest_first(const void *a, const void *b)
{
	const struct slow_request *x = a, *y = b;

	return (x->total_ns < y->total_ns) - (x->total_ns > y->total_ns);
}

/* The slowest of all, as many as a reading keeps. */
static int add_slow(struct snapshot *sum, const struct snapshot *delta)
{
	int err = 0;

	for (size_t i = 0; !err && i < delta->nr_slow; i++)
		err = append_slow(sum, &delta->slow[i]);
	if (sum->nr_slow)
		qsort(sum->slow, sum->nr_slow, sizeof(*sum->slow), slowest_first);
	if (sum->nr_slow > SLOWEST)
		sum->nr_slow = SLOWEST;
	return err;
}

int snapshot__add(struct snapshot *sum, const struct snapshot *delta)
{
	int err;

	/* one that ends before the clock began is none, but may have been copied */
	if (!sum->end_ns) {
		snapshot__free(sum);
		return snapshot__delta(sum, delta, NULL);
	}
	err = schema__add(&snapshot_type, sum, delta);
	if (!err)
		err = add_paths(sum, delta);
	if (!err)
		err = add_slow(sum, delta);
	return err;
}

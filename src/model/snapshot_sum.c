// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The sum of a run's intervals. */
#include "model/snapshot_parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* One more element at the end of an array, a copy; 0 or -ENOMEM. */
static int append(void *array, size_t *nr, const void *element, size_t size)
{
	char *more = realloc(*(void **)array, (*nr + 1) * size);

	if (!more)
		return -ENOMEM;
	memcpy(more + *nr * size, element, size);
	*(void **)array = more;
	++*nr;
	return 0;
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
		struct path *to = (struct path *)snapshot__find_path(sum, path, &hint);

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

static int add_vcpus(struct snapshot *sum, const struct snapshot *delta)
{
	for (size_t i = 0, n; i < delta->nr_vcpus; i++) {
		int err = 0;

		for (n = 0; n < sum->nr_vcpus && sum->vcpus[n].cpu != delta->vcpus[i].cpu; n++)
			;
		if (n < sum->nr_vcpus)
			vcpu_time__merge(&sum->vcpus[n], &delta->vcpus[i]);
		else
			err = append(&sum->vcpus, &sum->nr_vcpus, &delta->vcpus[i],
				     sizeof(*sum->vcpus));
		if (err)
			return err;
	}
	return 0;
}

static int add_bus(struct snapshot *sum, const struct snapshot *delta)
{
	for (size_t i = 0, n; i < delta->nr_bus; i++) {
		const struct bus_events *from = &delta->bus[i];
		struct bus_events *to;
		int err = 0;

		for (n = 0; n < sum->nr_bus && strcmp(sum->bus[n].name, from->name); n++)
			;
		if (n == sum->nr_bus) {
			err = append(&sum->bus, &sum->nr_bus, from, sizeof(*from));
		} else {
			to = &sum->bus[n];
			to->events += from->events;
			to->spurious += from->spurious;
			to->delay_jiffies += from->delay_jiffies;
			to->threshold = from->threshold;
		}
		if (err)
			return err;
	}
	return 0;
}

static int add_drops(struct snapshot *sum, const struct snapshot *delta)
{
	int err = 0;

	for (size_t i = 0, n; !err && i < delta->nr_drops; i++) {
		const struct drop *drop = &delta->drops[i];

		for (n = 0; n < sum->nr_drops && !drop__same(&sum->drops[n], drop); n++)
			;
		if (n < sum->nr_drops)
			sum->drops[n].count += drop->count;
		else
			err = append(&sum->drops, &sum->nr_drops, drop, sizeof(*drop));
	}
	return err;
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
		err = append(&sum->slow, &sum->nr_slow, &delta->slow[i], sizeof(*sum->slow));
	if (sum->nr_slow)
		qsort(sum->slow, sum->nr_slow, sizeof(*sum->slow), slowest_first);
	if (sum->nr_slow > SLOWEST)
		sum->nr_slow = SLOWEST;
	return err;
}

/* A run's channels, queues, losses and probes are the same ones in every reading. */
static void add_tables(struct snapshot *sum, const struct snapshot *delta)
{
	size_t nr = sum->nr_channels * sum->nr_cpus;

	for (size_t i = 0; i < nr && i < delta->nr_channels * delta->nr_cpus; i++)
		sum->channel_counts[i] += delta->channel_counts[i];
	for (size_t i = 0; i < sum->nr_queues && i < delta->nr_queues; i++) {
		struct queue_use *queue = &sum->queues[i];

		queue->most = delta->queues[i].most;
		queue->last += delta->queues[i].last;
		queue->last_waited_ns += delta->queues[i].last_waited_ns;
	}
	for (size_t i = 0; i < sum->nr_nics && i < delta->nr_nics; i++) {
		sum->nics[i].most = delta->nics[i].most;
#define ADD(name) sum->nics[i].name += delta->nics[i].name;
		NIC_COUNTS(ADD)
#undef ADD
	}
	for (size_t i = 0; i < sum->nr_losses && i < delta->nr_losses; i++)
		sum->losses[i].count += delta->losses[i].count;
	for (size_t i = 0; i < sum->nr_probes && i < delta->nr_probes; i++) {
		sum->probes[i].runs += delta->probes[i].runs;
		sum->probes[i].skipped += delta->probes[i].skipped;
	}
}

static void add_cpu(struct cpu_time *to, const struct cpu_time *from)
{
	struct cpu_time sum = *from;

	sum.total_ns += to->total_ns;
	sum.idle_ns += to->idle_ns;
	sum.stolen_ns += to->stolen_ns;
	sum.offline_ns += to->offline_ns;
	sum.stat_steal_ns += to->stat_steal_ns;
	*to = sum;
}

static void add_io(struct conservation *sum, const struct conservation *delta)
{
	sum->started += delta->started;
	sum->completed += delta->completed;
	sum->lost += delta->lost;
	sum->preexisting += delta->preexisting;
	sum->kernel += delta->kernel;
	sum->in_flight = delta->in_flight;
}

static void add_counters(struct snapshot *sum, const struct snapshot *delta)
{
	struct own_cost cost = sum->cost;

	add_io(&sum->io, &delta->io);
	add_io(&sum->packets, &delta->packets);
	sum->cost = delta->cost;
	sum->cost.bpf_ns += cost.bpf_ns;
	sum->cost.runs += cost.runs;
	sum->cost.user_ns += cost.user_ns;
}

int snapshot__add(struct snapshot *sum, const struct snapshot *delta)
{
	int err;

	/* one that ends before the clock began is none, but may have been copied */
	if (!sum->end_ns) {
		snapshot__free(sum);
		return snapshot__delta(sum, delta, NULL);
	}
	err = add_paths(sum, delta);
	if (!err)
		err = add_vcpus(sum, delta);
	if (!err)
		err = add_bus(sum, delta);
	if (!err)
		err = add_drops(sum, delta);
	if (!err)
		err = add_slow(sum, delta);
	if (err)
		return err;
	add_tables(sum, delta);
	sum->end_ns = delta->end_ns;
	add_cpu(&sum->cpu, &delta->cpu);
	add_counters(sum, delta);
	return 0;
}

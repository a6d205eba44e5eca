// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "probe/slowest.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A CPU that writes places faster than they are copied is left out of a reading while tracing. */
#define TRIES 100

/* The legs in the order of time, as far as the numbers of abi.h are not. */
static const enum xt_blk_leg in_time[] = {
	XT_LEG_QUEUE,  XT_LEG_RING,   XT_LEG_GRANTS,  XT_LEG_REQUEUE,
	XT_LEG_SUBMIT, XT_LEG_DEVICE, XT_LEG_HANDLER, XT_LEG_FINISH,
};

_Static_assert(SLOWEST == XT_SLOWEST, "what a CPU keeps is what a run does");
_Static_assert(sizeof(in_time) / sizeof(in_time[0]) <= SLOW_LEGS, "room for all legs");

void slowest__begin(const struct maps *maps, unsigned int cpus, uint64_t ns)
{
	for (unsigned int i = 0; i < cpus; i++)
		maps->cpus[i].slow_above = ns;
}

/* One CPU's places as they were at one instant; false when they changed under us each time. */
static bool copy_places(struct xt_slow *to, const struct xt_slowest *from)
{
	const volatile uint64_t *now = (const volatile uint64_t *)&from->seq;
	uint64_t seq;

	for (int i = 0; i < TRIES; i++) {
		seq = *now;
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
		memcpy(to, from->kept, sizeof(from->kept));
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
		if (!(seq & 1) && *now == seq)
			return true;
	}
	return false;
}

/* Names are of the request's paths: its first leg's, and those that follow. */
static void translate(struct slow_request *to, const struct xt_slow *from,
		      const struct layout *layout)
{
	const struct path_key *keys = &layout->keys[from->path];

	memset(to, 0, sizeof(*to));
	memcpy(to->device, keys->device, sizeof(to->device));
	memcpy(to->op, keys->op, sizeof(to->op));
	to->start_ns = from->queued;
	to->total_ns = from->total;
	for (size_t i = 0; i < sizeof(in_time) / sizeof(in_time[0]); i++) {
		if (!from->leg[in_time[i]])
			continue;
		memcpy(to->legs[to->nr_legs].name, keys[in_time[i]].leg, sizeof(keys->leg));
		to->legs[to->nr_legs++].ns = from->leg[in_time[i]];
	}
	to->issued = from->flags & XT_SLOW_ISSUED;
	to->vcpu = from->cpu;
	to->pid = from->pid;
	memcpy(to->comm, from->comm, sizeof(to->comm) - 1);
	to->overlap_known = from->flags & XT_SLOW_KNOWN;
	to->stolen_ns = from->stolen;
	to->held_ns = from->held;
}

static int slowest_first(const void *a, const void *b)
{
	const struct xt_slow *x = a, *y = b;

	if (x->total != y->total)
		return x->total < y->total ? 1 : -1;
	return (x->queued > y->queued) - (x->queued < y->queued);
}

int slowest__read(struct snapshot *snap, const struct maps *maps, const struct layout *layout)
{
	struct xt_slow *all = calloc((size_t)layout->cpus * XT_SLOWEST, sizeof(*all));
	size_t nr = 0;

	if (!all)
		return -ENOMEM;
	for (unsigned int i = 0; i < layout->cpus; i++) {
		if (copy_places(all + nr, &maps->slowest[i]))
			nr += XT_SLOWEST;
		else
			memset(all + nr, 0, XT_SLOWEST * sizeof(*all));
	}
	qsort(all, nr, sizeof(*all), slowest_first);
	snap->slow = calloc(XT_SLOWEST, sizeof(*snap->slow));
	for (size_t i = 0; snap->slow && i < nr && i < XT_SLOWEST && all[i].total; i++)
		translate(&snap->slow[snap->nr_slow++], &all[i], layout);
	free(all);
	return snap->slow ? 0 : -ENOMEM;
}

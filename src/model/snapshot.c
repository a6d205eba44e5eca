// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "model/snapshot_parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

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

/* Counters only grow; one that does not was reset under us, and its interval is unknown: 0. */
static uint64_t since(uint64_t later, uint64_t earlier)
{
	return later > earlier ? later - earlier : 0;
}

static int copy_array(void *to, const void *from, size_t n, size_t size)
{
	void *copy = calloc(n ? n : 1, size);

	if (!copy)
		return -ENOMEM;
	if (n)
		memcpy(copy, from, n * size);
	*(void **)to = copy;
	return 0;
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

const struct path *snapshot__find_path(const struct snapshot *snap, const struct path *path,
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
		const struct path *old = snapshot__find_path(earlier, path, &hint);

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

static void subtract_cpu(struct cpu_time *to, const struct cpu_time *from)
{
	to->total_ns = since(to->total_ns, from->total_ns);
	to->idle_ns = since(to->idle_ns, from->idle_ns);
	to->stolen_ns = since(to->stolen_ns, from->stolen_ns);
	to->offline_ns = since(to->offline_ns, from->offline_ns);
	to->stat_steal_ns = since(to->stat_steal_ns, from->stat_steal_ns);
}

/* A vCPU stays in the list once it was there: those that came since have nothing to subtract. */
static void subtract_vcpus(struct snapshot *delta, const struct snapshot *earlier)
{
	for (size_t i = 0; i < delta->nr_vcpus; i++)
		for (size_t n = 0; n < earlier->nr_vcpus; n++)
			if (earlier->vcpus[n].cpu == delta->vcpus[i].cpu)
				vcpu_time__subtract(&delta->vcpus[i], &earlier->vcpus[n]);
}

static void subtract_channels(struct snapshot *delta, const struct snapshot *earlier)
{
	size_t nr = delta->nr_channels * delta->nr_cpus;

	for (size_t i = 0; i < nr && i < earlier->nr_channels * earlier->nr_cpus; i++)
		delta->channel_counts[i] =
			since(delta->channel_counts[i], earlier->channel_counts[i]);
}

static void subtract_bus(struct snapshot *delta, const struct snapshot *earlier)
{
	for (size_t i = 0; i < delta->nr_bus; i++)
		for (size_t n = 0; n < earlier->nr_bus; n++)
			if (!strcmp(earlier->bus[n].name, delta->bus[i].name))
				bus_events__subtract(&delta->bus[i], &earlier->bus[n]);
}

static void subtract_io(struct conservation *to, const struct conservation *from)
{
	to->started = since(to->started, from->started);
	to->completed = since(to->completed, from->completed);
	to->lost = since(to->lost, from->lost);
	to->preexisting = since(to->preexisting, from->preexisting);
	to->kernel = since(to->kernel, from->kernel);
	to->carried = from->in_flight;
}

static void subtract_nics(struct snapshot *delta, const struct snapshot *earlier)
{
	for (size_t i = 0; i < delta->nr_nics && i < earlier->nr_nics; i++) {
#define SINCE(name) delta->nics[i].name = since(delta->nics[i].name, earlier->nics[i].name);
		NIC_COUNTS(SINCE)
#undef SINCE
	}
}

bool drop__same(const struct drop *a, const struct drop *b)
{
	return a->received == b->received && !strcmp(a->device, b->device) &&
	       !strcmp(a->reason, b->reason);
}

static void subtract_drops(struct snapshot *delta, const struct snapshot *earlier)
{
	size_t kept = 0;

	for (size_t i = 0; i < delta->nr_drops; i++) {
		struct drop *drop = &delta->drops[i];

		for (size_t n = 0; n < earlier->nr_drops; n++)
			if (drop__same(drop, &earlier->drops[n]))
				drop->count = since(drop->count, earlier->drops[n].count);
		if (drop->count)
			delta->drops[kept++] = *drop;
	}
	delta->nr_drops = kept;
}

static void subtract_counters(struct snapshot *delta, const struct snapshot *earlier)
{
	for (size_t i = 0; i < delta->nr_losses && i < earlier->nr_losses; i++)
		delta->losses[i].count = since(delta->losses[i].count, earlier->losses[i].count);
	for (size_t i = 0; i < delta->nr_queues && i < earlier->nr_queues; i++) {
		struct queue_use *queue = &delta->queues[i];

		queue->last = since(queue->last, earlier->queues[i].last);
		queue->last_waited_ns =
			since(queue->last_waited_ns, earlier->queues[i].last_waited_ns);
	}
	for (size_t i = 0; i < delta->nr_probes && i < earlier->nr_probes; i++) {
		struct probe_status *probe = &delta->probes[i];

		probe->runs = since(probe->runs, earlier->probes[i].runs);
		probe->skipped = since(probe->skipped, earlier->probes[i].skipped);
	}
	delta->cost.bpf_ns = since(delta->cost.bpf_ns, earlier->cost.bpf_ns);
	delta->cost.runs = since(delta->cost.runs, earlier->cost.runs);
	delta->cost.user_ns = since(delta->cost.user_ns, earlier->cost.user_ns);
}

/* The arrays that a snapshot owns: X(member, how many). */
#define SNAPSHOT_ARRAYS(X)                              \
	X(paths, nr_paths)                              \
	X(slow, nr_slow)                                \
	X(queues, nr_queues)                            \
	X(nics, nr_nics)                                \
	X(drops, nr_drops)                              \
	X(losses, nr_losses)                            \
	X(probes, nr_probes)                            \
	X(vcpus, nr_vcpus)                              \
	X(channels, nr_channels)                        \
	X(channel_counts, nr_channels * later->nr_cpus) \
	X(bus, nr_bus)

/* A path's buckets are memory of its own. */
static int copy_buckets(struct snapshot *to, const struct snapshot *later)
{
	int err = 0;

	for (size_t i = 0; i < to->nr_paths; i++)
		to->paths[i].hist = (struct hist) {};
	for (size_t i = 0; !err && i < to->nr_paths; i++)
		err = hist__copy(&to->paths[i].hist, &later->paths[i].hist);
	return err;
}

static int copy_arrays(struct snapshot *to, const struct snapshot *later)
{
	int err = 0;

#define NONE(member, how_many) to->member = NULL;
	SNAPSHOT_ARRAYS(NONE)
#undef NONE
#define COPY(member, how_many)                                                \
	if (!err)                                                             \
		err = copy_array(&to->member, later->member, later->how_many, \
				 sizeof(*later->member));
	SNAPSHOT_ARRAYS(COPY)
#undef COPY
	if (to->paths && copy_buckets(to, later))
		err = -ENOMEM;
	return err;
}

int snapshot__delta(struct snapshot *delta, const struct snapshot *later,
		    const struct snapshot *earlier)
{
	int err;

	*delta = *later;
	err = copy_arrays(delta, later);
	if (err || !earlier)
		goto out;

	delta->start_ns = earlier->end_ns;
	delta->wall_start_ns = earlier->wall_start_ns + (earlier->end_ns - earlier->start_ns);
	subtract_paths(delta, earlier);
	drop_slow_before(delta, earlier->end_ns);
	subtract_cpu(&delta->cpu, &earlier->cpu);
	subtract_vcpus(delta, earlier);
	subtract_channels(delta, earlier);
	subtract_bus(delta, earlier);
	subtract_io(&delta->io, &earlier->io);
	subtract_io(&delta->packets, &earlier->packets);
	subtract_nics(delta, earlier);
	subtract_drops(delta, earlier);
	subtract_counters(delta, earlier);
out:
	if (err)
		snapshot__free(delta);
	return err;
}

void snapshot__free(struct snapshot *snap)
{
	for (size_t i = 0; snap->paths && i < snap->nr_paths; i++)
		hist__free(&snap->paths[i].hist);
#define FREE(member, how_many) free(snap->member);
	SNAPSHOT_ARRAYS(FREE)
#undef FREE
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

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "model/hypercalls.h"
#include "probe/budget.h"
#include "probe/counts.h"

#define NAME(id, name, ...)		[id] = name,
#define WHY(id, name, is_lost, why)	[id] = why,
#define IS_LOST(id, name, is_lost, ...) [id] = is_lost,

static const char *const loss_names[] = { XT_LOSSES(NAME) };
static const char *const loss_why[] = { XT_LOSSES(WHY) };
static const bool loss_lost[] = { XT_LOSSES(IS_LOST) };

void reader__rename(uint32_t path, struct path_key *key)
{
	for (int i = 0; i < FAMILIES; i++) {
		if (families[i]->rename)
			families[i]->rename(path, key);
	}
}

/* Add a path to the snapshot; NULL without memory. */
static struct path *add_path(const struct layout *layout, uint32_t number, struct snapshot *snap,
			     size_t *room)
{
	struct path *path, *more;

	if (snap->nr_paths == *room) {
		*room = *room ? *room * 2 : 32;
		more = realloc(snap->paths, *room * sizeof(*more));
		if (!more)
			return NULL;
		snap->paths = more;
	}
	path = &snap->paths[snap->nr_paths++];
	memset(path, 0, sizeof(*path));
	path->id = number + 1;
	path->key = layout->keys[number];
	reader__rename(number, &path->key);
	return path;
}

/* Sum a path over all CPUs, if it has any events. */
static int read_path(const struct layout *layout, uint32_t number, struct snapshot *snap,
		     size_t *room)
{
	struct path *path = NULL;

	for (unsigned int cpu = 0; cpu < layout->cpus; cpu++) {
		const struct xt_hist *h = layout__hist(layout, cpu, number);

		if (slice__is_empty(h))
			continue;
		if (!path)
			path = add_path(layout, number, snap, room);
		if (!path || slice__merge(&path->hist, h))
			return -ENOMEM;
	}
	return 0;
}

static int read_paths(const struct layout *layout, struct snapshot *snap)
{
	size_t room = 0;
	int err = 0;

	for (uint32_t i = 0; i < layout->nr_paths && !err; i++) {
		if (layout->keys[i].leg[0])
			err = read_path(layout, i, snap, &room);
	}
	return err;
}

uint64_t reader__sum_loss(const struct layout *layout, enum xt_loss loss)
{
	uint64_t sum = 0;

	for (unsigned int cpu = 0; cpu < layout->cpus; cpu++)
		sum += layout->cpu[cpu].loss[loss];
	return sum;
}

static int read_losses(const struct layout *layout, struct snapshot *snap)
{
	snap->losses = calloc(XT_LOSS_NR, sizeof(*snap->losses));
	if (!snap->losses)
		return -ENOMEM;
	snap->nr_losses = XT_LOSS_NR;
	for (int i = 0; i < XT_LOSS_NR; i++) {
		snap->losses[i].name = loss_names[i];
		snap->losses[i].why = loss_why[i];
		snap->losses[i].lost = loss_lost[i];
		snap->losses[i].count = reader__sum_loss(layout, i);
	}
	return 0;
}

/* A call site is listed as a probe; its runs are in the sum of all sites. */
static void read_site(const struct site *site, const struct family *family,
		      struct probe_status *status)
{
	const char *name = hypercall__name(site->call.nr);

	snprintf(status->name, sizeof(status->name), "%.40s+%#x", site->function, site->offset);
	snprintf(status->family, sizeof(status->family), "%s", family->name);
	status->site = true;
	status->any_call = site->call.nr < 0;
	status->purpose = status->any_call ? "by number" : name ? name : "unknown hypercall";
	status->rung = site->attached ? RUNG_KPROBE : RUNG_OFF;
	status->applicable = true;
	if (site->attached)
		return;
	snprintf(status->cause, sizeof(status->cause), "%s%s%s", site->cause ? site->cause : "",
		 site->err ? ": " : "", site->err ? strerror(-site->err) : "");
}

static void read_probe(const struct tracer *tracer, const struct family *family, int id,
		       struct probe_status *status)
{
	const struct attempt *attempt = &tracer->loader.attempts[id];
	const struct probe *probe = &probe_table[id];

	snprintf(status->name, sizeof(status->name), "%s",
		 attempt->target ? attempt->target : probe->hook);
	snprintf(status->family, sizeof(status->family), "%s", family->name);
	status->purpose = probe->purpose;
	status->rung = attempt->rung;
	status->applicable = attempt->applies;
	status->hardware_does = attempt->hardware_does;
	status->counts_sent = probe->counts_sent;
	if (attempt->rung == RUNG_OFF) {
		snprintf(status->cause, sizeof(status->cause), "%s", attempt->cause);
		snprintf(status->fix, sizeof(status->fix), "%s", attempt->fix);
	}
	status->ns_per_run = budget__run_ns(tracer, id);
	for (unsigned int cpu = 0; cpu < tracer->layout->cpus; cpu++)
		status->runs += tracer->layout->cpu[cpu].runs[id];
	status->skipped = loader__skipped(attempt);
	if (probe->counts_reads) {
		status->reads = status->runs + status->skipped;
		status->skipped = 0;
	}
}

static int read_probes(const struct tracer *tracer, struct snapshot *snap)
{
	const struct sites *sites = &tracer->sites;
	uint64_t skipped = 0, seen;

	snap->probes = calloc(XT_PROBE_NR + sites->nr, sizeof(*snap->probes));
	if (!snap->probes)
		return -ENOMEM;
	snap->nr_probes = XT_PROBE_NR + sites->nr;
	for (int i = 0; i < FAMILIES; i++) {
		for (int id = families[i]->first; id < families[i]->end; id++)
			read_probe(tracer, families[i], id, &snap->probes[id]);
		if (!family__has_sites(families[i]))
			continue;
		for (size_t n = 0; n < sites->nr; n++)
			read_site(&sites->site[n], families[i], &snap->probes[XT_PROBE_NR + n]);
	}
	for (int i = 0; i < XT_PROBE_NR; i++) {
		const struct probe_status *status = &snap->probes[i];

		skipped += status->skipped;
		snap->cost.runs += status->runs;
	}
	snap->cost.bpf_ns = budget__spent_ns(tracer);
	/* requests whose skipped issue or end was noticed later are not lost */
	seen = snap->losses[XT_NOTE_START_MISSED].count + snap->losses[XT_NOTE_END_MISSED].count;
	snap->losses[XT_LOST_SKIPPED].count += skipped > seen ? skipped - seen : 0;
	return 0;
}

/* What a CPU's slice says of its vCPU. */
static void read_vcpus(const struct layout *layout, struct snapshot *snap)
{
	for (size_t i = 0; i < snap->nr_vcpus; i++) {
		struct vcpu_time *vcpu = &snap->vcpus[i];
		const struct xt_hist *h = layout__hist(layout, vcpu->cpu, 0);

		for (uint32_t n = 0; n < layout->nr_paths; n++) {
			if (layout->keys[n].kind == KIND_CPU &&
			    layout->keys[n].mech == MECH_EMULATED)
				vcpu->held_ns += h[n].held;
		}
		snap->losses[XT_NOTE_VCPU_JUMP].count += vcpu->jumps;
		snap->losses[XT_NOTE_VCPU_CAME].count += vcpu->came;
		snap->losses[XT_NOTE_VCPU_WENT].count += vcpu->went;
	}
}

/* proc(5), statm: the second number is the resident set, in pages. */
static uint64_t resident_bytes(void)
{
	unsigned long size, resident = 0;
	FILE *file = fopen("/proc/self/statm", "re");

	if (!file)
		return 0;
	if (fscanf(file, "%lu %lu", &size, &resident) != 2)
		resident = 0;
	fclose(file);
	return (uint64_t)resident * sysconf(_SC_PAGESIZE);
}

static void read_cost(const struct tracer *tracer, struct own_cost *cost)
{
	cost->clock_read_ns = tracer->calibration.clock_ns;
	cost->clock_gettime_ns = tracer->calibration.gettime_ns;
	cost->vdso_known = cost->clock_gettime_ns > 0 && tracer->calibration.in_vdso >= 0;
	cost->in_vdso = tracer->calibration.in_vdso > 0;
	cost->kernel_bytes = tracer->layout->map_bytes;
	cost->user_ns = clock__ns(CLOCK_PROCESS_CPUTIME_ID) - tracer->user_start_ns;
	cost->rss_bytes = resident_bytes();
	if (budget__is_kept(tracer))
		cost->budget = tracer->layout->wanted->max_overhead;
	cost->at_first = tracer->budget.at_first;
}

int reader__read(const struct tracer *tracer, struct snapshot *snap)
{
	int err = -ENOMEM;

	memset(snap, 0, sizeof(*snap));
	snap->start_ns = tracer->start_ns;
	snap->wall_start_ns = tracer->wall_start_ns;
	snap->end_ns = tracer->cputime.at_ns;
	err = cputime__copy(&tracer->cputime, snap, tracer->platform->steal_measured);
	if (!err)
		err = read_paths(tracer->layout, snap);
	for (int i = 0; i < FAMILIES && !err; i++) {
		if (families[i]->read)
			err = families[i]->read(tracer, snap);
	}
	if (!err)
		err = counts__read(snap);
	if (!err && tracer->serving)
		err = serving__copy(tracer->serving, &snap->served, &snap->nr_served);
	if (!err)
		err = read_losses(tracer->layout, snap);
	if (!err)
		err = stacks__read(tracer->layout, snap);
	if (!err)
		err = read_probes(tracer, snap);
	if (err) {
		snapshot__free(snap);
		return err;
	}
	read_vcpus(tracer->layout, snap);
	read_cost(tracer, &snap->cost);
	return 0;
}

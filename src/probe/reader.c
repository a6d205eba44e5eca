// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "model/exact.h"
#include "model/hypercalls.h"
#include "platform/disk_stat.h"
#include "probe/reader.h"
#include "probe/reader_parts.h"
#include "probe/skipped.h"
#include "probe/slice.h"
#include "probe/slowest.h"

#define NAME(id, name, ...)		[id] = name,
#define WHY(id, name, is_lost, why)	[id] = why,
#define IS_LOST(id, name, is_lost, ...) [id] = is_lost,

static const char *const loss_names[] = { XT_LOSSES(NAME) };
static const char *const loss_why[] = { XT_LOSSES(WHY) };
static const bool loss_lost[] = { XT_LOSSES(IS_LOST) };

/* The device of an interrupt that sysfs does not name: the one disk whose requests it completes. */
static void name_learned(const struct tracer *tracer, uint32_t number, struct path_key *key)
{
	const struct layout *layout = tracer->layout;
	const struct xt_irq *irq;
	unsigned int disk;

	if (number < layout->irq || number >= layout->softirq || key->area != AREA_DISK ||
	    !(key->roles & PATH_IRQ))
		return;
	irq = &tracer->maps->irqs[layout->irq_of[number - layout->irq]];
	for (int after = 0; after < XT_IRQ_ACTIONS; after++) {
		disk = irq->disk[after];
		if (irq->slot[after] == number - layout->irq && disk && disk != XT_IRQ_DISKS)
			snprintf(key->device, sizeof(key->device), "%s",
				 layout__disk_name(layout, disk));
	}
}

/* The path's figures on all CPUs, appended when there are any. */
static int read_path(const struct tracer *tracer, uint32_t number, struct snapshot *snap,
		     size_t *room)
{
	const struct layout *layout = tracer->layout;
	struct path *path = NULL, *more;

	for (unsigned int cpu = 0; cpu < layout->cpus; cpu++) {
		const struct xt_hist *h =
			&tracer->maps->hists[(size_t)cpu * layout->nr_paths + number];

		if (slice__is_empty(h))
			continue;
		if (!path) {
			if (snap->nr_paths == *room) {
				*room = *room ? *room * 2 : 32;
				more = realloc(snap->paths, *room * sizeof(*more));
				if (!more)
					return -ENOMEM;
				snap->paths = more;
			}
			path = &snap->paths[snap->nr_paths++];
			memset(path, 0, sizeof(*path));
			path->id = number + 1;
			path->key = layout->keys[number];
			name_learned(tracer, number, &path->key);
		}
		if (slice__merge(&path->hist, h))
			return -ENOMEM;
	}
	return 0;
}

static int read_paths(const struct tracer *tracer, struct snapshot *snap)
{
	size_t room = 0;
	int err = 0;

	for (uint32_t i = 0; i < tracer->layout->nr_paths && !err; i++) {
		if (i != tracer->layout->scratch)
			err = read_path(tracer, i, snap, &room);
	}
	return err;
}

/* The use of a disk's queues; the paths to one disk have one. */
static struct queue_use *use_of(const struct layout *layout, struct snapshot *snap,
				const struct xt_disk *disk)
{
	const char *name = layout__disk_name(layout, disk->slot);
	struct queue_use *use;

	for (size_t i = 0; i < snap->nr_queues; i++)
		if (strcmp(snap->queues[i].device, name) == 0)
			return &snap->queues[i];
	use = &snap->queues[snap->nr_queues++];
	snprintf(use->device, sizeof(use->device), "%s", name);
	return use;
}

/* The queues of each disk that has a row, by the table that BPF finds them in. */
static int read_queues(const struct tracer *tracer, struct snapshot *snap)
{
	const struct layout *layout = tracer->layout;

	snap->queues = calloc(layout->nr_disk_rows, sizeof(*snap->queues));
	if (!snap->queues)
		return -ENOMEM;
	for (size_t i = 0; i < layout->nr_placed; i++) {
		const struct xt_disk *disk = &layout->placed[i];
		struct queue_use *use;

		if (!layout__has_row(layout, disk))
			continue;
		use = use_of(layout, snap, disk);
		use->queues += disk->queues;
		use->places = disk->places;
		for (uint32_t n = 0; n < disk->queues; n++) {
			const struct xt_queue *queue = &tracer->maps->queues[disk->first_queue + n];

			use->most = queue->most > use->most ? queue->most : use->most;
			use->last += queue->last;
			use->last_waited_ns += queue->waited;
		}
	}
	return 0;
}

uint64_t reader__sum_loss(const struct tracer *tracer, enum xt_loss loss)
{
	uint64_t sum = 0;

	for (unsigned int cpu = 0; cpu < tracer->layout->cpus; cpu++)
		sum += tracer->maps->cpus[cpu].loss[loss];
	return sum;
}

static int read_losses(const struct tracer *tracer, struct snapshot *snap)
{
	snap->losses = calloc(XT_LOSS_NR, sizeof(*snap->losses));
	if (!snap->losses)
		return -ENOMEM;
	snap->nr_losses = XT_LOSS_NR;
	for (int i = 0; i < XT_LOSS_NR; i++) {
		snap->losses[i].name = loss_names[i];
		snap->losses[i].why = loss_why[i];
		snap->losses[i].lost = loss_lost[i];
		snap->losses[i].count = reader__sum_loss(tracer, i);
	}
	return 0;
}

uint64_t reader__disks_done(const struct tracer *tracer)
{
	const struct platform *platform = tracer->platform;
	const struct layout *layout = tracer->layout;
	uint64_t done = 0;

	for (size_t i = 0; i < platform->nr_disks; i++) {
		if (layout->disk_slot[i] && layout->disk_slot[i] < layout->nr_disk_rows)
			done += disk_stat__read(platform->disks[i].name);
	}
	return done;
}

static void read_conservation(const struct tracer *tracer, struct conservation *io)
{
	for (unsigned int cpu = 0; cpu < tracer->layout->cpus; cpu++) {
		io->started += tracer->maps->cpus[cpu].count[XT_COUNT_STARTED];
		io->completed += tracer->maps->cpus[cpu].count[XT_COUNT_COMPLETED];
	}
	for (uint32_t i = 0; i < tracer->layout->nr_requests; i++) {
		if (tracer->maps->requests[i].state != XT_RQ_FREE)
			io->in_flight++;
	}
	io->lost = reader__sum_loss(tracer, XT_LOST_OVERWRITTEN) +
		   reader__sum_loss(tracer, XT_LOST_CLOCK);
	io->preexisting = reader__sum_loss(tracer, XT_NOTE_PREEXISTING);
	io->kernel = reader__disks_done(tracer) - tracer->disks_done;
}

/* A call site as a probe of its own; its runs are in the sum of all sites. */
static void read_site(const struct site *site, struct probe_status *status)
{
	const char *name = hypercall__name(site->call.nr);

	snprintf(status->name, sizeof(status->name), "%.40s+%#x", site->function, site->offset);
	snprintf(status->family, sizeof(status->family), "exact");
	status->site = true;
	status->purpose = site->call.nr < 0 ? EXACT_ANY : name ? name : "unknown hypercall";
	status->rung = site->attached ? RUNG_KPROBE : RUNG_OFF;
	status->applicable = true;
	if (site->attached)
		return;
	snprintf(status->cause, sizeof(status->cause), "%s%s%s", site->cause ? site->cause : "",
		 site->err ? ": " : "", site->err ? strerror(-site->err) : "");
}

static int read_probes(const struct tracer *tracer, struct snapshot *snap)
{
	const struct sites *sites = &tracer->sites;
	uint64_t skipped = 0, seen;

	snap->probes = calloc(XT_PROBE_NR + sites->nr, sizeof(*snap->probes));
	if (!snap->probes)
		return -ENOMEM;
	snap->nr_probes = XT_PROBE_NR + sites->nr;
	for (int i = 0; i < XT_PROBE_NR; i++) {
		const struct attempt *attempt = &tracer->loader.attempts[i];
		struct probe_status *status = &snap->probes[i];

		snprintf(status->name, sizeof(status->name), "%s",
			 attempt->target ? attempt->target : probe_table[i].hook);
		snprintf(status->family, sizeof(status->family), "%s", probe_table[i].family);
		status->purpose = probe_table[i].purpose;
		status->rung = attempt->rung;
		status->applicable = attempt->applies;
		status->hardware_does = attempt->hardware_does;
		status->counts_sent = i == XT_P_TX_START;
		if (attempt->rung == RUNG_OFF) {
			snprintf(status->cause, sizeof(status->cause), "%s", attempt->cause);
			snprintf(status->fix, sizeof(status->fix), "%s", attempt->fix);
		}
		status->ns_per_run = calibration__run_ns(&tracer->calibration, attempt->rung);
		if (i == XT_P_SITES && attempt->rung != RUNG_OFF)
			status->ns_per_run = calibration__site_ns(&tracer->calibration);
		for (unsigned int cpu = 0; cpu < tracer->layout->cpus; cpu++)
			status->runs += tracer->maps->cpus[cpu].runs[i];
		status->skipped = skipped__read(attempt);
		skipped += status->skipped;
		snap->cost.runs += status->runs;
		snap->cost.bpf_ns += (uint64_t)(status->ns_per_run * (double)status->runs);
	}
	for (size_t i = 0; i < sites->nr; i++)
		read_site(&sites->site[i], &snap->probes[XT_PROBE_NR + i]);
	/* requests whose end was skipped, and which are here all the same, are not lost */
	seen = snap->losses[XT_NOTE_END_MISSED].count;
	snap->losses[XT_LOST_SKIPPED].count += skipped > seen ? skipped - seen : 0;
	return 0;
}

static uint64_t count_events(const struct xt_hist *h)
{
	uint64_t count = 0;

	for (unsigned int i = 0; i < XT_BUCKETS; i++)
		count += h->bucket[i].count;
	return count;
}

static void read_counts(const struct tracer *tracer, struct snapshot *snap, uint32_t slot,
			uint64_t *counts)
{
	const struct layout *layout = tracer->layout;

	for (unsigned int cpu = 0; cpu < layout->cpus; cpu++)
		counts[cpu] = count_events(
			&tracer->maps->hists[(size_t)cpu * layout->nr_paths + layout->irq + slot]);
	for (size_t i = 0; i < snap->nr_vcpus; i++)
		snap->vcpus[i].events += counts[snap->vcpus[i].cpu];
}

/* Event channels by the vCPU that handled them: the handlers' counts in each CPU's slice. */
static int read_channels(const struct tracer *tracer, struct snapshot *snap)
{
	const struct layout *layout = tracer->layout;

	snap->nr_cpus = layout->cpus;
	snap->channels = calloc(layout->nr_irqs, sizeof(*snap->channels));
	snap->channel_counts = calloc((size_t)layout->nr_irqs * layout->cpus, sizeof(uint64_t));
	if (!snap->channels || !snap->channel_counts)
		return -ENOMEM;
	for (uint32_t slot = 1; slot < layout->nr_irqs; slot++) {
		const struct irq *owner = layout->owners[slot];
		struct path_key key = layout->keys[layout->irq + slot];
		struct channel *channel = &snap->channels[snap->nr_channels];

		if (!owner)
			continue;
		name_learned(tracer, layout->irq + slot, &key);
		snprintf(channel->kind, sizeof(channel->kind), "%s", owner->kind);
		snprintf(channel->device, sizeof(channel->device), "%s", key.device);
		snprintf(channel->op, sizeof(channel->op), "%s", key.op);
		channel->bound = strcmp(owner->chip, "xen-percpu") == 0;
		read_counts(tracer, snap, slot,
			    &snap->channel_counts[snap->nr_channels * layout->cpus]);
		snap->nr_channels++;
	}
	return 0;
}

/* What sysfs counts, since the start; devices that came since, from their beginning. */
static void read_bus(const struct tracer *tracer, struct snapshot *snap)
{
	if (bus_events__read(&snap->bus, &snap->nr_bus, "/"))
		return;
	for (size_t i = 0; i < snap->nr_bus; i++) {
		for (size_t n = 0; n < tracer->nr_bus; n++) {
			if (strcmp(snap->bus[i].name, tracer->bus[n].name) == 0)
				bus_events__subtract(&snap->bus[i], &tracer->bus[n]);
		}
	}
}

/* What a CPU's slice says of its vCPU. */
static void read_vcpus(const struct tracer *tracer, struct snapshot *snap)
{
	const struct layout *layout = tracer->layout;

	for (size_t i = 0; i < snap->nr_vcpus; i++) {
		struct vcpu_time *vcpu = &snap->vcpus[i];
		const struct xt_hist *h =
			&tracer->maps->hists[(size_t)vcpu->cpu * layout->nr_paths];

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
	cost->kernel_bytes = tracer->maps->bytes;
	cost->user_ns = clock__ns(CLOCK_PROCESS_CPUTIME_ID) - tracer->user_start_ns;
	cost->rss_bytes = resident_bytes();
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
		err = read_paths(tracer, snap);
	if (!err)
		err = read_queues(tracer, snap);
	if (!err)
		err = reader__nics(tracer, snap);
	if (!err)
		err = reader__drops(tracer, snap);
	if (!err)
		err = slowest__read(snap, tracer->maps, tracer->layout);
	if (!err)
		err = read_losses(tracer, snap);
	if (!err)
		err = read_probes(tracer, snap);
	if (!err)
		err = read_channels(tracer, snap);
	if (err) {
		snapshot__free(snap);
		return err;
	}
	read_conservation(tracer, &snap->io);
	reader__packets(tracer, &snap->packets);
	read_vcpus(tracer, snap);
	read_bus(tracer, snap);
	read_cost(tracer, &snap->cost);
	return 0;
}

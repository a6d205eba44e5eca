// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "model/ledger.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Above this share of lost events a report says that its data is incomplete. */
#define INCOMPLETE_SHARE 0.001

double ledger__share(uint64_t part, uint64_t whole)
{
	return whole ? (double)part / whole : 0;
}

/*
 * What the accounts want to know of a path again and again: a walk over its buckets, or a search
 * among the rows, is made once for each path of a snapshot.
 */
struct path_sum {
	uint64_t count, ns;
	uint64_t followed; /* of a CPU path: the time is theirs, and stands for all */
	size_t row;	   /* of the CPU account */
};

static struct path_sum *sum_paths(const struct snapshot *snap)
{
	struct path_sum *sums = calloc(snap->nr_paths ? snap->nr_paths : 1, sizeof(*sums));

	for (size_t i = 0; sums && i < snap->nr_paths; i++) {
		const struct hist *h = &snap->paths[i].hist;
		struct hist_sum sum = hist__sum(h);

		sums[i].count = sum.count;
		sums[i].ns = sum.ns;
		if (snap->paths[i].key.kind != KIND_CPU)
			continue;
		sums[i].count = hist__count(h);
		sums[i].ns = hist__all_ns(h);
		sums[i].followed = hist__followed(h);
	}
	return sums;
}

/* Where the vCPUs' time went: exclusive time by mechanism, area and device. */

bool cpu_row__is_count(const struct cpu_row *row)
{
	return row->events && !row->ns;
}

static bool is_in_cpu_row(const struct path *path, const struct cpu_row *row)
{
	size_t len = stem__len(path->key.device, path->key.stem);

	return path->key.mech == row->mech && path->key.area == row->area &&
	       !strncmp(path->key.device, row->device, len) && !row->device[len];
}

/* From the last one on backwards: the paths of a row come one after the other, nearly. */
static size_t cpu_row_of(struct cpu_account *cpu, const struct path *path)
{
	struct cpu_row *row;

	for (size_t i = cpu->nr_rows; i-- > 0;)
		if (is_in_cpu_row(path, &cpu->rows[i]))
			return i;
	row = &cpu->rows[cpu->nr_rows];
	row->mech = path->key.mech;
	row->area = path->key.area;
	memcpy(row->device, path->key.device, stem__len(path->key.device, path->key.stem));
	return cpu->nr_rows++;
}

/* Is the i-th path the row's first of its device? */
static bool is_new_device(const struct snapshot *snap, const struct path_sum *sums, size_t i)
{
	for (size_t n = 0; n < i; n++)
		if (snap->paths[n].key.kind == KIND_CPU && sums[n].row == sums[i].row &&
		    !strcmp(snap->paths[n].key.device, snap->paths[i].key.device))
			return false;
	return true;
}

static void add_to_cpu_rows(struct cpu_account *cpu, const struct snapshot *snap,
			    struct path_sum *sums)
{
	for (size_t i = 0; i < snap->nr_paths; i++) {
		const struct path *path = &snap->paths[i];
		struct cpu_row *row;

		if (path->key.kind != KIND_CPU)
			continue;
		sums[i].row = cpu_row_of(cpu, path);
		row = &cpu->rows[sums[i].row];
		row->ns += sums[i].ns;
		row->nr_devices += is_new_device(snap, sums, i);
		row->held_ns += path->hist.held;
		if (path->hist.max > row->max_ns)
			row->max_ns = path->hist.max;
		cpu->mech_ns[path->key.mech] += sums[i].ns;
		if (path->key.mech == MECH_EMULATED)
			cpu->held_ns += path->hist.held;
	}
}

/* The legs or operations of one row, before the largest few are kept. */
struct parts {
	struct cpu_part *all;
	size_t nr;
};

/* There is room for as many parts as the snapshot has paths. */
static void parts__add(struct parts *parts, const char name[40], const struct path_sum *sum)
{
	struct cpu_part *part;
	size_t i;

	for (i = 0; i < parts->nr; i++)
		if (!strcmp(parts->all[i].name, name))
			break;
	part = &parts->all[i];
	if (i == parts->nr) {
		memset(part, 0, sizeof(*part));
		memcpy(part->name, name, sizeof(part->name));
		parts->nr++;
	}
	part->ns += sum->ns;
	part->count += sum->count;
	part->followed += sum->followed;
}

static void parts__collect(struct parts *parts, const struct snapshot *snap,
			   const struct path_sum *sums, size_t row, bool by_leg)
{
	parts->nr = 0;
	for (size_t i = 0; i < snap->nr_paths; i++) {
		const struct path_key *key = &snap->paths[i].key;

		if (key->kind == KIND_CPU && sums[i].row == row)
			parts__add(parts, by_leg ? key->leg : key->op, &sums[i]);
	}
}

static int by_part_ns(const void *a, const void *b)
{
	const struct cpu_part *x = a, *y = b;

	if (x->ns != y->ns)
		return x->ns < y->ns ? 1 : -1;
	if (x->count != y->count)
		return x->count < y->count ? 1 : -1;
	return strcmp(x->name, y->name);
}

/*
 * A request passes submit and handler: counting both would count it twice, so a row's events are
 * those of its busiest leg. Legs of a hypercall are its wrappers, of which each call passes one.
 * Several vCPUs' interrupts have one leg, and are summed by it.
 */
static void count_row_events(struct cpu_row *row, const struct parts *legs)
{
	for (size_t i = 0; i < legs->nr; i++) {
		uint64_t count = legs->all[i].count;

		if (row->area == AREA_HYPERCALL) {
			row->events += count;
			row->followed += legs->all[i].followed;
		} else if (count > row->events) {
			row->events = count;
			row->followed = legs->all[i].followed;
		}
	}
}

/* Hypercalls are told apart by name; everything else by leg, or by operation with one leg only. */
static void split_cpu_row(struct cpu_account *cpu, size_t nr, const struct snapshot *snap,
			  const struct path_sum *sums, struct parts *parts)
{
	struct cpu_row *row = &cpu->rows[nr];

	parts__collect(parts, snap, sums, nr, true);
	count_row_events(row, parts);
	if (row->area == AREA_HYPERCALL || parts->nr < 2)
		parts__collect(parts, snap, sums, nr, false);

	qsort(parts->all, parts->nr, sizeof(*parts->all), by_part_ns);
	/* One part is the row itself, and its name is of use only where there is no device's. */
	if (row->nr_devices > 1 || (parts->nr == 1 && (*row->device || !*parts->all[0].name)))
		return;
	row->nr_parts = parts->nr < LEDGER_PARTS ? parts->nr : LEDGER_PARTS;
	row->nr_more = parts->nr - row->nr_parts;
	memcpy(row->parts, parts->all, row->nr_parts * sizeof(*parts->all));
}

static int by_mech_and_ns(const void *a, const void *b)
{
	const struct cpu_row *x = a, *y = b;

	if (x->mech != y->mech)
		return x->mech < y->mech ? -1 : 1;
	if (x->ns != y->ns)
		return x->ns < y->ns ? 1 : -1;
	if (x->area != y->area)
		return x->area < y->area ? -1 : 1;
	return strcmp(x->device, y->device);
}

/* The columns that no path measures: stolen, held off outside paths, and the rest. */
static void close_columns(struct cpu_account *cpu, const struct cpu_time *time)
{
	uint64_t known;

	if (time->steal_measured)
		cpu->mech_ns[MECH_STOLEN] += time->stolen_ns;
	if (time->offline_ns > cpu->held_ns)
		cpu->held_off_ns = time->offline_ns - cpu->held_ns;
	cpu->mech_ns[MECH_UNATTRIBUTED] += cpu->held_off_ns;

	known = cpu->idle_ns;
	for (int mech = 0; mech < MECH_NR; mech++)
		known += cpu->mech_ns[mech];
	if (known < cpu->total_ns)
		cpu->guest_rest_ns = cpu->total_ns - known;
	else
		cpu->excess_ns = known - cpu->total_ns;
	cpu->mech_ns[MECH_GUEST] += cpu->guest_rest_ns;
}

static int build_cpu(struct cpu_account *cpu, const struct snapshot *snap, struct path_sum *sums)
{
	size_t room = snap->nr_paths ? snap->nr_paths : 1;
	struct parts parts = { .all = calloc(room, sizeof(*parts.all)) };

	cpu->total_ns = snap->cpu.total_ns;
	cpu->idle_ns = snap->cpu.idle_ns;
	cpu->rows = calloc(room, sizeof(*cpu->rows));
	if (!cpu->rows || !parts.all) {
		free(parts.all);
		return -ENOMEM;
	}
	add_to_cpu_rows(cpu, snap, sums);
	for (size_t i = 0; i < cpu->nr_rows; i++)
		split_cpu_row(cpu, i, snap, sums, &parts);
	qsort(cpu->rows, cpu->nr_rows, sizeof(*cpu->rows), by_mech_and_ns);
	close_columns(cpu, &snap->cpu);
	free(parts.all);
	return 0;
}

/* What requests waited for: one row for each device and operation, in legs. */

static bool is_in_wait_row(const struct path *path, const struct wait_row *row)
{
	return path->key.area == row->area && !strcmp(path->key.device, row->device) &&
	       !strcmp(path->key.op, row->op);
}

static struct wait_row *wait_row_of(struct ledger *ledger, const struct path *path)
{
	struct wait_row *row;

	for (size_t i = ledger->nr_waits; i-- > 0;)
		if (is_in_wait_row(path, &ledger->waits[i]))
			return &ledger->waits[i];
	row = &ledger->waits[ledger->nr_waits++];
	row->area = path->key.area;
	row->mech = path->key.mech;
	memcpy(row->device, path->key.device, sizeof(row->device));
	memcpy(row->op, path->key.op, sizeof(row->op));
	row->roles = path->key.roles & (PATH_SENT | PATH_RECEIVED | PATH_POLL | PATH_FLUSH);
	return row;
}

/* Insertion keeps the order of time; what finds no room is merged into the last leg. */
static void add_leg(struct wait_row *row, const struct path *path, const struct path_sum *sum)
{
	size_t at = row->nr_legs;
	struct wait_leg *leg;

	while (at && row->legs[at - 1].order > path->key.order)
		at--;
	if (row->nr_legs == REQUEST_LEGS) {
		leg = &row->legs[REQUEST_LEGS - 1];
	} else {
		leg = &row->legs[at];
		memmove(leg + 1, leg, (row->nr_legs - at) * sizeof(*leg));
		memset(leg, 0, sizeof(*leg));
		memcpy(leg->name, path->key.leg, sizeof(leg->name));
		leg->mech = path->key.mech;
		leg->order = path->key.order;
		leg->roles = path->key.roles;
		row->nr_legs++;
	}
	leg->ns += sum->ns;
	leg->count += sum->count;
}

static void add_whole(struct wait_row *row, const struct path *path, const struct path_sum *sum)
{
	const struct hist *h = &path->hist;

	row->measured = true;
	row->mech = path->key.mech;
	row->hist = h;
	row->count = sum->count;
	row->waited_ns = sum->ns;
	row->p50_ns = hist__quantile(h, .5);
	row->p99_ns = hist__quantile(h, .99);
	row->p999_ns = hist__quantile(h, .999);
	row->max_ns = h->max;
	row->overlap_count = h->known;
	row->overlap_ns = h->known_ns;
	row->stolen_ns = h->stolen;
	row->held_ns = h->held;
}

/* Without the whole: the legs' sum, and the mechanism of the device's own leg. */
static void sum_legs(struct wait_row *row)
{
	for (size_t i = 0; i < row->nr_legs; i++) {
		const struct wait_leg *leg = &row->legs[i];

		row->waited_ns += leg->ns;
		if (leg->count > row->count)
			row->count = leg->count;
		if (leg->mech != MECH_GUEST)
			row->mech = leg->mech;
	}
}

/*
 * Some requests were only counted, and no followed one stands for them yet: take it that they lasted as
 * long as the others.
 */
static void add_pending(struct wait_row *row)
{
	const uint64_t count = hist__count(row->hist);
	const double times = row->count ? (double)count / row->count : 1;

	row->count = count;
	row->waited_ns *= times;
	for (size_t i = 0; i < row->nr_legs; i++)
		row->legs[i].ns *= times;
	row->mean_error_ns = hist__mean_error_ns(row->hist);
	row->p99_low_ns = hist__quantile_bound(row->hist, .99, -1);
	row->p99_high_ns = hist__quantile_bound(row->hist, .99, 1);
}

/* Does a request wait in it before the driver has it for good? The first leg of a disk's is the queue. */
static bool is_queue(const struct wait_leg *leg)
{
	return leg->order == 1 || leg->roles & (PATH_RING_FULL | PATH_GRANTS_SHORT | PATH_REQUEUED);
}

static void divide_mean(struct wait_row *row)
{
	double queue_ns = 0;

	if (row->area != AREA_DISK || !row->measured)
		return;
	for (size_t i = 0; i < row->nr_legs; i++) {
		if (row->legs[i].roles & (PATH_DEVICE | PATH_BACK_END))
			row->device_ns += row->legs[i].share_ns;
		if (is_queue(&row->legs[i]))
			queue_ns += row->legs[i].share_ns;
	}
	if (!row->device_ns)
		return;
	row->kernel_ns = row->mean_ns - row->device_ns;
	row->queue_ns = queue_ns;
}

static void close_wait_row(struct wait_row *row, uint64_t elapsed_ns)
{
	if (!row->measured)
		sum_legs(row);
	row->followed = row->hist ? hist__followed(row->hist) : row->count;
	if (row->followed < row->count)
		add_pending(row);
	if (row->count)
		row->mean_ns = (double)row->waited_ns / row->count;
	if (elapsed_ns) {
		row->per_second = row->count * 1e9 / elapsed_ns;
		row->in_flight = (double)row->waited_ns / elapsed_ns;
	}
	row->outside_ns = row->nr_legs ? row->waited_ns : 0;
	for (size_t i = 0; i < row->nr_legs; i++) {
		row->outside_ns -= row->legs[i].ns;
		if (row->count)
			row->legs[i].share_ns = (double)row->legs[i].ns / row->count;
	}
	divide_mean(row);
}

/*
 * Requests first, since somebody waits for them, which is not known of a timer's expiry; last what
 * is stacked, since it waits for the others.
 */
static int rank(const struct wait_row *row)
{
	return row->stacked ? 2 : row->area == AREA_TIMER;
}

static int by_waited(const void *a, const void *b)
{
	const struct wait_row *x = a, *y = b;
	int order;

	if (rank(x) != rank(y))
		return rank(x) - rank(y);
	if (x->waited_ns != y->waited_ns)
		return x->waited_ns < y->waited_ns ? 1 : -1;
	order = strcmp(x->device, y->device);
	return order ? order : strcmp(x->op, y->op);
}

static int build_waits(struct ledger *ledger, const struct snapshot *snap,
		       const struct platform *platform, const struct path_sum *sums)
{
	ledger->waits = calloc(snap->nr_paths ? snap->nr_paths : 1, sizeof(*ledger->waits));
	if (!ledger->waits)
		return -ENOMEM;
	for (size_t i = 0; i < snap->nr_paths; i++) {
		const struct path *path = &snap->paths[i];

		if (path->key.kind != KIND_WAIT)
			continue;
		if (path_key__is_whole(&path->key))
			add_whole(wait_row_of(ledger, path), path, &sums[i]);
		else
			add_leg(wait_row_of(ledger, path), path, &sums[i]);
	}
	for (size_t i = 0; i < ledger->nr_waits; i++) {
		struct wait_row *row = &ledger->waits[i];
		const struct disk *disk = NULL;

		if (row->area == AREA_DISK)
			disk = platform__disk(platform, row->device);
		row->stacked = (disk && disk->stacked) || row->area == AREA_BACK_END;
		/* only disk requests record the vCPU's runstate when they are issued */
		row->overlap_measured = snap->cpu.has_runstate && row->area == AREA_DISK;
		close_wait_row(row, ledger->elapsed_ns);
	}
	qsort(ledger->waits, ledger->nr_waits, sizeof(*ledger->waits), by_waited);
	return 0;
}

bool ledger__adds_up(const struct ledger *ledger, const struct path *path)
{
	if (path->key.kind != KIND_WAIT)
		return true;
	for (size_t i = 0; i < ledger->nr_waits; i++) {
		const struct wait_row *row = &ledger->waits[i];

		if (is_in_wait_row(path, row))
			return !row->stacked && (!path_key__is_whole(&path->key) || !row->nr_legs);
	}
	return false;
}

/* Event channels by kind and device, and which vCPUs handle them. */

/* While rows are made, a row's counts are at its place in the books. */
static struct event_row *event_row_of(struct event_rows *events, const struct channel *channel)
{
	size_t len = stem__len(channel->device, channel->stem);
	struct event_row *row;

	for (size_t i = 0; i < events->nr; i++) {
		row = &events->rows[i];
		if (!strcmp(row->kind, channel->kind) && row->bound == channel->bound &&
		    !strncmp(row->device, channel->device, len) && !row->device[len])
			return row;
	}
	row = &events->rows[events->nr];
	row->kind = channel->kind;
	row->bound = channel->bound;
	memcpy(row->device, channel->device, len);
	row->by_cpu = &events->counts[events->nr * events->cpus];
	events->nr++;
	return row;
}

static void event_row__add(struct event_row *row, const uint64_t *counts, unsigned int cpus)
{
	uint64_t count = 0;

	for (unsigned int cpu = 0; cpu < cpus; cpu++) {
		row->by_cpu[cpu] += counts[cpu];
		count += counts[cpu];
	}
	row->count += count;
	row->channels += count > 0;
}

static void find_busiest(struct event_row *row, unsigned int cpus)
{
	for (unsigned int cpu = 0; cpu < cpus; cpu++) {
		if (row->by_cpu[cpu] > row->busiest_count) {
			row->busiest_count = row->by_cpu[cpu];
			row->busiest = cpu;
		}
	}
}

static int by_events(const void *a, const void *b)
{
	const struct event_row *x = a, *y = b;

	if (x->count != y->count)
		return x->count < y->count ? 1 : -1;
	return strcmp(x->device, y->device);
}

static int build_events(struct event_rows *events, const struct snapshot *snap)
{
	size_t most = snap->nr_channels;

	events->cpus = snap->nr_cpus;
	events->rows = calloc(most + 1, sizeof(*events->rows));
	events->counts = calloc((most + 1) * (snap->nr_cpus + 1), sizeof(*events->counts));
	if (!events->rows || !events->counts)
		return -ENOMEM;
	events->movable.by_cpu = &events->counts[most * snap->nr_cpus];
	for (size_t i = 0; i < snap->nr_channels; i++) {
		const uint64_t *counts = &snap->channel_counts[i * snap->nr_cpus];
		struct event_row *row = event_row_of(events, &snap->channels[i]);

		event_row__add(row, counts, events->cpus);
		if (!row->bound)
			event_row__add(&events->movable, counts, events->cpus);
	}
	for (size_t i = 0; i < events->nr; i++)
		find_busiest(&events->rows[i], events->cpus);
	find_busiest(&events->movable, events->cpus);
	qsort(events->rows, events->nr, sizeof(*events->rows), by_events);
	while (events->nr && !events->rows[events->nr - 1].count)
		events->nr--;
	return 0;
}

size_t event_row__busiest(const struct event_row *row, unsigned int cpus, unsigned int *busiest,
			  size_t room)
{
	uint64_t below = UINT64_MAX;
	unsigned int after = 0;
	size_t nr = 0;

	for (; nr < room; nr++) {
		unsigned int best = cpus;

		for (unsigned int cpu = 0; cpu < cpus; cpu++) {
			uint64_t n = row->by_cpu[cpu];

			/* behind the last one, in the order of counts, then of numbers */
			if (!n || n > below || (n == below && cpu < after))
				continue;
			if (best == cpus || n > row->by_cpu[best])
				best = cpu;
		}
		if (best == cpus)
			break;
		below = row->by_cpu[best];
		after = best + 1;
		busiest[nr] = best;
	}
	return nr;
}

/* How complete the data is, and what it cost. */

static uint64_t count_events(const struct ledger *ledger, const struct snapshot *snap,
			     const struct path_sum *sums)
{
	uint64_t events = 0;

	for (size_t i = 0; i < snap->nr_paths; i++)
		if (snap->paths[i].key.kind == KIND_CPU)
			events += sums[i].count;
	for (size_t i = 0; i < ledger->nr_waits; i++)
		events += ledger->waits[i].count;
	return events;
}

/* What neither ended nor is in flight nor is known as lost. */
static int64_t missing_of(const struct conservation *io)
{
	return io->carried + io->started - io->completed - io->in_flight - io->lost;
}

/*
 * Judge requests, or packets, for themselves: lost ones are not made good by timers and interrupts,
 * of which there are many more.
 */
static void judge_kind(struct quality *quality, const struct conservation *io)
{
	double lost = ledger__share(io->lost, io->carried + io->started);

	if (lost > quality->worst_share)
		quality->worst_share = lost;
	/* one request may start or end between reading the counters and scanning the slots */
	quality->incomplete |= llabs(missing_of(io)) >
			       (io->carried + io->started) * INCOMPLETE_SHARE + 1;
}

/* ns that this family's programs take, were all that they see followed. */
static double family_ns(const struct snapshot *snap, const char *family)
{
	double ns = 0;

	for (size_t i = 0; i < snap->nr_probes; i++) {
		const struct probe_status *probe = &snap->probes[i];

		if (!probe->site && !strcmp(probe->family, family))
			ns += (double)probe->runs * probe->ns_per_run;
	}
	return ns;
}

static void judge_cost(struct quality *quality, const struct snapshot *snap)
{
	const struct own_cost *cost = &snap->cost;
	double most = cost->user_ns;

	quality->cost_share = ledger__share(cost->bpf_ns + cost->user_ns, snap->cpu.total_ns);
	quality->over_budget = cost->budget > 0 && quality->cost_share > cost->budget;
	quality->dearest = DEAREST_OWN;
	quality->own_dearest = true;
	for (size_t i = 0; i < snap->nr_probes; i++) {
		const double ns = family_ns(snap, snap->probes[i].family);

		if (ns > most) {
			most = ns;
			quality->dearest = snap->probes[i].family;
			quality->own_dearest = false;
		}
	}
}

static void judge(struct ledger *ledger, const struct snapshot *snap, const struct path_sum *sums)
{
	struct quality *quality = &ledger->quality;
	const struct own_cost *cost = &snap->cost;

	quality->events = count_events(ledger, snap, sums);
	for (size_t i = 0; i < snap->nr_losses; i++)
		if (snap->losses[i].lost)
			quality->lost += snap->losses[i].count;
	quality->lost_share = ledger__share(quality->lost, quality->events + quality->lost);

	quality->io_missing = missing_of(&snap->io);
	quality->packets_missing = missing_of(&snap->packets);
	quality->worst_share = quality->lost_share;
	judge_kind(quality, &snap->io);
	judge_kind(quality, &snap->packets);
	quality->incomplete |= quality->worst_share > INCOMPLETE_SHARE;

	judge_cost(quality, snap);
	quality->ns_per_event = ledger__share(cost->bpf_ns, quality->events);
	for (size_t i = 0; i < snap->nr_probes; i++) {
		if (!snap->probes[i].applicable || snap->probes[i].site)
			continue;
		quality->probes++;
		quality->probes_on += snap->probes[i].rung != RUNG_OFF;
	}
}

int ledger__build(struct ledger **out, const struct snapshot *snap, const struct platform *platform)
{
	struct ledger *ledger = calloc(1, sizeof(*ledger));
	struct path_sum *sums = sum_paths(snap);
	int err = -ENOMEM;

	if (!ledger || !sums)
		goto out;
	if (snap->end_ns > snap->start_ns)
		ledger->elapsed_ns = snap->end_ns - snap->start_ns;
	err = build_cpu(&ledger->cpu, snap, sums);
	if (!err)
		err = build_waits(ledger, snap, platform, sums);
	if (!err)
		err = build_events(&ledger->events, snap);
	if (!err)
		err = owner_rows__build(&ledger->owners, snap, ledger->elapsed_ns);
	if (err)
		goto out;
	judge(ledger, snap, sums);
	err = findings__test(&ledger->findings, snap, platform, ledger);
	if (err)
		goto out;
	*out = ledger;
out:
	free(sums);
	if (err)
		ledger__free(ledger);
	return err;
}

void ledger__free(struct ledger *ledger)
{
	if (!ledger)
		return;
	findings__free(&ledger->findings);
	free(ledger->cpu.rows);
	free(ledger->waits);
	free(ledger->owners.rows);
	free(ledger->events.rows);
	free(ledger->events.counts);
	free(ledger);
}

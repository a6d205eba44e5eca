// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Disks: which have rows of their own, their paths, the table in which BPF finds them, and what is
 * counted of their requests. A disk that is not traced costs only its place in the table.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "platform/counts.h"
#include "probe/family.h"
#include "probe/who.h"
#include "blk.skel.h"
#include "model/ledger.h"

/*
 * Room for a queue whose depth grows while tracing: nr_requests can be raised, and schedulers
 * change.
 */
#define TAGS_MIN 256
#define TAGS_FEW 64 /* the same where there are more disks than rows */

/* No more disks have rows of their own: nobody would read them. */
#define ROWS_MOST 256

/*
 * Rows that several disks share: one a letter, and one more for blkfront's disks, which have legs
 * of their own.
 */
#define ROWS_SHARED 10
#define SHARED_NAME "more disks"

/* Much smaller tables have a place for each disk. */
#define BITS_MIN  8
#define BITS_MOST 22

#define OWN UINT16_MAX /* a slot that is still to be given: a row of its own */

/* A row of the report: a disk, or what several share. */
struct disk_row {
	const struct disk *disk; /* NULL: shared */
	enum letter letter;
	bool ring;     /* blkfront's */
	uint32_t path; /* the first of its wait paths */
};

static struct xt_blk_config config;

/*
 * A slot is a number by which BPF knows a disk. 0 is "other"; then come those of rows, then those
 * of disks that are not traced.
 */
static struct disk_row *rows;
static uint32_t nr_rows;	    /* with slot 0 */
static const struct disk **disk_of; /* by slot; NULL: "other", or several disks share the row */
static uint16_t *slot_of;	    /* by number in the platform */
static bool few_tags;		    /* there are more disks than rows */

static struct xt_disk *placed; /* disks, and paths to them, that are in BPF's table */
static size_t nr_placed;
static uint32_t nr_requests = XT_OTHER_REQUESTS, nr_queues = 1; /* a map cannot be empty */

static struct xt_blk_cpu *by_cpu;
static struct xt_request *requests;
static struct xt_disk_queue *queues;
static struct xt_slowest *slowest; /* by CPU number */

static uint64_t done_at_start; /* of the disks that are traced, by the kernel's count */

static bool is_blkfront(const struct disk *disk)
{
	return disk->front == FRONT_BLKFRONT;
}

static bool is_row(uint32_t slot)
{
	return slot && slot < nr_rows;
}

/* How many wait paths a row has: legs times operations. */
static uint32_t wait_paths(bool ring)
{
	return XT_OP_NR * (ring ? XT_LEG_NR : XT_LEGS_COMMON);
}

static bool is_traced(const struct layout *layout, const struct disk *disk)
{
	return !disk->stacked && layout__is_wanted(layout->wanted->disks, disk->name);
}

static int most_used_first(const void *a, const void *b)
{
	const struct disk *x = *(const struct disk *const *)a, *y = *(const struct disk *const *)b;

	if (x->requests != y->requests)
		return x->requests < y->requests ? 1 : -1;
	return (x > y) - (x < y);
}

/* Choose the disks with rows of their own: all that are traced, or the most used of them. */
static int choose_own(struct layout *layout)
{
	const struct platform *platform = layout->platform;
	const struct disk **traced =
		layout__memory(layout, platform->nr_disks + 1, sizeof(*traced));
	size_t nr = 0, most = layout__rows_possible(layout, wait_paths(true), ROWS_MOST);
	static char text[128];

	if (!traced)
		return layout->err;
	for (size_t i = 0; i < platform->nr_disks; i++) {
		if (is_traced(layout, &platform->disks[i]))
			traced[nr++] = &platform->disks[i];
	}
	few_tags = nr > most;
	if (few_tags && layout->wanted->disks) {
		snprintf(text, sizeof(text), "-D names %zu disks, and there is room for %zu: %s",
			 nr, most, most == ROWS_MOST ? "name fewer" : "name fewer, or add memory");
		layout->why = text;
		return -E2BIG;
	}
	if (few_tags) {
		qsort(traced, nr, sizeof(*traced), most_used_first);
		nr = most;
	}
	for (size_t i = 0; i < nr; i++)
		slot_of[traced[i] - platform->disks] = OWN;
	return 0;
}

/* The shared row for a disk like this; made if there is none yet. */
static uint32_t shared_row(const struct disk *disk)
{
	const struct disk_row row = { .letter = disk->letter, .ring = is_blkfront(disk) };

	for (uint32_t slot = 1; slot < nr_rows; slot++) {
		if (!rows[slot].disk && rows[slot].letter == row.letter &&
		    rows[slot].ring == row.ring)
			return slot;
	}
	rows[nr_rows] = row;
	return nr_rows++;
}

/* Give each disk its slot: traced ones have their row's, the others numbers behind the rows. */
static void number_disks(const struct layout *layout)
{
	const struct platform *platform = layout->platform;
	uint32_t next;

	nr_rows = 1;
	for (size_t i = 0; i < platform->nr_disks; i++) {
		const struct disk *disk = &platform->disks[i];

		if (slot_of[i] != OWN)
			continue;
		rows[nr_rows] = (struct disk_row) {
			.disk = disk,
			.letter = disk->letter,
			.ring = is_blkfront(disk),
		};
		disk_of[nr_rows] = disk;
		slot_of[i] = nr_rows++;
	}
	for (size_t i = 0; i < platform->nr_disks; i++) {
		if (!slot_of[i] && is_traced(layout, &platform->disks[i]))
			slot_of[i] = shared_row(&platform->disks[i]);
	}
	next = nr_rows;
	for (size_t i = 0; i < platform->nr_disks; i++) {
		if (platform->disks[i].stacked || slot_of[i] || next == XT_IRQ_SEVERAL)
			continue;
		slot_of[i] = next;
		disk_of[next++] = &platform->disks[i];
	}
}

static int number(struct layout *layout)
{
	/* for each disk a row or a number, and the shared rows */
	const size_t nr = layout->platform->nr_disks + ROWS_SHARED + 1;
	int err;

	slot_of = layout__memory(layout, nr, sizeof(*slot_of));
	disk_of = layout__memory(layout, nr, sizeof(*disk_of));
	rows = layout__memory(layout, nr, sizeof(*rows));
	placed = layout__memory(layout, nr + layout->platform->nr_paths, sizeof(*placed));
	err = layout->err ? layout->err : choose_own(layout);
	if (err)
		return err;
	number_disks(layout);
	for (uint32_t slot = 0; slot < nr_rows; slot++)
		rows[slot].path = layout__paths(layout, wait_paths(rows[slot].ring));
	config.other_path = rows[0].path;
	config.submit_path = layout__paths(layout, nr_rows);
	return 0;
}

#define NAME(id, name, ...) [id] = name,

static const char *const op_names[] = { XT_BLK_OPS(NAME) };

/* A leg's name, its place in time, its roles, and whether the guest itself causes it. */
static const struct leg {
	const char *name;
	unsigned int order;
	bool guest;
	unsigned int roles;
} legs[] = {
#define LEG(id, name_, order_, ...) [id] = { .name = name_, .order = order_, __VA_ARGS__ },
	XT_BLK_LEGS(LEG)
};

static void name_row(struct layout *layout, uint32_t slot)
{
	const struct disk_row *row = &rows[slot];
	const char *name = row->disk ? row->disk->name : slot ? SHARED_NAME : "other";
	enum mech mech = letter__mech(row->letter);
	uint32_t path = row->path;

	for (unsigned int op = 0; op < XT_OP_NR; op++) {
		for (unsigned int i = 0; i < wait_paths(row->ring) / XT_OP_NR; i++) {
			const struct leg *leg = &legs[i];
			bool backend = row->ring && i == XT_LEG_DEVICE;
			struct path_key *key = layout__name(layout, path++, KIND_WAIT, AREA_DISK,
							    leg->guest ? MECH_GUEST : mech, name,
							    op_names[op],
							    backend ? "backend" : leg->name);

			key->roles = leg->roles;
			if (op == XT_OP_FLUSH || op == XT_OP_SYNC)
				key->roles |= PATH_FLUSH;
			key->order = leg->order;
		}
	}
	layout__name(layout, config.submit_path + slot, KIND_CPU, AREA_DISK, mech, name, "",
		     "submit");
}

static uint32_t key_of_name(const char *name)
{
	uint32_t words[XT_DISK_NAME / 4] = { 0 };

	memcpy(words, name, strnlen(name, sizeof(words) - 1));
	return xt_disk_named(words);
}

/*
 * Enter a disk, or a path to one, with these queues and tags. If it is traced, its requests get
 * slots.
 */
static void place_entry(struct xt_disk entry, unsigned int hw_queues, unsigned int tags,
			unsigned int depth)
{
	const unsigned int least = few_tags ? TAGS_FEW : TAGS_MIN;

	if (!(entry.flags & XT_DISK_IGNORED)) {
		entry.first = nr_requests;
		entry.per_queue = (depth > least ? depth : least) + 1;
		entry.queues = hw_queues ? hw_queues : 1;
		entry.first_queue = nr_queues;
		entry.places = tags;
		nr_requests += entry.per_queue * entry.queues;
		nr_queues += entry.queues;
	}
	config.disks_named += !!(entry.dev & XT_DISK_NAMED);
	placed[nr_placed++] = entry;
}

/*
 * The requests of a multipath disk are those of its paths: each path has slots of its own, and
 * shares the rest of `entry` with the disk. Returns whether there are any paths.
 */
static bool place_paths(const struct platform *platform, const struct disk *disk,
			struct xt_disk entry)
{
	bool any = false;

	for (size_t i = 0; i < platform->nr_paths; i++) {
		const struct disk_path *path = &platform->paths[i];

		if (strcmp(path->disk, disk->name) != 0)
			continue;
		any = true;
		entry.dev = path->major << 20 | path->minor;
		if (!entry.dev)
			entry.dev = key_of_name(path->name);
		place_entry(entry, path->hw_queues, path->tags, path->depth);
	}
	return any;
}

static void place_disk(const struct platform *platform, const struct disk *disk, uint16_t slot)
{
	struct xt_disk entry = { .slot = slot, .flags = XT_DISK_IGNORED };

	if (is_row(slot)) {
		entry.paths = rows[slot].path;
		entry.flags = (is_blkfront(disk) ? XT_DISK_RING : 0) |
			      (disk->letter == LETTER_VS ? XT_DISK_EMULATED : 0);
	}
	if (place_paths(platform, disk, entry))
		return;
	entry.dev = disk->major << 20 | disk->minor;
	place_entry(entry, disk->hw_queues, disk->tags, disk->depth);
}

/* Enter a disk into a table of 1 << bits places. False when there is none for it. */
static bool enter(struct xt_disk *table, uint32_t bits, const struct xt_disk *disk)
{
	for (uint32_t i = 0; i < XT_DISK_PROBES; i++) {
		struct xt_disk *at =
			&table[(xt_disk_hash(disk->dev, bits) + i) & ((1u << bits) - 1)];

		if (at->dev == disk->dev)
			return true; /* a device has one name: see disks.c:find_doubles() */
		if (at->dev)
			continue;
		*at = *disk;
		return true;
	}
	return false;
}

static bool enter_all(struct xt_disk *table, uint32_t bits)
{
	for (size_t i = 0; i < nr_placed; i++) {
		if (!enter(table, bits, &placed[i]))
			return false;
	}
	return true;
}

/* The table in which BPF looks up a request's disk: as large as needed. */
static int make_table(struct layout *layout)
{
	uint32_t bits = BITS_MIN;

	while (bits < BITS_MOST && 1u << bits < 2 * nr_placed)
		bits++;
	for (; bits <= BITS_MOST; bits++) {
		struct xt_disk *table = layout__memory(layout, 1u << bits, sizeof(*table)), *map;

		if (!table)
			return layout->err;
		if (!enter_all(table, bits))
			continue;
		config.disk_bits = bits;
		map = layout__map(layout, "xt_disks", sizeof(*map), 1u << bits);
		if (map)
			memcpy(map, table, sizeof(*map) << bits);
		return layout->err;
	}
	return -ENOMEM;
}

static int place(struct layout *layout)
{
	const struct platform *platform = layout->platform;

	config.disks_some = layout->wanted->disks;
	config.slower = layout->wanted->slower_ns;
	config.runstate = platform__on_xen(platform);
	config.flush_seq_bit = features__enum_value(layout->features, "__RQF_FLUSH_SEQ", 4);
	config.rq_second = features__tracepoint_args(layout->features, "block_rq_issue") == 2;
	who__place(layout, &config.who);
	for (uint32_t slot = 0; slot < nr_rows; slot++)
		name_row(layout, slot);
	for (size_t i = 0; i < platform->nr_disks; i++) {
		place_disk(platform, &platform->disks[i], slot_of[i]);
		if (is_row(slot_of[i]) && !rows[slot_of[i]].disk)
			layout->cpu[0].loss[XT_NOTE_SHARED_ROW]++;
	}
	by_cpu = layout__map(layout, "xt_blk", sizeof(*by_cpu), layout->cpus);
	requests = layout__map(layout, "xt_requests", sizeof(*requests), nr_requests);
	queues = layout__map(layout, "xt_disk_queues", sizeof(*queues), nr_queues);
	slowest = layout__map(layout, "xt_slowest", sizeof(*slowest), layout->cpus);
	for (unsigned int i = 0; by_cpu && i < layout->cpus; i++)
		by_cpu[i].slow_above = layout->wanted->slower_ns;
	return make_table(layout);
}

/* The name of a slot's disk, or of the row that it shares. */
static const char *disk_name(uint32_t slot)
{
	return disk_of[slot] ? disk_of[slot]->name : SHARED_NAME;
}

static void served(unsigned int slot, struct path_key *key)
{
	if (key->area == AREA_DISK)
		snprintf(key->device, sizeof(key->device), "%s", disk_name(slot));
}

FAMILY_OBJECT(blk)

/* block_io_done passes only requests that the kernel stamps: those of disks with iostats. */
static bool all_stamped(const struct platform *platform)
{
	for (size_t i = 0; i < platform->nr_disks; i++) {
		if (!platform->disks[i].stacked && !platform->disks[i].iostats)
			return false;
	}
	return true;
}

static bool was_refused(const struct loader *loader, enum xt_probe probe, enum rung rung)
{
	return loader->attempts[probe].refused & (1u << rung);
}

/*
 * The hook that ends requests on this kernel: where the kernel accounts them; else where it has
 * completed their bios, which NVMe's batches never pass; else where it begins to.
 */
static enum xt_probe end_probe(const struct loader *loader)
{
	const char *update = probe_table[XT_P_RQ_UPDATE].hook, *cause, *fix;

	if (!was_refused(loader, XT_P_IO_DONE, RUNG_TP_BTF) && all_stamped(loader->platform) &&
	    features__has_tracepoint(loader->features, probe_table[XT_P_IO_DONE].hook))
		return XT_P_IO_DONE;
	if (!was_refused(loader, XT_P_RQ_UPDATE, RUNG_FENTRY) &&
	    !platform__has_driver(loader->platform, "nvme") &&
	    features__fentry(loader->features, &cause, &fix) &&
	    features__has_btf_function(loader->features, update) &&
	    features__traceable(loader->features, update) != TRACEABLE_NO)
		return XT_P_RQ_UPDATE;
	return XT_P_RQ_COMPLETE;
}

static const char *unused(enum xt_probe probe, const struct loader *loader)
{
	enum xt_probe end = end_probe(loader);

	if (probe == XT_P_RQ_INSERT)
		return config.who.by || config.who.only ? NULL : "no owners are asked for";
	if (probe == end || (probe == XT_P_RQ_UNSTAMPED && end == XT_P_IO_DONE))
		return NULL;
	return "another hook ends requests here";
}

/* How many requests of the traced disks the kernel has counted as done since boot. */
static uint64_t disks_done(const struct platform *platform)
{
	uint64_t done = 0;

	for (size_t i = 0; i < platform->nr_disks; i++) {
		if (is_row(slot_of[i]))
			done += disk_stat__read(platform->disks[i].name);
	}
	return done;
}

static void start(struct tracer *tracer)
{
	done_at_start = disks_done(tracer->platform);
}

/* A disk's use of its queues; all paths to a disk share one. */
static struct queue_use *use_of(struct snapshot *snap, const struct xt_disk *disk)
{
	const char *name = disk_name(disk->slot);
	struct queue_use *use;

	for (size_t i = 0; i < snap->nr_queues; i++)
		if (strcmp(snap->queues[i].device, name) == 0)
			return &snap->queues[i];
	use = &snap->queues[snap->nr_queues++];
	snprintf(use->device, sizeof(use->device), "%s", name);
	return use;
}

/* The queues of each disk that has a row of its own. */
static int read_queues(struct snapshot *snap)
{
	snap->queues = calloc(nr_rows, sizeof(*snap->queues));
	if (!snap->queues)
		return -ENOMEM;
	for (size_t i = 0; i < nr_placed; i++) {
		const struct xt_disk *disk = &placed[i];
		struct queue_use *use;

		if (!is_row(disk->slot) || !disk_of[disk->slot])
			continue;
		use = use_of(snap, disk);
		use->queues += disk->queues;
		use->places = disk->places;
		for (uint32_t n = 0; n < disk->queues; n++) {
			const struct xt_disk_queue *queue = &queues[disk->first_queue + n];

			use->most = queue->most > use->most ? queue->most : use->most;
			use->last += queue->last;
			use->last_waited_ns += queue->waited;
		}
	}
	return 0;
}

static bool is_unasked(const struct xt_request *r)
{
	return r->state == XT_RQ_UNASKED || r->state == XT_RQ_UNASKED_REQUEUED;
}

static void read_conservation(const struct tracer *tracer, struct conservation *io)
{
	const struct layout *layout = tracer->layout;

	for (unsigned int cpu = 0; cpu < layout->cpus; cpu++) {
		io->started += by_cpu[cpu].started;
		io->completed += by_cpu[cpu].completed;
	}
	for (uint32_t i = 0; i < nr_requests; i++) {
		if (requests[i].state != XT_RQ_FREE && !is_unasked(&requests[i]))
			io->in_flight++;
	}
	io->lost = reader__sum_loss(layout, XT_LOST_OVERWRITTEN) +
		   reader__sum_loss(layout, XT_LOST_CLOCK);
	io->preexisting = reader__sum_loss(layout, XT_NOTE_PREEXISTING);
	/* whose they were the kernel does not count */
	if (!config.who.only)
		io->kernel = disks_done(tracer->platform) - done_at_start;
}

_Static_assert(SLOWEST == XT_SLOWEST, "what a CPU keeps is what a run does");
_Static_assert(XT_LEG_NR <= REQUEST_LEGS + 1, "room for all legs but the total");

/* A CPU that writes while each of so many copies is made is left out of this reading. */
#define TRIES 100

/* Copy one CPU's places as they were at one instant; false when they changed each time. */
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

/* The leg at this place in time. */
static enum xt_blk_leg leg_at(unsigned int order)
{
	enum xt_blk_leg leg = 0;

	while (legs[leg].order != order)
		leg++;
	return leg;
}

/* Names come from the request's paths: that of its first leg, and those that follow. */
static void translate(struct slow_request *to, const struct xt_slow *from,
		      const struct layout *layout)
{
	const struct path_key *keys = &layout->keys[from->path];

	memset(to, 0, sizeof(*to));
	memcpy(to->device, keys->device, sizeof(to->device));
	memcpy(to->op, keys->op, sizeof(to->op));
	to->start_ns = from->queued;
	to->total_ns = from->total;
	for (unsigned int order = 1; order < XT_LEG_NR; order++) {
		const enum xt_blk_leg leg = leg_at(order);

		if (!from->leg[leg])
			continue;
		memcpy(to->legs[to->nr_legs].name, keys[leg].leg, sizeof(keys->leg));
		to->legs[to->nr_legs++].ns = from->leg[leg];
	}
	to->issued = from->flags & XT_SLOW_ISSUED;
	to->vcpu = from->cpu;
	to->pid = from->pid;
	memcpy(to->comm, from->comm, sizeof(to->comm) - 1);
	to->overlap_known = from->flags & XT_SLOW_KNOWN;
	to->stolen_ns = from->stolen;
	to->held_ns = from->held;
	to->stack = stacks__names(from->stack);
}

static int slowest_first(const void *a, const void *b)
{
	const struct xt_slow *x = a, *y = b;

	if (x->total != y->total)
		return x->total < y->total ? 1 : -1;
	return (x->queued > y->queued) - (x->queued < y->queued);
}

/* Merge the slowest requests that each CPU has kept. */
static int read_slowest(const struct layout *layout, struct snapshot *snap)
{
	struct xt_slow *all = calloc((size_t)layout->cpus * XT_SLOWEST, sizeof(*all));
	size_t nr = 0;

	if (!all)
		return -ENOMEM;
	for (unsigned int i = 0; i < layout->cpus; i++) {
		if (copy_places(all + nr, &slowest[i]))
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

/* An empty place is the least slow, and is taken first. */
static void forget_slowest(const struct layout *layout, uint64_t before_ns)
{
	for (unsigned int cpu = 0; cpu < layout->cpus; cpu++) {
		for (unsigned int i = 0; i < XT_SLOWEST; i++) {
			struct xt_slow *slow = &slowest[cpu].kept[i];

			if (slow->queued + slow->total <= before_ns)
				__atomic_store_n(&slow->total, 0, __ATOMIC_RELAXED);
		}
		__atomic_store_n(&by_cpu[cpu].slow_above, layout->wanted->slower_ns,
				 __ATOMIC_RELAXED);
	}
}

static int read_all(const struct tracer *tracer, struct snapshot *snap)
{
	int err = read_queues(snap);

	if (!err)
		err = who__read(tracer->layout, snap);
	if (!err)
		err = read_slowest(tracer->layout, snap);
	read_conservation(tracer, &snap->io);
	for (unsigned int cpu = 0; cpu < tracer->layout->cpus; cpu++)
		snap->whose.left_out += by_cpu[cpu].left_out;
	return err;
}

static uint64_t count_requests(const struct layout *layout)
{
	uint64_t nr = 0;

	for (unsigned int cpu = 0; cpu < layout->cpus; cpu++)
		nr += by_cpu[cpu].started;
	return nr;
}

static uint64_t count_counted(const struct layout *layout)
{
	uint64_t nr = 0;

	for (unsigned int cpu = 0; cpu < layout->cpus; cpu++)
		nr += by_cpu[cpu].counted;
	return nr;
}

/* Its programs are those of its issue and its end; what functions say of it comes on top. */
static const struct follows follows = {
	.what = XT_RATE_REQUESTS,
	.programs = 2,
	.stacks = 1,
	.events = count_requests,
	.counted = count_counted,
};

const struct family family_blk = {
	FAMILY(blk, BLK), .unused = unused,  .number = number,	  .place = place,
	.served = served, .start = start,    .follows = &follows, .forget = forget_slowest,
	.read = read_all, .tick = who__tick,
};

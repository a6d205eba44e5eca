// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Disks: which have rows of their own, their paths, the table that BPF finds them in, and what is
 * counted of their requests. A disk that is not traced costs its place in the table.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "blk.skel.h"
#include "platform/disk_stat.h"
#include "probe/family.h"
#include "probe/reader.h"
#include "probe/slowest.h"
#include "probe/tracer_parts.h"

#define NAME(id, name, ...) [id] = name,

static const char *const op_names[] = { XT_BLK_OPS(NAME) };

/* Room for a queue whose depth grows while tracing: nr_requests can be raised, schedulers change. */
#define TAGS_MIN 256
#define TAGS_FEW 64 /* the same where there are more disks than rows */

/* So many disks have rows of their own; nobody reads more. */
#define ROWS_MOST 256

/* Rows that disks share: one a letter, and one more for blkfront's, which have legs of their own. */
#define ROWS_SHARED 10
#define SHARED_NAME "more disks"

/* Memory for the histograms of all rows: of the machine's, this part, and at least so much. */
#define MEMORY_PART  64
#define MEMORY_LEAST (64ull << 20)

/* A place for each disk is found long before; of two of one number there is but one place. */
#define BITS_MIN  8
#define BITS_MOST 22

/* A row of the report: a disk, or what several share. */
struct disk_row {
	const struct disk *disk; /* NULL: shared */
	enum letter letter;
	bool ring; /* blkfront's */
};

static bool is_blkfront(const struct disk *disk)
{
	return strcmp(disk->driver, "blkfront") == 0;
}

/* Wait paths of a disk: operations, and in each of them legs. */
static uint32_t wait_paths(bool ring)
{
	return XT_OP_NR * (ring ? XT_LEG_NR : XT_LEGS_COMMON);
}

static uint32_t rows_possible(const struct layout *layout)
{
	const uint64_t memory = (uint64_t)sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE);
	const uint64_t budget = memory / MEMORY_PART;
	const uint64_t row = (uint64_t)wait_paths(true) * sizeof(struct xt_hist) * layout->cpus;
	const uint64_t most = (budget > MEMORY_LEAST ? budget : MEMORY_LEAST) / row;

	if (most > ROWS_MOST)
		return ROWS_MOST;
	return most > 1 ? most : 1;
}

static bool is_traced(const struct disk *disk, const char *const *wanted)
{
	return !disk->stacked && layout__is_wanted(wanted, disk->name);
}

static int most_used_first(const void *a, const void *b)
{
	const struct disk *x = *(const struct disk *const *)a, *y = *(const struct disk *const *)b;

	if (x->requests != y->requests)
		return x->requests < y->requests ? 1 : -1;
	return (x > y) - (x < y);
}

/* The row that such disks share; made if there is none yet. */
static uint32_t shared_row(struct layout *layout, const struct disk *disk)
{
	const struct disk_row row = { .letter = disk->letter, .ring = is_blkfront(disk) };
	uint32_t slot;

	for (slot = 1; slot < layout->nr_disk_rows; slot++) {
		const struct disk_row *at = &layout->disk_rows[slot];

		if (!at->disk && at->letter == row.letter && at->ring == row.ring)
			return slot;
	}
	layout->disk_rows[layout->nr_disk_rows++] = row;
	return slot;
}

#define OWN UINT16_MAX /* a slot that is still to be given: a row of its own */

/* Which disks have rows of their own: all that are traced, or else those that are used most. */
static int choose_own(struct layout *layout, const struct platform *platform,
		      const char *const *wanted, const char **why)
{
	const struct disk **traced = calloc(platform->nr_disks + 1, sizeof(*traced));
	size_t nr = 0, most = rows_possible(layout);
	static char text[128];

	if (!traced)
		return -ENOMEM;
	for (size_t i = 0; i < platform->nr_disks; i++) {
		if (is_traced(&platform->disks[i], wanted))
			traced[nr++] = &platform->disks[i];
	}
	layout->few_tags = nr > most;
	if (nr > most && wanted) {
		free(traced);
		snprintf(text, sizeof(text), "-D names %zu disks, and there is room for %zu: %s",
			 nr, most, most == ROWS_MOST ? "name fewer" : "name fewer, or add memory");
		*why = text;
		return -E2BIG;
	}
	if (nr > most) {
		qsort(traced, nr, sizeof(*traced), most_used_first);
		nr = most;
	}
	for (size_t i = 0; i < nr; i++)
		layout->disk_slot[traced[i] - platform->disks] = OWN;
	free(traced);
	return 0;
}

/* The slots: traced disks' are their rows', of those left out numbers behind the rows. */
static void number_disks(struct layout *layout, const struct platform *platform,
			 const char *const *wanted)
{
	uint32_t next;

	layout->nr_disk_rows = 1;
	for (size_t i = 0; i < platform->nr_disks; i++) {
		const struct disk *disk = &platform->disks[i];

		if (layout->disk_slot[i] != OWN)
			continue;
		layout->disk_slot[i] = layout->nr_disk_rows;
		layout->disk_rows[layout->nr_disk_rows++] = (struct disk_row) {
			.disk = disk,
			.letter = disk->letter,
			.ring = is_blkfront(disk),
		};
	}
	for (size_t i = 0; i < platform->nr_disks; i++) {
		if (layout->disk_slot[i] || !is_traced(&platform->disks[i], wanted))
			continue;
		layout->disk_slot[i] = shared_row(layout, &platform->disks[i]);
		layout->disks_shared++;
	}
	next = layout->nr_disk_rows;
	for (size_t i = 0; i < platform->nr_disks; i++) {
		if (platform->disks[i].stacked || layout->disk_slot[i] || next == XT_IRQ_DISKS)
			continue;
		layout->disk_slot[i] = next;
		layout->disk_of[next++] = &platform->disks[i];
	}
	for (uint32_t slot = 1; slot < layout->nr_disk_rows; slot++)
		layout->disk_of[slot] = layout->disk_rows[slot].disk;
}

/* Room for slots: a row or a number for each disk, and what disks share. */
static int make_slots(struct layout *layout, const struct platform *platform)
{
	const size_t nr = platform->nr_disks + ROWS_SHARED + 1;

	layout->disk_slot = calloc(nr, sizeof(*layout->disk_slot));
	layout->disk_of = calloc(nr, sizeof(*layout->disk_of));
	layout->disk_rows = calloc(nr, sizeof(*layout->disk_rows));
	layout->placed = calloc(nr + platform->nr_paths, sizeof(*layout->placed));
	return layout->disk_slot && layout->disk_of && layout->disk_rows && layout->placed
		       ? 0
		       : -ENOMEM;
}

static int range(struct layout *layout, const struct platform *platform,
		 const struct wanted *wanted, uint32_t *next, const char **why)
{
	int err = make_slots(layout, platform);

	if (!err)
		err = choose_own(layout, platform, wanted->disks, why);
	if (err)
		return err;
	number_disks(layout, platform, wanted->disks);
	layout->some_disks = wanted->disks;
	layout->blk = *next;
	*next += wait_paths(false);
	for (uint32_t slot = 1; slot < layout->nr_disk_rows; slot++)
		*next += wait_paths(layout->disk_rows[slot].ring);
	layout->submit = *next;
	*next += layout->nr_disk_rows;
	return 0;
}

/* A leg's name and mechanism, by the disk's: a queue is the guest's own, a backend is not. */
static const char *leg_name(enum xt_blk_leg leg, bool ring)
{
	static const char *const names[] = { XT_BLK_LEGS(NAME) };

	return ring && leg == XT_LEG_DEVICE ? "backend" : names[leg];
}

static enum mech leg_mech(enum xt_blk_leg leg, enum mech disk)
{
	return leg == XT_LEG_QUEUE || leg == XT_LEG_FINISH ? MECH_GUEST : disk;
}

/* The legs' places in time, as far as their numbers are not. */
static const unsigned int in_time[XT_LEG_NR] = {
	[XT_LEG_QUEUE] = 1,  [XT_LEG_RING] = 2,	  [XT_LEG_GRANTS] = 3,	[XT_LEG_REQUEUE] = 4,
	[XT_LEG_SUBMIT] = 5, [XT_LEG_DEVICE] = 6, [XT_LEG_HANDLER] = 7, [XT_LEG_FINISH] = 8,
};

static unsigned int leg_roles(enum xt_blk_leg leg)
{
	static const unsigned int roles[XT_LEG_NR] = {
		[XT_LEG_TOTAL] = PATH_WHOLE,	  [XT_LEG_DEVICE] = PATH_DEVICE,
		[XT_LEG_RING] = PATH_RING_FULL,	  [XT_LEG_GRANTS] = PATH_GRANTS_SHORT,
		[XT_LEG_REQUEUE] = PATH_REQUEUED,
	};

	return roles[leg];
}

static void name_row(struct layout *layout, uint32_t slot, uint32_t path, const char *name,
		     bool ring, enum mech mech)
{
	uint32_t legs = wait_paths(ring) / XT_OP_NR;

	for (unsigned int op = 0; op < XT_OP_NR; op++) {
		for (unsigned int leg = 0; leg < legs; leg++, path++) {
			layout__name(&layout->keys[path], KIND_WAIT, AREA_DISK, leg_mech(leg, mech),
				     name, op_names[op], leg_name(leg, ring));
			layout->keys[path].roles = leg_roles(leg);
			layout->keys[path].order = in_time[leg];
		}
	}
	layout__name(&layout->keys[layout->submit + slot], KIND_CPU, AREA_DISK, mech, name, "",
		     "submit");
}

/* Slots for the requests of what has these queues and tags: a disk, or a path to it. */
static void place_requests(struct layout *layout, struct xt_disk *entry, unsigned int hw_queues,
			   unsigned int tags, unsigned int depth)
{
	const unsigned int least = layout->few_tags ? TAGS_FEW : TAGS_MIN;

	entry->first = layout->nr_requests;
	entry->per_queue = (depth > least ? depth : least) + 1;
	entry->queues = hw_queues ? hw_queues : 1;
	entry->first_queue = layout->nr_queues;
	entry->places = tags;
	layout->nr_requests += entry->per_queue * entry->queues;
	layout->nr_queues += entry->queues;
}

static uint32_t key_of_name(const char *name)
{
	uint32_t words[XT_DISK_NAME / 4] = { 0 };

	memcpy(words, name, strnlen(name, sizeof(words) - 1));
	return xt_disk_named(words);
}

static void place_entry(struct layout *layout, struct xt_disk entry, unsigned int hw_queues,
			unsigned int tags, unsigned int depth)
{
	if (!(entry.flags & XT_DISK_IGNORED))
		place_requests(layout, &entry, hw_queues, tags, depth);
	layout->disks_named += !!(entry.dev & XT_DISK_NAMED);
	layout->placed[layout->nr_placed++] = entry;
}

/*
 * The requests of a disk that has paths are its paths': each has slots of its own, and all of them
 * what is the disk's in `entry`. Returns whether there are any.
 */
static bool place_paths(struct layout *layout, const struct platform *platform,
			const struct disk *disk, struct xt_disk entry)
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
		place_entry(layout, entry, path->hw_queues, path->tags, path->depth);
	}
	return any;
}

static void place_disk(struct layout *layout, const struct platform *platform, size_t i,
		       const uint32_t *row_paths)
{
	const struct disk *disk = &platform->disks[i];
	struct xt_disk entry = { .slot = layout->disk_slot[i], .flags = XT_DISK_IGNORED };

	if (entry.slot && entry.slot < layout->nr_disk_rows) {
		entry.paths = row_paths[entry.slot];
		entry.flags = (is_blkfront(disk) ? XT_DISK_RING : 0) |
			      (disk->letter == LETTER_VS ? XT_DISK_EMULATED : 0);
	}
	if (place_paths(layout, platform, disk, entry))
		return;
	entry.dev = disk->major << 20 | disk->minor;
	place_entry(layout, entry, disk->hw_queues, disk->tags, disk->depth);
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

/* The table that BPF looks requests' disks up in: as large as it takes. */
static int make_table(struct layout *layout)
{
	uint32_t bits = BITS_MIN;
	size_t in;

	while (bits < BITS_MOST && 1u << bits < 2 * layout->nr_placed)
		bits++;
	for (; bits <= BITS_MOST; bits++) {
		free(layout->disks);
		layout->disks = calloc(1u << bits, sizeof(*layout->disks));
		if (!layout->disks)
			return -ENOMEM;
		for (in = 0; in < layout->nr_placed; in++) {
			if (!enter(layout->disks, bits, &layout->placed[in]))
				break;
		}
		layout->disk_bits = bits;
		if (in == layout->nr_placed)
			return 0;
	}
	return -ENOMEM;
}

static int place(struct layout *layout, const struct platform *platform,
		 const struct wanted *wanted, const char **why)
{
	uint32_t *row_paths = calloc(layout->nr_disk_rows, sizeof(*row_paths));
	uint32_t path = layout->blk;

	(void)wanted;
	(void)why;
	if (!row_paths)
		return -ENOMEM;
	for (uint32_t slot = 0; slot < layout->nr_disk_rows; slot++) {
		const struct disk_row *row = &layout->disk_rows[slot];
		const char *name = row->disk ? row->disk->name : slot ? SHARED_NAME : "other";

		row_paths[slot] = path;
		name_row(layout, slot, path, name, row->ring, letter__mech(row->letter));
		path += wait_paths(row->ring);
	}
	for (size_t i = 0; i < platform->nr_disks; i++)
		place_disk(layout, platform, i, row_paths);
	free(row_paths);
	return make_table(layout);
}

bool blk__has_row(const struct layout *layout, const struct xt_disk *disk)
{
	return disk->slot && disk->slot < layout->nr_disk_rows && layout->disk_of[disk->slot];
}

const char *blk__disk_name(const struct layout *layout, uint32_t slot)
{
	const struct disk *disk = layout->disk_of[slot];

	return disk ? disk->name : layout->keys[layout->submit + slot].device;
}

static void configure(struct blk_bpf *skel, const struct layout *layout,
		      const struct features *features)
{
	skel->rodata->cfg_blk_base = layout->blk;
	skel->rodata->cfg_disk_bits = layout->disk_bits;
	skel->rodata->cfg_disks_named = layout->disks_named;
	skel->rodata->cfg_disks_some = layout->some_disks;
	skel->rodata->cfg_submit_base = layout->submit;
	skel->rodata->cfg_runstate = layout->runstate;
	skel->rodata->cfg_flush_seq_bit = features__enum_value(features, "__RQF_FLUSH_SEQ", 4);
	skel->rodata->cfg_rq_second = features__tracepoint_args(features, "block_rq_issue") == 2;
}

FAMILY_OBJECT(blk)

/* block_io_done is for requests that the kernel stamps, which iostats makes it do. */
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
 * The hook that ends requests here: the first that works of where the kernel accounts them,
 * where it has completed their bios (which NVMe's batches never pass), and where it begins to.
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

	if (probe == end || (probe == XT_P_RQ_UNSTAMPED && end == XT_P_IO_DONE))
		return NULL;
	return "another hook ends requests here";
}

/* Requests of the disks that are traced, which the kernel has counted as done since boot. */
static uint64_t disks_done(const struct tracer *tracer)
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

static void start(struct tracer *tracer)
{
	tracer->disks_done = disks_done(tracer);
}

/* The use of a disk's queues; the paths to one disk have one. */
static struct queue_use *use_of(const struct layout *layout, struct snapshot *snap,
				const struct xt_disk *disk)
{
	const char *name = blk__disk_name(layout, disk->slot);
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

		if (!blk__has_row(layout, disk))
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
	io->kernel = disks_done(tracer) - tracer->disks_done;
}

static int read_all(const struct tracer *tracer, struct snapshot *snap)
{
	int err = read_queues(tracer, snap);

	if (!err)
		err = slowest__read(snap, tracer->maps, tracer->layout);
	read_conservation(tracer, &snap->io);
	return err;
}

const struct family family_blk = {
	FAMILY(blk, BLK),    .unused = unused,	 .range = range, .place = place,
	.open = open_object, .destroy = destroy, .start = start, .read = read_all,
};

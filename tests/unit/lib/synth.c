// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "synth.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define S     1000000000ull
#define NR(a) (sizeof(a) / sizeof((a)[0]))

#define set(field, text) snprintf(field, sizeof(field), "%s", text)

struct leg {
	const char *name;
	enum mech mech;
	double median_ns, sigma;
};

static const struct leg pv_legs[] = {
	{ "queue", MECH_GUEST, 6000, .6 },   { "submit", MECH_PV, 3100, .35 },
	{ "backend", MECH_PV, 470000, .6 },  { "handler", MECH_PV, 2400, .35 },
	{ "finish", MECH_GUEST, 11000, .4 },
};

static const struct leg emulated_legs[] = {
	{ "queue", MECH_GUEST, 14000, .6 },	  { "submit", MECH_EMULATED, 130000, .3 },
	{ "device", MECH_EMULATED, 3000000, .5 }, { "handler", MECH_EMULATED, 21000, .4 },
	{ "finish", MECH_GUEST, 15000, .4 },
};

#define LEGS 5

/* The paths of a disk: for read and write the legs and the total, then two of CPU time. */
#define OP_PATHS   (LEGS + 1)
#define DISK_PATHS (2 * OP_PATHS + 2)

struct state {
	const struct synth *synth;
	uint64_t random;
	double spare; /* Box and Muller make two at once */
	bool has_spare;
	double speed; /* the interval's deviation, in sigmas */
	/* by path: ended since the last one that was followed */
	uint64_t pending[1024];
	struct fixture *f;
};

static double uniform(struct state *s)
{
	s->random ^= s->random >> 12;
	s->random ^= s->random << 25;
	s->random ^= s->random >> 27;
	return ((s->random * 2685821657736338717ull >> 11) + .5) / 9007199254740992.0;
}

static double normal(struct state *s)
{
	double radius, angle;

	if (s->has_spare) {
		s->has_spare = false;
		return s->spare;
	}
	radius = sqrt(-2 * log(uniform(s)));
	angle = 2 * M_PI * uniform(s);
	s->spare = radius * sin(angle);
	s->has_spare = true;
	return radius * cos(angle);
}

static struct hist *add_path(struct state *s, enum kind kind, enum area area, enum mech mech,
			     const char *device, const char *op, const char *leg)
{
	struct hist *h = fixture__path(s->f, kind, area, mech, device, op, leg);

	s->f->snap.paths[s->f->snap.nr_paths - 1].id = s->f->snap.nr_paths;
	return h;
}

static const struct leg *legs_of(const struct synth_disk *disk)
{
	return disk->emulated ? emulated_legs : pv_legs;
}

static enum mech mech_of(const struct synth_disk *disk)
{
	return disk->emulated ? MECH_EMULATED : MECH_PV;
}

static void add_paths(struct state *s, const struct synth_disk *disk)
{
	static const char *const ops[] = { "read", "write" };

	for (size_t op = 0; op < NR(ops); op++) {
		for (size_t i = 0; i < LEGS; i++)
			add_path(s, KIND_WAIT, AREA_DISK, legs_of(disk)[i].mech, disk->name,
				 ops[op], legs_of(disk)[i].name);
		add_path(s, KIND_WAIT, AREA_DISK, mech_of(disk), disk->name, ops[op], "total");
	}
	add_path(s, KIND_CPU, AREA_DISK, mech_of(disk), disk->name, "", "submit");
	add_path(s, KIND_CPU, AREA_DISK, mech_of(disk), disk->name, "irq 60", "handler");
}

static void add_disk(struct state *s, const struct synth_disk *from)
{
	struct platform *p = &s->f->platform;
	struct disk *disk;

	p->disks = realloc(p->disks, (p->nr_disks + 1) * sizeof(*disk));
	assert(p->disks);
	disk = &p->disks[p->nr_disks++];
	*disk = (struct disk) {
		.letter = from->emulated ? LETTER_VS : LETTER_P,
		.front = from->emulated ? FRONT_NONE : FRONT_BLKFRONT,
		.hw_queues = 1,
		.depth = 32,
		.sectors = from->sectors,
	};
	set(disk->name, from->name);
	set(disk->driver, from->emulated ? "ahci" : "blkfront");
	set(disk->same_as, from->same_as ? from->same_as : "");
	set(disk->mounts, from->mounts ? from->mounts : "");
}

/* For how many events of this path the next one stands; 0: it is only counted. */
static uint64_t weight(struct state *s, const struct path *path)
{
	uint64_t *pending = &s->pending[path - s->f->snap.paths], weight;

	assert((size_t)(path - s->f->snap.paths) < NR(s->pending));
	++*pending;
	if (s->synth->every && uniform(s) * s->synth->every >= 1)
		return 0;
	weight = *pending;
	*pending = 0;
	return weight;
}

static void add(struct hist *h, double ns, uint64_t weight)
{
	struct hist_bucket *bucket = hist__use(h, hist__index(ns));

	assert(bucket);
	bucket->count += weight;
	bucket->ns += weight * (uint64_t)ns;
	if (ns > h->max)
		h->max = ns;
}

static void request(struct state *s, const struct synth_disk *disk, struct path *paths,
		    struct path *cpu)
{
	const struct leg *legs = legs_of(disk);
	const uint64_t stands = weight(s, &paths[LEGS]);
	uint64_t sum = 0;

	for (size_t i = 0; i < LEGS; i++) {
		double ns = legs[i].median_ns *
			    exp(legs[i].sigma * normal(s) + s->synth->noise * s->speed);

		if (disk->slower && !strcmp(disk->slower, legs[i].name))
			ns *= disk->factor;
		if (stands)
			add(&paths[i].hist, ns, stands);
		sum += (uint64_t)ns;
		if (!strcmp(legs[i].name, "submit"))
			hist__add(&cpu[0].hist, .8 * ns);
		if (!strcmp(legs[i].name, "handler"))
			hist__add(&cpu[1].hist, .8 * ns);
	}
	if (!stands)
		return;
	add(&paths[LEGS].hist, sum, stands);
	paths[LEGS].hist.extra += stands - 1;
}

/* Events come when they like: their number in a second is Poisson's, nearly. */
static unsigned int number(struct state *s, double rate)
{
	double n = rate + sqrt(rate) * normal(s);

	return n > 0 ? n + .5 : 0;
}

/* What passed in a second; the paths of all disks are there, with and without events. */
static void second(struct state *s, struct snapshot *snap)
{
	uint64_t busy_ns = 0;
	struct path *path;

	s->speed = s->synth->memory * s->speed +
		   sqrt(1 - s->synth->memory * s->synth->memory) * normal(s);
	for (size_t i = 0; i < snap->nr_paths; i++) {
		hist__free(&snap->paths[i].hist);
		/* an interval's: what pends at its end, without what did at its beginning */
		snap->paths[i].hist.pending = -s->pending[i];
	}
	path = snap->paths;
	for (size_t i = 0; i < s->synth->nr_disks; i++, path += DISK_PATHS) {
		const struct synth_disk *disk = &s->synth->disks[i];
		unsigned int reads = number(s, disk->reads), writes = number(s, disk->writes);

		snap->io.started += reads + writes;
		snap->io.completed += reads + writes;
		for (; reads; reads--)
			request(s, disk, path, path + 2 * OP_PATHS);
		for (; writes; writes--)
			request(s, disk, path + OP_PATHS, path + 2 * OP_PATHS);
	}
	for (; path < snap->paths + snap->nr_paths; path++) {
		double ns;

		for (unsigned int n = number(s, 300); n; n--) {
			const bool thinned = path->key.area == AREA_HYPERCALL;
			const uint64_t stands = thinned ? weight(s, path) : 1;

			ns = (path->key.kind == KIND_WAIT ? s->synth->late_ns : 2000) *
			     exp(.4 * normal(s));
			if (!stands)
				continue;
			add(&path->hist, ns, stands);
			path->hist.extra += stands - 1;
		}
	}
	for (size_t i = 0; i < snap->nr_paths; i++)
		snap->paths[i].hist.pending += s->pending[i];
	for (size_t i = 0; i < snap->nr_paths; i++) {
		struct path *p = &snap->paths[i];

		if (p->key.kind == KIND_CPU)
			busy_ns += p->hist.inclusive = hist__total_ns(&p->hist);
	}
	snap->start_ns = snap->end_ns;
	snap->end_ns += S;
	snap->wall_start_ns += S;
	snap->cpu.total_ns = s->synth->vcpus * S;
	snap->cpu.stolen_ns = uniform(s) * 1e7;
	snap->cpu.stat_steal_ns = snap->cpu.stolen_ns;
	snap->cpu.idle_ns = (snap->cpu.total_ns - busy_ns) * (.5 + .1 * uniform(s));
	for (size_t i = 0; i < snap->nr_probes; i++)
		snap->probes[i].runs = number(s, 2000);
}

/* As snapshot__delta() leaves it: only what had events. */
static void only_used(struct snapshot *to, const struct snapshot *from)
{
	int err = snapshot__delta(to, from, NULL);
	size_t kept = 0;

	assert(!err);
	for (size_t i = 0; i < to->nr_paths; i++)
		if (hist__count(&to->paths[i].hist))
			to->paths[kept++] = to->paths[i];
		else
			hist__free(&to->paths[i].hist);
	to->nr_paths = kept;
}

static void write_part(struct state *s, FILE *out, void *memory, const struct snapshot *snap,
		       unsigned int no, bool total)
{
	struct report report = s->f->report;
	int err;

	report.state = memory;
	report.snap = snap;
	report.interval_no = no;
	err = total ? output_recording.total(out, &report)
		    : output_recording.interval(out, &report);
	assert(!err);
}

static void prepare(struct state *s)
{
	static const char *const calls[] = { "event_channel_op", "sched_op", "vcpu_op" };
	char name[16];

	s->f = fixture__pvhvm();
	for (size_t i = 0; i < s->f->snap.nr_paths; i++)
		hist__free(&s->f->snap.paths[i].hist);
	s->f->snap.nr_paths = 0;
	s->f->platform.nr_disks = 0;
	s->f->snap.cpu.vcpus = s->synth->vcpus;
	s->f->snap.io = (struct conservation) {};
	s->f->snap.cpu.offline_ns = 0;
	for (size_t i = 0; i < s->synth->nr_disks; i++) {
		add_disk(s, &s->synth->disks[i]);
		add_paths(s, &s->synth->disks[i]);
	}
	for (size_t i = 0; i < NR(calls); i++)
		add_path(s, KIND_CPU, AREA_HYPERCALL, MECH_PV, "", calls[i], "wrapper");
	for (unsigned int i = 0; i < s->synth->vcpus; i++) {
		snprintf(name, sizeof(name), "timer%u", i);
		add_path(s, KIND_CPU, AREA_TIMER, MECH_PV, name, "irq 48", "handler");
	}
	add_path(s, KIND_CPU, AREA_EVTCHN, MECH_PV, "", "", "upcall");
	if (s->synth->late_ns > 0)
		add_path(s, KIND_WAIT, AREA_TIMER, MECH_PV, "xen", "hrtimer", "lateness");
	s->f->snap.end_ns = s->f->snap.start_ns;
}

struct blob synth__record(const struct synth *synth)
{
	struct state s = { .synth = synth, .random = synth->seed * 0x9e3779b97f4a7c15ull + 1 };
	void *memory = output_recording.open();
	struct snapshot used, whole = {};
	struct blob blob = {};
	FILE *out = open_memstream(&blob.data, &blob.size);
	int err;

	assert(memory && out);
	prepare(&s);
	s.f->report.state = memory;
	err = output_recording.header(out, &s.f->report);
	assert(!err);
	for (unsigned int i = 1; i <= synth->intervals; i++) {
		s.f->snap.io = (struct conservation) {};
		second(&s, &s.f->snap);
		only_used(&used, &s.f->snap);
		write_part(&s, out, memory, &used, i, false);
		err = snapshot__add(&whole, &used);
		assert(!err);
		snapshot__free(&used);
	}
	write_part(&s, out, memory, &whole, synth->intervals, true);
	snapshot__free(&whole);
	output_recording.close(memory);
	fclose(out);
	fixture__free(s.f);
	return blob;
}

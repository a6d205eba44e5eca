// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "fixture.h"

#include <stdlib.h>
#include <string.h>

/* A number below n, from a generator of our own: the same everywhere. */
static uint64_t below(uint64_t *state, uint64_t n)
{
	*state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (*state >> 20) % n;
}

#define PICK(state, names) names[below(state, sizeof(names) / sizeof(names[0]))]

/* A whole request is measured in one place: of that area, device and operation there is a total. */
static bool has_total(const struct fixture *f, enum area area, const char *device, const char *op)
{
	for (size_t i = 0; i < f->snap.nr_paths; i++) {
		const struct path_key *key = &f->snap.paths[i].key;

		if (path_key__is_whole(&f->snap.paths[i].key) && key->area == area &&
		    !strcmp(key->device, device) && !strcmp(key->op, op))
			return true;
	}
	return false;
}

static void add_path(struct fixture *f, uint64_t *state)
{
	static const char *const devices[] = { "", "sda", "sdb", "x", "timer0", "timer1", "idle" };
	static const char *const ops[] = { "", "read", "write", "irq 7", "idle" };
	static const char *const legs[] = { "",	      "total",	 "total", "queue", "requeue",
					    "device", "backend", "odd",	  "code",  "submit" };
	enum kind kind = below(state, KIND_NR);
	/* What waits has a disk or a NIC; anything has any mechanism. */
	enum area area = kind == KIND_WAIT ? AREA_DISK + below(state, 2) : below(state, AREA_NR);
	const char *device = PICK(state, devices), *op = PICK(state, ops), *leg = PICK(state, legs);
	struct hist *h;

	if (kind == KIND_WAIT && !strcmp(leg, "total") && has_total(f, area, device, op))
		return;
	h = fixture__path(f, kind, area, below(state, MECH_NR), device, op, leg);
	for (uint64_t n = below(state, 40); n; n--)
		hist__add(h, below(state, 1ULL << below(state, 31)));
	h->held = below(state, 2) ? hist__total_ns(h) / 2 : 0;
}

/* More or less than the path took, also less than nothing; of any names, also none. */
static void add_stacks(struct path *path, uint64_t *state)
{
	static const char *const frames[] = { "submit;blkif_queue_rq [xen_blkfront];kthread",
					      "submit;blkif_queue_rq [xen_blkfront];vfs_read",
					      "read;read",
					      "code",
					      "",
					      ";;",
					      ";irq 7;7 1.5;",
					      "\x1b<\xff&\"; ; x " };

	if (path->key.kind != KIND_CPU)
		return;
	for (size_t i = below(state, 12); i < sizeof(frames) / sizeof(frames[0]); i++)
		fixture__stack(path, frames[i], below(state, 20),
			       below(state, 1ULL << below(state, 34)) - below(state, 1000));
}

struct fixture *fixture__random(unsigned int seed)
{
	struct fixture *f = fixture__empty();
	uint64_t state = seed, nr = below(&state, 120);

	while (nr--)
		add_path(f, &state);
	f->snap.end_ns += below(&state, 100000000000);
	f->snap.cpu.total_ns = below(&state, 4) * below(&state, 40000000000);
	f->snap.cpu.idle_ns = below(&state, 30000000000);
	f->snap.cpu.stolen_ns = below(&state, 1000000000);
	f->snap.cpu.offline_ns = below(&state, 10000000000);
	f->snap.cpu.steal_measured = below(&state, 2);
	f->snap.stacks.asked = below(&state, 2);
	for (size_t i = 0; f->snap.stacks.asked && i < f->snap.nr_paths; i++)
		add_stacks(&f->snap.paths[i], &state);
	f->platform.disks = calloc(1, sizeof(*f->platform.disks));
	f->platform.nr_disks = 1;
	strcpy(f->platform.disks[0].name, "sdb");
	f->platform.disks[0].stacked = below(&state, 2);
	fixture__close(f);
	return f;
}

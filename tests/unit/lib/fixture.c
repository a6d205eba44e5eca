// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "fixture_parts.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "model/hypercalls.h"

#define append(field, text) strncat(field, text, sizeof(field) - strlen(field) - 1)

void *fixture__grow(void *array, size_t nr, size_t size)
{
	array = realloc(array, (nr + 1) * size);
	assert(array);
	memset((char *)array + nr * size, 0, size);
	return array;
}

/* What the layout gives paths with such names. */
void fixture__set_roles(struct path_key *key)
{
	static const char *const legs[] = {
		"queue",	"qdisc",   "wake",   "grants",	  "ring full",
		"grants short", "requeue", "submit", "hypercall", "device",
		"backend",	"handler", "unmap",  "finish",	  "irq to poll",
	};

	static const struct {
		const char *leg;
		unsigned int role;
	} roles[] = {
		{ "total", PATH_WHOLE },
		{ "lateness", PATH_WHOLE },
		{ "device", PATH_DEVICE },
		{ "backend", PATH_DEVICE },
		{ "count", PATH_COUNT },
		{ "ring full", PATH_RING_FULL },
		{ "grants short", PATH_GRANTS_SHORT },
		{ "requeue", PATH_REQUEUED },
	};

	key->roles = hypercall__role(key->leg);
	for (size_t i = 0; i < NR(roles); i++)
		if (!strcmp(key->leg, roles[i].leg))
			key->roles |= roles[i].role;
	if (!strcmp(key->device, "multicall sizes"))
		key->roles |= PATH_SHARES;
	if (!strcmp(key->op, "sent"))
		key->roles |= PATH_SENT;
	if (!strcmp(key->op, "recv"))
		key->roles |= PATH_RECEIVED;
	if (key->area == AREA_BACK_END && !strcmp(key->leg, "stack"))
		key->roles |= PATH_ANSWERED;
	if (key->area == AREA_BACK_END &&
	    (!strcmp(key->leg, "wake") || !strcmp(key->leg, "thread")))
		key->roles |= PATH_WAKE;
	if (key->area == AREA_DISK && (!strcmp(key->op, "flush") || !strcmp(key->op, "sync")))
		key->roles |= PATH_FLUSH;
	if (key->area == AREA_NET && !strcmp(key->op, "poll"))
		key->roles |= PATH_POLL;
	if (key->kind == KIND_CPU && !strncmp(key->op, "irq ", 4))
		key->roles |= PATH_IRQ;
	if (!strncmp(key->device, "timer", 5) || !strncmp(key->device, "resched", 7))
		key->stem = strcspn(key->device, "0123456789");
	for (key->order = 1; key->order <= NR(legs); key->order++)
		if (!strcmp(key->leg, legs[key->order - 1]))
			break;
}

struct hist *fixture__path(struct fixture *f, enum kind kind, enum area area, enum mech mech,
			   const char *device, const char *op, const char *leg)
{
	struct snapshot *snap = &f->snap;
	struct path *path;

	snap->paths = fixture__grow(snap->paths, snap->nr_paths, sizeof(*snap->paths));
	path = &snap->paths[snap->nr_paths++];
	path->key.kind = kind;
	path->key.area = area;
	path->key.mech = mech;
	set(path->key.device, device);
	set(path->key.op, op);
	set(path->key.leg, leg);
	fixture__set_roles(&path->key);
	return &path->hist;
}

static struct fixture *fixture__new(void)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert(f);
	f->run = (struct run_info) {
		.version = "0.1",
		.command_line = "xentrace-bpf -d 10",
		.host = "db-7",
		.kernel = "6.1.0-31",
	};
	f->snap.start_ns = f->snap.end_ns = 5000 * S;
	f->snap.wall_start_ns = 1795338842 * S; /* 2026-11-22 09:14:02Z */
	f->snap.cpu.vcpus = 4;
	f->snap.cpu.has_runstate = f->snap.cpu.steal_measured = true;
	return f;
}

struct fixture *fixture__empty(void)
{
	struct fixture *f = fixture__new();

	fixture__close(f);
	return f;
}

struct fixture *fixture__pvhvm(void)
{
	struct fixture *f = fixture__new();

	f->snap.end_ns += 10 * S;
	fixture__add_vcpus(f);
	fixture__add_channels(f);
	f->snap.io = (struct conservation) {
		.started = 167278,
		.completed = 167270,
		.in_flight = 8,
		.preexisting = 3,
	};
	f->snap.cost = (struct own_cost) {
		.bpf_ns = 117 * MS,
		.runs = 937069,
		.clock_read_ns = 41,
		.user_ns = 12 * MS,
		.rss_bytes = 9800000,
		.kernel_bytes = 6100000,
	};
	fixture__add_waits(f);
	fixture__add_cpu(f);
	fixture__add_queues(f);
	fixture__add_slowest(f);
	fixture__add_losses(f);
	fixture__add_probes(f);
	fixture__add_platform(f);
	fixture__close(f);
	return f;
}

#define HOSTILE "<script>&\"';\xff\n\x1b[31m]]> \xe2\x82"

struct fixture *fixture__hostile(void)
{
	struct fixture *f = fixture__pvhvm();

	for (size_t i = 0; i < f->snap.nr_paths; i++) {
		struct path_key *key = &f->snap.paths[i].key;

		append(key->device, HOSTILE);
		if (!path_key__is_whole(&f->snap.paths[i].key))
			append(key->leg, HOSTILE);
		append(key->op, HOSTILE);
	}
	fixture__add_owner(f);
	append(f->snap.owners[0].name, HOSTILE);
	append(f->snap.whose.only, HOSTILE);
	for (size_t i = 0; i < f->snap.nr_queues; i++)
		append(f->snap.queues[i].device, HOSTILE);
	for (size_t i = 0; i < f->snap.nr_slow; i++) {
		append(f->snap.slow[i].device, HOSTILE);
		set(f->snap.slow[i].comm, "\x1b<\xff&\"");
		append(f->snap.slow[i].legs[0].name, HOSTILE);
	}
	for (size_t i = 0; i < f->snap.nr_channels; i++)
		append(f->snap.channels[i].device, HOSTILE);
	for (size_t i = 0; i < f->snap.nr_bus; i++)
		append(f->snap.bus[i].device, HOSTILE);
	for (size_t i = 0; i < f->platform.nr_cells; i++)
		append(f->platform.cells[i].what, HOSTILE);
	for (size_t i = 0; i < f->platform.nr_disks; i++) {
		append(f->platform.disks[i].name, HOSTILE);
		append(f->platform.disks[i].mounts, HOSTILE HOSTILE);
	}
	set(f->platform.hypervisor, HOSTILE);
	f->run.host = f->run.kernel = f->run.command_line = HOSTILE;
	fixture__close(f);
	return f;
}

void fixture__close(struct fixture *f)
{
	int err;

	ledger__free(f->ledger);
	f->ledger = NULL;
	err = ledger__build(&f->ledger, &f->snap, &f->platform);
	assert(!err);
	f->report = (struct report) {
		.run = &f->run,
		.platform = &f->platform,
		.snap = &f->snap,
		.ledger = f->ledger,
		.series = f->series,
		.interval_no = 1,
	};
}

void fixture__free(struct fixture *f)
{
	ledger__free(f->ledger);
	series__free(f->series);
	snapshot__free(&f->snap);
	free(f->platform.cells);
	free(f->platform.disks);
	free(f);
}

char *fixture__print(const struct fixture *f, int (*print)(FILE *out, const struct report *report))
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	int err;

	assert(out);
	err = print(out, &f->report);
	assert(!err);
	fclose(out);
	return text;
}

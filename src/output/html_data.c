// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What the page's scripts draw, as one object. Mechanisms, areas and paths are numbers; what the
 * ledger says is taken over, so that the page cannot disagree with the other outputs.
 */
#include "output/html_parts.h"

#include <string.h>

#include "output/json_stream.h"
#include "output/detect.h"
#include "output/flame.h"

static int append(json_t *list, json_t *value)
{
	return json_array_append_new(list, value);
}

static json_t *run(const struct report *report)
{
	const struct run_info *run = report->run;
	const struct snapshot *snap = report->snap;
	json_t *obj = json_object();
	int err = 0;

	err |= put__str(obj, "version", run->version);
	err |= put__str(obj, "command_line", run->command_line);
	err |= put__str(obj, "host", run->host);
	err |= put__str(obj, "kernel", run->kernel);
	err |= put__int(obj, "wall_start_ms", snap->wall_start_ns / 1000000);
	err |= put__int(obj, "start_ns", snap->start_ns);
	err |= put__int(obj, "elapsed_ns", report->ledger->elapsed_ns);
	err |= put__int(obj, "vcpus", snap->cpu.vcpus);
	return json__done(obj, err);
}

static json_t *quality(const struct quality *quality)
{
	json_t *obj = json_object();
	int err = 0;

	err |= put__bool(obj, "incomplete", quality->incomplete);
	err |= put__int(obj, "events", quality->events);
	err |= put__int(obj, "lost", quality->lost);
	err |= put__real(obj, "lost_share", quality->worst_share);
	err |= put__int(obj, "probes_on", quality->probes_on);
	err |= put__int(obj, "probes", quality->probes);
	return json__done(obj, err);
}

/* json__cpu() and what only a drawing of the columns needs. */
static json_t *cpu(const struct report *report)
{
	const struct cpu_account *cpu = &report->ledger->cpu;
	json_t *obj = json__cpu(report);
	int err = 0;

	err |= put__int(obj, "total_ns", cpu->total_ns);
	err |= put__int(obj, "guest_rest_ns", cpu->guest_rest_ns);
	err |= put__int(obj, "held_off_ns", cpu->held_off_ns);
	return json__done(obj, err);
}

/* A histogram is a flat list: bucket, count, ns, of those that are not empty. */
static json_t *buckets(const struct hist *h)
{
	json_t *list = json_array();
	int err = 0;

	for (unsigned int i = 0; i < h->nr; i++) {
		if (!h->bucket[i].count)
			continue;
		err |= append(list, json_integer(h->bucket[i].index));
		err |= append(list, json_integer(h->bucket[i].count));
		err |= append(list, json_integer(h->bucket[i].ns));
	}
	return json__done(list, err);
}

static json_t *path(const struct report *report, size_t i)
{
	const struct path_key *key = &report->snap->paths[i].key;
	const struct hist *h = &report->snap->paths[i].hist;
	json_t *obj = json_object();
	int err = 0;

	err |= put__int(obj, "kind", key->kind);
	err |= put__int(obj, "area", key->area);
	err |= put__int(obj, "mech", key->mech);
	err |= put__str(obj, "device", key->device);
	err |= put__str(obj, "op", key->op);
	err |= put__str(obj, "leg", key->leg);
	err |= put__int(obj, "max", h->max);
	err |= put(obj, "buckets", buckets(h));
	return json__done(obj, err);
}

static json_t *path_number(const struct snapshot *snap, const struct hist *hist)
{
	for (size_t i = 0; hist && i < snap->nr_paths; i++)
		if (&snap->paths[i].hist == hist)
			return json_integer(i);
	return NULL;
}

/* As deep as a path has names. */
static json_t *frame(const struct snapshot *snap, const struct frame *from)
{
	json_t *obj = json_object(), *number = path_number(snap, from->hist), *kids;
	int err = 0;

	err |= put__str(obj, "name", from->name);
	err |= put__int(obj, "mech", from->mech);
	err |= put__int(obj, "ns", from->ns);
	/* As in svg: only where the path is all of the frame. */
	if (number && hist__total_ns(from->hist) == from->ns)
		err |= put(obj, "path", json_incref(number));
	json_decref(number);
	if (from->idle || from->code)
		err |= put__bool(obj, "rest", true);
	if (from->child) {
		kids = json_array();
		for (const struct frame *child = from->child; child; child = child->next)
			err |= append(kids, frame(snap, child));
		err |= put(obj, "kids", kids);
	}
	return json__done(obj, err);
}

static json_t *trees(const struct report *report)
{
	json_t *list = json_array();
	struct flame flame;
	int err = flame__build(&flame, report);

	for (enum kind kind = 0; !err && kind < KIND_NR; kind++)
		err |= append(list, frame(report->snap, flame.root[kind]));
	flame__free(&flame);
	return json__done(list, err);
}

/* Without the interrupts, which the page does not list. */
static json_t *detect(const struct platform *platform)
{
	json_t *obj = platform ? platform__json(platform) : json_null();

	json_object_del(obj, "irqs");
	return obj;
}

static size_t series_room(const struct json_stream *data, size_t max_bytes)
{
	size_t left = max_bytes > data->written ? max_bytes - data->written : 0;

	return left > HTML_SERIES_MIN ? left : HTML_SERIES_MIN;
}

int html__data(const struct report *report, FILE *out, json_dump_callback_t write, size_t max_bytes)
{
	struct json_stream data = { .out = out, .write = write, .flags = JSON_ENSURE_ASCII };
	const struct ledger *ledger = report->ledger;
	const struct snapshot *snap = report->snap;

	json_stream__begin(&data);
	json_stream__put(&data, "terms", html__terms());
	json_stream__put(&data, "run", run(report));
	json_stream__put(&data, "quality", quality(&ledger->quality));
	json_stream__put(&data, "detect", detect(report->platform));
	json_stream__list(&data, "findings", ledger->findings.nr, json__finding, report);
	json_stream__put(&data, "cpu", cpu(report));
	json_stream__list(&data, "rows", ledger->cpu.nr_rows, json__cpu_row, report);
	json_stream__list(&data, "waits", ledger->nr_waits, json__wait_row, report);
	json_stream__list(&data, "per_vcpu", snap->nr_vcpus, json__vcpu, report);
	json_stream__list(&data, "queues", snap->nr_queues, json__queue, report);
	json_stream__list(&data, "slowest", snap->nr_slow, json__slow, report);
	json_stream__list(&data, "paths", snap->nr_paths, path, report);
	json_stream__put(&data, "trees", trees(report));
	json_stream__put(&data, "events", html__events(report));
	json_stream__put(&data, "conservation",
			 json__conservation(&snap->io, ledger->quality.io_missing));
	json_stream__put(&data, "packet_conservation",
			 json__conservation(&snap->packets, ledger->quality.packets_missing));
	json_stream__list(&data, "losses", snap->nr_losses, json__loss, report);
	json_stream__put(&data, "own_cost", json__own_cost(report));
	json_stream__list(&data, "probes", snap->nr_probes, json__probe, report);
	json_stream__put(&data, "palette", html__palette());
	/* the last one: it takes what the others leave */
	json_stream__put(&data, "series", html__series(report, series_room(&data, max_bytes)));
	return json_stream__end(&data);
}

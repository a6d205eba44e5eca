// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * One object a line: "header", an "interval" for each interval, and "total". Fields are added,
 * never renamed; tools/schema/xentrace-bpf-1.schema.json describes them. Durations are integers in
 * ns, so that sums are exact; what was not measured is null, never 0.
 *
 *	{"schema":"xentrace-bpf/1","type":"header","version":"0.1",…}
 *	{"schema":"xentrace-bpf/1","type":"total","start_ns":…,"paths":[…],…}
 */
#include "output/json_parts.h"

#include <errno.h>

#include "model/hypercalls.h"
#include "output/json_stream.h"
#include "output/detect.h"

static json_t *begin(const char *type)
{
	json_t *obj = json_object();
	int err = 0;

	err |= put__str(obj, "schema", "xentrace-bpf/1");
	err |= put__str(obj, "type", type);
	return json__done(obj, err);
}

/* jansson says only that it failed: the stream knows more. */
static int end_line(FILE *out, int err)
{
	fputc('\n', out);
	return output__finish(out) ?: err;
}

/* Writes the line and releases it. */
static int write_line(FILE *out, json_t *line)
{
	int err = -ENOMEM;

	if (!line)
		return err;
	err = json_dumpf(line, out, JSON_COMPACT | JSON_PRESERVE_ORDER) ? -EIO : 0;
	json_decref(line);
	return end_line(out, err);
}

static int json__header(FILE *out, const struct report *report)
{
	const struct platform *platform = report->platform;
	const struct run_info *run = report->run;
	json_t *obj = begin("header");
	int err = 0;

	err |= put__str(obj, "version", run->version);
	err |= put__str(obj, "command_line", run->command_line);
	err |= put__str(obj, "host", run->host);
	err |= put__str(obj, "kernel", run->kernel);
	err |= put(obj, "start_utc",
		   json__utc(report->snap ? report->snap->wall_start_ns : run->wall_start_ns));
	err |= put__str(obj, "mode", platform ? platform->mode : NULL);
	err |= put(obj, "detect", platform ? platform__json(platform) : json_null());
	return write_line(out, json__done(obj, err));
}

static int write_snapshot(FILE *out, const struct report *report, const char *type,
			  json_t *(*path)(const struct report *report, size_t i))
{
	const struct quality *quality = &report->ledger->quality;
	const struct findings *findings = &report->ledger->findings;
	const struct snapshot *snap = report->snap;
	struct json_stream line = { .out = out };
	struct exact_name names[EXACT_NAMES];

	json_stream__begin(&line);
	json_stream__put(&line, "schema", json_string("xentrace-bpf/1"));
	json_stream__put(&line, "type", json_string(type));
	json_stream__put(&line, "interval", json__int(report->interval_no));
	json_stream__put(&line, "start_utc", json__utc(snap->wall_start_ns));
	json_stream__put(&line, "start_ns", json__int(snap->start_ns));
	json_stream__put(&line, "end_ns", json__int(snap->end_ns));
	json_stream__put(&line, "vcpus", json__int(snap->cpu.vcpus));
	json_stream__put(&line, "vcpu_ns", json__int(snap->cpu.total_ns));
	json_stream__put(&line, "cpu", json__cpu(report));
	json_stream__list(&line, "cpu_rows", report->ledger->cpu.nr_rows, json__cpu_row, report);
	json_stream__list(&line, "wait_rows", report->ledger->nr_waits, json__wait_row, report);
	json_stream__list(&line, "per_vcpu", snap->nr_vcpus, json__vcpu, report);
	json_stream__list(&line, "event_channels", snap->nr_channels, json__channel, report);
	json_stream__list(&line, "xenbus", snap->nr_bus, json__bus, report);
	json_stream__list(&line, "paths", snap->nr_paths, path, report);
	json_stream__list(&line, "queues", snap->nr_queues, json__queue, report);
	json_stream__list(&line, "nics", snap->nr_nics, json__nic, report);
	json_stream__list(&line, "drops", snap->nr_drops, json__drop, report);
	json_stream__list(&line, "slowest", snap->nr_slow, json__slow, report);
	json_stream__put(&line, "complete", json_boolean(!report->ledger->quality.incomplete));
	json_stream__list(&line, "losses", snap->nr_losses, json__loss, report);
	json_stream__put(&line, "conservation", json__conservation(&snap->io, quality->io_missing));
	json_stream__put(&line, "packet_conservation",
			 json__conservation(&snap->packets, quality->packets_missing));
	json_stream__list(&line, "probes", snap->nr_probes, json__probe, report);
	json_stream__list(&line, "exact", exact__names(names, EXACT_NAMES, snap), json__exact,
			  report);
	json_stream__put(&line, "own_cost", json__own_cost(report));
	json_stream__list(&line, "findings", findings->nr, json__finding, report);
	return end_line(out, json_stream__end(&line));
}

static int json__interval(FILE *out, const struct report *report)
{
	return write_snapshot(out, report, "interval", json__interval_path);
}

static int json__total(FILE *out, const struct report *report)
{
	return write_snapshot(out, report, "total", json__path);
}

const struct output output_json = {
	.name = "json",
	.extension = ".json",
	.header = json__header,
	.interval = json__interval,
	.total = json__total,
};

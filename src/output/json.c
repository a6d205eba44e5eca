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

#include "output/escape.h"
#include "output/spectrum.h"

static json_t *begin(const char *type)
{
	json_t *obj = json_object();
	int err = 0;

	err |= put__str(obj, "schema", "xentrace-bpf/1");
	err |= put__str(obj, "type", type);
	return json__done(obj, err);
}

/* Writes the line and releases it. */
static int write_line(FILE *out, json_t *line)
{
	int err = -ENOMEM;

	if (!line)
		return err;
	err = json_dumpf(line, out, JSON_COMPACT | JSON_PRESERVE_ORDER);
	json_decref(line);
	fputc('\n', out);
	/* jansson says only that it failed: the stream knows more. */
	return output__finish(out) ?: err ? -EIO : 0;
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

static int write_snapshot(FILE *out, const struct report *report, const char *type)
{
	const struct quality *quality = &report->ledger->quality;
	const struct snapshot *snap = report->snap;
	json_t *obj = begin(type);
	int err = 0;

	err |= put__int(obj, "interval", report->interval_no);
	err |= put(obj, "start_utc", json__utc(snap->wall_start_ns));
	err |= put__int(obj, "start_ns", snap->start_ns);
	err |= put__int(obj, "end_ns", snap->end_ns);
	err |= put__int(obj, "vcpus", snap->cpu.vcpus);
	err |= put__int(obj, "vcpu_ns", snap->cpu.total_ns);
	err |= put(obj, "cpu", json__cpu(report));
	err |= put(obj, "per_vcpu", json__per_vcpu(snap));
	err |= put(obj, "event_channels", json__channels(snap));
	err |= put(obj, "xenbus", json__bus(snap));
	err |= put(obj, "paths", json__paths(snap));
	err |= put(obj, "queues", json__queues(snap));
	err |= put(obj, "nics", json__nics(snap));
	err |= put(obj, "drops", json__drops(snap));
	err |= put(obj, "slowest", json__slowest(snap));
	err |= put(obj, "complete", json_boolean(!report->ledger->quality.incomplete));
	err |= put(obj, "losses", json__losses(snap));
	err |= put(obj, "conservation", json__conservation(&snap->io, quality->io_missing));
	err |= put(obj, "packet_conservation",
		   json__conservation(&snap->packets, quality->packets_missing));
	err |= put(obj, "probes", json__probes(snap));
	err |= put(obj, "own_cost", json__own_cost(report));
	err |= put(obj, "findings", json__findings(&report->ledger->findings));
	return write_line(out, json__done(obj, err));
}

static int json__interval(FILE *out, const struct report *report)
{
	return write_snapshot(out, report, "interval");
}

static int json__total(FILE *out, const struct report *report)
{
	return write_snapshot(out, report, "total");
}

const struct output output_json = {
	.name = "json",
	.extension = ".json",
	.header = json__header,
	.interval = json__interval,
	.total = json__total,
};

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The run as OpenMetrics 1.0 text, for a collector. CPU, whole requests and their legs are families
 * of their own: nothing in a family is part of something else in it, so any sum over labels is
 * a sum of different time.
 *
 *	# TYPE xentrace_request_seconds histogram
 *	# UNIT xentrace_request_seconds seconds
 *	# HELP xentrace_request_seconds What a request waited, from when it was made to its end.
 *	xentrace_request_seconds_bucket{area="disk",…,op="read",le="0.001048576"} 89210
 */
#include "output/format.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "output/escape.h"

/*
 * Buckets' bounds are powers of two in ns, 128 ns to 34 s, the same for all paths, so that paths
 * may be added. No bucket of ours lies across one. Ours end below their bound and the format's
 * include it: an event of exactly 2^k ns is counted in the next one, as if it took 1 ns more.
 */
#define FIRST_POWER 7
#define LAST_POWER  35

enum type { GAUGE, COUNTER, HISTOGRAM, INFO };

static void family(FILE *out, const char *name, enum type type, const char *unit, const char *help)
{
	static const char *const types[] = {
		[GAUGE] = "gauge",
		[COUNTER] = "counter",
		[HISTOGRAM] = "histogram",
		[INFO] = "info",
	};

	fprintf(out, "# TYPE xentrace_%s %s\n", name, types[type]);
	if (unit)
		fprintf(out, "# UNIT xentrace_%s %s\n", name, unit);
	fprintf(out, "# HELP xentrace_%s %s\n", name, help);
}

/* Backslash, quote and line end are what the format escapes; anything else may be in a value. */
static void label(FILE *out, char before, const char *name, const char *value)
{
	char valid[ESCAPE_LEN];

	fprintf(out, "%c%s=\"", before, name);
	for (const char *c = escape__utf8(valid, sizeof(valid), value ? value : ""); *c; c++) {
		if (*c == '\n')
			fputs("\\n", out);
		else if (*c == '"' || *c == '\\')
			fprintf(out, "\\%c", *c);
		else
			fputc(*c, out);
	}
	fputc('"', out);
}

/* Seconds of whole ns, exact. */
static void seconds(FILE *out, uint64_t ns)
{
	fprintf(out, "%" PRIu64 ".%09" PRIu64 "\n", ns / 1000000000, ns % 1000000000);
}

/* A sample of one label. */
static void sample(FILE *out, const char *name, const char *label_name, const char *value)
{
	fprintf(out, "xentrace_%s", name);
	label(out, '{', label_name, value);
	fputs("} ", out);
}

/* A sample of one label that is no time. */
static void number(FILE *out, const char *name, const char *label_name, const char *value,
		   uint64_t n)
{
	sample(out, name, label_name, value);
	fprintf(out, "%" PRIu64 "\n", n);
}

/* One figure without labels. */
static void figure(FILE *out, const char *name, enum type type, const char *help, uint64_t n)
{
	family(out, name, type, NULL, help);
	fprintf(out, "xentrace_%s%s %" PRIu64 "\n", name, type == COUNTER ? "_total" : "", n);
}

static void print_run(FILE *out, const struct report *report)
{
	const struct platform *platform = report->platform;

	family(out, "run", INFO, NULL, "The traced guest and what traced it.");
	fputs("xentrace_run_info", out);
	label(out, '{', "version", report->run->version);
	label(out, ',', "host", report->run->host);
	label(out, ',', "kernel", report->run->kernel);
	label(out, ',', "mode", platform ? platform->mode : "");
	label(out, ',', "hypervisor", platform ? platform->hypervisor : "");
	fputs("} 1\n", out);
	family(out, "elapsed_seconds", GAUGE, "seconds", "How long was traced.");
	fputs("xentrace_elapsed_seconds ", out);
	seconds(out, report->ledger->elapsed_ns);
	figure(out, "vcpus", GAUGE, "Online vCPUs.", report->snap->cpu.vcpus);
	figure(out, "complete", GAUGE, "1: at most 0.1 % lost, of each kind.",
	       !report->ledger->quality.incomplete);
}

/* Each nanosecond once; what nobody measures is left out, and not 0. */
static void print_cpu(FILE *out, const struct report *report)
{
	const struct cpu_account *cpu = &report->ledger->cpu;
	const struct cpu_time *time = &report->snap->cpu;

	family(out, "cpu_seconds", COUNTER, "seconds",
	       "vCPU time by what served it; guest includes exits that no probe can see.");
	sample(out, "cpu_seconds_total", "mechanism", "idle");
	seconds(out, cpu->idle_ns);
	for (enum mech mech = 0; mech < MECH_NR; mech++) {
		if (mech == MECH_STOLEN && !time->steal_measured)
			continue;
		sample(out, "cpu_seconds_total", "mechanism", mech__name(mech));
		seconds(out, cpu->mech_ns[mech]);
	}
	if (!time->has_runstate)
		return;
	family(out, "held_by_device_model_seconds", COUNTER, "seconds",
	       "vCPU time that Xen held a vCPU off inside an emulated path; part of emulated.");
	fputs("xentrace_held_by_device_model_seconds_total ", out);
	seconds(out, cpu->held_ns);
}

static void path_labels(FILE *out, const struct path_key *key)
{
	label(out, '{', "mechanism", mech__name(key->mech));
	label(out, ',', "area", area__name(key->area));
	label(out, ',', "device", key->device);
	label(out, ',', "op", key->op);
	if (!path_key__is_whole(key))
		label(out, ',', "leg", key->leg);
}

/* Cumulative, as the format wants them. */
static void print_hist(FILE *out, const char *name, const struct path_key *key,
		       const struct hist *h)
{
	uint64_t seen = 0;
	unsigned int i = 0;

	for (unsigned int power = FIRST_POWER; power <= LAST_POWER; power++) {
		for (; i < h->nr && hist__upper(h->bucket[i].index) <= 1ULL << power; i++)
			seen += h->bucket[i].count;
		fprintf(out, "xentrace_%s_bucket", name);
		path_labels(out, key);
		fprintf(out, ",le=\"%.12g\"} %" PRIu64 "\n", (1ULL << power) / 1e9, seen);
	}
	fprintf(out, "xentrace_%s_bucket", name);
	path_labels(out, key);
	fprintf(out, ",le=\"+Inf\"} %" PRIu64 "\n", hist__count(h));
	fprintf(out, "xentrace_%s_count", name);
	path_labels(out, key);
	fprintf(out, "} %" PRIu64 "\n", hist__count(h));
	fprintf(out, "xentrace_%s_sum", name);
	path_labels(out, key);
	fputs("} ", out);
	seconds(out, path_key__ns(key, h));
}

/* Two paths of one name are one here: the same labels may come only once. */
static bool is_repeated(const struct snapshot *snap, size_t i)
{
	for (size_t n = 0; n < i; n++)
		if (path_key__equal(&snap->paths[n].key, &snap->paths[i].key))
			return true;
	return false;
}

enum path_family { PATH_CPU, REQUEST, LEG, LATENESS };

static const struct {
	const char *name, *help;
} path_families[] = {
	[PATH_CPU] = { "path_cpu_seconds",
		       "vCPU time inside a path, exclusive: without the paths within it." },
	[REQUEST] = { "request_seconds",
		      "What a request waited, from when it was made to its end." },
	[LEG] = { "leg_seconds",
		  "The legs of a request; backend and device include the real storage." },
	[LATENESS] = { "timer_lateness_seconds",
		       "How long after its hard expiry a timer expired, by clock event device." },
};

/* A timer is no request: its lateness would only blur what those waited. */
static enum path_family family_of(const struct path_key *key)
{
	if (key->kind == KIND_CPU)
		return PATH_CPU;
	if (key->area == AREA_TIMER)
		return LATENESS;
	return path_key__is_whole(key) ? REQUEST : LEG;
}

static int print_paths(FILE *out, const struct snapshot *snap, enum path_family which)
{
	struct hist sum = {};
	int err = 0;

	family(out, path_families[which].name, HISTOGRAM, "seconds", path_families[which].help);
	for (size_t i = 0; !err && i < snap->nr_paths; i++) {
		const struct path *path = &snap->paths[i];

		if (family_of(&path->key) != which || is_repeated(snap, i))
			continue;
		err = hist__copy(&sum, &path->hist);
		for (size_t n = i + 1; !err && n < snap->nr_paths; n++)
			if (path_key__equal(&snap->paths[n].key, &path->key))
				err = hist__merge(&sum, &snap->paths[n].hist);
		if (!err)
			print_hist(out, path_families[which].name, &path->key, &sum);
		hist__free(&sum);
	}
	return err;
}

static void print_traffic(FILE *out, const char *name, const char *device, const char *direction,
			  uint64_t n)
{
	fprintf(out, "xentrace_%s_total", name);
	label(out, '{', "device", device);
	label(out, ',', "direction", direction);
	fprintf(out, "} %" PRIu64 "\n", n);
}

/* Packets of each NIC and direction, and the bytes in them with the link's header. */
static void print_nics(FILE *out, const struct snapshot *snap)
{
	bool sent_counted = !snapshot__sent_uncounted(snap);

	for (int bytes = 0; bytes < 2; bytes++) {
		const char *name = bytes ? "network_bytes" : "network_packets";

		if (bytes)
			family(out, name, COUNTER, "bytes", "Bytes of packets of a NIC.");
		else
			family(out, name, COUNTER, NULL, "Packets of a NIC; one with GSO is one.");
		for (size_t i = 0; i < snap->nr_nics; i++) {
			const struct nic_use *nic = &snap->nics[i];

			print_traffic(out, name, nic->device, "received",
				      bytes ? nic->rx_bytes : nic->rx_packets);
			if (sent_counted)
				print_traffic(out, name, nic->device, "sent",
					      bytes ? nic->tx_bytes : nic->tx_packets);
		}
	}
}

static void print_requests(FILE *out, const struct conservation *io)
{
	figure(out, "requests_started", COUNTER, "Requests issued while tracing.", io->started);
	figure(out, "requests_completed", COUNTER, "Requests seen to end.", io->completed);
	figure(out, "requests_lost", COUNTER, "Requests whose end was missed.", io->lost);
	figure(out, "requests_in_flight", GAUGE, "Requests in flight, found by a scan.",
	       io->in_flight);
}

static void print_losses(FILE *out, const struct snapshot *snap, bool lost, const char *name,
			 const char *help)
{
	char total[40];

	family(out, name, COUNTER, NULL, help);
	snprintf(total, sizeof(total), "%s_total", name);
	for (size_t i = 0; i < snap->nr_losses; i++) {
		if (snap->losses[i].lost != lost)
			continue;
		number(out, total, "cause", snap->losses[i].name, snap->losses[i].count);
	}
}

static void print_cost(FILE *out, const struct report *report)
{
	const struct own_cost *cost = &report->snap->cost;

	family(out, "own_cpu_seconds", COUNTER, "seconds", "What tracing itself cost.");
	sample(out, "own_cpu_seconds_total", "where", "bpf");
	seconds(out, cost->bpf_ns);
	sample(out, "own_cpu_seconds_total", "where", "user");
	seconds(out, cost->user_ns);
	if (cost->budget > 0) {
		family(out, "own_budget_ratio", GAUGE, "ratio",
		       "Share of vCPU time that tracing may cost; own_cpu_seconds is what it "
		       "does.");
		fprintf(out, "xentrace_own_budget_ratio %.9g\n", cost->budget);
	}
	family(out, "own_memory_bytes", GAUGE, "bytes", "Memory of the tracer and of its maps.");
	number(out, "own_memory_bytes", "where", "user", cost->rss_bytes);
	number(out, "own_memory_bytes", "where", "kernel", cost->kernel_bytes);
	family(out, "probes", GAUGE, NULL, "Probes for this kind of guest, attached and refused.");
	number(out, "probes", "state", "on", report->ledger->quality.probes_on);
	number(out, "probes", "state", "off",
	       report->ledger->quality.probes - report->ledger->quality.probes_on);
}

static int openmetrics__total(FILE *out, const struct report *report)
{
	const struct snapshot *snap = report->snap;
	int err = 0;

	print_run(out, report);
	print_cpu(out, report);
	for (size_t i = 0; !err && i < ARRAY_LEN(path_families); i++)
		err = print_paths(out, snap, i);
	if (err)
		return err;
	print_nics(out, snap);
	print_requests(out, &snap->io);
	print_losses(out, snap, true, "lost_events", "Events that were not measured, by cause.");
	print_losses(out, snap, false, "noted_events", "Events that change no figure, by cause.");
	print_cost(out, report);
	fputs("# EOF\n", out);
	return output__finish(out);
}

const struct output output_openmetrics = {
	.name = "openmetrics",
	.extension = ".om",
	.also_extension = ".prom",
	.is_document = true,
	.header = output__nothing,
	.interval = output__nothing,
	.total = openmetrics__total,
};

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The run as metrics, for a collector. CPU, whole requests and their legs are families of their
 * own: nothing in a family is part of something else in it, so any sum over labels is a sum of
 * different time.
 *
 *	# TYPE xentrace_request_seconds histogram
 *	# UNIT xentrace_request_seconds seconds
 *	# HELP xentrace_request_seconds What a request waited, from when it was made to its end.
 *	xentrace_request_seconds_bucket{mechanism="pv",…,op="read",le="0.001048576"} 89210
 */
#include "output/openmetrics.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct writing {
	struct exposition to;
	const struct report *report;
	const struct metrics *how;
	bool leg_buckets;
};

/* A counter without labels is written as often as its family. */
static void figure(struct writing *w, const char *name, enum metric_type type, const char *help,
		   uint64_t n)
{
	exposition__family(&w->to, name, type, NULL, help);
	exposition__number(&w->to, NO_LABELS, n);
}

static void seconds(struct writing *w, const char *name, enum metric_type type, const char *help,
		    uint64_t ns)
{
	exposition__family(&w->to, name, type, "seconds", help);
	exposition__seconds(&w->to, NO_LABELS, ns);
}

/* It, and nothing below what was written before. */
#define GROWN(w, member, now) \
	((w)->how->floor ? floor__grown(&(w)->how->floor->member, now) : (now))

static void print_run(struct writing *w)
{
	const struct report *report = w->report;
	const struct platform *platform = report->platform;

	exposition__family(&w->to, "build", INFO, NULL, "The program that traces.");
	exposition__number(
		&w->to,
		LABELS({ "version", report->run->version }, { "revision", w->how->revision }), 1);
	exposition__family(&w->to, "run", INFO, NULL, "The traced guest and what traced it.");
	exposition__number(&w->to,
			   LABELS({ "version", report->run->version },
				  { "host", report->run->host }, { "kernel", report->run->kernel },
				  { "mode", platform ? platform->mode : "" },
				  { "hypervisor", platform ? platform->hypervisor : "" }),
			   1);
	seconds(w, "start_time_seconds", GAUGE, "When tracing began, since the epoch.",
		report->snap->wall_start_ns);
	seconds(w, "elapsed_seconds", GAUGE, "How long was traced.", report->ledger->elapsed_ns);
	figure(w, "vcpus", GAUGE, "Online vCPUs.", report->snap->cpu.vcpus);
	figure(w, "complete", GAUGE, "1: at most 0.1 % lost, of each kind.",
	       !report->ledger->quality.incomplete);
}

/* A device that was there at the start and is not any more. */
static bool is_gone(const struct writing *w, const char *device)
{
	const struct platform *platform = w->how->sparse ? w->report->platform : NULL;
	const struct disk *disk = platform__disk(platform, device);
	const struct nic *nic = platform__nic(platform, device);

	return (disk && disk->gone) || (nic && nic->gone);
}

/* What serves each part of the guest. */
static void print_spectrum(struct writing *w)
{
	const struct platform *platform = w->report->platform;

	exposition__family(
		&w->to, "spectrum", INFO, NULL,
		"What serves each part of the guest: P, VS, VH, H, or ? for no evidence.");
	for (size_t i = 0; platform && i < platform->nr_cells; i++) {
		const struct cell *cell = &platform->cells[i];

		if (is_gone(w, cell->what))
			continue;
		exposition__number(
			&w->to,
			LABELS({ "area", area__name(cell->area) }, { "device", cell->what },
			       { "letter", letter__name(cell->letter) }, { "how", cell->how }),
			1);
	}
}

/* Each nanosecond once; what nobody measures is left out, and not 0. */
static void print_cpu(struct writing *w)
{
	const struct cpu_account *cpu = &w->report->ledger->cpu;
	const struct cpu_time *time = &w->report->snap->cpu;

	exposition__family(
		&w->to, "cpu_seconds", COUNTER, "seconds",
		"vCPU time by what served it; guest includes exits that no probe can see.");
	exposition__seconds(&w->to, LABELS({ "mechanism", "idle" }),
			    GROWN(w, idle_ns, cpu->idle_ns));
	for (enum mech mech = 0; mech < MECH_NR; mech++) {
		if (mech == MECH_STOLEN && !time->steal_measured)
			continue;
		exposition__seconds(&w->to, LABELS({ "mechanism", mech__name(mech) }),
				    GROWN(w, mech_ns[mech], cpu->mech_ns[mech]));
	}
	if (time->has_runstate)
		seconds(w, "held_by_device_model_seconds", COUNTER,
			"vCPU time that Xen held a vCPU off inside an emulated path; part of "
			"emulated.",
			GROWN(w, held_ns, cpu->held_ns));
}

/* Where this domain has guests' devices. */
static void print_served(struct writing *w)
{
	const struct snapshot *snap = w->report->snap;

	if (!snap->nr_served)
		return;
	exposition__family(&w->to, "served_seconds", COUNTER, "seconds",
			   "CPU time of this domain's threads and processes for its guests.");
	for (size_t i = 0; i < snap->nr_served; i++) {
		const struct served *served = &snap->served[i];
		const struct {
			const char *of;
			uint64_t ns;
		} parts[] = { { "disks", served->disks_ns },
			      { "nics", served->nics_ns },
			      { "model", served->model_ns } };
		char domain[12];

		if (w->how->sparse && served->gone)
			continue;
		snprintf(domain, sizeof(domain), "%u", served->domain);
		for (size_t n = 0; n < sizeof(parts) / sizeof(parts[0]); n++)
			exposition__seconds(&w->to,
					    LABELS({ "domain", domain }, { "guest", served->name },
						   { "of", parts[n].of }),
					    parts[n].ns);
	}
}

/* Families of paths. A timer is no request: its lateness would only blur what those waited. */
enum path_family { PATH_CPU, REQUEST, LEG, LATENESS, PATH_FAMILIES };

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

static enum path_family family_of(const struct path_key *key)
{
	if (key->kind == KIND_CPU)
		return PATH_CPU;
	if (key->area == AREA_TIMER)
		return LATENESS;
	return path_key__is_whole(key) ? REQUEST : LEG;
}

/*
 * Paths that have the same labels, one behind the other: these may come only once. The timers of two
 * vCPUs have the same ones, and so have a device's interrupts: a series for each would make as many
 * as there are vCPUs.
 */
struct labeled {
	enum path_family family;
	size_t place; /* in the snapshot */
	struct path_key key;
	const struct hist *hist;
};

static struct path_key labels_of(const struct path_key *key)
{
	struct path_key labels = *key;

	labels.device[stem__len(key->device, key->stem)] = '\0';
	if (key->roles & PATH_IRQ)
		labels.op[0] = '\0';
	return labels;
}

static int compare(int by_family, const struct path_key *a, const struct path_key *b)
{
	int by = by_family;

	by = by ? by : (int)a->mech - (int)b->mech;
	by = by ? by : (int)a->area - (int)b->area;
	by = by ? by : strcmp(a->device, b->device);
	by = by ? by : strcmp(a->op, b->op);
	by = by ? by : (int)a->order - (int)b->order;
	return by ? by : strcmp(a->leg, b->leg);
}

static int by_labels(const void *x, const void *y)
{
	const struct labeled *a = x, *b = y;
	int by = compare((int)a->family - (int)b->family, &a->key, &b->key);

	return by ? by : (a->place > b->place) - (a->place < b->place);
}

/* Whole ones have no leg among their labels. */
static bool has_same_labels(const struct labeled *a, const struct labeled *b)
{
	return a->family == b->family && a->key.mech == b->key.mech && a->key.area == b->key.area &&
	       !strcmp(a->key.device, b->key.device) && !strcmp(a->key.op, b->key.op) &&
	       (path_key__is_whole(&a->key) || !strcmp(a->key.leg, b->key.leg));
}

/* Of all paths but those of devices that are gone; the caller frees it. NULL without memory. */
static struct labeled *label_paths(const struct writing *w, size_t *nr)
{
	const struct snapshot *snap = w->report->snap;
	struct labeled *all = calloc(snap->nr_paths + 1, sizeof(*all));

	*nr = 0;
	for (size_t i = 0; all && i < snap->nr_paths; i++) {
		const struct path *path = &snap->paths[i];

		if (is_gone(w, path->key.device))
			continue;
		all[(*nr)++] = (struct labeled) { .family = family_of(&path->key),
						  .place = i,
						  .key = labels_of(&path->key),
						  .hist = &path->hist };
	}
	if (all)
		qsort(all, *nr, sizeof(*all), by_labels);
	return all;
}

#define PATH_LABELS(key)                                                               \
	{ "mechanism", mech__name((key)->mech) }, { "area", area__name((key)->area) }, \
		{ "device", (key)->device },                                           \
	{                                                                              \
		"op", (key)->op                                                        \
	}

/* The longest of its legs. */
static const char *worst_leg(const struct slow_request *slow)
{
	size_t worst = 0;

	for (size_t i = 1; i < slow->nr_legs; i++)
		if (slow->legs[i].ns > slow->legs[worst].ns)
			worst = i;
	return slow->nr_legs ? slow->legs[worst].name : "";
}

/* The slowest of a device's requests of one kind, if it is among the slowest of all; else NULL. */
static const struct slow_request *slowest(const struct snapshot *snap, const struct path_key *key)
{
	for (size_t i = 0; key->area == AREA_DISK && i < snap->nr_slow; i++)
		if (!strcmp(snap->slow[i].device, key->device) &&
		    !strcmp(snap->slow[i].op, key->op))
			return &snap->slow[i];
	return NULL;
}

static void print_request(struct writing *w, const struct path_key *key, const struct hist *h)
{
	const struct snapshot *snap = w->report->snap;
	const struct slow_request *slow = slowest(snap, key);
	struct exemplar exemplar;
	char vcpu[16] = "";

	if (slow && slow->issued)
		snprintf(vcpu, sizeof(vcpu), "%u", slow->vcpu);
	exemplar = (struct exemplar) {
		.labels = LABELS({ "leg", slow ? worst_leg(slow) : "" }, { "vcpu", vcpu }),
		.ns = slow ? slow->total_ns : 0,
		.wall_ns = slow && snap->wall_start_ns ? snap->wall_start_ns + slow->start_ns +
								 slow->total_ns - snap->start_ns
						       : 0,
	};
	exposition__histogram(&w->to, &(struct histogram) {
					      .labels = LABELS(PATH_LABELS(key)),
					      .hist = h,
					      .ns = hist__total_ns(h),
					      .buckets = true,
					      .exemplar = slow ? &exemplar : NULL,
				      });
}

/* Of CPU time it is an estimate, where not all passes are timed. */
static uint64_t time_of(const struct writing *w, const struct labeled *path, const struct hist *h)
{
	uint64_t ns = path_key__ns(&path->key, h);

	if (path->family != PATH_CPU || !w->how->floor)
		return ns;
	return floor__path(w->how->floor, &path->key, ns);
}

static void print_path(struct writing *w, const struct labeled *path, const struct hist *h)
{
	const struct path_key *key = &path->key;
	bool buckets = true;

	if (path->family == REQUEST) {
		print_request(w, key, h);
		return;
	}
	if (path->family == PATH_CPU)
		buckets = !w->how->sparse;
	else if (path->family == LEG)
		buckets = w->leg_buckets;
	exposition__histogram(
		&w->to, &(struct histogram) {
				.labels = path_key__is_whole(key)
						  ? LABELS(PATH_LABELS(key))
						  : LABELS(PATH_LABELS(key), { "leg", key->leg }),
				.hist = h,
				.ns = time_of(w, path, h),
				.buckets = buckets,
			});
}

/* All of `nr` paths that have the labels of the first. Returns how many, or -ENOMEM. */
static int print_same(struct writing *w, const struct labeled *first, size_t nr)
{
	struct hist sum = {};
	size_t same = 1;
	int err = 0;

	while (same < nr && has_same_labels(first, &first[same]))
		same++;
	if (same == 1) {
		print_path(w, first, first->hist);
		return 1;
	}
	for (size_t i = 0; !err && i < same; i++)
		err = hist__merge(&sum, first[i].hist);
	if (!err)
		print_path(w, first, &sum);
	hist__free(&sum);
	return err ? err : (int)same;
}

/* How many of the requests were followed from leg to leg: what their times are of. */
static void print_followed(struct writing *w, const struct labeled *all, size_t nr)
{
	exposition__family(&w->to, "followed_requests", COUNTER, NULL,
			   "Requests whose times were taken; those of the others are theirs.");
	for (size_t i = 0, same; i < nr; i += same) {
		uint64_t followed = hist__followed(all[i].hist);

		for (same = 1; i + same < nr && has_same_labels(&all[i], &all[i + same]); same++)
			followed += hist__followed(all[i + same].hist);
		if (all[i].family == REQUEST)
			exposition__number(&w->to, LABELS(PATH_LABELS(&all[i].key)), followed);
	}
}

static int print_paths(struct writing *w)
{
	size_t nr, i = 0;
	struct labeled *all = label_paths(w, &nr);
	int done = all ? 0 : -ENOMEM;

	for (enum path_family family = 0; done >= 0 && family < PATH_FAMILIES; family++) {
		exposition__family(&w->to, path_families[family].name, HISTOGRAM, "seconds",
				   path_families[family].help);
		for (; done >= 0 && i < nr && all[i].family == family; i += done > 0 ? done : 0)
			done = print_same(w, &all[i], nr - i);
	}
	if (done >= 0)
		print_followed(w, all, nr);
	free(all);
	return done < 0 ? done : 0;
}

static void print_traffic(struct writing *w, const char *device, uint64_t received, uint64_t sent,
			  bool sent_counted)
{
	exposition__number(&w->to, LABELS({ "device", device }, { "direction", "received" }),
			   received);
	if (sent_counted)
		exposition__number(&w->to, LABELS({ "device", device }, { "direction", "sent" }),
				   sent);
}

/* Packets of each NIC and direction, and the bytes in them with the link's header. */
static void print_nics(struct writing *w)
{
	const struct snapshot *snap = w->report->snap;
	bool sent_counted = !snapshot__sent_uncounted(snap);

	for (int bytes = 0; bytes < 2; bytes++) {
		if (bytes)
			exposition__family(&w->to, "network_bytes", COUNTER, "bytes",
					   "Bytes of packets of a NIC.");
		else
			exposition__family(&w->to, "network_packets", COUNTER, NULL,
					   "Packets of a NIC; one with GSO is one.");
		for (size_t i = 0; i < snap->nr_nics; i++) {
			const struct nic_use *nic = &snap->nics[i];

			if (is_gone(w, nic->device))
				continue;
			print_traffic(w, nic->device, bytes ? nic->rx_bytes : nic->rx_packets,
				      bytes ? nic->tx_bytes : nic->tx_packets, sent_counted);
		}
	}
	exposition__family(&w->to, "network_queue_stops", COUNTER, NULL,
			   "Packets sent after which their queue was full, and stopped.");
	for (size_t i = 0; sent_counted && i < snap->nr_nics; i++)
		if (!is_gone(w, snap->nics[i].device))
			exposition__number(&w->to, LABELS({ "device", snap->nics[i].device }),
					   snap->nics[i].tx_stops);
}

static void print_drops(struct writing *w)
{
	const struct snapshot *snap = w->report->snap;

	exposition__family(&w->to, "network_drops", COUNTER, NULL,
			   "Packets of a NIC that the kernel dropped, by its reason.");
	for (size_t i = 0; i < snap->nr_drops; i++) {
		const struct drop *drop = &snap->drops[i];

		if (!is_gone(w, drop->device))
			exposition__number(
				&w->to,
				LABELS({ "device", drop->device },
				       { "direction", drop->received ? "received" : "sent" },
				       { "reason", drop->reason }),
				drop->count);
	}
}

static void print_rings(struct writing *w)
{
	const struct snapshot *snap = w->report->snap;

	exposition__family(&w->to, "last_place_requests", COUNTER, NULL,
			   "Requests that took the last free place of their disk's queue or ring.");
	for (size_t i = 0; i < snap->nr_queues; i++)
		if (!is_gone(w, snap->queues[i].device))
			exposition__number(&w->to, LABELS({ "device", snap->queues[i].device }),
					   snap->queues[i].last);
}

static void print_events(struct writing *w)
{
	const struct event_rows *events = &w->report->ledger->events;

	exposition__family(&w->to, "events", COUNTER, NULL,
			   "Interrupts by event channel, by kind and device.");
	for (size_t i = 0; i < events->nr; i++) {
		const struct event_row *row = &events->rows[i];
		bool first = true;

		for (size_t n = 0; n < i; n++)
			first &= strcmp(events->rows[n].kind, row->kind) ||
				 strcmp(events->rows[n].device, row->device);
		if (first && !is_gone(w, row->device))
			exposition__number(&w->to,
					   LABELS({ "kind", row->kind }, { "device", row->device }),
					   row->count);
	}
}

static void print_requests(struct writing *w)
{
	const struct conservation *io = &w->report->snap->io;

	figure(w, "requests_started", COUNTER, "Requests issued while tracing.",
	       GROWN(w, started, io->started));
	figure(w, "requests_completed", COUNTER, "Requests seen to end.",
	       GROWN(w, completed, io->completed));
	figure(w, "requests_lost", COUNTER, "Requests whose end was missed.",
	       GROWN(w, lost, io->lost));
	figure(w, "requests_in_flight", GAUGE, "Requests in flight, found by a scan.",
	       io->in_flight);
}

static void print_losses(struct writing *w, bool lost, const char *name, const char *help)
{
	const struct snapshot *snap = w->report->snap;

	exposition__family(&w->to, name, COUNTER, NULL, help);
	for (size_t i = 0; i < snap->nr_losses; i++) {
		const struct loss *loss = &snap->losses[i];

		if (loss->lost == lost)
			exposition__number(&w->to, LABELS({ "cause", loss->name }),
					   i < FLOOR_LOSSES ? GROWN(w, losses[i], loss->count)
							    : loss->count);
	}
}

static bool is_repeated(const struct findings *findings, size_t i)
{
	for (size_t n = 0; n < i; n++)
		if (!strcmp(findings->all[n].id, findings->all[i].id) &&
		    !strcmp(findings->all[n].subject, findings->all[i].subject) &&
		    findings->all[n].verdict == findings->all[i].verdict)
			return true;
	return false;
}

/* What could not be tested has no sample: 0 would read as "not met". */
static void print_findings(struct writing *w)
{
	const struct findings *findings = w->how->findings;

	findings = findings ? findings : &w->report->ledger->findings;
	exposition__family(&w->to, "finding", GAUGE, NULL,
			   "1: a finding is met; 0: it is not met; none: it could not be tested.");
	for (size_t i = 0; i < findings->nr; i++) {
		const struct finding *finding = &findings->all[i];

		if (finding->verdict != FINDING_UNTESTABLE && !is_repeated(findings, i))
			exposition__number(&w->to,
					   LABELS({ "id", finding->id },
						  { "subject", finding->subject }),
					   finding->verdict == FINDING_MET);
	}
	exposition__family(&w->to, "finding_cost_seconds", GAUGE, "seconds",
			   "What a finding that is met costs: time of vCPUs, or waited.");
	for (size_t i = 0; i < findings->nr; i++) {
		const struct finding *finding = &findings->all[i];

		if (finding->verdict == FINDING_MET && finding->cost_known &&
		    !is_repeated(findings, i))
			exposition__seconds(&w->to,
					    LABELS({ "id", finding->id },
						   { "subject", finding->subject },
						   { "kind", kind__name(finding->cost_kind) }),
					    finding->cost_ns);
	}
}

static void print_cost(struct writing *w)
{
	const struct own_cost *cost = &w->report->snap->cost;
	const struct quality *quality = &w->report->ledger->quality;

	exposition__family(&w->to, "own_cpu_seconds", COUNTER, "seconds",
			   "What tracing itself cost.");
	exposition__seconds(&w->to, LABELS({ "where", "bpf" }), GROWN(w, bpf_ns, cost->bpf_ns));
	exposition__seconds(&w->to, LABELS({ "where", "user" }), GROWN(w, user_ns, cost->user_ns));
	if (w->how->server_ns)
		exposition__seconds(&w->to, LABELS({ "where", "server" }),
				    GROWN(w, server_ns, w->how->server_ns));
	if (cost->budget > 0) {
		exposition__family(&w->to, "own_budget_ratio", GAUGE, "ratio",
				   "Share of vCPU time that tracing may cost; own_cpu_seconds is "
				   "what it does.");
		exposition__ratio(&w->to, NO_LABELS, cost->budget);
	}
	exposition__family(&w->to, "own_memory_bytes", GAUGE, "bytes",
			   "Memory of the tracer and of its maps.");
	exposition__number(&w->to, LABELS({ "where", "user" }), cost->rss_bytes);
	exposition__number(&w->to, LABELS({ "where", "kernel" }), cost->kernel_bytes);
	exposition__family(&w->to, "probes", GAUGE, NULL,
			   "Probes for this kind of guest, attached and refused.");
	exposition__number(&w->to, LABELS({ "state", "on" }), quality->probes_on);
	exposition__number(&w->to, LABELS({ "state", "off" }),
			   quality->probes - quality->probes_on);
}

int metrics__write(FILE *out, const struct report *report, const struct metrics *how)
{
	const struct snapshot *snap = report->snap;
	struct writing w = {
		.to = { .form = how->form ?: &exposition_text,
			.out = out,
			.dialect = how->dialect,
			.state = how->state },
		.report = report,
		.how = how,
		.leg_buckets = !how->sparse || snap->nr_queues + snap->nr_nics <= METRICS_DEVICES,
	};
	int err;

	print_run(&w);
	print_spectrum(&w);
	print_cpu(&w);
	print_served(&w);
	err = print_paths(&w);
	if (err)
		return err;
	print_rings(&w);
	print_nics(&w);
	print_drops(&w);
	print_events(&w);
	print_requests(&w);
	print_losses(&w, true, "lost_events", "Events that were not measured, by cause.");
	print_losses(&w, false, "noted_events", "Events that change no figure, by cause.");
	print_findings(&w);
	print_cost(&w);
	exposition__end(&w.to);
	return 0;
}

static int openmetrics__total(FILE *out, const struct report *report)
{
	int err = metrics__write(out, report, &(struct metrics) { .dialect = DIALECT_OPENMETRICS });

	return err ? err : output__finish(out);
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

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * One object a line: "header", an "interval" for each interval, and "total". Fields are added,
 * never renamed; tools/schema/xentrace-bpf-1.schema.json describes them. Durations are integers in
 * ns, so that sums are exact; what was not measured is null, never 0.
 *
 *	{"schema":"xentrace-bpf/1","type":"header","version":"0.1",…}
 *	{"schema":"xentrace-bpf/1","type":"total","start_ns":…,"paths":[…],…}
 */
#include "output/json.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>
#include <time.h>

#include "model/hypercalls.h"
#include "output/detect.h"
#include "output/diff.h"
#include "output/escape.h"

static void write_text(struct json *json, const char *text)
{
	static const char escaped[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
	const char *found;

	fputc('"', json->out);
	for (size_t len; *text; text += len ? len : 1) {
		len = escape__utf8_len(text);
		found = strchr(escaped, *text);
		if (found)
			fprintf(json->out, "\\%c", letters[found - escaped]);
		else if (len == 1 && *text < ' ')
			fprintf(json->out, "\\u%04X", *text);
		else if (len)
			fwrite(text, 1, len, json->out);
		else
			fputs(ESCAPE_NONE, json->out);
	}
	fputc('"', json->out);
}

/* What stands before a value. */
static FILE *value(struct json *json, const char *key)
{
	if (json->more)
		fputc(',', json->out);
	json->more = true;
	if (key) {
		write_text(json, key);
		fputc(':', json->out);
	}
	return json->out;
}

void json__open(struct json *json, const char *key, char bracket)
{
	fputc(bracket, value(json, key));
	json->more = false;
}

void json__close(struct json *json, char bracket)
{
	fputc(bracket, json->out);
	json->more = true;
}

void json__null(struct json *json, const char *key)
{
	fputs("null", value(json, key));
}

void json__bool(struct json *json, const char *key, bool b)
{
	fputs(b ? "true" : "false", value(json, key));
}

void json__int(struct json *json, const char *key, int64_t n)
{
	fprintf(value(json, key), "%" PRId64, n);
}

void json__uint(struct json *json, const char *key, uint64_t n)
{
	json__int(json, key, n > INT64_MAX ? INT64_MAX : n);
}

void json__known(struct json *json, const char *key, bool known, uint64_t n)
{
	if (known)
		json__uint(json, key, n);
	else
		json__null(json, key);
}

/* "5e-05" is "5e-5" */
static void drop_zeros(char *exponent)
{
	char *digits = exponent + (*exponent == '-');
	size_t zeros = strspn(digits, "+0");

	memmove(digits, digits + zeros, strlen(digits + zeros) + 1);
}

/* All 17 digits; and never an integer, so that a member's type does not change with its value. */
void json__real(struct json *json, const char *key, double x)
{
	char text[40], *exponent;

	if (!isfinite(x)) {
		json__null(json, key);
		return;
	}
	snprintf(text, sizeof(text), "%.17g", x);
	exponent = strchr(text, 'e');
	if (exponent)
		drop_zeros(exponent + 1);
	else if (!strchr(text, '.'))
		strcat(text, ".0");
	fputs(text, value(json, key));
}

void json__str(struct json *json, const char *key, const char *text)
{
	if (!text) {
		json__null(json, key);
		return;
	}
	value(json, key);
	write_text(json, text);
}

void json__utc(struct json *json, const char *key, uint64_t wall_ns)
{
	time_t seconds = wall_ns / 1000000000;
	char day[64], stamp[96];
	struct tm tm;

	if (!wall_ns || !gmtime_r(&seconds, &tm)) {
		json__null(json, key);
		return;
	}
	strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(stamp, sizeof(stamp), "%s.%09" PRIu64 "Z", day, wall_ns % 1000000000);
	json__str(json, key, stamp);
}

void json__begin(struct json *json, const char *type)
{
	json__open(json, NULL, '{');
	json__str(json, "schema", "xentrace-bpf/1");
	json__str(json, "type", type);
}

int json__end(struct json *json)
{
	json__close(json, '}');
	json->more = false;
	fputc('\n', json->out);
	return output__finish(json->out);
}

static int write_header(FILE *out, const struct report *report)
{
	struct json line = { .out = out }, *json = &line;
	const struct platform *platform = report->platform;
	const struct run_info *run = report->run;

	json__begin(json, "header");
	json__str(json, "version", run->version);
	json__str(json, "command_line", run->command_line);
	json__str(json, "host", run->host);
	json__str(json, "kernel", run->kernel);
	json__utc(json, "start_utc",
		  report->snap ? report->snap->wall_start_ns : run->wall_start_ns);
	json__str(json, "mode", platform ? platform->mode : NULL);
	if (platform) {
		json__open(json, "detect", '{');
		detect__members(json, platform);
		json__close(json, '}');
	} else {
		json__null(json, "detect");
	}
	return json__end(json);
}

/* idle + stolen + unattributed + guest + pv + emulated + hardware = vcpu_ns + excess. */
static void put_cpu(struct json *json, const struct cpu_account *cpu, const struct cpu_time *time)
{
	json__uint(json, "idle_ns", cpu->idle_ns);
	json__known(json, "stolen_ns", time->steal_measured, cpu->mech_ns[MECH_STOLEN]);
	json__uint(json, "unattributed_ns", cpu->mech_ns[MECH_UNATTRIBUTED]);
	json__uint(json, "guest_ns", cpu->mech_ns[MECH_GUEST]);
	json__uint(json, "guest_code_ns", cpu->guest_rest_ns);
	json__uint(json, "pv_ns", cpu->mech_ns[MECH_PV]);
	json__uint(json, "emulated_ns", cpu->mech_ns[MECH_EMULATED]);
	json__uint(json, "hardware_ns", cpu->mech_ns[MECH_HARDWARE]);
	json__uint(json, "excess_ns", cpu->excess_ns);
	json__bool(json, "has_runstate", time->has_runstate);
	json__known(json, "offline_ns", time->has_runstate, time->offline_ns);
	json__uint(json, "held_by_device_model_ns", cpu->held_ns);
	json__uint(json, "held_off_ns", cpu->held_off_ns);
	json__known(json, "stat_steal_ns", time->steal_measured, time->stat_steal_ns);
}

static void put_cpu_part(struct json *json, const struct cpu_part *part)
{
	json__str(json, "name", part->name);
	json__uint(json, "ns", part->ns);
	json__uint(json, "count", part->count);
}

/* The rows of the ledger, as the text report prints them: what it shows, jq finds. */
static void put_cpu_row(struct json *json, const struct cpu_row *row)
{
	json__str(json, "mechanism", mech__name(row->mech));
	json__str(json, "area", area__name(row->area));
	json__str(json, "device", row->device);
	json__uint(json, "ns", row->ns);
	json__uint(json, "events", row->events);
	json__uint(json, "held_ns", row->held_ns);
	json__uint(json, "max_ns", row->max_ns);
	json__uint(json, "devices", row->nr_devices);
	JSON_LIST(json, "parts", row->parts, row->nr_parts, put_cpu_part);
	json__uint(json, "more", row->nr_more);
}

static void put_wait_leg(struct json *json, const struct wait_leg *leg)
{
	json__str(json, "name", leg->name);
	json__str(json, "mechanism", mech__name(leg->mech));
	json__uint(json, "ns", leg->ns);
	json__real(json, "share_ns", leg->share_ns);
}

static void put_wait_row(struct json *json, const struct wait_row *row)
{
	json__str(json, "area", area__name(row->area));
	json__str(json, "mechanism", mech__name(row->mech));
	json__str(json, "device", row->device);
	json__str(json, "op", row->op);
	json__bool(json, "measured", row->measured);
	json__bool(json, "stacked", row->stacked);
	json__uint(json, "count", row->count);
	json__uint(json, "followed", row->followed);
	json__uint(json, "waited_ns", row->waited_ns);
	json__real(json, "per_second", row->per_second);
	json__real(json, "in_flight", row->in_flight);
	json__real(json, "mean_ns", row->mean_ns);
	json__real(json, "mean_error_ns", row->mean_error_ns);
	json__uint(json, "p50_ns", row->p50_ns);
	json__uint(json, "p99_ns", row->p99_ns);
	json__known(json, "p99_low_ns", row->followed < row->count, row->p99_low_ns);
	json__known(json, "p99_high_ns", row->followed < row->count, row->p99_high_ns);
	json__uint(json, "p999_ns", row->p999_ns);
	json__uint(json, "max_ns", row->max_ns);
	json__bool(json, "overlap_measured", row->overlap_measured);
	json__uint(json, "overlap_count", row->overlap_count);
	json__uint(json, "overlap_ns", row->overlap_ns);
	json__uint(json, "stolen_ns", row->stolen_ns);
	json__uint(json, "held_ns", row->held_ns);
	JSON_LIST(json, "legs", row->legs, row->nr_legs, put_wait_leg);
}

static void put_vcpu(struct json *json, const struct vcpu_time *vcpu, const struct cpu_time *cpu)
{
	static const char *const states[VCPU_STATES] = { "running_ns", "runnable_ns", "blocked_ns",
							 "offline_ns" };

	json__uint(json, "cpu", vcpu->cpu);
	json__bool(json, "online", vcpu->online);
	json__uint(json, "vcpu_ns", vcpu->total_ns);
	for (int state = 0; state < VCPU_STATES; state++)
		json__known(json, states[state], cpu->has_runstate, vcpu->state_ns[state]);
	json__uint(json, "idle_ns", vcpu_time__idle_ns(vcpu));
	json__known(json, "held_by_device_model_ns", cpu->has_runstate, vcpu->held_ns);
	json__known(json, "stat_steal_ns", cpu->steal_measured, vcpu->stat_steal_ns);
	json__uint(json, "events", vcpu->events);
	json__uint(json, "unmeasured_ns", vcpu->unmeasured_ns);
	json__uint(json, "jumps", vcpu->jumps);
	json__uint(json, "came", vcpu->came);
	json__uint(json, "went", vcpu->went);
}

/* [[cpu, events], …]: only vCPUs that had some. */
static void put_by_vcpu(struct json *json, const uint64_t *counts, unsigned int cpus)
{
	json__open(json, "by_vcpu", '[');
	for (unsigned int cpu = 0; cpu < cpus; cpu++) {
		if (!counts[cpu])
			continue;
		json__open(json, NULL, '[');
		json__uint(json, NULL, cpu);
		json__uint(json, NULL, counts[cpu]);
		json__close(json, ']');
	}
	json__close(json, ']');
}

static void put_channel(struct json *json, const struct channel *channel,
			const struct snapshot *snap)
{
	const uint64_t *counts = snap->channel_counts + (channel - snap->channels) * snap->nr_cpus;
	uint64_t sum = 0;

	for (unsigned int cpu = 0; cpu < snap->nr_cpus; cpu++)
		sum += counts[cpu];
	json__str(json, "kind", channel->kind);
	json__str(json, "device", channel->device);
	json__str(json, "op", channel->op);
	json__bool(json, "bound", channel->bound);
	json__uint(json, "count", sum);
	put_by_vcpu(json, counts, snap->nr_cpus);
}

/* The same by kind and device, as the text report prints them. */
static void put_event_row(struct json *json, const struct event_row *row, unsigned int cpus)
{
	json__str(json, "kind", row->kind);
	json__str(json, "device", row->device);
	json__uint(json, "channels", row->channels);
	json__uint(json, "count", row->count);
	put_by_vcpu(json, row->by_cpu, cpus);
}

static void put_bus(struct json *json, const struct bus_events *bus)
{
	json__str(json, "name", bus->name);
	json__str(json, "device", bus->device);
	json__uint(json, "events", bus->events);
	json__uint(json, "spurious_events", bus->spurious);
	json__uint(json, "jiffies_eoi_delayed", bus->delay_jiffies);
	json__uint(json, "spurious_threshold", bus->threshold);
}

/* An interval's have no times: a recording has none (recording/coding.h), and is to give the same. */
static void put_buckets(struct json *json, const struct hist *hist, bool timed)
{
	json__open(json, "buckets", '[');
	for (unsigned int i = 0; i < hist->nr; i++) {
		const struct hist_bucket *bucket = &hist->bucket[i];

		if (!bucket->count)
			continue;
		json__open(json, NULL, '[');
		json__uint(json, NULL, hist__upper(bucket->index));
		json__uint(json, NULL, bucket->count);
		if (timed)
			json__uint(json, NULL, bucket->ns);
		json__close(json, ']');
	}
	json__close(json, ']');
}

static void put_path(struct json *json, const struct path *path, const struct cpu_time *cpu,
		     bool timed)
{
	const struct path_key *key = &path->key;
	const struct hist *hist = &path->hist;
	/* Whether the vCPU was held off while requests were under way: of disks alone. */
	bool overlap = cpu->has_runstate && key->area == AREA_DISK;

	json__str(json, "area", area__name(key->area));
	json__str(json, "mechanism", mech__name(key->mech));
	json__str(json, "device", key->device);
	json__str(json, "op", key->op);
	json__str(json, "leg", key->leg);
	json__str(json, "kind", kind__name(key->kind));
	json__uint(json, "count", hist__count(hist));
	json__uint(json, "total_ns", hist__total_ns(hist));
	json__uint(json, "max_ns", hist->max);
	json__uint(json, "p50_ns", hist__quantile(hist, .5));
	json__uint(json, "p99_ns", hist__quantile(hist, .99));
	json__uint(json, "p999_ns", hist__quantile(hist, .999));
	if (key->kind == KIND_CPU) {
		json__uint(json, "inclusive_ns", hist->inclusive);
		json__uint(json, "held_ns", hist->held);
		json__uint(json, "off_cpu_ns", hist->off_cpu);
	} else if (path_key__is_whole(key)) {
		json__known(json, "overlap_count", overlap, hist->known);
		json__known(json, "overlap_ns", overlap, hist->known_ns);
		json__known(json, "stolen_ns", overlap, hist->stolen);
		json__known(json, "held_ns", overlap, hist->held);
	}
	put_buckets(json, hist, timed);
}

static void put_queue(struct json *json, const struct queue_use *use)
{
	bool known = use->places;

	json__str(json, "device", use->device);
	json__uint(json, "queues", use->queues);
	json__known(json, "places", known, use->places);
	json__uint(json, "most_under_way", use->most);
	json__known(json, "into_last_place", known, use->last);
	json__known(json, "into_last_place_queue_ns", known, use->last_waited_ns);
}

/* NIC_COUNTS says what each is. */
static void put_nic(struct json *json, const struct nic_use *use, bool sent_counted)
{
	json__str(json, "device", use->device);
	json__uint(json, "queues", use->queues);
	json__uint(json, "most_under_way", use->most);
	json__bool(json, "sent_counted", sent_counted);
#define PUT(id, name) json__uint(json, #name, use->name);
	NIC_COUNTS(PUT)
#undef PUT
}

static void put_drop(struct json *json, const struct drop *drop)
{
	json__str(json, "device", drop->device);
	json__str(json, "direction", drop->received ? "received" : "sent");
	json__str(json, "reason", *drop->reason ? drop->reason : NULL);
	json__uint(json, "count", drop->count);
}

static void put_slow(struct json *json, const struct slow_request *slow,
		     const struct snapshot *snap)
{
	uint64_t wall_ns = snap->wall_start_ns + slow->start_ns - snap->start_ns;
	bool known = snap->cpu.has_runstate && slow->overlap_known;

	json__str(json, "device", slow->device);
	json__str(json, "op", slow->op);
	json__utc(json, "start_utc", snap->wall_start_ns ? wall_ns : 0);
	json__uint(json, "start_ns", slow->start_ns);
	json__uint(json, "total_ns", slow->total_ns);
	json__known(json, "vcpu", slow->issued, slow->vcpu);
	json__known(json, "pid", slow->issued, slow->pid);
	json__str(json, "comm", *slow->comm ? slow->comm : NULL);
	json__open(json, "legs", '[');
	for (size_t n = 0; n < slow->nr_legs; n++) {
		json__open(json, NULL, '{');
		json__str(json, "leg", slow->legs[n].name);
		json__uint(json, "ns", slow->legs[n].ns);
		json__close(json, '}');
	}
	json__close(json, ']');
	json__known(json, "stolen_ns", known, slow->stolen_ns);
	json__known(json, "held_ns", known, slow->held_ns);
}

static void put_loss(struct json *json, const struct loss *loss)
{
	json__str(json, "name", loss->name);
	json__bool(json, "lost", loss->lost);
	json__uint(json, "count", loss->count);
	json__str(json, "why", loss->why);
}

/* `missing`: what none of the other members accounts for. */
static void put_conservation(struct json *json, const char *key, const struct conservation *io,
			     int64_t missing)
{
	json__open(json, key, '{');
	json__uint(json, "carried", io->carried);
	json__uint(json, "started", io->started);
	json__uint(json, "completed", io->completed);
	json__uint(json, "in_flight", io->in_flight);
	json__uint(json, "lost", io->lost);
	json__uint(json, "preexisting", io->preexisting);
	json__int(json, "missing", missing);
	json__known(json, "kernel_completed", io->kernel, io->kernel);
	json__close(json, '}');
}

/* A figure of calibration; not above 0: there is none. */
static void put_calibrated(struct json *json, const char *key, double ns)
{
	if (ns > 0)
		json__real(json, key, ns);
	else
		json__null(json, key);
}

static void put_probe(struct json *json, const struct probe_status *probe)
{
	bool off = probe->rung == RUNG_OFF;

	json__str(json, "name", probe->name);
	json__str(json, "family", probe->family);
	json__str(json, "rung", rung__name(probe->rung));
	json__bool(json, "applicable", probe->applicable);
	json__str(json, "cause", off ? probe->cause : NULL);
	json__str(json, "fix", off ? probe->fix : NULL);
	json__uint(json, "runs", probe->runs);
	json__uint(json, "skipped", probe->skipped);
	put_calibrated(json, "ns_per_run", probe->ns_per_run);
}

static void put_exact(struct json *json, const struct exact_name *name)
{
	json__str(json, "hypercall", name->name);
	json__uint(json, "sites", name->sites);
	json__uint(json, "attached", name->attached);
	json__bool(json, "complete", name->complete);
}

static void put_own_cost(struct json *json, const struct own_cost *cost,
			 const struct quality *quality)
{
	json__uint(json, "bpf_ns", cost->bpf_ns);
	json__uint(json, "user_ns", cost->user_ns);
	json__uint(json, "runs", cost->runs);
	json__uint(json, "events", quality->events);
	json__real(json, "ns_per_event", quality->ns_per_event);
	json__real(json, "cpu_share", quality->cost_share);
	put_calibrated(json, "clock_read_ns", cost->clock_read_ns);
	put_calibrated(json, "clock_gettime_ns", cost->clock_gettime_ns);
	if (cost->vdso_known)
		json__bool(json, "clock_in_vdso", cost->in_vdso);
	else
		json__null(json, "clock_in_vdso");
	json__uint(json, "rss_bytes", cost->rss_bytes);
	json__uint(json, "kernel_bytes", cost->kernel_bytes);
}

static void put_quality(struct json *json, const struct quality *quality)
{
	json__uint(json, "lost", quality->lost);
	json__real(json, "lost_share", quality->worst_share);
	json__uint(json, "probes_on", quality->probes_on);
	json__uint(json, "probes", quality->probes);
}

static void put_finding(struct json *json, const struct finding *f)
{
	json__str(json, "id", f->id);
	json__str(json, "verdict", verdict__name(f->verdict));
	json__str(json, "subject", f->subject);
	json__str(json, "what", f->what);
	json__open(json, "figures", '[');
	for (size_t n = 0; n < FINDING_FIGURES && f->figures[n][0]; n++)
		json__str(json, NULL, f->figures[n]);
	json__close(json, ']');
	json__str(json, "do", f->action);
	json__str(json, "check", f->check);
}

static int write_part(FILE *out, const struct report *report, const char *type, bool timed)
{
	struct json line = { .out = out }, *json = &line;
	const struct ledger *ledger = report->ledger;
	const struct snapshot *snap = report->snap;
	struct exact_name names[EXACT_NAMES];
	size_t nr_names = exact__names(names, EXACT_NAMES, snap);

	json__begin(json, type);
	json__uint(json, "interval", report->interval_no);
	json__utc(json, "start_utc", snap->wall_start_ns);
	json__uint(json, "start_ns", snap->start_ns);
	json__uint(json, "end_ns", snap->end_ns);
	json__uint(json, "vcpus", snap->cpu.vcpus);
	json__uint(json, "vcpu_ns", snap->cpu.total_ns);
	json__open(json, "cpu", '{');
	put_cpu(json, &ledger->cpu, &snap->cpu);
	json__close(json, '}');
	JSON_LIST(json, "cpu_rows", ledger->cpu.rows, ledger->cpu.nr_rows, put_cpu_row);
	JSON_LIST(json, "wait_rows", ledger->waits, ledger->nr_waits, put_wait_row);
	JSON_LIST(json, "per_vcpu", snap->vcpus, snap->nr_vcpus, put_vcpu, &snap->cpu);
	JSON_LIST(json, "event_rows", ledger->events.rows, ledger->events.nr, put_event_row,
		  ledger->events.cpus);
	JSON_LIST(json, "event_channels", snap->channels, snap->nr_channels, put_channel, snap);
	JSON_LIST(json, "xenbus", snap->bus, snap->nr_bus, put_bus);
	JSON_LIST(json, "paths", snap->paths, snap->nr_paths, put_path, &snap->cpu, timed);
	JSON_LIST(json, "queues", snap->queues, snap->nr_queues, put_queue);
	JSON_LIST(json, "nics", snap->nics, snap->nr_nics, put_nic,
		  !snapshot__sent_uncounted(snap));
	JSON_LIST(json, "drops", snap->drops, snap->nr_drops, put_drop);
	JSON_LIST(json, "slowest", snap->slow, snap->nr_slow, put_slow, snap);
	json__bool(json, "complete", !ledger->quality.incomplete);
	json__open(json, "quality", '{');
	put_quality(json, &ledger->quality);
	json__close(json, '}');
	JSON_LIST(json, "losses", snap->losses, snap->nr_losses, put_loss);
	put_conservation(json, "conservation", &snap->io, ledger->quality.io_missing);
	put_conservation(json, "packet_conservation", &snap->packets,
			 ledger->quality.packets_missing);
	JSON_LIST(json, "probes", snap->probes, snap->nr_probes, put_probe);
	JSON_LIST(json, "exact", names, nr_names, put_exact);
	json__open(json, "own_cost", '{');
	put_own_cost(json, &snap->cost, &ledger->quality);
	json__close(json, '}');
	JSON_LIST(json, "findings", ledger->findings.all, ledger->findings.nr, put_finding);
	return json__end(json);
}

static int write_interval(FILE *out, const struct report *report)
{
	return write_part(out, report, "interval", false);
}

static int write_total(FILE *out, const struct report *report)
{
	return write_part(out, report, "total", true);
}

const struct output output_json = {
	.name = "json",
	.extension = ".json",
	.header = write_header,
	.interval = write_interval,
	.total = write_total,
	.diff = diff__json,
};

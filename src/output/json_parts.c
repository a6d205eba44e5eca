// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "output/json_parts.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "output/escape.h"

int put(json_t *obj, const char *key, json_t *value)
{
	return json_object_set_new(obj, key, value);
}

json_t *json__done(json_t *json, int err)
{
	if (!err)
		return json;
	json_decref(json);
	return NULL;
}

static json_t *text(const char *raw)
{
	char buf[1024];

	return raw ? json_string(escape__utf8(buf, sizeof(buf), raw)) : json_null();
}

int put__str(json_t *obj, const char *key, const char *raw)
{
	return put(obj, key, text(raw));
}

json_t *json__int(uint64_t n)
{
	return json_integer(n > INT64_MAX ? INT64_MAX : n);
}

int put__int(json_t *obj, const char *key, uint64_t n)
{
	return put(obj, key, json__int(n));
}

int put__bool(json_t *obj, const char *key, bool b)
{
	return put(obj, key, json_boolean(b));
}

int put__real(json_t *obj, const char *key, double x)
{
	return put(obj, key, json_real(x));
}

json_t *json__utc(uint64_t wall_ns)
{
	time_t seconds = wall_ns / 1000000000;
	char text[64], stamp[96];
	struct tm tm;

	if (!wall_ns || !gmtime_r(&seconds, &tm))
		return json_null();
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(stamp, sizeof(stamp), "%s.%09" PRIu64 "Z", text, wall_ns % 1000000000);
	return json_string(stamp);
}

/* idle + stolen + unattributed + guest + pv + emulated + hardware = vcpu_ns + excess. */
json_t *json__cpu(const struct report *report)
{
	const struct cpu_account *cpu = &report->ledger->cpu;
	const struct cpu_time *time = &report->snap->cpu;
	json_t *obj = json_object();
	int err = 0;

	err |= put__int(obj, "idle_ns", cpu->idle_ns);
	err |= put(obj, "stolen_ns",
		   time->steal_measured ? json__int(cpu->mech_ns[MECH_STOLEN]) : json_null());
	err |= put__int(obj, "unattributed_ns", cpu->mech_ns[MECH_UNATTRIBUTED]);
	err |= put__int(obj, "guest_ns", cpu->mech_ns[MECH_GUEST]);
	err |= put__int(obj, "pv_ns", cpu->mech_ns[MECH_PV]);
	err |= put__int(obj, "emulated_ns", cpu->mech_ns[MECH_EMULATED]);
	err |= put__int(obj, "hardware_ns", cpu->mech_ns[MECH_HARDWARE]);
	err |= put__int(obj, "excess_ns", cpu->excess_ns);
	err |= put__bool(obj, "has_runstate", time->has_runstate);
	err |= put(obj, "offline_ns",
		   time->has_runstate ? json__int(time->offline_ns) : json_null());
	err |= put__int(obj, "held_by_device_model_ns", cpu->held_ns);
	err |= put(obj, "stat_steal_ns",
		   time->steal_measured ? json__int(time->stat_steal_ns) : json_null());
	return json__done(obj, err);
}

/* An interval's have no times: a recording has none (recording/coding.h), and is to give the same. */
static json_t *buckets(const struct hist *h, bool timed)
{
	json_t *list = json_array();
	int err = 0;

	for (unsigned int i = 0; i < h->nr; i++) {
		json_t *bucket;

		if (!h->bucket[i].count)
			continue;
		bucket = json_array();
		err |= json_array_append_new(bucket, json__int(hist__upper(h->bucket[i].index)));
		err |= json_array_append_new(bucket, json__int(h->bucket[i].count));
		if (timed)
			err |= json_array_append_new(bucket, json__int(h->bucket[i].ns));
		err |= json_array_append_new(list, bucket);
	}
	return json__done(list, err);
}

/* See struct xt_hist: what is known of the vCPU's being held off while requests were under way. */
static int put_overlap(json_t *obj, const struct hist *h, bool measured)
{
	int err = 0;

	err |= put(obj, "overlap_count", measured ? json__int(h->known) : json_null());
	err |= put(obj, "overlap_ns", measured ? json__int(h->known_ns) : json_null());
	err |= put(obj, "stolen_ns", measured ? json__int(h->stolen) : json_null());
	err |= put(obj, "held_ns", measured ? json__int(h->held) : json_null());
	return err;
}

static json_t *path_json(const struct report *report, size_t i, bool timed)
{
	const struct path *path = &report->snap->paths[i];
	const struct path_key *key = &path->key;
	const struct hist *h = &path->hist;
	json_t *obj = json_object();
	int err = 0;

	err |= put__str(obj, "area", area__name(key->area));
	err |= put__str(obj, "mechanism", mech__name(key->mech));
	err |= put__str(obj, "device", key->device);
	err |= put__str(obj, "op", key->op);
	err |= put__str(obj, "leg", key->leg);
	err |= put__str(obj, "kind", kind__name(key->kind));
	err |= put__int(obj, "count", hist__count(h));
	err |= put__int(obj, "total_ns", hist__total_ns(h));
	err |= put__int(obj, "max_ns", h->max);
	err |= put__int(obj, "p50_ns", hist__quantile(h, .5));
	err |= put__int(obj, "p99_ns", hist__quantile(h, .99));
	err |= put__int(obj, "p999_ns", hist__quantile(h, .999));
	if (key->kind == KIND_CPU) {
		err |= put__int(obj, "inclusive_ns", h->inclusive);
		err |= put__int(obj, "held_ns", h->held);
		err |= put__int(obj, "off_cpu_ns", h->off_cpu);
	} else if (path_key__is_whole(key)) {
		err |= put_overlap(obj, h,
				   report->snap->cpu.has_runstate && key->area == AREA_DISK);
	}
	err |= put(obj, "buckets", buckets(h, timed));
	return json__done(obj, err);
}

json_t *json__path(const struct report *report, size_t i)
{
	return path_json(report, i, true);
}

json_t *json__interval_path(const struct report *report, size_t i)
{
	return path_json(report, i, false);
}

json_t *json__queue(const struct report *report, size_t i)
{
	const struct queue_use *use = &report->snap->queues[i];
	bool known = use->places;
	json_t *obj = json_object();
	int err = 0;

	err |= put__str(obj, "device", use->device);
	err |= put__int(obj, "queues", use->queues);
	err |= put(obj, "places", known ? json__int(use->places) : json_null());
	err |= put__int(obj, "most_under_way", use->most);
	err |= put(obj, "into_last_place", known ? json__int(use->last) : json_null());
	err |= put(obj, "into_last_place_queue_ns",
		   known ? json__int(use->last_waited_ns) : json_null());
	return json__done(obj, err);
}

json_t *json__slow(const struct report *report, size_t i)
{
	const struct snapshot *snap = report->snap;
	const struct slow_request *slow = &snap->slow[i];
	bool known = snap->cpu.has_runstate && slow->overlap_known;
	json_t *obj = json_object(), *legs = json_array();
	uint64_t wall_ns = snap->wall_start_ns + slow->start_ns - snap->start_ns;
	int err = 0;

	for (size_t n = 0; n < slow->nr_legs; n++) {
		json_t *leg = json_object();

		err |= put__str(leg, "leg", slow->legs[n].name);
		err |= put__int(leg, "ns", slow->legs[n].ns);
		err |= json_array_append_new(legs, leg);
	}
	err |= put__str(obj, "device", slow->device);
	err |= put__str(obj, "op", slow->op);
	err |= put(obj, "start_utc", json__utc(snap->wall_start_ns ? wall_ns : 0));
	err |= put__int(obj, "start_ns", slow->start_ns);
	err |= put__int(obj, "total_ns", slow->total_ns);
	err |= put(obj, "vcpu", slow->issued ? json__int(slow->vcpu) : json_null());
	err |= put(obj, "pid", slow->issued ? json__int(slow->pid) : json_null());
	err |= put__str(obj, "comm", *slow->comm ? slow->comm : NULL);
	err |= put(obj, "legs", legs);
	err |= put(obj, "stolen_ns", known ? json__int(slow->stolen_ns) : json_null());
	err |= put(obj, "held_ns", known ? json__int(slow->held_ns) : json_null());
	return json__done(obj, err);
}

/* NIC_COUNTS says what each is. */
json_t *json__nic(const struct report *report, size_t i)
{
	const struct nic_use *use = &report->snap->nics[i];
	json_t *obj = json_object();
	int err = 0;

	err |= put__str(obj, "device", use->device);
	err |= put__int(obj, "queues", use->queues);
	err |= put__int(obj, "most_under_way", use->most);
	err |= put__bool(obj, "sent_counted", !snapshot__sent_uncounted(report->snap));
#define PUT(id, name) err |= put__int(obj, #name, use->name);
	NIC_COUNTS(PUT)
#undef PUT
	return json__done(obj, err);
}

json_t *json__drop(const struct report *report, size_t i)
{
	const struct drop *drop = &report->snap->drops[i];
	json_t *obj = json_object();
	int err = 0;

	err |= put__str(obj, "device", drop->device);
	err |= put__str(obj, "direction", drop->received ? "received" : "sent");
	err |= put__str(obj, "reason", *drop->reason ? drop->reason : NULL);
	err |= put__int(obj, "count", drop->count);
	return json__done(obj, err);
}

json_t *json__loss(const struct report *report, size_t i)
{
	const struct loss *loss = &report->snap->losses[i];
	json_t *obj = json_object();
	int err = 0;

	err |= put__str(obj, "name", loss->name);
	err |= put__bool(obj, "lost", loss->lost);
	err |= put__int(obj, "count", loss->count);
	err |= put__str(obj, "why", loss->why);
	return json__done(obj, err);
}

json_t *json__conservation(const struct conservation *io, int64_t missing)
{
	json_t *obj = json_object();
	int err = 0;

	err |= put__int(obj, "carried", io->carried);
	err |= put__int(obj, "started", io->started);
	err |= put__int(obj, "completed", io->completed);
	err |= put__int(obj, "in_flight", io->in_flight);
	err |= put__int(obj, "lost", io->lost);
	err |= put__int(obj, "preexisting", io->preexisting);
	err |= put(obj, "missing", json_integer(missing));
	err |= put(obj, "kernel_completed", io->kernel ? json_integer(io->kernel) : json_null());
	return json__done(obj, err);
}

json_t *json__probe(const struct report *report, size_t i)
{
	const struct probe_status *probe = &report->snap->probes[i];
	bool off = probe->rung == RUNG_OFF;
	json_t *obj = json_object();
	int err = 0;

	err |= put__str(obj, "name", probe->name);
	err |= put__str(obj, "family", probe->family);
	err |= put__str(obj, "rung", rung__name(probe->rung));
	err |= put__bool(obj, "applicable", probe->applicable);
	err |= put__str(obj, "cause", off ? probe->cause : NULL);
	err |= put__str(obj, "fix", off ? probe->fix : NULL);
	err |= put__int(obj, "runs", probe->runs);
	err |= put__int(obj, "skipped", probe->skipped);
	err |= put(obj, "ns_per_run",
		   probe->ns_per_run > 0 ? json_real(probe->ns_per_run) : json_null());
	return json__done(obj, err);
}

json_t *json__own_cost(const struct report *report)
{
	const struct own_cost *cost = &report->snap->cost;
	json_t *obj = json_object();
	int err = 0;

	err |= put__int(obj, "bpf_ns", cost->bpf_ns);
	err |= put__int(obj, "user_ns", cost->user_ns);
	err |= put__int(obj, "runs", cost->runs);
	err |= put__int(obj, "events", report->ledger->quality.events);
	err |= put__real(obj, "ns_per_event", report->ledger->quality.ns_per_event);
	err |= put__real(obj, "cpu_share", report->ledger->quality.cost_share);
	err |= put(obj, "clock_read_ns",
		   cost->clock_read_ns > 0 ? json_real(cost->clock_read_ns) : json_null());
	err |= put(obj, "clock_gettime_ns",
		   cost->clock_gettime_ns > 0 ? json_real(cost->clock_gettime_ns) : json_null());
	err |= put(obj, "clock_in_vdso",
		   cost->vdso_known ? json_boolean(cost->in_vdso) : json_null());
	err |= put__int(obj, "rss_bytes", cost->rss_bytes);
	err |= put__int(obj, "kernel_bytes", cost->kernel_bytes);
	return json__done(obj, err);
}

json_t *json__finding(const struct report *report, size_t i)
{
	const struct finding *f = &report->ledger->findings.all[i];
	json_t *obj = json_object(), *figures = json_array();
	int err = 0;

	for (size_t n = 0; n < FINDING_FIGURES && f->figures[n][0]; n++)
		err |= json_array_append_new(figures, text(f->figures[n]));
	err |= put__str(obj, "id", f->id);
	err |= put__str(obj, "verdict", verdict__name(f->verdict));
	err |= put__str(obj, "subject", f->subject);
	err |= put__str(obj, "what", f->what);
	err |= put(obj, "figures", figures);
	err |= put__str(obj, "do", f->action);
	err |= put__str(obj, "check", f->check);
	return json__done(obj, err);
}

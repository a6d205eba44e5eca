// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The JSON of a run: one object a line, a "header", an "interval" for each interval, and the
 * "total". Each table below is an object, each row a member, with its text in
 * tools/schema/xentrace-bpf-1.schema.json. Members are added, never renamed. Durations are integers
 * in ns, so that sums are exact; what was not measured is null, never 0.
 *
 *	{"schema":"xentrace-bpf/1","type":"header","version":"0.1",…}
 *	{"schema":"xentrace-bpf/1","type":"total","start_ns":…,"paths":[…],…}
 */
#include <string.h>

#include "model/hypercalls.h"
#include "model/stacks.h"
#include "output/detect.h"
#include "output/diff.h"
#include "output/json.h"

static const char *direction__name(unsigned int received)
{
	return received ? "received" : "sent";
}

/* clang-format off */

JSON_NAMES(area, "area", area__name, AREA_NR);
JSON_NAMES(mech, "mechanism", mech__name, MECH_NR);
JSON_NAMES(kind, "kind", kind__name, KIND_NR);
JSON_NAMES(rung, "rung", rung__name, RUNG_KPROBE + 1);
JSON_NAMES(verdict, "verdict", verdict__name, FINDING_UNTESTABLE + 1);
JSON_NAMES(remedy, "remedy", remedy__name, REMEDY_NR);
JSON_NAMES(owners_by, "owners_by", owners_by__name, BY_NR);
JSON_NAMES(owner_kind, "owner_kind", owner_kind__name, OWNER_KIND_NR);
JSON_NAMES(direction, "direction", direction__name, 2);

#define REPORT	   ((const struct report *)json->all)
#define WHAT(type) ((const struct type *)json->what)

/* Where members are from, when they are known, and when they are there. */
JSON_FROM(run_of, REPORT->run)
JSON_FROM(platform_of, REPORT->platform)
JSON_FROM(snap_of, REPORT->snap)
JSON_FROM(ledger_of, REPORT->ledger)
JSON_FROM(time_of, &REPORT->snap->cpu)
JSON_FROM(quality_of, &REPORT->ledger->quality)
JSON_IF(has_runstate, REPORT->snap->cpu.has_runstate)
JSON_IF(has_steal, REPORT->snap->cpu.steal_measured)
JSON_IF(is_cpu, WHAT(path)->key.kind == KIND_CPU)
JSON_IF(is_wait, !is_cpu(json))
JSON_IF(is_thinned, is_cpu(json) && hist__followed(&WHAT(path)->hist) < hist__count(&WHAT(path)->hist))
JSON_IF(is_whole_wait, !is_cpu(json) && path_key__is_whole(&WHAT(path)->key))
/* Whether the vCPU was held off while requests were under way: of disks alone. */
JSON_IF(knows_overlap, has_runstate(json) && WHAT(path)->key.area == AREA_DISK)
JSON_IF(has_device_leg, WHAT(wait_row)->device_ns > 0)
JSON_IF(is_sampled, WHAT(wait_row)->followed < WHAT(wait_row)->count)
JSON_IF(knows_places, WHAT(queue_use)->places)
JSON_IF(is_issued, WHAT(slow_request)->issued)
JSON_IF(knows_issuer, has_runstate(json) && WHAT(slow_request)->overlap_known)
JSON_IF(is_one_owners, *REPORT->snap->whose.only)
JSON_FROM(owner_of, WHAT(owner_row)->owner)
JSON_IF(has_id, owner_of(json) && WHAT(owner_row)->owner->id)
JSON_IF(is_named, WHAT(owner_row)->owner->kind == OWNER_NAMED)
JSON_IF(has_stacks, WHAT(path)->nr_stacks)
JSON_IF(has_stack, WHAT(slow_request)->stack && *WHAT(slow_request)->stack)
JSON_IF(asked_for_stacks, REPORT->snap->stacks.asked)
JSON_IF(is_off, WHAT(probe_status)->rung == RUNG_OFF)
JSON_IF(knows_vdso, WHAT(own_cost)->vdso_known)
JSON_IF(knows_cost, WHAT(finding)->cost_known)
JSON_IF(knows_gain, WHAT(finding)->gain.known)

JSON_PUT(put_is_whole, json__bool, path_key__is_whole(&WHAT(path)->key))
JSON_PUT(put_start, json__utc,
	 REPORT->snap ? REPORT->snap->wall_start_ns : REPORT->run->wall_start_ns)
JSON_PUT(put_idle, json__uint, vcpu_time__idle_ns(WHAT(vcpu_time)))
JSON_PUT(put_stack_ns, json__int, WHAT(stack_use)->ns)
JSON_PUT(put_count, json__uint, hist__count(&WHAT(path)->hist))
JSON_PUT(put_total, json__uint, path_key__ns(&WHAT(path)->key, &WHAT(path)->hist))
JSON_PUT(put_owed, json__int, WHAT(path)->hist.owed)
JSON_PUT(put_followed, json__uint, hist__followed(&WHAT(path)->hist))
JSON_PUT(put_mean_error, json__real, hist__mean_error_ns(&WHAT(path)->hist))
JSON_PUT(put_p99_low, json__uint, hist__quantile_bound(&WHAT(path)->hist, .99, -1))
JSON_PUT(put_p99_high, json__uint, hist__quantile_bound(&WHAT(path)->hist, .99, 1))
JSON_PUT(put_p50, json__uint, hist__quantile(&WHAT(path)->hist, .5))
JSON_PUT(put_p99, json__uint, hist__quantile(&WHAT(path)->hist, .99))
JSON_PUT(put_p999, json__uint, hist__quantile(&WHAT(path)->hist, .999))
JSON_PUT(put_action, json__str, WHAT(finding)->nr_actions ? WHAT(finding)->actions[0].what : "")
JSON_PUT(put_sent_counted, json__bool, !snapshot__sent_uncounted(REPORT->snap))
JSON_PUT(put_complete, json__bool, !REPORT->ledger->quality.incomplete)
/* What none of the other members accounts for. */
JSON_PUT(put_missing, json__int,
	 WHAT(conservation) == &REPORT->snap->io ? REPORT->ledger->quality.io_missing
						 : REPORT->ledger->quality.packets_missing)

/* clang-format on */

static void put_slow_start(struct json *json, const char *key)
{
	const struct snapshot *snap = REPORT->snap;
	uint64_t wall_ns = snap->wall_start_ns + WHAT(slow_request)->start_ns - snap->start_ns;

	json__utc(json, key, snap->wall_start_ns ? wall_ns : 0);
}

static void put_by_vcpu(struct json *json, const char *key, const uint64_t *counts,
			unsigned int cpus)
{
	json__open(json, key, '[');
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

static const uint64_t *channel_counts(const struct json *json)
{
	const struct snapshot *snap = REPORT->snap;

	return snap->channel_counts + (WHAT(channel) - snap->channels) * snap->nr_cpus;
}

static void put_channel_count(struct json *json, const char *key)
{
	uint64_t sum = 0;

	for (unsigned int cpu = 0; cpu < REPORT->snap->nr_cpus; cpu++)
		sum += channel_counts(json)[cpu];
	json__uint(json, key, sum);
}

static void put_channel_by_vcpu(struct json *json, const char *key)
{
	put_by_vcpu(json, key, channel_counts(json), REPORT->snap->nr_cpus);
}

static void put_event_row_by_vcpu(struct json *json, const char *key)
{
	put_by_vcpu(json, key, WHAT(event_row)->by_cpu, REPORT->ledger->events.cpus);
}

/* An interval has no times: a recording has none (recording/coding.h), and gives the same. */
static void put_hist(struct json *json, const char *key, const struct hist *hist)
{
	json__open(json, key, '[');
	for (unsigned int i = 0; i < hist->nr; i++) {
		const struct hist_bucket *bucket = &hist->bucket[i];

		if (!bucket->count)
			continue;
		json__open(json, NULL, '[');
		json__uint(json, NULL, hist__upper(bucket->index));
		json__uint(json, NULL, bucket->count);
		if (json->document->bucket_figures > 2)
			json__uint(json, NULL, bucket->ns);
		json__close(json, ']');
	}
	json__close(json, ']');
}

static void put_buckets(struct json *json, const char *key)
{
	put_hist(json, key, &WHAT(path)->hist);
}

static void put_owner_buckets(struct json *json, const char *key)
{
	put_hist(json, key, &WHAT(owner_row)->owner->hist);
}

static void put_frames(struct json *json, const char *key, const char *frames)
{
	char name[STACK_FRAME];

	json__open(json, key, '[');
	while (frames && *frames) {
		frames = stack__frame(name, frames);
		json__str(json, NULL, name);
	}
	json__close(json, ']');
}

static void put_stack_frames(struct json *json, const char *key)
{
	put_frames(json, key, WHAT(stack_use)->frames);
}

static void put_slow_stack(struct json *json, const char *key)
{
	put_frames(json, key, WHAT(slow_request)->stack);
}

static void put_figures(struct json *json, const char *key)
{
	const struct finding *finding = WHAT(finding);

	json__open(json, key, '[');
	for (size_t n = 0; n < FINDING_FIGURES && finding->figures[n][0]; n++)
		json__str(json, NULL, finding->figures[n]);
	json__close(json, ']');
}

static void put_excluded(struct json *json, const char *key)
{
	const struct finding *finding = WHAT(finding);

	json__open(json, key, '[');
	for (size_t n = 0; n < FINDING_EXCLUDED && finding->excluded[n][0]; n++)
		json__str(json, NULL, finding->excluded[n]);
	json__close(json, ']');
}

/* clang-format off */

#define OF_SNAP	   .from = snap_of
#define OF_LEDGER  .from = ledger_of
#define OF_REQUEST .when = is_whole_wait, .known = knows_overlap
#define BY_VCPU	   "[vCPU, events] of those that had some; they add up to count."

typedef __typeof__(((struct slow_request *)0)->legs[0]) slow_leg;

static const struct json_member cpu_members[] = {
	SHOW(struct cpu_account, idle_ns),
	SHOW_AS("stolen_ns", struct cpu_account, mech_ns[MECH_STOLEN],
		"Runnable and not run; without runstate as /proc/stat counts steal; null where "
		"nobody measures it.", .known = has_steal),
	SHOW_AS("unattributed_ns", struct cpu_account, mech_ns[MECH_UNATTRIBUTED],
		"Held off outside any known path, and paths without evidence of their mechanism."),
	SHOW_AS("guest_ns", struct cpu_account, mech_ns[MECH_GUEST],
		"All the rest; includes exits that no probe can see."),
	SHOW_AS("guest_code_ns", struct cpu_account, guest_rest_ns,
		"Part of guest_ns: what no path measures."),
	SHOW_AS("pv_ns", struct cpu_account, mech_ns[MECH_PV]),
	SHOW_AS("emulated_ns", struct cpu_account, mech_ns[MECH_EMULATED]),
	SHOW_AS("hardware_ns", struct cpu_account, mech_ns[MECH_HARDWARE]),
	SHOW(struct cpu_account, excess_ns,
	     "By how much the columns exceed vcpu_ns: they are read a moment apart."),
	SHOW(struct cpu_time, has_runstate, .from = time_of),
	SHOW(struct cpu_time, offline_ns, .from = time_of, .known = has_runstate),
	SHOW_AS("held_by_device_model_ns", struct cpu_account, held_ns, "Part of emulated_ns."),
	SHOW(struct cpu_account, held_off_ns,
	     "Part of unattributed_ns: held off outside any known path."),
	SHOW(struct cpu_time, stat_steal_ns, .from = time_of, .known = has_steal),
};
static JSON_SHAPE(cpu,
		  "idle + stolen + unattributed + guest + pv + emulated + hardware = vcpu_ns + "
		  "excess_ns.");

static const struct json_member cpu_part_members[] = {
	SHOW(struct cpu_part, name),
	SHOW(struct cpu_part, ns),
	SHOW(struct cpu_part, count),
	SHOW(struct cpu_part, followed, "Of them."),
};
static JSON_SHAPE(cpu_part, NULL);

static const struct json_member cpu_row_members[] = {
	SHOW_ENUM("mechanism", struct cpu_row, mech, mech_names),
	SHOW_ENUM("area", struct cpu_row, area, area_names),
	SHOW(struct cpu_row, device),
	SHOW(struct cpu_row, ns, "vCPU time, exclusive."),
	SHOW(struct cpu_row, events),
	SHOW(struct cpu_row, followed, "Of them: the time is theirs, and stands for all."),
	SHOW(struct cpu_row, held_ns, "Of it: held off by the device model."),
	SHOW(struct cpu_row, max_ns),
	SHOW_AS("devices", struct cpu_row, nr_devices,
		"How many are together in this row; 0 and 1: its own."),
	SHOW_INLINE("parts", struct cpu_row, parts, nr_parts, cpu_part_shape,
		    "What it is made of, the largest first."),
	SHOW_AS("more", struct cpu_row, nr_more, "Parts beyond those that are listed."),
};
static JSON_SHAPE(cpu_row, "Paths of one mechanism, area and device together.");

static const struct json_member wait_leg_members[] = {
	SHOW(struct wait_leg, name),
	SHOW_ENUM("mechanism", struct wait_leg, mech, mech_names),
	SHOW(struct wait_leg, ns),
	SHOW(struct wait_leg, share_ns, "Of a request's mean."),
};
static JSON_SHAPE(wait_leg, NULL);

static const struct json_member wait_row_members[] = {
	SHOW_ENUM("area", struct wait_row, area, area_names),
	SHOW_ENUM("mechanism", struct wait_row, mech, mech_names),
	SHOW(struct wait_row, device),
	SHOW(struct wait_row, op),
	SHOW(struct wait_row, measured, "false: the whole request was not; its legs were."),
	SHOW(struct wait_row, stacked, "On other disks: in no sum."),
	SHOW(struct wait_row, count),
	SHOW(struct wait_row, followed, "Of them: the times are theirs, and stand for all."),
	SHOW(struct wait_row, waited_ns),
	SHOW(struct wait_row, per_second),
	SHOW(struct wait_row, in_flight, "waited_ns / elapsed: on average."),
	SHOW(struct wait_row, mean_ns),
	SHOW(struct wait_row, mean_error_ns,
	     "The mean of all is with 95 % within this; 0 where all were followed."),
	SHOW(struct wait_row, p50_ns),
	SHOW(struct wait_row, p99_ns),
	SHOW(struct wait_row, p99_low_ns,
	     "With 95 % the 99th percentile of all lies between the two; null where all were "
	     "followed.", .known = is_sampled),
	SHOW(struct wait_row, p99_high_ns, .known = is_sampled),
	SHOW(struct wait_row, p999_ns),
	SHOW(struct wait_row, max_ns),
	SHOW(struct wait_row, overlap_measured, "The vCPU's runstate is known here."),
	SHOW(struct wait_row, overlap_count, "Requests that ended on the vCPU that issued them."),
	SHOW(struct wait_row, overlap_ns, "Their time from issue to end …"),
	SHOW(struct wait_row, stolen_ns, "… of which that vCPU was runnable and not run …"),
	SHOW(struct wait_row, held_ns, "… and held off."),
	SHOW(struct wait_row, device_ns,
	     "Of mean_ns: esxtop's DAVG; null without a leg of the device.", .or_null = true),
	SHOW(struct wait_row, kernel_ns, "The rest: KAVG.", .known = has_device_leg),
	SHOW(struct wait_row, queue_ns, "Of it before the driver had the request for good: QAVG.",
	     .known = has_device_leg),
	SHOW_INLINE("legs", struct wait_row, legs, nr_legs, wait_leg_shape),
};
static JSON_SHAPE(wait_row, "Requests of one device and operation.");

static const struct json_member vcpu_members[] = {
	SHOW(struct vcpu_time, cpu),
	SHOW(struct vcpu_time, online, "When last read."),
	SHOW_AS("vcpu_ns", struct vcpu_time, total_ns, "Online and measured."),
	SHOW_AS("running_ns", struct vcpu_time, state_ns[VCPU_RUNNING], .known = has_runstate),
	SHOW_AS("runnable_ns", struct vcpu_time, state_ns[VCPU_RUNNABLE],
		"Stolen: host contention.", .known = has_runstate),
	SHOW_AS("blocked_ns", struct vcpu_time, state_ns[VCPU_BLOCKED], "Idle.",
		.known = has_runstate),
	SHOW_AS("offline_ns", struct vcpu_time, state_ns[VCPU_OFFLINE], "Held off by Xen.",
		.known = has_runstate),
	SHOW_BY(put_idle, "idle_ns", MEMBER_UINT,
		"blocked_ns; without runstate as /proc/stat counts idle and iowait."),
	SHOW_AS("held_by_device_model_ns", struct vcpu_time, held_ns,
		"Part of offline_ns: inside emulated paths.", .known = has_runstate),
	SHOW(struct vcpu_time, stat_steal_ns,
	     "As /proc/stat counts steal: runnable + offline on Xen, with the next tick.",
	     .known = has_steal),
	SHOW(struct vcpu_time, events, "Of event channels, handled on this vCPU."),
	SHOW(struct vcpu_time, unmeasured_ns,
	     "Online, but in no sum: the times jumped, or the vCPU went away."),
	SHOW(struct vcpu_time, jumps),
	SHOW(struct vcpu_time, came, "Plugged while tracing."),
	SHOW(struct vcpu_time, went, "Unplugged while tracing."),
};
static JSON_SHAPE(vcpu,
		  "running + runnable + blocked + offline = vcpu_ns; the states are null without "
		  "runstate.");

static const struct json_member channel_members[] = {
	SHOW(struct channel, kind, "virq, ipi, pirq, vbd, vif, xenbus, user, event"),
	SHOW(struct channel, device),
	SHOW(struct channel, op, "irq 62"),
	SHOW(struct channel, bound, "Made for one vCPU: timers, IPIs."),
	SHOW_BY(put_channel_count, "count", MEMBER_UINT),
	SHOW_BY(put_channel_by_vcpu, "by_vcpu", MEMBER_TUPLES, BY_VCPU),
};
static JSON_SHAPE(channel, NULL);

static const struct json_member event_row_members[] = {
	SHOW(struct event_row, kind, "As of a channel."),
	SHOW(struct event_row, device),
	SHOW(struct event_row, channels),
	SHOW(struct event_row, count),
	SHOW_BY(put_event_row_by_vcpu, "by_vcpu", MEMBER_TUPLES, BY_VCPU),
};
static JSON_SHAPE(event_row, NULL);

static const struct json_member bus_members[] = {
	SHOW(struct bus_events, name, "vbd-51728"),
	SHOW(struct bus_events, device),
	SHOW(struct bus_events, events),
	SHOW_AS("spurious_events", struct bus_events, spurious),
	SHOW_AS("jiffies_eoi_delayed", struct bus_events, delay_jiffies,
		"By which the kernel put ends of interrupts off."),
	SHOW_AS("spurious_threshold", struct bus_events, threshold,
		"As it is set; 0: the kernel's 1."),
};
static JSON_SHAPE(bus, NULL);

static const struct json_member served_members[] = {
	SHOW(struct served, domain),
	SHOW(struct served, name, "As xenstore has it; empty: it does not say."),
	SHOW(struct served, disks_ns, "Threads of xen-blkback."),
	SHOW(struct served, nics_ns, "Threads of xen-netback."),
	SHOW(struct served, model_ns, "Its device model, by the kernel's ticks."),
	SHOW(struct served, gone, "It has no device of this domain any more."),
};
static JSON_SHAPE(served, NULL);

static const struct json_member stack_members[] = {
	SHOW_BY(put_stack_frames, "frames", MEMBER_TEXTS,
		"Functions, the innermost first, with their modules: \"blkif_queue_rq "
		"[xen_blkfront]\"."),
	SHOW(struct stack_use, count),
	SHOW_BY(put_stack_ns, "ns", MEMBER_INT,
		"As total_ns of the path; where not all were timed, what is owed may make it less "
		"than 0."),
};
static JSON_SHAPE(stack, "What of a path came by this kernel stack.");

static const struct json_member path_members[] = {
	SHOW_ENUM("area", struct path, key.area, area_names),
	SHOW_ENUM("mechanism", struct path, key.mech, mech_names),
	SHOW_AS("device", struct path, key.device),
	SHOW_AS("op", struct path, key.op),
	SHOW_AS("leg", struct path, key.leg),
	SHOW_ENUM("kind", struct path, key.kind, kind_names),
	SHOW_BY(put_is_whole, "whole", MEMBER_BOOL,
		"wait: all that was waited for; the other legs of this device and op are its parts.",
		.when = is_wait),
	SHOW_BY(put_count, "count", MEMBER_UINT),
	SHOW_BY(put_total, "total_ns", MEMBER_UINT),
	SHOW_AS("max_ns", struct path, hist.max),
	SHOW_BY(put_p50, "p50_ns", MEMBER_UINT),
	SHOW_BY(put_p99, "p99_ns", MEMBER_UINT),
	SHOW_BY(put_p999, "p999_ns", MEMBER_UINT),
	SHOW_BY(put_followed, "followed", MEMBER_UINT,
		"cpu, where not all were timed: those that were, which stand for all.",
		.when = is_thinned),
	SHOW_BY(put_mean_error, "mean_error_ns", MEMBER_REAL,
		"The same: the mean of all is with 95 % within this.", .when = is_thinned),
	SHOW_BY(put_p99_low, "p99_low_ns", MEMBER_UINT,
		"The same: with 95 % the 99th percentile of all lies between the two.",
		.when = is_thinned),
	SHOW_BY(put_p99_high, "p99_high_ns", MEMBER_UINT, .when = is_thinned),
	SHOW_BY(put_owed, "owed_ns", MEMBER_INT,
		"cpu: time of paths inside it that were only counted; in buckets, and not in "
		"total_ns. An estimate, which may be below 0.", .when = is_cpu),
	SHOW_AS("inclusive_ns", struct path, hist.inclusive, "cpu: with the paths inside it.",
		.when = is_cpu),
	SHOW_AS("held_ns", struct path, hist.held,
		"cpu: vCPU held off inside it; part of total_ns only where the mechanism is "
		"emulated.", .when = is_cpu),
	SHOW_AS("off_cpu_ns", struct path, hist.off_cpu,
		"cpu: the vCPU was runnable or blocked inside it; not part of total_ns.",
		.when = is_cpu),
	SHOW_AS("overlap_count", struct path, hist.known,
		"wait, leg total: requests that ended on the vCPU that issued them; of the others "
		"it is not known how they overlapped. null without runstate.", OF_REQUEST),
	SHOW_AS("overlap_ns", struct path, hist.known_ns,
		"wait, leg total: their time from issue to end.", OF_REQUEST),
	SHOW_AS("stolen_ns", struct path, hist.stolen,
		"wait, leg total: in overlap_ns, how much of it the vCPU was runnable and not run. "
		"An annotation, part of no sum.", OF_REQUEST),
	SHOW_AS("held_ns", struct path, hist.held,
		"wait, leg total: in overlap_ns, how much of it the vCPU was held off; null "
		"without runstate.", OF_REQUEST),
	SHOW_LIST("stacks", struct path, stacks, nr_stacks, stack_shape,
		  "cpu, with --stacks: who called. What of total_ns and count is in none of them "
		  "came without a stack.", .when = has_stacks),
	SHOW_BY(put_buckets, "buckets", MEMBER_TUPLES,
		"[upper bound in ns, exclusive; events; in a total their ns], non-empty ones only, "
		"fast to slow. Eight to an octave."),
};
static JSON_SHAPE(path,
		  "cpu paths are exclusive vCPU time; wait paths what requests waited, or by how "
		  "much timers were late (area timers, leg lateness). Never add one to the other, "
		  "nor the leg total to the other legs.");

static const struct json_member queue_members[] = {
	SHOW(struct queue_use, device),
	SHOW(struct queue_use, queues),
	SHOW(struct queue_use, places, "Of each queue; null where sysfs does not say.",
	     .or_null = true),
	SHOW_AS("most_under_way", struct queue_use, most,
		"Issued and not ended, at once in one queue; of the whole run, in intervals too."),
	SHOW_AS("into_last_place", struct queue_use, last,
		"Requests whose issue took the last place of their queue.", .known = knows_places),
	SHOW_AS("into_last_place_queue_ns", struct queue_use, last_waited_ns,
		"What these had waited in leg queue, for a place above all.",
		.known = knows_places),
};
static JSON_SHAPE(queue,
		  "The hardware queues of a disk; blkfront's are its rings, whose places its "
		  "driver tags are.");

static const struct json_member nic_members[] = {
	SHOW(struct nic_use, device),
	SHOW(struct nic_use, queues, "For sending."),
	SHOW_AS("most_under_way", struct nic_use, most,
		"Packets at once in the driver's hands, of one queue; of the whole run, in "
		"intervals too."),
	SHOW_BY(put_sent_counted, "sent_counted", MEMBER_BOOL,
		"False: the probe that counts what is sent is off (see probes); the figures of it "
		"are unknown, and not 0."),
#define SHOW_COUNT(id, name, text) SHOW(struct nic_use, name, text),
	NIC_COUNTS(SHOW_COUNT)
};
static JSON_SHAPE(nic, NULL);

#define SHOW_KERNEL(id, name, text) SHOW(struct kernel_counts, name, text),
#define SHOW_DISK(id, name, text) SHOW(struct disk_counts, name, text),
#define SHOW_LOSS(id, name, text) SHOW(struct nic_losses, name, text),
static const struct json_member kernel_members[] = { KERNEL_COUNTS(SHOW_KERNEL) };
static JSON_SHAPE(kernel, "What the kernel counts of the whole guest.");

static const struct json_member disk_counts_members[] = {
	SHOW(struct disk_counts, device),
	DISK_COUNTS(SHOW_DISK)
};
static JSON_SHAPE(disk_counts, NULL);

static const struct json_member nic_losses_members[] = {
	SHOW(struct nic_losses, device),
	NIC_LOSSES(SHOW_LOSS)
};
static JSON_SHAPE(nic_losses, NULL);

static const struct json_member drop_members[] = {
	SHOW(struct drop, device),
	SHOW_ENUM("direction", struct drop, received, direction_names),
	SHOW(struct drop, reason,
	     "As the kernel's enum skb_drop_reason names it; null before Linux 5.17.",
	     .or_null = true),
	SHOW(struct drop, count),
};
static JSON_SHAPE(drop, NULL);

static const struct json_member owner_members[] = {
	SHOW_ENUM("kind", struct owner, kind, owner_kind_names, .from = owner_of,
		  .text = "\"named\": a task, process or cgroup; the others are nobody's."),
	SHOW(struct owner, name, "comm; of a cgroup its path, or its last part where it is gone.",
	     .from = owner_of, .known = is_named),
	SHOW(struct owner, id, "Of a process or cgroup its number.", .from = owner_of,
	     .known = has_id),
	SHOW(struct owner_row, count, "Requests that ended."),
	SHOW(struct owner_row, followed, "Of them: the times are theirs, and stand for all."),
	SHOW(struct owner_row, per_second),
	SHOW(struct owner_row, bytes, "Of those whose issue was seen."),
	SHOW(struct owner_row, waited_ns),
	SHOW(struct owner_row, share, "Of what all requests waited."),
	SHOW(struct owner_row, mean_ns),
	SHOW(struct owner_row, p99_ns),
	SHOW(struct owner_row, max_ns),
	SHOW_BY(put_owner_buckets, "buckets", MEMBER_TUPLES, "As of a path."),
};
static JSON_SHAPE(owner,
		  "Whose requests of the traced disks were: who was at work when they were made. "
		  "Their counts add up to those of the disks.");

static const struct json_member slow_leg_members[] = {
	SHOW_AS("leg", slow_leg, name),
	SHOW(slow_leg, ns),
};
static JSON_SHAPE(slow_leg, NULL);

static const struct json_member slow_members[] = {
	SHOW(struct slow_request, device),
	SHOW(struct slow_request, op),
	SHOW_BY(put_slow_start, "start_utc", MEMBER_UTC, "When the request was made."),
	SHOW(struct slow_request, start_ns, "The same, CLOCK_MONOTONIC."),
	SHOW(struct slow_request, total_ns),
	SHOW(struct slow_request, vcpu,
	     "That issued it first; null for an empty flush, which is not issued, and for a "
	     "request that was only counted.",
	     .known = is_issued),
	SHOW(struct slow_request, pid,
	     "Process that was current at its first issue: with an I/O scheduler, or when writing "
	     "back, a kernel thread.", .known = is_issued),
	SHOW(struct slow_request, comm, "Its name when the request ended; null when it was gone.",
	     .or_null = true),
	SHOW_INLINE("legs", struct slow_request, legs, nr_legs, slow_leg_shape,
		    "Those that were seen, in the order of time. They add up to total_ns; none of a "
		    "request that was only counted."),
	SHOW(struct slow_request, stolen_ns,
	     "The issuing vCPU, from issue to end, runnable and not run; null where not known: no "
	     "runstate, or ended on another vCPU.", .known = knows_issuer),
	SHOW(struct slow_request, held_ns, "The same, held off.", .known = knows_issuer),
	SHOW_BY(put_slow_stack, "stack", MEMBER_TEXTS,
		"With --stacks: the kernel stack that issued it first, innermost function first; "
		"not there where it is not known.", .when = has_stack),
};
static JSON_SHAPE(slow, NULL);

static const struct json_member loss_members[] = {
	SHOW(struct loss, name),
	SHOW(struct loss, lost, "Counts against completeness; else a note."),
	SHOW(struct loss, count),
	SHOW(struct loss, why, .or_null = true),
};
static JSON_SHAPE(loss, NULL);

static const struct json_member conservation_members[] = {
	SHOW(struct conservation, carried, "In flight when the interval began."),
	SHOW(struct conservation, started),
	SHOW(struct conservation, completed),
	SHOW(struct conservation, in_flight),
	SHOW(struct conservation, lost),
	SHOW(struct conservation, preexisting, "In flight when tracing began; not measured."),
	SHOW_BY(put_missing, "missing", MEMBER_INT),
	SHOW_AS("kernel_completed", struct conservation, kernel,
		"What /sys/block/*/stat counted of the traced disks, with those in flight when "
		"tracing began; null where that is not known.", .or_null = true),
};
static JSON_SHAPE(conservation,
		  "carried + started = completed + in_flight + lost + missing; in_flight was found "
		  "by scanning.");

static const struct json_member probe_members[] = {
	SHOW(struct probe_status, name),
	SHOW(struct probe_status, family),
	SHOW_ENUM("rung", struct probe_status, rung, rung_names),
	SHOW(struct probe_status, applicable, "false: belongs to another kind of guest."),
	SHOW(struct probe_status, cause, "Why it is off.", .known = is_off),
	SHOW(struct probe_status, fix, .known = is_off),
	SHOW(struct probe_status, runs),
	SHOW(struct probe_status, skipped,
	     "Runs that the kernel left out, since the program already ran on that CPU."),
	SHOW(struct probe_status, reads, "Reads of an emulated clock that it counted."),
	SHOW(struct probe_status, ns_per_run, "Calibrated on this host; null when it was not.",
	     .or_null = true),
};
static JSON_SHAPE(probe, NULL);

static const struct json_member exact_members[] = {
	SHOW_AS("hypercall", struct exact_name, name, "\"by number\": sites that may make any."),
	SHOW(struct exact_name, sites),
	SHOW(struct exact_name, attached),
	SHOW(struct exact_name, complete, "Every call of the kernel itself was counted."),
};
static JSON_SHAPE(exact, NULL);

static const struct json_member own_cost_members[] = {
	SHOW(struct own_cost, bpf_ns),
	SHOW(struct own_cost, user_ns),
	SHOW(struct own_cost, runs),
	SHOW(struct quality, events, .from = quality_of),
	SHOW(struct quality, ns_per_event, .from = quality_of),
	SHOW_AS("cpu_share", struct quality, cost_share, "(bpf_ns + user_ns) / vcpu_ns",
		.from = quality_of),
	SHOW(struct own_cost, budget, "The share that --max-overhead allows; null: all are followed, "
	     "or what --sample says.", .or_null = true),
	SHOW(struct quality, over_budget, "cpu_share is more than the budget.", .from = quality_of),
	SHOW(struct quality, dearest, "The family whose programs cost most, or \"" DEAREST_OWN "\": "
	     "that of xentrace-bpf.", .from = quality_of),
	SHOW_AS("followed_at_first", struct own_cost, at_first,
		"1 of so many was followed when tracing began: more than 1 where a read of the clock "
		"is dear; null: as --sample says.", .or_null = true),
	SHOW(struct own_cost, clock_read_ns, "One read of the clock by a BPF program.",
	     .or_null = true),
	SHOW(struct own_cost, clock_gettime_ns, "One clock_gettime(CLOCK_MONOTONIC) of a process.",
	     .or_null = true),
	SHOW_AS("clock_in_vdso", struct own_cost, in_vdso,
		"That is no system call; null where it could not be tried.", .known = knows_vdso),
	SHOW(struct own_cost, rss_bytes),
	SHOW(struct own_cost, kernel_bytes),
};
static JSON_SHAPE(own_cost, NULL);

static const struct json_member quality_members[] = {
	SHOW(struct quality, lost),
	SHOW_AS("lost_share", struct quality, worst_share,
		"Of all events, or of requests or packets sent alone, if that is more."),
	SHOW(struct quality, probes_on),
	SHOW(struct quality, probes),
};
static JSON_SHAPE(quality,
		  "What complete is judged by, and how many of the probes for this kind of guest "
		  "are attached.");

static const struct json_member gain_members[] = {
	SHOW(struct gain, low),
	SHOW(struct gain, high),
	SHOW(struct gain, unit),
};
static JSON_SHAPE(gain, "What the change is expected to save in a run like this one.");

static const struct json_member action_members[] = {
	SHOW_ENUM("how", struct finding_action, remedy, remedy_names),
	SHOW(struct finding_action, what),
};
static JSON_SHAPE(action, "how: in the running guest, by an argument of its kernel or of a module, "
		  "by another boot, or by the host's administrator.");

static const struct json_member finding_members[] = {
	SHOW(struct finding, id),
	SHOW_ENUM("verdict", struct finding, verdict, verdict_names),
	SHOW(struct finding, subject),
	SHOW(struct finding, what),
	SHOW_AS("cost_ns", struct finding, cost_ns, "The time that it costs, by which findings that "
		"are met are ranked; null where it is not known.", .known = knows_cost),
	SHOW_ENUM("cost_kind", struct finding, cost_kind, kind_names, .known = knows_cost),
	SHOW_BY(put_figures, "figures", MEMBER_TEXTS),
	SHOW_BY(put_excluded, "ruled_out", MEMBER_TEXTS,
		"What else was tested, and is not the cause."),
	SHOW_BY(put_action, "do", MEMBER_STRING, "The first of actions; \"\": none."),
	SHOW_INLINE("actions", struct finding, actions, nr_actions, action_shape),
	SHOW_OBJECT("gain", struct finding, gain, gain_shape, .known = knows_gain),
	SHOW_AS("gain_unknown", struct finding, gain.why, "Why gain is null.", .or_null = true),
	SHOW(struct finding, check),
};
static JSON_SHAPE(finding, NULL);

static void put_exact(struct json *json, const char *key)
{
	struct exact_name names[EXACT_NAMES];
	size_t nr = exact__names(names, EXACT_NAMES, REPORT->snap);

	json__list(json, key, &exact_shape, names, nr, sizeof(names[0]));
}

static const struct json_member stacks_members[] = {
	SHOW(struct stacks_asked, cause, "Why there are none, though they were asked for; null: "
	     "there are.", .or_null = true),
	SHOW(struct stacks_asked, fix, .or_null = true),
};
static JSON_SHAPE(stacks, NULL);

static const struct json_member part_members[] = {
	SHOW_AS("interval", struct report, interval_no,
		"Its number from 1; in a total, how many there were."),
	SHOW_UTC("start_utc", struct snapshot, wall_start_ns, OF_SNAP),
	SHOW(struct snapshot, start_ns, "CLOCK_MONOTONIC", OF_SNAP),
	SHOW(struct snapshot, end_ns, OF_SNAP),
	SHOW_AS("vcpus", struct snapshot, cpu.vcpus, "Online.", OF_SNAP),
	SHOW_AS("vcpu_ns", struct snapshot, cpu.total_ns, "Online time of all vCPUs.", OF_SNAP),
	SHOW_OBJECT("cpu", struct ledger, cpu, cpu_shape, OF_LEDGER),
	SHOW_LIST("cpu_rows", struct ledger, cpu.rows, cpu.nr_rows, cpu_row_shape,
		  "The report's rows of vCPU time; without what is guest code, stolen and idle, "
		  "which cpu has.", OF_LEDGER),
	SHOW_LIST("wait_rows", struct ledger, waits, nr_waits, wait_row_shape,
		  "The report's rows of what requests waited.", OF_LEDGER),
	SHOW_ENUM("owners_by", struct snapshot, whose.by, owners_by_names, OF_SNAP,
		  .text = "--by; \"nothing\": owners were not asked for."),
	SHOW_AS("only", struct snapshot, whose.only, "-p, -c: whose disk requests alone were asked for; "
		"null: all.", OF_SNAP, .or_null = true),
	SHOW_AS("left_out", struct snapshot, whose.left_out,
		"Requests of others, and empty flushes, which are nobody's; null where all were asked "
		"for.", OF_SNAP, .known = is_one_owners),
	SHOW_LIST("owners", struct ledger, owners.rows, owners.nr, owner_shape,
		  "Whose the requests were that ended, most waited first.", OF_LEDGER),
	SHOW_LIST("per_vcpu", struct snapshot, vcpus, nr_vcpus, vcpu_shape,
		  "vCPUs that were online at some time; cpu has their sums.", OF_SNAP),
	SHOW_LIST("event_rows", struct ledger, events.rows, events.nr, event_row_shape,
		  "The report's rows of event channels, most events first.", OF_LEDGER),
	SHOW_LIST("event_channels", struct snapshot, channels, nr_channels, channel_shape, OF_SNAP),
	SHOW_LIST("xenbus", struct snapshot, bus, nr_bus, bus_shape,
		  "What the kernel counts of back ends' channels, as differences; front ends' it "
		  "does not count.", OF_SNAP),
	SHOW_LIST("served", struct snapshot, served, nr_served, served_shape,
		  "Guests that this domain has devices of, and CPU time of its threads and processes "
		  "for them.", OF_SNAP),
	SHOW_LIST("paths", struct snapshot, paths, nr_paths, path_shape, OF_SNAP),
	SHOW_LIST("queues", struct snapshot, queues, nr_queues, queue_shape, "Of each traced disk.",
		  OF_SNAP),
	SHOW_LIST("nics", struct snapshot, nics, nr_nics, nic_shape,
		  "Of each traced NIC; interfaces with a device below them, and others that -N "
		  "names.", OF_SNAP),
	SHOW_LIST("drops", struct snapshot, drops, nr_drops, drop_shape,
		  "Packets that the kernel dropped, in a NIC's qdisc or having received them.",
		  OF_SNAP),
	SHOW_OBJECT("kernel", struct snapshot, kernel, kernel_shape, OF_SNAP),
	SHOW_LIST("disk_counts", struct snapshot, disk_counts, nr_disk_counts, disk_counts_shape,
		  "What the kernel counts of each traced disk.", OF_SNAP),
	SHOW_LIST("nic_losses", struct snapshot, nic_losses, nr_nic_losses, nic_losses_shape,
		  "What each traced NIC's driver says it lost.", OF_SNAP),
	SHOW_LIST("slowest", struct snapshot, slow, nr_slow, slow_shape,
		  "The slowest requests first, at most 16; with --slower those that took longer. "
		  "In an interval those of the run that ended in it.", OF_SNAP),
	SHOW_BY(put_complete, "complete", MEMBER_BOOL,
		"At most 0.1 % of events lost, and started = completed + in flight + lost."),
	SHOW_OBJECT("quality", struct ledger, quality, quality_shape, OF_LEDGER),
	SHOW_LIST("losses", struct snapshot, losses, nr_losses, loss_shape, OF_SNAP),
	SHOW_OBJECT("conservation", struct snapshot, io, conservation_shape, OF_SNAP),
	SHOW_OBJECT("packet_conservation", struct snapshot, packets, conservation_shape,
		    "The same of packets sent: started when the driver got them, completed when it "
		    "let go of them.", OF_SNAP),
	SHOW_OBJECT("stacks", struct snapshot, stacks, stacks_shape, "With --stacks: paths and "
		    "slowest have kernel stacks.", .when = asked_for_stacks, OF_SNAP),
	SHOW_LIST("probes", struct snapshot, probes, nr_probes, probe_shape, OF_SNAP),
	SHOW_BY(put_exact, "exact", MEMBER_LIST,
		"With --exact: by hypercall, at how many of the kernel's call sites it was "
		"counted. Modules' call sites are not among them.", .shape = &exact_shape),
	SHOW_OBJECT("own_cost", struct snapshot, cost, own_cost_shape, OF_SNAP),
	SHOW_LIST("findings", struct ledger, findings.all, findings.nr, finding_shape, OF_LEDGER),
};
static JSON_SHAPE(part, NULL);

static const struct json_member header_members[] = {
	SHOW(struct run_info, version, .from = run_of, .or_null = true),
	SHOW(struct run_info, command_line, .from = run_of, .or_null = true),
	SHOW(struct run_info, host, .from = run_of, .or_null = true),
	SHOW(struct run_info, kernel, .from = run_of, .or_null = true),
	SHOW_BY(put_start, "start_utc", MEMBER_UTC, "2026-11-22T09:14:02.000000000Z"),
	SHOW(struct platform, mode,
	     "pv, hvm, hvm-pv, pvhvm, pvh, dom0, kvm, nitro, bare-metal, unknown",
	     .from = platform_of, .or_null = true),
	{ "detect", MEMBER_OBJECT, .text = "As `xentrace-bpf detect --json`.",
	  .shape = &guest_shape, .from = platform_of, .or_null = true },
};
static JSON_SHAPE(header, NULL);

/* clang-format on */

const struct json_document json_header = {
	.type = "header",
	.text = "What this run is, before there is data.",
	.shape = &header_shape,
};

const struct json_document json_interval = {
	.type = "interval",
	.text = "What came since the interval before.",
	.shape = &part_shape,
	.bucket_figures = 2,
};

const struct json_document json_total = {
	.type = "total",
	.text = "The whole run, from the same readings.",
	.shape = &part_shape,
	.bucket_figures = 3,
};

static int write_header(FILE *out, const struct report *report)
{
	return json__document(out, &json_header, report, report);
}

static int write_interval(FILE *out, const struct report *report)
{
	return json__document(out, &json_interval, report, report);
}

static int write_total(FILE *out, const struct report *report)
{
	return json__document(out, &json_total, report, report);
}

const struct output output_json = {
	.name = "json",
	.extension = ".json",
	.header = write_header,
	.interval = write_interval,
	.total = write_total,
	.diff = diff__json,
};

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The members of a snapshot, and what becomes of them: see schema.h. */
#include "model/members.h"

#include <string.h>

#include "model/snapshot.h"

/* More than Linux has. */
#define CPUS_MAX 65536

static bool same_vcpu(const void *a, const void *b)
{
	return ((const struct vcpu_time *)a)->cpu == ((const struct vcpu_time *)b)->cpu;
}

static bool same_bus(const void *a, const void *b)
{
	return !strcmp(((const struct bus_events *)a)->name, ((const struct bus_events *)b)->name);
}

static void subtract_bus(void *later, const void *earlier)
{
	bus_events__subtract(later, earlier);
}

static bool same_drop(const void *a, const void *b)
{
	return drop__same(a, b);
}

/* One member a line, and braces in macros: what versions of clang-format differ about. */
/* clang-format off */

/* Struct hist: the buckets with the maximum, then what each path has one of. */
static const struct field hist_fields[] = {
	BUCKETS(1),
	COUNTER(2, struct hist, inclusive),
	COUNTER(3, struct hist, held),
	COUNTER(4, struct hist, off_cpu),
	COUNTER(5, struct hist, known),
	COUNTER(6, struct hist, known_ns),
	COUNTER(7, struct hist, stolen),
};
static TYPE(hist_type, struct hist, hist_fields);

static const struct field path_fields[] = {
	KEY_ENUM(1, struct path, key.kind, KIND_NR, REFUSED),
	KEY_ENUM(2, struct path, key.area, AREA_NR, AREA_OTHER),
	KEY_ENUM(3, struct path, key.mech, MECH_NR, MECH_UNATTRIBUTED),
	KEY(4, struct path, key.device),
	KEY(5, struct path, key.op),
	KEY(6, struct path, key.leg),
	KEY(7, struct path, id),
	KEY(9, struct path, key.roles),
	KEY(10, struct path, key.order),
	STRUCT(8, struct path, hist, hist_type),
};
static TYPE(path_type, struct path, path_fields);

static const struct field cpu_time_fields[] = {
	GAUGE(1, struct cpu_time, vcpus),
	COUNTER(2, struct cpu_time, total_ns),
	COUNTER(3, struct cpu_time, idle_ns),
	GAUGE(4, struct cpu_time, has_runstate),
	COUNTER(5, struct cpu_time, stolen_ns),
	COUNTER(6, struct cpu_time, offline_ns),
	GAUGE(7, struct cpu_time, steal_measured),
	COUNTER(8, struct cpu_time, stat_steal_ns),
};
static TYPE(cpu_time_type, struct cpu_time, cpu_time_fields);

static const struct field vcpu_time_fields[] = {
	BOUNDED(1, struct vcpu_time, cpu, CPUS_MAX),
	GAUGE(2, struct vcpu_time, online),
	EVER(3, struct vcpu_time, has_runstate),
	COUNTER(4, struct vcpu_time, total_ns),
	UINTS(5, struct vcpu_time, state_ns),
	COUNTER(6, struct vcpu_time, stat_idle_ns),
	COUNTER(7, struct vcpu_time, stat_steal_ns),
	COUNTER(8, struct vcpu_time, held_ns),
	COUNTER(9, struct vcpu_time, events),
	COUNTER(10, struct vcpu_time, unmeasured_ns),
	COUNTER(11, struct vcpu_time, jumps),
	COUNTER(12, struct vcpu_time, came),
	COUNTER(13, struct vcpu_time, went),
};
static TYPE_WITH(vcpu_time_type, struct vcpu_time, vcpu_time_fields, .same = same_vcpu);

static const struct field channel_fields[] = {
	KEY(1, struct channel, kind),
	KEY(2, struct channel, device),
	KEY(3, struct channel, op),
	KEY(4, struct channel, bound),
};
static TYPE(channel_type, struct channel, channel_fields);

static const struct field bus_events_fields[] = {
	KEY(1, struct bus_events, name),
	KEY(2, struct bus_events, device),
	COUNTER(3, struct bus_events, events),
	COUNTER(4, struct bus_events, spurious),
	COUNTER(5, struct bus_events, delay_jiffies),
	GAUGE(6, struct bus_events, threshold),
};
static TYPE_WITH(bus_events_type, struct bus_events, bus_events_fields, .same = same_bus,
		 .subtract = subtract_bus);

static const struct field queue_use_fields[] = {
	KEY(1, struct queue_use, device),
	KEY(2, struct queue_use, queues),
	KEY(3, struct queue_use, places),
	GAUGE(4, struct queue_use, most),
	COUNTER(5, struct queue_use, last),
	COUNTER(6, struct queue_use, last_waited_ns),
};
static TYPE(queue_use_type, struct queue_use, queue_use_fields);

static const struct field nic_use_fields[] = {
	KEY(1, struct nic_use, device),
	KEY(2, struct nic_use, queues),
	GAUGE(3, struct nic_use, most),
	COUNTER(4, struct nic_use, tx_packets),
	COUNTER(5, struct nic_use, tx_bytes),
	COUNTER(6, struct nic_use, tx_segments),
	COUNTER(7, struct nic_use, tx_busy),
	COUNTER(8, struct nic_use, tx_copied),
	COUNTER(9, struct nic_use, tx_cut),
	COUNTER(10, struct nic_use, rx_packets),
	COUNTER(11, struct nic_use, rx_bytes),
	COUNTER(12, struct nic_use, polls),
	COUNTER(13, struct nic_use, polls_full),
	COUNTER(14, struct nic_use, tx_sampled),
	COUNTER(15, struct nic_use, tx_stops),
	COUNTER(16, struct nic_use, tx_stopped_ns),
	COUNTER(17, struct nic_use, tx_limited),
};
static TYPE(nic_use_type, struct nic_use, nic_use_fields);

static const struct field drop_fields[] = {
	KEY(1, struct drop, device),
	KEY(2, struct drop, received),
	KEY(3, struct drop, reason),
	COUNTER(4, struct drop, count),
};
static TYPE_WITH(drop_type, struct drop, drop_fields, .same = same_drop);

typedef __typeof__(((struct slow_request *)0)->legs[0]) slow_leg;

static const struct field slow_leg_fields[] = {
	KEY(1, slow_leg, name),
	GAUGE(2, slow_leg, ns),
};
static TYPE(slow_leg_type, slow_leg, slow_leg_fields);

static const struct field slow_request_fields[] = {
	KEY(1, struct slow_request, device),
	KEY(2, struct slow_request, op),
	GAUGE(3, struct slow_request, start_ns),
	GAUGE(4, struct slow_request, total_ns),
	INLINE(5, struct slow_request, legs, slow_leg_type),
	GAUGE(6, struct slow_request, issued),
	GAUGE(7, struct slow_request, vcpu),
	GAUGE(8, struct slow_request, pid),
	GAUGE(9, struct slow_request, comm),
	GAUGE(10, struct slow_request, overlap_known),
	GAUGE(11, struct slow_request, stolen_ns),
	GAUGE(12, struct slow_request, held_ns),
};
static TYPE(slow_request_type, struct slow_request, slow_request_fields);

static const struct field loss_fields[] = {
	KEY(1, struct loss, name),
	KEY(2, struct loss, why),
	KEY(3, struct loss, lost),
	COUNTER(4, struct loss, count),
};
static TYPE(loss_type, struct loss, loss_fields);

static const struct field conservation_fields[] = {
	COUNTER(1, struct conservation, started),
	COUNTER(2, struct conservation, completed),
	GAUGE(3, struct conservation, in_flight),
	COUNTER(4, struct conservation, lost),
	COUNTER(5, struct conservation, preexisting),
	FIRST(6, struct conservation, carried),
	COUNTER(7, struct conservation, kernel),
};
static TYPE(conservation_type, struct conservation, conservation_fields);

static const struct field probe_fields[] = {
	KEY(1, struct probe_status, name),
	KEY(2, struct probe_status, family),
	KEY(3, struct probe_status, purpose),
	KEY_ENUM(4, struct probe_status, rung, RUNG_KPROBE + 1, RUNG_KPROBE),
	KEY(5, struct probe_status, applicable),
	KEY(6, struct probe_status, cause),
	KEY(7, struct probe_status, fix),
	COUNTER(8, struct probe_status, runs),
	KEY(9, struct probe_status, ns_per_run),
	COUNTER(10, struct probe_status, skipped),
	KEY(11, struct probe_status, site),
	KEY(12, struct probe_status, counts_sent),
	KEY(13, struct probe_status, hardware_does),
};
static TYPE(probe_type, struct probe_status, probe_fields);

static const struct field own_cost_fields[] = {
	COUNTER(1, struct own_cost, bpf_ns),
	COUNTER(2, struct own_cost, runs),
	GAUGE(3, struct own_cost, clock_read_ns),
	COUNTER(4, struct own_cost, user_ns),
	GAUGE(5, struct own_cost, rss_bytes),
	GAUGE(6, struct own_cost, kernel_bytes),
	GAUGE(7, struct own_cost, clock_gettime_ns),
	GAUGE(8, struct own_cost, vdso_known),
	GAUGE(9, struct own_cost, in_vdso),
};
static TYPE(own_cost_type, struct own_cost, own_cost_fields);

static const struct field snapshot_fields[] = {
	FIRST(1, struct snapshot, start_ns),
	GAUGE(2, struct snapshot, end_ns),
	FIRST(3, struct snapshot, wall_start_ns),
	STRUCT(4, struct snapshot, cpu, cpu_time_type),
	LIST(5, struct snapshot, losses, loss_type),
	STRUCT(6, struct snapshot, io, conservation_type),
	LIST(7, struct snapshot, probes, probe_type),
	STRUCT(8, struct snapshot, cost, own_cost_type),
	LIST_BY(9, struct snapshot, paths, path_type, LIST_OTHER),
	LIST(10, struct snapshot, queues, queue_use_type),
	LIST_BY(11, struct snapshot, slow, slow_request_type, LIST_OTHER),
	LIST_BY(12, struct snapshot, vcpus, vcpu_time_type, LIST_OWN),
	LIST(13, struct snapshot, channels, channel_type),
	BOUNDED(14, struct snapshot, nr_cpus, CPUS_MAX),
	TABLE(15, struct snapshot, channel_counts, nr_channels, nr_cpus),
	LIST_BY(16, struct snapshot, bus, bus_events_type, LIST_OWN),
	LIST(17, struct snapshot, nics, nic_use_type),
	STRUCT(18, struct snapshot, packets, conservation_type),
	LIST_BY(19, struct snapshot, drops, drop_type, LIST_OWN),
};
TYPE(snapshot_type, struct snapshot, snapshot_fields);

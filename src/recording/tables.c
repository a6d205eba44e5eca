// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The members of everything that is recorded. A new member of a struct is one line here, with the
 * next free id of its table; ids are never reused, lines never taken away (the id would be). What
 * an older recording does not have reads as 0.
 *
 *	VALUE	an unsigned integer, bool, double or text; for an enum ENUM, with its end
 *	KEY	the same, of an element of a list, and constant during a run
 *	STRUCT	a struct with a table of its own
 *	LIST	a pointer, with the number of its elements in nr_<member>
 *	INLINE	an array, with the number of those in use in nr_<member>
 *	UINTS	an array of unsigned integers
 *	TABLE	a pointer to uint64_t, rows times columns
 */
#include "recording/tables.h"

/* More than Linux has. */
#define CPUS_MAX 65536

/*
 * Versions of clang-format differ about braces in macros; and after these it is one line a member,
 * whatever fits.
 */
/* clang-format off */

#define KIND_OF(type, member) \
	_Generic(((type *)0)->member,                 \
		bool: FIELD_BOOL,                     \
		unsigned char: FIELD_UINT,            \
		unsigned short: FIELD_UINT,           \
		unsigned int: FIELD_UINT,             \
		unsigned long: FIELD_UINT,            \
		unsigned long long: FIELD_UINT,       \
		double: FIELD_REAL,                   \
		char *: FIELD_TEXT,                   \
		const char *: FIELD_STRING)

#define AT(type, member) .offset = offsetof(type, member), .size = sizeof(((type *)0)->member)

#define VALUE(id_, type, member)                                           \
	{                                                                  \
		.id = id_, .kind = KIND_OF(type, member), AT(type, member) \
	}
#define KEY(id_, type, member)                                                          \
	{                                                                               \
		.id = id_, .kind = KIND_OF(type, member), .key = true, AT(type, member) \
	}
#define ENUM_(id_, type, member, end, other, key_)                                            \
	{                                                                                     \
		.id = id_, .kind = FIELD_ENUM, .key = key_, .limit = end, .otherwise = other, \
		AT(type, member)                                                              \
	}
#define ENUM(id, type, member, end, other)     ENUM_(id, type, member, end, other, false)
#define KEY_ENUM(id, type, member, end, other) ENUM_(id, type, member, end, other, true)
/* A number that others are sized by: one above it is no number. */
#define BOUNDED(id_, type, member, end)                                       \
	{                                                                     \
		.id = id_, .kind = FIELD_UINT, .limit = end, AT(type, member) \
	}
#define UINTS(id_, type, member)                                  \
	{                                                         \
		.id = id_, .kind = FIELD_UINTS, AT(type, member), \
		.each = sizeof(((type *)0)->member[0])            \
	}
#define INLINE(id_, type, member, of_)                                     \
	{                                                                  \
		.id = id_, .kind = FIELD_INLINE, .of = &of_,               \
		.nr_offset = offsetof(type, nr_##member), AT(type, member) \
	}
#define TABLE(id_, type, member, rows, columns)                                    \
	{                                                                          \
		.id = id_, .kind = FIELD_TABLE, .nr_offset = offsetof(type, rows), \
		.columns_offset = offsetof(type, columns), AT(type, member)        \
	}
#define STRUCT(id_, type, member, of_)                                        \
	{                                                                     \
		.id = id_, .kind = FIELD_STRUCT, .of = &of_, AT(type, member) \
	}
#define LIST(id_, type, member, of_)                                       \
	{                                                                  \
		.id = id_, .kind = FIELD_LIST, .of = &of_,                 \
		.nr_offset = offsetof(type, nr_##member), AT(type, member) \
	}
#define BUCKETS(id_)                                                                       \
	{                                                                                  \
		.id = id_, .kind = FIELD_BUCKETS, .offset = 0, .size = sizeof(struct hist) \
	}

#define TYPE(name, of_, table)                          \
	const struct type name = {                      \
		.fields = table,                        \
		.nr = sizeof(table) / sizeof(table[0]), \
		.size = sizeof(of_),                    \
	}

/* Struct hist: the buckets with the maximum, then what each path has one of. */
static const struct field hist_fields[] = {
	BUCKETS(1),
	VALUE(2, struct hist, inclusive),
	VALUE(3, struct hist, held),
	VALUE(4, struct hist, off_cpu),
	VALUE(5, struct hist, known),
	VALUE(6, struct hist, known_ns),
	VALUE(7, struct hist, stolen),
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
	VALUE(1, struct cpu_time, vcpus),
	VALUE(2, struct cpu_time, total_ns),
	VALUE(3, struct cpu_time, idle_ns),
	VALUE(4, struct cpu_time, has_runstate),
	VALUE(5, struct cpu_time, stolen_ns),
	VALUE(6, struct cpu_time, offline_ns),
	VALUE(7, struct cpu_time, steal_measured),
	VALUE(8, struct cpu_time, stat_steal_ns),
};
static TYPE(cpu_time_type, struct cpu_time, cpu_time_fields);

static const struct field vcpu_time_fields[] = {
	BOUNDED(1, struct vcpu_time, cpu, CPUS_MAX),
	VALUE(2, struct vcpu_time, online),
	VALUE(3, struct vcpu_time, has_runstate),
	VALUE(4, struct vcpu_time, total_ns),
	UINTS(5, struct vcpu_time, state_ns),
	VALUE(6, struct vcpu_time, stat_idle_ns),
	VALUE(7, struct vcpu_time, stat_steal_ns),
	VALUE(8, struct vcpu_time, held_ns),
	VALUE(9, struct vcpu_time, events),
	VALUE(10, struct vcpu_time, unmeasured_ns),
	VALUE(11, struct vcpu_time, jumps),
	VALUE(12, struct vcpu_time, came),
	VALUE(13, struct vcpu_time, went),
};
static TYPE(vcpu_time_type, struct vcpu_time, vcpu_time_fields);

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
	VALUE(3, struct bus_events, events),
	VALUE(4, struct bus_events, spurious),
	VALUE(5, struct bus_events, delay_jiffies),
	VALUE(6, struct bus_events, threshold),
};
static TYPE(bus_events_type, struct bus_events, bus_events_fields);

static const struct field queue_use_fields[] = {
	KEY(1, struct queue_use, device),
	KEY(2, struct queue_use, queues),
	KEY(3, struct queue_use, places),
	VALUE(4, struct queue_use, most),
	VALUE(5, struct queue_use, last),
	VALUE(6, struct queue_use, last_waited_ns),
};
static TYPE(queue_use_type, struct queue_use, queue_use_fields);

static const struct field nic_use_fields[] = {
	KEY(1, struct nic_use, device),
	KEY(2, struct nic_use, queues),
	VALUE(3, struct nic_use, most),
	VALUE(4, struct nic_use, tx_packets),
	VALUE(5, struct nic_use, tx_bytes),
	VALUE(6, struct nic_use, tx_segments),
	VALUE(7, struct nic_use, tx_busy),
	VALUE(8, struct nic_use, tx_copied),
	VALUE(9, struct nic_use, tx_cut),
	VALUE(10, struct nic_use, rx_packets),
	VALUE(11, struct nic_use, rx_bytes),
	VALUE(12, struct nic_use, polls),
	VALUE(13, struct nic_use, polls_full),
	VALUE(14, struct nic_use, tx_sampled),
	VALUE(15, struct nic_use, tx_stops),
	VALUE(16, struct nic_use, tx_stopped_ns),
	VALUE(17, struct nic_use, tx_limited),
};
static TYPE(nic_use_type, struct nic_use, nic_use_fields);

static const struct field drop_fields[] = {
	KEY(1, struct drop, device),
	KEY(2, struct drop, received),
	KEY(3, struct drop, reason),
	VALUE(4, struct drop, count),
};
static TYPE(drop_type, struct drop, drop_fields);

typedef __typeof__(((struct slow_request *)0)->legs[0]) slow_leg;

static const struct field slow_leg_fields[] = {
	KEY(1, slow_leg, name),
	VALUE(2, slow_leg, ns),
};
static TYPE(slow_leg_type, slow_leg, slow_leg_fields);

static const struct field slow_request_fields[] = {
	KEY(1, struct slow_request, device),
	KEY(2, struct slow_request, op),
	VALUE(3, struct slow_request, start_ns),
	VALUE(4, struct slow_request, total_ns),
	INLINE(5, struct slow_request, legs, slow_leg_type),
	VALUE(6, struct slow_request, issued),
	VALUE(7, struct slow_request, vcpu),
	VALUE(8, struct slow_request, pid),
	VALUE(9, struct slow_request, comm),
	VALUE(10, struct slow_request, overlap_known),
	VALUE(11, struct slow_request, stolen_ns),
	VALUE(12, struct slow_request, held_ns),
};
static TYPE(slow_request_type, struct slow_request, slow_request_fields);

static const struct field loss_fields[] = {
	KEY(1, struct loss, name),
	KEY(2, struct loss, why),
	KEY(3, struct loss, lost),
	VALUE(4, struct loss, count),
};
static TYPE(loss_type, struct loss, loss_fields);

static const struct field conservation_fields[] = {
	VALUE(1, struct conservation, started),
	VALUE(2, struct conservation, completed),
	VALUE(3, struct conservation, in_flight),
	VALUE(4, struct conservation, lost),
	VALUE(5, struct conservation, preexisting),
	VALUE(6, struct conservation, carried),
	VALUE(7, struct conservation, kernel),
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
	VALUE(8, struct probe_status, runs),
	KEY(9, struct probe_status, ns_per_run),
	VALUE(10, struct probe_status, skipped),
	KEY(11, struct probe_status, site),
	KEY(12, struct probe_status, counts_sent),
	KEY(13, struct probe_status, hardware_does),
};
static TYPE(probe_type, struct probe_status, probe_fields);

static const struct field own_cost_fields[] = {
	VALUE(1, struct own_cost, bpf_ns),
	VALUE(2, struct own_cost, runs),
	VALUE(3, struct own_cost, clock_read_ns),
	VALUE(4, struct own_cost, user_ns),
	VALUE(5, struct own_cost, rss_bytes),
	VALUE(6, struct own_cost, kernel_bytes),
	VALUE(7, struct own_cost, clock_gettime_ns),
	VALUE(8, struct own_cost, vdso_known),
	VALUE(9, struct own_cost, in_vdso),
};
static TYPE(own_cost_type, struct own_cost, own_cost_fields);

static const struct field snapshot_fields[] = {
	VALUE(1, struct snapshot, start_ns),
	VALUE(2, struct snapshot, end_ns),
	VALUE(3, struct snapshot, wall_start_ns),
	STRUCT(4, struct snapshot, cpu, cpu_time_type),
	LIST(5, struct snapshot, losses, loss_type),
	STRUCT(6, struct snapshot, io, conservation_type),
	LIST(7, struct snapshot, probes, probe_type),
	STRUCT(8, struct snapshot, cost, own_cost_type),
	LIST(9, struct snapshot, paths, path_type),
	LIST(10, struct snapshot, queues, queue_use_type),
	LIST(11, struct snapshot, slow, slow_request_type),
	LIST(12, struct snapshot, vcpus, vcpu_time_type),
	LIST(13, struct snapshot, channels, channel_type),
	BOUNDED(14, struct snapshot, nr_cpus, CPUS_MAX),
	TABLE(15, struct snapshot, channel_counts, nr_channels, nr_cpus),
	LIST(16, struct snapshot, bus, bus_events_type),
	LIST(17, struct snapshot, nics, nic_use_type),
	STRUCT(18, struct snapshot, packets, conservation_type),
	LIST(19, struct snapshot, drops, drop_type),
};
static TYPE(snapshot_type, struct snapshot, snapshot_fields);

static const struct field cell_fields[] = {
	ENUM(1, struct cell, area, AREA_NR, AREA_OTHER),
	VALUE(2, struct cell, what),
	ENUM(3, struct cell, letter, LETTER_H + 1, LETTER_UNKNOWN),
	VALUE(4, struct cell, how),
	VALUE(5, struct cell, better),
	VALUE(6, struct cell, evidence),
	VALUE(7, struct cell, conflicting),
};
static TYPE(cell_type, struct cell, cell_fields);

static const struct field feature_fields[] = {
	VALUE(1, struct feature, name),
	ENUM(2, struct feature, state, FEATURE_UNKNOWN + 1, FEATURE_UNKNOWN),
	VALUE(3, struct feature, why),
};
static TYPE(feature_type, struct feature, feature_fields);

static const struct field disk_fields[] = {
	VALUE(1, struct disk, name),
	VALUE(2, struct disk, major),
	VALUE(3, struct disk, minor),
	ENUM(4, struct disk, letter, LETTER_H + 1, LETTER_UNKNOWN),
	VALUE(5, struct disk, driver),
	VALUE(6, struct disk, stacked),
	VALUE(7, struct disk, hw_queues),
	VALUE(8, struct disk, depth),
	VALUE(9, struct disk, iostats),
	VALUE(10, struct disk, same_as),
	VALUE(11, struct disk, mounts),
	VALUE(12, struct disk, sectors),
	VALUE(13, struct disk, tags),
	VALUE(14, struct disk, requests),
};
static TYPE(disk_type, struct disk, disk_fields);

static const struct field disk_path_fields[] = {
	VALUE(1, struct disk_path, name),
	VALUE(2, struct disk_path, disk),
	VALUE(3, struct disk_path, major),
	VALUE(4, struct disk_path, minor),
	VALUE(5, struct disk_path, hw_queues),
	VALUE(6, struct disk_path, tags),
	VALUE(7, struct disk_path, depth),
	VALUE(8, struct disk_path, iostats),
};
static TYPE(disk_path_type, struct disk_path, disk_path_fields);

static const struct field nic_fields[] = {
	VALUE(1, struct nic, name),
	VALUE(2, struct nic, ifindex),
	ENUM(3, struct nic, letter, LETTER_H + 1, LETTER_UNKNOWN),
	VALUE(4, struct nic, driver),
	VALUE(5, struct nic, queues),
};
static TYPE(nic_type, struct nic, nic_fields);

static const struct field irq_fields[] = {
	VALUE(1, struct irq, nr),
	VALUE(2, struct irq, follows),
	VALUE(3, struct irq, action),
	VALUE(4, struct irq, chip),
	VALUE(5, struct irq, kind),
	VALUE(6, struct irq, evtchn),
	ENUM(7, struct irq, area, AREA_NR, AREA_OTHER),
	ENUM(8, struct irq, letter, LETTER_H + 1, LETTER_UNKNOWN),
	VALUE(9, struct irq, device),
};
static TYPE(irq_type, struct irq, irq_fields);

static const struct field platform_fields[] = {
	ENUM(1, struct platform, boot, BOOT_BARE + 1, BOOT_UNKNOWN),
	VALUE(2, struct platform, mode),
	VALUE(3, struct platform, hypervisor),
	VALUE(4, struct platform, kernel),
	VALUE(5, struct platform, host),
	VALUE(6, struct platform, clocksource),
	VALUE(7, struct platform, clockevent),
	VALUE(8, struct platform, vcpus),
	VALUE(9, struct platform, possible),
	VALUE(10, struct platform, steal_measured),
	LIST(11, struct platform, cells, cell_type),
	LIST(12, struct platform, features, feature_type),
	LIST(13, struct platform, disks, disk_type),
	LIST(14, struct platform, nics, nic_type),
	LIST(15, struct platform, irqs, irq_type),
	VALUE(16, struct platform, not_xen),
	LIST(17, struct platform, paths, disk_path_type),
};
static TYPE(platform_type, struct platform, platform_fields);

static const struct field run_fields[] = {
	VALUE(1, struct run_info, version),
	VALUE(2, struct run_info, command_line),
	VALUE(3, struct run_info, host),
	VALUE(4, struct run_info, kernel),
	VALUE(5, struct run_info, wall_start_ns),
};
static TYPE(run_type, struct run_info, run_fields);

static const struct field header_fields[] = {
	STRUCT(1, struct recording_header, run, run_type),
	VALUE(2, struct recording_header, has_platform),
	STRUCT(3, struct recording_header, platform, platform_type),
	VALUE(4, struct recording_header, timestamps),
	VALUE(5, struct recording_header, verbose),
	VALUE(6, struct recording_header, slower_ns),
	VALUE(7, struct recording_header, per_vcpu),
};
TYPE(recording_header_type, struct recording_header, header_fields);

static const struct field part_fields[] = {
	VALUE(1, struct recording_part, interval_no),
	STRUCT(2, struct recording_part, snap, snapshot_type),
};
TYPE(recording_part_type, struct recording_part, part_fields);

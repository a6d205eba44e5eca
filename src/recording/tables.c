// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What is recorded beside snapshots: the guest and the run. See model/schema.h, and model/snapshot.c for the snapshot. */
#include "recording/tables.h"

/* clang-format off */

static const struct field cell_fields[] = {
	ENUM(1, struct cell, area, AREA_NR, AREA_OTHER),
	VALUE(2, struct cell, what),
	ENUM(3, struct cell, letter, LETTER_H + 1, LETTER_UNKNOWN),
	VALUE(4, struct cell, how),
	VALUE(5, struct cell, better),
	VALUE(6, struct cell, evidence),
	VALUE(7, struct cell, conflicting),
};
static SCHEMA(cell_schema, struct cell, cell_fields);

static const struct field feature_fields[] = {
	VALUE(1, struct feature, name),
	ENUM(2, struct feature, state, FEATURE_UNKNOWN + 1, FEATURE_UNKNOWN),
	VALUE(3, struct feature, why),
};
static SCHEMA(feature_schema, struct feature, feature_fields);

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
static SCHEMA(disk_schema, struct disk, disk_fields);

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
static SCHEMA(disk_path_schema, struct disk_path, disk_path_fields);

static const struct field nic_fields[] = {
	VALUE(1, struct nic, name),
	VALUE(2, struct nic, ifindex),
	ENUM(3, struct nic, letter, LETTER_H + 1, LETTER_UNKNOWN),
	VALUE(4, struct nic, driver),
	VALUE(5, struct nic, queues),
};
static SCHEMA(nic_schema, struct nic, nic_fields);

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
static SCHEMA(irq_schema, struct irq, irq_fields);

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
	LIST(11, struct platform, cells, cell_schema),
	LIST(12, struct platform, features, feature_schema),
	LIST(13, struct platform, disks, disk_schema),
	LIST(14, struct platform, nics, nic_schema),
	LIST(15, struct platform, irqs, irq_schema),
	VALUE(16, struct platform, not_xen),
	LIST(17, struct platform, paths, disk_path_schema),
};
static SCHEMA(platform_schema, struct platform, platform_fields);

static const struct field run_fields[] = {
	VALUE(1, struct run_info, version),
	VALUE(2, struct run_info, command_line),
	VALUE(3, struct run_info, host),
	VALUE(4, struct run_info, kernel),
	VALUE(5, struct run_info, wall_start_ns),
};
static SCHEMA(run_schema, struct run_info, run_fields);

static const struct field header_fields[] = {
	STRUCT(1, struct recording_header, run, run_schema),
	VALUE(2, struct recording_header, has_platform),
	STRUCT(3, struct recording_header, platform, platform_schema),
	VALUE(4, struct recording_header, timestamps),
	VALUE(5, struct recording_header, verbose),
	VALUE(6, struct recording_header, slower_ns),
	VALUE(7, struct recording_header, per_vcpu),
};
SCHEMA(recording_header_schema, struct recording_header, header_fields);

static const struct field part_fields[] = {
	VALUE(1, struct recording_part, interval_no),
	STRUCT(2, struct recording_part, snap, snapshot_schema),
};
SCHEMA(recording_part_schema, struct recording_part, part_fields);

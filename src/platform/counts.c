// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "platform/counts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "platform/files.h"

uint64_t disk_stat__parse(const char *line)
{
	unsigned long long reads = 0, writes = 0, discards = 0, flushes = 0;

	sscanf(line, "%llu %*u %*u %*u %llu %*u %*u %*u %*u %*u %*u %llu %*u %*u %*u %llu", &reads,
	       &writes, &discards, &flushes);
	return reads + writes + discards + flushes;
}

uint64_t disk_stat__read(const char *name)
{
	char path[80], line[256];
	uint64_t requests = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/sys/block/%s/stat", name);
	file = fopen(path, "re");
	if (!file)
		return 0;
	if (fgets(line, sizeof(line), file))
		requests = disk_stat__parse(line);
	fclose(file);
	return requests;
}

/* atomic_t as %d: of 32 bits, and negative from half of them on. */
static int read_count(struct files *files, uint64_t *count, const char *bus, const char *name,
		      const char *file)
{
	char text[24], *end;
	long value;
	int err;

	err = FILES_READ(files, text, "sys/bus/%s/devices/%s/xenbus/%s", bus, name, file);
	if (err)
		return err;
	value = strtol(text, &end, 10);
	if (end == text || *end)
		return -EINVAL;
	*count = (uint32_t)value;
	return 0;
}

/* The disk or NIC below it. */
static void name_device(struct bus_events *dev, struct files *files, const char *bus)
{
	static const char *const classes[] = { "block", "net" };
	struct names names;

	STR_SET(dev->device, "%s", dev->name);
	for (size_t i = 0; i < LENGTH(classes); i++) {
		if (files__list(files, &names, "sys/bus/%s/devices/%s/%s", bus, dev->name,
				classes[i]))
			continue;
		if (names.nr)
			STR_SET(dev->device, "%s", names.name[0]);
		names__free(&names);
	}
}

static int add(struct bus_events **all, size_t *nr, struct files *files, const char *bus,
	       const char *name)
{
	struct bus_events dev = {}, *grown;
	uint64_t threshold = 0, channels = 0;

	if (read_count(files, &dev.spurious, bus, name, "spurious_events") ||
	    read_count(files, &dev.delay_jiffies, bus, name, "jiffies_eoi_delayed"))
		return 0; /* a kernel without them, or gone just now */
	if (read_count(files, &channels, bus, name, "event_channels") || !channels)
		return 0; /* zeros that nobody counts */
	read_count(files, &dev.events, bus, name, "events");
	read_count(files, &threshold, bus, name, "spurious_threshold");
	dev.threshold = threshold;
	STR_SET(dev.name, "%s", name);
	name_device(&dev, files, bus);
	grown = realloc(*all, (*nr + 1) * sizeof(dev));
	if (!grown)
		return -ENOMEM;
	*all = grown;
	grown[(*nr)++] = dev;
	return 0;
}

int bus_events__read(struct bus_events **out, size_t *nr, const char *root)
{
	static const char *const buses[] = { "xen", "xen-backend" };
	struct bus_events *all = NULL;
	struct files *files;
	struct names names;
	int err;

	*out = NULL;
	*nr = 0;
	err = files__open_figures(&files, root);
	if (err)
		return err;
	for (size_t i = 0; !err && i < LENGTH(buses); i++) {
		if (files__list(files, &names, "sys/bus/%s/devices", buses[i]))
			continue;
		for (size_t n = 0; !err && n < names.nr; n++)
			err = add(&all, nr, files, buses[i], names.name[n]);
		names__free(&names);
	}
	files__close(files);
	if (err) {
		free(all);
		*nr = 0;
		return err;
	}
	*out = all;
	return 0;
}

int disk_counts__read(struct disk_counts *disks, size_t nr, const char *root)
{
	struct files *files;
	char line[256];
	int err = files__open_figures(&files, root);

	if (err)
		return err;
	for (size_t i = 0; i < nr; i++) {
		unsigned long long reads = 0, read = 0, writes = 0, written = 0, flushes = 0;

		if (FILES_READ(files, line, "sys/block/%s/stat", disks[i].device))
			continue;
		sscanf(line, "%llu %*u %llu %*u %llu %*u %llu %*u %*u %*u %*u %*u %*u %*u %*u %llu",
		       &reads, &read, &writes, &written, &flushes);
		disks[i].reads = reads;
		disks[i].read_bytes = read * 512;
		disks[i].writes = writes;
		disks[i].write_bytes = written * 512;
		disks[i].flushes = flushes;
	}
	files__close(files);
	return 0;
}

int nic_losses__read(struct nic_losses *nics, size_t nr, const char *root)
{
	struct files *files;
	int err = files__open_figures(&files, root);

	if (err)
		return err;
	for (size_t i = 0; i < nr; i++) {
		unsigned long long count;
#define READ(id, name, text)                                                                     \
	if (!files__number(files, &count, "sys/class/net/%s/statistics/" #name, nics[i].device)) \
		nics[i].name = count;
		NIC_LOSSES(READ)
#undef READ
	}
	files__close(files);
	return 0;
}

/* Lines of a name and a number. */
static uint64_t find_number(const char *text, const char *name)
{
	const size_t len = strlen(name);

	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (!strncmp(line, name, len) && line[len] == ' ')
			return strtoull(line + len, NULL, 10);
	}
	return 0;
}

/* A line a CPU, in hexadecimal: processed, dropped, squeezed, ... */
static void sum_softnet(struct kernel_counts *counts, const char *text)
{
	for (const char *line = text; line && *line;) {
		unsigned int dropped = 0, squeezed = 0;

		sscanf(line, "%*x %x %x", &dropped, &squeezed);
		counts->backlog_drops += dropped;
		counts->squeezed += squeezed;
		line = strchr(line, '\n');
		line += line != NULL;
	}
}

int kernel_counts__read(struct kernel_counts *counts, const char *root)
{
	struct files *files;
	char *text;
	int err = files__open_figures(&files, root);

	*counts = (struct kernel_counts) {};
	if (err)
		return err;
	text = files__slurp(files, "proc/vmstat");
	if (text) {
		counts->swapped_in = find_number(text, "pswpin");
		counts->swapped_out = find_number(text, "pswpout");
	}
	free(text);
	text = files__slurp(files, "proc/net/softnet_stat");
	if (text)
		sum_softnet(counts, text);
	free(text);
	files__close(files);
	return 0;
}

/* Forwards by less than half of what the counter holds; else it began at 0 again. */
static uint64_t since(uint64_t later, uint64_t earlier)
{
	uint32_t grew = later - earlier;

	return grew < 1u << 31 ? grew : later;
}

void bus_events__subtract(struct bus_events *later, const struct bus_events *earlier)
{
	later->events = since(later->events, earlier->events);
	later->spurious = since(later->spurious, earlier->spurious);
	later->delay_jiffies = since(later->delay_jiffies, earlier->delay_jiffies);
}

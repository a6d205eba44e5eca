// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "platform/disk_stat.h"

#include <stdio.h>

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

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * recording FILE [SECONDS [IOPS]]: an hour of a guest with 32 disks into FILE: four busy, eight
 * warm, the others with a flush a second, as a database's host is; or all 32 with so many I/Os.
 */
#include <stdio.h>
#include <stdlib.h>

#include "synth.h"

#define DISKS 32

static void make_disks(struct synth_disk disks[DISKS], char names[DISKS][16], double each)
{
	for (unsigned int i = 0; i < DISKS; i++) {
		snprintf(names[i], 16, "xvd%c%c", 'a' + i / 26, 'a' + i % 26);
		disks[i] = (struct synth_disk) {
			.name = names[i],
			.reads = each > 0 ? .7 * each
				 : i < 4  ? 350
				 : i < 12 ? 14
					  : 0,
			.writes = each > 0 ? .3 * each
				  : i < 4  ? 150
				  : i < 12 ? 6
					   : 1,
		};
	}
}

int main(int argc, char **argv)
{
	struct synth_disk disks[DISKS];
	char names[DISKS][16];
	struct synth synth = {
		.disks = disks,
		.nr_disks = DISKS,
		.vcpus = 8,
		.intervals = argc > 2 ? strtoul(argv[2], NULL, 10) : 3600,
		.noise = .05,
		.memory = .8,
		.seed = 1,
	};
	struct blob blob;
	FILE *out;

	if (argc < 2)
		return 2;
	make_disks(disks, names, argc > 3 ? strtod(argv[3], NULL) : 0);
	blob = synth__record(&synth);
	out = fopen(argv[1], "w");
	if (!out || fwrite(blob.data, blob.size, 1, out) != 1 || fclose(out)) {
		perror(argv[1]);
		return 1;
	}
	free(blob.data);
	return 0;
}

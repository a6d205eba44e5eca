// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "base/clock.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

int64_t clock__offset_ns;

/* A process that has left its namespace for its children's only is still in the one before. */
static bool in_childrens(void)
{
	struct stat own, children;

	return !stat("/proc/self/ns/time", &own) &&
	       !stat("/proc/self/ns/time_for_children", &children) && own.st_ino == children.st_ino;
}

/*
 * kernel/time/namespace.c:proc_timens_show_offsets(), a line a clock: its name or number, s and ns.
 * They are those of the children's namespace.
 */
void clock__init(void)
{
	FILE *file = in_childrens() ? fopen("/proc/self/timens_offsets", "re") : NULL;
	char line[128], name[16];
	long long s, ns;

	clock__offset_ns = 0;
	if (!file)
		return;
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%15s %lld %lld", name, &s, &ns) == 3 &&
		    (!strcmp(name, "monotonic") || !strcmp(name, "1")))
			clock__offset_ns = s * 1000000000 + ns;
	}
	fclose(file);
}

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <stdlib.h>
#include <string.h>

#include "model/exact.h"

bool exact__is_site(const struct probe_status *probe)
{
	return probe->site;
}

static struct exact_name *name_of(struct exact_name *names, size_t *nr, size_t room,
				  const char *name)
{
	for (size_t i = 0; i < *nr; i++) {
		if (strcmp(names[i].name, name) == 0)
			return &names[i];
	}
	if (*nr == room)
		return NULL;
	names[*nr] = (struct exact_name) { .name = name };
	return &names[(*nr)++];
}

static int by_completeness(const void *a, const void *b)
{
	const struct exact_name *x = a, *y = b;

	if (x->complete != y->complete)
		return x->complete ? -1 : 1;
	if (x->attached != y->attached)
		return x->attached > y->attached ? -1 : 1;
	return strcmp(x->name, y->name);
}

size_t exact__names(struct exact_name *names, size_t room, const struct snapshot *snap)
{
	bool any_missed = false;
	size_t nr = 0;

	for (size_t i = 0; i < snap->nr_probes; i++) {
		const struct probe_status *probe = &snap->probes[i];
		struct exact_name *name;

		if (!exact__is_site(probe))
			continue;
		name = name_of(names, &nr, room, probe->purpose);
		if (!name)
			continue;
		name->sites++;
		name->attached += probe->rung != RUNG_OFF;
		any_missed |= probe->rung == RUNG_OFF && strcmp(probe->purpose, EXACT_ANY) == 0;
	}
	for (size_t i = 0; i < nr; i++)
		names[i].complete = names[i].attached == names[i].sites && !any_missed;
	qsort(names, nr, sizeof(*names), by_completeness);
	return nr;
}

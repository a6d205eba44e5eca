// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "output/floor.h"

#include <stdlib.h>
#include <string.h>

struct path_floor {
	struct path_key key;
	uint64_t ns;
};

void metrics_floor__free(struct metrics_floor *floor)
{
	free(floor->paths);
	*floor = (struct metrics_floor) {};
}

uint64_t floor__grown(uint64_t *floor, uint64_t now)
{
	if (now > *floor)
		*floor = now;
	return *floor;
}

static int compare(const struct path_key *a, const struct path_key *b)
{
	int by = (int)a->kind - (int)b->kind;

	by = by ? by : (int)a->mech - (int)b->mech;
	by = by ? by : (int)a->area - (int)b->area;
	by = by ? by : strcmp(a->device, b->device);
	by = by ? by : strcmp(a->op, b->op);
	return by ? by : strcmp(a->leg, b->leg);
}

/* Where it is, or where it belongs. */
static size_t find(const struct metrics_floor *floor, const struct path_key *key)
{
	size_t low = 0, high = floor->nr_paths;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare(&floor->paths[middle].key, key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool insert(struct metrics_floor *floor, size_t at, const struct path_key *key)
{
	struct path_floor *more =
		realloc(floor->paths, (floor->nr_paths + 1) * sizeof(*floor->paths));

	if (!more)
		return false;
	floor->paths = more;
	memmove(&more[at + 1], &more[at], (floor->nr_paths - at) * sizeof(*more));
	more[at] = (struct path_floor) { .key = *key };
	floor->nr_paths++;
	return true;
}

uint64_t floor__path(struct metrics_floor *floor, const struct path_key *key, uint64_t now)
{
	size_t at = find(floor, key);

	if ((at == floor->nr_paths || compare(&floor->paths[at].key, key)) &&
	    !insert(floor, at, key))
		return now;
	return floor__grown(&floor->paths[at].ns, now);
}

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "model/channels.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/snapshot.h"

/* "timer0" and "timer1" are the timers of two vCPUs; "sda1" is not another "sda". */
static size_t name_len(const struct channel *channel)
{
	size_t len = strlen(channel->device);

	while (channel->bound && len > 1 && channel->device[len - 1] >= '0' &&
	       channel->device[len - 1] <= '9')
		len--;
	return len;
}

/* While rows are made, a row's counts are at its place in the books. */
static struct event_row *row_of(struct event_rows *events, const struct channel *channel)
{
	size_t len = name_len(channel);
	struct event_row *row;

	for (size_t i = 0; i < events->nr; i++) {
		row = &events->rows[i];
		if (!strcmp(row->kind, channel->kind) && row->bound == channel->bound &&
		    !strncmp(row->device, channel->device, len) && !row->device[len])
			return row;
	}
	row = &events->rows[events->nr];
	row->kind = channel->kind;
	row->bound = channel->bound;
	memcpy(row->device, channel->device, len);
	row->by_cpu = &events->counts[events->nr * events->cpus];
	events->nr++;
	return row;
}

static void add(struct event_row *row, const uint64_t *counts, unsigned int cpus)
{
	uint64_t count = 0;

	for (unsigned int cpu = 0; cpu < cpus; cpu++) {
		row->by_cpu[cpu] += counts[cpu];
		count += counts[cpu];
	}
	row->count += count;
	row->channels += count > 0;
}

static void find_busiest(struct event_row *row, unsigned int cpus)
{
	for (unsigned int cpu = 0; cpu < cpus; cpu++) {
		if (row->by_cpu[cpu] > row->busiest_count) {
			row->busiest_count = row->by_cpu[cpu];
			row->busiest = cpu;
		}
	}
}

static int by_count(const void *a, const void *b)
{
	const struct event_row *x = a, *y = b;

	if (x->count != y->count)
		return x->count < y->count ? 1 : -1;
	return strcmp(x->device, y->device);
}

int event_rows__build(struct event_rows *events, const struct snapshot *snap)
{
	size_t most = snap->nr_channels;

	*events = (struct event_rows) { .cpus = snap->nr_cpus };
	events->rows = calloc(most + 1, sizeof(*events->rows));
	events->counts = calloc((most + 1) * (snap->nr_cpus + 1), sizeof(*events->counts));
	if (!events->rows || !events->counts) {
		event_rows__free(events);
		return -ENOMEM;
	}
	events->movable.by_cpu = &events->counts[most * snap->nr_cpus];
	for (size_t i = 0; i < snap->nr_channels; i++) {
		const uint64_t *counts = &snap->channel_counts[i * snap->nr_cpus];
		struct event_row *row = row_of(events, &snap->channels[i]);

		add(row, counts, events->cpus);
		if (!row->bound)
			add(&events->movable, counts, events->cpus);
	}
	for (size_t i = 0; i < events->nr; i++)
		find_busiest(&events->rows[i], events->cpus);
	find_busiest(&events->movable, events->cpus);
	qsort(events->rows, events->nr, sizeof(*events->rows), by_count);
	while (events->nr && !events->rows[events->nr - 1].count)
		events->nr--;
	return 0;
}

size_t event_row__busiest(const struct event_row *row, unsigned int cpus, unsigned int *busiest,
			  size_t room)
{
	uint64_t below = UINT64_MAX;
	unsigned int after = 0;
	size_t nr = 0;

	for (; nr < room; nr++) {
		unsigned int best = cpus;

		for (unsigned int cpu = 0; cpu < cpus; cpu++) {
			uint64_t n = row->by_cpu[cpu];

			/* behind the last one, in the order of counts, then of numbers */
			if (!n || n > below || (n == below && cpu < after))
				continue;
			if (best == cpus || n > row->by_cpu[best])
				best = cpu;
		}
		if (best == cpus)
			break;
		below = row->by_cpu[best];
		after = best + 1;
		busiest[nr] = best;
	}
	return nr;
}

void event_rows__free(struct event_rows *events)
{
	free(events->rows);
	free(events->counts);
	*events = (struct event_rows) {};
}

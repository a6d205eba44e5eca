// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * One row of the live view: what its mean is made of on the left, its histogram on the right.
 *
 *  xvdb read  P   14,211 a second   8.3 in flight   mean 581u   p50 557u   p99 2.49m   max 6.40m
 *
 *  LEGS                                     LATENCY
 *  queue       7.08u   1.2 %  ▎              65.5u -  131u  ▊                   1,204
 *  submit      3.66u   0.6 %  ▎               131u -  262u  ████████           20,118
 *  backend      555u  95.4 %  ████████        262u -  524u  ██████████████     78,911
 */
#include "output/top.h"

#include <stdlib.h>
#include <string.h>

#include "model/units.h"

#define OCTAVES (HIST_BUCKETS / HIST_SUBS)

/* A CPU row's paths in one histogram, in memory of its own; an empty one without memory. */
static struct hist sum_paths(const struct snapshot *snap, const struct cpu_row *row)
{
	struct hist sum = {};

	for (size_t i = 0; i < snap->nr_paths; i++) {
		const struct path_key *key = &snap->paths[i].key;
		size_t len = stem__len(key->device, key->stem);

		if (key->kind == KIND_CPU && key->area == row->area && key->mech == row->mech &&
		    (!strcmp(key->device, row->device) ||
		     (!strncmp(key->device, row->device, len) && !row->device[len])))
			hist__merge(&sum, &snap->paths[i].hist);
	}
	return sum;
}

static void count_octaves(uint64_t counts[OCTAVES], const struct hist *h)
{
	memset(counts, 0, OCTAVES * sizeof(*counts));
	for (unsigned int i = 0; h && i < h->nr; i++)
		counts[h->bucket[i].index / HIST_SUBS] += h->bucket[i].count;
}

static uint64_t sum_of(const uint64_t *counts, unsigned int from, unsigned int end)
{
	uint64_t sum = 0;

	for (; from < end; from++)
		sum += counts[from];
	return sum;
}

/* Octaves, or as many together as there is room for; from the fastest to the slowest. */
static void draw_histogram(struct screen *screen, const struct hist *h, enum paint paint,
			   unsigned int x, unsigned int y)
{
	unsigned int first = 0, last = OCTAVES, step = 1, right = screen->width - 1, bar = x + 16;
	uint64_t counts[OCTAVES], most = 0;

	screen__print(screen, y++, x, PAINT_TITLE, "LATENCY");
	count_octaves(counts, h);
	while (first < last && !counts[first])
		first++;
	while (last > first && !counts[last - 1])
		last--;
	if (first == last || y >= screen->height || right < bar + 14)
		return;
	while ((last - first + step - 1) / step > screen->height - y)
		step++;
	for (unsigned int at = first; at < last; at += step) {
		uint64_t sum = sum_of(counts, at, at + step < last ? at + step : last);

		most = sum > most ? sum : most;
	}
	for (unsigned int at = first; at < last; at += step, y++) {
		unsigned int to = at + step < last ? at + step : last;
		uint64_t sum = sum_of(counts, at, to);

		screen__print(screen, y, x, PAINT_PLAIN, "%5s - %5s",
			      NS(hist__lower(at * HIST_SUBS)),
			      NS(to < OCTAVES ? hist__lower(to * HIST_SUBS)
					      : hist__upper(HIST_BUCKETS - 1)));
		screen__bar(screen, y, bar, right - bar - 11, ledger__share(sum, most), paint);
		screen__print_right(screen, y, right, sum ? PAINT_PLAIN : PAINT_DIM, "%s",
				    COUNT(sum));
	}
}

/* A part of a whole: its name, a figure, its share as a bar that ends before `end`. */
static void draw_part(struct screen *screen, unsigned int y, unsigned int end, const char *name,
		      double ns, double share, enum paint paint)
{
	screen__print(screen, y, 1, PAINT_PLAIN, "%-12.12s", name);
	screen__print_right(screen, y, 20, PAINT_PLAIN, "%s", NS(ns));
	screen__print_right(screen, y, 28, PAINT_PLAIN, "%.1f %%", 100 * share);
	if (end > 31)
		screen__bar(screen, y, 30, end - 30, share, paint);
}

static void draw_wait(struct screen *screen, const struct wait_row *row, unsigned int y)
{
	unsigned int half = screen->width / 2, x, left = half - 2;
	enum paint paint = PAINT_MECH + row->mech;

	x = screen__print(screen, y, 1, PAINT_STRONG, "%s %s",
			  *row->device ? row->device : area__name(row->area), row->op);
	x = screen__print(screen, y, x + 2, paint, "%s", mech__letter(row->mech));
	screen__print(screen, y, x + 3, PAINT_PLAIN, "%s a second   %s in flight   mean %s",
		      COUNT(row->per_second), RATIO(row->in_flight), NS(row->mean_ns));
	if (row->measured)
		screen__print(screen, y + 1, 1, PAINT_DIM, "p50 %s   p99 %s   p99.9 %s   max %s",
			      NS(row->p50_ns), NS(row->p99_ns), NS(row->p999_ns), NS(row->max_ns));
	y += 3;
	draw_histogram(screen, row->hist, paint, half, y);
	screen__print(screen, y++, 1, PAINT_TITLE, "LEGS");
	for (size_t i = 0; i < row->nr_legs && y < screen->height; i++, y++)
		draw_part(screen, y, left, row->legs[i].name, row->legs[i].share_ns,
			  row->mean_ns > 0 ? row->legs[i].share_ns / row->mean_ns : 0,
			  PAINT_MECH + row->legs[i].mech);
	if (!row->nr_legs)
		screen__print(screen, y++, 1, PAINT_DIM, "it has none");
	y++;
	if (row->overlap_measured && row->overlap_count && y < screen->height)
		screen__print(screen, y++, 1, PAINT_PLAIN, "stolen in %.1f %%, held off in %.1f %%",
			      100 * ledger__share(row->stolen_ns, row->overlap_ns),
			      100 * ledger__share(row->held_ns, row->overlap_ns));
	if (row->followed && row->followed < row->count && y < screen->height)
		screen__print(screen, y++, 1, PAINT_DIM, "1 of %s followed",
			      RATIO((double)row->count / row->followed));
	if (row->device_ns > 0 && y < screen->height)
		screen__print(screen, y, 1, PAINT_DIM, "GAVG %s = KAVG %s + DAVG %s",
			      NS(row->mean_ns), NS(row->kernel_ns), NS(row->device_ns));
}

static void draw_cpu(struct screen *screen, const struct report *report, const struct cpu_row *row,
		     unsigned int y)
{
	double seconds = report->ledger->elapsed_ns / 1e9;
	unsigned int half = screen->width / 2, x, left = half - 2;
	enum paint paint = PAINT_MECH + row->mech;
	struct hist sum = sum_paths(report->snap, row);

	x = screen__print(screen, y, 1, PAINT_STRONG, "%s%s%s", area__name(row->area),
			  *row->device ? " " : "", row->device);
	x = screen__print(screen, y, x + 2, paint, "%s", mech__letter(row->mech));
	screen__print(screen, y, x + 3, PAINT_PLAIN, "%s a second   %.1f %% of CPU",
		      COUNT(seconds > 0 ? row->events / seconds : 0),
		      100 * ledger__share(row->ns, report->ledger->cpu.total_ns));
	if (row->held_ns)
		screen__print(screen, y + 1, 1, PAINT_DIM,
			      "held by the device model in %.1f %% of it",
			      100 * ledger__share(row->held_ns, row->ns));
	y += 3;
	draw_histogram(screen, &sum, paint, half, y);
	screen__print(screen, y++, 1, PAINT_TITLE, "PARTS");
	for (size_t i = 0; i < row->nr_parts && y < screen->height; i++, y++)
		draw_part(screen, y, left, row->parts[i].name, row->parts[i].ns,
			  ledger__share(row->parts[i].ns, row->ns), paint);
	if (row->nr_more)
		screen__print(screen, y, 1, PAINT_DIM, "%zu more", row->nr_more);
	if (!row->nr_parts)
		screen__print(screen, y, 1, PAINT_DIM, "it has none");
	hist__free(&sum);
}

void top__draw_detail(struct screen *screen, const struct report *report, const struct top_row *row,
		      unsigned int y)
{
	if (screen->width < 40)
		return;
	if (row->wait)
		draw_wait(screen, row->wait, y);
	else
		draw_cpu(screen, report, row->cpu, y);
}

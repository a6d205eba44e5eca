// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What requests waited for.
 *
 *	WAIT  (s waited / s elapsed = average in flight; backend and device include the real storage)
 *	                         count     IOPS  in flight    mean     p50     p99   p99.9     max
 *	 sda  read  VS          22,043    2,204        8.0   3.62m   3.20m   11.8m   25.1m   41.2m
 *	   queue 14.0u guest | device 3.57m VS | finish 36.1u guest; stolen in 1.9 %, held off in 75 %
 */
#include "output/text_parts.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "model/units.h"
#include "output/escape.h"

#define NAME_WIDTH 25
#define MAX_ROWS   16

/* Returns its width: the longest, "lapic-deadline hrtimer VS", takes a column from the count. */
static int print_name(FILE *out, const struct wait_row *row, unsigned int device_width)
{
	char device[sizeof(row->device)], op[sizeof(row->op)], name[128];

	escape__ascii(device, sizeof(device), row->device);
	escape__ascii(op, sizeof(op), row->op);
	snprintf(name, sizeof(name), " %-*.*s %-7.7s %s", device_width, device_width,
		 *device ? device : area__name(row->area), op, mech__letter(row->mech));
	return fprintf(out, "%-*.*s", NAME_WIDTH, NAME_WIDTH + 1, name);
}

static void print_figures(FILE *out, const struct wait_row *row, int name_width)
{
	char text[8][UNITS_LEN];

	units__count(text[0], row->count);
	units__count(text[1], row->per_second);
	units__ratio(text[2], row->in_flight);
	units__ns(text[3], row->mean_ns);
	fprintf(out, "%*s%10s%11s%8s", NAME_WIDTH + 11 - name_width, text[0], text[1], text[2],
		text[3]);
	if (!row->measured) {
		fputs("  (the sum of its legs)\n", out);
		return;
	}
	units__ns(text[4], row->p50_ns);
	units__ns(text[5], row->p99_ns);
	units__ns(text[6], row->p999_ns);
	units__ns(text[7], row->max_ns);
	fprintf(out, "%8s%8s%8s%8s\n", text[4], text[5], text[6], text[7]);
}

/*
 * "; stolen in 1.9 %, held off in 75.0 % (known of 48 %)": shares of the requests' time from issue to
 * end, those that ended on the vCPU that issued them.
 */
static size_t make_overlap(char *text, size_t size, const struct wait_row *row)
{
	double known = ledger__share(row->overlap_count, row->count);
	size_t used;

	if (!row->overlap_measured || !row->measured)
		return 0;
	if (!row->overlap_count)
		return snprintf(text, size, "; stolen unknown: none ended on its vCPU");
	used = snprintf(text, size, "; stolen in %.1f %%",
			100 * ledger__share(row->stolen_ns, row->overlap_ns));
	if (row->held_ns >= .0005 * row->overlap_ns)
		used += snprintf(text + used, size - used, ", held off in %.1f %%",
				 100 * ledger__share(row->held_ns, row->overlap_ns));
	if (known < .995)
		used += snprintf(text + used, size - used, " (known of %.0f %%)", 100 * known);
	return used;
}

/* The queues of the row's device, told at the first of its rows; NULL elsewhere. */
static const struct queue_use *queues_of(const struct report *report, const struct wait_row *row)
{
	const struct snapshot *snap = report->snap;

	for (const struct wait_row *r = report->ledger->waits; r < row; r++)
		if (r->area == row->area && !strcmp(r->device, row->device))
			return NULL;
	for (size_t i = 0; row->area == AREA_DISK && i < snap->nr_queues; i++)
		if (!strcmp(snap->queues[i].device, row->device))
			return snap->queues[i].most ? &snap->queues[i] : NULL;
	return NULL;
}

/* "; at most 32 under way in one of 2 queues, of 32 places, the last one taken 1,203 times" */
static size_t make_queues(char *text, size_t size, const struct queue_use *use)
{
	char last[UNITS_LEN], which[32] = "";
	size_t used;

	if (use->queues > 1)
		snprintf(which, sizeof(which), " in one of %u queues", use->queues);
	used = snprintf(text, size, "; at most %" PRIu64 " under way%s", use->most, which);
	if (use->places)
		used += snprintf(text + used, size - used, ", of %" PRIu64 " places", use->places);
	if (!use->last)
		return used;
	units__count(last, use->last);
	return used + snprintf(text + used, size - used, ", the last one taken %s times", last);
}

/* Means over all requests of the row, so that the legs add up to its mean. */
static void print_legs(FILE *out, const struct report *report, const struct wait_row *row)
{
	const struct queue_use *use = queues_of(report, row);
	char line[1024], mean[UNITS_LEN];
	size_t used = 0;

	if (row->area == AREA_TIMER)
		fputs("   late after the hard expiry: slack that was asked for is not in it\n",
		      out);
	if (!row->nr_legs)
		return;
	for (size_t i = 0; i < row->nr_legs && used < sizeof(line); i++) {
		const struct wait_leg *leg = &row->legs[i];

		units__ns(mean, leg->share_ns);
		used += snprintf(line + used, sizeof(line) - used, "%s%s %s %s", i ? " | " : "",
				 leg->name, mean,
				 leg->mech == MECH_GUEST ? "guest" : mech__letter(leg->mech));
	}
	if (used < sizeof(line) && llabs(row->outside_ns) > .005 * row->waited_ns)
		used += snprintf(line + used, sizeof(line) - used, " | in no leg %.1f %%",
				 100.0 * row->outside_ns / row->waited_ns);
	if (used < sizeof(line))
		used += make_overlap(line + used, sizeof(line) - used, row);
	if (use && used < sizeof(line))
		used += make_queues(line + used, sizeof(line) - used, use);
	if (row->stacked && used < sizeof(line))
		snprintf(line + used, sizeof(line) - used, " | stacked: part of no total");
	fputs("   ", out);
	text__wrap(out, text__width(report), 3, 5, line);
}

static unsigned int widest_device(const struct ledger *ledger)
{
	size_t widest = 4;

	for (size_t i = 0; i < ledger->nr_waits; i++)
		if (strlen(ledger->waits[i].device) > widest)
			widest = strlen(ledger->waits[i].device);
	return widest < 14 ? widest : 14;
}

void text__wait(FILE *out, const struct report *report)
{
	const struct ledger *ledger = report->ledger;
	size_t shown = report->verbose || ledger->nr_waits < MAX_ROWS ? ledger->nr_waits : MAX_ROWS;
	int width;

	if (!ledger->nr_waits) {
		fputs("WAIT  no request was seen\n\n", out);
		return;
	}
	fputs("WAIT  (s waited / s elapsed = average in flight; ", out);
	fputs("backend and device include the real storage)\n", out);
	fprintf(out, "%-*s%11s%10s%11s%8s%8s%8s%8s%8s\n", NAME_WIDTH, "", "count", "IOPS",
		"in flight", "mean", "p50", "p99", "p99.9", "max");
	for (size_t i = 0; i < shown; i++) {
		width = print_name(out, &ledger->waits[i], widest_device(ledger));
		print_figures(out, &ledger->waits[i], width);
		print_legs(out, report, &ledger->waits[i]);
	}
	if (shown < ledger->nr_waits)
		fprintf(out, " %zu more: -v\n", ledger->nr_waits - shown);
	if (!report->snap->cpu.has_runstate)
		fputs(" how much of it was stolen is not measurable: no runstate here\n", out);
	fputc('\n', out);
}

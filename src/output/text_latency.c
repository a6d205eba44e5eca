// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Two latency histograms on one axis, so that modes and tails can be compared: the busiest emulated
 * and the busiest paravirtual requests of the run, in octaves.
 *
 *	 latency         sda read          22,043     xvdb read        142,107
 *	  262u -  524u                          0     @@@@@@@@@@@@@@@@  78,911
 *	  524u - 1.05m                          0     @@@@@@@@@@@       55,240
 *	 1.05m - 2.10m   @@                 1,960     @                  3,904
 */
#include "output/text_parts.h"

#include <string.h>

#include "model/units.h"
#include "output/escape.h"

#define COLUMNS 2
#define BAR	16
/* The first octave holds 0..7 ns, the others a power of two each. */
#define OCTAVES (HIST_BUCKETS / HIST_SUBS)

struct column {
	const struct wait_row *row;
	uint64_t count[OCTAVES];
	uint64_t highest;
};

static bool is_taken(const struct column *columns, size_t nr, const struct wait_row *row)
{
	for (size_t i = 0; i < nr; i++)
		if (columns[i].row == row)
			return true;
	return false;
}

/*
 * The row with most requests; of any mechanism for MECH_NR, of any operation for NULL. There are
 * always timers, so they are asked for only where there is nothing else.
 */
static const struct wait_row *busiest(const struct ledger *ledger, enum mech mech, const char *op,
				      const struct column *taken, size_t nr_taken, bool timers)
{
	const struct wait_row *best = NULL;

	for (size_t i = 0; i < ledger->nr_waits; i++) {
		const struct wait_row *row = &ledger->waits[i];

		/* polls of a NIC are no requests */
		if (row->roles & PATH_POLL)
			continue;
		if (!row->measured || row->stacked || is_taken(taken, nr_taken, row))
			continue;
		if (row->area == AREA_TIMER && !timers)
			continue;
		if ((mech != MECH_NR && row->mech != mech) || (op && strcmp(row->op, op)))
			continue;
		if (!best || row->count > best->count)
			best = row;
	}
	return best;
}

static void column__fill(struct column *column, const struct wait_row *row)
{
	column->row = row;
	for (unsigned int i = 0; i < row->hist->nr; i++) {
		const struct hist_bucket *bucket = &row->hist->bucket[i];

		column->count[bucket->index / HIST_SUBS] += bucket->count;
	}
	for (unsigned int i = 0; i < OCTAVES; i++)
		if (column->count[i] > column->highest)
			column->highest = column->count[i];
}

/* Emulated to the left, paravirtual of the same operation to the right; else what is busiest. */
static size_t choose(struct column *columns, const struct ledger *ledger)
{
	static const enum mech wanted[] = { MECH_EMULATED, MECH_PV, MECH_NR, MECH_NR };
	size_t nr = 0;

	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]) && nr < COLUMNS; i++) {
		const char *op = nr ? columns[0].row->op : NULL;
		const struct wait_row *row = busiest(ledger, wanted[i], op, columns, nr, false);

		if (!row)
			row = busiest(ledger, wanted[i], NULL, columns, nr, false);
		if (row)
			column__fill(&columns[nr++], row);
	}
	if (!nr) {
		const struct wait_row *row = busiest(ledger, MECH_NR, NULL, NULL, 0, true);

		if (row)
			column__fill(&columns[nr++], row);
	}
	return nr;
}

static bool any_at(const struct column *columns, size_t nr, unsigned int octave)
{
	for (size_t i = 0; i < nr; i++)
		if (columns[i].count[octave])
			return true;
	return false;
}

/* '@' for each sixteenth of the column's highest, '.' for what is there and less than half one. */
static void print_bar(FILE *out, const struct column *column, unsigned int octave)
{
	char bar[BAR + 1] = "", count[UNITS_LEN];
	uint64_t n = column->count[octave];
	size_t len = n ? (double)n / column->highest * BAR + .5 : 0;

	memset(bar, '@', len);
	if (n && !len)
		bar[0] = '.';
	units__count(count, n);
	fprintf(out, "   %-*s%11s", BAR, bar, count);
}

static void print_title(FILE *out, const struct column *columns, size_t nr)
{
	char device[20], op[20], name[48], count[UNITS_LEN];

	fprintf(out, " %-13s", "latency");
	for (size_t i = 0; i < nr; i++) {
		const struct wait_row *row = columns[i].row;

		escape__ascii(device, sizeof(device), row->device);
		escape__ascii(op, sizeof(op), row->op);
		snprintf(name, sizeof(name), "%s %s", device, op);
		units__count(count, row->count);
		fprintf(out, "   %-*.*s%11s", BAR, BAR, name, count);
	}
	fputc('\n', out);
}

void text__latency(FILE *out, const struct report *report)
{
	struct column columns[COLUMNS] = {};
	size_t nr = choose(columns, report->ledger);
	unsigned int first = 0, end = OCTAVES;
	char lower[UNITS_LEN], upper[UNITS_LEN];

	while (first < end && !any_at(columns, nr, first))
		first++;
	while (end > first && !any_at(columns, nr, end - 1))
		end--;
	if (first == end)
		return;
	print_title(out, columns, nr);
	for (unsigned int octave = first; octave < end; octave++) {
		units__ns(lower, hist__lower(octave * HIST_SUBS));
		units__ns(upper, hist__lower((octave + 1) * HIST_SUBS));
		fprintf(out, " %5s - %5s", lower, upper);
		for (size_t i = 0; i < nr; i++)
			print_bar(out, &columns[i], octave);
		fputc('\n', out);
	}
	fputc('\n', out);
}

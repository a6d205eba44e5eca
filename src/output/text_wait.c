// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What requests waited for, and what passed the NICs; latencies, and the slowest requests. */
#include "output/text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "model/stacks.h"
#include "model/units.h"
#include "output/escape.h"

#define WAIT_NAME 25
#define MAX_ROWS  16

/*
 * WAIT  (s waited / s elapsed = average in flight; backend and device include the real storage)
 *                          count     IOPS  in flight    mean     p50     p99   p99.9     max
 *  sda  read  VS          22,043    2,204        8.0   3.62m   3.20m   11.8m   25.1m   41.2m
 *    queue 14.0u guest | device 3.57m VS | finish 36.1u guest; stolen in 1.9 %, held off in 75 %
 */
static unsigned int widest_device(const struct ledger *ledger)
{
	size_t widest = 4;

	for (size_t i = 0; i < ledger->nr_waits; i++)
		if (strlen(ledger->waits[i].device) > widest)
			widest = strlen(ledger->waits[i].device);
	/* "vbd-12-268439808" */
	return widest < 16 ? widest : 16;
}

/* The longest name, "lapic-deadline hrtimer VS", takes a column from the count. */
static void print_figures(FILE *out, const struct wait_row *row, unsigned int device_width)
{
	const char *device = *row->device ? ASCII(row->device) : area__name(row->area);
	char name[128];
	int width;

	snprintf(name, sizeof(name), " %-*.*s %-7.7s %s", device_width, device_width, device,
		 ASCII(row->op), mech__letter(row->mech));
	width = fprintf(out, "%-*.*s", WAIT_NAME, WAIT_NAME + 1, name);
	fprintf(out, "%*s%10s%11s%8s", WAIT_NAME + 11 - width, COUNT(row->count),
		COUNT(row->per_second), RATIO(row->in_flight), NS(row->mean_ns));
	if (row->measured)
		fprintf(out, "%8s%8s%8s%8s\n", NS(row->p50_ns), NS(row->p99_ns), NS(row->p999_ns),
			NS(row->max_ns));
	else
		fputs("  (the sum of its legs)\n", out);
}

/*
 * "; stolen in 1.9 %, held off in 75.0 % (known of 48 %)": shares of the requests' time from issue to
 * end, those that ended on the vCPU that issued them.
 */
static void add_overlap(struct text_line *line, const struct wait_row *row)
{
	double known = ledger__share(row->overlap_count, row->count);

	if (!row->overlap_measured || !row->measured)
		return;
	if (!row->overlap_count) {
		text_line__add(line, "; stolen unknown: none ended on its vCPU");
		return;
	}
	text_line__add(line, "; stolen in %.1f %%",
		       100 * ledger__share(row->stolen_ns, row->overlap_ns));
	if (row->held_ns >= .0005 * row->overlap_ns)
		text_line__add(line, ", held off in %.1f %%",
			       100 * ledger__share(row->held_ns, row->overlap_ns));
	if (known < .995)
		text_line__add(line, " (known of %.0f %%)", 100 * known);
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
static void add_queues(struct text_line *line, const struct queue_use *use)
{
	text_line__add(line, "; at most %" PRIu64 " under way", use->most);
	if (use->queues > 1)
		text_line__add(line, " in one of %u queues", use->queues);
	if (use->places)
		text_line__add(line, ", of %" PRIu64 " places", use->places);
	if (use->last)
		text_line__add(line, ", the last one taken %s times", COUNT(use->last));
}

/* Of every so many one was followed: not of those few that were missed ("start-missed"). */
static bool is_sampled(uint64_t followed, uint64_t count)
{
	return followed && followed < .995 * count;
}

/* "; 1 of 8.0 followed", and with -v "(mean within 1.2u, p99 40.1u to 45.8u)" */
static void add_followed(struct text_line *line, const struct wait_row *row, int verbose)
{
	if (!is_sampled(row->followed, row->count))
		return;
	text_line__add(line, "; 1 of %s followed", RATIO((double)row->count / row->followed));
	if (verbose)
		text_line__add(line, " (mean within %s, p99 %s to %s, of 95 %%)",
			       NS(row->mean_error_ns), NS(row->p99_low_ns), NS(row->p99_high_ns));
}

/* Means over all requests of the row, so that the legs add up to its mean. */
static void print_legs(const struct text_page *page, const struct report *report,
		       const struct wait_row *row)
{
	const struct queue_use *use = queues_of(report, row);
	struct text_line line = {};

	if (row->area == AREA_TIMER)
		fputs("   late after the hard expiry: slack that was asked for is not in it\n",
		      page->out);
	if (!row->nr_legs)
		return;
	for (size_t i = 0; i < row->nr_legs; i++) {
		const struct wait_leg *leg = &row->legs[i];

		text_line__add(&line, "%s%s %s %s", i ? " | " : "   ", leg->name, NS(leg->share_ns),
			       leg->mech == MECH_GUEST ? "guest" : mech__letter(leg->mech));
	}
	if (llabs(row->outside_ns) > .005 * row->waited_ns)
		text_line__add(&line, " | in no leg %.1f %%",
			       100.0 * row->outside_ns / row->waited_ns);
	add_overlap(&line, row);
	add_followed(&line, row, report->verbose);
	if (use)
		add_queues(&line, use);
	if (row->stacked)
		text_line__add(&line, " | stacked: part of no total");
	text__wrap(page, 5, line.text);
}

/* In the words of esxtop and iostat, which has it in ms. */
static void print_other_words(const struct text_page *page, const struct wait_row *row)
{
	if (!row->device_ns)
		return;
	text__say(page, 5, "   GAVG %s = KAVG %s (QAVG %s) + DAVG %s; iostat's await %.2f",
		  NS(row->mean_ns), NS(row->kernel_ns), NS(row->queue_ns), NS(row->device_ns),
		  row->mean_ns / 1e6);
}

void text__wait(const struct text_page *page, const struct report *report)
{
	const struct ledger *ledger = report->ledger;
	size_t shown = report->verbose || ledger->nr_waits < MAX_ROWS ? ledger->nr_waits : MAX_ROWS;

	if (!ledger->nr_waits) {
		fputs("WAIT  no request was seen\n\n", page->out);
		return;
	}
	fputs("WAIT  (s waited / s elapsed = average in flight; backend and device include the "
	      "real storage)\n",
	      page->out);
	fprintf(page->out, "%-*s%11s%10s%11s%8s%8s%8s%8s%8s\n", WAIT_NAME, "", "count", "IOPS",
		"in flight", "mean", "p50", "p99", "p99.9", "max");
	for (size_t i = 0; i < shown; i++) {
		print_figures(page->out, &ledger->waits[i], widest_device(ledger));
		print_legs(page, report, &ledger->waits[i]);
		if (report->verbose)
			print_other_words(page, &ledger->waits[i]);
	}
	if (shown < ledger->nr_waits)
		fprintf(page->out, " %zu more: -v\n", ledger->nr_waits - shown);
	if (!report->snap->cpu.has_runstate)
		fputs(" how much of it was stolen is not measurable: no runstate here\n",
		      page->out);
	fputc('\n', page->out);
}

#define NIC_NAME 21

/*
 * NETWORK                 packets  a second     bytes    Mbit/s
 *  eth0 sent               48,110     4,811   66.9 MB    53.50
 *    at most 14 in the driver; 1 of 8.0 followed; 3 times full and stopped, for 1.20ms in all
 *  eth0 received           21,004     2,100    1.4 MB     1.12
 *    8,204 polls; 12 left work for the next
 */
static void print_direction(const struct text_page *page, const struct report *report,
			    const char *device, const char *direction, uint64_t packets,
			    uint64_t bytes, const struct text_line *note)
{
	double seconds = report->ledger->elapsed_ns / 1e9;
	char name[80];

	snprintf(name, sizeof(name), " %.10s %s", ASCII(device), direction);
	fprintf(page->out, "%-*.*s%10s%10s%10s%9.2f\n", NIC_NAME, NIC_NAME, name, COUNT(packets),
		COUNT(seconds ? packets / seconds : 0), BYTES(bytes),
		seconds ? bytes * 8 / seconds / 1e6 : 0);
	if (note->used)
		text__say(page, 5, "   %s", note->text);
}

/* "; 3 given back by the driver", when there are any. */
static void add_note(struct text_line *note, uint64_t count, const char *what)
{
	if (count)
		text_line__add(note, "%s%s %s", note->used ? "; " : "", COUNT(count), what);
}

/* "; 12 dropped (TCP_CSUM)", a reason after the other. */
static void add_drops(struct text_line *note, const struct snapshot *snap, const char *device,
		      bool received)
{
	char what[128];

	for (size_t i = 0; i < snap->nr_drops; i++) {
		const struct drop *drop = &snap->drops[i];

		if (drop->received != received || strcmp(drop->device, device))
			continue;
		/*
		 * An answer to ping ends so although ping has it: a copy, by its raw socket
		 * (net/ipv4/ping.c, ping_rcv()).
		 */
		snprintf(what, sizeof(what), "dropped (%s%s)",
			 *drop->reason ? drop->reason : "no reason",
			 strcmp(drop->reason, "NO_SOCKET") ? ""
							   : ", or a raw socket's copies, like "
							     "ping's");
		add_note(note, drop->count, what);
	}
}

static void print_sent(const struct text_page *page, const struct report *report,
		       const struct nic_use *use)
{
	const struct probe_status *uncounted = snapshot__sent_uncounted(report->snap);
	struct text_line note = {};

	if (uncounted) {
		text__say(page, 3, " %.10s sent: not counted, since %s is off: %s", use->device,
			  uncounted->name, uncounted->cause);
		return;
	}
	if (use->most)
		text_line__add(&note, "at most %" PRIu64 " in the driver%s", use->most,
			       use->queues > 1 ? ", of one queue" : "");
	if (use->tx_segments != use->tx_packets)
		add_note(&note, use->tx_segments, "segments");
	if (is_sampled(use->tx_sampled, use->tx_packets))
		text_line__add(&note, "%s1 of %s followed", note.used ? "; " : "",
			       RATIO((double)use->tx_packets / use->tx_sampled));
	add_note(&note, use->tx_stops, "times full and stopped");
	if (use->tx_stops)
		text_line__add(&note, ", for %ss in all", NS(use->tx_stopped_ns));
	add_note(&note, use->tx_limited, "times stopped by BQL");
	add_note(&note, use->tx_cut, "cut into segments by the kernel");
	add_note(&note, use->tx_busy, "given back by the driver");
	add_note(&note, use->tx_copied, "copied by the driver: no device leg");
	add_drops(&note, report->snap, use->device, false);
	print_direction(page, report, use->device, "sent", use->tx_packets, use->tx_bytes, &note);
}

static void print_received(const struct text_page *page, const struct report *report,
			   const struct nic_use *use)
{
	struct text_line note = {};

	add_note(&note, use->polls, "polls");
	add_note(&note, use->polls_full, "left work for the next");
	add_drops(&note, report->snap, use->device, true);
	print_direction(page, report, use->device, "received", use->rx_packets, use->rx_bytes,
			&note);
}

void text__nics(const struct text_page *page, const struct report *report)
{
	const struct snapshot *snap = report->snap;
	bool any = false;

	for (size_t i = 0; i < snap->nr_nics; i++) {
		const struct nic_use *use = &snap->nics[i];

		if (!use->tx_packets && !use->rx_packets && !use->polls)
			continue;
		if (!any)
			fprintf(page->out, "%-*s%10s%10s%10s%9s\n", NIC_NAME, "NETWORK", "packets",
				"a second", "bytes", "Mbit/s");
		any = true;
		print_sent(page, report, use);
		print_received(page, report, use);
	}
	if (any)
		fputc('\n', page->out);
}

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
		uint64_t *count = &column->count[bucket->index / HIST_SUBS];

		*count += bucket->count;
		if (*count > column->highest)
			column->highest = *count;
	}
}

/* Emulated to the left, paravirtual of the same operation to the right; else what is busiest. */
static size_t choose(struct column *columns, const struct ledger *ledger)
{
	static const enum mech wanted[] = { MECH_EMULATED, MECH_PV, MECH_NR, MECH_NR };
	const struct wait_row *row;
	size_t nr = 0;

	for (size_t i = 0; i < ARRAY_LEN(wanted) && nr < COLUMNS; i++) {
		const char *op = nr ? columns[0].row->op : NULL;

		row = busiest(ledger, wanted[i], op, columns, nr, false);
		if (!row)
			row = busiest(ledger, wanted[i], NULL, columns, nr, false);
		if (row)
			column__fill(&columns[nr++], row);
	}
	row = nr ? NULL : busiest(ledger, MECH_NR, NULL, NULL, 0, true);
	if (row)
		column__fill(&columns[nr++], row);
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
	uint64_t n = column->count[octave];
	size_t len = n ? (double)n / column->highest * BAR + .5 : 0;
	char bar[BAR + 1] = "";

	memset(bar, '@', len);
	if (n && !len)
		bar[0] = '.';
	fprintf(out, "   %-*s%11s", BAR, bar, COUNT(n));
}

static void print_title(FILE *out, const struct column *columns, size_t nr)
{
	char name[2 * ESCAPE_LEN];

	fprintf(out, " %-13s", "latency");
	for (size_t i = 0; i < nr; i++) {
		const struct wait_row *row = columns[i].row;

		snprintf(name, sizeof(name), "%s %s", ASCII(row->device), ASCII(row->op));
		fprintf(out, "   %-*.*s%11s", BAR, BAR, name, COUNT(row->count));
	}
	fputc('\n', out);
}

/*
 * Two latency histograms on one axis, so that modes and tails can be compared: the busiest emulated
 * and the busiest paravirtual requests of the run, in octaves.
 *
 *  latency         sda read          22,043     xvdb read        142,107
 *   262u -  524u                          0     @@@@@@@@@@@@@@@@  78,911
 *   524u - 1.05m                          0     @@@@@@@@@@@       55,240
 *  1.05m - 2.10m   @@                 1,960     @                  3,904
 */
void text__latency(const struct text_page *page, const struct report *report)
{
	struct column columns[COLUMNS] = {};
	size_t nr = choose(columns, report->ledger);
	unsigned int first = 0, end = OCTAVES;

	while (first < end && !any_at(columns, nr, first))
		first++;
	while (end > first && !any_at(columns, nr, end - 1))
		end--;
	if (first == end)
		return;
	print_title(page->out, columns, nr);
	for (unsigned int octave = first; octave < end; octave++) {
		fprintf(page->out, " %5s - %5s", NS(hist__lower(octave * HIST_SUBS)),
			NS(hist__lower((octave + 1) * HIST_SUBS)));
		for (size_t i = 0; i < nr; i++)
			print_bar(page->out, &columns[i], octave);
		fputc('\n', page->out);
	}
	fputc('\n', page->out);
}

/* " 09:14:08.113Z": when it was made */
static void add_time(struct text_line *line, const struct snapshot *snap, uint64_t start_ns)
{
	uint64_t wall_ns = snap->wall_start_ns + start_ns - snap->start_ns;
	time_t seconds = wall_ns / 1000000000;
	struct tm tm;

	if (snap->wall_start_ns && gmtime_r(&seconds, &tm))
		text_line__add(line, " %02d:%02d:%02d.%03uZ", tm.tm_hour, tm.tm_min, tm.tm_sec,
			       (unsigned int)(wall_ns % 1000000000 / 1000000));
}

/* block/: what these begin with issues requests for whoever called it. */
static bool is_block_layer(const char *name)
{
	static const char *const begin[] = { "blk_", "__blk_", "submit_bio", "__submit_bio",
					     "bio_", "dm_",    "md_" };

	for (size_t i = 0; i < ARRAY_LEN(begin); i++)
		if (!strncmp(name, begin[i], strlen(begin[i])))
			return true;
	return false;
}

#define CALLERS 5 /* that are shown of a slow request, unless with -v */

/*
 * "; from blkdev_direct_IO < blkdev_read_iter < vfs_read < …": who called the block layer, from where
 * it was entered last. With -v all, with the block layer.
 */
static void add_callers(struct text_line *line, const struct slow_request *slow, bool all)
{
	const char *frames = slow->stack, *from = frames, *rest;
	char name[STACK_FRAME];
	unsigned int nr = 0;

	for (rest = frames; !all && rest && *rest;) {
		rest = stack__frame(name, rest);
		if (is_block_layer(name) && rest)
			from = rest;
	}
	while (from && *from && (all || nr < CALLERS)) {
		from = stack__frame(name, from);
		text_line__add(line, "%s%s", nr++ ? " < " : "; from ", ASCII(name));
	}
	if (from && *from)
		text_line__add(line, " < ...");
}

static void print_slow(const struct text_page *page, const struct snapshot *snap,
		       const struct slow_request *slow, const char *title, bool verbose)
{
	struct text_line line = {};

	text_line__add(&line, "%s%s %s %s", title, slow->device, slow->op, NS(slow->total_ns));
	add_time(&line, snap, slow->start_ns);
	if (slow->issued)
		text_line__add(&line, " %s[%u] vCPU%u", *slow->comm ? slow->comm : "?", slow->pid,
			       slow->vcpu);
	for (size_t i = 0; i < slow->nr_legs; i++)
		text_line__add(&line, "%s%s %s", i ? " + " : " = ", slow->legs[i].name,
			       NS(slow->legs[i].ns));
	if (snap->cpu.has_runstate)
		text_line__add(&line, "; stolen %s",
			       slow->overlap_known ? NS(slow->stolen_ns) : "unknown");
	if (snap->cpu.has_runstate && slow->overlap_known && slow->held_ns)
		text_line__add(&line, ", held off %s", NS(slow->held_ns));
	add_callers(&line, slow, verbose);
	text__wrap(page, 4, line.text);
}

/*
 * The slowest request, or with --slower those of the slowest that took longer, each whole.
 *
 * Slowest: sda read 41.2m 09:14:08.113Z postgres[812] vCPU2 = queue 100u + device 41.0m +
 *     finish 100u; stolen 0
 */
void text__slowest(const struct text_page *page, const struct report *report)
{
	const struct snapshot *snap = report->snap;
	const char *limit = NS(report->slower_ns);

	if (!report->slower_ns) {
		if (snap->nr_slow)
			print_slow(page, snap, &snap->slow[0], "Slowest: ", report->verbose);
		return;
	}
	if (!snap->nr_slow) {
		fprintf(page->out, "SLOWER than %ss: none\n\n", limit);
		return;
	}
	fprintf(page->out, "SLOWER than %ss: the %zu slowest\n", limit, snap->nr_slow);
	for (size_t i = 0; i < snap->nr_slow; i++)
		print_slow(page, snap, &snap->slow[i], " ", report->verbose);
	fputc('\n', page->out);
}

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The live view: header, findings, the vCPUs' time as bars, and the paths.
 *
 *  xentrace-bpf top  db-7  pvhvm  4 vCPUs                              09:14:05Z  every 1.0 s
 *  SPECTRUM  cpu P  memory VH  disk VS P  network P                lost 0  tracer 0.3 % CPU
 *
 *  ! emulated-disk  sda is emulated ahci and is the same disk as xvda (blkfront)
 *
 *  CPU  guest code      0.67  16.8 %  ███
 *       paravirtual     0.13   3.2 %  ▋            disk xvdb 1.2  event channels 0.9
 *  ...
 *  WAIT                          a second  in flight     mean      p50      p99      max
 *  sda          read     VS         2,204        8.3    3.76m    3.54m    15.2m    41.3m
 */
#include "output/top.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "model/units.h"
#include "output/escape.h"

#define NS_PER_S 1e9

/* "09:14:05Z": when the interval ended; "" where that is not known. */
static const char *time_of_day(char text[16], const struct snapshot *snap)
{
	uint64_t wall_ns = snap->wall_start_ns + snap->end_ns - snap->start_ns;
	time_t seconds = wall_ns / 1000000000;
	struct tm tm;

	text[0] = '\0';
	if (snap->wall_start_ns && gmtime_r(&seconds, &tm))
		strftime(text, 16, "%H:%M:%SZ", &tm);
	return text;
}

static void draw_state(struct screen *screen, const struct top *top, const struct report *report)
{
	char text[16];

	if (!report->snap)
		screen__print_right(screen, 0, screen->width, PAINT_DIM, "  measuring ... ");
	else if (top->paused)
		screen__print_right(screen, 0, screen->width, PAINT_ALARM, "  %s  paused ",
				    time_of_day(text, report->snap));
	else if (top->playing)
		screen__print_right(screen, 0, screen->width, PAINT_STRONG, "  %s  playing, %u x ",
				    time_of_day(text, report->snap), top->speed);
	else if (report->ledger->elapsed_ns < NS_PER_S / 10)
		screen__print_right(screen, 0, screen->width, PAINT_DIM, "  %s  of %.1f ms ",
				    time_of_day(text, report->snap),
				    report->ledger->elapsed_ns / 1e6);
	else
		screen__print_right(screen, 0, screen->width, PAINT_DIM, "  %s  of %.1f s ",
				    time_of_day(text, report->snap),
				    report->ledger->elapsed_ns / NS_PER_S);
}

static void draw_title(struct screen *screen, const struct top *top, const struct report *report)
{
	const struct platform *platform = report->platform;
	unsigned int x = screen__print(screen, 0, 1, PAINT_STRONG, "xentrace-bpf top");

	x = screen__print(screen, 0, x + 2, PAINT_PLAIN, "%s", report->run->host ?: "");
	if (platform)
		x = screen__print(screen, 0, x + 2, PAINT_PLAIN, "%s", platform->mode);
	if (report->snap)
		x = screen__print(screen, 0, x + 2, PAINT_DIM, "%u vCPU%s", report->snap->cpu.vcpus,
				  report->snap->cpu.vcpus == 1 ? "" : "s");
	if (platform && *platform->hypervisor && x + 40 < screen->width)
		screen__print(screen, 0, x + 2, PAINT_DIM, "%s", platform->hypervisor);
	draw_state(screen, top, report);
}

/* Where all of it does not fit else. */
static const char *const short_names[AREA_NR] = {
	[AREA_OTHER] = "other",	  [AREA_DISK] = "disk",	    [AREA_NET] = "net",
	[AREA_INTERRUPT] = "irq", [AREA_EVTCHN] = "evt",    [AREA_HYPERCALL] = "call",
	[AREA_TIMER] = "time",	  [AREA_PLATFORM] = "plat", [AREA_CPU] = "cpu",
	[AREA_MEMORY] = "mem",	  [AREA_BACK_END] = "back",
};

/* "  disk VS P": an area's letters, each once. Returns the column behind them. */
static unsigned int draw_area(struct screen *screen, unsigned int x,
			      const struct platform *platform, enum area area, bool in_short)
{
	bool done[LETTER_NR] = {};

	x = screen__print(screen, 1, x + 2, PAINT_PLAIN, "%s",
			  in_short ? short_names[area] : area__name(area));
	for (size_t i = 0; i < platform->nr_cells; i++) {
		const struct cell *cell = &platform->cells[i];

		if (cell->area != area || done[cell->letter])
			continue;
		done[cell->letter] = true;
		x = screen__print(screen, 1, x + 1, PAINT_MECH + letter__mech(cell->letter), "%s",
				  letter__name(cell->letter));
	}
	return x;
}

/* The areas in the order of the platform's cells. Returns the column behind them. */
static unsigned int draw_areas(struct screen *screen, const struct platform *platform,
			       bool in_short)
{
	unsigned int x = screen__print(screen, 1, 1, PAINT_TITLE, "SPECTRUM");
	bool done[AREA_NR] = {};

	for (size_t i = 0; i < platform->nr_cells; i++) {
		enum area area = platform->cells[i].area;

		if (!done[area])
			x = draw_area(screen, x, platform, area, in_short);
		done[area] = true;
	}
	return x;
}

static void draw_spectrum(struct screen *screen, const struct report *report)
{
	const struct platform *platform = report->platform;

	if (!platform || draw_areas(screen, platform, false) < screen->width)
		return;
	screen__clear_line(screen, 1);
	draw_areas(screen, platform, true);
}

static void draw_quality(struct screen *screen, const struct report *report)
{
	unsigned int end = screen->width ? screen->width - 1 : 0;
	const struct quality *quality;

	if (!report->ledger)
		return;
	quality = &report->ledger->quality;
	if (quality->incomplete)
		screen__print_right(screen, 1, end, PAINT_ALARM, "  INCOMPLETE: lost %s",
				    COUNT(quality->lost));
	else if (screen->width >= 100)
		screen__print_right(screen, 1, end, PAINT_DIM, "  lost %s  tracer %.1f %% CPU",
				    COUNT(quality->lost), 100 * quality->cost_share);
}

#define NOTE 12 /* columns behind a finding's text */

/*
 * The newest first; those of this interval stand out. A single one is told on two lines, if it
 * needs them. Returns the line behind them.
 */
static unsigned int draw_findings(struct screen *screen, const struct top *top,
				  const struct report *report, unsigned int y)
{
	size_t most = (screen->height + 3) / 12, nr = top->nr_seen < most ? top->nr_seen : most;
	unsigned int end = screen->width ? screen->width - 1 : 0, last;

	if (!top->nr_seen)
		screen__print(screen, y, 1, PAINT_DIM, "No finding so far.");
	for (size_t i = 0; i < nr; i++) {
		const struct top_seen *seen = &top->seen[i];
		uint64_t ago_ns = report->snap->end_ns - seen->last_ns;
		bool now = !ago_ns || ago_ns > INT64_MAX;
		unsigned int x = screen__print(screen, y, 1, now ? PAINT_ALARM : PAINT_DIM, "! %s",
					       seen->finding.id);

		bool more = i == nr - 1 && nr < top->nr_seen;

		last = top__wrap(screen, y, x + 2, now && !more ? end : end - NOTE,
				 now ? PAINT_PLAIN : PAINT_DIM, seen->finding.what,
				 nr > 1 ? 1 : most);
		if (more)
			screen__print_right(screen, y, end, PAINT_DIM, "%zu more: f",
					    top->nr_seen - nr);
		else if (!now)
			screen__print_right(screen, y, end, PAINT_DIM, "%.0f s ago",
					    ago_ns / NS_PER_S);
		y = last;
	}
	return nr ? y : y + 1;
}

#define BAR_AT	  28
#define BAR_SHARE .45 /* of what is left of the line; the rest is for what it is made of */

/* "disk sda 8.3  platform ttyS0 0.1": the largest rows of a column, in per cent of vCPU time. */
static void draw_parts(struct screen *screen, unsigned int y, unsigned int x,
		       const struct report *report, enum mech mech)
{
	const struct cpu_account *cpu = &report->ledger->cpu;

	for (size_t i = 0; i < cpu->nr_rows; i++) {
		const struct cpu_row *row = &cpu->rows[i];
		double percent = 100 * ledger__share(row->ns, cpu->total_ns);
		char text[128];

		if (row->mech != mech || percent < .05)
			continue;
		snprintf(text, sizeof(text), "%s%s%s %.1f", area__name(row->area),
			 *row->device ? " " : "", row->device, percent);
		if (x + strlen(text) >= screen->width)
			break;
		x = screen__print(screen, y, x, PAINT_DIM, "%s", text) + 2;
	}
}

static void draw_column(struct screen *screen, unsigned int y, const struct report *report,
			const char *name, enum paint paint, uint64_t ns)
{
	const struct cpu_account *cpu = &report->ledger->cpu;
	unsigned int left = screen->width > BAR_AT ? screen->width - BAR_AT - 1 : 0;
	double share = ledger__share(ns, cpu->total_ns);

	screen__print(screen, y, 6, ns ? PAINT_PLAIN : PAINT_DIM, "%s", name);
	screen__print_right(screen, y, 26, ns ? PAINT_PLAIN : PAINT_DIM, "%.1f %%", 100 * share);
	screen__bar(screen, y, BAR_AT, left * BAR_SHARE, share, paint);
}

/* The columns of the CPU account, each always in its place. Returns the line behind them. */
static unsigned int draw_cpu(struct screen *screen, const struct report *report, unsigned int y)
{
	static const struct {
		enum mech mech;
		const char *name;
	} columns[] = {
		{ MECH_PV, "paravirtual" },
		{ MECH_EMULATED, "emulated" },
		{ MECH_HARDWARE, "hardware" },
		{ MECH_STOLEN, "stolen" },
		{ MECH_UNATTRIBUTED, "unattributed" },
		{ MECH_GUEST, "guest" },
	};
	const struct cpu_account *cpu = &report->ledger->cpu;
	unsigned int parts_at = BAR_AT + 2;

	if (screen->width > BAR_AT)
		parts_at += (screen->width - BAR_AT - 1) * BAR_SHARE;
	screen__print(screen, y, 1, PAINT_TITLE, "CPU");
	for (size_t i = 0; i < ARRAY_LEN(columns); i++, y++) {
		enum mech mech = columns[i].mech;

		draw_column(screen, y, report, columns[i].name, PAINT_MECH + mech,
			    cpu->mech_ns[mech]);
		if (mech == MECH_STOLEN && !report->snap->cpu.steal_measured)
			screen__print(screen, y, BAR_AT, PAINT_DIM, "not measurable here");
		else
			draw_parts(screen, y, parts_at, report, mech);
	}
	draw_column(screen, y, report, "idle", PAINT_DIM, cpu->idle_ns);
	return y + 1;
}

/* Where the figures of a row end; its name and letter are before them. */
static const unsigned int ends[] = { 34, 45, 54, 62, 71, 79 };
#define FIGURES	    ARRAY_LEN(ends)
#define ROW_BAR	    (ends[FIGURES - 1] + 2)
#define ROW_BAR_MIN 10

static void draw_head(struct screen *screen, const struct top *top, unsigned int y)
{
	static const char *const heads[][FIGURES] = {
		[TOP_WAIT] = { "per s", "in flight", "mean", "p50", "p99", "max" },
		[TOP_CPU] = { "per s", "% of CPU", "mean", "held %", "", "longest" },
	};
	/* which of them the table is sorted by */
	static const unsigned int by[][3] = { [TOP_WAIT] = { 1, 0, 4 }, [TOP_CPU] = { 1, 0, 5 } };

	screen__print(screen, y, 1, PAINT_TITLE, "%s", top->table == TOP_WAIT ? "WAIT" : "CPU");
	for (unsigned int i = 0; i < FIGURES; i++)
		screen__print_right(screen, y, ends[i],
				    by[top->table][top->sort] == i ? PAINT_STRONG : PAINT_TITLE,
				    "%s", heads[top->table][i]);
}

static void draw_wait_row(struct screen *screen, unsigned int y, const struct wait_row *row,
			  double share)
{
	const char *device = *row->device ? row->device : area__name(row->area);
	enum paint paint = row->stacked ? PAINT_DIM : PAINT_PLAIN;
	const char *const figures[] = {
		COUNT(row->per_second),
		RATIO(row->in_flight),
		NS(row->mean_ns),
		row->measured ? NS(row->p50_ns) : "-",
		row->measured ? NS(row->p99_ns) : "-",
		row->measured ? NS(row->max_ns) : "-",
	};

	screen__print(screen, y, 1, paint, "%-14.14s %-7.7s", device, row->op);
	screen__print(screen, y, 24, PAINT_MECH + row->mech, "%s", mech__letter(row->mech));
	for (unsigned int i = 0; i < FIGURES; i++)
		screen__print_right(screen, y, ends[i], paint, "%s", figures[i]);
	if (screen->width > ROW_BAR + ROW_BAR_MIN && !row->stacked)
		screen__bar(screen, y, ROW_BAR, screen->width - ROW_BAR - 1, share,
			    PAINT_MECH + row->mech);
}

static void draw_cpu_row(struct screen *screen, unsigned int y, const struct report *report,
			 const struct cpu_row *row, double share)
{
	double seconds = report->ledger->elapsed_ns / NS_PER_S;
	bool is_count = cpu_row__is_count(row);
	char name[128], percent[16], held[16];
	const char *const figures[] = {
		COUNT(seconds > 0 ? row->events / seconds : 0),
		is_count ? "-" : percent,
		is_count || !row->events ? "-" : NS((double)row->ns / row->events),
		row->held_ns ? held : "-",
		"",
		is_count ? "-" : NS(row->max_ns),
	};

	snprintf(percent, sizeof(percent), "%.1f",
		 100 * ledger__share(row->ns, report->ledger->cpu.total_ns));
	snprintf(held, sizeof(held), "%.0f", 100 * ledger__share(row->held_ns, row->ns));
	snprintf(name, sizeof(name), "%s %s", area__name(row->area), row->device);
	screen__print(screen, y, 1, PAINT_PLAIN, "%-22.22s", name);
	screen__print(screen, y, 24, PAINT_MECH + row->mech, "%s", mech__letter(row->mech));
	for (unsigned int i = 0; i < FIGURES; i++)
		screen__print_right(screen, y, ends[i], PAINT_PLAIN, "%s", figures[i]);
	if (screen->width > ROW_BAR + ROW_BAR_MIN)
		screen__bar(screen, y, ROW_BAR, screen->width - ROW_BAR - 1, share,
			    PAINT_MECH + row->mech);
}

/* A page of rows at a time, so that they stand still while the choice goes through them. */
static void draw_rows(struct screen *screen, const struct top *top, const struct report *report,
		      const struct top_rows *rows, unsigned int y)
{
	size_t room = screen->height > y + 1 ? screen->height - y - 1 : 0, first;
	uint64_t whole = 0;

	draw_head(screen, top, y);
	if (!rows->nr)
		screen__print(screen, y + 1, 1, PAINT_DIM, "nothing in this interval");
	if (!room)
		return;
	for (size_t i = 0; i < rows->nr; i++)
		whole += rows->rows[i].cpu	       ? rows->rows[i].cpu->ns
			 : rows->rows[i].wait->stacked ? 0
						       : rows->rows[i].wait->waited_ns;
	first = rows->chosen / room * room;
	for (size_t i = first; i < rows->nr && i < first + room; i++) {
		const struct top_row *row = &rows->rows[i];

		y++;
		if (row->cpu)
			draw_cpu_row(screen, y, report, row->cpu,
				     ledger__share(row->cpu->ns, whole));
		else
			draw_wait_row(screen, y, row->wait,
				      ledger__share(row->wait->waited_ns, whole));
		if (i == rows->chosen)
			screen__select(screen, y, ROW_BAR - 1);
	}
}

/* Where the recording is: "1 ----*---------- 60". */
static void draw_cursor(struct screen *screen, const struct top *top, unsigned int y)
{
	unsigned int x = screen__print(screen, y, 1, PAINT_DIM, "%u", 1) + 1, end, length;

	if (screen->width < 40)
		return;
	screen__print_right(screen, y, screen->width - 1, PAINT_DIM, "%u of %u", top->at,
			    top->intervals);
	end = screen->width - 22;
	length = end - x;
	for (unsigned int i = x; i <= end; i++)
		screen__put(screen, y, i, GLYPH_LINE, PAINT_DIM);
	screen__put(screen, y,
		    top->intervals > 1 ? x + length * (top->at - 1) / (top->intervals - 1) : x,
		    GLYPH_CURSOR, PAINT_STRONG);
}

static void draw_keys(struct screen *screen, const struct top *top, unsigned int y)
{
	const struct {
		const char *key, *what;
		bool when;
	} keys[] = {
		{ "q", "quit", true },
		{ "Esc", "back", top->panel != TOP_ROWS },
		{ "Enter", "legs", top->panel == TOP_ROWS },
		{ "Tab", top->table == TOP_WAIT ? "CPU" : "wait", top->panel == TOP_ROWS },
		{ "t r p", "sort", top->panel == TOP_ROWS },
		{ "f", "findings", top->panel != TOP_FINDINGS },
		{ "Space",
		  top->intervals ? top->playing ? "stop" : "play"
		  : top->paused	 ? "go on"
				 : "pause",
		  true },
		{ "< >", "step", top->intervals },
		{ "?", "keys", top->panel != TOP_HELP },
	};
	unsigned int x = 1;

	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		/* whole or not at all */
		if (!keys[i].when ||
		    x + strlen(keys[i].key) + 1 + strlen(keys[i].what) > screen->width)
			continue;
		x = screen__print(screen, y, x, PAINT_STRONG, "%s", keys[i].key);
		x = screen__print(screen, y, x + 1, PAINT_DIM, "%s", keys[i].what) + 2;
	}
}

static void draw_help(struct screen *screen, const struct top *top, unsigned int y)
{
	static const char *const keys[][2] = {
		{ "q, Ctrl-C", "ends the view" },
		{ "Up Down", "choose a row (also k and j)" },
		{ "Enter", "its legs and histogram, and back (also Esc)" },
		{ "Tab", "what requests waited for, or the vCPUs' time" },
		{ "t r p", "sort by time, by rate, by 99th percentile or longest" },
		{ "f", "all findings, with what to do" },
		{ "Space", "live: what is shown stays, and is measured on; a recording: plays" },
		{ "Left Right", "a recording: an interval back or on (also < and >)" },
		{ "Home End", "a recording: its first, its last interval" },
		{ "+ -", "a recording: plays faster, slower" },
	};

	(void)top;
	for (size_t i = 0; i < ARRAY_LEN(keys); i++, y++) {
		screen__print(screen, y, 3, PAINT_STRONG, "%s", keys[i][0]);
		screen__print(screen, y, 16, PAINT_PLAIN, "%s", keys[i][1]);
	}
	screen__print(screen, y + 1, 3, PAINT_DIM,
		      "Letters: P paravirtual, VS emulated, VH hardware, ? no evidence.");
	screen__print(screen, y + 2, 3, PAINT_DIM,
		      "Times: n u m for ns us ms. in flight: waited / elapsed.");
}

unsigned int top__wrap(struct screen *screen, unsigned int y, unsigned int x, unsigned int end,
		       enum paint paint, const char *text, unsigned int lines)
{
	size_t room = end > x ? end - x : 1, len;

	for (; *text && lines; y++, lines--) {
		len = strlen(text);
		if (len > room) {
			len = room;
			/* what does not fit on the last line is cut, and not left out by words */
			while (len && text[len] != ' ' && lines > 1)
				len--;
			if (!len)
				len = room;
		}
		screen__print(screen, y, x, paint, "%.*s", (int)len, text);
		text += len;
		text += strspn(text, " ");
	}
	return y;
}

static unsigned int draw_gain(struct screen *screen, const struct gain *gain, unsigned int y,
			      unsigned int right)
{
	char text[160];

	if (gain->known)
		snprintf(text, sizeof(text), "%.2f to %.2f %s in a run like this", gain->low,
			 gain->high, gain->unit);
	else
		snprintf(text, sizeof(text), "cannot be told from here: %s", gain->why);
	screen__print(screen, y, 5, PAINT_STRONG, "gain:");
	return top__wrap(screen, y, 11, right, PAINT_PLAIN, text, UINT_MAX);
}

void top__draw_findings(struct screen *screen, const struct top *top, const struct report *report,
			unsigned int y)
{
	unsigned int right = screen->width ? screen->width - 1 : 0;

	if (!top->nr_seen)
		screen__print(screen, y, 1, PAINT_DIM, "No finding so far.");
	for (size_t i = 0; i < top->nr_seen && y < screen->height; i++, y++) {
		const struct finding *finding = &top->seen[i].finding;
		bool now = report->snap && report->snap->end_ns <= top->seen[i].last_ns;
		unsigned int x = screen__print(screen, y, 1, now ? PAINT_ALARM : PAINT_DIM, "! %s",
					       finding->id);

		y = top__wrap(screen, y, x + 2, right, PAINT_STRONG, finding->what, UINT_MAX);
		for (size_t n = 0; n < FINDING_FIGURES && *finding->figures[n]; n++)
			y = top__wrap(screen, y, 5, right, PAINT_PLAIN, finding->figures[n],
				      UINT_MAX);
		for (size_t n = 0; n < FINDING_EXCLUDED && *finding->excluded[n]; n++) {
			screen__print(screen, y, 5, PAINT_STRONG, "not:");
			y = top__wrap(screen, y, 10, right, PAINT_PLAIN, finding->excluded[n],
				      UINT_MAX);
		}
		y = draw_gain(screen, &finding->gain, y, right);
		for (size_t n = 0; n < finding->nr_actions; n++) {
			unsigned int at =
				screen__print(screen, y, 5, PAINT_STRONG,
					      "do (%s):", remedy__name(finding->actions[n].remedy));

			y = top__wrap(screen, y, at + 1, right, PAINT_PLAIN,
				      finding->actions[n].what, UINT_MAX);
		}
	}
}

/* From line `y` on; `screen` ends where the panel does. */
static void draw_panel(struct screen *screen, const struct top *top, const struct report *report,
		       unsigned int y)
{
	struct top_rows rows = top__rows(top, report);

	if (top->panel == TOP_HELP) {
		draw_help(screen, top, y);
	} else if (top->panel == TOP_FINDINGS) {
		top__draw_findings(screen, top, report, y);
	} else if (top->panel == TOP_DETAIL) {
		if (rows.nr && top_row__is(&rows.rows[rows.chosen], &top->choice))
			top__draw_detail(screen, report, &rows.rows[rows.chosen], y);
		else
			screen__print(screen, y, 1, PAINT_DIM, "%s %s: nothing in this interval",
				      *top->choice.device ? top->choice.device
							  : area__name(top->choice.area),
				      top->choice.op);
	} else {
		y = draw_findings(screen, top, report, y) + 1;
		y = draw_cpu(screen, report, y) + 1;
		draw_rows(screen, top, report, &rows, y);
	}
	free(rows.rows);
}

void top__draw(struct screen *screen, const struct top *top, const struct report *report)
{
	unsigned int end = screen->height ? screen->height - 1 : 0;
	struct screen panel = *screen;

	screen__clear(screen);
	draw_title(screen, top, report);
	draw_spectrum(screen, report);
	draw_quality(screen, report);
	draw_keys(screen, top, end);
	if (top->intervals && end)
		draw_cursor(screen, top, --end);
	panel.height = end;
	if (report->ledger)
		draw_panel(&panel, top, report, 3);
}

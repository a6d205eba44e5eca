// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The comparison for people: what was compared, how it was judged, and a table of what requests
 * waited for and one of CPU time, most time changed first. Times and means are of the whole runs;
 * changes are of batches of intervals, with their noise, or in brackets where there is none.
 *
 *	WAIT  change in %              ms/s     now       count/s   mean    now         change           p99
 *	! sda>xvda read VS>P            552    87.8    -4.0 +-4.5  3.56m   590u   !-83.4 +-0.6  !-79.3 +-2.6
 *	    device>backend VS>P         522    84.1                3.37m   566u   !-83.2 +-0.6  !-79.2 +-2.5
 */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "model/units.h"
#include "output/diff.h"
#include "output/escape.h"
#include "output/text.h"

#define NAME_WIDTH 27
#define CPU_ROWS   12
#define WAIT_ROWS  48

static void print_run(const struct text_page *page, const struct diff_report *report,
		      enum diff_side side)
{
	const struct report *from = &report->run[side];
	char stamp[STAMP_LEN];

	report__stamp(stamp, from);
	text__say(page, 8, "%-7s %s: %s  %s%.1f s  %s  Linux %s%s",
		  side == DIFF_BEFORE ? "before" : "after", report->file[side],
		  from->run->host ? from->run->host : "", stamp, from->ledger->elapsed_ns / 1e9,
		  from->platform ? from->platform->mode : "",
		  from->run->kernel ? from->run->kernel : "",
		  from->ledger->quality.incomplete ? " INCOMPLETE" : "");
}

static void print_judgement(const struct text_page *page, const struct diff_report *report)
{
	char line[DIFF_JUDGEMENT_LEN];

	diff__judgement(line, report->diff);
	text__wrap(page, 4, line);
	fputc('\n', page->out);
}

static void print_disks(const struct text_page *page, const struct diff *diff)
{
	for (size_t i = 0; i < diff->nr_disks; i++)
		text__say(page, 8, "disk    %s is now %s, told by its %s", diff->disks[i].name[0],
			  diff->disks[i].name[1], diff->disks[i].by);
}

/* "!-84.6 +-0.4", "x12.3", "" when one side has nothing, in brackets what could not be tested. */
static const char *change_text(char buf[32], const struct diff_metric *m)
{
	double noise = (m->high - m->low) / 2;
	double change = noise > 0 ? m->shift : diff_metric__change(m);
	char size[16], error[16] = "";

	if (!(m->value[0] > 0) || !(m->value[1] > 0)) {
		snprintf(buf, 32, "%s", m->called ? m->value[0] > 0 ? "!gone" : "!new" : "");
		return buf;
	}
	if (change >= 9.995)
		snprintf(size, sizeof(size), "x%.3g", fmin(change + 1, 99999));
	else
		snprintf(size, sizeof(size), "%+.1f", 100 * change);
	if (noise > 0 && noise < 9.995)
		snprintf(error, sizeof(error), " +-%.1f", 100 * noise);
	if (m->tested)
		snprintf(buf, 32, "%s%s%s", m->called ? "!" : "", size, error);
	else
		snprintf(buf, 32, "(%s)", size);
	return buf;
}

static void make_name(char buf[ESCAPE_LEN], const struct diff_row *row)
{
	char device[100], leg[100], mech[16], name[400];
	bool total = row->kind == KIND_WAIT && !row->is_leg;

	diff__both(device, sizeof(device), row->there, row->device[0], row->device[1]);
	diff__both(leg, sizeof(leg), row->there, row->leg[0], row->leg[1]);
	diff__both(mech, sizeof(mech), row->there, mech__letter(row->mech[0]),
		   mech__letter(row->mech[1]));
	if (row->is_leg)
		snprintf(name, sizeof(name), "    %s %s", leg, mech);
	else
		snprintf(name, sizeof(name), "%s %s%s%s%s%s %s", row->called ? "!" : " ",
			 *device ? device : area__name(row->area), *row->op ? " " : "", row->op,
			 *leg && !total ? " " : "", total ? "" : leg, mech);
	escape__ascii(buf, ESCAPE_LEN, name);
}

/* Milliseconds with three digits; nothing where there is nothing. */
static const char *ms(char buf[UNITS_LEN], double ns, bool there)
{
	if (!there)
		return "-";
	snprintf(buf, UNITS_LEN, ns < 9.995e6 ? "%.2f" : ns < 99.95e6 ? "%.1f" : "%.0f", ns / 1e6);
	return buf;
}

static void print_row(FILE *out, const struct diff_row *row)
{
	char name[ESCAPE_LEN], text[4][UNITS_LEN], change[3][32], line[256];
	size_t len;

	make_name(name, row);
	len = snprintf(line, sizeof(line), "%-*.*s%8s%8s%14s%7s%7s%15s%14s", NAME_WIDTH, NAME_WIDTH,
		       name, ms(text[0], row->ns_per_s[0], row->there[0]),
		       ms(text[1], row->ns_per_s[1], row->there[1]),
		       row->is_leg ? "" : change_text(change[0], &row->count),
		       row->there[0] ? units__ns(text[2], row->mean.value[0]) : "-",
		       row->there[1] ? units__ns(text[3], row->mean.value[1]) : "-",
		       change_text(change[1], &row->mean), change_text(change[2], &row->p99));
	while (len && line[len - 1] == ' ')
		len--;
	fprintf(out, "%.*s\n", (int)len, line);
}

static void print_table(FILE *out, const struct diff_report *report, enum kind kind)
{
	const struct diff *diff = report->diff;
	size_t most = kind == KIND_CPU ? CPU_ROWS : WAIT_ROWS, shown = 0, more = 0;

	fprintf(out, "%-*s%8s%8s%14s%7s%7s%15s%14s\n", NAME_WIDTH,
		kind == KIND_CPU ? "CPU   change in %" : "WAIT  change in %", "ms/s", "now",
		"count/s", "mean", "now", "change", "p99");
	for (size_t i = 0; i < diff->nr_rows; i++) {
		const struct diff_row *row = &diff->rows[i];

		if (row->kind != kind)
			continue;
		if (shown >= most && !report->verbose && !row->called) {
			more++;
			continue;
		}
		print_row(out, row);
		shown++;
	}
	if (!shown)
		fputs("  nothing was seen in either run\n", out);
	if (more)
		fprintf(out, "  %zu more, none called a change: -v\n", more);
	fputc('\n', out);
}

static void print_all(const struct text_page *page, const void *what)
{
	const struct diff_report *report = what;

	print_run(page, report, DIFF_BEFORE);
	print_run(page, report, DIFF_AFTER);
	print_disks(page, report->diff);
	print_judgement(page, report);
	print_table(page->out, report, KIND_WAIT);
	print_table(page->out, report, KIND_CPU);
}

static int print(FILE *out, const struct diff_report *report)
{
	return text__print(out, report->width, print_all, report);
}

const struct diff_output diff_text = { "text", ".txt", print };

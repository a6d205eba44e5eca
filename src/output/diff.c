// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The comparison for people: what was compared, how it was judged, and a table of what requests
 * waited for and one of CPU time, most time changed first. Times and means are of the whole runs;
 * changes are of batches of intervals, with their noise, or in brackets where there is none.
 *
 *	WAIT  change in %              ms/s     now       count/s   mean    now         change           p99
 *	! sda>xvda read VS>P            552    87.8    -4.0 +-4.5  3.56m   590u   !-83.4 +-0.6  !-79.3 +-2.6
 *	    device>backend VS>P         522    84.1                3.37m   566u   !-83.2 +-0.6  !-79.2 +-2.5
 *
 * And for programs: one object on one line.
 */
#include "output/diff.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "model/units.h"
#include "output/escape.h"
#include "output/json.h"
#include "output/text.h"

#define NAME_WIDTH 27
#define CPU_ROWS   12
#define WAIT_ROWS  48

const char *diff__both(char *buf, size_t size, const bool there[DIFF_SIDES], const char *before,
		       const char *after)
{
	if (there[DIFF_BEFORE] && there[DIFF_AFTER] && strcmp(before, after))
		snprintf(buf, size, "%s>%s", before, after);
	else
		snprintf(buf, size, "%s", there[DIFF_BEFORE] ? before : after);
	return buf;
}

#define JUDGEMENT_LEN 512

/* How it was judged, as a sentence: how many comparisons changed, the method, the drift. */
static void make_judgement(char buf[JUDGEMENT_LEN], const struct diff *diff)
{
	if (!diff->tested)
		snprintf(buf, JUDGEMENT_LEN,
			 "Nothing is called a change: that takes %d intervals of each run to know "
			 "the noise, and there are %u and %u",
			 DIFF_BATCHES_MIN, diff->intervals[0], diff->intervals[1]);
	else
		snprintf(buf, JUDGEMENT_LEN,
			 "%u of %u comparisons changed (!): Mann-Whitney, %u and %u batches of "
			 "intervals, Holm: wrong in 1 of %.0f pairs of equal runs. Drift makes the "
			 "noise of counts x%.1f, of times x%.1f",
			 diff->called, diff->tested, diff->batches[0], diff->batches[1],
			 1 / DIFF_ALPHA, sqrt(diff->drift[DIFF_COUNTS]),
			 sqrt(diff->drift[DIFF_TIMES]));
}

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
	char line[JUDGEMENT_LEN];

	make_judgement(line, report->diff);
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

int diff__text(FILE *out, const struct diff_report *report)
{
	return text__print(out, report->width, print_all, report);
}

/*
 * A figure: change is after / before - 1, shift the same of the intervals' median, low and high its
 * 95 % interval; null is what cannot be said.
 */
static void put_metric(struct json *json, const char *key, const struct diff_metric *m,
		       const bool there[DIFF_SIDES])
{
	bool both = there[DIFF_BEFORE] && there[DIFF_AFTER], noise = m->high > m->low;
	const struct {
		const char *key;
		bool known;
		double x;
	} figures[] = {
		{ "before", there[DIFF_BEFORE], m->value[DIFF_BEFORE] },
		{ "after", there[DIFF_AFTER], m->value[DIFF_AFTER] },
		{ "change", both, both ? diff_metric__change(m) : 0 },
		{ "shift", noise, m->shift },
		{ "low", noise, m->low },
		{ "high", noise, m->high },
		{ "p", m->tested, m->p },
	};

	json__open(json, key, '{');
	for (size_t i = 0; i < ARRAY_LEN(figures); i++)
		json__real(json, figures[i].key, figures[i].known ? figures[i].x : NAN);
	json__bool(json, "changed", m->called);
	json__close(json, '}');
}

static void put_both(struct json *json, const char *key, const bool there[DIFF_SIDES],
		     const char *before, const char *after)
{
	json__open(json, key, '{');
	json__str(json, "before", there[DIFF_BEFORE] ? before : NULL);
	json__str(json, "after", there[DIFF_AFTER] ? after : NULL);
	json__close(json, '}');
}

static void put_row(struct json *json, const struct diff_row *row)
{
	json__str(json, "kind", kind__name(row->kind));
	json__str(json, "area", area__name(row->area));
	put_both(json, "mechanism", row->there, mech__name(row->mech[0]), mech__name(row->mech[1]));
	put_both(json, "device", row->there, row->device[0], row->device[1]);
	json__str(json, "op", row->op);
	put_both(json, "leg", row->there, row->leg[0], row->leg[1]);
	json__bool(json, "part_of_total", row->is_leg);
	json__bool(json, "changed", row->called);
	json__real(json, "before_ns_per_s", row->ns_per_s[0]);
	json__real(json, "after_ns_per_s", row->ns_per_s[1]);
	put_metric(json, "count_per_s", &row->count, row->there);
	put_metric(json, "mean_ns", &row->mean, row->there);
	put_metric(json, "p99_ns", &row->p99, row->there);
}

static void put_run(struct json *json, const struct diff_report *report, enum diff_side side)
{
	const struct report *from = &report->run[side];

	json__open(json, side == DIFF_BEFORE ? "before" : "after", '{');
	json__str(json, "file", report->file[side]);
	json__str(json, "version", from->run->version);
	json__str(json, "command_line", from->run->command_line);
	json__str(json, "host", from->run->host);
	json__str(json, "kernel", from->run->kernel);
	json__utc(json, "start_utc", from->snap->wall_start_ns);
	json__str(json, "mode", from->platform ? from->platform->mode : NULL);
	json__bool(json, "complete", !from->ledger->quality.incomplete);
	json__real(json, "elapsed_s", report->diff->elapsed_s[side]);
	json__uint(json, "intervals", report->diff->intervals[side]);
	json__uint(json, "batches", report->diff->batches[side]);
	json__close(json, '}');
}

static void put_disk(struct json *json, const struct diff_disk *disk)
{
	json__str(json, "before", disk->name[DIFF_BEFORE]);
	json__str(json, "after", disk->name[DIFF_AFTER]);
	json__str(json, "by", disk->by);
}

int diff__json(FILE *out, const struct diff_report *report)
{
	const struct diff *diff = report->diff;
	struct json line = { .out = out }, *json = &line;
	char judgement[JUDGEMENT_LEN];

	make_judgement(judgement, diff);
	json__begin(json, "diff");
	put_run(json, report, DIFF_BEFORE);
	put_run(json, report, DIFF_AFTER);
	JSON_LIST(json, "disks", diff->disks, diff->nr_disks, put_disk);
	json__str(json, "method", "Mann-Whitney of batches, corrected for drift, Holm");
	json__real(json, "alpha", DIFF_ALPHA);
	json__open(json, "drift", '{');
	json__real(json, "counts", diff->drift[DIFF_COUNTS]);
	json__real(json, "times", diff->drift[DIFF_TIMES]);
	json__close(json, '}');
	json__uint(json, "comparisons", diff->tested);
	json__uint(json, "changed", diff->called);
	json__str(json, "judgement", judgement);
	JSON_LIST(json, "changes", diff->rows, diff->nr_rows, put_row);
	return json__end(json);
}

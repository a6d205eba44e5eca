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

/* From 100 on without decimals: both figures have to fit a column, with a space before them. */
static int decimals(double percent)
{
	return fabs(percent) < 99.95;
}

/* "!-84.6 +-0.4", "!+193 +-144", "x12.3", "" when one side has nothing, in brackets what could not be tested. */
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
		snprintf(size, sizeof(size), "%+.*f", decimals(100 * change), 100 * change);
	if (noise > 0 && noise < 9.995)
		snprintf(error, sizeof(error), " +-%.*f", decimals(100 * noise), 100 * noise);
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

/* What the JSON is made from. */
struct document {
	const struct diff *diff;
	struct side {
		const struct report *run;
		const char *file;
		double elapsed_s;
		unsigned int intervals, batches;
	} side[DIFF_SIDES];
	char judgement[JUDGEMENT_LEN];
};

static const char *way__name(unsigned int way)
{
	static const char *const names[] = { "other path", "mount point", "size" };

	return names[way];
}

/* clang-format off */

JSON_NAMES(area, "area", area__name, AREA_NR);
JSON_NAMES(mech, "mechanism", mech__name, MECH_NR);
JSON_NAMES(kind, "kind", kind__name, KIND_NR);
JSON_NAMES(way, "diff_way", way__name, 3);

#define SIDE   ((const struct side *)json->what)
#define METRIC ((const struct diff_metric *)json->what)
#define THERE(of, side) (((const struct diff_row *)(of))->there[side])

JSON_FROM(diff_of, ((const struct document *)json->all)->diff)
JSON_FROM(run_of, SIDE->run->run)
JSON_FROM(snap_of, SIDE->run->snap)
JSON_FROM(platform_of, SIDE->run->platform)
JSON_IF(was_there, THERE(json->what, DIFF_BEFORE))
JSON_IF(is_there, THERE(json->what, DIFF_AFTER))
JSON_IF(had_figure, THERE(json->outer, DIFF_BEFORE))
JSON_IF(has_figure, THERE(json->outer, DIFF_AFTER))
JSON_IF(has_both, had_figure(json) && has_figure(json))
JSON_IF(has_noise, METRIC->high > METRIC->low)
JSON_IF(is_tested, METRIC->tested)
JSON_PUT(put_change, json__real, diff_metric__change(METRIC))
JSON_PUT(put_complete, json__bool, !SIDE->run->ledger->quality.incomplete)
JSON_PUT(put_method, json__str, "Mann-Whitney of batches, corrected for drift, Holm")
JSON_PUT(put_alpha, json__real, DIFF_ALPHA)

static const struct json_member diff_run_members[] = {
	SHOW(struct side, file),
	SHOW(struct run_info, version, .from = run_of, .or_null = true),
	SHOW(struct run_info, command_line, .from = run_of, .or_null = true),
	SHOW(struct run_info, host, .from = run_of, .or_null = true),
	SHOW(struct run_info, kernel, .from = run_of, .or_null = true),
	SHOW_UTC("start_utc", struct snapshot, wall_start_ns, .from = snap_of),
	SHOW(struct platform, mode, .from = platform_of, .or_null = true),
	SHOW_BY(put_complete, "complete", MEMBER_BOOL),
	SHOW(struct side, elapsed_s),
	SHOW(struct side, intervals),
	SHOW(struct side, batches, "Of intervals, which are compared."),
};
static JSON_SHAPE(diff_run, NULL);

static const struct json_member diff_disk_members[] = {
	SHOW_AS("before", struct diff_disk, name[DIFF_BEFORE]),
	SHOW_AS("after", struct diff_disk, name[DIFF_AFTER]),
	SHOW(struct diff_disk, by, "What told that it is the same.", .names = &way_names),
};
static JSON_SHAPE(diff_disk, NULL);

static const struct json_member diff_drift_members[] = {
	SHOW_AS("counts", struct diff, drift[DIFF_COUNTS]),
	SHOW_AS("times", struct diff, drift[DIFF_TIMES]),
};
static JSON_SHAPE(diff_drift, NULL);

static const struct json_member diff_mechanism_members[] = {
	SHOW_ENUM("before", struct diff_row, mech[DIFF_BEFORE], mech_names, .known = was_there),
	SHOW_ENUM("after", struct diff_row, mech[DIFF_AFTER], mech_names, .known = is_there),
};
static JSON_SHAPE(diff_mechanism, "Null where the run does not have it.");

static const struct json_member diff_device_members[] = {
	SHOW_AS("before", struct diff_row, device[DIFF_BEFORE], .known = was_there),
	SHOW_AS("after", struct diff_row, device[DIFF_AFTER], .known = is_there),
};
static JSON_SHAPE(diff_device, "Null where the run does not have it.");

static const struct json_member diff_leg_members[] = {
	SHOW_AS("before", struct diff_row, leg[DIFF_BEFORE], .known = was_there),
	SHOW_AS("after", struct diff_row, leg[DIFF_AFTER], .known = is_there),
};
static JSON_SHAPE(diff_leg, "Null where the run does not have it.");

static const struct json_member diff_figure_members[] = {
	SHOW_AS("before", struct diff_metric, value[DIFF_BEFORE], .known = had_figure),
	SHOW_AS("after", struct diff_metric, value[DIFF_AFTER], .known = has_figure),
	SHOW_BY(put_change, "change", MEMBER_REAL, "after / before - 1, of the whole runs",
		.known = has_both),
	SHOW(struct diff_metric, shift,
	     "The same of batches of intervals, by the median of all pairs.", .known = has_noise),
	SHOW(struct diff_metric, low, "The shift is between low and high, with 95 % confidence.",
	     .known = has_noise),
	SHOW(struct diff_metric, high, .known = has_noise),
	SHOW(struct diff_metric, p, "Of chance alone, not corrected; null when it was not tested.",
	     .known = is_tested),
	SHOW_AS("changed", struct diff_metric, called),
};
static JSON_SHAPE(diff_figure, NULL);

/* A member that is made of several of the row has the row's own address. */
static const struct json_member diff_row_members[] = {
	SHOW_ENUM("kind", struct diff_row, kind, kind_names),
	SHOW_ENUM("area", struct diff_row, area, area_names),
	{ "mechanism", MEMBER_OBJECT, .shape = &diff_mechanism_shape },
	{ "device", MEMBER_OBJECT, .shape = &diff_device_shape },
	SHOW(struct diff_row, op),
	{ "leg", MEMBER_OBJECT, .shape = &diff_leg_shape },
	SHOW_AS("part_of_total", struct diff_row, is_leg),
	SHOW_AS("changed", struct diff_row, called),
	SHOW_AS("before_ns_per_s", struct diff_row, ns_per_s[DIFF_BEFORE],
		"Time a second of the run."),
	SHOW_AS("after_ns_per_s", struct diff_row, ns_per_s[DIFF_AFTER]),
	SHOW_OBJECT("count_per_s", struct diff_row, count, diff_figure_shape),
	SHOW_OBJECT("mean_ns", struct diff_row, mean, diff_figure_shape),
	SHOW_OBJECT("p99_ns", struct diff_row, p99, diff_figure_shape),
};
static JSON_SHAPE(diff_row, NULL);

static const struct json_member diff_members[] = {
	SHOW_OBJECT("before", struct document, side[DIFF_BEFORE], diff_run_shape),
	SHOW_OBJECT("after", struct document, side[DIFF_AFTER], diff_run_shape),
	SHOW_LIST("disks", struct diff, disks, nr_disks, diff_disk_shape,
		  "Disks that have another name after.", .from = diff_of),
	SHOW_BY(put_method, "method", MEMBER_STRING),
	SHOW_BY(put_alpha, "alpha", MEMBER_REAL,
		"How often any change is called between two equal runs."),
	{ "drift", MEMBER_OBJECT, .shape = &diff_drift_shape, .from = diff_of,
	  .text = "By how much the variance of comparisons is larger than that of independent "
	          "batches, as the thirds of the runs differ; at least 1. A comparison's own "
	          "autocorrelation counts where it makes that more." },
	SHOW_AS("comparisons", struct diff, tested, .from = diff_of),
	SHOW_AS("changed", struct diff, called, "Comparisons that are called a change.",
		.from = diff_of),
	SHOW(struct document, judgement, "How it was judged, for people."),
	SHOW_LIST("changes", struct diff, rows, nr_rows, diff_row_shape,
		  "Every path: wait before cpu, most time changed first, legs below their total.",
		  .from = diff_of),
};
static JSON_SHAPE(diff, NULL);

/* clang-format on */

const struct json_document json_diff = {
	.type = "diff",
	.text = "One line of `xentrace-bpf diff --json`: what changed between two recordings.",
	.shape = &diff_shape,
};

int diff__json(FILE *out, const struct diff_report *report)
{
	const struct diff *diff = report->diff;
	struct document document = { .diff = diff };

	for (enum diff_side side = 0; side < DIFF_SIDES; side++)
		document.side[side] = (struct side) { &report->run[side], report->file[side],
						      diff->elapsed_s[side], diff->intervals[side],
						      diff->batches[side] };
	make_judgement(document.judgement, diff);
	return json__document(out, &json_diff, &document, &document);
}

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Both ends of the ring: a guest's requests, with their leg "backend" in dom0's parts. */
#include "output/join.h"

#include <math.h>

#include "model/units.h"
#include "output/escape.h"
#include "output/text.h"

static void add_legs(struct text_line *line, const struct wait_row *row, const char *between)
{
	for (size_t i = 0; i < row->nr_legs; i++)
		text_line__add(line, "%s%s %s", i ? between : "", row->legs[i].name,
			       NS(row->legs[i].share_ns));
}

/* "; wake is 19.2ms for each of the 3.1 % that an event announced" */
static void add_wake(struct text_line *line, const struct wait_row *rear)
{
	const struct wait_leg *wake = rear->nr_legs ? &rear->legs[0] : NULL;

	if (!wake || wake->order != 1 || !wake->count || wake->count >= .95 * rear->count)
		return;
	text_line__add(line, "; wake is %ss for each of the %.1f %% that an event announced",
		       NS((double)wake->ns / wake->count),
		       100 * ledger__share(wake->count, rear->count));
}

static void print_counts(const struct text_page *page, const struct join_row *row)
{
	struct text_line line = {};

	text_line__add(&line, " %s %s  %s requests, mean %ss;", ASCII(row->front->device),
		       ASCII(row->front->op), COUNT(row->front->count), NS(row->front->mean_ns));
	text_line__add(&line, " in dom0 %s %s", ASCII(row->rear->device), COUNT(row->rear_count));
	if (row->front->followed < row->front->count)
		text_line__add(&line, " (the guest followed 1 of %s)",
			       RATIO((double)row->front->count / row->front->followed));
	if (!row->exact)
		text_line__add(&line, ": not the same requests, so means are compared that may be "
				      "of other ones");
	else if (row->rear_count != row->front->count)
		text_line__add(&line, ": the rest was under way at an end");
	text__wrap(page, 4, line.text);
}

static double share(double part, const struct join_row *row)
{
	return row->front->mean_ns > 0 ? 100 * part / row->front->mean_ns : 0;
}

/*
 * xvdk read  300 requests, mean 612us; in dom0 vbd-3-51872 300
 *   guest: queue 30.1u | submit 14.0u | backend 566u | handler 1.2u | finish 0.9u
 *   backend: wake 21.0u + grants 5.1u + submit 10.2u + device 201u + unmap 3.0u + ring 326u
 *   = guest 7.5 %, ring 53.2 %, dom0 6.4 %, storage 32.8 %
 */
static void print_row(const struct text_page *page, const struct join_row *row)
{
	struct text_line line = {};

	print_counts(page, row);
	text_line__add(&line, "   guest: ");
	add_legs(&line, row->front, " | ");
	text__wrap(page, 5, line.text);
	line = (struct text_line) {};
	text_line__add(&line, "   backend: ");
	add_legs(&line, row->rear, " + ");
	text_line__add(&line, " %c ring %s", row->ring_ns < 0 ? '-' : '+', NS(fabs(row->ring_ns)));
	add_wake(&line, row->rear);
	text__wrap(page, 5, line.text);
	text__say(page, 5, "   = guest %.1f %%, ring %.1f %%, dom0 %.1f %%, storage %.1f %%",
		  share(row->front->mean_ns - row->backend_ns, row), share(row->ring_ns, row),
		  share(row->rear_ns - row->storage_ns, row), share(row->storage_ns, row));
}

static void print(const struct text_page *page, const void *what)
{
	const struct join_report *report = what;
	const struct join *join = report->join;

	text__run(page, "guest  ", &report->front);
	text__run(page, "dom0   ", &report->rear);
	text__say(page, 4, "The guest is domain %u", join->domain);
	fputs("\nJOIN  (means of a request; ring: the rest, both notifications and waiting in the "
	      "ring)\n",
	      page->out);
	for (size_t i = 0; i < join->nr_rows; i++)
		print_row(page, &join->rows[i]);
	if (join->nr_alone)
		text__say(page, 4, " Of %zu kinds of requests of the guest dom0 has none",
			  join->nr_alone);
}

int join__text(FILE *out, unsigned int width, const struct join_report *report)
{
	return text__print(out, width, print, report);
}

bool join__is_whole(const struct join_report *report)
{
	bool whole = !report->front.ledger->quality.incomplete &&
		     !report->rear.ledger->quality.incomplete && !report->join->nr_alone;

	for (size_t i = 0; i < report->join->nr_rows; i++)
		whole &= report->join->rows[i].exact;
	return whole;
}

/* clang-format off */

JSON_NAMES(mech, "mechanism", mech__name, MECH_NR);

#define REPORT	   ((const struct join_report *)json->all)
#define WHAT(type) ((const struct type *)json->what)

JSON_FROM(front_of, WHAT(join_row)->front)
JSON_FROM(rear_of, WHAT(join_row)->rear)
JSON_FROM(join_of, REPORT->join)
JSON_FROM(run_of, WHAT(report)->run)
JSON_FROM(platform_of, WHAT(report)->platform)
JSON_FROM(snap_of, WHAT(report)->snap)
JSON_PUT(put_complete, json__bool, !WHAT(report)->ledger->quality.incomplete)
JSON_PUT(put_whole, json__bool, join__is_whole(REPORT))

static const struct json_member join_run_members[] = {
	SHOW(struct run_info, host, .from = run_of),
	SHOW(struct run_info, kernel, .from = run_of),
	SHOW(struct platform, hypervisor, .from = platform_of),
	SHOW(struct platform, mode, .from = platform_of),
	SHOW(struct snapshot, start_ns, .from = snap_of),
	SHOW(struct snapshot, end_ns, .from = snap_of),
	SHOW_BY(put_complete, "complete", MEMBER_BOOL, .text = "The run lost no more than 0.1 %."),
};
static JSON_SHAPE(join_run, "The run of one end.");

static const struct json_member join_leg_members[] = {
	SHOW(struct wait_leg, name),
	SHOW_ENUM("mechanism", struct wait_leg, mech, mech_names),
	SHOW(struct wait_leg, ns),
	SHOW(struct wait_leg, share_ns, "Of a request's mean."),
};
static JSON_SHAPE(join_leg, NULL);

static const struct json_member join_row_members[] = {
	SHOW(struct wait_row, device, .from = front_of),
	SHOW_AS("back_end", struct wait_row, device, "As sysfs of dom0 names it.", .from = rear_of),
	SHOW(struct wait_row, op, .from = front_of),
	SHOW(struct wait_row, count, "The guest's.", .from = front_of),
	SHOW(struct join_row, rear_count, "dom0's."),
	SHOW(struct join_row, exact, "The same requests, but for those under way at an end."),
	SHOW(struct wait_row, mean_ns, .from = front_of),
	SHOW(struct join_row, backend_ns, "Of the guest's mean: its leg backend."),
	SHOW(struct join_row, rear_ns, "Of that: what dom0 had it for."),
	SHOW(struct join_row, storage_ns, "Of that: from its bios to their end."),
	SHOW(struct join_row, ring_ns, "Of the leg: the rest, both notifications and waiting in the "
	     "ring."),
	SHOW_INLINE("legs", struct wait_row, legs, nr_legs, join_leg_shape, "The guest's.",
		    .from = front_of),
	SHOW_INLINE("parts", struct wait_row, legs, nr_legs, join_leg_shape, "dom0's.",
		    .from = rear_of),
};
static JSON_SHAPE(join_row, "Requests of one disk and operation.");

static const struct json_member join_members[] = {
	SHOW(struct join, domain, .from = join_of),
	SHOW_OBJECT("guest", struct join_report, front, join_run_shape),
	SHOW_OBJECT("dom0", struct join_report, rear, join_run_shape),
	SHOW_BY(put_whole, "complete", MEMBER_BOOL,
		.text = "Both runs are, and all requests are on both sides."),
	SHOW_LIST("rows", struct join, rows, nr_rows, join_row_shape, .from = join_of),
	SHOW_AS("alone", struct join, nr_alone, "Kinds of requests of which dom0 has none.",
		.from = join_of),
};
static JSON_SHAPE(join, NULL);

/* clang-format on */

const struct json_document json_join = {
	.type = "join",
	.text = "The line of `xentrace-bpf join --json`.",
	.shape = &join_shape,
};

int join__json(FILE *out, const struct join_report *report)
{
	return json__document(out, &json_join, report, report);
}

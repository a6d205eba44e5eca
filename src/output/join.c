// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Both ends of the ring: a guest's requests, with their leg "backend" in dom0's parts. */
#include "output/join.h"

#include <math.h>

#include "model/units.h"
#include "output/escape.h"
#include "output/text.h"

/* Legs before the guest is answered, with 0, or those that may be later, with PATH_ANSWERED. */
static void add_legs_with(struct text_line *line, const struct wait_row *row, unsigned int roles,
			  const char *between)
{
	const char *before = "";

	for (size_t i = 0; i < row->nr_legs; i++) {
		if ((row->legs[i].roles & PATH_ANSWERED) != roles)
			continue;
		text_line__add(line, "%s%s %s", before, row->legs[i].name,
			       NS(row->legs[i].share_ns));
		before = between;
	}
}

static void add_legs(struct text_line *line, const struct wait_row *row, const char *between)
{
	add_legs_with(line, row, 0, between);
}

static bool is_answered_before(const struct wait_row *row)
{
	for (size_t i = 0; i < row->nr_legs; i++)
		if (row->legs[i].roles & PATH_ANSWERED)
			return true;
	return false;
}

/* "; wake is 19.2ms for each of the 3.1 % that an event announced" */
static void add_wake(struct text_line *line, const struct wait_row *rear)
{
	const struct wait_leg *wake = rear->nr_legs ? &rear->legs[0] : NULL;

	if (!wake || !(wake->roles & PATH_WAKE) || !wake->count || wake->count >= .95 * rear->count)
		return;
	text_line__add(line, "; wake is %ss for each of the %.1f %% that an event announced",
		       NS((double)wake->ns / wake->count),
		       100 * ledger__share(wake->count, rear->count));
}

static void print_counts(const struct text_page *page, const struct join_row *row)
{
	const char *what = row->front->roles & PATH_SENT ? "frames" : "requests";
	struct text_line line = {};

	text_line__add(&line, " %s %s  %s %s, mean %ss;", ASCII(row->front->device),
		       ASCII(row->front->op), COUNT(row->front->count), what,
		       NS(row->front->mean_ns));
	text_line__add(&line, " in dom0 %s %s", ASCII(row->rear->device), COUNT(row->rear_count));
	if (row->front->followed < row->front->count)
		text_line__add(&line, " (the guest followed 1 of %s)",
			       RATIO((double)row->front->count / row->front->followed));
	if (!row->exact)
		text_line__add(&line,
			       ": not the same %s, so means are compared that may be of other ones",
			       what);
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
	if (is_answered_before(row->rear)) {
		text_line__add(&line, "; meanwhile or later ");
		add_legs_with(&line, row->rear, PATH_ANSWERED, " + ");
	}
	text__wrap(page, 5, line.text);
	line = (struct text_line) {};
	text_line__add(&line, "   = guest %.1f %%, ring %.1f %%, dom0 %.1f %%",
		       share(row->front->mean_ns - row->backend_ns, row), share(row->ring_ns, row),
		       share(row->rear_ns - row->storage_ns, row));
	if (!(row->front->roles & PATH_SENT))
		text_line__add(&line, ", storage %.1f %%", share(row->storage_ns, row));
	text__wrap(page, 5, line.text);
}

/*
 * eth0 received  1,234 frames; in dom0 vif-3-0 1,234, mean 310us
 *   dom0: slots 1.2u + thread 210u + copy 99u
 *   guest: irq to poll 20u | poll 31u, of each of 310 polls
 */
static void print_received(const struct text_page *page, const struct join_received *received)
{
	const struct wait_row *polls = received->polls;
	struct text_line line = {};

	text_line__add(&line, " %s received  %s frames; in dom0 %s %s, mean %ss",
		       ASCII(received->device), COUNT(received->count),
		       ASCII(received->rear->device), COUNT(received->rear->count),
		       NS(received->rear->mean_ns));
	if (!received->exact)
		text_line__add(&line, ": not the same ones");
	text__wrap(page, 4, line.text);
	line = (struct text_line) {};
	text_line__add(&line, "   dom0: ");
	add_legs(&line, received->rear, " + ");
	text__wrap(page, 5, line.text);
	if (!polls)
		return;
	line = (struct text_line) {};
	text_line__add(&line, "   guest: ");
	add_legs(&line, polls, " | ");
	text_line__add(&line, ", of each of %s polls", COUNT(polls->count));
	text__wrap(page, 5, line.text);
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
	for (size_t i = 0; i < join->nr_received; i++)
		print_received(page, &join->received[i]);
	if (join->nr_alone)
		text__say(
			page, 4,
			" Of %zu rows of the guest dom0 has nothing: those devices are in another "
			"domain, or their back ends were not measured",
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
	for (size_t i = 0; i < report->join->nr_received; i++)
		whole &= report->join->received[i].exact;
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
	SHOW(struct join_row, rear_ns, "Of that: what dom0 had it for until the guest was answered."),
	SHOW(struct join_row, storage_ns, "Of that: from its bios to their end."),
	SHOW(struct join_row, ring_ns, "Of the leg: the rest, both notifications and waiting in the "
	     "ring."),
	SHOW_INLINE("legs", struct wait_row, legs, nr_legs, join_leg_shape, "The guest's.",
		    .from = front_of),
	SHOW_INLINE("parts", struct wait_row, legs, nr_legs, join_leg_shape, "dom0's.",
		    .from = rear_of),
};
static JSON_SHAPE(join_row, "Requests of one disk and operation, or frames that a NIC sent.");

JSON_FROM(received_rear, WHAT(join_received)->rear)

static const struct wait_row no_polls;

JSON_FROM(received_polls, WHAT(join_received)->polls ?: &no_polls)

static const struct json_member join_received_members[] = {
	SHOW(struct join_received, device),
	SHOW_AS("back_end", struct wait_row, device, "As sysfs of dom0 names it.",
		.from = received_rear),
	SHOW(struct join_received, count, "The guest's."),
	SHOW_AS("rear_count", struct wait_row, count, "dom0's.", .from = received_rear),
	SHOW(struct join_received, exact, "The same frames, but for those under way at an end."),
	SHOW_AS("rear_ns", struct wait_row, mean_ns, "What dom0 had a frame for.",
		.from = received_rear),
	SHOW_INLINE("parts", struct wait_row, legs, nr_legs, join_leg_shape, "dom0's.",
		    .from = received_rear),
	SHOW_AS("polls", struct wait_row, count, "The guest's, each of several frames.",
		.from = received_polls),
	SHOW_INLINE("poll_legs", struct wait_row, legs, nr_legs, join_leg_shape, "Of a poll.",
		    .from = received_polls),
};
static JSON_SHAPE(join_received, "Frames that a NIC of the guest received.");

static const struct json_member join_members[] = {
	SHOW(struct join, domain, .from = join_of),
	SHOW_OBJECT("guest", struct join_report, front, join_run_shape),
	SHOW_OBJECT("dom0", struct join_report, rear, join_run_shape),
	SHOW_BY(put_whole, "complete", MEMBER_BOOL,
		.text = "Both runs are, and all requests are on both sides."),
	SHOW_LIST("rows", struct join, rows, nr_rows, join_row_shape, .from = join_of),
	SHOW_LIST("received", struct join, received, nr_received, join_received_shape,
		  .from = join_of),
	SHOW_AS("alone", struct join, nr_alone, "Rows of the guest of which dom0 has nothing.",
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

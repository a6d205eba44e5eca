// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The live view's state: which rows in which order, what keys do, and the findings seen so far. */
#include "output/top.h"

#include <stdlib.h>
#include <string.h>

void top__init(struct top *top, unsigned int intervals)
{
	*top = (struct top) { .intervals = intervals, .at = intervals ? 1 : 0, .speed = 1 };
}

/* What was met later than now, before somebody stepped back in a recording, is not known yet. */
static void forget_later(struct top *top, uint64_t now_ns)
{
	size_t kept = 0;

	for (size_t i = 0; i < top->nr_seen; i++)
		if (top->seen[i].last_ns <= now_ns)
			top->seen[kept++] = top->seen[i];
	top->nr_seen = kept;
}

/* The one that is met again is the newest; where there is no place, the oldest one goes. */
void top__note(struct top *top, const struct report *report)
{
	const struct findings *findings = &report->ledger->findings;

	forget_later(top, report->snap->end_ns);

	for (size_t i = findings->nr; i-- > 0;) {
		const struct finding *finding = &findings->all[i];
		size_t at = 0;

		if (finding->verdict != FINDING_MET)
			continue;
		while (at < top->nr_seen &&
		       (strcmp(top->seen[at].finding.id, finding->id) ||
			strcmp(top->seen[at].finding.subject, finding->subject)))
			at++;
		if (at == TOP_SEEN)
			at--;
		else if (at == top->nr_seen)
			top->nr_seen++;
		memmove(&top->seen[1], &top->seen[0], at * sizeof(top->seen[0]));
		top->seen[0] = (struct top_seen) { *finding, report->snap->end_ns };
	}
}

static struct top_name name_of(const struct top_row *row)
{
	struct top_name name = { .area = row->wait ? row->wait->area : row->cpu->area };

	if (row->cpu)
		name.mech = row->cpu->mech;
	snprintf(name.device, sizeof(name.device), "%s",
		 row->wait ? row->wait->device : row->cpu->device);
	snprintf(name.op, sizeof(name.op), "%s", row->wait ? row->wait->op : "");
	return name;
}

bool top_row__is(const struct top_row *row, const struct top_name *name)
{
	struct top_name own = name_of(row);

	return own.area == name->area && own.mech == name->mech &&
	       !strcmp(own.device, name->device) && !strcmp(own.op, name->op);
}

/* What a row is sorted by; what lies on other disks waits for them, and comes last. */
static double weight(const struct top_row *row, enum top_sort sort)
{
	double value;

	if (row->cpu)
		return sort == TOP_BY_TIME   ? row->cpu->ns
		       : sort == TOP_BY_RATE ? row->cpu->events
					     : row->cpu->max_ns;
	value = sort == TOP_BY_TIME   ? row->wait->waited_ns
		: sort == TOP_BY_RATE ? row->wait->per_second
				      : row->wait->p99_ns;
	return row->wait->stacked ? -1 / (1 + value) : value;
}

static void sort_rows(struct top_rows *rows, enum top_sort sort)
{
	for (size_t i = 1; i < rows->nr; i++) {
		struct top_row row = rows->rows[i];
		size_t at = i;

		for (; at && weight(&rows->rows[at - 1], sort) < weight(&row, sort); at--)
			rows->rows[at] = rows->rows[at - 1];
		rows->rows[at] = row;
	}
}

/* Timers are late without anybody waiting: by time they come after requests, as in the report. */
static void move_timers_back(struct top_rows *rows)
{
	size_t kept = 0, nr_timers = 0;
	struct top_row *timers = calloc(rows->nr + 1, sizeof(*timers));

	for (size_t i = 0; timers && i < rows->nr; i++) {
		if (rows->rows[i].wait->area == AREA_TIMER)
			timers[nr_timers++] = rows->rows[i];
		else
			rows->rows[kept++] = rows->rows[i];
	}
	if (timers)
		memcpy(&rows->rows[kept], timers, nr_timers * sizeof(*timers));
	free(timers);
}

struct top_rows top__rows(const struct top *top, const struct report *report)
{
	const struct ledger *ledger = report->ledger;
	bool wait = top->table == TOP_WAIT;
	struct top_rows rows = {};
	size_t nr = !ledger ? 0 : wait ? ledger->nr_waits : ledger->cpu.nr_rows;

	rows.rows = nr ? calloc(nr, sizeof(*rows.rows)) : NULL;
	if (!rows.rows)
		return rows;
	for (rows.nr = 0; rows.nr < nr; rows.nr++)
		rows.rows[rows.nr] = wait ? (struct top_row) { .wait = &ledger->waits[rows.nr] }
					  : (struct top_row) { .cpu = &ledger->cpu.rows[rows.nr] };
	sort_rows(&rows, top->sort);
	if (wait && top->sort == TOP_BY_TIME)
		move_timers_back(&rows);
	for (size_t i = 0; top->chosen && i < rows.nr; i++)
		if (top_row__is(&rows.rows[i], &top->choice))
			rows.chosen = i;
	return rows;
}

static void choose(struct top *top, const struct report *report, int step)
{
	struct top_rows rows = top__rows(top, report);
	size_t at = rows.chosen;

	if (step < 0 && at)
		at--;
	else if (step > 0 && at + 1 < rows.nr)
		at++;
	if (rows.nr) {
		top->chosen = step || top->chosen || top->panel == TOP_DETAIL;
		top->choice = name_of(&rows.rows[at]);
	}
	free(rows.rows);
}

static void move(struct top *top, enum top_key key)
{
	unsigned int at = top->at;

	if (!top->intervals)
		return;
	if (key == TOP_KEY_LEFT && at > 1)
		at--;
	else if (key == TOP_KEY_RIGHT && at < top->intervals)
		at++;
	else if (key == TOP_KEY_FIRST)
		at = 1;
	else if (key == TOP_KEY_LAST)
		at = top->intervals;
	top->at = at;
	/* who steps wants to look */
	top->playing = false;
}

static void toggle_pause(struct top *top)
{
	if (!top->intervals) {
		top->paused = !top->paused;
		return;
	}
	top->playing = !top->playing;
	if (top->playing && top->at == top->intervals)
		top->at = 1;
}

static void toggle_panel(struct top *top, enum top_panel panel)
{
	top->panel = top->panel == panel ? TOP_ROWS : panel;
}

#define SPEED_MAX 64

bool top__press(struct top *top, enum top_key key, const struct report *report)
{
	switch (key) {
	case TOP_KEY_QUIT:
		return false;
	case TOP_KEY_BACK:
		top->panel = TOP_ROWS;
		break;
	case TOP_KEY_UP:
	case TOP_KEY_DOWN:
		choose(top, report, key == TOP_KEY_UP ? -1 : 1);
		break;
	case TOP_KEY_ENTER:
		toggle_panel(top, TOP_DETAIL);
		/* the row stays the one that is looked at */
		choose(top, report, 0);
		break;
	case TOP_KEY_TABLE:
		top->table = top->table == TOP_WAIT ? TOP_CPU : TOP_WAIT;
		top->chosen = false;
		break;
	case TOP_KEY_TIME:
	case TOP_KEY_RATE:
	case TOP_KEY_P99:
		top->sort = TOP_BY_TIME + (key - TOP_KEY_TIME);
		break;
	case TOP_KEY_FINDINGS:
		toggle_panel(top, TOP_FINDINGS);
		break;
	case TOP_KEY_HELP:
		toggle_panel(top, TOP_HELP);
		break;
	case TOP_KEY_SPACE:
		toggle_pause(top);
		break;
	case TOP_KEY_FASTER:
		top->speed = top->speed < SPEED_MAX ? top->speed * 2 : SPEED_MAX;
		break;
	case TOP_KEY_SLOWER:
		top->speed = top->speed > 1 ? top->speed / 2 : 1;
		break;
	default:
		move(top, key);
	}
	return true;
}

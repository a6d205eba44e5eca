/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The live view: what it shows, what keys change of it, and how the books of an interval become a
 * screen. Pure: run/top.c gives it reports and keys, and run/terminal.c shows the cells.
 */
#ifndef XT_OUTPUT_TOP_H
#define XT_OUTPUT_TOP_H

#include "output/format.h"
#include "output/screen.h"

/* Which account the table has: requests, or the vCPUs' time. */
enum top_table { TOP_WAIT, TOP_CPU };
/* Of the CPU table, TOP_BY_P99 is by the longest pass. */
enum top_sort { TOP_BY_TIME, TOP_BY_RATE, TOP_BY_P99 };
/* What lies below the header: the table, one of its rows, all findings, the keys. */
enum top_panel { TOP_ROWS, TOP_DETAIL, TOP_FINDINGS, TOP_HELP };

enum top_key {
	TOP_KEY_NONE,
	TOP_KEY_QUIT,
	TOP_KEY_BACK,
	TOP_KEY_UP,
	TOP_KEY_DOWN,
	TOP_KEY_ENTER,
	TOP_KEY_TABLE,
	TOP_KEY_TIME,
	TOP_KEY_RATE,
	TOP_KEY_P99,
	TOP_KEY_FINDINGS,
	TOP_KEY_HELP,
	TOP_KEY_SPACE,
	TOP_KEY_LEFT,
	TOP_KEY_RIGHT,
	TOP_KEY_FIRST,
	TOP_KEY_LAST,
	TOP_KEY_FASTER,
	TOP_KEY_SLOWER,
};

/* A row by its names, since rows change their places. */
struct top_name {
	enum area area;
	enum mech mech;	 /* of the CPU table */
	char device[48]; /* "" for none */
	char op[40];	 /* of requests */
};

#define TOP_SEEN 16

/* A finding that was met, and in the interval with that end last. */
struct top_seen {
	struct finding finding;
	uint64_t last_ns;
};

struct top {
	enum top_table table;
	enum top_sort sort;
	enum top_panel panel;
	bool chosen;		/* a row was; else it is the first one */
	struct top_name choice; /* by whom the row of the keys is known */
	bool paused;		/* live: what is shown stays */
	/* A recording's time cursor: intervals are 1 to `intervals`; 0: live. */
	unsigned int intervals, at;
	bool playing;
	unsigned int speed; /* times as fast as it was */
	struct top_seen seen[TOP_SEEN];
	size_t nr_seen;
};

/* The first view; `intervals` of a recording, 0 for a live one. */
void top__init(struct top *top, unsigned int intervals);
/* A new interval's findings. */
void top__note(struct top *top, const struct report *report);
/* What a key does; `report` as for top__draw(). Returns false when it ends the view. */
bool top__press(struct top *top, enum top_key key, const struct report *report);
/*
 * Draw a report's interval on the screen; its `snap` and `ledger` are NULL as long as there is
 * none. Whatever the size of the screen.
 */
void top__draw(struct screen *screen, const struct top *top, const struct report *report);

/*
 * For the panels: the rows of the table in their order, as many as there are.
 */
struct top_row {
	const struct wait_row *wait; /* or, NULL, */
	const struct cpu_row *cpu;
};

struct top_rows {
	struct top_row *rows; /* freed by the caller; NULL without any */
	size_t nr;
	size_t chosen; /* index; 0 where there is none */
};

bool top_row__is(const struct top_row *row, const struct top_name *name);

struct top_rows top__rows(const struct top *top, const struct report *report);
/* One row's legs and histogram, from line `y` on. */
void top__draw_detail(struct screen *screen, const struct report *report, const struct top_row *row,
		      unsigned int y);
void top__draw_findings(struct screen *screen, const struct top *top, const struct report *report,
			unsigned int y);
/* Text on as many lines as its words need, at most `lines`; returns the line behind it. */
unsigned int top__wrap(struct screen *screen, unsigned int y, unsigned int x, unsigned int end,
		       enum paint paint, const char *text, unsigned int lines);

#endif

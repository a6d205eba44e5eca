// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * A load in other modes: a table whose columns are modes, and the notes that say what its figures are
 * made of.
 */
#include "output/advise.h"

#include <math.h>
#include <string.h>

#include "model/units.h"
#include "output/escape.h"
#include "output/text.h"

#define LABEL_WIDTH 18
#define CELL_WIDTH  11

#define MS(ns) RATIO((ns) / 1e6)

/* What stands behind a figure, for its basis. */
static const char *mark(enum basis basis)
{
	switch (basis) {
	case BASIS_LIST:
		return "~";
	case BASIS_LAB:
		return "*";
	default:
		return " ";
	}
}

/* A column of numbers, its marks behind it; one that is too long pushes the others. */
static void add_text(struct text_line *line, const char *text, const char *behind)
{
	text_line__add(line, " %*s%s", CELL_WIDTH - 2, text, behind);
}

/* " 54.1-55.9", of a figure that has bounds and is none of them. */
static void add_bounds(struct text_line *line, const struct estimate *e,
		       const char *(*print)(char buf[UNITS_LEN], double x), double unit)
{
	char text[2 * UNITS_LEN + 1], low[UNITS_LEN], high[UNITS_LEN];

	if (!estimate__is_known(e) || e->low == e->high)
		return add_text(line, "", " ");
	snprintf(text, sizeof(text), "%s-%s", isfinite(e->low) ? print(low, e->low / unit) : "?",
		 isfinite(e->high) ? print(high, e->high / unit) : "?");
	add_text(line, text, " ");
}

static void add_load(struct text_line *line, const struct advise_cell *cell)
{
	if (cell->basis == BASIS_NOT_MADE)
		add_text(line, "-", " ");
	else if (!estimate__is_known(&cell->load))
		add_text(line, "?", " ");
	else
		add_text(line, MS(cell->load.mid), mark(cell->basis));
}

static void add_count(struct text_line *line, const struct advise_cell *cell)
{
	char text[UNITS_LEN + 1];

	if (cell->basis == BASIS_NOT_MADE || !estimate__is_known(&cell->count))
		return add_text(line, cell->basis == BASIS_NOT_MADE ? "" : "?", " ");
	snprintf(text, sizeof(text), "%s%s", cell->count.low < cell->count.high ? "<" : "",
		 COUNT(cell->count.high));
	add_text(line, text, " ");
}

static void add_each(struct text_line *line, const struct advise_cell *cell)
{
	if (estimate__is_known(&cell->each))
		add_text(line, NS(cell->each.mid), mark(cell->basis));
	else
		add_text(line, cell->basis == BASIS_NOT_MADE || !cell->count.high ? "" : "?", " ");
}

static void begin_line(struct text_line *line, const char *label)
{
	line->used = 0;
	text_line__add(line, "%-*s", LABEL_WIDTH, label);
}

static void end_line(const struct text_page *page, struct text_line *line)
{
	while (line->used && line->text[line->used - 1] == ' ')
		line->used--;
	fprintf(page->out, "%.*s\n", (int)line->used, line->text);
}

static bool has_bounds(const struct estimate *e)
{
	return estimate__is_known(e) && e->low != e->high;
}

/* Nobody asked for it, or it is not made, in any column. */
static bool is_idle(const struct advise_row *row)
{
	for (size_t i = 0; i < row->nr_cells; i++)
		if (row->cell[i].basis != BASIS_NOT_MADE && row->cell[i].count.high != 0)
			return false;
	return true;
}

static void print_row(const struct text_page *page, const struct advise_row *row)
{
	struct text_line line;
	bool bounds = false;

	begin_line(&line, row->operation);
	for (size_t i = 0; i < row->nr_cells; i++) {
		add_load(&line, &row->cell[i]);
		bounds |= has_bounds(&row->cell[i].load);
	}
	end_line(page, &line);
	if (is_idle(row))
		return;
	begin_line(&line, "  from - to");
	for (size_t i = 0; bounds && i < row->nr_cells; i++)
		add_bounds(&line, &row->cell[i].load, units__ratio, 1e6);
	if (bounds)
		end_line(page, &line);
	begin_line(&line, "  a second");
	for (size_t i = 0; i < row->nr_cells; i++)
		add_count(&line, &row->cell[i]);
	end_line(page, &line);
	begin_line(&line, "  one takes");
	for (size_t i = 0; i < row->nr_cells; i++)
		add_each(&line, &row->cell[i]);
	end_line(page, &line);
}

/* What is unknown takes something, too. */
static void add_sum(struct text_line *line, const struct advise_sum *sum)
{
	char text[UNITS_LEN + 1];

	snprintf(text, sizeof(text), "%s%s", sum->unknown ? ">" : "", MS(sum->load.mid));
	add_text(line, text, " ");
}

static void print_sums(const struct text_page *page, const struct advise *advise)
{
	struct text_line line;

	begin_line(&line, "all that is known");
	for (size_t i = 0; i < advise->nr_sums; i++)
		add_sum(&line, &advise->sum[i]);
	end_line(page, &line);
	begin_line(&line, "  from - to");
	for (size_t i = 0; i < advise->nr_sums; i++)
		add_bounds(&line, &advise->sum[i].load, units__ratio, 1e6);
	end_line(page, &line);
	begin_line(&line, "  and unknown");
	for (size_t i = 0; i < advise->nr_sums; i++)
		add_text(&line, advise->sum[i].unknown ? COUNT(advise->sum[i].unknown) : "", " ");
	end_line(page, &line);
}

static void print_titles(const struct text_page *page, const char *label,
			 const struct advise *advise)
{
	struct text_line line;

	begin_line(&line, label);
	for (enum advise_column column = 0; column < ADVISE_COLUMNS; column++)
		add_text(&line, advise_column__name(column),
			 column == ADVISE_FIRST_MODE + (enum advise_column)advise->here ? "<"
											: " ");
	end_line(page, &line);
}

static bool has_price(const struct advise_row *row)
{
	for (size_t i = 0; i < row->nr_cells; i++)
		if (estimate__is_known(&row->cell[i].each))
			return true;
	return false;
}

/* Under the columns of the modes. */
static void print_price(const struct text_page *page, const struct advise_row *row)
{
	struct text_line line;

	begin_line(&line, row->operation);
	add_text(&line, "", " ");
	for (size_t i = 0; i < row->nr_cells; i++)
		add_each(&line, &row->cell[i]);
	end_line(page, &line);
	begin_line(&line, "  from - to");
	add_text(&line, "", " ");
	for (size_t i = 0; i < row->nr_cells; i++)
		add_bounds(&line, &row->cell[i].each, units__ns, 1);
	end_line(page, &line);
}

static void print_prices(const struct text_page *page, const struct advise *advise)
{
	if (!advise->nr_prices)
		return;
	fputs("\nPRICES of what a run does not count, in no sum: what one takes by the lists\n",
	      page->out);
	for (size_t i = 0; i < advise->nr_prices; i++)
		if (has_price(&advise->price[i]))
			print_price(page, &advise->price[i]);
}

static bool is_said_before(const struct advise_row *row, size_t i)
{
	for (size_t n = 0; n < i; n++)
		if (!strcmp(row->cell[n].why, row->cell[i].why))
			return true;
	return false;
}

/* "disk request, hvm: 7 to 7 times ..." */
static void print_notes(const struct text_page *page, const struct advise_row *row)
{
	for (size_t i = 0; i < row->nr_cells; i++) {
		struct text_line columns = {};

		if (!row->cell[i].why[0] || is_said_before(row, i))
			continue;
		for (size_t n = i; n < row->nr_cells; n++)
			if (!strcmp(row->cell[n].why, row->cell[i].why))
				text_line__add(&columns, ", %s", row->cell[n].column);
		text__say(page, 4, "  %s%s: %s", row->operation, columns.text, row->cell[i].why);
	}
}

static void print_head(const struct text_page *page, const struct advise_report *report)
{
	const struct report run = {
		.run = report->run,
		.platform = report->platform,
		.snap = report->snap,
		.ledger = report->ledger,
	};

	text__run(page, "", &run);
}

static void print_sources(const struct text_page *page, const struct advise_report *report)
{
	struct text_line line = {};

	for (size_t i = 0; i < report->nr_lists; i++)
		text_line__add(&line, "%s%s (%s, %s)", i ? ", " : "",
			       ASCII(report->lists[i].source), report->lists[i].mode,
			       ASCII(report->lists[i].host));
	text__say(page, 4,
		  "Prices: of this run where nothing stands behind a figure; ~ lists: %s; * the "
		  "lab's "
		  "ratios, from emulated hardware",
		  report->nr_lists ? line.text : "none, see xentrace-bpf detect --measure --json");
}

static void print(const struct text_page *page, const void *what)
{
	const struct advise_report *report = what;
	const struct advise *advise = report->advise;

	print_head(page, report);
	text__say(page, 4,
		  "This load in other modes: ms of vCPU time a second (1000 is one vCPU) that "
		  "virtualization takes");
	print_sources(page, report);
	fputc('\n', page->out);
	print_titles(page, "MODE", advise);
	for (size_t i = 0; i < advise->nr_rows; i++)
		print_row(page, &advise->row[i]);
	print_sums(page, advise);
	print_prices(page, advise);
	fputs("\nNOTES\n", page->out);
	for (size_t i = 0; i < advise->nr_rows; i++)
		print_notes(page, &advise->row[i]);
	if (isfinite(advise->stolen))
		text__say(page, 4,
			  "  stolen in this run: %s ms a second, by this host's contention",
			  MS(advise->stolen));
	for (unsigned int i = 0; advise__not_known(i); i++)
		text__say(page, 4, "  not known from here: %s", advise__not_known(i));
}

int advise__text(FILE *out, unsigned int width, const struct advise_report *report)
{
	return text__print(out, width, print, report);
}

/* clang-format off */

JSON_NAMES(basis, "basis", basis__name, BASIS_NR);

#define REPORT	   ((const struct advise_report *)json->all)
#define WHAT(type) ((const struct type *)json->what)

JSON_FROM(run_of, REPORT->run)
JSON_FROM(platform_of, REPORT->platform)
JSON_FROM(snap_of, REPORT->snap)
JSON_FROM(advise_of, REPORT->advise)
JSON_IF(has_low, isfinite(WHAT(estimate)->low))
JSON_IF(has_mid, isfinite(WHAT(estimate)->mid))
JSON_IF(has_high, isfinite(WHAT(estimate)->high))
JSON_IF(has_stolen, isfinite(REPORT->advise->stolen))
JSON_PUT(put_complete, json__bool, !REPORT->ledger->quality.incomplete)

static void put_not_known(struct json *json, const char *key)
{
	json__open(json, key, '[');
	for (unsigned int i = 0; advise__not_known(i); i++)
		json__str(json, NULL, advise__not_known(i));
	json__close(json, ']');
}

static const struct json_member estimate_members[] = {
	SHOW(struct estimate, low, .known = has_low),
	SHOW_AS("estimate", struct estimate, mid, .known = has_mid),
	SHOW(struct estimate, high, .known = has_high),
};
static JSON_SHAPE(estimate, "A figure and its bounds; null: unknown.");

static const struct json_member advise_cell_members[] = {
	SHOW(struct advise_cell, column, "A mode; now, or with a VF."),
	SHOW(struct advise_cell, mechanism, "Null: not, or by several.", .or_null = true),
	SHOW_ENUM("basis", struct advise_cell, basis, basis_names, "Where the price is from."),
	SHOW_OBJECT("per_second", struct advise_cell, count, estimate_shape),
	SHOW_OBJECT("each_ns", struct advise_cell, each, estimate_shape),
	SHOW_OBJECT("ns_per_second", struct advise_cell, load, estimate_shape),
	SHOW(struct advise_cell, why, "What the price is made of, or why there is none.",
	     .or_null = true),
};
static JSON_SHAPE(advise_cell, "An operation in one mode.");

static const struct json_member advise_row_members[] = {
	SHOW(struct advise_row, operation),
	SHOW_INLINE("modes", struct advise_row, cell, nr_cells, advise_cell_shape),
};
static JSON_SHAPE(advise_row, NULL);

static const struct json_member advise_sum_members[] = {
	SHOW(struct advise_sum, column),
	SHOW_OBJECT("ns_per_second", struct advise_sum, load, estimate_shape),
	SHOW(struct advise_sum, unknown, "Operations that are not in it."),
};
static JSON_SHAPE(advise_sum, "All that is known of a mode.");

static const struct json_member price_list_members[] = {
	SHOW(struct price_list, source),
	SHOW(struct price_list, mode),
	SHOW(struct price_list, host),
};
static JSON_SHAPE(price_list, "A list of prices that was given.");

static const struct json_member advise_members[] = {
	SHOW(struct run_info, host, .from = run_of),
	SHOW(struct run_info, kernel, .from = run_of),
	SHOW(struct platform, hypervisor, .from = platform_of),
	SHOW(struct platform, mode, .from = platform_of),
	SHOW(struct snapshot, start_ns, .from = snap_of),
	SHOW(struct snapshot, end_ns, .from = snap_of),
	SHOW_BY(put_complete, "complete", MEMBER_BOOL, .text = "The run lost no more than 0.1 %."),
	SHOW_LIST("lists", struct advise_report, lists, nr_lists, price_list_shape),
	SHOW_INLINE("operations", struct advise, row, nr_rows, advise_row_shape, .from = advise_of),
	SHOW_INLINE("sums", struct advise, sum, nr_sums, advise_sum_shape, .from = advise_of),
	SHOW_INLINE("prices", struct advise, price, nr_prices, advise_row_shape,
		    "Of what a run does not count.", .from = advise_of),
	SHOW_AS("stolen_ns_per_second", struct advise, stolen, .from = advise_of, .known = has_stolen),
	SHOW_BY(put_not_known, "not_known", MEMBER_TEXTS, .text = "What is in no figure."),
};
static JSON_SHAPE(advise, NULL);

/* clang-format on */

const struct json_document json_advise = {
	.type = "advise",
	.text = "The line of `xentrace-bpf advise --json`.",
	.shape = &advise_shape,
};

int advise__json(FILE *out, const struct advise_report *report)
{
	return json__document(out, &json_advise, report, report);
}

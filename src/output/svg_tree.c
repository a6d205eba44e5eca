// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Frames with their labels and tooltips, and the histogram on top of each leaf. */
#include "output/svg_parts.h"

#include <inttypes.h>
#include <string.h>

#include "model/units.h"

/* Width that a character surely fits in at 10 px. */
#define SMALL_CHAR 6.0

static void print_fill(FILE *out, struct color color)
{
	fprintf(out, " fill=\"#%02x%02x%02x\"", color.red, color.green, color.blue);
}

static bool is_mechanism(const struct frame *frame)
{
	return frame->depth == 1 && !frame->idle;
}

/* "VS emulated", "sda", and on a leaf its letter again: the base may be too narrow for a label. */
static void make_label(char *buf, size_t size, const struct frame *frame, enum kind kind)
{
	if (!frame->parent)
		snprintf(buf, size, "guest, %s", kind__name(kind));
	else if (is_mechanism(frame) && frame->mech == MECH_GUEST)
		snprintf(buf, size, "guest's own");
	else if (is_mechanism(frame))
		snprintf(buf, size, "%s %s", mech__letter(frame->mech), frame->name);
	else if (!frame->child && frame->mech != MECH_GUEST)
		snprintf(buf, size, "%s %s", frame->name, mech__letter(frame->mech));
	else
		snprintf(buf, size, "%s", frame->name);
}

/* As much of the label as fits; nothing when not even a letter and ".." do. */
static void print_label(FILE *out, const char *label, double x, double y, double width)
{
	char cut[128], escaped[ESCAPE_LEN];
	size_t room = width > 8 ? (width - 8) / SVG_CHAR : 0, len = strlen(label);

	if (room < 3 && len > room)
		return;
	snprintf(cut, sizeof(cut), "%.*s%s", (int)(len > room ? room - 2 : len), label,
		 len > room ? ".." : "");
	fprintf(out, "<text x=\"%.1f\" y=\"%.1f\">%s</text>", x + 4, y + 15,
		escape__xml(escaped, sizeof(escaped), cut));
}

uint64_t svg__drawn_ns(const struct frame *frame)
{
	uint64_t ns = frame->ns;

	if (frame->idle || frame->code)
		return 0;
	for (const struct frame *child = frame->child; child; child = child->next)
		ns -= child->ns - svg__drawn_ns(child);
	return ns;
}

uint64_t svg__drawn_was_ns(const struct frame *frame)
{
	uint64_t ns = frame->was_ns;

	if (frame->idle || frame->code)
		return 0;
	for (const struct frame *child = frame->child; child; child = child->next)
		ns -= child->was_ns - svg__drawn_was_ns(child);
	return ns;
}

/* "emulated / disk / sda / read / device" */
static void print_way(FILE *out, const struct frame *frame)
{
	char name[ESCAPE_LEN];

	if (!frame->parent) {
		fputs("guest", out);
		return;
	}
	print_way(out, frame->parent);
	fprintf(out, " / %s", escape__xml(name, sizeof(name), frame->name));
}

static void print_frame_tooltip(FILE *out, const struct svg_graph *graph, const struct frame *frame)
{
	char text[5][UNITS_LEN];
	uint64_t ns = svg__drawn_ns(frame);

	fputs("<title>", out);
	print_way(out, frame);
	if (graph->two) {
		uint64_t was_ns = svg__drawn_was_ns(frame);

		fprintf(out, "\n%.4g > %.4g ms a second (%+.4g)</title>", was_ns / 1e6,
			(ns - was_ns) / 1e6, ((double)ns - 2.0 * was_ns) / 1e6);
		return;
	}
	fprintf(out, "\n%.4g s, %.2f %%", ns / 1e9, 100 * ledger__share(ns, graph->ns));
	if (frame->hist) {
		units__count(text[0], hist__count(frame->hist));
		units__ns(text[1], hist__mean_ns(frame->hist));
		units__ns(text[2], hist__quantile(frame->hist, .5));
		units__ns(text[3], hist__quantile(frame->hist, .99));
		units__ns(text[4], frame->hist->max);
		fprintf(out, "\n%s events, mean %ss, p50 %ss, p99 %ss, max %ss", text[0], text[1],
			text[2], text[3], text[4]);
	}
	fputs("</title>", out);
}

/* A run of buckets, wide enough to be seen. */
struct bar {
	unsigned int first, last;
	uint64_t count, ns;
};

static void print_cell(FILE *out, const struct frame *frame, const struct bar *bar, double x,
		       double y, double width)
{
	uint64_t mean_ns = bar->count ? bar->ns / bar->count : 0;
	struct color color = palette__cell(frame->mech, mean_ns);
	char lower[UNITS_LEN], upper[UNITS_LEN], count[UNITS_LEN], mean[UNITS_LEN];

	units__ns(lower, hist__lower(bar->first));
	units__ns(upper, hist__upper(bar->last));
	units__count(count, bar->count);
	units__ns(mean, mean_ns);
	fprintf(out, "<g class=\"cell\" data-ns=\"%" PRIu64 "\"><title>", bar->ns);
	print_way(out, frame);
	fprintf(out, "\n%ss to %ss: %s events, %.4g s</title>", lower, upper, count, bar->ns / 1e9);
	fprintf(out, "<rect x=\"%.2f\" y=\"%.1f\" width=\"%.2f\" height=\"%d\"", x, y,
		/* A hairline between cells that are wide enough to lose it. */
		width > 3 ? width - .6 : width, SVG_CELLS - 1);
	print_fill(out, color);
	fputs("/>", out);
	if (width > SMALL_CHAR * strlen(mean) + 4)
		fprintf(out, "<text x=\"%.1f\" y=\"%.1f\"%s>%s</text>", x + width / 2,
			y + SVG_CELLS / 2 + 3, palette__is_dark(color) ? " class=\"light\"" : "",
			mean);
	fputs("</g>\n", out);
}

static void print_cells(FILE *out, const struct svg_graph *graph, const struct frame *frame,
			double x, double y)
{
	struct bar bar = {};
	uint64_t rest_ns = frame->ns;

	for (unsigned int i = 0; i < frame->hist->nr; i++) {
		const struct hist_bucket *bucket = &frame->hist->bucket[i];

		if (!bucket->ns && !bucket->count)
			continue;
		if (!bar.count && !bar.ns)
			bar.first = bucket->index;
		bar.last = bucket->index;
		bar.count += bucket->count;
		bar.ns += bucket->ns;
		rest_ns -= bucket->ns;
		/* What is left must not end as a sliver of its own. */
		if (rest_ns && (bar.ns * graph->scale < 1 || rest_ns * graph->scale < 1))
			continue;
		print_cell(out, frame, &bar, x, y, bar.ns * graph->scale);
		x += bar.ns * graph->scale;
		bar = (struct bar) {};
	}
}

static struct color frame_color(const struct svg_graph *graph, const struct frame *frame,
				uint64_t ns)
{
	if (graph->two && ns)
		return palette__change(1 - 2.0 * svg__drawn_was_ns(frame) / ns);
	return frame->parent ? palette__frame(frame->mech) : (struct color) { 226, 222, 214 };
}

static void print_frame(FILE *out, const struct svg_graph *graph, const struct frame *frame,
			double x)
{
	double y = graph->base - (frame->depth + 1) * SVG_ROW;
	uint64_t ns = svg__drawn_ns(frame);
	double width = ns * graph->scale;
	char label[96];

	make_label(label, sizeof(label), frame, graph->kind);
	fprintf(out, "<g class=\"frame\" data-ns=\"%" PRIu64 "\" data-depth=\"%u\">", ns,
		frame->depth);
	print_frame_tooltip(out, graph, frame);
	fprintf(out, "<rect x=\"%.2f\" y=\"%.1f\" width=\"%.2f\" height=\"%d\" rx=\"1.5\"", x, y,
		width, SVG_ROW);
	print_fill(out, frame_color(graph, frame, ns));
	fputs("/>", out);
	print_label(out, label, x, y, width);
	fputs("</g>\n", out);
	if (!frame->child && frame->hist && hist__total_ns(frame->hist) == frame->ns)
		print_cells(out, graph, frame, x, y - SVG_CELLS);
}

static void print_subtree(FILE *out, const struct svg_graph *graph, const struct frame *frame,
			  double x)
{
	print_frame(out, graph, frame, x);
	for (const struct frame *child = frame->child; child; child = child->next) {
		uint64_t ns = svg__drawn_ns(child);

		if (!ns)
			continue;
		print_subtree(out, graph, child, x);
		x += ns * graph->scale;
	}
}

void svg__tree(FILE *out, const struct svg_graph *graph, const struct frame *root)
{
	print_subtree(out, graph, root, SVG_MARGIN);
}

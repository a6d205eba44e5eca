// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The flame-style histogram: one standalone drawing, cpu above wait, root at the bottom
 * of each. A frame's width is its time; on top of each leaf lies its latency histogram, one cell a
 * bucket, fast to slow, whose width is the time of that bucket's events: what makes up the time is
 * seen, and not only how often it happened. With kernel stacks, who called stands on top of that.
 *
 *	      ._______________________________.
 *	      |_|__|____|________|____________|  cells: 128u … 41m
 *	      |            device             |
 *	      |             read              |
 *	      |              sda              |
 *	.     |             disk              |
 *	| pv  |          VS emulated          |
 *	|________________guest________________|
 *
 * Idle and the guest's own code would leave no room for the paths: a strip below the cpu graph
 * shows all of vCPU time and the graph's place in it. Every frame, cell and part of the strip
 * carries its nanoseconds in data-ns; they add up exactly.
 *
 * Of two runs it is the differential flame graph. A frame is as wide as the time that both runs
 * together spent in it a second, so that what one of them does not have is seen as well; its colour
 * goes from blue, only before, through white to red, only after.
 */
#include "output/flame.h"

#include <inttypes.h>
#include <string.h>

#include "model/units.h"
#include "output/diff.h"
#include "output/escape.h"

/* Pixels. */
#define WIDTH	   1240
#define MARGIN	   20
#define DRAWN	   (WIDTH - 2.0 * MARGIN)
#define HEAD	   70  /* what run this is */
#define HEAD_TWO   90  /* of two */
#define TITLE	   54  /* above each graph */
#define ROW	   22  /* a frame */
#define CELLS	   32  /* a histogram */
#define FUNNEL	   26  /* from the cpu graph down to the strip */
#define STRIP	   18  /* all of vCPU time */
#define GAP	   22  /* below each graph */
#define LEGEND	   90  /* below the graphs */
#define LEGEND_TWO 50  /* of two runs */
#define SCALE	   320 /* of shades, in the legend */
/* A character of a label surely fits in; and at 10 px. */
#define CHAR	   6.9
#define SMALL_CHAR 6.0

static const char style[] =
	"<style>\n"
	"text { font: 12px system-ui, 'Segoe UI', 'Liberation Sans', Arial, sans-serif;"
	" fill: #26221c; pointer-events: none }\n"
	".head { font-size: 20px; font-weight: 600 }\n"
	".name { font-size: 16px; font-weight: 600 }\n"
	".note, .tick { fill: #6b645a }\n"
	".tick { text-anchor: middle }\n"
	".bad { fill: #b3261e; font-weight: 600 }\n"
	".light { fill: #fff }\n"
	".cell text { font-size: 10px; text-anchor: middle }\n"
	".frame rect { stroke: #fff; stroke-width: 1 }\n"
	".frame:hover > rect, .cell:hover > rect { stroke: #000; stroke-width: 1.5 }\n"
	"</style>\n";

static const struct color idle_color = { 240, 238, 233 }, root_color = { 226, 222, 214 };

/* Fast, middle, slow. Lightness falls from stop to stop by the same steps in each hue. */
static const struct color stops[MECH_NR][3] = {
	[MECH_GUEST] = { { 236, 232, 225 }, { 170, 160, 145 }, { 74, 66, 54 } },
	[MECH_PV] = { { 255, 243, 176 }, { 240, 180, 10 }, { 115, 72, 0 } },
	[MECH_EMULATED] = { { 255, 221, 212 }, { 228, 87, 56 }, { 105, 14, 12 } },
	[MECH_HARDWARE] = { { 216, 240, 208 }, { 76, 165, 84 }, { 12, 74, 30 } },
	[MECH_STOLEN] = { { 222, 229, 238 }, { 124, 147, 178 }, { 44, 62, 84 } },
	[MECH_UNATTRIBUTED] = { { 236, 224, 243 }, { 165, 124, 194 }, { 76, 42, 100 } },
};

static const struct color *stops_of(enum mech mech)
{
	return stops[(unsigned int)mech < MECH_NR ? mech : MECH_UNATTRIBUTED];
}

static struct color mix(struct color a, struct color b, double t)
{
	return (struct color) {
		a.red + (b.red - a.red) * t + .5,
		a.green + (b.green - a.green) * t + .5,
		a.blue + (b.blue - a.blue) * t + .5,
	};
}

struct color palette__frame(enum mech mech)
{
	return mix(stops_of(mech)[0], stops_of(mech)[1], .3);
}

/* The histogram's index is a logarithm already: eight steps for each doubling. */
struct color palette__cell(enum mech mech, uint64_t latency_ns)
{
	const struct color *stop = stops_of(mech);
	double fast = hist__index(PALETTE_FAST_NS), slow = hist__index(PALETTE_SLOW_NS);
	double t = (hist__index(latency_ns) - fast) / (slow - fast);

	if (t < 0)
		t = 0;
	if (t > 1)
		t = 1;
	return t < .5 ? mix(stop[0], stop[1], 2 * t) : mix(stop[1], stop[2], 2 * t - 1);
}

struct color palette__change(double share)
{
	static const struct color less = { 66, 124, 196 }, same = { 250, 248, 244 },
				  more = { 222, 84, 60 };

	return share < 0 ? mix(same, less, -share) : mix(same, more, share);
}

bool palette__is_dark(struct color color)
{
	return 299 * color.red + 587 * color.green + 114 * color.blue < 128 * 1000;
}

static void print_text(FILE *out, double x, double y, const char *class, const char *text)
{
	char escaped[1024];

	fprintf(out, "<text x=\"%.1f\" y=\"%.1f\" class=\"%s\">%s</text>\n", x, y, class,
		escape__xml(escaped, sizeof(escaped), text));
}

static void print_fill(FILE *out, struct color color)
{
	fprintf(out, " fill=\"#%02x%02x%02x\"", color.red, color.green, color.blue);
}

static void print_swatch(FILE *out, double x, double y, double width, struct color color)
{
	fprintf(out, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"14\"", x, y, width);
	print_fill(out, color);
	fputs("/>\n", out);
}

/* One of the two trees. */
struct graph {
	enum kind kind;
	bool two;     /* of two runs: colours and words are of what changed */
	double base;  /* y of the root's lower edge */
	uint64_t ns;  /* what the whole width is */
	double scale; /* pixels a ns */
};

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
	else if (!frame->child && !frame->caller && frame->mech != MECH_GUEST)
		snprintf(buf, size, "%s %s", frame->name, mech__letter(frame->mech));
	else
		snprintf(buf, size, "%s", frame->name);
}

/* As much of the label as fits; nothing when not even a letter and ".." do. */
static void print_label(FILE *out, const char *label, double x, double y, double width)
{
	char cut[128], escaped[ESCAPE_LEN];
	size_t room = width > 8 ? (width - 8) / CHAR : 0, len = strlen(label);

	if (room < 3 && len > room)
		return;
	snprintf(cut, sizeof(cut), "%.*s%s", (int)(len > room ? room - 2 : len), label,
		 len > room ? ".." : "");
	fprintf(out, "<text x=\"%.1f\" y=\"%.1f\">%s</text>", x + 4, y + 15,
		escape__xml(escaped, sizeof(escaped), cut));
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

static void print_tooltip(FILE *out, const struct graph *graph, const struct frame *frame)
{
	const struct hist *hist = frame->hist;
	uint64_t ns = frame->drawn_ns, was_ns = frame->drawn_was_ns;

	fputs("<title>", out);
	print_way(out, frame);
	if (graph->two)
		fprintf(out, "\n%.4g > %.4g ms a second (%+.4g)", was_ns / 1e6, (ns - was_ns) / 1e6,
			((double)ns - 2.0 * was_ns) / 1e6);
	else
		fprintf(out, "\n%.4g s, %.2f %%", ns / 1e9, 100 * ledger__share(ns, graph->ns));
	if (hist)
		fprintf(out, "\n%s events, mean %ss, p50 %ss, p99 %ss, max %ss",
			COUNT(hist__count(hist)), NS(hist__mean_ns(hist)),
			NS(hist__quantile(hist, .5)), NS(hist__quantile(hist, .99)), NS(hist->max));
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
	const char *mean = NS(mean_ns);

	fprintf(out, "<g class=\"cell\" data-ns=\"%" PRIu64 "\"><title>", bar->ns);
	print_way(out, frame);
	fprintf(out, "\n%ss to %ss: %s events, %.4g s</title>", NS(hist__lower(bar->first)),
		NS(hist__upper(bar->last)), COUNT(bar->count), bar->ns / 1e9);
	fprintf(out, "<rect x=\"%.2f\" y=\"%.1f\" width=\"%.2f\" height=\"%d\"", x, y,
		/* A hairline between cells that are wide enough to lose it. */
		width > 3 ? width - .6 : width, CELLS - 1);
	print_fill(out, color);
	fputs("/>", out);
	if (width > SMALL_CHAR * strlen(mean) + 4)
		fprintf(out, "<text x=\"%.1f\" y=\"%.1f\"%s>%s</text>", x + width / 2,
			y + CELLS / 2 + 3, palette__is_dark(color) ? " class=\"light\"" : "", mean);
	fputs("</g>\n", out);
}

/* ns of a path of this kind that is all of a frame. */
static uint64_t ns_of(enum kind kind, const struct hist *h)
{
	return path_key__ns(&(struct path_key) { .kind = kind }, h);
}

static void print_cells(FILE *out, const struct graph *graph, const struct frame *frame, double x,
			double y)
{
	/* buckets have what the path owes, and not what none in them stands for: see struct hist */
	uint64_t seen = 0, rest_ns = frame->ns;
	struct bar bar = {};

	for (unsigned int i = 0; i < frame->hist->nr; i++) {
		const struct hist_bucket *bucket = &frame->hist->bucket[i];
		uint64_t left;

		if (!bucket->ns && !bucket->count)
			continue;
		if (!bar.count && !bar.ns)
			bar.first = bucket->index;
		bar.last = bucket->index;
		bar.count += bucket->count;
		seen += bucket->ns;
		left = frame->ns - hist__share_ns(frame->hist, seen, frame->ns);
		bar.ns += rest_ns - left;
		rest_ns = left;
		/* What is left must not end as a sliver of its own. */
		if (rest_ns && i + 1 < frame->hist->nr &&
		    (bar.ns * graph->scale < 1 || rest_ns * graph->scale < 1))
			continue;
		print_cell(out, frame, &bar, x, y, bar.ns * graph->scale);
		x += bar.ns * graph->scale;
		bar = (struct bar) {};
	}
}

static struct color color_of(const struct graph *graph, const struct frame *frame)
{
	if (graph->two && frame->drawn_ns)
		return palette__change(1 - 2.0 * frame->drawn_was_ns / frame->drawn_ns);
	return frame->parent ? palette__frame(frame->mech) : root_color;
}

static void print_frame(FILE *out, const struct graph *graph, const struct frame *frame, double x)
{
	double y = graph->base - (frame->depth + 1) * ROW, width = frame->drawn_ns * graph->scale;
	const bool is_path = !frame->child || frame->child->caller;
	char label[96];

	/* who called stands on the histogram */
	if (frame->caller && !graph->two)
		y -= CELLS;
	fprintf(out, "<g class=\"frame\" data-ns=\"%" PRIu64 "\" data-depth=\"%u\">",
		frame->drawn_ns, frame->depth);
	print_tooltip(out, graph, frame);
	fprintf(out, "<rect x=\"%.2f\" y=\"%.1f\" width=\"%.2f\" height=\"%d\" rx=\"1.5\"", x, y,
		width, ROW);
	print_fill(out, color_of(graph, frame));
	fputs("/>", out);
	make_label(label, sizeof(label), frame, graph->kind);
	print_label(out, label, x, y, width);
	fputs("</g>\n", out);
	/* Only where the path is all of the frame. */
	if (is_path && frame->hist && frame->ns == ns_of(graph->kind, frame->hist))
		print_cells(out, graph, frame, x, y - CELLS);
}

static void print_tree(FILE *out, const struct graph *graph, const struct frame *frame, double x)
{
	print_frame(out, graph, frame, x);
	for (const struct frame *child = frame->child; child; child = child->next) {
		if (!child->drawn_ns)
			continue;
		print_tree(out, graph, child, x);
		x += child->drawn_ns * graph->scale;
	}
}

static void print_segment(FILE *out, double y, double *x, const char *name, uint64_t ns,
			  uint64_t total_ns, struct color color)
{
	double width = total_ns ? DRAWN * ns / total_ns : 0;
	char label[64];

	if (!ns)
		return;
	snprintf(label, sizeof(label), "%s %.2f s", name, ns / 1e9);
	fprintf(out,
		"<g class=\"part\" data-ns=\"%" PRIu64 "\"><title>%s: %.4g vCPU-s, %.2f %%</title>"
		"<rect x=\"%.2f\" y=\"%.1f\" width=\"%.2f\" height=\"%d\"",
		ns, name, ns / 1e9, 100 * ledger__share(ns, total_ns), *x, y, width, STRIP);
	print_fill(out, color);
	fputs("/>", out);
	/* Where its name does not fit, the mechanism's letter may. */
	if (width <= CHAR * strlen(label) + 8)
		snprintf(label, sizeof(label), "%.*s", (int)strcspn(name, " "), name);
	if (width > CHAR * strlen(label) + 8)
		fprintf(out, "<text x=\"%.1f\" y=\"%.1f\">%s</text>", *x + 4, y + 13, label);
	fputs("</g>\n", out);
	*x += width;
}

/*
 * All of the vCPUs' time in one strip, and the funnel from what is drawn large to its place in it:
 * most of a guest's time is its own code and idle, beside which no path would be seen.
 *
 *	 |                     guest, cpu                        |
 *	  \                                    ________________/
 *	   \__________                ________/
 *	 |  guest code  | pv | emulated | stolen |      idle     |
 */
static void print_strip(FILE *out, const struct graph *graph, const struct cpu_account *cpu)
{
	uint64_t total_ns = cpu->total_ns + cpu->excess_ns;
	double left, right, x = MARGIN, y = graph->base + FUNNEL;
	char name[48];

	print_segment(out, y, &x, "guest code", cpu->guest_rest_ns, total_ns,
		      palette__frame(MECH_GUEST));
	left = x;
	print_segment(out, y, &x, "interrupts", cpu->mech_ns[MECH_GUEST] - cpu->guest_rest_ns,
		      total_ns, palette__frame(MECH_GUEST));
	for (enum mech mech = MECH_GUEST + 1; mech < MECH_NR; mech++) {
		snprintf(name, sizeof(name), "%s %s", mech__letter(mech), mech__name(mech));
		print_segment(out, y, &x, name, cpu->mech_ns[mech], total_ns, palette__frame(mech));
	}
	right = x;
	print_segment(out, y, &x, "idle", cpu->idle_ns, total_ns, idle_color);
	if (right > left)
		fprintf(out,
			"<path d=\"M%.2f %.1fL%.2f %.1fL%d %.1fL%d %.1fZ\" fill=\"#f1ede4\"/>\n",
			left, y, right, y, WIDTH - MARGIN, graph->base, MARGIN, graph->base);
}

static unsigned int graph_height(const struct frame *root, const struct graph *graph)
{
	unsigned int height = TITLE + frame__height(root) * ROW + GAP;

	if (!graph->two)
		height += CELLS + (graph->kind == KIND_CPU ? FUNNEL + STRIP : 0);
	return height;
}

static void print_begin(FILE *out, unsigned int height, const char *what)
{
	fprintf(out,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%u\" "
		"viewBox=\"0 0 %d %u\" role=\"img\" aria-label=\"%s\">\n"
		"%s<rect width=\"100%%\" height=\"100%%\" fill=\"#fffdf9\"/>\n",
		WIDTH, height, WIDTH, height, what, style);
}

/* What run this is; in red when its figures are lower bounds only. */
static void print_head(FILE *out, const struct report *report)
{
	const struct run_info *run = report->run;
	const struct snapshot *snap = report->snap;
	char line[512], stamp[STAMP_LEN];

	report__stamp(stamp, report);
	print_text(out, MARGIN, 34, "head",
		   "Where the time goes: mechanism, device, leg, and latency on top");
	snprintf(line, sizeof(line), "%s · %s%.1f s · %u vCPU%s · %s · %s%s%s · xentrace-bpf %s",
		 run->host ? run->host : "", stamp, report->ledger->elapsed_ns / 1e9,
		 snap->cpu.vcpus, snap->cpu.vcpus == 1 ? "" : "s", run->kernel ? run->kernel : "",
		 report->platform ? report->platform->mode : "",
		 report->platform && *report->platform->hypervisor ? " on " : "",
		 report->platform ? report->platform->hypervisor : "",
		 run->version ? run->version : "");
	print_text(out, MARGIN, 56, "note", line);
	if (report->ledger->quality.incomplete) {
		snprintf(line, sizeof(line),
			 "INCOMPLETE: up to %.2f %% of events lost, read it as a sketch",
			 100 * report->ledger->quality.worst_share);
		print_text(out, WIDTH - 400, 34, "bad", line);
	}
}

/* The one scale of shades, in the hues that carry histograms. */
static void print_scale(FILE *out, double y)
{
	static const enum mech hues[] = { MECH_PV, MECH_EMULATED, MECH_HARDWARE };
	static const struct {
		uint64_t ns;
		const char *text;
	} ticks[] = {
		{ 1000, "1us" },    { 10000, "10us" },	  { 100000, "100us" },
		{ 1000000, "1ms" }, { 10000000, "10ms" }, { 100000000, "100ms" },
	};
	unsigned int first = hist__index(PALETTE_FAST_NS), last = hist__index(PALETTE_SLOW_NS);
	double x = WIDTH - MARGIN - SCALE, step = SCALE / (last - first + 1.0);

	print_text(out, x - 134, y + 11.5, "note", "latency, both graphs");
	for (unsigned int i = first; i <= last; i++)
		for (unsigned int hue = 0; hue < ARRAY_LEN(hues); hue++)
			print_swatch(out, x + (i - first) * step, y - 14 + 14 * hue, step + .7,
				     palette__cell(hues[hue], hist__lower(i)));
	for (unsigned int i = 0; i < ARRAY_LEN(ticks); i++) {
		int at = (int)hist__index(ticks[i].ns) - (int)first;

		print_text(out, x + (at > 0 ? at : 0) * step, y + 42, "tick", ticks[i].text);
	}
}

/* Hues with their letters. */
static void print_legend(FILE *out, double y)
{
	double x = MARGIN;
	char text[64];

	for (enum mech mech = 0; mech < MECH_NR; mech++) {
		if (mech == MECH_GUEST)
			snprintf(text, sizeof(text), "guest's own");
		else
			snprintf(text, sizeof(text), "%s %s", mech__letter(mech), mech__name(mech));
		print_swatch(out, x, y, 14, palette__frame(mech));
		print_text(out, x + 20, y + 11.5, "", text);
		x += 36 + 6.8 * strlen(text);
	}
	print_scale(out, y);
}

static void print_heads(FILE *out, const struct diff_report *report)
{
	static const char *const names[] = { "before", "after" };
	char line[1024], stamp[STAMP_LEN];

	print_text(out, MARGIN, 34, "head", "What changed: time a second, before and after");
	for (int side = 0; side < DIFF_SIDES; side++) {
		const struct report *run = &report->run[side];

		report__stamp(stamp, run);
		snprintf(line, sizeof(line), "%s: %s · %s · %s%.1f s · %s · %s", names[side],
			 report->file[side], run->run->host ? run->run->host : "", stamp,
			 run->ledger->elapsed_ns / 1e9, run->run->kernel ? run->run->kernel : "",
			 run->platform ? run->platform->mode : "");
		print_text(out, MARGIN, 56 + 18 * side, "note", line);
	}
}

static void print_changes(FILE *out, double y)
{
	static const char *const words[] = { "only before", "half of it gone", "the same",
					     "twice as much", "only after" };
	static const double shares[] = { -1, -1 / 3.0, 0, 1 / 3.0, 1 };

	for (int i = 0; i < 5; i++) {
		print_swatch(out, MARGIN + 160 * i, y, 14, palette__change(shares[i]));
		print_text(out, MARGIN + 160 * i + 20, y + 11.5, "", words[i]);
	}
}

/* What is drawn and of how much; what was waited, with its average. */
static void make_note(char *note, size_t size, const struct ledger *ledger, enum kind kind,
		      uint64_t drawn_ns)
{
	if (kind == KIND_CPU)
		snprintf(note, size,
			 "%.2f of %.2f vCPU-s (%.1f %%) in traced paths or held off; the strip "
			 "below is all of it, and its guest code includes exits that no probe can "
			 "see",
			 drawn_ns / 1e9, ledger->cpu.total_ns / 1e9,
			 100 * ledger__share(drawn_ns, ledger->cpu.total_ns));
	else
		snprintf(note, size,
			 "%.2f s waited in %.2f s: %.1f in flight on average; backend and device "
			 "include the real storage",
			 drawn_ns / 1e9, ledger->elapsed_ns / 1e9,
			 ledger__share(drawn_ns, ledger->elapsed_ns));
}

/* With its title and what is said of it, from `y` down. `report` is NULL for a comparison. */
static void print_graph(FILE *out, struct graph *graph, const struct frame *root, unsigned int y,
			const struct report *report)
{
	char note[256];

	graph->base = y + TITLE + frame__height(root) * ROW + (graph->two ? 0 : CELLS);
	graph->ns = root->drawn_ns;
	graph->scale = graph->ns ? DRAWN / graph->ns : 0;
	if (graph->two)
		snprintf(note, sizeof(note), "%.4g ms a second before, %.4g after",
			 root->drawn_was_ns / 1e6, (root->drawn_ns - root->drawn_was_ns) / 1e6);
	else
		make_note(note, sizeof(note), report->ledger, graph->kind, graph->ns);
	fprintf(out, "<g id=\"%s\" data-ns=\"%" PRIu64 "\">\n", kind__name(graph->kind), graph->ns);
	print_text(out, MARGIN, y + 20, "name",
		   graph->kind == KIND_WAIT ? "WAIT: what requests waited for"
		   : graph->two		    ? "CPU: vCPU time in traced paths or held off"
					    : "CPU: vCPU time by what serves it");
	print_text(out, MARGIN, y + 38, "note", note);
	if (graph->ns)
		print_tree(out, graph, root, MARGIN);
	else
		print_text(out, MARGIN, graph->base - 8, "note", "nothing was measured");
	if (graph->kind == KIND_CPU && !graph->two)
		print_strip(out, graph, &report->ledger->cpu);
	fputs("</g>\n", out);
}

/* A run, or the comparison of two. */
static int draw(FILE *out, const struct report *report, const struct diff_report *diff)
{
	struct graph graphs[KIND_NR] = {};
	unsigned int y = diff ? HEAD_TWO : HEAD, height = y + (diff ? LEGEND_TWO : LEGEND);
	struct flame flame;
	int err = diff ? flame__build_two(&flame, &diff->run[DIFF_BEFORE], &diff->run[DIFF_AFTER])
		       : flame__build(&flame, report);

	if (err)
		goto out;
	for (enum kind kind = 0; kind < KIND_NR; kind++) {
		graphs[kind] = (struct graph) { .kind = kind, .two = diff };
		height += graph_height(flame.root[kind], &graphs[kind]);
	}
	print_begin(out, height,
		    diff ? "Differential flame graph" : "Flame-style latency histogram");
	if (diff)
		print_heads(out, diff);
	else
		print_head(out, report);
	for (enum kind kind = 0; kind < KIND_NR; kind++) {
		print_graph(out, &graphs[kind], flame.root[kind], y, report);
		y += graph_height(flame.root[kind], &graphs[kind]);
	}
	if (diff)
		print_changes(out, y + 10);
	else
		print_legend(out, y + 20);
	fputs("</svg>\n", out);
	err = output__finish(out);
out:
	flame__free(&flame);
	return err;
}

static int svg__total(FILE *out, const struct report *report)
{
	return draw(out, report, NULL);
}

static int svg__diff(FILE *out, const struct diff_report *report)
{
	return draw(out, NULL, report);
}

const struct output output_svg = {
	.name = "svg",
	.extension = ".svg",
	.is_document = true,
	.header = output__nothing,
	.interval = output__nothing,
	.total = svg__total,
	.diff = svg__diff,
};

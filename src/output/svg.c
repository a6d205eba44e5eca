// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The flame-style histogram (DESIGN §3): one standalone drawing, cpu above wait, root at the bottom
 * of each. A frame's width is its time; on top of each leaf lies its latency histogram, one cell a
 * bucket, fast to slow, whose width is the time of that bucket's events: what makes up the time is
 * seen, and not only how often it happened.
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
 */
#include "output/svg_parts.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "model/units.h"

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

/* How tall the drawing of a tree is. */
static unsigned int graph_height(const struct frame *root, enum kind kind)
{
	return SVG_TITLE + tree__height(root) * SVG_ROW + SVG_CELLS + SVG_GAP +
	       (kind == KIND_CPU ? SVG_FUNNEL + SVG_STRIP : 0);
}

void svg__text(FILE *out, double x, double y, const char *class, const char *text)
{
	char escaped[1024];

	fprintf(out, "<text x=\"%.1f\" y=\"%.1f\" class=\"%s\">%s</text>\n", x, y, class,
		escape__xml(escaped, sizeof(escaped), text));
}

/* What run this is; in red when its figures are lower bounds only. */
static void print_head(FILE *out, const struct report *report)
{
	const struct run_info *run = report->run;
	const struct snapshot *snap = report->snap;
	char line[512], stamp[STAMP_LEN];

	report__stamp(stamp, report);
	svg__text(out, SVG_MARGIN, 34, "head",
		  "Where the time goes: mechanism, device, leg, and latency on top");
	snprintf(line, sizeof(line), "%s · %s%.1f s · %u vCPU%s · %s · %s%s%s · xentrace-bpf %s",
		 run->host ? run->host : "", stamp, report->ledger->elapsed_ns / 1e9,
		 snap->cpu.vcpus, snap->cpu.vcpus == 1 ? "" : "s", run->kernel ? run->kernel : "",
		 report->platform ? report->platform->mode : "",
		 report->platform && *report->platform->hypervisor ? " on " : "",
		 report->platform ? report->platform->hypervisor : "",
		 run->version ? run->version : "");
	svg__text(out, SVG_MARGIN, 56, "note", line);
	if (report->ledger->quality.incomplete) {
		snprintf(line, sizeof(line),
			 "INCOMPLETE: up to %.2f %% of events lost, read it as a sketch",
			 100 * report->ledger->quality.worst_share);
		svg__text(out, SVG_WIDTH - 400, 34, "bad", line);
	}
}

void svg__swatch(FILE *out, double x, double y, double width, struct color color)
{
	fprintf(out,
		"<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"14\" "
		"fill=\"#%02x%02x%02x\"/>\n",
		x, y, width, color.red, color.green, color.blue);
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
	double x = SVG_WIDTH - SVG_MARGIN - SVG_SCALE, step = SVG_SCALE / (last - first + 1.0);

	svg__text(out, x - 134, y + 11.5, "note", "latency, both graphs");
	for (unsigned int i = first; i <= last; i++)
		for (unsigned int hue = 0; hue < sizeof(hues) / sizeof(hues[0]); hue++)
			svg__swatch(out, x + (i - first) * step, y - 14 + 14 * hue, step + .7,
				    palette__cell(hues[hue], hist__lower(i)));
	for (unsigned int i = 0; i < sizeof(ticks) / sizeof(ticks[0]); i++) {
		int at = (int)hist__index(ticks[i].ns) - (int)first;

		svg__text(out, x + (at > 0 ? at : 0) * step, y + 42, "tick", ticks[i].text);
	}
}

/* Hues with their letters. */
static void print_legend(FILE *out, double y)
{
	double x = SVG_MARGIN;
	char text[64];

	for (enum mech mech = 0; mech < MECH_NR; mech++) {
		if (mech == MECH_GUEST)
			snprintf(text, sizeof(text), "guest's own");
		else
			snprintf(text, sizeof(text), "%s %s", mech__letter(mech), mech__name(mech));
		svg__swatch(out, x, y, 14, palette__frame(mech));
		svg__text(out, x + 20, y + 11.5, "", text);
		x += 36 + 6.8 * strlen(text);
	}
	print_scale(out, y);
}

/* What is drawn and of how much; what was waited, with its average. */
static void print_title(FILE *out, const struct report *report, enum kind kind, uint64_t drawn_ns,
			unsigned int y)
{
	const struct ledger *ledger = report->ledger;
	char line[256];

	if (kind == KIND_CPU) {
		svg__text(out, SVG_MARGIN, y + 20, "name", "CPU: vCPU time by what serves it");
		snprintf(line, sizeof(line),
			 "%.2f of %.2f vCPU-s (%.1f %%) in traced paths or held off; the strip "
			 "below "
			 "is all of it, and its guest code includes exits that no probe can see",
			 drawn_ns / 1e9, ledger->cpu.total_ns / 1e9,
			 100 * ledger__share(drawn_ns, ledger->cpu.total_ns));
	} else {
		svg__text(out, SVG_MARGIN, y + 20, "name", "WAIT: what requests waited for");
		snprintf(line, sizeof(line),
			 "%.2f s waited in %.2f s: %.1f in flight on average; backend and device "
			 "include the real storage",
			 drawn_ns / 1e9, ledger->elapsed_ns / 1e9,
			 ledger__share(drawn_ns, ledger->elapsed_ns));
	}
	svg__text(out, SVG_MARGIN, y + 38, "note", line);
}

static void print_graph(FILE *out, const struct report *report, const struct frame *root,
			enum kind kind, unsigned int y)
{
	uint64_t drawn_ns = svg__drawn_ns(root);
	struct svg_graph graph = {
		.kind = kind,
		.base = y + SVG_TITLE + SVG_CELLS + tree__height(root) * SVG_ROW,
		.ns = drawn_ns,
		.scale = drawn_ns ? (SVG_WIDTH - 2.0 * SVG_MARGIN) / drawn_ns : 0,
	};

	fprintf(out, "<g id=\"%s\" data-ns=\"%" PRIu64 "\">\n", kind__name(kind), drawn_ns);
	print_title(out, report, kind, drawn_ns, y);
	if (drawn_ns)
		svg__tree(out, &graph, root);
	else
		svg__text(out, SVG_MARGIN, graph.base - 8, "note", "nothing was measured");
	if (kind == KIND_CPU)
		svg__strip(out, &graph, &report->ledger->cpu);
	fputs("</g>\n", out);
}

void svg__begin(FILE *out, unsigned int height, const char *what)
{
	fprintf(out,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%u\" "
		"viewBox=\"0 0 %d %u\" role=\"img\" aria-label=\"%s\">\n"
		"%s<rect width=\"100%%\" height=\"100%%\" fill=\"#fffdf9\"/>\n",
		SVG_WIDTH, height, SVG_WIDTH, height, what, style);
}

static int svg__total(FILE *out, const struct report *report)
{
	struct frame *roots[KIND_NR] = {};
	unsigned int y = 70, height = 70 + SVG_LEGEND;
	int err = 0;

	for (enum kind kind = 0; !err && kind < KIND_NR; kind++) {
		err = tree__build(&roots[kind], report, kind);
		if (!err)
			height += graph_height(roots[kind], kind);
	}
	if (err)
		goto out;
	svg__begin(out, height, "Flame-style latency histogram");
	print_head(out, report);
	for (enum kind kind = 0; kind < KIND_NR; kind++) {
		print_graph(out, report, roots[kind], kind, y);
		y += graph_height(roots[kind], kind);
	}
	print_legend(out, y + 20);
	fputs("</svg>\n", out);
	err = output__finish(out);
out:
	for (enum kind kind = 0; kind < KIND_NR; kind++)
		tree__free(roots[kind]);
	return err;
}

const struct output output_svg = {
	.name = "svg",
	.extension = ".svg",
	.is_document = true,
	.header = output__nothing,
	.interval = output__nothing,
	.total = svg__total,
};

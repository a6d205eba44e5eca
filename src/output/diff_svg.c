// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The differential flame graph: cpu above wait. A frame is as wide as the time that both runs
 * together spent in it a second, so that what one of them does not have is seen as well; its colour
 * goes from blue, only before, through white to red, only after.
 */
#include <inttypes.h>

#include "output/diff.h"
#include "output/svg_parts.h"

static unsigned int graph_height(const struct frame *root)
{
	return SVG_TITLE + tree__height(root) * SVG_ROW + SVG_GAP;
}

static void print_head(FILE *out, const struct diff_report *report)
{
	static const char *const names[] = { "before", "after" };
	char line[1024], stamp[STAMP_LEN];

	svg__text(out, SVG_MARGIN, 34, "head", "What changed: time a second, before and after");
	for (int side = 0; side < DIFF_SIDES; side++) {
		const struct report *run = &report->run[side];

		report__stamp(stamp, run);
		snprintf(line, sizeof(line), "%s: %s · %s · %s%.1f s · %s · %s", names[side],
			 report->file[side], run->run->host ? run->run->host : "", stamp,
			 run->ledger->elapsed_ns / 1e9, run->run->kernel ? run->run->kernel : "",
			 run->platform ? run->platform->mode : "");
		svg__text(out, SVG_MARGIN, 56 + 18 * side, "note", line);
	}
}

static void print_graph(FILE *out, const struct frame *root, enum kind kind, unsigned int y)
{
	uint64_t ns = svg__drawn_ns(root), was_ns = svg__drawn_was_ns(root);
	struct svg_graph graph = {
		.kind = kind,
		.two = true,
		.base = y + SVG_TITLE + tree__height(root) * SVG_ROW,
		.ns = ns,
		.scale = ns ? (SVG_WIDTH - 2.0 * SVG_MARGIN) / ns : 0,
	};
	char line[128];

	fprintf(out, "<g id=\"%s\" data-ns=\"%" PRIu64 "\">\n", kind__name(kind), ns);
	svg__text(out, SVG_MARGIN, y + 20, "name",
		  kind == KIND_CPU ? "CPU: vCPU time in traced paths or held off"
				   : "WAIT: what requests waited for");
	snprintf(line, sizeof(line), "%.4g ms a second before, %.4g after", was_ns / 1e6,
		 (ns - was_ns) / 1e6);
	svg__text(out, SVG_MARGIN, y + 38, "note", line);
	if (ns)
		svg__tree(out, &graph, root);
	else
		svg__text(out, SVG_MARGIN, graph.base - 8, "note", "nothing was measured");
	fputs("</g>\n", out);
}

static void print_legend(FILE *out, double y)
{
	static const char *const words[] = { "only before", "half of it gone", "the same",
					     "twice as much", "only after" };
	static const double shares[] = { -1, -1 / 3.0, 0, 1 / 3.0, 1 };

	for (int i = 0; i < 5; i++) {
		svg__swatch(out, SVG_MARGIN + 160 * i, y, 14, palette__change(shares[i]));
		svg__text(out, SVG_MARGIN + 160 * i + 20, y + 11.5, "", words[i]);
	}
}

static int print(FILE *out, const struct diff_report *report)
{
	struct frame *roots[KIND_NR] = {};
	unsigned int y = 90, height = 90 + 50;
	int err = 0;

	for (enum kind kind = 0; !err && kind < KIND_NR; kind++) {
		err = tree__build_two(&roots[kind], &report->run[DIFF_BEFORE],
				      &report->run[DIFF_AFTER], kind);
		if (!err)
			height += graph_height(roots[kind]);
	}
	if (err)
		goto out;
	svg__begin(out, height, "Differential flame graph");
	print_head(out, report);
	for (enum kind kind = 0; kind < KIND_NR; kind++) {
		print_graph(out, roots[kind], kind, y);
		y += graph_height(roots[kind]);
	}
	print_legend(out, y + 10);
	fputs("</svg>\n", out);
	err = output__finish(out);
out:
	for (enum kind kind = 0; kind < KIND_NR; kind++)
		tree__free(roots[kind]);
	return err;
}

const struct diff_output diff_svg = { "svg", ".svg", print };

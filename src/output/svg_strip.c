// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * All of the vCPUs' time in one strip, and the funnel from what is drawn large to its place in it:
 * most of a guest's time is its own code and idle, beside which no path would be seen.
 *
 *	 |                     guest, cpu                        |
 *	  \                                    ________________/
 *	   \__________                ________/
 *	 |  guest code  | pv | emulated | stolen |      idle     |
 */
#include "output/svg_parts.h"

#include <inttypes.h>
#include <string.h>

static const struct color idle_color = { 240, 238, 233 };

static void print_segment(FILE *out, double y, double *x, const char *name, uint64_t ns,
			  uint64_t total_ns, struct color color)
{
	double width = total_ns ? (SVG_WIDTH - 2.0 * SVG_MARGIN) * ns / total_ns : 0;
	char label[64];

	if (!ns)
		return;
	snprintf(label, sizeof(label), "%s %.2f s", name, ns / 1e9);
	fprintf(out,
		"<g class=\"part\" data-ns=\"%" PRIu64 "\"><title>%s: %.4g vCPU-s, %.2f %%</title>"
		"<rect x=\"%.2f\" y=\"%.1f\" width=\"%.2f\" height=\"%d\" "
		"fill=\"#%02x%02x%02x\"/>",
		ns, name, ns / 1e9, 100 * ledger__share(ns, total_ns), *x, y, width, SVG_STRIP,
		color.red, color.green, color.blue);
	/* Where its name does not fit, the mechanism's letter may. */
	if (width <= SVG_CHAR * strlen(label) + 8)
		snprintf(label, sizeof(label), "%.*s", (int)strcspn(name, " "), name);
	if (width > SVG_CHAR * strlen(label) + 8)
		fprintf(out, "<text x=\"%.1f\" y=\"%.1f\">%s</text>", *x + 4, y + 13, label);
	fputs("</g>\n", out);
	*x += width;
}

void svg__strip(FILE *out, const struct svg_graph *graph, const struct cpu_account *cpu)
{
	uint64_t total_ns = cpu->total_ns + cpu->excess_ns;
	double left, right, x = SVG_MARGIN, y = graph->base + SVG_FUNNEL;
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
			left, y, right, y, SVG_WIDTH - SVG_MARGIN, graph->base, SVG_MARGIN,
			graph->base);
}

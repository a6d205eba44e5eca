// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <stdio.h>
#include <string.h>

#include "output/escape.h"
#include "output/spectrum.h"
#include "output/text_parts.h"

#define AREA_WIDTH   8
#define WHAT_MIN     5	/* "xvdb" and a space */
#define NOW_MIN	     21 /* with the letter */
#define LETTER_WIDTH 3
#define BETTER_MIN   24
#define COLUMN_MAX   32 /* a longer name pushes its own line only */

struct widths {
	int what, how, better;
};

static void widen(int *width, const char *text)
{
	int len = strlen(text) + 1;

	if (len > *width && len <= COLUMN_MAX)
		*width = len;
}

static struct widths measure(const struct platform *p)
{
	struct widths w = { WHAT_MIN, NOW_MIN - LETTER_WIDTH, BETTER_MIN };

	for (size_t i = 0; i < p->nr_cells; i++) {
		widen(&w.what, p->cells[i].what);
		widen(&w.how, p->cells[i].how);
		widen(&w.better, p->cells[i].better);
	}
	return w;
}

static void print_cell(FILE *out, const struct cell *cell, const struct widths *w, bool same_area)
{
	char what[ESCAPE_LEN], how[ESCAPE_LEN], better[ESCAPE_LEN], line[4 * ESCAPE_LEN], tail[256];
	int column = AREA_WIDTH + w->what + LETTER_WIDTH + w->how + w->better, used;

	snprintf(line, sizeof(line), "%-*s%-*s", AREA_WIDTH,
		 same_area ? "" : area__name(cell->area), w->what,
		 escape__ascii(what, sizeof(what), cell->what));
	if (!cell->what[0]) /* a facility: its name has the device's column too */
		snprintf(line, sizeof(line), "%-*s", AREA_WIDTH + w->what, area__name(cell->area));
	fputs(line, out);
	snprintf(line, sizeof(line), "%-*s%-*s %-*s ", LETTER_WIDTH, letter__name(cell->letter),
		 w->how - 1, escape__ascii(how, sizeof(how), cell->how), w->better - 1,
		 escape__ascii(better, sizeof(better), cell->better));
	fputs(line, out);
	used = AREA_WIDTH + w->what + strlen(line);
	snprintf(tail, sizeof(tail), "%s%s", cell->conflicting ? "CONFLICT: " : "",
		 cell->evidence[0] ? cell->evidence : "-");
	text__wrap(out, used, column, tail);
}

void spectrum__print(FILE *out, const struct platform *p)
{
	struct widths w = measure(p);

	fprintf(out, "%-*s%-*s%-*s%s\n", AREA_WIDTH + w.what, "SPECTRUM", LETTER_WIDTH + w.how,
		"now", w.better, "better on this guest?", "evidence");
	for (size_t i = 0; i < p->nr_cells; i++)
		print_cell(out, &p->cells[i], &w,
			   i && p->cells[i].area == p->cells[i - 1].area && p->cells[i].what[0]);
}

static void print_features(FILE *out, const struct platform *p)
{
	char why[ESCAPE_LEN];

	fputs("FEATURES\n", out);
	for (size_t i = 0; i < p->nr_features; i++) {
		const struct feature *feature = &p->features[i];

		fprintf(out, "%-20s %-11s ", feature->name, feature_state__name(feature->state));
		text__wrap(out, 33, 33, escape__ascii(why, sizeof(why), feature->why));
	}
}

void platform__print(FILE *out, const struct platform *p)
{
	char host[ESCAPE_LEN], kernel[ESCAPE_LEN], hypervisor[ESCAPE_LEN];

	fprintf(out, "xentrace-bpf %s  %s  %u vCPU%s  Linux %s  %s\n", XT_VERSION,
		escape__ascii(host, sizeof(host), p->host), p->vcpus, p->vcpus == 1 ? "" : "s",
		escape__ascii(kernel, sizeof(kernel), p->kernel),
		escape__ascii(hypervisor, sizeof(hypervisor),
			      p->hypervisor[0] ? p->hypervisor : "no hypervisor seen"));
	fprintf(out, "Boot %s | mode %s | steal %s\n\n", boot__name(p->boot), p->mode,
		p->steal_measured ? "is measured" : "is not measurable here");
	print_features(out, p);
}

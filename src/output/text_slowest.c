// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The slowest request, or with --slower those of the slowest that took longer, each whole.
 *
 *	Slowest: sda read 41.2m 09:14:08.113Z postgres[812] vCPU2 = queue 100u + device 41.0m +
 *	    finish 100u; stolen 0
 */
#include "output/text_parts.h"

#include <time.h>

#include "model/units.h"

/* "09:14:08.113Z": when it was made */
static void make_time(char *text, size_t size, const struct report *report, uint64_t start_ns)
{
	const struct snapshot *snap = report->snap;
	uint64_t wall_ns = snap->wall_start_ns + start_ns - snap->start_ns;
	time_t seconds = wall_ns / 1000000000;
	struct tm tm;

	text[0] = '\0';
	if (!snap->wall_start_ns || !gmtime_r(&seconds, &tm))
		return;
	snprintf(text, size, " %02d:%02d:%02d.%03uZ", tm.tm_hour, tm.tm_min, tm.tm_sec,
		 (unsigned int)(wall_ns % 1000000000 / 1000000));
}

/* " postgres[812] vCPU2" */
static void make_issuer(char *text, size_t size, const struct slow_request *slow)
{
	text[0] = '\0';
	if (slow->issued)
		snprintf(text, size, " %s[%u] vCPU%u", *slow->comm ? slow->comm : "?", slow->pid,
			 slow->vcpu);
}

static void make_overlap(char *text, size_t size, const struct report *report,
			 const struct slow_request *slow)
{
	char stolen[UNITS_LEN], held[UNITS_LEN];

	text[0] = '\0';
	if (!report->snap->cpu.has_runstate)
		return;
	units__ns(stolen, slow->stolen_ns);
	units__ns(held, slow->held_ns);
	if (!slow->overlap_known)
		snprintf(text, size, "; stolen unknown");
	else if (slow->held_ns)
		snprintf(text, size, "; stolen %s, held off %s", stolen, held);
	else
		snprintf(text, size, "; stolen %s", stolen);
}

static void print_slow(FILE *out, const struct report *report, const struct slow_request *slow,
		       const char *title)
{
	char line[1024], stamp[32], issuer[64], overlap[80], ns[UNITS_LEN];
	size_t used;

	make_time(stamp, sizeof(stamp), report, slow->start_ns);
	make_issuer(issuer, sizeof(issuer), slow);
	make_overlap(overlap, sizeof(overlap), report, slow);
	units__ns(ns, slow->total_ns);
	used = snprintf(line, sizeof(line), "%s %s %s%s%s", slow->device, slow->op, ns, stamp,
			issuer);
	for (size_t i = 0; i < slow->nr_legs && used < sizeof(line); i++) {
		units__ns(ns, slow->legs[i].ns);
		used += snprintf(line + used, sizeof(line) - used, "%s%s %s", i ? " + " : " = ",
				 slow->legs[i].name, ns);
	}
	if (used < sizeof(line))
		snprintf(line + used, sizeof(line) - used, "%s", overlap);
	text__wrap(out, text__width(report), fprintf(out, "%s", title), 4, line);
}

void text__slowest(FILE *out, const struct report *report)
{
	const struct snapshot *snap = report->snap;
	char limit[UNITS_LEN];

	units__ns(limit, report->slower_ns);
	if (!report->slower_ns) {
		if (snap->nr_slow)
			print_slow(out, report, &snap->slow[0], "Slowest: ");
		return;
	}
	if (!snap->nr_slow) {
		fprintf(out, "SLOWER than %ss: none\n\n", limit);
		return;
	}
	fprintf(out, "SLOWER than %ss: the %zu slowest\n", limit, snap->nr_slow);
	for (size_t i = 0; i < snap->nr_slow; i++)
		print_slow(out, report, &snap->slow[i], " ");
	fputc('\n', out);
}

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Where the vCPUs' time went.
 *
 *	CPU    40.0 vCPU-s        seconds     %      events  ns/event
 *	 guest code                  7.42  18.6                        includes exits that no probe can see
 *	 paravirtual                 1.20   3.0
 *	   disk xvdb                 0.45   1.1     142,107     3,167  submit 0.24  handler 0.21
 *	   hypercalls                0.26   0.7     184,611     1,408  event_channel_op 98 %  sched_op 2 %
 */
#include "output/text_parts.h"

#include <string.h>

#include "model/units.h"
#include "output/escape.h"

#define NAME_WIDTH 26
#define NOTE_AT	   (NAME_WIDTH + 37)
/* Rows of a mechanism that are always shown; -v shows all. */
#define MAX_ROWS 10
/* There are parts that did not fit. */
#define MORE "  .."

/* Few vCPU-seconds are shown to the millisecond; nothing is wider than its column. */
static int decimals(uint64_t total_ns)
{
	if (total_ns < 10000000000)
		return 3;
	return total_ns < 10000000000000 ? 2 : 0;
}

/* A narrow terminal breaks the line. */
static int note_width(const struct report *report)
{
	unsigned int width = text__width(report);

	return (width > TEXT_WIDTH ? width : TEXT_WIDTH) - NOTE_AT;
}

static void print_columns(FILE *out, const struct cpu_account *cpu, const char *name, uint64_t ns)
{
	fprintf(out, "%-*.*s%7.*f%6.1f", NAME_WIDTH, NAME_WIDTH, name, decimals(cpu->total_ns),
		ns / 1e9, 100 * ledger__share(ns, cpu->total_ns));
}

/* A column that no events make. The note starts where those of rows do. */
static void print_column(FILE *out, const struct report *report, const char *name, uint64_t ns,
			 const char *note)
{
	print_columns(out, &report->ledger->cpu, name, ns);
	if (*note)
		fprintf(out, "%22s  %.*s", "", note_width(report), note);
	fputc('\n', out);
}

/*
 * "2.98 held by device model", "submit 0.24  handler 0.21", "event_channel_op 98 %  ..": as many
 * parts as fit.
 */
static void make_note(char *note, size_t size, const struct report *report,
		      const struct cpu_row *row)
{
	const struct cpu_account *cpu = &report->ledger->cpu;
	int digits = decimals(cpu->total_ns);
	char part[96], name[48], count[UNITS_LEN];
	size_t used = 0;

	note[0] = '\0';
	if (row->held_ns && row->mech == MECH_EMULATED)
		used = snprintf(note, size, "%.*f held by device model", digits,
				row->held_ns / 1e9);
	else if (row->nr_devices > 1)
		used = snprintf(note, size, "of %zu interrupts", row->nr_devices);
	else if (row->area == AREA_EVTCHN && !row->nr_parts)
		used = snprintf(note, size, "upcall and demux, without handlers");

	for (size_t i = 0; i < row->nr_parts; i++) {
		const struct cpu_part *p = &row->parts[i];
		bool more;
		int len;

		escape__ascii(name, sizeof(name), *p->name ? p->name : "other");
		if (row->area == AREA_HYPERCALL)
			len = snprintf(part, sizeof(part), "%s%s %.0f %%", used ? "  " : "", name,
				       100 * ledger__share(p->ns, row->ns));
		else if (cpu_row__is_count(row))
			len = snprintf(part, sizeof(part), "%s%s %s", used ? "  " : "", name,
				       units__count(count, p->count));
		else
			len = snprintf(part, sizeof(part), "%s%s %.*f", used ? "  " : "", name,
				       digits, p->ns / 1e9);
		more = i + 1 < row->nr_parts || row->nr_more;
		if (used + len + (more ? strlen(MORE) : 0) > (size_t)note_width(report)) {
			snprintf(note + used, size - used, "%s", row->held_ns ? "" : MORE);
			break;
		}
		used += snprintf(note + used, size - used, "%s", part);
	}
}

static void print_row(FILE *out, const struct report *report, const struct cpu_row *row)
{
	const struct cpu_account *cpu = &report->ledger->cpu;
	char name[80], device[sizeof(row->device)], note[TEXT_WIDTH_MAX];
	char events[UNITS_LEN], each[UNITS_LEN];

	escape__ascii(device, sizeof(device), row->device);
	/* "timer" and "resched" say what they are. */
	if (*device && (row->area == AREA_TIMER || row->area == AREA_INTERRUPT))
		snprintf(name, sizeof(name), "   %s", device);
	else
		snprintf(name, sizeof(name), "   %s %s", area__name(row->area), device);
	units__count(events, row->events);
	units__count(each, ledger__share(row->ns, row->events));
	make_note(note, sizeof(note), report, row);
	if (cpu_row__is_count(row)) {
		fprintf(out, "%-*.*s%7s%6s", NAME_WIDTH, NAME_WIDTH, name, "-", "-");
		strcpy(each, "-");
	} else {
		print_columns(out, cpu, name, row->ns);
	}
	fprintf(out, "%11s %10s", events, each);
	if (*note)
		fprintf(out, "  %.*s", note_width(report), note);
	fputc('\n', out);
}

static void print_rows(FILE *out, const struct report *report, enum mech mech)
{
	const struct cpu_account *cpu = &report->ledger->cpu;
	uint64_t hidden_ns = 0;
	/* Half of the last digit: less is shown as 0. */
	double visible = decimals(cpu->total_ns) == 3 ? .0005 : .005;
	size_t shown = 0, hidden = 0;
	char name[48];

	for (size_t i = 0; i < cpu->nr_rows; i++) {
		const struct cpu_row *row = &cpu->rows[i];

		if (row->mech != mech)
			continue;
		if (report->verbose || (shown < MAX_ROWS && row->ns / 1e9 >= visible)) {
			print_row(out, report, row);
			shown++;
		} else {
			hidden_ns += row->ns;
			hidden++;
		}
	}
	if (hidden) {
		snprintf(name, sizeof(name), "   %zu more: -v", hidden);
		print_column(out, report, name, hidden_ns, "");
	}
}

static void print_mech(FILE *out, const struct report *report, enum mech mech, const char *name,
		       const char *note)
{
	const struct cpu_account *cpu = &report->ledger->cpu;
	bool any = cpu->mech_ns[mech];

	for (size_t i = 0; i < cpu->nr_rows; i++)
		any = any || cpu->rows[i].mech == mech;
	if (!any)
		return;
	print_column(out, report, name, cpu->mech_ns[mech], note);
	print_rows(out, report, mech);
}

static void print_stolen(FILE *out, const struct report *report)
{
	const struct cpu_account *cpu = &report->ledger->cpu;
	const struct cpu_time *time = &report->snap->cpu;

	if (!time->steal_measured)
		fprintf(out, "%-*s%14s%22s  %s\n", NAME_WIDTH, " stolen", "not measurable", "",
			"nobody accounts it in this guest");
	else
		print_column(out, report, " stolen", cpu->mech_ns[MECH_STOLEN],
			     time->has_runstate ? "runnable, not run: host contention"
						: "as /proc/stat counts it");
}

/* = 40.00.  /proc/stat steal 9.7 % = stolen 2.1 + held by device model 7.5 + unattributed 0.1 */
static void print_sum(FILE *out, const struct report *report)
{
	const struct cpu_account *cpu = &report->ledger->cpu;
	const struct cpu_time *time = &report->snap->cpu;
	uint64_t total = cpu->total_ns, parts = time->stolen_ns + cpu->held_ns + cpu->held_off_ns;
	double stat = 100 * ledger__share(time->stat_steal_ns, total);
	double sum = 100 * ledger__share(parts, total);
	bool agree = stat - sum < 0.15 && sum - stat < 0.15;

	fprintf(out, " = %.*f.", decimals(total), total / 1e9);
	if (cpu->excess_ns)
		fprintf(out, "  The parts exceed it by %.1f %%: guest code is what they leave.",
			100 * ledger__share(cpu->excess_ns, total));
	else if (total && time->has_runstate && time->steal_measured)
		fprintf(out,
			"  /proc/stat steal %.1f %%%sstolen %.1f + held by device model %.1f + "
			"unattributed %.1f",
			stat, agree ? " = " : "; Xen says ",
			100 * ledger__share(time->stolen_ns, total),
			100 * ledger__share(cpu->held_ns, total),
			100 * ledger__share(cpu->held_off_ns, total));
	fputs("\n\n", out);
}

void text__cpu(FILE *out, const struct report *report)
{
	const struct cpu_account *cpu = &report->ledger->cpu;
	char title[64];

	snprintf(title, sizeof(title), "CPU    %.*f vCPU-s", cpu->total_ns < 10000000000 ? 3 : 1,
		 cpu->total_ns / 1e9);
	fprintf(out, "%-*s%7s%6s%11s %10s\n", NAME_WIDTH, title, "seconds", "%", "events",
		"ns/event");
	print_column(out, report, " guest code", cpu->mech_ns[MECH_GUEST],
		     "includes exits that no probe can see");
	if (report->verbose)
		print_rows(out, report, MECH_GUEST);
	print_mech(out, report, MECH_PV, " paravirtual", "");
	print_mech(out, report, MECH_EMULATED, " emulated", "");
	print_mech(out, report, MECH_HARDWARE, " hardware", "");
	print_stolen(out, report);
	print_mech(out, report, MECH_UNATTRIBUTED, " unattributed",
		   cpu->held_off_ns ? "held off outside any known path" : "");
	print_column(out, report, " idle", cpu->idle_ns, "");
	print_sum(out, report);
}

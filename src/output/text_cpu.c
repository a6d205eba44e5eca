// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Where the vCPUs' time went: the CPU table; the vCPUs and event channels apart (-C); the page tables
 * of a PV guest.
 */
#include "output/text.h"

#include <string.h>

#include "model/units.h"
#include "output/escape.h"

#define NAME_WIDTH 26
#define NOTE_AT	   (NAME_WIDTH + 37)
/* Rows of a mechanism that are always shown; -v shows all. */
#define MAX_ROWS 10
/* There are parts that did not fit. */
#define MORE "  .."

/*
 * CPU    40.0 vCPU-s        seconds     %      events  ns/event
 *  guest code                  7.42  18.6                        includes exits that no probe can see
 *  paravirtual                 1.20   3.0
 *    disk xvdb                 0.45   1.1     142,107     3,167  submit 0.24  handler 0.21
 *    hypercalls                0.26   0.7     184,611     1,408  event_channel_op 98 %  sched_op 2 %
 */

/* Few vCPU-seconds are shown to the millisecond; nothing is wider than its column. */
static int decimals(const struct cpu_account *cpu)
{
	if (cpu->total_ns < 10000000000)
		return 3;
	return cpu->total_ns < 10000000000000 ? 2 : 0;
}

/* A narrow terminal breaks the line. */
static int note_width(const struct text_page *page)
{
	return (page->width > TEXT_WIDTH ? page->width : TEXT_WIDTH) - NOTE_AT;
}

static void print_columns(FILE *out, const struct cpu_account *cpu, const char *name, uint64_t ns)
{
	fprintf(out, "%-*.*s%7.*f%6.1f", NAME_WIDTH, NAME_WIDTH, name, decimals(cpu), ns / 1e9,
		100 * ledger__share(ns, cpu->total_ns));
}

/* A column that no events make. The note starts where those of rows do. */
static void print_column(const struct text_page *page, const struct cpu_account *cpu,
			 const char *name, uint64_t ns, const char *note)
{
	print_columns(page->out, cpu, name, ns);
	if (*note)
		fprintf(page->out, "%22s  %.*s", "", note_width(page), note);
	fputc('\n', page->out);
}

static void make_part(char *text, size_t size, const struct cpu_row *row,
		      const struct cpu_part *part, int digits)
{
	const char *name = ASCII(*part->name ? part->name : "other");

	if (row->area == AREA_HYPERCALL)
		snprintf(text, size, "%s %.0f %%", name, 100 * ledger__share(part->ns, row->ns));
	else if (cpu_row__is_count(row))
		snprintf(text, size, "%s %s", name, COUNT(part->count));
	else
		snprintf(text, size, "%s %.*f", name, digits, part->ns / 1e9);
}

/*
 * "2.98 held by device model", "submit 0.24  handler 0.21", "event_channel_op 98 %  ..": as many
 * parts as fit.
 */
static void make_note(struct text_line *note, size_t room, const struct cpu_row *row, int digits)
{
	char text[96];

	if (row->held_ns && row->mech == MECH_EMULATED)
		text_line__add(note, "%.*f held by device model", digits, row->held_ns / 1e9);
	else if (row->nr_devices > 1)
		text_line__add(note, "of %zu interrupts", row->nr_devices);
	else if (row->area == AREA_EVTCHN && !row->nr_parts)
		text_line__add(note, "upcall and demux, without handlers");
	if (row->followed && row->followed < row->events)
		text_line__add(note, "%s1 of %s followed", note->used ? "  " : "",
			       RATIO((double)row->events / row->followed));

	for (size_t i = 0; i < row->nr_parts; i++) {
		bool more = i + 1 < row->nr_parts || row->nr_more;
		const char *gap = note->used ? "  " : "";

		make_part(text, sizeof(text), row, &row->parts[i], digits);
		if (note->used + strlen(gap) + strlen(text) + (more ? strlen(MORE) : 0) > room) {
			text_line__add(note, "%s", row->held_ns ? "" : MORE);
			break;
		}
		text_line__add(note, "%s%s", gap, text);
	}
}

static void print_row(const struct text_page *page, const struct cpu_account *cpu,
		      const struct cpu_row *row)
{
	const char *device = ASCII(row->device);
	struct text_line note = {};
	char name[80];

	/* "timer" and "resched" say what they are. */
	if (*device && (row->area == AREA_TIMER || row->area == AREA_INTERRUPT))
		snprintf(name, sizeof(name), "   %s", device);
	else
		snprintf(name, sizeof(name), "   %s %s", area__name(row->area), device);
	if (cpu_row__is_count(row))
		fprintf(page->out, "%-*.*s%7s%6s", NAME_WIDTH, NAME_WIDTH, name, "-", "-");
	else
		print_columns(page->out, cpu, name, row->ns);
	fprintf(page->out, "%11s %10s", COUNT(row->events),
		cpu_row__is_count(row) ? "-" : COUNT(ledger__share(row->ns, row->events)));
	make_note(&note, note_width(page), row, decimals(cpu));
	if (note.used)
		fprintf(page->out, "  %.*s", note_width(page), note.text);
	fputc('\n', page->out);
}

static void print_rows(const struct text_page *page, const struct report *report, enum mech mech)
{
	const struct cpu_account *cpu = &report->ledger->cpu;
	/* Half of the last digit: less is shown as 0. */
	double visible = decimals(cpu) == 3 ? .0005 : .005;
	size_t shown = 0, hidden = 0;
	uint64_t hidden_ns = 0;
	char name[48];

	for (size_t i = 0; i < cpu->nr_rows; i++) {
		const struct cpu_row *row = &cpu->rows[i];

		if (row->mech != mech)
			continue;
		if (report->verbose || (shown < MAX_ROWS && row->ns / 1e9 >= visible)) {
			print_row(page, cpu, row);
			shown++;
		} else {
			hidden_ns += row->ns;
			hidden++;
		}
	}
	if (hidden) {
		snprintf(name, sizeof(name), "   %zu more: -v", hidden);
		print_column(page, cpu, name, hidden_ns, "");
	}
}

static void print_mech(const struct text_page *page, const struct report *report, enum mech mech,
		       const char *note)
{
	const struct cpu_account *cpu = &report->ledger->cpu;
	bool any = cpu->mech_ns[mech];
	char name[48];

	for (size_t i = 0; i < cpu->nr_rows; i++)
		any = any || cpu->rows[i].mech == mech;
	if (!any)
		return;
	snprintf(name, sizeof(name), " %s", mech__name(mech));
	print_column(page, cpu, mech == MECH_PV ? " paravirtual" : name, cpu->mech_ns[mech], note);
	print_rows(page, report, mech);
}

static void print_stolen(const struct text_page *page, const struct report *report)
{
	const struct cpu_account *cpu = &report->ledger->cpu;
	const struct cpu_time *time = &report->snap->cpu;

	if (!time->steal_measured)
		fprintf(page->out, "%-*s%14s%22s  %s\n", NAME_WIDTH, " stolen", "not measurable",
			"", "nobody accounts it in this guest");
	else
		print_column(page, cpu, " stolen", cpu->mech_ns[MECH_STOLEN],
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

	fprintf(out, " = %.*f.", decimals(cpu), total / 1e9);
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

void text__cpu(const struct text_page *page, const struct report *report)
{
	const struct cpu_account *cpu = &report->ledger->cpu;
	char title[64];

	snprintf(title, sizeof(title), "CPU    %.*f vCPU-s", cpu->total_ns < 10000000000 ? 3 : 1,
		 cpu->total_ns / 1e9);
	fprintf(page->out, "%-*s%7s%6s%11s %10s\n", NAME_WIDTH, title, "seconds", "%", "events",
		"ns/event");
	print_column(page, cpu, " guest code", cpu->mech_ns[MECH_GUEST],
		     "includes exits that no probe can see");
	if (report->verbose)
		print_rows(page, report, MECH_GUEST);
	print_mech(page, report, MECH_PV, "");
	print_mech(page, report, MECH_EMULATED, "");
	print_mech(page, report, MECH_HARDWARE, "");
	print_stolen(page, report);
	print_mech(page, report, MECH_UNATTRIBUTED,
		   cpu->held_off_ns ? "held off outside any known path" : "");
	print_column(page, cpu, " idle", cpu->idle_ns, "");
	print_sum(page->out, report);
}

#define VCPU_COLUMN 11

/*
 *  vCPU   seconds  running %   stolen %     idle %  offline %  dm held %  in stat %     events  share
 *     0    10.000       30.8        6.0       34.2       29.0       28.8       35.0    151,960   88.1
 */
static void print_vcpu(FILE *out, const struct cpu_time *cpu, const struct vcpu_time *vcpu,
		       const char *name, uint64_t events)
{
	const struct {
		bool known; /* else nobody measured it */
		uint64_t ns;
	} shares[] = {
		{ cpu->has_runstate, vcpu->state_ns[VCPU_RUNNING] },
		{ cpu->has_runstate, vcpu->state_ns[VCPU_RUNNABLE] },
		{ true, vcpu_time__idle_ns(vcpu) },
		{ cpu->has_runstate, vcpu->state_ns[VCPU_OFFLINE] },
		{ cpu->has_runstate, vcpu->held_ns },
		{ cpu->steal_measured, vcpu->stat_steal_ns },
	};

	fprintf(out, "%5s%10.*f", name, vcpu->total_ns < 100000000000000 ? 3 : 0,
		vcpu->total_ns / 1e9);
	for (size_t i = 0; i < ARRAY_LEN(shares); i++)
		if (shares[i].known)
			fprintf(out, "%*.1f", VCPU_COLUMN,
				100 * ledger__share(shares[i].ns, vcpu->total_ns));
		else
			fprintf(out, "%*s", VCPU_COLUMN, "-");
	fprintf(out, "%*s%7.1f\n", VCPU_COLUMN, COUNT(vcpu->events),
		100 * ledger__share(vcpu->events, events));
}

static void add_vcpu(struct vcpu_time *sum, const struct vcpu_time *vcpu)
{
	for (int i = 0; i < VCPU_STATES; i++)
		sum->state_ns[i] += vcpu->state_ns[i];
	sum->total_ns += vcpu->total_ns;
	sum->stat_idle_ns += vcpu->stat_idle_ns;
	sum->stat_steal_ns += vcpu->stat_steal_ns;
	sum->held_ns += vcpu->held_ns;
	sum->events += vcpu->events;
	sum->has_runstate |= vcpu->has_runstate;
}

void text__vcpus(const struct text_page *page, const struct report *report)
{
	static const char *const heads[] = { "running %", "stolen %",  "idle %", "offline %",
					     "dm held %", "in stat %", "events" };
	const struct snapshot *snap = report->snap;
	struct vcpu_time sum = {};
	char name[16];

	if (!report->per_vcpu)
		return;
	fprintf(page->out, "%5s%10s", "vCPU", "seconds");
	for (size_t i = 0; i < ARRAY_LEN(heads); i++)
		fprintf(page->out, "%*s", VCPU_COLUMN, heads[i]);
	fprintf(page->out, "%7s\n", "share");
	for (size_t i = 0; i < snap->nr_vcpus; i++)
		add_vcpu(&sum, &snap->vcpus[i]);
	for (size_t i = 0; i < snap->nr_vcpus; i++) {
		snprintf(name, sizeof(name), "%u", snap->vcpus[i].cpu);
		print_vcpu(page->out, &snap->cpu, &snap->vcpus[i], name, sum.events);
	}
	print_vcpu(page->out, &snap->cpu, &sum, "all", sum.events);
	fprintf(page->out, "  %s.\n\n",
		snap->cpu.has_runstate
			? "dm held: of offline, what the device model held. in stat: as "
			  "/proc/stat counts steal"
			: "No runstate here: idle is /proc/stat's, and stolen and offline cannot "
			  "be told apart");
}

/* Note: vCPU 1: unplugged 1 x, 0.840 s of it are in no sum */
void text__vcpu_notes(const struct text_page *page, const struct report *report)
{
	const struct snapshot *snap = report->snap;

	for (size_t i = 0; i < snap->nr_vcpus; i++) {
		const struct vcpu_time *vcpu = &snap->vcpus[i];
		const struct {
			uint64_t times;
			const char *what;
		} notes[] = {
			{ vcpu->came, "plugged" },
			{ vcpu->went, "unplugged" },
			{ vcpu->jumps, "its times jumped" },
		};
		struct text_line line = {};

		if (!vcpu->came && !vcpu->went && !vcpu->jumps)
			continue;
		text_line__add(&line, "Note: vCPU %u:", vcpu->cpu);
		for (size_t n = 0; n < ARRAY_LEN(notes); n++)
			if (notes[n].times)
				text_line__add(&line, " %s %llu x,", notes[n].what,
					       (unsigned long long)notes[n].times);
		text_line__add(&line, " %.3f s of it are in no sum", vcpu->unmeasured_ns / 1e9);
		text__wrap(page, 6, line.text);
	}
}

#define VCPUS_SHOWN 4
#define MAX_SERVED  16

/* The busiest few, largest first; with one more than are shown it is known that there are others. */
static void list_vcpus(struct text_line *line, const struct event_row *row, unsigned int cpus)
{
	unsigned int busiest[VCPUS_SHOWN + 1];
	size_t nr = event_row__busiest(row, cpus, busiest, VCPUS_SHOWN + 1);

	for (size_t i = 0; i < nr && i < VCPUS_SHOWN; i++)
		text_line__add(line, "%s%u: %.0f %%", i ? "  " : "", busiest[i],
			       100 * ledger__share(row->by_cpu[busiest[i]], row->count));
	if (nr > VCPUS_SHOWN)
		text_line__add(line, MORE);
}

/*
 * EVENTS                     channels     events  by vCPU
 *  vbd    xvdb                      2     98,112  0: 98 %  2: 2 %
 */
void text__events(const struct text_page *page, const struct report *report)
{
	const struct event_rows *events = &report->ledger->events;
	char name[80];

	if (!report->per_vcpu || !events->nr)
		return;
	fprintf(page->out, "%-*s%9s%11s  %s\n", NAME_WIDTH, "EVENTS", "channels", "events",
		"by vCPU");
	for (size_t i = 0; i < events->nr; i++) {
		const struct event_row *row = &events->rows[i];
		struct text_line vcpus = {};

		list_vcpus(&vcpus, row, events->cpus);
		snprintf(name, sizeof(name), " %-6.6s %s", ASCII(row->kind), ASCII(row->device));
		fprintf(page->out, "%-*.*s%9zu%11s  %.*s\n", NAME_WIDTH, NAME_WIDTH, name,
			row->channels, COUNT(row->count), TEXT_WIDTH - NAME_WIDTH - 22, vcpus.text);
	}
	fputc('\n', page->out);
}

static bool is_page_count(const struct path *path)
{
	return path->key.kind == KIND_CPU && path->key.area == AREA_MEMORY &&
	       path->key.roles & PATH_COUNT;
}

static bool is_page_count_of(const struct path *path, const char *device)
{
	return is_page_count(path) && !strcmp(path->key.device, device);
}

static bool is_first_count(const struct snapshot *snap, size_t i)
{
	for (size_t n = 0; n < i; n++)
		if (is_page_count_of(&snap->paths[n], snap->paths[i].key.device))
			return false;
	return is_page_count(&snap->paths[i]);
}

/* All that is counted under one name, in the order of the table that names it. */
static void print_page_counts(const struct text_page *page, const struct snapshot *snap,
			      const char *device)
{
	struct text_line line = {};
	const char *between = ":";
	uint64_t all = 0;

	for (size_t i = 0; i < snap->nr_paths; i++)
		if (is_page_count_of(&snap->paths[i], device))
			all += hist__count(&snap->paths[i].hist);
	text_line__add(&line, " %s", device);
	for (size_t i = 0; i < snap->nr_paths; i++) {
		const struct path *path = &snap->paths[i];
		uint64_t count = hist__count(&path->hist);

		if (!is_page_count_of(path, device))
			continue;
		text_line__add(&line, "%s %s %s", between, path->key.op, COUNT(count));
		if (path->key.roles & PATH_SHARES)
			text_line__add(&line, " (%.0f %%)", 100 * ledger__share(count, all));
		between = " |";
	}
	text__wrap(page, 3, line.text);
}

/*
 * What was asked for of a PV guest's page tables, and the multicalls by what is in them.
 *
 * PAGE TABLES  Xen makes each change; a multicall's time is among the hypercalls
 *  page tables: set_pte single 3,201 | set_pte batched 12,034 | set_pmd 403
 *  multicall sizes: 1 9,201 (90 %) | 2 512 (5 %) | 3-4 511 (5 %)
 */
void text__page_tables(const struct text_page *page, const struct report *report)
{
	const struct snapshot *snap = report->snap;
	bool any = false;

	for (size_t i = 0; i < snap->nr_paths; i++) {
		if (!is_first_count(snap, i))
			continue;
		if (!any)
			fputs("PAGE TABLES  Xen makes each change; a multicall's time is among the "
			      "hypercalls\n",
			      page->out);
		any = true;
		print_page_counts(page, snap, snap->paths[i].key.device);
	}
	if (any)
		fputc('\n', page->out);
}

static uint64_t served_ns(const struct served *served)
{
	return served->disks_ns + served->nics_ns + served->model_ns;
}

static void print_served(const struct text_page *page, const struct served *served,
			 uint64_t elapsed_ns)
{
	char name[80];

	snprintf(name, sizeof(name), " %u %s", served->domain, ASCII(served->name));
	fprintf(page->out, "%-*.*s%9.3f%10.3f%10.3f%10.3f%10.3f\n", NAME_WIDTH, NAME_WIDTH, name,
		served_ns(served) / 1e9, elapsed_ns ? (double)served_ns(served) / elapsed_ns : 0,
		served->disks_ns / 1e9, served->nics_ns / 1e9, served->model_ns / 1e9);
}

/*
 * SERVED  CPU of this domain's threads for its guests, without interrupts and softirqs
 *                             vCPU-s     vCPUs     disks      NICs     model
 *  3 db-7                      1.200     0.120     0.300     0.120     0.780
 */
void text__served(const struct text_page *page, const struct report *report)
{
	const struct snapshot *snap = report->snap;
	const size_t most = report->verbose ? SIZE_MAX : MAX_SERVED;
	size_t nr = 0, more = 0;

	for (size_t i = 0; i < snap->nr_served; i++) {
		if (!served_ns(&snap->served[i]))
			continue;
		if (nr == most) {
			more++;
			continue;
		}
		if (!nr++)
			fprintf(page->out,
				"SERVED  CPU of this domain's threads for its guests, without "
				"interrupts and softirqs\n%-*s%9s%10s%10s%10s%10s\n",
				NAME_WIDTH, "", "vCPU-s", "vCPUs", "disks", "NICs", "model");
		print_served(page, &snap->served[i], report->ledger->elapsed_ns);
	}
	if (more)
		fprintf(page->out, " %zu more: -v\n", more);
	if (nr)
		fputc('\n', page->out);
}

/* Where no probe of the family has any use: it was asked for, and there is nothing. */
void text__no_page_tables(const struct text_page *page, const struct report *report)
{
	const struct snapshot *snap = report->snap;
	bool known = false;

	for (size_t i = 0; i < snap->nr_probes; i++) {
		if (strcmp(snap->probes[i].family, "mmu"))
			continue;
		if (snap->probes[i].applicable || !snap->probes[i].hardware_does)
			return;
		known = true;
	}
	if (known)
		fputs("Page tables: nothing to see here, the hardware does it\n", page->out);
}

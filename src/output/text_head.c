// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The first and the last lines of the report: what it is about, and how far to trust it. */
#include "output/text.h"

#include <inttypes.h>
#include <string.h>

#include "model/hypercalls.h"
#include "model/stacks.h"
#include "model/units.h"
#include "output/escape.h"

static const char *boot_words(const struct platform *platform)
{
	static const struct {
		const char *mode, *words;
	} table[] = {
		{ "pv", "PV" },
		{ "hvm", "HVM, nothing paravirtual" },
		{ "hvm-pv", "HVM + PV drivers" },
		{ "pvhvm", "HVM + PV features (PVHVM)" },
		{ "pvh", "PVH" },
		{ "dom0", "dom0" },
		{ "kvm", "KVM guest" },
		{ "nitro", "Nitro guest" },
		{ "bare-metal", "bare metal" },
	};

	if (platform->not_xen)
		return "unknown, not Xen";
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (!strcmp(platform->mode, table[i].mode))
			return table[i].words;
	return "unknown";
}

/* "disk sda, network eth1", or "no disk or network" */
static void list_emulated(struct text_line *line, const struct platform *platform)
{
	bool any = false;

	for (size_t i = 0; i < platform->nr_cells; i++) {
		const struct cell *cell = &platform->cells[i];

		if (cell->letter != LETTER_VS ||
		    (cell->area != AREA_DISK && cell->area != AREA_NET))
			continue;
		text_line__add(line, "%s%s %s", any ? ", " : "", area__name(cell->area),
			       cell->what);
		any = true;
	}
	if (!any)
		text_line__add(line, "no disk or network");
}

/* xentrace-bpf 0.1  db-7  2026-11-22 09:14:02Z + 10.0 s  4 vCPUs  Linux 6.1.0-31  Xen 4.17 */
static void print_run(const struct text_page *page, const struct report *report)
{
	const struct run_info *run = report->run;
	unsigned int vcpus = report->snap->cpu.vcpus;
	char stamp[STAMP_LEN];

	report__stamp(stamp, report);
	text__say(page, 4, "xentrace-bpf %s  %s  %s%.1f s  %u vCPU%s  Linux %s  %s",
		  run->version ? run->version : "", run->host ? run->host : "", stamp,
		  report->ledger->elapsed_ns / 1e9, vcpus, vcpus == 1 ? "" : "s",
		  run->kernel ? run->kernel : "",
		  report->platform ? report->platform->hypervisor : "");
}

/* Boot HVM + PV features (PVHVM) | emulated: disk sda | data complete (lost 0) | tracer 0.3 % CPU */
static void print_state(const struct text_page *page, const struct report *report)
{
	const struct quality *quality = &report->ledger->quality;
	const struct cpu_account *cpu = &report->ledger->cpu;
	double excess = ledger__share(cpu->excess_ns, cpu->total_ns);
	struct text_line line = {};

	if (report->platform) {
		text_line__add(&line, "Boot %s | emulated: ", boot_words(report->platform));
		list_emulated(&line, report->platform);
	} else {
		text_line__add(&line, "Boot unknown | emulated: unknown");
	}
	text_line__add(&line, " | data %s (lost %s)",
		       quality->incomplete ? "INCOMPLETE" : "complete", COUNT(quality->lost));
	/* More than half a per cent: the columns are to add up that well. */
	if (excess > 0.005)
		text_line__add(&line, " | CPU columns %.1f %% over", 100 * excess);
	text_line__add(&line, " | tracer %.1f %% CPU", 100 * quality->cost_share);
	text__wrap(page, 4, line.text);
	fputc('\n', page->out);
}

/* "gain: 2.99 to 3.30 vCPU-s in a run like this", or why nobody can tell. */
static void print_gain(const struct text_page *page, const struct gain *gain)
{
	if (gain->known && gain->high - gain->low < 0.005)
		text__say(page, 6, "    gain: %.2f %s in a run like this", gain->high, gain->unit);
	else if (gain->known)
		text__say(page, 6, "    gain: %.2f to %.2f %s in a run like this", gain->low,
			  gain->high, gain->unit);
	else
		text__say(page, 6, "    gain: cannot be told from here: %s", gain->why);
}

/*
 * ! emulated-disk  sda (/var/lib/pg) is emulated ahci and is the same disk as xvda (blkfront)
 *     79.80 s waited by 22,043 I/Os, read mean 3.62ms (+-19us)
 *     not: what else was tested, and is not the cause
 *     gain: 2.99 to 3.30 vCPU-s in a run like this
 *     do (live): mount it from xvda, by UUID or label;  check: trace the same load again
 */
static void print_finding(const struct text_page *page, const struct finding *f)
{
	text__say(page, 4, "! %s  %s", f->id, f->what);
	for (size_t i = 0; i < FINDING_FIGURES && f->figures[i][0]; i++)
		text__say(page, 6, "    %s", f->figures[i]);
	for (size_t i = 0; i < FINDING_EXCLUDED && f->excluded[i][0]; i++)
		text__say(page, 6, "    not: %s", f->excluded[i]);
	print_gain(page, &f->gain);
	for (size_t i = 0; i < f->nr_actions; i++)
		text__say(page, 8, "    do (%s): %s%s%s", remedy__name(f->actions[i].remedy),
			  f->actions[i].what, i + 1 == f->nr_actions ? ";  check: " : "",
			  i + 1 == f->nr_actions ? f->check : "");
}

static bool is_untestable_for(const struct finding *f, const char *why)
{
	return f->verdict == FINDING_UNTESTABLE && !strcmp(f->what, why);
}

/* " (emulated-disk, ring-full: no probe of family blk is on; steal: nobody measures it)" */
static void list_untestable(struct text_line *line, const struct findings *findings)
{
	const char *before = " (";

	for (size_t i = 0; i < findings->nr; i++) {
		const struct finding *f = &findings->all[i];
		size_t same = 0;

		while (same < i && !is_untestable_for(&findings->all[same], f->what))
			same++;
		if (f->verdict != FINDING_UNTESTABLE || same < i)
			continue;
		for (size_t n = i; n < findings->nr; n++) {
			if (!is_untestable_for(&findings->all[n], f->what))
				continue;
			text_line__add(line, "%s%s", before, findings->all[n].id);
			before = ", ";
		}
		text_line__add(line, ": %s", f->what);
		before = "; ";
	}
	text_line__add(line, ")");
}

/* . 3 other findings tested, none met; 1 not testable (steal: nobody measures steal) */
static void print_findings(const struct text_page *page, const struct findings *findings)
{
	size_t n = findings->nr_not_met;
	struct text_line line = {};

	for (size_t i = 0; i < findings->nr; i++)
		if (findings->all[i].verdict == FINDING_MET)
			print_finding(page, &findings->all[i]);
	text_line__add(&line, ". %zu %sfinding%s tested, none met", n,
		       findings->nr_met ? "other " : "", n == 1 ? "" : "s");
	if (findings->nr_untestable)
		text_line__add(&line, "; %zu not testable", findings->nr_untestable);
	if (findings->nr_untestable)
		list_untestable(&line, findings);
	text__wrap(page, 2, line.text);
	fputc('\n', page->out);
}

void text__head(const struct text_page *page, const struct report *report)
{
	print_run(page, report);
	print_state(page, report);
	print_findings(page, &report->ledger->findings);
}

/* I/O: 164,150 started = 164,142 completed + 8 in flight + 0 lost; 3 were under way before */
static void print_conservation(const struct text_page *page, const char *what,
			       const struct conservation *io, int64_t not_seen)
{
	struct text_line line = {};

	if (!io->started && !io->completed && !io->in_flight)
		return;
	text_line__add(&line, "%s: %s started = %s completed + %s in flight + %s lost", what,
		       COUNT(io->carried + io->started), COUNT(io->completed), COUNT(io->in_flight),
		       COUNT(io->lost));
	if (not_seen)
		text_line__add(&line, " %+" PRId64 " not accounted for", not_seen);
	if (io->preexisting)
		text_line__add(&line, "; %s were under way before", COUNT(io->preexisting));
	/* beside what is lost: otherwise it differs only by what ended while both were read */
	if (io->kernel && io->lost)
		text_line__add(&line, "; the kernel counted %s completed in this time",
			       COUNT(io->kernel));
	text__wrap(page, 5, line.text);
}

/* Lost: 12 no-slot: a request's tag is beyond its disk's table: … */
static void print_losses(const struct text_page *page, const struct report *report)
{
	const struct snapshot *snap = report->snap;

	for (size_t i = 0; i < snap->nr_losses; i++) {
		const struct loss *loss = &snap->losses[i];

		if (loss->count && (loss->lost || report->verbose))
			text__say(page, 6, "%s %s %s: %s",
				  loss->lost ? "Lost:" : "Note:", COUNT(loss->count), loss->name,
				  loss->why);
	}
}

/* Skipped: block_io_done 3, irq_handler_exit 1 */
static void print_skipped(const struct text_page *page, const struct snapshot *snap)
{
	struct text_line line = {};

	for (size_t i = 0; i < snap->nr_probes; i++) {
		const struct probe_status *probe = &snap->probes[i];

		if (probe->skipped)
			text_line__add(&line, "%s%s %s",
				       line.used ? ", " : "Skipped: ", probe->name,
				       COUNT(probe->skipped));
	}
	if (line.used)
		text__wrap(page, 9, line.text);
}

/*
 * Exact: every multicall, set_segment_base; event_channel_op at 9 of 41 call sites; 120 more sites
 *     without probes: xentrace-bpf check --exact
 */
bool text__exact(const struct text_page *page, const struct report *report)
{
	struct exact_name names[EXACT_NAMES];
	size_t nr = exact__names(names, EXACT_NAMES, report->snap), left = 0;
	bool complete_before = true, any = false;
	struct text_line line = {};

	if (!nr)
		return false;
	text_line__add(&line, "Exact:");
	/* the complete ones are first */
	for (size_t i = 0; i < nr; i++) {
		const struct exact_name *name = &names[i];

		left += name->sites - name->attached;
		if (name->any || !name->attached)
			continue;
		if (name->complete)
			text_line__add(&line, "%s %s", any ? "," : " every", name->name);
		else
			text_line__add(&line, "%s %s at %u of %u%s",
				       !complete_before	   ? ","
				       : names[0].complete ? ";"
							   : "",
				       name->name, name->attached, name->sites,
				       complete_before ? " call sites" : "");
		complete_before = name->complete;
		any = true;
	}
	if (left)
		text_line__add(&line, "; %zu call sites without probes: xentrace-bpf check --exact",
			       left);
	text__wrap(page, 7, line.text);
	return true;
}

/* Not visible as hypercalls: iret; set_debugreg; …: see check */
static void print_unseen(const struct text_page *page, const struct report *report)
{
	const struct unseen *unseen = NULL;
	struct text_line line = {};

	if (!report->verbose || !report->platform)
		return;
	text_line__add(&line, "Not visible as hypercalls:");
	while ((unseen = unseen__next(unseen, report->platform->boot)))
		text_line__add(&line, " %s;", unseen->hypercall);
	if (line.text[line.used - 1] != ';')
		return;
	text__say(page, 8, "%s see check", line.text);
}

/* Clock: hpet, 4.30us a read by BPF, 5.01us by clock_gettime(), a system call; 12,034 were made */
static void print_clock(const struct text_page *page, const struct report *report)
{
	const struct own_cost *cost = &report->snap->cost;
	uint64_t calls = snapshot__clock_calls(report->snap);
	const char *source = report->platform ? report->platform->clocksource : "";
	struct text_line line = {};

	if (!(cost->clock_gettime_ns > 0))
		return;
	text_line__add(&line, "Clock: %s, %ss a read by BPF, %ss by clock_gettime()",
		       *source ? source : "?", NS(cost->clock_read_ns), NS(cost->clock_gettime_ns));
	if (cost->vdso_known)
		text_line__add(&line, "%s", cost->in_vdso ? " in the vDSO" : ", a system call");
	if (calls)
		text_line__add(&line, "; %s clock system calls", COUNT(calls));
	if (cost->at_first > 1)
		text_line__add(&line, "; so dear that at first 1 of %s was followed",
			       COUNT(cost->at_first));
	text__wrap(page, 7, line.text);
}

/*
 * Tracer: 117 ms BPF + 40 ms own (1.39 % of CPU; the budget of 1 % is passed, most by hypercall), 356n
 *     an event, RSS 9.8 MB, kernel 6.1 MB; 41 of 44 probes on: xentrace-bpf check
 */
static void print_tracer(const struct text_page *page, const struct report *report)
{
	const struct quality *quality = &report->ledger->quality;
	const struct own_cost *cost = &report->snap->cost;

	struct text_line passed = {};

	if (quality->over_budget)
		text_line__add(&passed, "; the budget of %.3g %% is passed, most by %s",
			       100 * cost->budget, ASCII(quality->dearest));
	text__say(page, 8,
		  "Tracer: %.0f ms BPF + %.0f ms own (%.2f %% of CPU%s), %ss an event, RSS %s, "
		  "kernel %s; %zu of %zu probes on: xentrace-bpf check",
		  cost->bpf_ns / 1e6, cost->user_ns / 1e6, 100 * quality->cost_share, passed.text,
		  NS(quality->ns_per_event), BYTES(cost->rss_bytes), BYTES(cost->kernel_bytes),
		  quality->probes_on, quality->probes);
}

/* Stacks: 312 below 14 paths have 8.21 of their 8.30 s; see svg or json */
static void print_stacks(const struct text_page *page, const struct snapshot *snap)
{
	const struct stacks_asked *asked = &snap->stacks;
	uint64_t stacks = 0, paths = 0, ns = 0, of_ns = 0;

	if (!asked->asked)
		return;
	if (asked->cause[0]) {
		text__say(page, 8, "Stacks: none: %s; fix: %s", ASCII(asked->cause),
			  ASCII(asked->fix));
		return;
	}
	for (size_t i = 0; i < snap->nr_paths; i++) {
		struct stack_parts parts = { .path = &snap->paths[i] };
		struct stack_part part;

		stacks += snap->paths[i].nr_stacks;
		paths += snap->paths[i].nr_stacks > 0;
		while (stack_parts__next(&parts, &part)) {
			ns += part.stack ? part.ns : 0;
			of_ns += part.ns;
		}
	}
	if (!paths) {
		text__say(page, 8,
			  "Stacks: of the slowest requests alone: no function is timed here");
		return;
	}
	text__say(page, 8, "Stacks: %s below %s paths have %.3g of their %.3g s; see svg or json",
		  COUNT(stacks), COUNT(paths), ns / 1e9, of_ns / 1e9);
}

void text__books(const struct text_page *page, const struct report *report)
{
	const struct quality *quality = &report->ledger->quality;
	const struct snapshot *snap = report->snap;

	print_conservation(page, "I/O", &snap->io, quality->io_missing);
	print_conservation(page, "Packets sent", &snap->packets, quality->packets_missing);
	print_losses(page, report);
	print_skipped(page, snap);
	text__vcpu_notes(page, report);
	if (!text__exact(page, report))
		print_unseen(page, report);
	print_clock(page, report);
	print_stacks(page, snap);
	text__no_page_tables(page, report);
	print_tracer(page, report);
}

/* guest  db-7  2026-11-22 09:14:02Z + 10.0 s  4 vCPUs  Linux 6.1.0-31  Xen 4.17  pvhvm */
void text__run(const struct text_page *page, const char *before, const struct report *report)
{
	unsigned int vcpus = report->snap->cpu.vcpus;
	char stamp[STAMP_LEN];

	report__stamp(stamp, report);
	text__say(page, 4, "%s%s  %s%.1f s  %u vCPU%s  Linux %s  %s  %s", before,
		  ASCII(report->run->host), stamp,
		  (report->snap->end_ns - report->snap->start_ns) / 1e9, vcpus,
		  vcpus == 1 ? "" : "s", ASCII(report->run->kernel),
		  ASCII(report->platform->hypervisor), report->platform->mode);
	if (report->ledger->quality.incomplete)
		text__say(page, 4, "INCOMPLETE: this run lost more than 0.1 %% of its events");
}

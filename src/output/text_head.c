// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The first and the last lines of the report: what it is about, and how far to trust it. */
#include "output/text_parts.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "model/units.h"
#include "model/hypercalls.h"

static const char *boot_words(const char *mode)
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

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (!strcmp(mode, table[i].mode))
			return table[i].words;
	return "unknown";
}

/* "disk sda, network eth1", or "no disk or network" */
static void list_emulated(char *buf, size_t size, const struct platform *platform)
{
	size_t used = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < platform->nr_cells; i++) {
		const struct cell *cell = &platform->cells[i];

		if (cell->letter != LETTER_VS ||
		    (cell->area != AREA_DISK && cell->area != AREA_NET) || used >= size)
			continue;
		used += snprintf(buf + used, size - used, "%s%s %s", used ? ", " : "",
				 area__name(cell->area), cell->what);
	}
	if (!used)
		snprintf(buf, size, "no disk or network");
}

/* xentrace-bpf 0.1  db-7  2026-11-22 09:14:02Z + 10.0 s  4 vCPUs  Linux 6.1.0-31  Xen 4.17 */
static void print_run(FILE *out, const struct report *report)
{
	const struct run_info *run = report->run;
	const struct snapshot *snap = report->snap;
	char line[512], stamp[STAMP_LEN];

	report__stamp(stamp, report);
	snprintf(line, sizeof(line), "xentrace-bpf %s  %s  %s%.1f s  %u vCPU%s  Linux %s  %s",
		 run->version ? run->version : "", run->host ? run->host : "", stamp,
		 report->ledger->elapsed_ns / 1e9, snap->cpu.vcpus, snap->cpu.vcpus == 1 ? "" : "s",
		 run->kernel ? run->kernel : "",
		 report->platform ? report->platform->hypervisor : "");
	text__wrap(out, text__width(report), 0, 4, line);
}

/* Boot HVM + PV features (PVHVM) | emulated: disk sda | data complete (lost 0) | tracer 0.3 % CPU */
static void print_state(FILE *out, const struct report *report)
{
	const struct quality *quality = &report->ledger->quality;
	uint64_t excess_ns = report->ledger->cpu.excess_ns, total_ns = report->ledger->cpu.total_ns;
	char line[1024], emulated[512] = "", lost[UNITS_LEN], excess[64] = "";
	const char *boot = "unknown";

	if (report->platform) {
		boot = report->platform->not_xen ? "unknown, not Xen"
						 : boot_words(report->platform->mode);
		list_emulated(emulated, sizeof(emulated), report->platform);
	}
	units__count(lost, quality->lost);
	/* DESIGN §2: the columns add up, within half a per cent. */
	if (ledger__share(excess_ns, total_ns) > 0.005)
		snprintf(excess, sizeof(excess), " | CPU columns %.1f %% over",
			 100 * ledger__share(excess_ns, total_ns));
	snprintf(line, sizeof(line),
		 "Boot %s | emulated: %s | data %s (lost %s)%s | tracer %.1f %% CPU", boot,
		 *emulated ? emulated : "unknown", quality->incomplete ? "INCOMPLETE" : "complete",
		 lost, excess, 100 * quality->cost_share);
	text__wrap(out, text__width(report), 0, 4, line);
}

void text__header_lines(FILE *out, const struct report *report)
{
	print_run(out, report);
	print_state(out, report);
	fputc('\n', out);
}

/*
 * ! emulated-disk  sda (/var/lib/pg) is emulated ahci and is the same disk as xvda (blkfront)
 *     79.80 s waited by 22,043 I/Os, read mean 3.62ms
 *     do: mount sda by UUID or label, as xvda;  check: record, change, diff
 */
static void print_finding(FILE *out, const struct report *report, const struct finding *f)
{
	char line[512];
	int used = fprintf(out, "! %s  ", f->id);

	text__wrap(out, text__width(report), used, 4, f->what);
	for (size_t i = 0; i < FINDING_FIGURES && f->figures[i][0]; i++) {
		fputs("    ", out);
		text__wrap(out, text__width(report), 4, 6, f->figures[i]);
	}
	snprintf(line, sizeof(line), "do: %s;  check: %s", f->action, f->check);
	fputs("    ", out);
	text__wrap(out, text__width(report), 4, 8, line);
}

/* . 3 other findings tested, none met; 1 not testable (steal: nobody measures steal) */
void text__findings(FILE *out, const struct report *report)
{
	const struct findings *findings = &report->ledger->findings;
	size_t n = findings->nr_not_met, used;
	bool first = true;
	char line[1024];

	for (size_t i = 0; i < findings->nr; i++)
		if (findings->all[i].verdict == FINDING_MET)
			print_finding(out, report, &findings->all[i]);
	used = snprintf(line, sizeof(line), ". %zu %sfinding%s tested, none met", n,
			findings->nr_met ? "other " : "", n == 1 ? "" : "s");
	if (findings->nr_untestable)
		used += snprintf(line + used, sizeof(line) - used, "; %zu not testable",
				 findings->nr_untestable);
	for (size_t i = 0; i < findings->nr && used < sizeof(line); i++) {
		const struct finding *f = &findings->all[i];

		if (f->verdict != FINDING_UNTESTABLE)
			continue;
		used += snprintf(line + used, sizeof(line) - used, "%s%s: %s", first ? " (" : "; ",
				 f->id, f->what);
		first = false;
	}
	if (!first && used < sizeof(line))
		snprintf(line + used, sizeof(line) - used, ")");
	text__wrap(out, text__width(report), 0, 2, line);
	fputc('\n', out);
}

/* Lost: 12 no-slot: a request's tag is beyond its disk's table: … */
static void print_losses(FILE *out, const struct report *report)
{
	const struct snapshot *snap = report->snap;
	char line[512], n[UNITS_LEN];

	for (size_t i = 0; i < snap->nr_losses; i++) {
		const struct loss *loss = &snap->losses[i];

		if (!loss->count || (!loss->lost && !report->verbose))
			continue;
		units__count(n, loss->count);
		snprintf(line, sizeof(line), "%s %s %s: %s", loss->lost ? "Lost:" : "Note:", n,
			 loss->name, loss->why);
		text__wrap(out, text__width(report), 0, 6, line);
	}
}

/* Skipped: block_io_done 3, irq_handler_exit 1 */
static void print_skipped(FILE *out, const struct report *report)
{
	const struct snapshot *snap = report->snap;
	char line[1024], n[UNITS_LEN];
	size_t used = 0;

	for (size_t i = 0; i < snap->nr_probes && used < sizeof(line); i++) {
		const struct probe_status *probe = &snap->probes[i];

		if (!probe->skipped)
			continue;
		units__count(n, probe->skipped);
		used += snprintf(line + used, sizeof(line) - used, "%s%s %s",
				 used ? ", " : "Skipped: ", probe->name, n);
	}
	if (used)
		text__wrap(out, text__width(report), 0, 9, line);
}

/* I/O: 164,150 started = 164,142 completed + 8 in flight + 0 lost; 3 were under way before */
static void print_conservation(FILE *out, const struct report *report, const char *what,
			       const struct conservation *io, int64_t not_seen)
{
	char started[UNITS_LEN], completed[UNITS_LEN], flight[UNITS_LEN], lost[UNITS_LEN];
	char line[512], n[UNITS_LEN], before[64] = "", missing[64] = "", kernel[80] = "";

	if (!io->started && !io->completed && !io->in_flight)
		return;
	units__count(started, io->carried + io->started);
	units__count(completed, io->completed);
	units__count(flight, io->in_flight);
	units__count(lost, io->lost);
	if (io->preexisting)
		snprintf(before, sizeof(before), "; %s were under way before",
			 units__count(n, io->preexisting));
	if (not_seen)
		snprintf(missing, sizeof(missing), " %+" PRId64 " not accounted for", not_seen);
	/* beside what is lost: otherwise it differs only by what ended while both were read */
	if (io->kernel && io->lost)
		snprintf(kernel, sizeof(kernel), "; the kernel counted %s completed in this time",
			 units__count(n, io->kernel));
	snprintf(line, sizeof(line), "%s: %s started = %s completed + %s in flight + %s lost%s%s%s",
		 what, started, completed, flight, lost, missing, before, kernel);
	text__wrap(out, text__width(report), 0, 5, line);
}

/* Not visible as hypercalls: iret; set_debugreg; …: see check */
static void print_unseen(FILE *out, const struct report *report)
{
	const struct unseen *unseen = NULL;
	char line[1024];
	size_t used;

	if (!report->verbose || !report->platform)
		return;
	used = snprintf(line, sizeof(line), "Not visible as hypercalls:");
	while ((unseen = unseen__next(unseen, report->platform->boot)) && used < sizeof(line))
		used += snprintf(line + used, sizeof(line) - used, " %s;", unseen->hypercall);
	if (used + sizeof(" see check") > sizeof(line) || line[used - 1] != ';')
		return;
	snprintf(line + used, sizeof(line) - used, " see check");
	text__wrap(out, text__width(report), 0, 8, line);
}

/* Clock: hpet, 4.30us a read by BPF, 5.01us by clock_gettime(), a system call; 12,034 were made */
static void print_clock(FILE *out, const struct report *report)
{
	const struct own_cost *cost = &report->snap->cost;
	uint64_t calls = snapshot__clock_calls(report->snap);
	char read[UNITS_LEN], gettime[UNITS_LEN], n[UNITS_LEN], line[256];
	size_t used;

	if (!(cost->clock_gettime_ns > 0))
		return;
	units__ns(read, cost->clock_read_ns);
	units__ns(gettime, cost->clock_gettime_ns);
	used = snprintf(line, sizeof(line), "Clock: %s, %ss a read by BPF, %ss by clock_gettime()",
			report->platform && report->platform->clocksource[0]
				? report->platform->clocksource
				: "?",
			read, gettime);
	if (cost->vdso_known)
		used += snprintf(line + used, sizeof(line) - used, "%s",
				 cost->in_vdso ? " in the vDSO" : ", a system call");
	if (calls)
		snprintf(line + used, sizeof(line) - used, "; %s clock system calls",
			 units__count(n, calls));
	text__wrap(out, text__width(report), 0, 7, line);
}

/*
 * Tracer: 117 ms BPF + 40 ms own (0.39 % of CPU), 356n an event, RSS 9.8 MB, kernel 6.1 MB;
 *     41 of 44 probes on: xentrace-bpf check
 */
void text__books(FILE *out, const struct report *report)
{
	const struct quality *quality = &report->ledger->quality;
	const struct own_cost *cost = &report->snap->cost;
	char each[UNITS_LEN], rss[UNITS_LEN], kernel[UNITS_LEN], line[512];

	print_conservation(out, report, "I/O", &report->snap->io, quality->io_missing);
	print_conservation(out, report, "Packets sent", &report->snap->packets,
			   quality->packets_missing);
	print_losses(out, report);
	print_skipped(out, report);
	text__vcpu_notes(out, report);
	if (!text__exact(out, report))
		print_unseen(out, report);
	print_clock(out, report);
	text__no_page_tables(out, report);
	units__ns(each, quality->ns_per_event);
	units__bytes(rss, cost->rss_bytes);
	units__bytes(kernel, cost->kernel_bytes);
	snprintf(line, sizeof(line),
		 "Tracer: %.0f ms BPF + %.0f ms own (%.2f %% of CPU), %ss an event, RSS %s, kernel "
		 "%s; "
		 "%zu of %zu probes on: xentrace-bpf check",
		 cost->bpf_ns / 1e6, cost->user_ns / 1e6, 100 * quality->cost_share, each, rss,
		 kernel, quality->probes_on, quality->probes);
	text__wrap(out, text__width(report), 0, 8, line);
}

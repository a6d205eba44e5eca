// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Xen's records beside the ledger: what guest code has in it that no probe in the guest can see. */
#include "output/import.h"

#include "model/units.h"
#include "output/escape.h"
#include "output/text.h"

#define NAME_WIDTH 28
#define MAX_ROWS   20

static const char *const state_names[] = {
	[XEN_RUNNING] = "running",
	[XEN_RUNNABLE] = "stolen",
	[XEN_BLOCKED] = "idle",
	[XEN_OFFLINE] = "held off by Xen",
};

static void print_head(const struct text_page *page, const struct import_report *report)
{
	const struct report run = {
		.run = report->run,
		.platform = report->platform,
		.snap = report->snap,
		.ledger = report->ledger,
	};

	text__run(page, "", &run);
}

bool import__is_complete(const struct import_report *report)
{
	return !report->ledger->quality.incomplete && !report->records->lost &&
	       !report->records->damaged;
}

static void print_lost(const struct text_page *page, const struct import_report *report)
{
	const struct records_about *about = report->records;
	const struct beside *beside = report->beside;

	if (about->lost)
		text__say(page, 4,
			  "INCOMPLETE: Xen lost %s records, its buffers being full (xentrace -S, "
			  "-e): all counts are too small; of %.1f %% of the vCPU time nothing is "
			  "known",
			  COUNT(about->lost), 100 * beside->unknown);
	if (about->damaged)
		text__say(page, 4,
			  "INCOMPLETE: what is at byte %lu and behind makes no sense, and was not "
			  "read",
			  about->damaged);
	if (about->cut)
		text__say(page, 4,
			  "The file ends within a record: xentrace was stopped, or goes on");
	if (about->backwards)
		text__say(page, 4, "%s records are older than those before them on their CPU",
			  COUNT(about->backwards));
	if (report->nobodys)
		text__say(page, 4, "Of %s records of guests nothing says whose they are",
			  COUNT(report->nobodys));
}

static void print_file(const struct text_page *page, const struct import_report *report)
{
	const struct exits *exits = report->exits;
	struct text_line span = {};

	if (report->beside->tick_ns > 0)
		text_line__add(&span, "%.1f s at %.0f MHz", report->beside->span_ns / 1e9,
			       1e3 / report->beside->tick_ns);
	else
		text_line__add(&span, "%s TSC ticks, of a length that is not known (--tsc-khz)",
			       COUNT(exits__span(exits)));
	text__say(page, 4, "xentrace: domain %u, %u vCPU%s, %s, %s records of %u CPU%s",
		  exits->domain, exits->nr_vcpus, exits->nr_vcpus == 1 ? "" : "s", span.text,
		  COUNT(report->records->records), report->records->cpus,
		  report->records->cpus == 1 ? "" : "s");
	text__say(page, 4,
		  "Its records say no time of day: each figure is of its own span, as a share or a "
		  "rate of one vCPU");
	print_lost(page, report);
}

static void print_states(const struct text_page *page, const struct beside *beside)
{
	fprintf(page->out, "\n%-*s%10s%10s\n", NAME_WIDTH, "VCPU TIME, %", "ledger", "xentrace");
	for (unsigned int state = 0; state < XEN_STATES; state++) {
		fprintf(page->out, " %-*s", NAME_WIDTH - 1, state_names[state]);
		if (beside->has_states)
			fprintf(page->out, "%10.1f", 100 * beside->guest.of[state]);
		else
			fprintf(page->out, "%10s", "-");
		fprintf(page->out, "%10.1f\n", 100 * beside->xen.of[state]);
	}
	if (beside->unknown > 0)
		fprintf(page->out, " %-*s%10s%10.1f\n", NAME_WIDTH - 1, "not known", "",
			100 * beside->unknown);
	if (beside->differ)
		text__say(page, 4,
			  "These are not of the same load, or not of the same time: what follows "
			  "compares little");
}

static void print_guest_code(const struct text_page *page, const struct beside *beside)
{
	fprintf(page->out, "\n%-*s%10s\n", NAME_WIDTH, "GUEST CODE", "%");
	fprintf(page->out, " %-*s%10.1f  of vCPU time, by the ledger\n", NAME_WIDTH - 1,
		"guest code", 100 * beside->guest_code);
	if (!beside->exits->hvm)
		return text__say(page, 4,
				 " A PV guest has no VM exits: what Xen does for it are the events "
				 "below");
	fprintf(page->out, " %-*s%10.1f  of vCPU time, by xentrace\n", NAME_WIDTH - 1,
		beside->has_states ? "in Xen, by exits" : "in Xen or off, by exits",
		100 * beside->in_exits);
	text__say(page, 4,
		  " Exits are %.1f to %.1f %% of guest code: the least if all that the ledger's "
		  "paths took (drivers, hypercalls) were exits, the most if none of it was",
		  100 * beside->least, 100 * beside->most);
}

static void add_each(struct text_line *line, double ns)
{
	text_line__add(line, "%10s", ns < 0 ? "-" : NS(ns));
}

static void add_rate(struct text_line *line, double rate)
{
	text_line__add(line, "%11s", rate < 0 ? "-" : COUNT(rate));
}

static void print_line(const struct text_page *page, const struct text_line *line)
{
	fprintf(page->out, "%.*s\n", (int)line->used, line->text);
}

/* Behind a name: how many, and what they took. */
static void add_figures(struct text_line *line, const struct beside *beside, uint64_t count,
			const uint64_t ticks[STATES])
{
	text_line__add(line, "%11s", COUNT(count));
	add_rate(line, beside__rate(beside, count));
	add_each(line, beside__each(beside, ticks[XEN_RUNNING], count));
	text_line__add(line, "%8.2f%8.1f", 100 * beside__share(beside, ticks[XEN_RUNNING]),
		       100 * beside__of_guest_code(beside, beside__taken(beside, ticks)));
	add_each(line, beside__each(beside, ticks[XEN_OFFLINE], count));
	text_line__add(line, "%8.2f", 100 * beside__share(beside, ticks[XEN_OFFLINE]));
}

static void print_titles(const struct text_page *page, const char *what)
{
	fprintf(page->out, "\n%-*s%11s%11s%10s%8s%8s%10s%8s\n", NAME_WIDTH, what, "count",
		"a second", "one takes", "in Xen", "guest", "one held", "held");
	fprintf(page->out, "%-*s%11s%11s%10s%8s%8s%10s%8s\n", NAME_WIDTH, "", "", "of a vCPU",
		"in Xen", "%", "code, %", "off", "off, %");
}

static void print_exits(const struct text_page *page, const struct beside *beside)
{
	const struct exits *exits = beside->exits;
	struct text_line line;

	if (!exits->nr_rows)
		return;
	print_titles(page, exits->amd ? "EXITS, by AMD's reasons" : "EXITS, by Intel's reasons");
	for (size_t i = 0; i < exits->nr_rows && i < MAX_ROWS; i++) {
		const struct exit_row *row = &exits->rows[i];

		line.used = 0;
		text_line__add(&line, " %-*.*s", NAME_WIDTH - 1, NAME_WIDTH - 1, row->name);
		add_figures(&line, beside, row->count, row->ticks);
		print_line(page, &line);
	}
	line.used = 0;
	text_line__add(&line, " %-*s", NAME_WIDTH - 1, "all");
	add_figures(&line, beside, exits->count, exits->in_exits);
	print_line(page, &line);
	if (exits->nr_rows > MAX_ROWS)
		text__say(page, 4, " %zu more are in the JSON", exits->nr_rows - MAX_ROWS);
	if (exits->unpaired)
		text__say(page, 4,
			  " Of %s exits the end was not seen: they are counted, without a time",
			  COUNT(exits->unpaired));
}

static void print_place(const struct text_page *page, const struct beside *beside,
			const struct place_row *row)
{
	const struct io_place *place = &row->place;
	struct text_line line = {}, name = {};

	if (place->last)
		text_line__add(&name, place->memory ? "%08lx " : "%04lx-%04lx ", place->first,
			       place->last);
	text_line__add(&name, "%s", ASCII(*place->device ? place->device : "?"));
	text_line__add(&line, " %-*.*s", NAME_WIDTH - 1, NAME_WIDTH - 1, name.text);
	add_figures(&line, beside, row->count, row->ticks);
	print_line(page, &line);
}

static void print_places(const struct text_page *page, const struct beside *beside)
{
	const struct exits *exits = beside->exits;

	if (!exits->nr_places)
		return;
	print_titles(page, "DEVICES, in these exits");
	for (size_t i = 0; i < exits->nr_places && i < MAX_ROWS; i++)
		print_place(page, beside, &exits->places[i]);
	if (exits->nr_places > MAX_ROWS)
		text__say(page, 4, " %zu more are in the JSON", exits->nr_places - MAX_ROWS);
}

static void print_hypercalls(const struct text_page *page, const struct beside *beside)
{
	if (!beside->nr_hypercalls)
		return;
	fprintf(page->out, "\n%-*s%11s%12s%11s%11s\n", NAME_WIDTH, "HYPERCALLS", "count",
		"in multi-", "a second", "by the");
	fprintf(page->out, "%-*s%11s%12s%11s%11s\n", NAME_WIDTH, "", "", "calls", "of a vCPU",
		"ledger");
	for (size_t i = 0; i < beside->nr_hypercalls; i++) {
		const struct beside_hypercall *call = &beside->hypercalls[i];
		struct text_line line = {};

		text_line__add(&line, " %-*s%11s%12s", NAME_WIDTH - 1, call->name,
			       COUNT(call->count), call->inside ? COUNT(call->inside) : "");
		add_rate(&line, call->xen);
		add_rate(&line, call->guest);
		print_line(page, &line);
	}
}

static void print_pv_events(const struct text_page *page, const struct beside *beside)
{
	if (!beside->nr_pv_events)
		return;
	fprintf(page->out, "\n%-*s%11s%11s\n%-*s%11s%11s\n", NAME_WIDTH, "PV EVENTS", "count",
		"a second", NAME_WIDTH, "", "", "of a vCPU");
	for (size_t i = 0; i < beside->nr_pv_events; i++) {
		const struct pv_event *event = &beside->pv_events[i];
		struct text_line line = {};

		text_line__add(&line, " %-*s%11s", NAME_WIDTH - 1, event->name,
			       COUNT(event->count));
		add_rate(&line, beside__rate(beside, event->count));
		print_line(page, &line);
	}
}

static void print(const struct text_page *page, const void *what)
{
	const struct import_report *report = what;

	print_head(page, report);
	print_file(page, report);
	print_states(page, report->beside);
	print_guest_code(page, report->beside);
	print_exits(page, report->beside);
	print_places(page, report->beside);
	print_pv_events(page, report->beside);
	print_hypercalls(page, report->beside);
}

int import__text(FILE *out, unsigned int width, const struct import_report *report)
{
	return text__print(out, width, print, report);
}

/* clang-format off */

JSON_NAMES(exit_kind, "exit_kind", exit_kind__name, EXIT_KINDS);

#define REPORT	   ((const struct import_report *)json->all)
#define WHAT(type) ((const struct type *)json->what)

JSON_FROM(run_of, REPORT->run)
JSON_FROM(platform_of, REPORT->platform)
JSON_FROM(snap_of, REPORT->snap)
JSON_FROM(exits_of, REPORT->exits)
JSON_FROM(beside_of, REPORT->beside)
JSON_FROM(records_of, REPORT->records)
JSON_IF(has_ticks, REPORT->beside->tick_ns > 0)
JSON_IF(has_states, REPORT->beside->has_states)
JSON_IF(has_exits, REPORT->exits->hvm)
JSON_IF(has_xen_rate, WHAT(beside_hypercall)->xen >= 0)
JSON_IF(has_guest_rate, WHAT(beside_hypercall)->guest >= 0)
JSON_PUT(put_complete, json__bool, import__is_complete(REPORT))
JSON_PUT(put_nobodys, json__uint, REPORT->nobodys)
JSON_PUT(put_span, json__uint, exits__span(REPORT->exits))
JSON_PUT(put_of_guest_code, json__real,
	 beside__of_guest_code(REPORT->beside, beside__taken(REPORT->beside, WHAT(exit_row)->ticks)))

static const struct json_member state_shares_members[] = {
	SHOW_AS("running", struct state_shares, of[XEN_RUNNING]),
	SHOW_AS("stolen", struct state_shares, of[XEN_RUNNABLE]),
	SHOW_AS("idle", struct state_shares, of[XEN_BLOCKED]),
	SHOW_AS("held_off", struct state_shares, of[XEN_OFFLINE]),
};
static JSON_SHAPE(state_shares, "Shares of vCPU time.");

static const struct json_member exit_row_members[] = {
	SHOW(struct exit_row, name, "What the processor calls the reason; with MMIO or I/O: and an "
	     "emulated device was accessed."),
	SHOW(struct exit_row, reason, "The processor's number of it."),
	SHOW_ENUM("kind", struct exit_row, kind, exit_kind_names,
		  "What may be in the ledger's rows as well: hypercalls, and I/O in a driver's."),
	SHOW(struct exit_row, count),
	SHOW_AS("in_xen", struct exit_row, ticks[XEN_RUNNING], "TSC ticks, as the next ones."),
	SHOW_AS("held_off", struct exit_row, ticks[XEN_OFFLINE], "By Xen, as for the device model."),
	SHOW_AS("stolen", struct exit_row, ticks[XEN_RUNNABLE]),
	SHOW_AS("idle", struct exit_row, ticks[XEN_BLOCKED]),
	SHOW_AS("longest", struct exit_row, max, "In Xen."),
	SHOW_BY(put_of_guest_code, "of_guest_code", MEMBER_REAL, .text = "The share, at most."),
};
static JSON_SHAPE(exit_row, "VM exits of one reason.");

static const struct json_member place_row_members[] = {
	SHOW_AS("memory", struct place_row, place.memory, "Else ports."),
	SHOW_AS("first", struct place_row, place.first),
	SHOW_AS("last", struct place_row, place.last),
	SHOW_AS("device", struct place_row, place.device, "Null: not known.", .or_null = true),
	SHOW(struct place_row, count, "Exits."),
	SHOW(struct place_row, accesses),
	SHOW_AS("in_xen", struct place_row, ticks[XEN_RUNNING], "TSC ticks, as the next ones."),
	SHOW_AS("held_off", struct place_row, ticks[XEN_OFFLINE]),
	SHOW_AS("stolen", struct place_row, ticks[XEN_RUNNABLE]),
	SHOW_AS("idle", struct place_row, ticks[XEN_BLOCKED]),
};
static JSON_SHAPE(place_row, "Exits by which an emulated device was accessed.");

static const struct json_member beside_hypercall_members[] = {
	SHOW(struct beside_hypercall, name),
	SHOW(struct beside_hypercall, number),
	SHOW(struct beside_hypercall, count),
	SHOW(struct beside_hypercall, inside, "In multicalls."),
	SHOW_AS("per_vcpu_second", struct beside_hypercall, xen, .known = has_xen_rate),
	SHOW_AS("ledger_per_vcpu_second", struct beside_hypercall, guest, .known = has_guest_rate),
};
static JSON_SHAPE(beside_hypercall, "As Xen counts it, and as the ledger does.");

static const struct json_member pv_event_members[] = {
	SHOW(struct pv_event, name),
	SHOW(struct pv_event, count),
};
static JSON_SHAPE(pv_event, "What Xen did for a PV guest beside hypercalls.");

static const struct json_member import_members[] = {
	SHOW(struct run_info, host, .from = run_of),
	SHOW(struct run_info, kernel, .from = run_of),
	SHOW(struct platform, hypervisor, .from = platform_of),
	SHOW(struct platform, mode, .from = platform_of),
	SHOW(struct snapshot, start_ns, .from = snap_of),
	SHOW(struct snapshot, end_ns, .from = snap_of),
	SHOW_BY(put_complete, "complete", MEMBER_BOOL,
		.text = "The run lost no more than 0.1 %, and no record is lost or damaged."),
	SHOW(struct exits, domain, .from = exits_of),
	SHOW(struct exits, nr_vcpus, "That have records.", .from = exits_of),
	SHOW_BY(put_span, "span", MEMBER_UINT, .text = "TSC ticks from the first record to the last."),
	SHOW(struct beside, tick_ns, "ns a TSC tick is; null: not known.", .from = beside_of,
	     .known = has_ticks),
	SHOW(struct records_about, records, "Of all domains.", .from = records_of),
	SHOW(struct records_about, cpus, .from = records_of),
	SHOW(struct records_about, lost, "Records that Xen had no room for.", .from = records_of),
	SHOW(struct records_about, backwards, "Records older than the one before on their CPU.",
	     .from = records_of),
	SHOW(struct records_about, cut, "The file ends within a record.", .from = records_of),
	SHOW_AS("damaged_at", struct records_about, damaged,
		"From this byte on nothing was read, as it makes no sense; 0: all was.",
		.from = records_of),
	SHOW_BY(put_nobodys, "nobodys", MEMBER_UINT,
		.text = "Records of guests of which nothing says whose they are."),
	SHOW_OBJECT("ledger_states", struct beside, guest, state_shares_shape, .from = beside_of,
		    .known = has_states),
	SHOW_OBJECT("xen_states", struct beside, xen, state_shares_shape, .from = beside_of),
	SHOW(struct beside, unknown, "The share of vCPU time of which records are lost.",
	     .from = beside_of),
	SHOW(struct beside, differ, "These are of another load or another time.", .from = beside_of),
	SHOW(struct beside, guest_code, "By the ledger, as a share of vCPU time.", .from = beside_of),
	SHOW(struct beside, in_exits, "By Xen, as a share of vCPU time: in Xen; of a guest without "
	     "runstate with what it was held off.", .from = beside_of, .known = has_exits),
	SHOW_AS("of_guest_code_least", struct beside, least, "The share of exits in guest code.",
		.from = beside_of, .known = has_exits),
	SHOW_AS("of_guest_code_most", struct beside, most, .from = beside_of, .known = has_exits),
	SHOW(struct exits, amd, "Reasons are AMD's; else Intel's.", .from = exits_of,
	     .known = has_exits),
	SHOW(struct exits, unpaired, "Exits whose end was not seen: counted, without a time.",
	     .from = exits_of),
	SHOW_INLINE("exits", struct exits, rows, nr_rows, exit_row_shape, .from = exits_of),
	SHOW_INLINE("devices", struct exits, places, nr_places, place_row_shape, .from = exits_of),
	SHOW_INLINE("hypercalls", struct beside, hypercalls, nr_hypercalls, beside_hypercall_shape,
		    .from = beside_of),
	SHOW_INLINE("pv_events", struct beside, pv_events, nr_pv_events, pv_event_shape,
		    .from = beside_of),
};
static JSON_SHAPE(import, NULL);

/* clang-format on */

const struct json_document json_import = {
	.type = "import",
	.text = "The line of `xentrace-bpf import --json`.",
	.shape = &import_shape,
};

int import__json(FILE *out, const struct import_report *report)
{
	return json__document(out, &json_import, report, report);
}

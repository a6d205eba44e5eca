// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The run on a time axis, for ui.perfetto.dev and chrome://tracing: the slowest requests as slices
 * with their legs, and the intervals' figures as counters. The format is Chrome's trace events, as
 * one JSON object. Each device is a process of it, and the vCPUs are one.
 *
 *	{"name":"read","cat":"request","ph":"b","id":1,"pid":2,"tid":0,"ts":5001000.123,...}
 *	{"name":"per second","ph":"C","pid":2,"ts":5000000.000,"args":{"read":2204.3}}
 *
 * Times are the kernel's CLOCK_MONOTONIC in us, as in a trace that ftrace or perf makes by it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/stacks.h"
#include "output/json.h"

/*
 * So many steps are kept, and so many figures of rows in all of them. When there are more, two
 * neighbours become one, as they do in a series (model/series.h): the file stays one that viewers
 * can open, however long the run was.
 */
#define STEPS_MAX   3600
#define FIGURES_MAX 200000

/* A row of the ledger's waits, by its names. */
struct row {
	enum area area;
	char device[48];
	char op[40];
	unsigned int process;
};

struct figure {
	uint64_t count, waited_ns;
};

struct step {
	uint64_t start_ns, end_ns;
	unsigned int intervals;
	uint64_t idle_ns, mech_ns[MECH_NR];
	struct figure *figures; /* by the row's number; rows that are new since have none */
	size_t nr_figures;
};

struct course {
	struct step steps[STEPS_MAX + 1];
	size_t nr_steps, nr_figures;
	unsigned int stride; /* intervals in a step */
	struct row *rows;
	size_t nr_rows;
	unsigned int nr_processes;
};

/* Process 1 is the vCPUs. */
#define CPU_PROCESS 1

static void *trace__open(void)
{
	struct course *course = calloc(1, sizeof(*course));

	if (course) {
		course->stride = 1;
		course->nr_processes = CPU_PROCESS;
	}
	return course;
}

static void trace__close(void *state)
{
	struct course *course = state;

	for (size_t i = 0; i < course->nr_steps; i++)
		free(course->steps[i].figures);
	free(course->rows);
	free(course);
}

/* The row's number, or -1 without memory. */
static long row_of(struct course *course, enum area area, const char *device, const char *op)
{
	unsigned int process = 0;
	struct row *rows;

	for (size_t i = 0; i < course->nr_rows; i++) {
		struct row *row = &course->rows[i];

		if (row->area != area || strcmp(row->device, device))
			continue;
		if (!strcmp(row->op, op))
			return i;
		process = row->process;
	}
	rows = reallocarray(course->rows, course->nr_rows + 1, sizeof(*rows));
	if (!rows)
		return -1;
	course->rows = rows;
	rows += course->nr_rows;
	*rows = (struct row) { .area = area, .process = process };
	if (!process)
		rows->process = ++course->nr_processes;
	snprintf(rows->device, sizeof(rows->device), "%s", device);
	snprintf(rows->op, sizeof(rows->op), "%s", op);
	return course->nr_rows++;
}

/* Takes `from`'s figures. */
static void step__merge(struct step *to, struct step *from)
{
	struct step *longer = to->nr_figures >= from->nr_figures ? to : from;
	struct step *shorter = longer == to ? from : to;
	struct figure *figures = longer->figures;
	size_t nr = longer->nr_figures;

	for (size_t i = 0; i < shorter->nr_figures; i++) {
		figures[i].count += shorter->figures[i].count;
		figures[i].waited_ns += shorter->figures[i].waited_ns;
	}
	free(shorter->figures);
	to->figures = figures;
	to->nr_figures = nr;
	to->end_ns = from->end_ns;
	to->intervals += from->intervals;
	to->idle_ns += from->idle_ns;
	for (enum mech mech = 0; mech < MECH_NR; mech++)
		to->mech_ns[mech] += from->mech_ns[mech];
}

static void halve(struct course *course)
{
	size_t kept = 0;

	course->nr_figures = 0;
	for (size_t i = 0; i < course->nr_steps; i += 2, kept++) {
		if (i + 1 < course->nr_steps)
			step__merge(&course->steps[i], &course->steps[i + 1]);
		course->steps[kept] = course->steps[i];
		course->nr_figures += course->steps[kept].nr_figures;
	}
	course->nr_steps = kept;
	course->stride *= 2;
}

static int step__fill(struct step *step, struct course *course, const struct report *report)
{
	const struct ledger *ledger = report->ledger;
	long nr;

	*step = (struct step) {
		.start_ns = report->snap->start_ns,
		.end_ns = report->snap->end_ns,
		.intervals = 1,
		.idle_ns = ledger->cpu.idle_ns,
	};
	memcpy(step->mech_ns, ledger->cpu.mech_ns, sizeof(step->mech_ns));
	for (size_t i = 0; i < ledger->nr_waits; i++)
		if (row_of(course, ledger->waits[i].area, ledger->waits[i].device,
			   ledger->waits[i].op) < 0)
			return -ENOMEM;
	step->figures = calloc(course->nr_rows ? course->nr_rows : 1, sizeof(*step->figures));
	if (!step->figures)
		return -ENOMEM;
	step->nr_figures = course->nr_rows;
	for (size_t i = 0; i < ledger->nr_waits; i++) {
		const struct wait_row *row = &ledger->waits[i];

		nr = row_of(course, row->area, row->device, row->op);
		step->figures[nr].count += row->count;
		step->figures[nr].waited_ns += row->waited_ns;
	}
	return 0;
}

/* Nothing is written yet: the file is made as a whole. */
static int trace__interval(FILE *out, const struct report *report)
{
	struct course *course = report->state;
	struct step *last = course->nr_steps ? &course->steps[course->nr_steps - 1] : NULL, step;
	int err = step__fill(&step, course, report);

	(void)out;
	if (err)
		return err;
	if (last && last->intervals < course->stride) {
		course->nr_figures -= last->nr_figures;
		step__merge(last, &step);
		course->nr_figures += last->nr_figures;
	} else {
		course->steps[course->nr_steps++] = step;
		course->nr_figures += step.nr_figures;
	}
	if (course->nr_steps > STEPS_MAX ||
	    (course->nr_figures > FIGURES_MAX && course->nr_steps > 1))
		halve(course);
	return 0;
}

/* An event, which is left open. */
static void open_event(struct json *json, const char *name, const char *phase, unsigned int process)
{
	json__open(json, NULL, '{');
	json__str(json, "name", name);
	json__str(json, "ph", phase);
	json__uint(json, "pid", process);
	json__uint(json, "tid", 0);
}

static void put_process(struct json *json, unsigned int process, const char *name)
{
	open_event(json, "process_name", "M", process);
	json__open(json, "args", '{');
	json__str(json, "name", name);
	json__close(json, '}');
	json__close(json, '}');
}

static void put_processes(struct json *json, const struct course *course)
{
	unsigned int last = CPU_PROCESS;
	char name[128];

	put_process(json, CPU_PROCESS, "vCPUs");
	for (size_t i = 0; i < course->nr_rows; i++) {
		const struct row *row = &course->rows[i];

		if (row->process <= last)
			continue;
		last = row->process;
		snprintf(name, sizeof(name), "%s %s", area__name(row->area), row->device);
		put_process(json, row->process, name);
	}
}

/* A counter keeps its value until its next one. */
static void open_counter(struct json *json, const char *name, unsigned int process, uint64_t at_ns)
{
	open_event(json, name, "C", process);
	json__thousandths(json, "ts", at_ns);
	json__open(json, "args", '{');
}

static void close_counter(struct json *json)
{
	json__close(json, '}');
	json__close(json, '}');
}

static double per(double what, uint64_t length_ns)
{
	return length_ns ? what / length_ns : 0;
}

/* How many vCPUs were where, on average. */
static void put_cpu(struct json *json, const struct step *step, uint64_t at_ns)
{
	uint64_t length_ns = step->end_ns - step->start_ns;

	open_counter(json, "vCPUs", CPU_PROCESS, at_ns);
	for (enum mech mech = 0; mech < MECH_NR; mech++)
		json__real(json, mech__name(mech), per(step->mech_ns[mech], length_ns));
	json__real(json, "idle", per(step->idle_ns, length_ns));
	close_counter(json);
}

static void put_row(struct json *json, const struct row *row, const struct figure *figure,
		    const struct step *step, uint64_t at_ns)
{
	uint64_t length_ns = step->end_ns - step->start_ns;
	char name[64];

	snprintf(name, sizeof(name), "%s per second", row->op);
	open_counter(json, name, row->process, at_ns);
	json__real(json, "value", per(1e9 * figure->count, length_ns));
	close_counter(json);
	snprintf(name, sizeof(name), "%s in flight", row->op);
	open_counter(json, name, row->process, at_ns);
	json__real(json, "value", per(figure->waited_ns, length_ns));
	close_counter(json);
	snprintf(name, sizeof(name), "%s mean us", row->op);
	open_counter(json, name, row->process, at_ns);
	json__real(json, "value", per(figure->waited_ns / 1e3, figure->count));
	close_counter(json);
}

static void put_step(struct json *json, const struct course *course, const struct step *step,
		     uint64_t at_ns)
{
	const struct figure none = {};

	put_cpu(json, step, at_ns);
	for (size_t i = 0; i < course->nr_rows; i++)
		put_row(json, &course->rows[i], i < step->nr_figures ? &step->figures[i] : &none,
			step, at_ns);
}

/* Each step where it begins; and nothing where the last one ends. */
static void put_counters(struct json *json, const struct course *course)
{
	const size_t nr = course->nr_steps;

	for (size_t i = 0; i < nr; i++)
		put_step(json, course, &course->steps[i], course->steps[i].start_ns);
	if (nr)
		put_step(json, course, &(struct step) {}, course->steps[nr - 1].end_ns);
}

/* A slice begins ("b") or ends ("e"); those of one id lie in each other. Left open. */
static void open_slice(struct json *json, const char *name, const char *phase, unsigned int id,
		       unsigned int process, uint64_t at_ns)
{
	open_event(json, name, phase, process);
	json__str(json, "cat", "request");
	json__uint(json, "id", id);
	json__thousandths(json, "ts", at_ns);
}

/* The innermost function first. */
static void put_stack(struct json *json, const char *frames)
{
	char name[STACK_FRAME];

	json__open(json, "stack", '[');
	while (frames && *frames) {
		frames = stack__frame(name, frames);
		json__str(json, NULL, name);
	}
	json__close(json, ']');
}

static void put_who(struct json *json, const struct slow_request *slow)
{
	json__open(json, "args", '{');
	json__str(json, "device", slow->device);
	json__uint(json, "total_ns", slow->total_ns);
	if (slow->issued) {
		json__uint(json, "vcpu", slow->vcpu);
		json__uint(json, "pid", slow->pid);
		json__str(json, "comm", slow->comm);
	}
	if (slow->overlap_known) {
		json__uint(json, "stolen_ns", slow->stolen_ns);
		json__uint(json, "held_off_ns", slow->held_ns);
	}
	if (slow->stack && *slow->stack)
		put_stack(json, slow->stack);
	json__close(json, '}');
}

static void put_request(struct json *json, const struct slow_request *slow, unsigned int id,
			unsigned int process)
{
	uint64_t at_ns = slow->start_ns;

	open_slice(json, slow->op, "b", id, process, at_ns);
	put_who(json, slow);
	json__close(json, '}');
	for (size_t i = 0; i < slow->nr_legs; i++) {
		open_slice(json, slow->legs[i].name, "b", id, process, at_ns);
		json__close(json, '}');
		at_ns += slow->legs[i].ns;
		open_slice(json, slow->legs[i].name, "e", id, process, at_ns);
		json__close(json, '}');
	}
	open_slice(json, slow->op, "e", id, process, slow->start_ns + slow->total_ns);
	json__close(json, '}');
}

static void put_run(struct json *json, const struct report *report)
{
	const struct run_info *run = report->run;

	json__open(json, "otherData", '{');
	json__str(json, "host", run->host);
	json__str(json, "kernel", run->kernel);
	json__str(json, "command_line", run->command_line);
	json__str(json, "version", run->version);
	json__utc(json, "start_utc", report->snap->wall_start_ns);
	json__uint(json, "start_ns", report->snap->start_ns);
	json__uint(json, "end_ns", report->snap->end_ns);
	json__close(json, '}');
}

static int trace__total(FILE *out, const struct report *report)
{
	struct course *course = report->state;
	const struct snapshot *snap = report->snap;
	struct json json = { .out = out };
	long rows[SLOWEST];

	for (size_t i = 0; i < snap->nr_slow && i < SLOWEST; i++) {
		rows[i] = row_of(course, AREA_DISK, snap->slow[i].device, snap->slow[i].op);
		if (rows[i] < 0)
			return -ENOMEM;
	}
	json__open(&json, NULL, '{');
	json__str(&json, "displayTimeUnit", "ns");
	put_run(&json, report);
	json__open(&json, "traceEvents", '[');
	put_processes(&json, course);
	put_counters(&json, course);
	for (size_t i = 0; i < snap->nr_slow && i < SLOWEST; i++)
		put_request(&json, &snap->slow[i], i + 1, course->rows[rows[i]].process);
	json__close(&json, ']');
	json__close(&json, '}');
	fputc('\n', out);
	return output__finish(out);
}

const struct output output_trace_json = {
	.name = "trace-json",
	.extension = ".trace.json",
	.keeps_intervals = true,
	.is_document = true,
	.header = output__nothing,
	.interval = trace__interval,
	.total = trace__total,
	.open = trace__open,
	.close = trace__close,
};

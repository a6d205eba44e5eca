// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Rules about time: what reading the clock costs, vCPUs that do not run, timers that are late. */
#include "model/rules.h"

#include <stdio.h>
#include <string.h>

#define STEAL_SHARE 0.05 /* of vCPU time */
#define CLOCK_SHARE 0.01 /* of vCPU time, in system calls that read the clock */
#define CALLS_MIN   1000
#define EXPIRED_MIN 1000 /* timers */
#define LATE_NS	    4e6	 /* a tick of 250 Hz: later, a high-resolution timer is none */
#define CAUSE_SHARE 0.1	 /* of vCPU time: then that is why timers are late */

/*
 * What reading the clock cost in this run, as far as reads are counted: all of them by a probe, or those
 * by system calls and by the tracer's programs.
 */
struct reads {
	uint64_t all;	/* 0: they are not counted */
	uint64_t calls; /* system calls of processes, made because the vDSO could not */
	double probes_ns, calls_ns;
	double low_ns, high_ns; /* what another clock would save */
};

/*
 * The tracer's programs read it at most once each. Where all reads are counted, what a system call takes
 * beside its read goes with them, since the vDSO makes no call.
 */
static struct reads count_reads(const struct snapshot *snap)
{
	const struct own_cost *cost = &snap->cost;
	struct reads reads = {
		.all = snapshot__clock_reads(snap),
		.calls = snapshot__clock_calls(snap),
	};

	reads.probes_ns = cost->clock_read_ns * cost->runs;
	reads.calls_ns = cost->clock_gettime_ns * reads.calls;
	reads.high_ns = reads.probes_ns + reads.calls_ns;
	if (!reads.all)
		return reads;
	reads.low_ns = reads.high_ns = cost->clock_read_ns * reads.all;
	if (cost->clock_gettime_ns > cost->clock_read_ns)
		reads.high_ns += (cost->clock_gettime_ns - cost->clock_read_ns) * reads.calls;
	return reads;
}

static bool is_emulated(const char *clock)
{
	return !strcmp(clock, "hpet") || !strcmp(clock, "acpi_pm");
}

/* A clock that is no device costs a system call where the vDSO cannot read it. */
static bool is_expensive(const struct question *q, const struct reads *reads)
{
	const struct own_cost *cost = &q->snap->cost;

	return cost->vdso_known && !cost->in_vdso && reads->calls >= CALLS_MIN &&
	       reads->calls_ns >= CLOCK_SHARE * q->snap->cpu.total_ns;
}

static void show_reads(const struct question *q, struct finding *f, const struct reads *reads)
{
	const struct own_cost *cost = &q->snap->cost;
	char made[64] = "";

	finding__figure(f, "%ss a read of the clock from BPF, measured here",
			NS(cost->clock_read_ns));
	finding__figure(
		f, "every probe pays it: at most %.3f s in the %s runs of this trace's programs",
		reads->probes_ns / 1e9, COUNT(cost->runs));
	if (reads->all)
		finding__figure(
			f,
			"%s reads in all, by the kernel, processes and this trace: at least "
			"%.3f s",
			COUNT(reads->all), reads->low_ns / 1e9);
	if (!(cost->clock_gettime_ns > 0))
		return;
	/* none may be none seen: the probe may be off */
	if (reads->calls)
		snprintf(made, sizeof(made), "; %s clock system calls were made",
			 COUNT(reads->calls));
	finding__figure(f, "%ss a clock_gettime()%s%s", NS(cost->clock_gettime_ns),
			cost->vdso_known && !cost->in_vdso
				? ", a system call: the vDSO cannot read it"
				: "",
			made);
}

static void advise_clock(struct finding *f, const struct platform *platform)
{
	if (*platform->better_clock)
		finding__do(f, REMEDY_LIVE,
			    "echo %s > /sys/devices/system/clocksource/clocksource0/"
			    "current_clocksource: the kernel offers it",
			    platform->better_clock);
	finding__do(f, REMEDY_ARGUMENT,
		    "clocksource=%s, as /sys/devices/system/clocksource/*/available_clocksource "
		    "offers",
		    *platform->better_clock ? platform->better_clock : "xen or tsc");
	if (!strcmp(platform->better_clock, "tsc"))
		finding__do(f, REMEDY_HOST,
			    "the TSC is safe where it does not change its rate, and "
			    "the guest does not move to another host (tsc_mode)");
}

static void ask_expensive_clock(struct question *q)
{
	const char *clock = q->platform ? q->platform->clocksource : "";
	struct reads reads = count_reads(q->snap);
	struct finding *f;

	if (!*clock) {
		rule__untestable(q, "the clocksource is not known");
		return;
	}
	if (!is_emulated(clock) && !is_expensive(q, &reads))
		return;
	if (!(q->snap->cost.clock_read_ns > 0)) {
		rule__untestable(
			q, "clocksource %s is emulated, but the price of a read was not measured",
			clock);
		return;
	}
	f = rule__met(q, clock);
	if (is_emulated(clock))
		finding__say(
			f,
			"the clocksource is %s, emulated: each read of the time leaves the guest",
			clock);
	else
		finding__say(f, "the clocksource is %s, and each read by a process a system call",
			     clock);
	show_reads(q, f, &reads);
	advise_clock(f, q->platform);
	finding__cost(f, KIND_CPU, reads.high_ns);
	finding__gain(f, KIND_CPU, reads.low_ns, reads.high_ns);
	finding__check(f, "xentrace-bpf detect --measure: the price of a read");
}

static void ask_steal(struct question *q)
{
	const struct cpu_time *cpu = &q->snap->cpu;
	double share = ledger__share(cpu->stolen_ns, cpu->total_ns);
	struct finding *f;

	if (!cpu->steal_measured || !cpu->total_ns) {
		rule__untestable(q, "%s",
				 cpu->steal_measured ? "no vCPU time was read"
						     : "nobody measures steal in this guest");
		return;
	}
	if (share < STEAL_SHARE)
		return;
	f = rule__met(q, "");
	finding__say(f, "%s",
		     cpu->has_runstate ? "the host runs others while this guest's vCPUs want to run"
				       : "the guest's vCPUs are held off");
	finding__figure(f, "%.2f of %.2f vCPU-s (%.1f %%) %s", cpu->stolen_ns / 1e9,
			cpu->total_ns / 1e9, 100 * share,
			cpu->has_runstate
				? "runnable and not run, by Xen's runstate"
				: "stolen, as /proc/stat counts it (contention and device model)");
	if (cpu->has_runstate)
		finding__exclude(f, "the device model: it held the vCPUs another %.1f %%",
				 100 * ledger__share(q->ledger->cpu.held_ns, cpu->total_ns));
	finding__do(f, REMEDY_HOST,
		    "fewer vCPUs a host core, a larger credit weight, or another host");
	finding__cost(f, KIND_CPU, cpu->stolen_ns);
	finding__gain(f, KIND_CPU, 0, cpu->stolen_ns);
	finding__check(f, "the same load at another hour or on another host");
}

/* Timers of a vCPU that does not run cannot expire: by what it was kept, if it was. */
static const char *say_late(const struct question *q, struct finding *f)
{
	const struct cpu_time *cpu = &q->snap->cpu;
	double stolen = ledger__share(cpu->stolen_ns, cpu->total_ns);
	double held = ledger__share(cpu->offline_ns, cpu->total_ns);

	if (!cpu->has_runstate)
		return "nobody knows whether the vCPU ran";
	finding__figure(f, "vCPUs were stolen %.1f %% of the time, held off by Xen %.1f %%",
			100 * stolen, 100 * held);
	if (stolen >= CAUSE_SHARE && stolen >= held)
		return "the vCPU wanted to run and did not";
	if (held >= CAUSE_SHARE)
		return "Xen held the vCPU off";
	return "the vCPU ran or was idle: interrupts were off, or nobody set the timer in time";
}

static void ask_late_timers(struct question *q)
{
	for (size_t i = 0; i < q->ledger->nr_waits; i++) {
		const struct wait_row *row = &q->ledger->waits[i];
		uint64_t least_ns;
		struct finding *f;
		char mean[MEAN_LEN];
		const char *why;

		if (row->area != AREA_TIMER || !row->measured || row->count < EXPIRED_MIN)
			continue;
		least_ns = hist__quantile_bound(row->hist, .99, -1);
		if (least_ns < LATE_NS)
			continue;
		f = rule__met(q, row->op);
		finding__figure(f, "99 %% of %s timers at most %ss late (at least %ss), mean %s",
				COUNT(row->count), NS(row->p99_ns), NS(least_ns),
				rule__mean(mean, row));
		why = say_late(q, f);
		finding__say(f, "timers (%s) expire late; %s", row->op, why);
		finding__do(f, REMEDY_HOST,
			    "CPU time for this guest's vCPUs: weight, cap, pinning; "
			    "whether something pauses it");
		finding__cost(f, KIND_WAIT, row->waited_ns);
		finding__gain(f, KIND_WAIT, 0, row->waited_ns);
	}
}

static const struct rule rules[] = {
	{ "expensive-clock", ask_expensive_clock },
	{ "steal", ask_steal },
	{ "late-timers", ask_late_timers },
};
RULES(time_rules, rules);

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Rules about time: what reading the clock costs, and vCPUs that want to run and do not. */
#include "model/rules.h"

#include <stdio.h>
#include <string.h>

#define STEAL_SHARE 0.05 /* of vCPU time */

/* What it costs this run: the tracer, whose programs read it at most once each, and processes. */
static void show_clock_reads(const struct question *q, struct finding *f)
{
	const struct own_cost *cost = &q->snap->cost;
	uint64_t calls = snapshot__clock_calls(q->snap);
	double probes_ns = cost->clock_read_ns * cost->runs, calls_ns = 0;
	char made[64] = "";

	finding__figure(
		f, "every probe pays it: at most %.3f s in the %s runs of this trace's programs",
		probes_ns / 1e9, COUNT(cost->runs));
	if (cost->clock_gettime_ns > 0) {
		calls_ns = cost->clock_gettime_ns * calls;
		/* none may be none seen: the probe may be off */
		if (calls)
			snprintf(made, sizeof(made), "; %s clock system calls were made",
				 COUNT(calls));
		finding__figure(f, "%ss a clock_gettime()%s%s", NS(cost->clock_gettime_ns),
				cost->vdso_known && !cost->in_vdso
					? ", a system call: the vDSO cannot read it"
					: "",
				made);
	}
	finding__cost(f, KIND_CPU, probes_ns + calls_ns);
}

static void ask_emulated_clock(struct question *q)
{
	const char *clock = q->platform ? q->platform->clocksource : "";
	struct finding *f;

	if (!*clock) {
		rule__untestable(q, "the clocksource is not known");
		return;
	}
	if (strcmp(clock, "hpet") && strcmp(clock, "acpi_pm"))
		return;
	if (!(q->snap->cost.clock_read_ns > 0)) {
		rule__untestable(
			q, "clocksource %s is emulated, but the price of a read was not measured",
			clock);
		return;
	}
	f = rule__met(q, clock);
	finding__say(f, "the clocksource is %s, emulated: each read of the time leaves the guest",
		     clock);
	finding__figure(f, "%ss a read of the clock from BPF, measured here",
			NS(q->snap->cost.clock_read_ns));
	show_clock_reads(q, f);
	finding__do(f, REMEDY_ARGUMENT,
		    "clocksource=xen or tsc, as /sys/devices/system/clocksource/*/"
		    "available_clocksource offers");
	finding__gain_unknown(f, "the kernel's own reads are not counted");
	finding__check(f, "xentrace-bpf detect, then this finding");
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

static const struct rule rules[] = {
	{ "emulated-clock", ask_emulated_clock },
	{ "steal", ask_steal },
};
RULES(time_rules, rules);

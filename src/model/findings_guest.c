// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Rules about the kind of guest: features of Xen that it does not use, and what a PV guest pays for
 * its page tables. A feature that another one gates is not called: the other one is.
 */
#include "model/rules.h"

#include <string.h>

#define COST_SHARE  0.01 /* of vCPU time: less is not worth a boot */
#define EVENTS_MIN  1000
#define WRITES_MIN  100	 /* of a console: a line is one */
#define TABLE_SHARE 0.05 /* of vCPU time */

/* Unused or not offered, by itself. NULL: active, not known, or kept away by another one. */
static const struct feature *unused(const struct question *q, enum feature_id id)
{
	const struct feature *feature = rule__feature(q->platform, id);

	if (!feature ||
	    (feature->state != FEATURE_UNUSED && feature->state != FEATURE_IMPOSSIBLE) ||
	    feature->cause == CAUSE_CALLBACK_VECTOR)
		return NULL;
	return feature;
}

static bool is_of(const struct question *q, enum boot boot)
{
	return q->platform && q->platform->boot == boot;
}

/* Much enough to be called: events, and of vCPU time. */
static bool is_costly(const struct question *q, const struct cpu_sum *cpu)
{
	return cpu->events >= EVENTS_MIN && cpu->ns >= COST_SHARE * q->ledger->cpu.total_ns;
}

static void show_cost(const struct question *q, struct finding *f, const struct cpu_sum *cpu,
		      const char *what)
{
	finding__figure(f, "%s %s, %ss each: %.2f vCPU-s (%.1f %% of CPU)", COUNT(cpu->events),
			what, NS(cpu->events ? (double)cpu->ns / cpu->events : 0), cpu->ns / 1e9,
			100 * ledger__share(cpu->ns, q->ledger->cpu.total_ns));
	finding__cost(f, KIND_CPU, cpu->ns);
	finding__gain(f, KIND_CPU, cpu->held_ns, cpu->ns);
}

static void advise_feature(struct finding *f, const struct feature *feature)
{
	const char *argument = cause__argument(feature->cause);

	if (argument)
		finding__do(f, REMEDY_ARGUMENT, "boot without %s", argument);
	else
		finding__do(f, REMEDY_HOST, "a Xen and a guest configuration that offer it: %s",
			    feature->cause == CAUSE_PLATFORM_IRQ
				    ? "a newer kernel, or Xen 4.0 and later"
				    : feature->why);
}

/*
 * Events come by the interrupt of the platform device, of the emulated controllers. What it
 * interrupts for is done in it, too, and stays: the gain is what controllers' registers take.
 */
static void ask_no_callback_vector(struct question *q)
{
	const struct feature *feature = unused(q, CALLBACK_VECTOR);
	struct cpu_sum events, registers;
	struct finding *f;

	if (!feature || !is_of(q, BOOT_HVM))
		return;
	events = rule__cpu(q->ledger, MECH_EMULATED, AREA_INTERRUPT, NULL);
	registers = rule__role_cpu(q->snap, MECH_EMULATED, PATH_IO_APIC);
	if (events.events < EVENTS_MIN)
		return;
	f = rule__met(q, "");
	finding__say(f,
		     "events come by an emulated interrupt: the callback vector is not used (%s)",
		     feature->why);
	finding__figure(f, "%s interrupts of the platform device, %.2f vCPU-s with what they did",
			COUNT(events.events), events.ns / 1e9);
	finding__figure(f, "%.2f vCPU-s at the interrupt controllers' registers",
			registers.ns / 1e9);
	finding__figure(f, "PV timers, IPIs and the steal clock need it as well");
	advise_feature(f, feature);
	finding__cost(f, KIND_CPU, events.ns + registers.ns);
	finding__gain(f, KIND_CPU, registers.ns, events.ns + registers.ns);
	finding__check(f, "xentrace-bpf detect: callback vector active");
}

/* Timers set by what is emulated, and their interrupts. */
static struct cpu_sum emulated_timers(const struct question *q)
{
	return rule__cpu(q->ledger, MECH_EMULATED, AREA_TIMER, NULL);
}

static void ask_no_pv_timers(struct question *q)
{
	const struct feature *feature = unused(q, PV_TIMERS);
	struct cpu_sum cpu = emulated_timers(q);
	struct finding *f;

	if (!feature || !is_of(q, BOOT_HVM) || !is_costly(q, &cpu))
		return;
	f = rule__met(q, q->platform->clockevent);
	finding__say(f, "timers are those of an emulated %s: PV timers are not used (%s)",
		     q->platform->clockevent, feature->why);
	show_cost(q, f, &cpu, "settings and interrupts of timers");
	finding__exclude(f, "the callback vector, which they need: it is not what is missing");
	advise_feature(f, feature);
	finding__check(f, "xentrace-bpf detect: PV timers active");
}

/* Where there are no PV timers to be had. */
static void ask_emulated_timers(struct question *q)
{
	struct cpu_sum cpu = emulated_timers(q);
	struct finding *f;

	if (!q->platform || is_of(q, BOOT_HVM) || is_of(q, BOOT_BARE) || !is_costly(q, &cpu))
		return;
	f = rule__met(q, q->platform->clockevent);
	finding__say(f, "timers are set by an emulated %s", q->platform->clockevent);
	show_cost(q, f, &cpu, "settings and interrupts of timers");
	finding__exclude(f, "PV timers: this hypervisor has none for it");
	finding__do(f, REMEDY_LIVE,
		    "fewer timers: what wakes up often (powertop, or perf trace of "
		    "timer:hrtimer_start)");
	finding__gain_unknown(f, "each timer that is not set saves its part");
}

static void ask_no_pv_ipis(struct question *q)
{
	const struct feature *feature = unused(q, PV_IPIS);
	struct cpu_sum cpu = rule__role_cpu(q->snap, MECH_EMULATED, PATH_IPI);
	struct finding *f;

	if (!feature || !is_costly(q, &cpu))
		return;
	f = rule__met(q, "");
	finding__say(f, "vCPUs interrupt each other by an emulated APIC: PV IPIs are not used (%s)",
		     feature->why);
	show_cost(q, f, &cpu, "interrupts of other vCPUs");
	finding__exclude(f, "the callback vector, which they need: it is not what is missing");
	advise_feature(f, feature);
	finding__check(f, "xentrace-bpf detect: PV IPIs active");
}

/* Kernel messages and a terminal on an emulated UART: each character some exits. */
static void ask_emulated_console(struct question *q)
{
	struct cpu_sum cpu = rule__role_cpu(q->snap, MECH_EMULATED, PATH_UART);
	struct finding *f;

	if (cpu.events < WRITES_MIN || cpu.ns < COST_SHARE * q->ledger->cpu.total_ns)
		return;
	f = rule__met(q, "UART");
	finding__say(f, "the console is an emulated UART: each character leaves the guest");
	show_cost(q, f, &cpu, "writes to it");
	finding__do(f, REMEDY_LIVE, "fewer messages to it: dmesg -n 4");
	finding__do(f, REMEDY_ARGUMENT, "console=%s in place of ttyS0",
		    rule__has_virtio(q->platform) ? "hvc0, by virtio" : "hvc0, Xen's PV console");
}

/*
 * Hypercalls for page tables, segments and task switches, and flushes of the TLB: where the hardware
 * translates there are none. Its walks are longer instead, which nobody sees from inside.
 */
static void ask_pv_page_tables(struct question *q)
{
	struct cpu_sum cpu = rule__role_cpu(q->snap, MECH_PV, PATH_PV_ALONE);
	struct cpu_sum memory = rule__cpu(q->ledger, MECH_PV, AREA_MEMORY, NULL);
	uint64_t ns = cpu.ns + memory.ns;
	struct finding *f;

	if (!is_of(q, BOOT_PV) || cpu.events < EVENTS_MIN ||
	    ns < TABLE_SHARE * q->ledger->cpu.total_ns)
		return;
	f = rule__met(q, "");
	finding__say(
		f, "page tables are changed by hypercalls, which a PVH or HVM guest does not make");
	finding__figure(
		f,
		"%.2f vCPU-s (%.1f %% of CPU): %s hypercalls, %ss each, and %.2f in flushes "
		"and pins",
		ns / 1e9, 100 * ledger__share(ns, q->ledger->cpu.total_ns), COUNT(cpu.events),
		NS((double)cpu.ns / cpu.events), memory.ns / 1e9);
	finding__figure(
		f, "without what HAP's longer walks cost instead, which is not seen from inside");
	finding__do(f, REMEDY_BOOT,
		    "type=\"pvh\" with the same kernel (CONFIG_PVH), in the guest's "
		    "configuration");
	finding__do(f, REMEDY_LIVE,
		    "fewer processes that are made and end; larger batches of mmap()");
	finding__cost(f, KIND_CPU, ns);
	finding__gain(f, KIND_CPU, cpu.ns, ns);
	finding__check(f, "xentrace-bpf diff with a recording of the same load as PVH");
}

static const struct rule rules[] = {
	{ "no-callback-vector", ask_no_callback_vector },
	{ "no-pv-timers", ask_no_pv_timers },
	{ "no-pv-ipis", ask_no_pv_ipis },
	{ "emulated-timers", ask_emulated_timers },
	{ "emulated-console", ask_emulated_console },
	{ "pv-page-tables", ask_pv_page_tables },
};
RULES(guest_rules, rules);

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Timers, by the clock event device that the guest has: how late they are, and reads of the clock.
 */
#include <string.h>

#include "model/hypercalls.h"
#include "probe/family.h"
#include "timer.skel.h"

#define NAME(id, name) [id] = name,

#define CLOCK_CALLS 2

static const char *const op_names[] = { XT_TIMER_OPS(NAME) };

static struct xt_timer_config config;

static int number(struct layout *layout)
{
	config.late_path = layout__paths(layout, XT_TIMER_OP_NR);
	config.program_path = layout__paths(layout, 1);
	config.clock_path = layout__paths(layout, CLOCK_CALLS);
	return 0;
}

/* The mechanism of the clock event device, as the spectrum says. */
static enum mech timer_mech(const struct platform *platform)
{
	for (size_t i = 0; i < platform->nr_cells; i++) {
		if (platform->cells[i].area == AREA_TIMER)
			return letter__mech(platform->cells[i].letter);
	}
	return MECH_UNATTRIBUTED;
}

static int place(struct layout *layout)
{
	static const char *const calls[CLOCK_CALLS] = { "clock_gettime", "gettimeofday" };
	const struct platform *platform = layout->platform;
	const enum mech mech = timer_mech(platform);

	layout__map(layout, "xt_timer", sizeof(struct xt_timer_cpu), layout->cpus);
	config.emulated = mech == MECH_EMULATED;
	config.now_points =
		features__tracepoint_points(layout->features, "hrtimer_expire_entry", 1);
	for (uint32_t op = 0; op < XT_TIMER_OP_NR; op++)
		layout__name(layout, config.late_path + op, KIND_WAIT, AREA_TIMER, mech,
			     platform->clockevent, op_names[op], "lateness")
			->roles = PATH_WHOLE;
	layout__name(layout, config.program_path, KIND_CPU, AREA_TIMER, mech, platform->clockevent,
		     "", "clockevents_program_event")
		->roles = hypercall__role("clockevents_program_event");
	/* a system call is the guest's own; what its read of the clock adds is the clock's price */
	for (uint32_t i = 0; i < CLOCK_CALLS; i++)
		layout__count(layout, config.clock_path + i, AREA_TIMER, MECH_GUEST,
			      platform->clocksource, calls[i]);
	return 0;
}

static const char *unused(enum xt_probe probe, const struct loader *loader)
{
	const char *clock = probe == XT_P_HPET ? "hpet" : "acpi_pm";

	return strcmp(loader->platform->clocksource, clock) ? "not the clocksource" : NULL;
}

FAMILY_OBJECT(timer)

const struct family family_timer = {
	FAMILY(timer, TIMER),
	.unused = unused,
	.number = number,
	.place = place,
};

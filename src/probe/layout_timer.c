// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Paths of timers: by the clock event device that the guest has. */
#include "probe/layout_parts.h"

#define NAME(id, name) [id] = name,

#define CLOCK_CALLS 2

static const char *const op_names[] = { XT_TIMER_OPS(NAME) };

/* Who serves the device, as the spectrum says it. */
static enum mech timer_mech(const struct platform *platform)
{
	for (size_t i = 0; i < platform->nr_cells; i++) {
		if (platform->cells[i].area == AREA_TIMER)
			return letter__mech(platform->cells[i].letter);
	}
	return MECH_UNATTRIBUTED;
}

uint32_t layout__range_timer(struct layout *layout, uint32_t next)
{
	layout->late = next;
	next += XT_TIMER_OP_NR;
	layout->program = next++;
	layout->clock = next;
	return next + CLOCK_CALLS;
}

void layout__place_timer(struct layout *layout, const struct platform *platform)
{
	static const char *const calls[CLOCK_CALLS] = { "clock_gettime", "gettimeofday" };
	enum mech mech = timer_mech(platform);

	for (uint32_t op = 0; op < XT_TIMER_OP_NR; op++) {
		layout__name(&layout->keys[layout->late + op], KIND_WAIT, AREA_TIMER, mech,
			     platform->clockevent, op_names[op], "lateness");
		layout->keys[layout->late + op].roles = PATH_WHOLE;
	}
	layout__name(&layout->keys[layout->program], KIND_CPU, AREA_TIMER, mech,
		     platform->clockevent, "", "clockevents_program_event");
	/* that is the guest's own: what a read costs beyond the call is the price of the clock */
	for (uint32_t i = 0; i < CLOCK_CALLS; i++)
		layout__count(&layout->keys[layout->clock + i], AREA_TIMER, MECH_GUEST,
			      platform->clocksource, calls[i]);
}

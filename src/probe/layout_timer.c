// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Paths of timers: by the clock event device that the guest has. */
#include "probe/layout_parts.h"

#define NAME(id, name) [id] = name,

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
	return next + XT_TIMER_OP_NR;
}

void layout__place_timer(struct layout *layout, const struct platform *platform)
{
	for (uint32_t op = 0; op < XT_TIMER_OP_NR; op++)
		layout__name(&layout->keys[layout->late + op], KIND_WAIT, AREA_TIMER,
			     timer_mech(platform), platform->clockevent, op_names[op], "lateness");
}

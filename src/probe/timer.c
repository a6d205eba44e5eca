// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Timers, by the clock event device that the guest has: how late they are, and reads of the clock. */
#include "probe/family.h"
#include "timer.skel.h"

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

static int range(struct layout *layout, const struct platform *platform,
		 const struct wanted *wanted, uint32_t *next, const char **why)
{
	(void)platform;
	(void)wanted;
	(void)why;
	layout->late = *next;
	*next += XT_TIMER_OP_NR;
	layout->program = (*next)++;
	layout->clock = *next;
	*next += CLOCK_CALLS;
	return 0;
}

static int place(struct layout *layout, const struct platform *platform,
		 const struct wanted *wanted, const char **why)
{
	static const char *const calls[CLOCK_CALLS] = { "clock_gettime", "gettimeofday" };
	enum mech mech = timer_mech(platform);

	(void)wanted;
	(void)why;
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
	return 0;
}

static void configure(struct timer_bpf *skel, const struct layout *layout,
		      const struct features *features)
{
	skel->rodata->cfg_now_points =
		features__tracepoint_points(features, "hrtimer_expire_entry", 1);
	skel->rodata->cfg_late_base = layout->late;
	skel->rodata->cfg_program_path = layout->program;
	skel->rodata->cfg_clock_base = layout->clock;
	skel->rodata->cfg_emulated = layout->keys[layout->program].mech == MECH_EMULATED;
}

FAMILY_OBJECT(timer)

const struct family family_timer = {
	FAMILY(timer, TIMER), .range = range,	  .place = place,
	.open = open_object,  .destroy = destroy,
};

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "probe/family.h"
#include "timer.skel.h"

static void *open_object(struct bpf_object **object, const struct layout *layout,
			 const struct features *features)
{
	struct timer_bpf *skel = timer_bpf__open();

	if (!skel)
		return NULL;
	skel->rodata->cfg_now_points =
		features__tracepoint_points(features, "hrtimer_expire_entry", 1);
	skel->rodata->cfg_late_base = layout->late;
	skel->rodata->cfg_program_path = layout->program;
	skel->rodata->cfg_clock_base = layout->clock;
	skel->rodata->cfg_emulated = layout->keys[layout->program].mech == MECH_EMULATED;
	*object = skel->obj;
	return skel;
}

static void destroy(void *skeleton)
{
	timer_bpf__destroy(skeleton);
}

const struct family family_timer = { "timer", open_object, destroy, NULL };

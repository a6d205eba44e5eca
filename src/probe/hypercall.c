// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Hypercalls by the functions that make them: wrappers, and what a multicall's flush is of. */
#include <stdio.h>
#include <string.h>

#include "hypercall.skel.h"
#include "model/hypercalls.h"
#include "probe/family.h"

#define WRAPPER_FUNCTION(_, id, function, hypercall, guests) [id - XT_HYPERCALL_BEGIN] = #function,
#define WRAPPER_CALL(_, id, function, hypercall, guests)     [id - XT_HYPERCALL_BEGIN] = hypercall,

static const char *const wrapper_functions[] = { XT_WRAPPERS(WRAPPER_FUNCTION, _) };
static const char *const wrapper_calls[] = { XT_WRAPPERS(WRAPPER_CALL, _) };

#define WRAPPERS (sizeof(wrapper_functions) / sizeof(wrapper_functions[0]))

static int range(struct layout *layout, const struct platform *platform,
		 const struct wanted *wanted, uint32_t *next, const char **why)
{
	(void)platform;
	(void)wanted;
	(void)why;
	layout->wrapper = *next;
	*next += WRAPPERS;
	layout->clockevent = (*next)++;
	layout->segment_base = (*next)++;
	layout->mc = *next;
	*next += XT_HYPERCALLS;
	return 0;
}

static int place(struct layout *layout, const struct platform *platform,
		 const struct wanted *wanted, const char **why)
{
	const char *name;
	char number[16];

	(void)platform;
	(void)wanted;
	(void)why;
	for (uint32_t i = 0; i < WRAPPERS; i++)
		layout__name(&layout->keys[layout->wrapper + i], KIND_CPU, AREA_HYPERCALL, MECH_PV,
			     "", wrapper_calls[i], wrapper_functions[i]);
	layout__name(&layout->keys[layout->clockevent], KIND_CPU, AREA_HYPERCALL, MECH_PV, "",
		     "vcpu_op", "clockevents_program_event");
	layout__name(&layout->keys[layout->segment_base], KIND_CPU, AREA_HYPERCALL, MECH_PV, "",
		     "set_segment_base", "xen_do_write_msr");
	for (uint32_t i = 0; i < XT_HYPERCALLS; i++) {
		name = hypercall__name(i);
		snprintf(number, sizeof(number), "%u", i);
		layout__name(&layout->keys[layout->mc + i], KIND_CPU, AREA_HYPERCALL, MECH_PV, "",
			     name ? name : number, "xen_mc_flush");
	}
	return 0;
}

uint32_t hypercall__path_of(const struct layout *layout, const char *function,
			    const char *hypercall)
{
	for (uint32_t i = 0; i < WRAPPERS; i++) {
		if (strcmp(wrapper_functions[i], function) == 0 &&
		    strcmp(wrapper_calls[i], hypercall) == 0)
			return layout->wrapper + i;
	}
	if (strcmp(function, "xen_do_write_msr") == 0 && strcmp(hypercall, "set_segment_base") == 0)
		return layout->segment_base;
	return 0;
}

static void configure(struct hypercall_bpf *skel, const struct layout *layout,
		      const struct features *features)
{
	(void)features;
	skel->rodata->cfg_wrapper_base = layout->wrapper;
	skel->rodata->cfg_clockevent_path = layout->clockevent;
	skel->rodata->cfg_segment_base_path = layout->segment_base;
	skel->rodata->cfg_mc_base = layout->mc;
}

FAMILY_OBJECT(hypercall)

const struct family family_hypercall = {
	FAMILY(hypercall, HYPERCALL), .range = range,	  .place = place,
	.open = open_object,	      .destroy = destroy,
};

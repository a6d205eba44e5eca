// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Hypercalls by the functions that make them: wrappers, and flushes of multicalls. */
#include <stdio.h>
#include <string.h>

#include "model/hypercalls.h"
#include "probe/family.h"
#include "hypercall.skel.h"

/*
 * Functions that make one hypercall each, in the order of their paths: wrappers, and two whose
 * programs do more.
 */
static const struct maker {
	const char *function, *hypercall;
} makers[] = {
#define MAKER(_, id, function, hypercall, guests) { #function, hypercall },
	XT_WRAPPERS(MAKER, _) { "clockevents_program_event", "vcpu_op" },
	{ "xen_do_write_msr", "set_segment_base" },
};

#define MAKERS (sizeof(makers) / sizeof(makers[0]))

static struct xt_hypercall_config config;

static int number(struct layout *layout)
{
	config.wrapper_path = layout__paths(layout, MAKERS);
	config.segment_base_path = config.wrapper_path + MAKERS - 1;
	config.clockevent_path = config.segment_base_path - 1;
	config.flush_path = layout__paths(layout, XT_HYPERCALLS);
	return 0;
}

static int place(struct layout *layout)
{
	const char *name;
	char number[16];

	layout__map(layout, "xt_hypercall", sizeof(struct xt_hypercall_cpu), layout->cpus);
	for (uint32_t i = 0; i < MAKERS; i++)
		layout__name(layout, config.wrapper_path + i, KIND_CPU, AREA_HYPERCALL, MECH_PV, "",
			     makers[i].hypercall, makers[i].function)
			->roles = hypercall__role(makers[i].function);
	for (uint32_t i = 0; i < XT_HYPERCALLS; i++) {
		name = hypercall__name(i);
		snprintf(number, sizeof(number), "%u", i);
		layout__name(layout, config.flush_path + i, KIND_CPU, AREA_HYPERCALL, MECH_PV, "",
			     name ? name : number, "xen_mc_flush")
			->roles = hypercall__role("xen_mc_flush");
	}
	return 0;
}

uint32_t hypercall__path_of(const char *function, const char *hypercall)
{
	for (uint32_t i = 0; i < MAKERS; i++) {
		if (strcmp(makers[i].function, function) == 0 &&
		    strcmp(makers[i].hypercall, hypercall) == 0)
			return config.wrapper_path + i;
	}
	return 0;
}

uint32_t hypercall__flush_path(void)
{
	return config.flush_path;
}

FAMILY_OBJECT(hypercall)

/* At its wrapper's entry and exit. */
static const struct follows follows = {
	.what = XT_RATE_HYPERCALLS,
	.programs = 2,
	.stacks = 1,
};

const struct family family_hypercall = {
	FAMILY(hypercall, HYPERCALL),
	.number = number,
	.place = place,
	.follows = &follows,
};

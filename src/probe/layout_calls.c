// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Paths of functions by their names: wrappers of hypercalls, and drivers of emulated devices. */
#include <stdio.h>
#include <string.h>

#include "model/hypercalls.h"
#include "probe/layout_parts.h"

#define WRAPPER_FUNCTION(id, function, hypercall, guests) [id - XT_P_NOTIFY] = #function,
#define WRAPPER_CALL(id, function, hypercall, guests)	  [id - XT_P_NOTIFY] = hypercall,

static const char *const wrapper_functions[] = { XT_WRAPPERS(WRAPPER_FUNCTION) };
static const char *const wrapper_calls[] = { XT_WRAPPERS(WRAPPER_CALL) };

#define EMULATED_FUNCTION(id, function, what) [id - XT_P_E1000_XMIT] = #function,
#define EMULATED_WHAT(id, function, what)     [id - XT_P_E1000_XMIT] = what,
#define ONE(...)			      +1

static const char *const emulated_functions[] = { XT_EMULATED(EMULATED_FUNCTION) };
static const char *const emulated_what[] = { XT_EMULATED(EMULATED_WHAT) };

#define NICS	 (0 XT_EMULATED_NICS(ONE))
#define EMULATED (sizeof(emulated_what) / sizeof(emulated_what[0]))
#define WRAPPERS (sizeof(wrapper_functions) / sizeof(wrapper_functions[0]))

static void place_hypercalls(struct layout *layout)
{
	const char *name;
	char number[16];

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
}

/* The NIC that such a driver serves; the driver's name when there is none. */
static const char *nic_of(const struct platform *platform, const char *driver)
{
	for (size_t i = 0; i < platform->nr_nics; i++) {
		if (strcmp(platform->nics[i].driver, driver) == 0)
			return platform->nics[i].name;
	}
	return driver;
}

static void place_emulated(struct layout *layout, const struct platform *platform)
{
	static const char *const msr[] = { "read_msr", "write_msr" };
	const char *device;
	enum area area;
	bool nic;

	for (uint32_t i = 0; i < EMULATED; i++) {
		nic = i < NICS;
		device = nic ? nic_of(platform, emulated_what[i]) : emulated_what[i];
		area = nic ? AREA_NET : AREA_PLATFORM;
		/* beside what the kernel does around it: clockevents_program_event() */
		if (i + XT_P_E1000_XMIT == XT_P_LAPIC_TIMER ||
		    i + XT_P_E1000_XMIT == XT_P_HPET_TIMER)
			area = AREA_TIMER;
		layout__name(&layout->keys[layout->emul + i], KIND_CPU, area, MECH_EMULATED, device,
			     "", nic ? "submit" : emulated_functions[i]);
	}
	/* whether an MSR exits is for the hypervisor to choose: counted, not judged */
	for (uint32_t i = 0; i < 2; i++)
		layout__count(&layout->keys[layout->msr + i], AREA_CPU, MECH_UNATTRIBUTED, "MSR",
			      msr[i]);
}

uint32_t layout__path_of_wrapper(const struct layout *layout, const char *function,
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

uint32_t layout__range_calls(struct layout *layout, uint32_t next)
{
	layout->wrapper = next;
	next += WRAPPERS;
	layout->clockevent = next++;
	layout->segment_base = next++;
	layout->mc = next;
	next += XT_HYPERCALLS;
	layout->emul = next;
	next += EMULATED;
	layout->msr = next;
	return next + 2;
}

void layout__place_calls(struct layout *layout, const struct platform *platform)
{
	place_hypercalls(layout);
	place_emulated(layout, platform);
}

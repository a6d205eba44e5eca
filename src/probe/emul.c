// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Drivers of emulated devices by their functions, and MSRs. */
#include <string.h>

#include "emul.skel.h"
#include "probe/family.h"

#define EMULATED_FUNCTION(_, id, function, what) [id - XT_EMUL_BEGIN] = #function,
#define EMULATED_WHAT(_, id, function, what)	 [id - XT_EMUL_BEGIN] = what,
#define ONE(...)				 +1

static const char *const emulated_functions[] = { XT_EMULATED(EMULATED_FUNCTION, _) };
static const char *const emulated_what[] = { XT_EMULATED(EMULATED_WHAT, _) };

#define NICS	 (0 XT_EMULATED_NICS(ONE, _))
#define EMULATED (sizeof(emulated_what) / sizeof(emulated_what[0]))
static int range(struct layout *layout, const struct platform *platform,
		 const struct wanted *wanted, uint32_t *next, const char **why)
{
	(void)platform;
	(void)wanted;
	(void)why;
	layout->emul = *next;
	*next += EMULATED;
	layout->msr = *next;
	*next += 2;
	return 0;
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

static int place(struct layout *layout, const struct platform *platform,
		 const struct wanted *wanted, const char **why)
{
	static const char *const msr[] = { "read_msr", "write_msr" };
	const char *device;
	enum area area;
	bool nic;

	(void)wanted;
	(void)why;
	for (uint32_t i = 0; i < EMULATED; i++) {
		nic = i < NICS;
		device = nic ? nic_of(platform, emulated_what[i]) : emulated_what[i];
		area = nic ? AREA_NET : AREA_PLATFORM;
		/* beside what the kernel does around it: clockevents_program_event() */
		if (i + XT_EMUL_BEGIN == XT_P_LAPIC_TIMER || i + XT_EMUL_BEGIN == XT_P_HPET_TIMER)
			area = AREA_TIMER;
		layout__name(&layout->keys[layout->emul + i], KIND_CPU, area, MECH_EMULATED, device,
			     "", nic ? "submit" : emulated_functions[i]);
	}
	/* whether an MSR exits is for the hypervisor to choose: counted, not judged */
	for (uint32_t i = 0; i < 2; i++)
		layout__count(&layout->keys[layout->msr + i], AREA_CPU, MECH_UNATTRIBUTED, "MSR",
			      msr[i]);
	return 0;
}

static void configure(struct emul_bpf *skel, const struct layout *layout,
		      const struct features *features)
{
	(void)features;
	skel->rodata->cfg_emul_base = layout->emul;
	skel->rodata->cfg_msr_base = layout->msr;
}

FAMILY_OBJECT(emul)

const struct family family_emul = {
	FAMILY(emul, EMUL), .range = range, .place = place, .open = open_object, .destroy = destroy,
};

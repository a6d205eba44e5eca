// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Drivers of emulated devices by their functions, and MSRs. */
#include <string.h>

#include "model/hypercalls.h"
#include "probe/family.h"
#include "emul.skel.h"

struct emulated {
	const char *function, *what;
	bool nic;
};

#define NIC(_, id, function, what)    [id - XT_EMUL_BEGIN] = { #function, what, true },
#define DEVICE(_, id, function, what) [id - XT_EMUL_BEGIN] = { #function, what, false },

static const struct emulated emulated[] = { XT_EMULATED_NICS(NIC, _)
						    XT_EMULATED_PLATFORM(DEVICE, _) };

#define EMULATED (sizeof(emulated) / sizeof(emulated[0]))
#define MSRS	 2

static struct xt_emul_config config;

static int number(struct layout *layout)
{
	config.access_path = layout__paths(layout, EMULATED);
	config.msr_path = layout__paths(layout, MSRS);
	return 0;
}

/* The NIC of this driver; the driver's name when there is none. */
static const char *nic_of(const struct platform *platform, const char *driver)
{
	for (size_t i = 0; i < platform->nr_nics; i++) {
		if (strcmp(platform->nics[i].driver, driver) == 0)
			return platform->nics[i].name;
	}
	return driver;
}

/* Emulated timers stand beside the kernel function that sets them, clockevents_program_event(). */
static enum area area_of(enum xt_probe probe)
{
	return probe == XT_P_LAPIC_TIMER || probe == XT_P_HPET_TIMER ? AREA_TIMER : AREA_PLATFORM;
}

static int place(struct layout *layout)
{
	static const char *const msr[MSRS] = { "read_msr", "write_msr" };

	for (uint32_t i = 0; i < EMULATED; i++) {
		const struct emulated *one = &emulated[i];

		layout__name(layout, config.access_path + i, KIND_CPU,
			     one->nic ? AREA_NET : area_of(XT_EMUL_BEGIN + i), MECH_EMULATED,
			     one->nic ? nic_of(layout->platform, one->what) : one->what, "",
			     one->nic ? "submit" : one->function)
			->roles = hypercall__role(one->function);
	}
	/* the hypervisor decides whether an access to an MSR exits: it is counted, not judged */
	for (uint32_t i = 0; i < MSRS; i++)
		layout__count(layout, config.msr_path + i, AREA_CPU, MECH_UNATTRIBUTED, "MSR",
			      msr[i]);
	return 0;
}

FAMILY_OBJECT(emul)

const struct family family_emul = {
	FAMILY(emul, EMUL),
	.number = number,
	.place = place,
};

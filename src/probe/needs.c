// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "probe/needs.h"

/*
 * Only where a figure would be false without saying so. A probe whose loss makes others lose events,
 * which are counted, is not needed.
 */
static const struct need {
	enum xt_probe probe, needs;
} table[] = {
	/* a stamp that nobody takes, since no driver is seen to get its packet, is a drop */
	{ XT_P_TX_QUEUE, XT_P_TX_START },
	/* what the driver gives back is taken off what it was given; and ends what that began */
	{ XT_P_TX_XMIT, XT_P_TX_START },
	{ XT_P_TX_START, XT_P_TX_XMIT },
	/* an entry that is not seen to be batched is single */
	{ XT_P_MMU_PTE, XT_P_MMU_EXTEND },
	/* which hypercall a flush makes, and whether it makes one */
	{ XT_P_MC_FLUSH_FN, XT_P_MC_ENTRY },
	{ XT_P_MC_FLUSH_FN, XT_P_MC_FLUSH },
};

bool needs__unmet(const bool on[XT_PROBE_NR], enum xt_probe *probe, enum xt_probe *missing)
{
	for (const struct need *need = table; need < table + sizeof(table) / sizeof(*table);
	     need++) {
		if (!on[need->probe] || on[need->needs])
			continue;
		*probe = need->probe;
		*missing = need->needs;
		return true;
	}
	return false;
}

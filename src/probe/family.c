// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "probe/family.h"

extern const struct family family_core, family_blk, family_evtchn, family_hypercall, family_emul,
	family_timer, family_mmu, family_net, family_exact;

const struct family *const families[FAMILIES] = {
	&family_core,  &family_blk, &family_evtchn, &family_hypercall, &family_emul,
	&family_timer, &family_mmu, &family_net,    &family_exact,
};

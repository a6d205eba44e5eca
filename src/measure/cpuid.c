// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "measure/bench.h"

/*
 * Intel SDM 26.1.2: CPUID causes a VM exit unconditionally. AMD has an intercept for it, which Xen
 * and KVM both set.
 */
static uint64_t cpuids(void *ctx, unsigned int n)
{
	uint64_t start = ticks();
	uint32_t eax, ecx;

	(void)ctx;
	while (n--) {
		eax = ecx = 0;
		asm volatile("cpuid" : "+a"(eax), "+c"(ecx) : : "ebx", "edx");
	}
	return ticks() - start;
}

const char *measure__cpuid(struct price *price, const struct bench *bench)
{
	switch (bench->platform->boot) {
	case BOOT_PV:
		price->name = "CPUID";
		price->how = "no VM exit in PV: native, or trapped by CPUID faulting";
		break;
	case BOOT_DOM0:
		price->name = "CPUID";
		price->how = "dom0: a VM exit in PVH; in PV native, or trapped by CPUID faulting";
		break;
	case BOOT_BARE:
		price->name = "CPUID";
		price->how = "native: no hypervisor to exit to";
		break;
	default:
		break;
	}
	return bench__run(bench, price, cpuids, NULL, 1 << 16);
}

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "xentrace/reasons.h"

#include "base/str.h"

#define INTEL_VMCALL 18
#define INTEL_IO     30
#define AMD_IO	     0x7b
#define AMD_VMMCALL  0x81

/* Intel's manual, volume 3, appendix C. */
static const char *const intel[] = {
	[0] = "exception or NMI",
	[1] = "interrupt",
	[2] = "triple fault",
	[3] = "INIT",
	[4] = "SIPI",
	[5] = "I/O SMI",
	[6] = "SMI",
	[7] = "interrupt window",
	[8] = "NMI window",
	[9] = "task switch",
	[10] = "CPUID",
	[11] = "GETSEC",
	[12] = "HLT",
	[13] = "INVD",
	[14] = "INVLPG",
	[15] = "RDPMC",
	[16] = "RDTSC",
	[17] = "RSM",
	[INTEL_VMCALL] = "VMCALL",
	[28] = "control register",
	[29] = "debug register",
	[INTEL_IO] = "I/O port",
	[31] = "RDMSR",
	[32] = "WRMSR",
	[33] = "invalid guest state",
	[36] = "MWAIT",
	[37] = "monitor trap flag",
	[39] = "MONITOR",
	[40] = "PAUSE",
	[41] = "machine check",
	[43] = "TPR below threshold",
	[44] = "APIC access",
	[45] = "virtualized EOI",
	[46] = "GDTR or IDTR",
	[47] = "LDTR or TR",
	[48] = "EPT violation",
	[49] = "EPT misconfiguration",
	[50] = "INVEPT",
	[51] = "RDTSCP",
	[52] = "preemption timer",
	[53] = "INVVPID",
	[54] = "WBINVD",
	[55] = "XSETBV",
	[56] = "APIC write",
	[58] = "INVPCID",
	[59] = "VMFUNC",
	[62] = "page log full",
	[63] = "XSAVES",
	[64] = "XRSTORS",
	[74] = "bus lock",
	[75] = "notify",
};

/* AMD's manual, volume 2, appendix C. */
#define AMD_FIRST 0x60

static const char *const amd_reasons[] = {
	[0x60 - AMD_FIRST] = "interrupt",
	[0x61 - AMD_FIRST] = "NMI",
	[0x62 - AMD_FIRST] = "SMI",
	[0x63 - AMD_FIRST] = "INIT",
	[0x64 - AMD_FIRST] = "interrupt window",
	[0x65 - AMD_FIRST] = "CR0 write",
	[0x66 - AMD_FIRST] = "IDTR read",
	[0x67 - AMD_FIRST] = "GDTR read",
	[0x68 - AMD_FIRST] = "LDTR read",
	[0x69 - AMD_FIRST] = "TR read",
	[0x6a - AMD_FIRST] = "IDTR write",
	[0x6b - AMD_FIRST] = "GDTR write",
	[0x6c - AMD_FIRST] = "LDTR write",
	[0x6d - AMD_FIRST] = "TR write",
	[0x6e - AMD_FIRST] = "RDTSC",
	[0x6f - AMD_FIRST] = "RDPMC",
	[0x70 - AMD_FIRST] = "PUSHF",
	[0x71 - AMD_FIRST] = "POPF",
	[0x72 - AMD_FIRST] = "CPUID",
	[0x73 - AMD_FIRST] = "RSM",
	[0x74 - AMD_FIRST] = "IRET",
	[0x75 - AMD_FIRST] = "software interrupt",
	[0x76 - AMD_FIRST] = "INVD",
	[0x77 - AMD_FIRST] = "PAUSE",
	[0x78 - AMD_FIRST] = "HLT",
	[0x79 - AMD_FIRST] = "INVLPG",
	[0x7a - AMD_FIRST] = "INVLPGA",
	[AMD_IO - AMD_FIRST] = "I/O port",
	[0x7c - AMD_FIRST] = "MSR",
	[0x7d - AMD_FIRST] = "task switch",
	[0x7e - AMD_FIRST] = "FERR freeze",
	[0x7f - AMD_FIRST] = "shutdown",
	[0x80 - AMD_FIRST] = "VMRUN",
	[AMD_VMMCALL - AMD_FIRST] = "VMMCALL",
	[0x82 - AMD_FIRST] = "VMLOAD",
	[0x83 - AMD_FIRST] = "VMSAVE",
	[0x84 - AMD_FIRST] = "STGI",
	[0x85 - AMD_FIRST] = "CLGI",
	[0x86 - AMD_FIRST] = "SKINIT",
	[0x87 - AMD_FIRST] = "RDTSCP",
	[0x88 - AMD_FIRST] = "ICEBP",
	[0x89 - AMD_FIRST] = "WBINVD",
	[0x8a - AMD_FIRST] = "MONITOR",
	[0x8b - AMD_FIRST] = "MWAIT",
	[0x8c - AMD_FIRST] = "MWAIT armed",
	[0x8d - AMD_FIRST] = "XSETBV",
	[0x8e - AMD_FIRST] = "RDPRU",
	[0xa5 - AMD_FIRST] = "bus lock",
};

/* By vector; of both makers. */
static const char *const exceptions[32] = {
	[0] = "divide error",	 [1] = "debug exception",   [2] = "NMI",
	[3] = "breakpoint",	 [6] = "invalid opcode",    [7] = "FPU not available",
	[8] = "double fault",	 [13] = "protection fault", [14] = "page fault",
	[16] = "FPU error",	 [17] = "alignment check",  [18] = "machine check",
	[19] = "SIMD exception",
};

#define AMD_EXCEPTION 0x40
#define AMD_NPF	      0x400

static const char *const registers[] = { "CR%u read", "CR%u write", "DR%u read", "DR%u write" };

static const char *amd_name(char name[REASON_NAME], uint32_t reason)
{
	if (reason < AMD_EXCEPTION)
		str__set(name, REASON_NAME, registers[reason / 16], reason % 16);
	else if (reason < AMD_FIRST && exceptions[reason - AMD_EXCEPTION])
		str__set(name, REASON_NAME, "%s", exceptions[reason - AMD_EXCEPTION]);
	else if (reason < AMD_FIRST)
		str__set(name, REASON_NAME, "exception %u", reason - AMD_EXCEPTION);
	else if (reason - AMD_FIRST < LENGTH(amd_reasons) && amd_reasons[reason - AMD_FIRST])
		str__set(name, REASON_NAME, "%s", amd_reasons[reason - AMD_FIRST]);
	else if (reason == AMD_NPF)
		str__set(name, REASON_NAME, "nested page fault");
	else
		str__set(name, REASON_NAME, "reason 0x%x", reason);
	return name;
}

const char *reason__name(char name[REASON_NAME], uint32_t reason, bool amd)
{
	if (amd)
		return amd_name(name, reason);
	if (reason < LENGTH(intel) && intel[reason])
		str__set(name, REASON_NAME, "%s", intel[reason]);
	else if (reason >> 31)
		str__set(name, REASON_NAME, "failed entry %u", reason & 0xffff);
	else
		str__set(name, REASON_NAME, "reason %u", reason);
	return name;
}

enum exit_kind reason__kind(uint32_t reason, bool amd)
{
	if (reason == (amd ? AMD_VMMCALL : INTEL_VMCALL))
		return EXIT_HYPERCALL;
	return reason == (amd ? AMD_IO : INTEL_IO) ? EXIT_IO : EXIT_UNSEEN;
}

const char *exit_kind__name(enum exit_kind kind)
{
	static const char *const names[] = { "unseen", "hypercall", "io" };

	return names[kind];
}

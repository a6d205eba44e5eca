// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Emulated devices: CPU time where drivers touch them, and counts of privileged operations. Each
 * access is an exit, to Xen (LAPIC, IO-APIC, HPET) or on to the device model; the latter holds the
 * vCPU off, which runstate shows. Their interrupts are core's, their disks' submits blk's.
 */
#include "vmlinux.h"
#include <bpf/bpf_tracing.h>
#include "frame.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

const volatile struct xt_emul_config config;

#define XT_ACCESS_PROGS(_, id, function, what)                      \
	XT_TIMED_PROGS(function, function, timed_enter(ctx, id, 0), \
		       timed_exit(id, &config.access_path, id - XT_EMUL_BEGIN, true))

XT_EMULATED(XT_ACCESS_PROGS, _)

/* These events come after the access (arch/x86/lib/msr.c): there is nothing to time. */
SEC("?tp_btf/read_msr")
int xt_msr_read(void *ctx)
{
	return path_count(XT_P_MSR_READ, &config.msr_path, 0);
}

SEC("?tp_btf/write_msr")
int xt_msr_write(void *ctx)
{
	return path_count(XT_P_MSR_WRITE, &config.msr_path, 1);
}

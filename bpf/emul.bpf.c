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

static __always_inline int access_enter(enum xt_probe probe)
{
	struct xt_cpu *cpu = cpu_enter(probe);

	if (cpu)
		frame_open(cpu, probe, bpf_ktime_get_ns());
	return 0;
}

static __always_inline int access_exit(enum xt_probe probe)
{
	struct xt_cpu *cpu = cpu_enter(probe);
	struct closed closed;

	if (cpu && frame_close(cpu, probe, bpf_ktime_get_ns(), &closed))
		frame_record(cpu, config.access_path + (probe - XT_EMUL_BEGIN), &closed, true);
	return 0;
}

#define XT_ACCESS_PROGS(_, id, function, what) \
	XT_TIMED_PROGS(function, function, access_enter(id), access_exit(id))

XT_EMULATED(XT_ACCESS_PROGS, _)

/* These events come after the access (arch/x86/lib/msr.c): there is nothing to time. */
static __always_inline int count_msr(enum xt_probe probe)
{
	struct xt_cpu *cpu = cpu_enter(probe);

	if (cpu)
		hist_add(cpu, config.msr_path + (probe - XT_P_MSR_READ), 0);
	return 0;
}

SEC("?tp_btf/read_msr")
int xt_msr_read(void *ctx)
{
	return count_msr(XT_P_MSR_READ);
}

SEC("?tp_btf/write_msr")
int xt_msr_write(void *ctx)
{
	return count_msr(XT_P_MSR_WRITE);
}

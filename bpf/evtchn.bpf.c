// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Event channels: the upcall that Xen makes and the demultiplexing of its events. Handlers are
 * frames of core inside it, so what stays here is upcall and demux alone.
 */
#include "vmlinux.h"
#include <bpf/bpf_tracing.h>
#include "frame.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

const volatile __u32 cfg_upcall_path;

/*
 * drivers/xen/events/events_base.c. The loader chooses the function: until 5.15 the body was
 * __xen_evtchn_do_upcall(), below two callers. Arguments changed with it; none is read.
 */
static __always_inline int upcall_enter(void)
{
	struct xt_cpu *cpu = cpu_enter(XT_P_UPCALL);

	if (cpu)
		frame_open(cpu, XT_P_UPCALL, bpf_ktime_get_ns());
	return 0;
}

static __always_inline int upcall_exit(void)
{
	struct xt_cpu *cpu = cpu_enter(XT_P_UPCALL);
	struct closed closed;

	if (cpu && frame_close(cpu, XT_P_UPCALL, bpf_ktime_get_ns(), &closed))
		frame_record(cpu, cfg_upcall_path, &closed, false);
	return 0;
}

XT_TIMED_PROGS(xt_upcall, xen_evtchn_do_upcall, upcall_enter(), upcall_exit())

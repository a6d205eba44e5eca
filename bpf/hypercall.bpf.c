// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Hypercalls, by their traceable wrappers: the call itself is in code that no probe may enter
 * (noinstr since XSA-466, the hypercall page before). A wrapper's time contains its hypercall's.
 */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>
#include "frame.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

const volatile struct xt_hypercall_config config;

XT_FAMILY_CPU(hypercall)

/* include/xen/interface/xen.h */
#define __HYPERVISOR_multicall 13

/*
 * A wrapper begins. Inside a packet that is followed it is timed in any case: of that packet's time it
 * is a leg.
 */
static __always_inline int wrapper_enter(void *ctx, enum xt_probe probe)
{
	struct xt_cpu *cpu = cpu_enter(probe);
	struct xt_frame *outer;

	if (!cpu)
		return 0;
	outer = frame_below(cpu, cpu->depth);
	thin_open(cpu, XT_RATE_HYPERCALLS, XT_TOKEN_HYPERCALL | probe,
		  outer && outer->token == XT_P_TX_START, true, ctx);
	return 0;
}

/* Close a wrapper on `path`; `made`: it did make a hypercall. */
static __always_inline void wrapper_close(struct xt_cpu *cpu, enum xt_probe probe, __u32 path,
					  bool made)
{
	struct closed closed;

	if (!thin_close(cpu, XT_TOKEN_HYPERCALL | probe, &closed))
		return;
	if (made || closed.covered)
		hypercall_made(cpu, &closed);
	if (!made || closed.covered) {
		frame_give_back(cpu, &closed);
		if (closed.covered)
			cover_outer(cpu);
		return;
	}
	thin_record(cpu, path, &closed);
	cover_outer(cpu);
}

static __always_inline int wrapper_exit(enum xt_probe probe)
{
	struct xt_cpu *cpu = cpu_enter(probe);

	if (cpu)
		wrapper_close(cpu, probe, config.wrapper_path + (probe - XT_HYPERCALL_BEGIN), true);
	return 0;
}

#define XT_WRAPPER_PROGS(_, id, function, hypercall, guests) \
	XT_TIMED_PROGS(function, function, wrapper_enter(ctx, id), wrapper_exit(id))

XT_WRAPPERS(XT_WRAPPER_PROGS, _)

/*
 * xen_vcpuop_set_next_event() cannot be probed; kernel/time/clockevents.c calls it from here. Other
 * clock event devices, and expired events, make no hypercall.
 */
SEC("?fentry/clockevents_program_event")
int BPF_PROG(xt_clockev_fe, struct clock_event_device *dev)
{
	char name[4] = {};

	bpf_probe_read_kernel(name, sizeof(name), dev->name);
	if (name[0] != 'x' || name[1] != 'e' || name[2] != 'n' || name[3])
		return 0;
	return wrapper_enter(ctx, XT_P_CLOCKEVENT);
}

SEC("?fexit/clockevents_program_event")
int BPF_PROG(xt_clockev_fx, struct clock_event_device *dev, __s64 expires, bool force, int ret)
{
	char name[4] = {};
	struct xt_cpu *cpu;

	bpf_probe_read_kernel(name, sizeof(name), dev->name);
	if (name[0] != 'x' || name[1] != 'e' || name[2] != 'n' || name[3])
		return 0;
	cpu = cpu_enter(XT_P_CLOCKEVENT);
	if (cpu)
		wrapper_close(cpu, XT_P_CLOCKEVENT, config.clockevent_path, ret == 0);
	return 0;
}

/* arch/x86/include/asm/msr-index.h */
#define MSR_FS_BASE	   0xc0000100
#define MSR_KERNEL_GS_BASE 0xc0000102

/*
 * arch/x86/xen/enlighten_pv.c: writing FS, GS and kernel GS base is a hypercall each, when a task
 * is switched in or a thread begins. Other registers are trapped or left alone.
 */
static __always_inline bool is_segment_base(__u32 msr)
{
	return msr >= MSR_FS_BASE && msr <= MSR_KERNEL_GS_BASE;
}

SEC("?fentry/xen_do_write_msr")
int BPF_PROG(xt_segbase_fe, __u32 msr)
{
	return is_segment_base(msr) ? wrapper_enter(ctx, XT_P_SEGMENT_BASE) : 0;
}

SEC("?fexit/xen_do_write_msr")
int BPF_PROG(xt_segbase_fx, __u32 msr)
{
	struct xt_cpu *cpu = is_segment_base(msr) ? cpu_enter(XT_P_SEGMENT_BASE) : NULL;

	if (cpu)
		wrapper_close(cpu, XT_P_SEGMENT_BASE, config.segment_base_path, true);
	return 0;
}

/*
 * A flush tells how many entries it has, but not of which operation: the last entry made tells
 * that.
 */
SEC("?tp_btf/xen_mc_entry")
int BPF_PROG(xt_mc_entry, struct multicall_entry *mc)
{
	struct xt_cpu *cpu;
	struct xt_hypercall_cpu *multicall = hypercall_enter(XT_P_MC_ENTRY, &cpu);

	if (multicall)
		multicall->entry = (__u64)mc;
	return 0;
}

/* arch/x86/xen/multicalls.c:xen_mc_flush(), at its beginning: how many entries there are. */
SEC("?tp_btf/xen_mc_flush")
int BPF_PROG(xt_mc_flush, unsigned int entries)
{
	struct xt_cpu *cpu;
	struct xt_hypercall_cpu *multicall = hypercall_enter(XT_P_MC_FLUSH, &cpu);

	if (multicall)
		multicall->entries = entries;
	return 0;
}

/* No entries: no hypercall; one: its own operation, directly; more: a multicall. */
static __always_inline int mc_flush_exit(void)
{
	struct xt_cpu *cpu;
	struct xt_hypercall_cpu *multicall = hypercall_enter(XT_P_MC_FLUSH_FN, &cpu);
	struct multicall_entry *entry;
	__u64 op = __HYPERVISOR_multicall;

	if (!multicall)
		return 0;
	entry = (void *)multicall->entry;
	if (multicall->entries == 1)
		bpf_core_read(&op, sizeof(op), &entry->op);
	if (op >= XT_HYPERCALLS)
		op = XT_HYPERCALLS - 1;
	wrapper_close(cpu, XT_P_MC_FLUSH_FN, config.flush_path + op, multicall->entries > 0);
	return 0;
}

XT_TIMED_PROGS(xt_mc_flush, xen_mc_flush, wrapper_enter(ctx, XT_P_MC_FLUSH_FN), mc_flush_exit())

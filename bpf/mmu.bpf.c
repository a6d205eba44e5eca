// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * A PV guest's page tables: it can read them, and asks Xen for each change. Changes are counted by
 * what was asked for; multicalls by their entries and their size. TLB flushes and pinning are
 * timed. The time of a multicall itself belongs to the hypercall family (xen_mc_flush), whose frame
 * is inside these and takes it from them.
 */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>
#include "frame.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

const volatile struct xt_mmu_config config;

XT_FAMILY_CPU(mmu)

/* include/xen/interface/xen.h */
#define __HYPERVISOR_mmu_update 1
#define __HYPERVISOR_mmuext_op	26

/* include/trace/events/xen.h: enum xen_mc_extend_args */
#define XEN_MC_XE_OK 0

static __always_inline void count(struct xt_cpu *cpu, enum xt_mmu_op op)
{
	hist_add(cpu, config.op_path + op, 0);
}

/*
 * arch/x86/xen/mmu_pv.c:__xen_set_pte(): in lazy mode the update is appended to the multicall that
 * is being made, and xen_mc_extend_args always tells of that. Else it is a hypercall of its own, of
 * which nothing tells: that is known when the next write comes.
 */
static __always_inline void settle_pte(struct xt_cpu *cpu, struct xt_mmu_cpu *mmu)
{
	if (mmu->pending)
		count(cpu, XT_MMU_PTE_SINGLE);
	mmu->pending = 0;
}

SEC("?tp_btf/xen_mmu_set_pte")
int xt_mmu_pte(void *ctx)
{
	struct xt_cpu *cpu;
	struct xt_mmu_cpu *mmu = mmu_enter(XT_P_MMU_PTE, &cpu);

	if (!mmu)
		return 0;
	settle_pte(cpu, mmu);
	mmu->pending = 1;
	return 0;
}

SEC("?tp_btf/xen_mc_extend_args")
int BPF_PROG(xt_mmu_extend, unsigned long op, unsigned long size, int result)
{
	struct xt_cpu *cpu;
	struct xt_mmu_cpu *mmu = mmu_enter(XT_P_MMU_EXTEND, &cpu);

	if (!mmu || op != __HYPERVISOR_mmu_update)
		return 0;
	if (mmu->pending)
		count(cpu, XT_MMU_PTE_BATCHED);
	mmu->pending = 0;
	if (result == XEN_MC_XE_OK)
		count(cpu, XT_MMU_APPENDED);
	return 0;
}

static __always_inline int counted(enum xt_probe probe, enum xt_mmu_op op, bool writes)
{
	struct xt_cpu *cpu;
	struct xt_mmu_cpu *mmu = mmu_enter(probe, &cpu);

	if (!mmu)
		return 0;
	if (writes) /* the update that it appends is not the entry's */
		settle_pte(cpu, mmu);
	count(cpu, op);
	return 0;
}

#define XT_WRITES(_, id, event, op)           \
	SEC("?tp_btf/" #event)                \
	int xt_##event(void *ctx)             \
	{                                     \
		return counted(id, op, true); \
	}

#define XT_COUNTED(_, id, event, op)           \
	SEC("?tp_btf/" #event)                 \
	int xt_##event(void *ctx)              \
	{                                      \
		return counted(id, op, false); \
	}

XT_MMU_WRITES(XT_WRITES, _)
XT_MMU_COUNTED(XT_COUNTED, _)

static __always_inline __u32 entry_path(struct multicall_entry *mc)
{
	__u32 command;

	switch (mc->op) {
#define XT_CASE(id, number, name) \
	case number:              \
		return config.entry_path + id;
		XT_MC_OPS(XT_CASE)
#undef XT_CASE
	case __HYPERVISOR_mmuext_op:
		/* struct mmuext_op begins with its command; more than one in an entry are alike */
		if (bpf_probe_read_kernel(&command, sizeof(command), (void *)mc->args[0]) ||
		    command > XT_MMUEXT_OTHER)
			command = XT_MMUEXT_OTHER;
		return config.mmuext_path + command;
	}
	return config.entry_path + XT_MC_OTHER;
}

/* arch/x86/include/asm/xen/hypercall.h: MULTI_*() make this event when the entry is filled. */
SEC("?tp_btf/xen_mc_entry")
int BPF_PROG(xt_mmu_entry, struct multicall_entry *mc)
{
	struct xt_cpu *cpu = cpu_enter(XT_P_MMU_ENTRY);

	if (cpu)
		hist_add(cpu, entry_path(mc), 0);
	return 0;
}

/* One entry is called directly; none makes no call. */
SEC("?tp_btf/xen_mc_flush")
int BPF_PROG(xt_mmu_flush, unsigned int entries)
{
	struct xt_cpu *cpu = cpu_enter(XT_P_MMU_FLUSH);
	__u32 size = entries > 1 ? log2_floor(entries - 1) + 1 : 0;

	if (cpu && entries)
		hist_add(cpu, config.size_path + (size < XT_MC_SIZE_NR ? size : XT_MC_17_32), 0);
	return 0;
}

#define XT_FUNCTION_PROGS(_, id, function, older, what)             \
	XT_TIMED_PROGS(function, function, timed_enter(ctx, id, 0), \
		       timed_exit(id, &config.function_path, id - XT_MMU_BEGIN, false))

XT_MMU_FUNCTIONS(XT_FUNCTION_PROGS, _)

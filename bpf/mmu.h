/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Family mmu: a PV guest's page tables. */
#ifndef XT_MMU_H
#define XT_MMU_H

/*
 * What is asked for: X(enumerator, name). A page-table entry is written
 * by a hypercall of its own, or queued for the next multicall.
 */
#define XT_MMU_OPS(X)                             \
	X(XT_MMU_PTE_SINGLE, "set_pte single")    \
	X(XT_MMU_PTE_BATCHED, "set_pte batched")  \
	X(XT_MMU_PMD, "set_pmd")                  \
	X(XT_MMU_PUD, "set_pud")                  \
	X(XT_MMU_P4D, "set_p4d")                  \
	X(XT_MMU_PROT, "ptep_modify_prot_commit") \
	X(XT_MMU_ALLOC, "alloc_ptpage")           \
	X(XT_MMU_RELEASE, "release_ptpage")       \
	X(XT_MMU_CR3, "write_cr3")                \
	X(XT_MMU_APPENDED, "mmu_update appended") /* to an entry that was queued already */

/*
 * Entries of multicalls: X(enumerator, hypercall's number, name), and those of mmuext_op by their
 * command. include/xen/interface/xen.h; the commands are its MMUEXT_*, in its order.
 */
#define XT_MC_OPS(X)                                 \
	X(XT_MC_SET_GDT, 2, "set_gdt")               \
	X(XT_MC_STACK_SWITCH, 3, "stack_switch")     \
	X(XT_MC_FPU_TASKSWITCH, 5, "fpu_taskswitch") \
	X(XT_MC_MMU_UPDATE, 1, "mmu_update")         \
	X(XT_MC_DESCRIPTOR, 10, "update_descriptor") \
	X(XT_MC_MEMORY_OP, 12, "memory_op")          \
	X(XT_MC_VA_MAPPING, 14, "update_va_mapping") \
	X(XT_MC_GRANT_TABLE, 20, "grant_table_op")   \
	X(XT_MC_PHYSDEV, 33, "physdev_op")           \
	X(XT_MC_OTHER, ~0ull, "other")

#define XT_MMUEXT_OPS(X)                                     \
	X(XT_MMUEXT_PIN_L1, "mmuext_op pin L1")              \
	X(XT_MMUEXT_PIN_L2, "mmuext_op pin L2")              \
	X(XT_MMUEXT_PIN_L3, "mmuext_op pin L3")              \
	X(XT_MMUEXT_PIN_L4, "mmuext_op pin L4")              \
	X(XT_MMUEXT_UNPIN, "mmuext_op unpin")                \
	X(XT_MMUEXT_BASEPTR, "mmuext_op new_baseptr")        \
	X(XT_MMUEXT_TLB_LOCAL, "mmuext_op tlb_flush_local")  \
	X(XT_MMUEXT_PG_LOCAL, "mmuext_op invlpg_local")      \
	X(XT_MMUEXT_TLB_MULTI, "mmuext_op tlb_flush_multi")  \
	X(XT_MMUEXT_PG_MULTI, "mmuext_op invlpg_multi")      \
	X(XT_MMUEXT_TLB_ALL, "mmuext_op tlb_flush_all")      \
	X(XT_MMUEXT_PG_ALL, "mmuext_op invlpg_all")          \
	X(XT_MMUEXT_CACHE, "mmuext_op flush_cache")          \
	X(XT_MMUEXT_LDT, "mmuext_op set_ldt")                \
	X(XT_MMUEXT_14, "mmuext_op 14")                      \
	X(XT_MMUEXT_USER_BASE, "mmuext_op new_user_baseptr") \
	X(XT_MMUEXT_OTHER, "mmuext_op other")

/* How many entries a multicall had; arch/x86/xen/multicalls.c: MC_BATCH is 32. */
#define XT_MC_SIZES(X)        \
	X(XT_MC_1, "1")       \
	X(XT_MC_2, "2")       \
	X(XT_MC_3_4, "3-4")   \
	X(XT_MC_5_8, "5-8")   \
	X(XT_MC_9_16, "9-16") \
	X(XT_MC_17_32, "17-32")

enum xt_mmu_op { XT_MMU_OPS(XT_ENUM) XT_MMU_OP_NR };
enum xt_mc_op { XT_MC_OPS(XT_ENUM) XT_MC_OP_NR };
enum xt_mmuext_op { XT_MMUEXT_OPS(XT_ENUM) XT_MMUEXT_OP_NR };
enum xt_mc_size { XT_MC_SIZES(XT_ENUM) XT_MC_SIZE_NR };

/*
 * Functions whose time is measured: ROW(X, enumerator, function, its older name, what). None of
 * them sleeps. 4ce94eabac16 ("x86/mm/tlb: Flush remote and local TLBs concurrently"), 5.13: before,
 * xen_flush_tlb_others.
 */
#define XT_MMU_FUNCTIONS(ROW, X)                                                      \
	ROW(X, XT_P_FLUSH_TLB, xen_flush_tlb, NULL, "TLB flush")                      \
	ROW(X, XT_P_FLUSH_TLB_ONE, xen_flush_tlb_one_user, NULL, "TLB flush, a page") \
	ROW(X, XT_P_FLUSH_TLB_MULTI, xen_flush_tlb_multi, "xen_flush_tlb_others",     \
	    "TLB flush, vCPUs")                                                       \
	ROW(X, XT_P_PGD_PIN, __xen_pgd_pin, NULL, "pin")                              \
	ROW(X, XT_P_PGD_UNPIN, __xen_pgd_unpin, NULL, "unpin")

/* Events: ROW(X, enumerator, event, XT_MMU_*); those that write entries, and the others. */
#define XT_MMU_WRITES(ROW, X)                             \
	ROW(X, XT_P_MMU_PMD, xen_mmu_set_pmd, XT_MMU_PMD) \
	ROW(X, XT_P_MMU_PUD, xen_mmu_set_pud, XT_MMU_PUD) \
	ROW(X, XT_P_MMU_P4D, xen_mmu_set_p4d, XT_MMU_P4D) \
	ROW(X, XT_P_MMU_PROT, xen_mmu_ptep_modify_prot_commit, XT_MMU_PROT)

#define XT_MMU_COUNTED(ROW, X)                                           \
	ROW(X, XT_P_MMU_ALLOC, xen_mmu_alloc_ptpage, XT_MMU_ALLOC)       \
	ROW(X, XT_P_MMU_RELEASE, xen_mmu_release_ptpage, XT_MMU_RELEASE) \
	ROW(X, XT_P_MMU_CR3, xen_mmu_write_cr3, XT_MMU_CR3)

#define XT_MMU_FUNCTION(X, id, function, older_, what) \
	X(id, #function, what ": CPU time", FUNCTION(#function), .use = FOR_PV, .older = older_)
#define XT_MMU_EVENT(X, id, event, op) \
	X(id, #event, "page tables: counts", TRACEPOINT("xt_" #event), .use = FOR_PV)

#define XT_MMU_PROBES(X)                                                                     \
	XT_MMU_FUNCTIONS(XT_MMU_FUNCTION, X)                                                 \
	XT_MMU_WRITES(XT_MMU_EVENT, X)                                                       \
	XT_MMU_COUNTED(XT_MMU_EVENT,                                                         \
		       X) /* an entry that is not seen to be batched is counted as single */ \
	X(XT_P_MMU_PTE, "xen_mmu_set_pte", "page tables: entries written",                   \
	  TRACEPOINT("xt_mmu_pte"), BODY(40), .use = FOR_PV, NEEDS(XT_P_MMU_EXTEND))         \
	X(XT_P_MMU_EXTEND, "xen_mc_extend_args", "page tables: single or batched",           \
	  TRACEPOINT("xt_mmu_extend"), BODY(40), .use = FOR_PV)                              \
	X(XT_P_MMU_ENTRY, "xen_mc_entry", "multicalls: entries by operation",                \
	  TRACEPOINT("xt_mmu_entry"), BODY(40), .use = FOR_PV)                               \
	X(XT_P_MMU_FLUSH, "xen_mc_flush", "multicalls: by how many entries they had",        \
	  TRACEPOINT("xt_mmu_flush"), BODY(40), .use = FOR_PV)

/* What the loader tells the programs: the first of their paths, and what they cannot find out. */
struct xt_mmu_config {
	__u32 op_path;	     /* XT_MMU_* */
	__u32 entry_path;    /* XT_MC_*, entries of multicalls */
	__u32 mmuext_path;   /* XT_MMUEXT_* */
	__u32 size_path;     /* XT_MC_1 … */
	__u32 function_path; /* one a function, in XT_MMU_FUNCTIONS' order */
};

/* What the programs remember on each CPU. */
struct xt_mmu_cpu {
	__u64 pending; /* a page-table entry is written, not known yet if single or batched */
} __attribute__((aligned(64)));

#endif

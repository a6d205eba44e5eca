/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the BPF programs and the loader share: map values, keys and the numbering of paths.
 * Only fixed-size types; both sides include this file and nothing of each other.
 */
#ifndef XT_ABI_H
#define XT_ABI_H

#ifndef __bpf__
#include <linux/types.h>
#endif

/*
 * Histogram: log-linear, 8 buckets an octave. Values 0..7 have a bucket each; above, bucket
 * (e - 2) * 8 + (the three bits below the top one) for e = floor(log2(ns)). 320 buckets reach
 * 2^42 - 1 ns (73 min); what is longer is kept in the last one. Relative error at a bucket's
 * midpoint: at most 6.25 %.
 */
#define XT_SUB_BITS 3
#define XT_SUBS	    (1 << XT_SUB_BITS)
#define XT_BUCKETS  320

struct xt_bucket {
	__u64 count;
	__u64 ns;
};

/* One path on one CPU. The count is the sum of the buckets: it cannot disagree with them. */
struct xt_hist {
	__u64 max;	 /* ns; a lower one may win a race with an interrupt: see hist__max() */
	__u64 inclusive; /* ns, cpu paths: with the frames inside it */
	__u64 held;	 /* ns: vCPU offline inside this frame or request (Xen runstate) */
	__u64 off_cpu;	 /* ns, cpu paths: runnable or blocked in this frame, not in the buckets */
	/*
	 * Wait paths' totals: of the requests that ended on the vCPU that issued them, how many,
	 * their ns from issue to end, and how much of it that vCPU was runnable and not run; `held`
	 * is how much it was offline.
	 */
	__u64 known;
	__u64 known_ns;
	__u64 stolen;
	__u64 pad;
	struct xt_bucket bucket[XT_BUCKETS];
};

/*
 * Path numbering. A run has nr_disks disk slots and nr_irqs interrupt slots, both with slot 0
 * for "other". The loader lays the families out one after the other and tells each BPF object
 * its first path (cfg_*_base).
 */
#define XT_BLK_OPS(X)                                                                         \
	X(XT_OP_READ, "read")                                                                 \
	X(XT_OP_WRITE, "write")                                                               \
	X(XT_OP_FLUSH, "flush")                                                               \
	X(XT_OP_DISCARD, "discard")                                                           \
	X(XT_OP_SYNC, "sync") /* an empty flush asked for; served by flushes to the device */ \
	X(XT_OP_OTHER, "other")

/*
 * Legs of a request (PROBES §3.2). Those but the last two are in the order of time; TOTAL is their
 * sum, measured. First issue -> last issue is given to the cause of each attempt that failed; only
 * blkfront's disks have paths for the causes that it alone has.
 */
#define XT_BLK_LEGS(X)                                                                           \
	X(XT_LEG_QUEUE, "queue")     /* request made -> first issue */                           \
	X(XT_LEG_REQUEUE, "requeue") /* first issue -> last issue, for a cause that none says */ \
	X(XT_LEG_SUBMIT, "submit")   /* last issue -> the driver's queue_rq returned */          \
	X(XT_LEG_DEVICE, "device")   /* -> the device's interrupt; blkfront: backend */          \
	X(XT_LEG_HANDLER, "handler") /* -> the driver completed the request */                   \
	X(XT_LEG_FINISH, "finish")   /* -> the kernel accounts it as done */                     \
	X(XT_LEG_TOTAL, "total")                                                                 \
	X(XT_LEG_RING, "ring full")	 /* like requeue: no place in the ring */                \
	X(XT_LEG_GRANTS, "grants short") /* like requeue: no grant references left */

#define XT_LEGS_COMMON XT_LEG_RING

#define XT_ENUM(id, ...) id,
enum xt_blk_op { XT_BLK_OPS(XT_ENUM) XT_OP_NR };
enum xt_blk_leg { XT_BLK_LEGS(XT_ENUM) XT_LEG_NR };

/*
 * Probes: X(enumerator, family, hook, what it gives). A function's entry and exit are one probe.
 * The order is that of struct xt_cpu's run counters.
 */
#define XT_CORE_PROBES(X)                                                                    \
	X(XT_P_IRQ_ENTRY, "core", "irq_handler_entry", "interrupt handlers: count and time") \
	X(XT_P_IRQ_EXIT, "core", "irq_handler_exit", "interrupt handlers: count and time")   \
	X(XT_P_SOFTIRQ_ENTRY, "core", "softirq_entry", "keeps softirqs out of other paths")  \
	X(XT_P_SOFTIRQ_EXIT, "core", "softirq_exit", "keeps softirqs out of other paths")    \
	X(XT_P_SWITCH, "core", "sched_switch", "unwinds paths that were preempted")

#define XT_BLK_PROBES(X)                                                                          \
	X(XT_P_RQ_ISSUE, "blk", "block_rq_issue", "disk requests: queue, start of the device")    \
	X(XT_P_RQ_REQUEUE, "blk", "block_rq_requeue", "disk requests: requeues, ring full")       \
	X(XT_P_IO_DONE, "blk", "block_io_done", "disk requests: end")                             \
	X(XT_P_RQ_UNSTAMPED, "blk", "block_rq_complete", "flushes and passthrough: end")          \
	X(XT_P_RQ_UPDATE, "blk", "blk_update_request", "disk requests: end")                      \
	X(XT_P_RQ_COMPLETE, "blk", "block_rq_complete", "disk requests: end")                     \
	X(XT_P_MQ_COMPLETE, "blk", "blk_mq_complete_request", "device, handler and finish apart") \
	X(XT_P_MQ_REMOTE, "blk", "blk_mq_complete_request_remote", "the same, for some drivers")  \
	X(XT_P_BLKIF_QUEUE, "blk", "blkif_queue_rq", "blkfront: submit, CPU time, ring full")     \
	X(XT_P_GRANTS, "blk", "gnttab_request_free_callback",                                     \
	  "blkfront: grants short, not ring full")                                                \
	X(XT_P_VIRTIO_QUEUE, "blk", "virtio_queue_rq",                                            \
	  "virtio_blk: submit, CPU time, of one at a time")                                       \
	X(XT_P_NVME_QUEUE, "blk", "nvme_queue_rq", "NVMe: submit, CPU time, of one at a time")    \
	X(XT_P_VIRTIO_BATCH, "blk", "virtio_queue_rqs",                                           \
	  "virtio_blk: submit, CPU time, of batches")                                             \
	X(XT_P_NVME_BATCH, "blk", "nvme_queue_rqs", "NVMe: submit, CPU time, of batches")         \
	X(XT_P_AHCI_ISSUE, "blk", "ahci_qc_issue", "AHCI: submit, CPU time")                      \
	X(XT_P_BMDMA_ISSUE, "blk", "ata_bmdma_qc_issue", "IDE: submit, CPU time")

#define XT_EVTCHN_PROBES(X)                                                                     \
	X(XT_P_UPCALL, "evtchn", "xen_evtchn_do_upcall", "event channel upcall and demux")      \
	X(XT_P_WAKING, "evtchn", "sched_waking", "channels of /dev/xen/evtchn: whom they wake") \
	X(XT_P_WAKE_SWITCH, "evtchn", "sched_switch", "channels of /dev/xen/evtchn: until it runs")

/*
 * Wrappers of hypercalls: X(enumerator, function, hypercall, for which guests). A wrapper's time
 * contains its hypercall's (PROBES §1.4); one that calls another wrapper is counted once, as the
 * inner one. All of them make their hypercall whenever they are called, and none may sleep: see
 * model/unseen.c for the others.
 */
#define XT_WRAPPERS(X)                                                     \
	X(XT_P_NOTIFY, notify_remote_via_irq, "event_channel_op", FOR_XEN) \
	X(XT_P_SEND_IPI, xen_send_IPI_one, "event_channel_op", FOR_XEN)    \
	X(XT_P_POLL, xen_poll_irq, "sched_op", FOR_XEN)                    \
	X(XT_P_POLL_TIMEOUT, xen_poll_irq_timeout, "sched_op", FOR_XEN)    \
	X(XT_P_GS_INDEX, xen_load_gs_index, "set_segment_base", FOR_PV)    \
	X(XT_P_IO_BITMAP, xen_update_io_bitmap, "physdev_op", FOR_PV)      \
	X(XT_P_CONSOLE, domU_write_console, "event_channel_op", FOR_XEN)   \
	X(XT_P_DOM0_CONSOLE, dom0_write_console, "console_io", FOR_DOM0)   \
	X(XT_P_GNT_UNMAP, gnttab_unmap_refs, "grant_table_op", FOR_XEN)    \
	X(XT_P_MEM_UP, xenmem_reservation_increase, "memory_op", FOR_XEN)  \
	X(XT_P_MEM_DOWN, xenmem_reservation_decrease, "memory_op", FOR_XEN)

#define XT_HYPERCALL_PROBES(X)                                                                \
	X(XT_P_CLOCKEVENT, "hypercall", "clockevents_program_event", "vcpu_op, set_timer_op") \
	X(XT_P_SEGMENT_BASE, "hypercall", "xen_do_write_msr", "hypercall set_segment_base")   \
	X(XT_P_MC_ENTRY, "hypercall", "xen_mc_entry", "multicalls: which operation")          \
	X(XT_P_MC_FLUSH, "hypercall", "xen_mc_flush", "multicalls: how many operations")      \
	X(XT_P_MC_FLUSH_FN, "hypercall", "xen_mc_flush", "multicalls: CPU time")

/*
 * Functions in which a driver touches an emulated device: X(enumerator, function, what). NICs'
 * are told by the driver's name, the rest is the platform's. Polling functions are not among
 * them: most of their time is the guest's own network stack.
 */
#define XT_EMULATED_NICS(X)                           \
	X(XT_P_E1000_XMIT, e1000_xmit_frame, "e1000") \
	X(XT_P_8139CP_XMIT, cp_start_xmit, "8139cp")  \
	X(XT_P_8139TOO_XMIT, rtl8139_start_xmit, "8139too")

#define XT_EMULATED_PLATFORM(X)                              \
	X(XT_P_UART_WRITE, serial8250_console_write, "UART") \
	X(XT_P_UART_TX, serial8250_tx_chars, "UART")         \
	X(XT_P_RTC_READ, rtc_cmos_read, "RTC")               \
	X(XT_P_RTC_WRITE, rtc_cmos_write, "RTC")             \
	X(XT_P_PCI_READ, pci_conf1_read, "PCI config")       \
	X(XT_P_PCI_WRITE, pci_conf1_write, "PCI config")     \
	X(XT_P_I8042_WRITE, i8042_aux_write, "PS/2")         \
	X(XT_P_IOAPIC_READ, native_io_apic_read, "IO-APIC")  \
	X(XT_P_IOAPIC_MASK, mask_ioapic_irq, "IO-APIC")      \
	X(XT_P_IOAPIC_UNMASK, unmask_ioapic_irq, "IO-APIC")  \
	X(XT_P_IOAPIC_ACK, ioapic_ack_level, "IO-APIC")      \
	X(XT_P_LAPIC_TIMER, lapic_next_event, "lapic")       \
	X(XT_P_LAPIC_ICR, native_apic_icr_write, "LAPIC")    \
	X(XT_P_HPET_TIMER, hpet_clkevt_set_next_event, "hpet")

#define XT_EMULATED(X) XT_EMULATED_NICS(X) XT_EMULATED_PLATFORM(X)

#define XT_EMUL_PROBES(X)                                                     \
	X(XT_P_MSR_READ, "emul", "read_msr", "privileged operations: counts") \
	X(XT_P_MSR_WRITE, "emul", "write_msr", "privileged operations: counts")

/*
 * Lateness of high-resolution timers, by where they expire: in the clock event device's interrupt,
 * or in the softirq that it raises for those that may wait for it (HRTIMER_MODE_SOFT).
 */
#define XT_TIMER_OPS(X)             \
	X(XT_TIMER_HARD, "hrtimer") \
	X(XT_TIMER_SOFTIRQ, "softirq")

enum xt_timer_op { XT_TIMER_OPS(XT_ENUM) XT_TIMER_OP_NR };

#define XT_TIMER_PROBES(X)                                                                     \
	X(XT_P_HRTIMER, "timer", "hrtimer_expire_entry", "timers: how late they expire")       \
	X(XT_P_PROGRAM, "timer", "clockevents_program_event", "timers: programming, CPU time") \
	X(XT_P_CLOCK_GETTIME, "timer", "__x64_sys_clock_gettime",                              \
	  "clock reads by system call: counts")                                                \
	X(XT_P_GETTIMEOFDAY, "timer", "__x64_sys_gettimeofday",                                \
	  "clock reads by system call: counts")

/*
 * A PV guest's page tables. What is asked for: X(enumerator, name). A page-table entry is written
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
 * Functions whose time is measured: X(enumerator, function, its older name, what). None of them
 * sleeps. 4ce94eabac16 ("x86/mm/tlb: Flush remote and local TLBs concurrently"), 5.13: before,
 * xen_flush_tlb_others.
 */
#define XT_MMU_FUNCTIONS(X)                                                                      \
	X(XT_P_FLUSH_TLB, xen_flush_tlb, NULL, "TLB flush")                                      \
	X(XT_P_FLUSH_TLB_ONE, xen_flush_tlb_one_user, NULL, "TLB flush, a page")                 \
	X(XT_P_FLUSH_TLB_MULTI, xen_flush_tlb_multi, "xen_flush_tlb_others", "TLB flush, vCPUs") \
	X(XT_P_PGD_PIN, __xen_pgd_pin, NULL, "pin")                                              \
	X(XT_P_PGD_UNPIN, __xen_pgd_unpin, NULL, "unpin")

/* Events: X(enumerator, event, XT_MMU_*); those that write entries, and the others. */
#define XT_MMU_WRITES(X)                             \
	X(XT_P_MMU_PMD, xen_mmu_set_pmd, XT_MMU_PMD) \
	X(XT_P_MMU_PUD, xen_mmu_set_pud, XT_MMU_PUD) \
	X(XT_P_MMU_P4D, xen_mmu_set_p4d, XT_MMU_P4D) \
	X(XT_P_MMU_PROT, xen_mmu_ptep_modify_prot_commit, XT_MMU_PROT)

#define XT_MMU_COUNTED(X)                                           \
	X(XT_P_MMU_ALLOC, xen_mmu_alloc_ptpage, XT_MMU_ALLOC)       \
	X(XT_P_MMU_RELEASE, xen_mmu_release_ptpage, XT_MMU_RELEASE) \
	X(XT_P_MMU_CR3, xen_mmu_write_cr3, XT_MMU_CR3)

#define XT_MMU_PROBES(X)                                                                  \
	X(XT_P_MMU_PTE, "mmu", "xen_mmu_set_pte", "page tables: entries written")         \
	X(XT_P_MMU_EXTEND, "mmu", "xen_mc_extend_args", "page tables: single or batched") \
	X(XT_P_MMU_ENTRY, "mmu", "xen_mc_entry", "multicalls: entries by operation")      \
	X(XT_P_MMU_FLUSH, "mmu", "xen_mc_flush", "multicalls: by how many entries they had")

#define XT_NET_PROBES(X)                                                                        \
	X(XT_P_TX_QUEUE, "net", "net_dev_queue", "packets sent: qdisc")                         \
	X(XT_P_TX_START, "net", "net_dev_start_xmit", "packets sent: count, start of submit")   \
	X(XT_P_TX_XMIT, "net", "net_dev_xmit", "packets sent: end of submit, CPU time")         \
	X(XT_P_TX_CONSUME, "net", "consume_skb", "packets sent: end")                           \
	X(XT_P_TX_KFREE, "net", "kfree_skb", "packets sent: end, where the driver calls it so") \
	X(XT_P_TX_DONE, "net", "dev_kfree_skb_irq_reason",                                      \
	  "packets sent: handler and finish apart")                                             \
	X(XT_P_RX_RAISE, "net", "softirq_raise", "packets received: interrupt to poll")         \
	X(XT_P_RX_POLL, "net", "napi_poll", "packets received: interrupt to poll, poll")        \
	X(XT_P_RX_GRO, "net", "napi_gro_receive_entry", "packets received: count")              \
	X(XT_P_RX_FRAGS, "net", "napi_gro_frags_entry", "the same, for some drivers")           \
	X(XT_P_RX_SKB, "net", "netif_receive_skb_entry", "the same, for drivers without GRO")   \
	X(XT_P_RX_LIST, "net", "netif_receive_skb_list_entry", "the same, for some drivers")    \
	X(XT_P_RX_BACKLOG, "net", "netif_rx_entry", "the same, for drivers without NAPI")

/* Call sites of hypercalls: two programs, each attached to all of them; see struct xt_site. */
#define XT_EXACT_PROBES(X) \
	X(XT_P_SITES, "exact", "hypercall call sites", "exact hypercalls: count and time")

enum xt_probe {
	XT_CORE_PROBES(XT_ENUM) XT_BLK_PROBES(XT_ENUM) XT_EVTCHN_PROBES(XT_ENUM)
		XT_WRAPPERS(XT_ENUM) XT_HYPERCALL_PROBES(XT_ENUM) XT_EMULATED(XT_ENUM)
			XT_EMUL_PROBES(XT_ENUM) XT_TIMER_PROBES(XT_ENUM) XT_MMU_FUNCTIONS(XT_ENUM)
				XT_MMU_WRITES(XT_ENUM) XT_MMU_COUNTED(XT_ENUM)
					XT_MMU_PROBES(XT_ENUM) XT_NET_PROBES(XT_ENUM)
						XT_EXACT_PROBES(XT_ENUM) XT_PROBE_NR
};

/* Softirq vectors and hypercall numbers that have a path of their own. */
#define XT_SOFTIRQS   10
#define XT_HYPERCALLS 64

/*
 * What a program could not account for, per CPU: X(enumerator, name, the cause and what to do).
 * Counters marked L are lost events; the others are notes that change no figure. The vCPUs' are
 * counted by the loader, which reads them.
 */
#define XT_LOSSES(X)                                                                               \
	X(XT_LOST_NO_SLOT, "no-slot", 1,                                                           \
	  "a request's tag is beyond its disk's table: the queue grew while tracing; start again") \
	X(XT_LOST_OVERWRITTEN, "overwritten", 1,                                                   \
	  "a request was issued again without having been seen to end: a completion was missed")   \
	X(XT_LOST_NO_START, "no-start", 1,                                                         \
	  "a request ended whose issue was not seen, although it was issued while tracing")        \
	X(XT_LOST_CLOCK, "clock-back", 1, "a request's interval was negative: the clock stepped")  \
	X(XT_LOST_FRAME_CLOCK, "frames-clock-back", 1,                                             \
	  "a path's interval was negative: the clock stepped")                                     \
	X(XT_LOST_FRAME_DEEP, "frames-deep", 1,                                                    \
	  "more nested paths on a CPU than the frame stack holds")                                 \
	X(XT_LOST_FRAME_UNWOUND, "frames-unwound", 1,                                              \
	  "a path was entered and its exit not seen (a missed fexit or kretprobe)")                \
	X(XT_LOST_FRAME_STRAY, "frames-stray", 1, "a path's exit was seen and not its entry")      \
	X(XT_LOST_NO_HIST, "no-histogram", 1,                                                      \
	  "a path number is beyond the table: a bug in this program, please report it")            \
	X(XT_NOTE_FRAME_EARLY, "frames-preexisting", 0,                                            \
	  "paths already entered when tracing began; not measured")                                \
	X(XT_NOTE_PREEXISTING, "preexisting", 0,                                                   \
	  "requests already in flight when tracing began; not measured")                           \
	X(XT_NOTE_OTHER_DISK, "other-disk", 0,                                                     \
	  "requests of a disk that appeared after the start; under disk \"other\"")                \
	X(XT_NOTE_OTHER_IRQ, "other-irq", 0,                                                       \
	  "interrupts that appeared after the start; under device \"other\"")                      \
	X(XT_NOTE_SLOWEST, "slowest-skipped", 0,                                                   \
	  "requests that ended inside the noting of a slow one; they may be slow themselves")      \
	X(XT_NOTE_BATCH, "batch-full", 0,                                                          \
	  "requests of a batch beyond what is kept of it: their submit is in the next leg")        \
	X(XT_NOTE_PARTIAL, "partial", 0,                                                           \
	  "partial completions; the request ends with its last part")                              \
	X(XT_NOTE_WAKE_AWAKE, "wake-awake", 0,                                                     \
	  "events for a process that was just going to sleep: it ran on, and waited for nothing")  \
	X(XT_NOTE_WAKE_MISSED, "wake-missed", 0,                                                   \
	  "processes woken by an event whose place another one took; not measured")                \
	X(XT_NOTE_VCPU_JUMP, "vcpu-jump", 0,                                                       \
	  "a vCPU's runstate or steal shrank, or outgrew the clock; that second is in no sum")     \
	X(XT_NOTE_VCPU_CAME, "vcpu-came", 0, "vCPUs plugged while tracing; measured from then on") \
	X(XT_NOTE_VCPU_WENT, "vcpu-went", 0,                                                       \
	  "vCPUs unplugged while tracing; their last second, or less, is in no sum")               \
	X(XT_LOST_TIMER_UNREAD, "timers-unread", 1,                                                \
	  "a timer's expiry could not be read: a bug in this program, please report it")           \
	X(XT_NOTE_TIMER_PAST, "timers-past", 0,                                                    \
	  "timers set to a time that was past already, by a step of the clock too, or due before " \
	  "tracing began; not late")                                                               \
	X(XT_LOST_TX_NO_SLOT, "tx-no-slot", 1,                                                     \
	  "more packets of one transmit queue in flight than are kept here; not measured")         \
	X(XT_LOST_TX_OVERWRITTEN, "tx-overwritten", 1,                                             \
	  "a packet's place was taken by another, its own end not seen: a free was missed")        \
	X(XT_LOST_TX_CLOCK, "tx-clock-back", 1,                                                    \
	  "a packet's interval was negative: the clock stepped")                                   \
	X(XT_NOTE_TX_NO_QDISC, "tx-no-qdisc", 0,                                                   \
	  "packets that were not seen on their way to the driver: they have no qdisc leg")         \
	X(XT_NOTE_RX_NO_IRQ, "rx-no-irq", 0,                                                       \
	  "polls that no interrupt on their CPU preceded: they have no leg before the poll")       \
	X(XT_NOTE_RX_UNTIMED, "rx-untimed", 0,                                                     \
	  "polls outside the softirq, by threads and busy pollers: counted, not timed")            \
	X(XT_NOTE_OTHER_NIC, "other-nic", 0,                                                       \
	  "packets of a NIC that appeared after the start, or is a guest's; not measured")         \
	X(XT_NOTE_SITE_NUMBER, "site-number", 0,                                                   \
	  "hypercalls of another number than their call site was read to have; under \"other\"")

enum xt_loss { XT_LOSSES(XT_ENUM) XT_LOSS_NR };

/* Started and ended requests, for conservation: started = completed + in flight + lost. */
#define XT_COUNTS(X)                              \
	X(XT_COUNT_STARTED, "started")            \
	X(XT_COUNT_COMPLETED, "completed")        \
	X(XT_COUNT_TX_STARTED, "packets started") \
	X(XT_COUNT_TX_COMPLETED, "packets completed")

enum xt_count { XT_COUNTS(XT_ENUM) XT_COUNT_NR };

/*
 * Frames: paths open on this CPU, innermost last (DESIGN §6.1). The innermost owns each
 * nanosecond: on close a frame's length is added to `inside` of the one below.
 */
#define XT_FRAMES 16

struct xt_frame {
	__u64 start;   /* ns; 0 while the frame is being opened */
	__u64 inside;  /* ns of closed frames within */
	__u64 off_cpu; /* runstate at open (runnable + blocked), plus what frames within had */
	__u64 offline; /* the same for offline */
	__u32 token;   /* who opened it: exits find their entry by it */
	__u32 covered; /* a frame within did its work and was recorded for it */
	__u32 path;    /* of a call site's: the hypercall's, known at its entry only */
	__u32 pad;
};

/*
 * Tokens: a probe's number; an interrupt's number above XT_TOKEN_IRQ; softirqs likewise. Frames
 * of hypercall wrappers have XT_TOKEN_HYPERCALL set.
 */
#define XT_TOKEN_IRQ	   (1u << 16)
#define XT_TOKEN_SOFTIRQ   (1u << 17)
#define XT_TOKEN_HYPERCALL (1u << 18)
#define XT_TOKEN_SITE	   (1u << 19) /* with the site's number */

/*
 * Requests issued since a driver's queue_rqs() began on this CPU: what a plug holds, which is 32 of
 * one queue and 64 of several (block/blk-mq.c:blk_plug_max_rq_count()).
 */
#define XT_BATCH 64

struct xt_issue {
	__u64 issued; /* ns: to tell a reused slot */
	__u32 at;     /* request slot + 1 */
	__u32 pad;
};

/* Slots of NICs; 0 is none. More of them are not traced, and that is said. */
#define XT_NICS 64

/* One page-aligned slice a possible CPU; written by BPF on that CPU only. */
struct xt_cpu {
	/*
	 * Of CPU 0's slice, and for all: one flag, so that what is seen is whole from one instant
	 * to another. Alone in its cache line.
	 */
	__u64 on;    /* tracing: the loader sets it, every program looks here first */
	__u64 since; /* ns, CLOCK_MONOTONIC: after it was set; ~0 until then */
	__u64 pad0[6];
	__u64 irq_start;  /* ns: entry of the interrupt handler that runs now, 0 outside */
	__u64 irq_disk;	  /* slot of the disk whose request that handler completed; 0: none */
	__u64 slow_above; /* ns: a request that took longer may be one of the slowest */
	__u64 no_grants;  /* since the last queue_rq began here, grant references were waited for */
	__u64 issuing;	  /* request slot + 1 issued last on this CPU; 0: none */
	__u64 batching;	  /* inside a queue_rqs() */
	__u64 mc_entry;	  /* address of the last multicall entry made on this CPU */
	__u64 mc_count;	  /* entries of the multicall that is being flushed */
	__u64 issued_at;  /* ns: the stamp of that issue, to tell a reused slot */
	__u64 runstate[4]; /* ns: running, runnable, blocked, offline, when last asked */
	__u64 runstate_at; /* ns, CLOCK_MONOTONIC: when that was; 0: never */
	__u64 clock_ns;	   /* calibration: one clock read; a frame's open, close and record */
	__u64 pair_ns;
	__u32 first_path; /* of this CPU, in xt_hists */
	__u32 nr_paths;
	__u32 depth; /* open frames */
	__u32 nr;    /* this CPU's number */
	__u64 loss[XT_LOSS_NR];
	__u64 count[XT_COUNT_NR];
	__u64 runs[XT_PROBE_NR];
	struct xt_frame frame[XT_FRAMES];
	__u64 nr_batch;
	struct xt_issue batch[XT_BATCH];
	/* ns, CLOCK_MONOTONIC, by XT_TIMER_*: when timers last were looked for, and before that */
	__u64 timer_now[XT_TIMER_OP_NR];
	__u64 timer_before[XT_TIMER_OP_NR];
	__u64 pte_pending;  /* a page-table entry is written, not known yet if single or batched */
	__u64 address;	    /* of CPU 0's slice: where the kernel has it, once it was asked */
	__u64 hypercall_ns; /* inside wrappers of hypercalls, ever */
	__u64 tx_at;	    /* packet slot + 1 that the driver is given now; 0: none */
	__u64 tx_queue;	    /* transmit queue of that packet */
	__u64 tx_followed;  /* that packet is followed … */
	__u64 tx_weight;    /* … for so many */
	__u64 tx_rate;	    /* of CPU 0's slice: 1 of 2^this packets is followed */
	__u64 tx_seq;	    /* packets queued here */
	__u64 tx_gso_rate;  /* of the packet below */
	__u64 tx_gso;	    /* ns: when the packet was queued whose segments follow now */
	__u64 poll_at;	    /* ns: start of the NAPI poll that runs now; 0 outside the softirq */
	__u64 poll_raised;  /* the interrupt handler that runs now wants one */
	__u64 polled_at;    /* ns: start of the last softirq that polls, also outside of it */
	__u64 tx_softirq;   /* inside NET_TX */
	__u64 nic_first[XT_NICS]; /* ns: entry of its first interrupt since it was polled here */
	__u64 nic_last[XT_NICS];  /* ns: entry of its last interrupt here */
} __attribute__((aligned(4096)));

/* State of a request in flight, at the slot of its disk, hardware queue and tag: two cache lines. */
struct xt_request {
	__u64 rq;	/* struct request *, 0 when free */
	__u64 queued;	/* ns: when the request was made, from the kernel; 0 unknown */
	__u64 issued;	/* ns: first issue */
	__u64 reissued; /* ns: last issue */
	__u64 submitted;
	__u64 irq;	 /* ns: entry of the interrupt that completed it */
	__u64 completed; /* ns: the driver called blk_mq_complete_request() */
	__u32 path;	 /* of its first leg */
	__u16 disk;	 /* slot */
	__u8 op;
	__u8 state; /* enum xt_request_state */
	/* the second line: used at issue, and at the end of requests that need it */
	__u64 runnable, offline; /* ns: the issuing vCPU's at `issued` */
	__u64 task;		 /* struct task_struct * that issued it first */
	__u64 ring, grants;	 /* ns of failed attempts, by cause; valid once reissued */
	__u32 cpu;		 /* that issued it first */
	__u32 pid;		 /* of that task's process */
} __attribute__((aligned(64)));

enum xt_request_state {
	XT_RQ_FREE,
	XT_RQ_ISSUED,
	/* to be issued again: the driver gave it back, for a cause that it told or not */
	XT_RQ_REQUEUED,
	XT_RQ_NO_RING,
	XT_RQ_NO_GRANTS,
};

/*
 * The slowest requests that ended on a CPU: together the CPUs' hold the XT_SLOWEST slowest of all.
 */
#define XT_SLOWEST 16 /* a power of two */
#define XT_COMM	   16

struct xt_slow {
	__u64 total; /* ns; 0: an empty place */
	__u64 queued;
	__u64 leg[XT_LEG_NR];
	__u64 stolen, held; /* ns, where `known`: see struct xt_hist */
	__u32 path;	    /* of its first leg */
	__u32 cpu;	    /* that issued it first */
	__u32 pid;	    /* of the process */
	__u32 flags;	    /* XT_SLOW_* */
	char comm[XT_COMM]; /* "": the issuer is gone */
};

#define XT_SLOW_ISSUED (1 << 0) /* else an empty flush: cpu, pid and comm are nobody's */
#define XT_SLOW_KNOWN  (1 << 1) /* stolen and held are */

struct xt_slowest {
	__u64 seq; /* odd while a place is being written */
	__u64 pad[7];
	struct xt_slow kept[XT_SLOWEST];
};

/*
 * Disk table: open addressing over (dev_t), XT_DISK_PROBES places from the hashed one. The
 * loader fills it from sysfs; BPF only reads.
 */
#define XT_DISK_TABLE  256
#define XT_DISK_PROBES 4

struct xt_disk {
	__u32 dev; /* major << 20 | first minor, as the kernel's MKDEV(); 0: empty */
	__u16 slot;
	__u16 flags;	 /* XT_DISK_* */
	__u32 first;	 /* request slots: first + hw queue * per_queue + tag */
	__u32 per_queue; /* the last one of each queue is its flush request's */
	__u32 queues;
	__u32 paths; /* first of its wait paths */
	__u32 first_queue;
	__u32 places; /* of each hardware queue's ring: driver tags; 0: not known */
};

#define XT_DISK_IGNORED (1 << 0) /* stacked on others, or not asked for */
#define XT_DISK_RING	(1 << 1) /* blkfront: all XT_LEG_NR legs, else XT_LEGS_COMMON */

static inline __u32 xt_disk_hash(__u32 dev)
{
	return (dev * 2654435761u) >> 24; /* XT_DISK_TABLE == 1 << 8 */
}

/*
 * A hardware queue: how many of its requests are under way, counted up at first issue and down at
 * the end by whichever CPU, so that it is exact. For blkfront this is the ring's occupancy: its
 * driver tags are as many as a ring has places, and a request that finds none waits for a tag,
 * before it is issued: that a ring is full shows as its last place being taken. A request whose
 * end was missed counts until its slot is used again.
 */
struct xt_queue {
	__u64 under_way;
	__u64 most;    /* two CPUs may race for it, and the lower one win by their difference */
	__u64 last;    /* requests issued into the last place */
	__u64 waited;  /* ns: their queue legs */
	__u64 stopped; /* ns: since when a NIC's driver has it stopped; 0: it runs */
	__u64 pad[3];
};

/* The first request slots belong to disks without an entry, by a hash of disk, queue and tag. */
#define XT_OTHER_REQUESTS 1024

/* Interrupt table: slot by interrupt number and by the number of actions that follow. */
#define XT_IRQ_TABLE   4096
#define XT_IRQ_ACTIONS 4

struct xt_irq {
	__u16 slot[XT_IRQ_ACTIONS]; /* 0: "other" */
	__u16 flags[XT_IRQ_ACTIONS];
	/* Learned by BPF: the disk slot whose requests it completes; several: XT_IRQ_DISKS */
	__u16 disk[XT_IRQ_ACTIONS];
	__u32 wake; /* a channel of /dev/xen/evtchn: path + 1 of the process's waking; 0: none */
	__u8 nic[XT_IRQ_ACTIONS]; /* slot of the NIC whose it is; 0: none's */
};

/*
 * Processes that an event woke and that do not run yet, direct-mapped by thread id. There are few
 * that wait for event channels: two of the same place are counted, the later one is kept.
 */
#define XT_WAKES 256

struct xt_wake {
	__u32 pid; /* 0: free */
	__u32 path;
	__u64 at; /* ns: entry of the interrupt's handler */
};

#define XT_IRQ_DISKS 0xffff

/*
 * Legs of a packet sent (PROBES §4), in the order of time; TOTAL is their sum, measured. HYPERCALL is
 * taken out of SUBMIT, whose last part it is.
 */
#define XT_TX_LEGS(X)                                                                                \
	X(XT_TX_QDISC, "qdisc")	  /* the stack gave it to the interface -> the driver got it */      \
	X(XT_TX_SUBMIT, "submit") /* -> ndo_start_xmit() returned, without … */                    \
	X(XT_TX_HYPERCALL, "hypercall") /* … the wrappers of hypercalls in it: netfront's event */ \
	X(XT_TX_DEVICE, "device")	/* -> the device's interrupt; netfront: backend */           \
	X(XT_TX_HANDLER, "handler")	/* -> the driver let go of it */                             \
	X(XT_TX_FINISH,                                                                              \
	  "finish") /* -> the stack freed it, where the driver leaves that to a softirq */           \
	X(XT_TX_TOTAL, "total")

/* Legs of a NAPI poll: what received packets wait for in the guest. */
#define XT_RX_LEGS(X)                                                             \
	X(XT_RX_DELAY, "irq to poll") /* the NIC's interrupt -> its poll began */ \
	X(XT_RX_POLL, "poll")	      /* -> and ended */                          \
	X(XT_RX_TOTAL, "total")

enum xt_tx_leg { XT_TX_LEGS(XT_ENUM) XT_TX_NR };
enum xt_rx_leg { XT_RX_LEGS(XT_ENUM) XT_RX_NR };

#define XT_NIC_PATHS (XT_TX_NR + XT_RX_NR) /* wait paths of a NIC: sent, then received */

/*
 * NIC table: open addressing over the interface's index, XT_NIC_PROBES places from its own. The
 * loader fills it with NICs that have a device below them; BPF only reads.
 */
#define XT_NIC_TABLE  256
#define XT_NIC_PROBES 4

struct xt_nic {
	__u32 ifindex; /* 0: empty */
	__u16 slot;
	__u16 flags;	   /* XT_NIC_* */
	__u32 first;	   /* packet slots: first + transmit queue * XT_QUEUE_PACKETS */
	__u32 queues;	   /* transmit queues */
	__u32 paths;	   /* first of its wait paths */
	__u32 first_queue; /* of its struct xt_queue */
	__u32 pad[2];
};

#define XT_NIC_UNFRAMED (1 << 0) /* the CPU time of its driver's xmit is family emul's */
#define XT_NIC_EMULATED (1 << 1) /* held time is the device model's */

/*
 * A packet in a driver's hands, in the region of its transmit queue at one of XT_PACKET_WAYS places
 * from the hash of its address. Places are taken under the queue's lock, which the kernel holds
 * around ndo_start_xmit(), and given back by whoever frees the packet: no two race for one.
 */
#define XT_PACKET_COPIED 1    /* inside ndo_start_xmit(), by a driver that copies it, or drops it */
#define XT_QUEUE_PACKETS 1024 /* a power of two */
#define XT_PACKET_WAYS	 4

struct xt_packet {
	__u64 skb;	 /* struct sk_buff *, 0 when free */
	__u64 queued;	 /* ns: the stack gave it to the interface; 0: not seen */
	__u64 started;	 /* ns: the driver got it */
	__u64 submitted; /* ns: … and returned; 0: not yet */
	__u64 hypercall; /* ns in wrappers; until submitted the CPU's sum before */
	__u64 irq;	 /* ns: entry of the interrupt in whose handler it was let go */
	__u64 done;	 /* ns: … and when; or XT_PACKET_COPIED */
	__u32 weight;	 /* packets that this one stands for */
	__u32 queue;	 /* its struct xt_queue */
} __attribute__((aligned(64)));

/*
 * Packets on their way through a queue discipline, direct-mapped by hash: one word, since any CPU may
 * write any, of the hash's other bits, the sampling's exponent and the time.
 */
#define XT_QUEUED	    4096
#define XT_QUEUED_TAG_BITS  20
#define XT_QUEUED_RATE_BITS 4
#define XT_QUEUED_NS_BITS   40 /* 18 min */

/*
 * Packets that were dropped, by NIC, direction and the kernel's reason (enum skb_drop_reason, since
 * 5.17): by (slot * 2 + 1 for received ones) * XT_DROP_REASONS + reason. The last one is for reasons
 * beyond, which subsystems have.
 */
#define XT_DROP_REASONS 256

/* What is counted of each NIC, on each CPU: by CPU * XT_NICS + slot. */
#define XT_NIC_COUNTS(X)                                                                \
	X(tx_packets) /* given to the driver and taken; one with GSO is one */          \
	X(tx_bytes)                                                                     \
	X(tx_segments)	 /* of which they are on the wire */                            \
	X(tx_sampled)	 /* of the packets: followed from leg to leg */                 \
	X(tx_stops)	 /* after which the driver stopped its queue, being full */     \
	X(tx_stopped_ns) /* … until the next packet of that queue */                  \
	X(tx_limited)	 /* after which BQL stopped it: enough bytes under way */       \
	X(tx_busy)	 /* given back: NETDEV_TX_BUSY */                               \
	X(tx_copied)	 /* freed inside ndo_start_xmit(): no device leg */             \
	X(tx_cut)	 /* GSO packets that the kernel cut for a device that cannot */ \
	X(rx_packets)                                                                   \
	X(rx_bytes)                                                                     \
	X(polls)                                                                        \
	X(polls_full) /* that used up their budget */

struct xt_nic_count {
#define XT_COUNTER(name) __u64 name;
	XT_NIC_COUNTS(XT_COUNTER)
#undef XT_COUNTER
} __attribute__((aligned(64)));

/*
 * A call site of hypercalls (--exact): a probe on the instruction ahead of the call, one on that
 * behind it. The table is in the order of addresses.
 */
#define XT_SITES_LOG2 9
#define XT_SITES      (1 << XT_SITES_LOG2)

struct xt_site {
	__u64 before, after; /* addresses of the two */
	__u32 path;
	__u32 nr;	/* the hypercall's number, unless by_number */
	__u8 in;	/* enum xt_site_in: where the number is, at the first */
	__u8 by_number; /* `path` is the first of XT_HYPERCALLS */
	__u16 reg;	/* offset in struct pt_regs */
	__s32 disp;
};

enum xt_site_in { XT_SITE_CONST, XT_SITE_REGISTER, XT_SITE_MEMORY };

#define XT_IRQ_EMULATED (1 << 0)

#undef XT_ENUM

#endif

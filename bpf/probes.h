/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Part of abi.h: what is probed, and what is told apart at each probe. */
#ifndef XT_PROBES_H
#define XT_PROBES_H

#define XT_ENUM(id, ...) id,

/*
 * Probes: X(enumerator, family, hook, what it gives). A function's entry and exit are one probe.
 * The order is that of struct xt_cpu's run counters.
 */
#define XT_CORE_PROBES(X)                                                                    \
	X(XT_P_IRQ_ENTRY, "core", "irq_handler_entry", "interrupt handlers: count and time") \
	X(XT_P_IRQ_EXIT, "core", "irq_handler_exit", "interrupt handlers: count and time")   \
	X(XT_P_SOFTIRQ_ENTRY, "core", "softirq_entry", "keeps softirqs out of other paths")  \
	X(XT_P_SOFTIRQ_EXIT, "core", "softirq_exit", "keeps softirqs out of other paths")    \
	X(XT_P_SWITCH, "core", "sched_switch", "paths go with a task that is preempted")

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
 * model/hypercalls.c for the others.
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

#undef XT_ENUM

#endif

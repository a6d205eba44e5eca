/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Family hypercall: hypercalls, by the functions that make them. */
#ifndef XT_HYPERCALL_H
#define XT_HYPERCALL_H

#define XT_HYPERCALLS 64 /* numbers that have a path of their own */

/*
 * Wrappers of hypercalls: ROW(X, enumerator, function, hypercall, for which guests). A wrapper's
 * time contains its hypercall's; one that calls another wrapper is counted once, as the inner one.
 * All of them make their hypercall whenever they are called, and none may sleep: see
 * model/hypercalls.c for the others.
 */
#define XT_WRAPPERS(ROW, X)                                                     \
	ROW(X, XT_P_NOTIFY, notify_remote_via_irq, "event_channel_op", FOR_XEN) \
	ROW(X, XT_P_SEND_IPI, xen_send_IPI_one, "event_channel_op", FOR_XEN)    \
	ROW(X, XT_P_POLL, xen_poll_irq, "sched_op", FOR_XEN)                    \
	ROW(X, XT_P_POLL_TIMEOUT, xen_poll_irq_timeout, "sched_op", FOR_XEN)    \
	ROW(X, XT_P_GS_INDEX, xen_load_gs_index, "set_segment_base", FOR_PV)    \
	ROW(X, XT_P_IO_BITMAP, xen_update_io_bitmap, "physdev_op", FOR_PV)      \
	ROW(X, XT_P_CONSOLE, domU_write_console, "event_channel_op", FOR_XEN)   \
	ROW(X, XT_P_DOM0_CONSOLE, dom0_write_console, "console_io", FOR_DOM0)   \
	ROW(X, XT_P_GNT_UNMAP, gnttab_unmap_refs, "grant_table_op", FOR_XEN)    \
	ROW(X, XT_P_MEM_UP, xenmem_reservation_increase, "memory_op", FOR_XEN)  \
	ROW(X, XT_P_MEM_DOWN, xenmem_reservation_decrease, "memory_op", FOR_XEN)

#define XT_WRAPPER_PROBE(X, id, function, hypercall, guests) \
	X(id, #function, "hypercall " hypercall, FUNCTION(#function), .use = guests)

#define XT_HYPERCALL_PROBES(X)                                                                     \
	XT_WRAPPERS(XT_WRAPPER_PROBE, X)                                                           \
	X(XT_P_CLOCKEVENT, "clockevents_program_event", "vcpu_op, set_timer_op",                   \
	  FENTRY_FEXIT("xt_clockev"), .use = FOR_XEN)                                              \
	/* on 5.10 the body is in the function that wrmsrl() calls */                              \
	X(XT_P_SEGMENT_BASE, "xen_do_write_msr", "hypercall set_segment_base",                     \
	  FENTRY_FEXIT("xt_segbase"), .use = FOR_PV, .older = "xen_write_msr",                     \
	  .older_calls = true)                                                                     \
	X(XT_P_MC_ENTRY, "xen_mc_entry", "multicalls: which operation", TRACEPOINT("xt_mc_entry"), \
	  BODY(15), .use = FOR_PV)                                                                 \
	X(XT_P_MC_FLUSH, "xen_mc_flush", "multicalls: how many operations",                        \
	  TRACEPOINT("xt_mc_flush"), BODY(15), .use = FOR_PV)                                      \
	/* which hypercall a flush makes, and whether it makes one, the two above tell */          \
	X(XT_P_MC_FLUSH_FN, "xen_mc_flush", "multicalls: CPU time", FUNCTION("xt_mc_flush"),       \
	  .use = FOR_PV, NEEDS(XT_P_MC_ENTRY, XT_P_MC_FLUSH))

/* What the loader tells the programs: the first of their paths, and what they cannot find out. */
struct xt_hypercall_config {
	__u32 wrapper_path; /* one a wrapper, in XT_WRAPPERS' order */
	__u32 clockevent_path;
	__u32 segment_base_path;
	__u32 flush_path; /* xen_mc_flush, by the hypercall that it made */
};

/* The multicall that is being made on each CPU. */
struct xt_hypercall_cpu {
	__u64 entry;   /* address of the last entry made */
	__u64 entries; /* of the one that is being flushed */
} __attribute__((aligned(64)));

#endif

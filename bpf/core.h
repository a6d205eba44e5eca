/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Family core: interrupt handlers, softirqs and task switches, which the other families depend on.
 */
#ifndef XT_CORE_H
#define XT_CORE_H

#define XT_CORE_PROBES(X)                                                            \
	X(XT_P_IRQ_ENTRY, "irq_handler_entry", "interrupt handlers: count and time", \
	  TRACEPOINT("xt_irq_entry"))                                                \
	X(XT_P_IRQ_EXIT, "irq_handler_exit", "interrupt handlers: count and time",   \
	  TRACEPOINT("xt_irq_exit"))                                                 \
	X(XT_P_SOFTIRQ_ENTRY, "softirq_entry", "keeps softirqs out of other paths",  \
	  TRACEPOINT("xt_softirq_entry"), .use = FOR_SOME)                           \
	X(XT_P_SOFTIRQ_EXIT, "softirq_exit", "keeps softirqs out of other paths",    \
	  TRACEPOINT("xt_softirq_exit"), .use = FOR_SOME)                            \
	X(XT_P_SWITCH, "sched_switch", "paths go with a task that is preempted",     \
	  TRACEPOINT("xt_switch"), .use = FOR_SOME)

/* What the loader tells the programs: the first of their paths, and what they cannot find out. */
struct xt_core_config {
	__u32 irq_path;	    /* the first of its paths: one an interrupt slot */
	__u32 softirq_path; /* one a vector */
	__u32 scratch_path; /* calibration's; in no report */
};

#define XT_SOFTIRQS 10 /* vectors: each has a path */
/* include/linux/interrupt.h: two of them. Their enum has no name that CO-RE could find. */
#define XT_SOFTIRQ_NET_TX 2
#define XT_SOFTIRQ_NET_RX 3

#define XT_DEVICES 64 /* that leave their work to softirqs; 0 is none */

/* Interrupt table: slot by interrupt number and by the number of actions that follow. */
#define XT_IRQ_ACTIONS 4

struct xt_irq {
	__u16 slot[XT_IRQ_ACTIONS]; /* 0: "other" */
	__u16 flags[XT_IRQ_ACTIONS];
	/*
	 * Learned by BPF: the device that it serves, see interrupt_serves(); several:
	 * XT_IRQ_SEVERAL
	 */
	__u16 served[XT_IRQ_ACTIONS];
	__u32 wake; /* a channel of /dev/xen/evtchn: path + 1 of the process's waking; 0: none */
	/* Its device, and the softirq to which that leaves its work; 0: none that asks for it */
	__u8 device[XT_IRQ_ACTIONS];
	__u8 softirq[XT_IRQ_ACTIONS];
	__u32 pad;
};

#define XT_IRQ_EMULATED (1 << 0)
#define XT_IRQ_SEVERAL	0xffff

#endif

/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Family evtchn: event channels. */
#ifndef XT_EVTCHN_H
#define XT_EVTCHN_H

#define XT_EVTCHN_PROBES(X)                                                               \
	X(XT_P_UPCALL, "xen_evtchn_do_upcall", "event channel upcall and demux",          \
	  FUNCTION("xt_upcall"), .use = FOR_XEN, .older = "__xen_evtchn_do_upcall")       \
	X(XT_P_WAKING, "sched_waking", "channels of /dev/xen/evtchn: whom they wake",     \
	  TRACEPOINT("xt_waking"), .use = FOR_USER)                                       \
	X(XT_P_WAKE_SWITCH, "sched_switch", "channels of /dev/xen/evtchn: until it runs", \
	  TRACEPOINT("xt_wake_switch"), .use = FOR_USER)

/* What the loader tells the programs: the first of their paths, and what they cannot find out. */
struct xt_evtchn_config {
	__u32 upcall_path;
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

#endif

/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Family timer: how late timers expire, their programming, and reads of the clock. */
#ifndef XT_TIMER_H
#define XT_TIMER_H

#define XT_TIMER_PROBES(X)                                                                     \
	X(XT_P_HRTIMER, "hrtimer_expire_entry", "timers: how late they expire",                \
	  TRACEPOINT("xt_hrtimer"), BODY(105))                                                 \
	X(XT_P_PROGRAM, "clockevents_program_event", "timers: programming, CPU time",          \
	  FENTRY_FEXIT("xt_program"), .use = FOR_TIMER)                                        \
	X(XT_P_CLOCK_GETTIME, "__x64_sys_clock_gettime", "clock reads by system call: counts", \
	  ENTRY("xt_gettime"), BODY(40))                                                       \
	X(XT_P_GETTIMEOFDAY, "__x64_sys_gettimeofday", "clock reads by system call: counts",   \
	  ENTRY("xt_timeofday"), BODY(40))                                                     \
	X(XT_P_PMTMR, "acpi_pm_read", "reads of the clock, whoever makes them: counts",        \
	  FENTRY_ONLY("xt_pmtmr"), BODY(15), .use = FOR_SOME, .counts_reads = true)            \
	X(XT_P_HPET, "read_hpet", "reads of the clock, whoever makes them: counts",            \
	  FENTRY_ONLY("xt_hpet"), BODY(15), .use = FOR_SOME, .counts_reads = true)

/* What the loader tells the programs: the first of their paths, and what they cannot find out. */
struct xt_timer_config {
	__u32 late_path; /* XT_TIMER_* */
	__u32 program_path;
	__u32 clock_path; /* clock_gettime, gettimeofday */
	bool emulated;	  /* the clock event device is */
	bool now_points;  /* hrtimer_expire_entry has the time by its address: see timer_time() */
};

/*
 * Lateness of high-resolution timers, by where they expire: in the clock event device's interrupt,
 * or in the softirq that it raises for those that may wait for it (HRTIMER_MODE_SOFT).
 */
#define XT_TIMER_OPS(X)             \
	X(XT_TIMER_HARD, "hrtimer") \
	X(XT_TIMER_SOFTIRQ, "softirq")

enum xt_timer_op { XT_TIMER_OPS(XT_ENUM) XT_TIMER_OP_NR };

/* What the programs remember on each CPU: ns, CLOCK_MONOTONIC, by XT_TIMER_*. */
struct xt_timer_cpu {
	__u64 now[XT_TIMER_OP_NR];    /* when timers last were looked for … */
	__u64 before[XT_TIMER_OP_NR]; /* … and before that */
} __attribute__((aligned(64)));

#endif

/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the BPF programs and the loader share: map values, keys and the numbering of paths.
 * Only fixed-size types; both sides include this file and nothing of each other.
 */
#ifndef XT_ABI_H
#define XT_ABI_H

#include "families.h"
#include "losses.h"
#include "stacks.h"

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
	/*
	 * Where not all are followed: those that ended since the last one that was, which the next
	 * one stands for, too (below 0 for a while where an interrupt came between); and for how
	 * many those in the buckets stand beside themselves.
	 */
	__u64 pending;
	__u64 extra;
	/* ns in the buckets that are not this path's: of paths inside it that were only counted */
	__u64 owed;
	struct xt_bucket bucket[XT_BUCKETS];
};

/* One owner's requests that ended on one CPU: by CPU, then fixed ones and places (who.h). */
struct xt_owner_sum {
	__u64 bytes; /* of those whose issue was seen */
	struct xt_hist hist;
};

/*
 * Frames: paths open on this CPU, innermost last. The innermost owns each
 * nanosecond: on close a frame's length is added to `inside` of the one below.
 */
#define XT_FRAMES 16

struct xt_frame {
	__u64 start;   /* ns; 0 while the frame is being opened; XT_FRAME_COUNTED */
	__u64 inside;  /* ns of closed frames within */
	__u64 off_cpu; /* runstate at open (runnable + blocked), plus what frames within had */
	__u64 offline; /* the same for offline */
	__u32 token;   /* who opened it: exits find their entry by it */
	__u32 covered; /* a frame within did its work and was recorded for it */
	__u32 path;    /* of a call site's: the hypercall's, known at its entry only */
	__u32 stands;  /* it was chosen to be followed, and stands for those that were not */
	__u32 stack;   /* who called: a stack's place + 1; 0: not known */
	__u32 pad;
	__u64 hypercalls; /* ns in hypercalls that were made in it and in no frame within */
	__u64 owed;	  /* ns in it that frames within would have taken, had they been timed */
};

/* `start` of a frame whose event is counted and not timed: it has no clock. */
#define XT_FRAME_COUNTED 1

/*
 * What the family of the innermost path has to remember of the task in it. It goes with the task
 * when that is preempted.
 */
struct xt_carried {
	__u64 word[4];
};

/* The frames of a task that was preempted inside them. */
#define XT_PARKED	 8 /* tasks of one CPU: a power of two */
#define XT_PARKED_FRAMES 4 /* of one task; 1 is all that was seen on 7.3 */

struct xt_parked {
	__u32 pid; /* thread id; 0: free */
	__u32 depth;
	__u64 at; /* ns: when it was switched out */
	struct xt_carried carried;
	struct xt_frame frame[XT_PARKED_FRAMES]; /* their runstates: what was theirs so far */
};

/*
 * Tokens: a probe's number; an interrupt's number above XT_TOKEN_IRQ; softirqs likewise. Frames
 * of hypercall wrappers have XT_TOKEN_HYPERCALL set.
 */
#define XT_TOKEN_IRQ	   (1u << 16)
#define XT_TOKEN_SOFTIRQ   (1u << 17)
#define XT_TOKEN_HYPERCALL (1u << 18)
#define XT_TOKEN_SITE	   (1u << 19) /* with the site's number */

/* When the interrupts of a device came that leaves its work to a softirq. */
struct xt_device {
	__u64 first; /* ns: entry of its first interrupt since that work was done here */
	__u64 last;  /* ns: entry of its last interrupt here */
};

/* What may be followed in part: 1 of 2^rate from leg to leg, or timed. All are counted. */
enum xt_rate {
	XT_RATE_REQUESTS,
	XT_RATE_PACKETS,
	XT_RATE_HYPERCALLS,
	XT_RATE_UPCALLS,
	XT_RATE_SOFTIRQS,
	XT_RATES,
};

#define XT_RATE_BITS 4
#define XT_RATE_MOST ((1 << XT_RATE_BITS) - 1)

_Static_assert(XT_RATES == 5, "what CPU 0's slice begins with is a cache line");

/* Events of a kind on a CPU; plain adds, since only rates and the own cost are made of them. */
struct xt_thinned {
	__u64 seq;     /* all of them, but those that are timed in any case */
	__u64 counted; /* those that are only counted */
};

/*
 * One page-aligned slice a possible CPU; written by BPF on that CPU only. What one family alone has
 * to remember is in a map of its own.
 */
struct xt_cpu {
	/*
	 * Only in CPU 0's slice: one flag for all CPUs, so that all of them begin and end at one
	 * instant. It has a cache line of its own, with what is written as seldom.
	 */
	__u64 on;     /* tracing: the loader sets it, every program looks here first */
	__u64 since;  /* ns, CLOCK_MONOTONIC: after it was set; ~0 until then */
	__u64 parked; /* tasks that were preempted inside a path: see core.bpf.c */
	__u64 rate[XT_RATES];
	__u64 irq_start; /* ns: entry of the interrupt handler that runs now, 0 outside */
	__u64 served;	 /* the device for which that handler did something; 0: none known */
	__u64 raised;	 /* softirqs that it raised, a bit a vector */
	struct xt_carried carried;
	__u64 runstate[4]; /* ns: running, runnable, blocked, offline, when last asked */
	__u64 runstate_at; /* ns, CLOCK_MONOTONIC: when that was; 0: never */
	__u64 clock_ns;	   /* calibration: one clock read; a frame's open, close and record */
	__u64 pair_ns;
	__u64 count_ns; /* a frame of an event that is only counted, likewise */
	__u64 stack_ns; /* a kernel stack, taken and added to; one frame of it alone */
	__u64 frame_ns;
	__u32 first_path; /* of this CPU, in xt_hists */
	__u32 nr_paths;
	__u32 depth;			     /* open frames */
	__u32 nr;			     /* this CPU's number */
	__u64 walks;			     /* kernel stacks that were taken */
	struct xt_thinned thinned[XT_RATES]; /* of what has frames: hypercalls and so on */
	__u64 loss[XT_LOSS_NR];
	__u64 runs[XT_PROBE_NR];
	struct xt_frame frame[XT_FRAMES];
	/* of packets' softirqs; ns: start of the one that runs now, 0: it does not; end of the last */
	__u64 softirq_at[XT_SOFTIRQS];
	__u64 softirq_ended[XT_SOFTIRQS];
	struct xt_device device[XT_DEVICES];
} __attribute__((aligned(4096)));

#endif

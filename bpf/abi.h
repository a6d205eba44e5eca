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

#include "losses.h"
#include "nics.h"
#include "probes.h"

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
#undef XT_ENUM

/* Softirq vectors and hypercall numbers that have a path of their own. */
#define XT_SOFTIRQS   10
#define XT_HYPERCALLS 64

/*
 * Frames: paths open on this CPU, innermost last. The innermost owns each
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

#define XT_ISSUING_FLAGS 16

/* One page-aligned slice a possible CPU; written by BPF on that CPU only. */
struct xt_cpu {
	/*
	 * In CPU 0's slice, for all CPUs: one flag, so that all of them begin and end at one instant.
	 * It has a cache line of its own, with what is written as seldom.
	 */
	__u64 on;     /* tracing: the loader sets it, every program looks here first */
	__u64 since;  /* ns, CLOCK_MONOTONIC: after it was set; ~0 until then */
	__u64 parked; /* tasks that were preempted inside a path: see core.bpf.c */
	__u64 pad0[5];
	__u64 irq_start;  /* ns: entry of the interrupt handler that runs now, 0 outside */
	__u64 irq_disk;	  /* slot of the disk whose request that handler completed; 0: none */
	__u64 slow_above; /* ns: a request that took longer may be one of the slowest */
	__u64 no_grants;  /* since the last queue_rq began here, grant references were waited for */
	__u64 issuing;	  /* request slot + 1 issued last on this CPU; 0: none */
	__u64 issuing_disk; /* its disk's slot, and flags above XT_ISSUING_FLAGS; 0: none known */
	__u64 batching;	    /* inside a queue_rqs() */
	__u64 mc_entry;	    /* address of the last multicall entry made on this CPU */
	__u64 mc_count;	    /* entries of the multicall that is being flushed */
	__u64 issued_at;    /* ns: the stamp of that issue, to tell a reused slot */
	__u64 runstate[4];  /* ns: running, runnable, blocked, offline, when last asked */
	__u64 runstate_at;  /* ns, CLOCK_MONOTONIC: when that was; 0: never */
	__u64 clock_ns;	    /* calibration: one clock read; a frame's open, close and record */
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
	__u64 tx_driver_ns; /* in hypercalls that drivers made for packets, ever */
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
	__u64 polled_at;    /* ns: end of the last softirq that polls */
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
	__u64 seq;   /* odd while a place is being written */
	__u64 least; /* the place of the least slow, as last looked for */
	__u64 pad[6];
	struct xt_slow kept[XT_SLOWEST];
};

/*
 * Disk table: open addressing over (dev_t), XT_DISK_PROBES places from the hashed one. The
 * loader fills it from sysfs, and makes it as large as it takes for each disk to find a place; BPF
 * only reads.
 */
#define XT_DISK_PROBES 4

struct xt_disk {
	__u32 dev; /* major << 20 | first minor, as the kernel's MKDEV(); or of its name; 0: empty */
	__u16 slot;	 /* 0: one that is stacked on others */
	__u16 flags;	 /* XT_DISK_* */
	__u32 first;	 /* request slots: first + hw queue * per_queue + tag */
	__u32 per_queue; /* the last one of each queue is its flush request's */
	__u32 queues;
	__u32 paths; /* first of its wait paths */
	__u32 first_queue;
	__u32 places; /* of each hardware queue's ring: driver tags; 0: not known */
};

#define XT_DISK_IGNORED	 (1 << 0) /* stacked on others, or not asked for */
#define XT_DISK_RING	 (1 << 1) /* blkfront: all XT_LEG_NR legs, else XT_LEGS_COMMON */
#define XT_DISK_EMULATED (1 << 2) /* held time is the device model's */

/* Of a table of 1 << bits places. */
static inline __u32 xt_disk_hash(__u32 dev, __u32 bits)
{
	return (dev * 2654435761u) >> (32 - bits);
}

/*
 * In place of the number of a disk that the kernel hides and whose number it tells nobody (a path of
 * NVMe's multipath, before Linux 6.1): of its name. Majors are below 512, so that no number has
 * the highest bit.
 */
#define XT_DISK_NAME  32 /* DISK_NAME_LEN */
#define XT_DISK_NAMED 0x80000000u

/* `name` is filled up with zeros. */
static inline __u32 xt_disk_named(const __u32 name[XT_DISK_NAME / 4])
{
	__u32 hash = 2166136261u;
	int i;

	for (i = 0; i < XT_DISK_NAME / 4; i++)
		hash = (hash ^ name[i]) * 16777619u;
	return (hash ^ hash >> 15) | XT_DISK_NAMED;
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

#endif

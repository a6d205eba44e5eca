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
	__u64 held;	 /* ns, cpu paths: vCPU offline inside this frame (Xen runstate) */
	__u64 stolen;	 /* ns, cpu paths: vCPU runnable inside this frame, not in the buckets */
	__u64 pad[4];
	struct xt_bucket bucket[XT_BUCKETS];
};

/*
 * Path numbering. A run has nr_disks disk slots and nr_irqs interrupt slots, both with slot 0
 * for "other". The loader lays the families out one after the other and tells each BPF object
 * its first path (cfg_*_base).
 */
#define XT_BLK_OPS(X)                                                                              \
	X(XT_OP_READ, "read")                                                                      \
	X(XT_OP_WRITE, "write")                                                                    \
	X(XT_OP_FLUSH, "flush")                                                                    \
	X(XT_OP_DISCARD, "discard")                                                                \
	X(XT_OP_OTHER, "other")

/* Legs of a request (PROBES §3.2), in the order of time; TOTAL is their sum, measured. */
#define XT_BLK_LEGS(X)                                                                             \
	X(XT_LEG_QUEUE, "queue")	 /* request made -> first issue */                         \
	X(XT_LEG_REQUEUE, "requeue")	 /* first issue -> last issue; blkfront: ring full */      \
	X(XT_LEG_SUBMIT, "submit")	 /* last issue -> the driver's queue_rq returned */        \
	X(XT_LEG_DEVICE, "device")	 /* -> the device's interrupt; blkfront: backend */        \
	X(XT_LEG_HANDLER, "handler")	 /* -> the driver completed the request */                 \
	X(XT_LEG_FINISH, "finish")	 /* -> block_rq_complete */                                \
	X(XT_LEG_TOTAL, "total")

#define XT_ENUM(id, ...) id,
enum xt_blk_op { XT_BLK_OPS(XT_ENUM) XT_OP_NR };
enum xt_blk_leg { XT_BLK_LEGS(XT_ENUM) XT_LEG_NR };

/*
 * What a program could not account for, per CPU: X(enumerator, name, the cause and what to do).
 * Counters marked L are lost events; the others are notes that change no figure.
 */
#define XT_LOSSES(X)                                                                               \
	X(XT_LOST_NO_SLOT, "no-slot", 1,                                                           \
	  "a request's tag is beyond its disk's table: the queue grew while tracing; start again") \
	X(XT_LOST_OVERWRITTEN, "overwritten", 1,                                                   \
	  "a request was issued again without having been seen to end: a completion was missed")   \
	X(XT_LOST_NO_START, "no-start", 1,                                                         \
	  "a request ended whose issue was not seen, although it was issued while tracing")        \
	X(XT_LOST_CLOCK, "clock-back", 1,                                                          \
	  "an interval was negative or crossed a suspend: the clock stepped")                      \
	X(XT_LOST_FRAME_DEEP, "frames-deep", 1,                                                    \
	  "more nested paths on a CPU than the frame stack holds")                                 \
	X(XT_LOST_FRAME_UNWOUND, "frames-unwound", 1,                                              \
	  "a path was entered and its exit not seen (a missed fexit or kretprobe)")                \
	X(XT_LOST_FRAME_STRAY, "frames-stray", 1,                                                  \
	  "a path's exit was seen and not its entry")                                              \
	X(XT_LOST_NO_HIST, "no-histogram", 1,                                                      \
	  "a path number is beyond the table: a bug in this program, please report it")            \
	X(XT_NOTE_PREEXISTING, "preexisting", 0,                                                   \
	  "requests already in flight when tracing began; not measured")                           \
	X(XT_NOTE_OTHER_DISK, "other-disk", 0,                                                     \
	  "requests of a disk that appeared after the start; under disk \"other\"")                \
	X(XT_NOTE_OTHER_IRQ, "other-irq", 0,                                                       \
	  "interrupts that appeared after the start; under device \"other\"")                      \
	X(XT_NOTE_PARTIAL, "partial", 0, "partial completions; the request ends with its last part")

enum xt_loss { XT_LOSSES(XT_ENUM) XT_LOSS_NR };

/* Started and ended requests, for conservation: started = completed + in flight + lost. */
#define XT_COUNTS(X)                                                                               \
	X(XT_COUNT_STARTED, "started")                                                             \
	X(XT_COUNT_COMPLETED, "completed")

enum xt_count { XT_COUNTS(XT_ENUM) XT_COUNT_NR };
#undef XT_ENUM

/*
 * Frames: paths open on this CPU, innermost last (DESIGN §6.1). The innermost owns each
 * nanosecond: on close a frame's length is added to `inside` of the one below.
 */
#define XT_FRAMES 16

struct xt_frame {
	__u64 start;	 /* ns; 0 while the frame is being opened */
	__u64 inside;	 /* ns of closed frames within */
	__u64 offline;	 /* runstate at open; at close: what was inside frames is added */
	__u64 runnable;
	__u32 token;	 /* who opened it: exits find their entry by it */
	__u32 pad;
};

#define XT_PROGS 96 /* run counters of one CPU; the loader numbers every program */

/* One page-aligned slice a possible CPU; written by BPF on that CPU only. */
struct xt_cpu {
	__u64 on;	    /* tracing: the loader sets it, every program looks here first */
	__u64 since;	    /* ns, CLOCK_MONOTONIC: when it was set */
	__u64 irq_start;    /* ns: entry of the interrupt handler that runs now, 0 outside */
	__u64 issuing;	    /* request slot + 1 issued last on this CPU; 0: none */
	__u64 mc_entry;	    /* address of the last multicall entry made on this CPU */
	__u64 mc_count;	    /* entries of the multicall that is being flushed */
	__u64 runstate[4];  /* ns: running, runnable, blocked, offline, when last asked */
	__u64 runstate_at;  /* ns, CLOCK_MONOTONIC: when that was; 0: never */
	__u32 depth;	    /* open frames */
	__u32 pad;
	__u64 loss[32];
	__u64 count[16];
	__u64 runs[XT_PROGS];
	struct xt_frame frame[XT_FRAMES];
} __attribute__((aligned(4096)));

/* State of a request in flight, at the slot of its disk, hardware queue and tag. */
struct xt_request {
	__u64 rq;	/* struct request *, 0 when free */
	__u64 queued;	/* ns: when the request was made, from the kernel; 0 unknown */
	__u64 issued;	/* ns: first issue */
	__u64 reissued; /* ns: last issue */
	__u64 submitted;
	__u64 irq;	 /* ns: entry of the interrupt that completed it */
	__u64 completed; /* ns: the driver called blk_mq_complete_request() */
	__u32 state;	 /* enum xt_request_state */
	__u8 op;
	__u8 pad;
	__u16 disk; /* slot */
};

enum xt_request_state { XT_RQ_FREE, XT_RQ_ISSUED, XT_RQ_REQUEUED };

/*
 * Disk table: open addressing over (dev_t), XT_DISK_PROBES places from the hashed one. The
 * loader fills it from sysfs; BPF only reads.
 */
#define XT_DISK_TABLE  256
#define XT_DISK_PROBES 4

struct xt_disk {
	__u32 dev; /* major << 20 | first minor, as the kernel's MKDEV(); 0: empty */
	__u16 slot;
	__u16 flags;	/* XT_DISK_* */
	__u32 first;	/* request slots: first + hw queue * per_queue + tag */
	__u32 per_queue; /* the last one of each queue is its flush request's */
	__u32 queues;
	__u32 pad;
};

#define XT_DISK_EMULATED (1 << 0) /* time held off inside its frames is the device model's */

static inline __u32 xt_disk_hash(__u32 dev)
{
	return (dev * 2654435761u) >> 24; /* XT_DISK_TABLE == 1 << 8 */
}

/* Interrupt table: slot by interrupt number and by the number of actions that follow. */
#define XT_IRQ_TABLE   4096
#define XT_IRQ_ACTIONS 4

struct xt_irq {
	__u16 slot[XT_IRQ_ACTIONS]; /* 0: "other" */
	__u16 flags[XT_IRQ_ACTIONS];
};

#define XT_IRQ_EMULATED (1 << 0)

#endif

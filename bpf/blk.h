/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Family blk: disk requests, in legs. */
#ifndef XT_BLK_H
#define XT_BLK_H

#include "who.h"

#define XT_BLK_PROBES(X)                                                                          \
	X(XT_P_RQ_ISSUE, "block_rq_issue", "disk requests: queue, start of the device",           \
	  TRACEPOINT("xt_rq_issue"), BODY(135))                                                   \
	X(XT_P_RQ_INSERT, "block_rq_insert", "owners of requests that others issue",              \
	  TRACEPOINT("xt_rq_insert"), .use = FOR_SOME)                                            \
	X(XT_P_RQ_REQUEUE, "block_rq_requeue", "disk requests: requeues, ring full",              \
	  TRACEPOINT("xt_rq_requeue"))                                                            \
	X(XT_P_IO_DONE, "block_io_done", "disk requests: end", TRACEPOINT("xt_io_done"),          \
	  BODY(115), .use = FOR_SOME)                                                             \
	X(XT_P_RQ_UNSTAMPED, "block_rq_complete", "flushes and passthrough: end",                 \
	  TRACEPOINT("xt_rq_unstamped"), .use = FOR_SOME)                                         \
	X(XT_P_RQ_UPDATE, "blk_update_request", "disk requests: end", .kind = PROBE_FUNCTION,     \
	  .fexit = "xt_rq_update", .use = FOR_SOME)                                               \
	X(XT_P_RQ_COMPLETE, "block_rq_complete", "disk requests: end",                            \
	  TRACEPOINT("xt_rq_complete"), .use = FOR_SOME)                                          \
	X(XT_P_MQ_COMPLETE, "blk_mq_complete_request", "device, handler and finish apart",        \
	  FENTRY_ONLY("xt_mq_complete"))                                                          \
	X(XT_P_MQ_REMOTE, "blk_mq_complete_request_remote", "the same, for some drivers",         \
	  FENTRY_ONLY("xt_mq_remote"))                                                            \
	X(XT_P_BLKIF_QUEUE, "blkif_queue_rq", "blkfront: submit, CPU time, ring full",            \
	  FUNCTION("xt_blkif"), DRIVER("blkfront", "xen_blkfront"))                               \
	X(XT_P_GRANTS, "gnttab_request_free_callback", "blkfront: grants short, not ring full",   \
	  ENTRY("xt_grants"), DRIVER("blkfront", NULL))                                           \
	X(XT_P_VIRTIO_QUEUE, "virtio_queue_rq", "virtio_blk: submit, CPU time, of one at a time", \
	  FUNCTION("xt_virtio"), DRIVER("virtio_blk", "virtio_blk"))                              \
	X(XT_P_NVME_QUEUE, "nvme_queue_rq", "NVMe: submit, CPU time, of one at a time",           \
	  FUNCTION("xt_nvme"), DRIVER("nvme", "nvme"))                                            \
	X(XT_P_VIRTIO_BATCH, "virtio_queue_rqs", "virtio_blk: submit, CPU time, of batches",      \
	  FUNCTION("xt_virtios"), DRIVER("virtio_blk", "virtio_blk"))                             \
	X(XT_P_NVME_BATCH, "nvme_queue_rqs", "NVMe: submit, CPU time, of batches",                \
	  FUNCTION("xt_nvmes"), DRIVER("nvme", "nvme"))                                           \
	X(XT_P_AHCI_ISSUE, "ahci_qc_issue", "AHCI: submit, CPU time", FUNCTION("xt_ahci"),        \
	  DRIVER("ahci", "libahci"))                                                              \
	X(XT_P_BMDMA_ISSUE, "ata_bmdma_qc_issue", "IDE: submit, CPU time", FUNCTION("xt_bmdma"),  \
	  DRIVER("ata_piix", "libata"))

/* What the loader tells the programs: the first of their paths, and what they cannot find out. */
struct xt_blk_config {
	__u32 other_path;    /* first wait path of disk "other" */
	__u32 submit_path;   /* cpu paths: one a disk's slot */
	__u32 disk_bits;     /* the table has room for 1 << this many */
	__u32 disks_named;   /* disks whose number is not known */
	bool disks_some;     /* not all disks are asked for */
	bool slower;	     /* slow requests were asked for: those that are not followed, too */
	bool runstate;	     /* a Xen guest: elsewhere the area is there and stays 0 */
	bool rq_second;	     /* tracepoints have the queue first: see tp_request() */
	__u32 flush_seq_bit; /* of a request's flags: see rq_in_flush() */
	struct xt_who_config who;
};

#define XT_BLK_OPS(X)                                                                         \
	X(XT_OP_READ, "read")                                                                 \
	X(XT_OP_WRITE, "write")                                                               \
	X(XT_OP_FLUSH, "flush")                                                               \
	X(XT_OP_DISCARD, "discard")                                                           \
	X(XT_OP_SYNC, "sync") /* an empty flush asked for; served by flushes to the device */ \
	X(XT_OP_OTHER, "other")

/*
 * Legs of a request: X(enumerator, name, its place in time, …). TOTAL is their sum, measured. First
 * issue -> last issue is given to the cause of each attempt that failed; only blkfront's disks have
 * paths for the causes that it alone has, which are the last ones.
 */
#define XT_BLK_LEGS(X)                                                     \
	/* request made -> first issue */                                  \
	X(XT_LEG_QUEUE, "queue", 1, .guest = true)                         \
	/* first issue -> last issue, for a cause that none says */        \
	X(XT_LEG_REQUEUE, "requeue", 4, .roles = PATH_REQUEUED)            \
	/* last issue -> the driver's queue_rq returned */                 \
	X(XT_LEG_SUBMIT, "submit", 5)                                      \
	/* -> the device's interrupt; blkfront: backend */                 \
	X(XT_LEG_DEVICE, "device", 6, .roles = PATH_DEVICE)                \
	/* -> the driver completed the request */                          \
	X(XT_LEG_HANDLER, "handler", 7)                                    \
	/* -> the kernel accounts it as done */                            \
	X(XT_LEG_FINISH, "finish", 8, .guest = true)                       \
	X(XT_LEG_TOTAL, "total", 0, .roles = PATH_WHOLE)                   \
	/* like requeue: no place in the ring; no grant references left */ \
	X(XT_LEG_RING, "ring full", 2, .roles = PATH_RING_FULL)            \
	X(XT_LEG_GRANTS, "grants short", 3, .roles = PATH_GRANTS_SHORT)

#define XT_LEGS_COMMON XT_LEG_RING

enum xt_blk_op { XT_BLK_OPS(XT_ENUM) XT_OP_NR };
enum xt_blk_leg { XT_BLK_LEGS(XT_ENUM) XT_LEG_NR };

/*
 * State of a request in flight, at the slot of its disk, hardware queue and tag: two cache lines.
 */
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
	__u16 cpu;		 /* that issued it first */
	__u16 owner;		 /* enum xt_owner_fixed, or XT_OWNER_FIRST + place */
	__u32 pid;		 /* of that task's process */
	__u64 inserted; /* its `queued`, where it was inserted for its owner; 0: it was not */
	__u32 bytes;	/* where owners are asked for */
	__u32 stack;	/* at `issued`: its place + 1; 0: none */
} __attribute__((aligned(64)));

_Static_assert(sizeof(struct xt_request) == 128, "two cache lines");

enum xt_request_state {
	XT_RQ_FREE,
	/* not followed: counted at its end; of the stamps only `queued` is right */
	XT_RQ_COUNTED,
	XT_RQ_COUNTED_REQUEUED,
	/* of an owner that is not asked for: only its place in the queue counts */
	XT_RQ_UNASKED,
	XT_RQ_UNASKED_REQUEUED,
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
	__u32 stack;	    /* that issued it first: its place + 1; 0: none */
	__u32 pad;
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
	__u32 dev;	 /* major << 20 | first minor, as in MKDEV(); or of its name; 0: empty */
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
 * In place of the number of a disk that the kernel hides and whose number it tells nobody (a path
 * of NVMe's multipath, before Linux 6.1): of its name. Majors are below 512, so that no number has
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
struct xt_disk_queue {
	__u64 under_way;
	__u64 most;   /* two CPUs may race for it, and the lower one win by their difference */
	__u64 last;   /* requests issued into the last place */
	__u64 waited; /* ns: their queue legs */
	__u64 pad[4];
};

/* The first request slots belong to disks without an entry, by a hash of disk, queue and tag. */
#define XT_OTHER_REQUESTS 1024

/*
 * What the driver's function that runs now issues. It goes with its task: it is what struct xt_cpu
 * has as `carried`.
 */
struct xt_issuing {
	__u64 request;	 /* slot + 1 of the request issued last; 0: none */
	__u64 issued;	 /* ns: the stamp of that issue, to tell a reused slot */
	__u64 disk;	 /* its disk's slot, and flags above XT_ISSUING_FLAGS; 0: none known */
	__u64 no_grants; /* since the last queue_rq began, grant references were waited for */
};

#define XT_ISSUING_FLAGS 16

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

/* What the programs remember on each CPU. */
struct xt_blk_cpu {
	__u64 started, completed; /* requests: started = completed + in flight + lost */
	__u64 slow_above;	  /* ns: a request that took longer may be one of the slowest */
	__u64 batching;		  /* inside a queue_rqs() … */
	__u64 switches;		  /* … since so many task switches */
	__u64 nr_batch;
	__u64 seq;	/* requests issued here, while not all are followed */
	__u64 counted;	/* of them, those that are counted only */
	__u64 left_out; /* another owner's than who is asked for */
	struct xt_issue batch[XT_BATCH];
} __attribute__((aligned(64)));

#endif

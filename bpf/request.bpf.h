/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A request's disk, slot and operation (DESIGN §6.2, §6.8). */
#ifndef XT_REQUEST_BPF_H
#define XT_REQUEST_BPF_H

#include "compat.bpf.h"
#include "frame.bpf.h"

const volatile __u32 cfg_blk_base; /* first wait path of disk "other" */

const volatile __u32 cfg_disk_bits;   /* the table has room for 1 << this many */
const volatile __u32 cfg_disks_named; /* disks whose number is not known */
const volatile bool cfg_disks_some;   /* not all disks are asked for */

XT_SHARED_ARRAY(xt_disks, struct xt_disk);
XT_SHARED_ARRAY(xt_requests, struct xt_request);
XT_SHARED_ARRAY(xt_queues, struct xt_queue); /* by disk's first + hardware queue */

/* include/linux/blk_types.h, include/linux/blk-mq.h: unchanged since 4.10 */
#define REQ_OP_MASK    0xff
#define REQ_OP_READ    0
#define REQ_OP_WRITE   1
#define REQ_OP_FLUSH   2
#define REQ_OP_DISCARD 3
#define REQ_OP_DRV_IN  34 /* passthrough: DRV_IN, DRV_OUT */

#define MINORBITS 20

static __always_inline struct xt_disk *disk_at(__u32 dev)
{
	struct xt_disk *entry;
	__u32 at, i;

#pragma unroll
	for (i = 0; i < XT_DISK_PROBES; i++) {
		at = (xt_disk_hash(dev, cfg_disk_bits) + i) & ((1u << cfg_disk_bits) - 1);
		entry = bpf_map_lookup_elem(&xt_disks, &at);
		if (!entry || !entry->dev)
			return NULL;
		if (entry->dev == dev)
			return entry;
	}
	return NULL;
}

/* What follows the end of the name is left from the stack of who named it (5.10): not read. */
static __always_inline struct xt_disk *disk_by_name(struct gendisk *disk)
{
	__u32 name[XT_DISK_NAME / 4] = {};

	if (bpf_probe_read_kernel_str(name, sizeof(name), disk->disk_name) < 0)
		return NULL;
	return disk_at(xt_disk_named(name));
}

static __always_inline struct xt_disk *disk_find(struct request *rq)
{
	struct gendisk *disk = rq_disk(rq);
	struct xt_disk *entry;
	__u32 dev;

	dev = (__u32)disk->major << MINORBITS | disk->first_minor;
	if (!dev)
		return NULL;
	entry = disk_at(dev);
	return entry || !cfg_disks_named ? entry : disk_by_name(disk);
}

/* Nothing of this disk's requests is kept. One that is not known was not asked for by its name. */
static __always_inline bool disk_ignored(const struct xt_disk *disk)
{
	return disk ? disk->flags & XT_DISK_IGNORED : cfg_disks_some;
}

/*
 * The slot of a request of a disk that is not in the table, which it shares with those of others. By
 * numbers: a pointer is none to the verifier, whatever a compiler makes of its bits.
 */
static __always_inline __u32 other_at(struct request *rq, __u32 tag)
{
	struct gendisk *disk = rq_disk(rq);
	__u32 first = ((__u32)disk->major << MINORBITS | disk->first_minor) * 2654435761u >> 22;

	if ((rq->cmd_flags & REQ_OP_MASK) == REQ_OP_FLUSH)
		first += XT_OTHER_REQUESTS / 2;
	return (first + rq->mq_hctx->queue_num * 128 + tag) % XT_OTHER_REQUESTS + 1;
}

/*
 * A request's slot: its disk's first + hardware queue * per_queue + tag. The scheduler's tag
 * comes first: the driver's is given back when a request is requeued. There is one flush request
 * a queue, and it borrows the tag of one that waits for it: it has the queue's last slot. A disk
 * that we do not know shares XT_OTHER_REQUESTS slots. Returns the slot + 1, 0 for none.
 */
static __always_inline __u32 request_at(struct request *rq, const struct xt_disk *disk)
{
	__u32 queue, tag;

	if (disk_ignored(disk))
		return 0;
	tag = rq->internal_tag >= 0 ? rq->internal_tag : rq->tag;
	if (!disk)
		return other_at(rq, tag);
	queue = rq->mq_hctx->queue_num;
	if ((rq->cmd_flags & REQ_OP_MASK) == REQ_OP_FLUSH)
		tag = disk->per_queue - 1;
	else if (tag >= disk->per_queue - 1)
		return 0;
	if (queue >= disk->queues)
		return 0;
	return disk->first + queue * disk->per_queue + tag + 1;
}

static __always_inline struct xt_request *request_get(__u32 at)
{
	__u32 key = at - 1;

	return at ? bpf_map_lookup_elem(&xt_requests, &key) : NULL;
}

static __always_inline __u8 request_op(struct request *rq)
{
	switch (rq->cmd_flags & REQ_OP_MASK) {
	case REQ_OP_READ:
		return XT_OP_READ;
	case REQ_OP_WRITE:
		return XT_OP_WRITE;
	case REQ_OP_FLUSH:
		return XT_OP_FLUSH;
	case REQ_OP_DISCARD:
		return XT_OP_DISCARD;
	default:
		return XT_OP_OTHER;
	}
}

/* The hardware queue of a request that has a slot; NULL for disk "other". */
static __always_inline struct xt_queue *queue_of(struct request *rq, const struct xt_disk *disk)
{
	__u32 at;

	if (!disk)
		return NULL;
	at = disk->first_queue + rq->mq_hctx->queue_num;
	return bpf_map_lookup_elem(&xt_queues, &at);
}

static __always_inline void queue_enter(struct xt_queue *queue, const struct xt_disk *disk,
					__u64 waited)
{
	__u64 now;

	if (!queue)
		return;
	bump(&queue->under_way, 1);
	now = *(volatile __u64 *)&queue->under_way;
	if (now > queue->most)
		queue->most = now;
	if (now < disk->places || !disk->places)
		return;
	bump(&queue->last, 1);
	bump(&queue->waited, waited);
}

static __always_inline void queue_leave(struct xt_queue *queue)
{
	if (queue)
		bump(&queue->under_way, -1);
}

/* The first wait path of a disk's requests of one operation. */
static __always_inline __u32 request_path(const struct xt_disk *disk, __u8 op)
{
	if (!disk)
		return cfg_blk_base + op * XT_LEGS_COMMON;
	return disk->paths + op * (disk->flags & XT_DISK_RING ? XT_LEG_NR : XT_LEGS_COMMON);
}

#endif

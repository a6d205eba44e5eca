/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Where kernels differ: each accessor names the change and the first version that has it. */
#ifndef XT_COMPAT_BPF_H
#define XT_COMPAT_BPF_H

#include "vmlinux.h"
#include <bpf/bpf_core_read.h>

/*
 * f3fa33acca9f ("block: remove the ->rq_disk field in struct request"), 5.17: the disk is found
 * through the queue, which has it since d152c682f03c (5.15).
 */
struct request___old {
	struct gendisk *rq_disk;
} __attribute__((preserve_access_index));

static __always_inline struct gendisk *rq_disk(struct request *rq)
{
	struct request___old *old = (void *)rq;

	if (bpf_core_field_exists(old->rq_disk))
		return old->rq_disk;
	return rq->q->disk;
}

/*
 * 5f89154e8e9e ("block: Use enum to define RQF_x bit indexes"), 6.11: request flags became an
 * enum and were renumbered; before, RQF_FLUSH_SEQ was bit 4. The enum had no name at first, so
 * CO-RE cannot find it: the loader does.
 */
const volatile __u32 cfg_flush_seq_bit = 4;

static __always_inline bool rq_in_flush(struct request *rq)
{
	return rq->rq_flags & (1u << cfg_flush_seq_bit);
}

/*
 * a54895fa057c ("block: remove the request_queue to argument request based tracepoints"), 5.11
 * and in the 5.10 stable series: before, block_rq_issue, _insert and _requeue had the queue
 * first. The loader counts the arguments in BTF, versions prove nothing.
 */
const volatile bool cfg_rq_second;

static __always_inline struct request *tp_request(__u64 *ctx)
{
	return (void *)(cfg_rq_second ? ctx[1] : ctx[0]);
}

#endif

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Disk requests, in legs. Every disk has queue, device and completion from tracepoints alone;
 * the functions tell submit, handler and finish apart, and why blkfront refuses one (DESIGN §6.2-6.4).
 */
#include "vmlinux.h"
#include <bpf/bpf_tracing.h>
#include "legs.bpf.h"
#include "submit.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/*
 * The slot of a request is another's, and its end was not seen: the kernel does not run a program
 * that already runs on that CPU, as when an interrupt that ends a request comes into a softirq that
 * ends one. What the driver completed has ended; when, is known but for the last leg.
 */
static __noinline void end_missed(struct xt_cpu *cpu, struct xt_request *r)
{
	const struct stolen unknown = {};

	if (!r->completed) {
		cpu_lost(cpu, XT_LOST_OVERWRITTEN);
		return;
	}
	cpu_lost(cpu, XT_NOTE_END_MISSED);
	request_add(cpu, r, r->completed, &unknown);
}

/*
 * block/blk-mq.c:blk_mq_start_request(), called first thing in a driver's queue_rq: so a request
 * that finds the ring full is issued, requeued, and issued again.
 */
SEC("?tp_btf/block_rq_issue")
int xt_rq_issue(__u64 *ctx)
{
	struct request *rq = tp_request(ctx);
	struct xt_cpu *cpu = cpu_enter(XT_P_RQ_ISSUE);
	struct xt_request *r;
	struct xt_disk *disk;
	__u64 now, queued;
	__u8 was;
	__u32 at;

	if (!cpu)
		return 0;
	disk = disk_find(rq);
	issuing_set(cpu, disk);
	if (disk_ignored(disk))
		return 0;
	at = request_at(rq, disk);
	r = request_get(at);
	if (!r) {
		cpu_lost(cpu, XT_LOST_NO_SLOT);
		return 0;
	}
	now = bpf_ktime_get_ns();
	cpu->issuing = at;
	cpu->issued_at = now;
	if (cpu->batching)
		batch_add(cpu, at, now);
	if (r->state >= XT_RQ_REQUEUED && r->rq == (__u64)rq) {
		request_retry(r, now);
		return 0;
	}
	was = r->state;
	if (was != XT_RQ_FREE)
		end_missed(cpu, r);
	if (!disk)
		cpu_lost(cpu, XT_NOTE_OTHER_DISK);
	/* 0 without iostats; may be a little late: the kernel caches it per plug since 6.9 */
	queued = rq->start_time_ns;
	r->queued = queued && queued < now ? queued : now;
	r->issued = r->reissued = now;
	r->submitted = r->irq = r->completed = 0;
	r->op = request_op(rq);
	r->disk = disk ? disk->slot : 0;
	r->path = request_path(disk, r->op);
	r->cpu = cpu->nr;
	issuer_set(r);
	stolen_start(r);
	r->rq = (__u64)rq;
	r->state = XT_RQ_ISSUED;
	bump(&cpu->count[XT_COUNT_STARTED], 1);
	/* one that was overwritten has left its place */
	if (was == XT_RQ_FREE)
		queue_enter(queue_of(rq, disk), disk, now - r->queued);
	return 0;
}

SEC("?tp_btf/block_rq_requeue")
int xt_rq_requeue(__u64 *ctx)
{
	struct request *rq = tp_request(ctx);
	struct xt_cpu *cpu = cpu_enter(XT_P_RQ_REQUEUE);
	struct xt_request *r;

	if (!cpu)
		return 0;
	r = request_get(request_at(rq, disk_find(rq)));
	if (r && r->rq == (__u64)rq && r->state == XT_RQ_ISSUED)
		r->state = XT_RQ_REQUEUED;
	return 0;
}

/*
 * The driver hands the request back. The interrupt's stamp is this CPU's, the end may come on
 * another: copy it now. Some drivers call the outer function, some the inner, some compilers
 * inline it: the first one counts.
 */
static __always_inline int mq_complete(struct request *rq, enum xt_probe probe)
{
	struct xt_cpu *cpu = cpu_enter(probe);
	struct xt_request *r;
	struct xt_disk *disk;

	if (!cpu)
		return 0;
	disk = disk_find(rq);
	/* whose interrupt it is, is learned of disks that nobody asked for, too */
	if (disk && disk->flags & XT_DISK_IGNORED && cpu->irq_start)
		cpu->irq_disk = disk->slot;
	r = request_get(request_at(rq, disk));
	if (!r || r->rq != (__u64)rq || r->state != XT_RQ_ISSUED || r->completed)
		return 0;
	r->irq = cpu->irq_start;
	if (r->irq)
		cpu->irq_disk = r->disk;
	r->completed = bpf_ktime_get_ns();
	return 0;
}

SEC("?fentry/blk_mq_complete_request")
int BPF_PROG(xt_mq_complete, struct request *rq)
{
	return mq_complete(rq, XT_P_MQ_COMPLETE);
}

SEC("?fentry/blk_mq_complete_request_remote")
int BPF_PROG(xt_mq_remote, struct request *rq)
{
	return mq_complete(rq, XT_P_MQ_REMOTE);
}

/*
 * A request ended that was never issued: it began before tracing did, or it is an empty flush,
 * a write without data, which only waits for flush requests to the device (block/blk-flush.c)
 * and which the kernel's statistics count all the same.
 */
static __always_inline void unissued_end(struct xt_cpu *cpu, struct request *rq,
					 const struct xt_disk *disk, __u64 now)
{
	__u64 queued = rq->start_time_ns;
	struct xt_request sync = { .op = XT_OP_SYNC, .queued = queued };

	if (!queued || queued < tracing_since()) {
		cpu_lost(cpu, XT_NOTE_PREEXISTING);
	} else if (request_op(rq) == XT_OP_WRITE && !rq->nr_phys_segments) {
		sync.disk = disk ? disk->slot : 0;
		sync.path = request_path(disk, XT_OP_SYNC);
		bump(&cpu->count[XT_COUNT_STARTED], 1);
		request_end(cpu, &sync, now);
	} else {
		cpu_lost(cpu, XT_LOST_NO_START);
	}
}

/*
 * A request ended, all of it. One in a flush sequence ends a second time, without RQF_FLUSH_SEQ,
 * after the flush that follows it: that end is the one that its issuer waits for.
 */
static __always_inline int rq_end(struct request *rq, enum xt_probe probe)
{
	struct xt_cpu *cpu = cpu_enter(probe);
	struct xt_request *r;
	struct xt_disk *disk;
	__u64 now;

	if (!cpu)
		return 0;
	disk = disk_find(rq);
	if (disk_ignored(disk))
		return 0;
	r = request_get(request_at(rq, disk));
	if (!r) {
		cpu_lost(cpu, XT_LOST_NO_SLOT);
		return 0;
	}
	now = bpf_ktime_get_ns();
	if (r->rq != (__u64)rq || r->state == XT_RQ_FREE) {
		if (!rq_in_flush(rq))
			unissued_end(cpu, rq, disk, now);
		return 0;
	}
	if (r->op != XT_OP_FLUSH && rq_in_flush(rq)) {
		if (!r->completed)
			r->completed = now;
		return 0;
	}
	request_end(cpu, r, now);
	r->state = XT_RQ_FREE;
	queue_leave(queue_of(rq, disk));
	return 0;
}

static __always_inline int rq_part(struct request *rq, enum xt_probe probe)
{
	struct xt_cpu *cpu = cpu_enter(probe);

	if (cpu && !disk_ignored(disk_find(rq)))
		cpu_lost(cpu, XT_NOTE_PARTIAL);
	return 0;
}

/*
 * Requests that the kernel does not always stamp, and so does not account as done: the flush
 * request of a queue (unless wbt wants its statistics) and passthrough.
 */
static __always_inline bool rq_unstamped(struct request *rq)
{
	__u32 op = rq->cmd_flags & REQ_OP_MASK;

	return op == REQ_OP_FLUSH || op >= REQ_OP_DRV_IN;
}

/*
 * Where a request ends; the loader attaches one of three. Best is where the kernel's statistics
 * end it, block/blk-mq.c:blk_account_io_done(), after its bios were completed: block_io_done since
 * 6.5 (5a80bd075f3b), with block_rq_complete for requests that do not come by there.
 */
SEC("?tp_btf/block_io_done")
int BPF_PROG(xt_io_done, struct request *rq)
{
	return rq_unstamped(rq) ? 0 : rq_end(rq, XT_P_IO_DONE);
}

SEC("?tp_btf/block_rq_complete")
int xt_rq_unstamped(__u64 *ctx)
{
	struct request *rq = (void *)ctx[0];
	__u32 bytes = ctx[2];

	if (!rq_unstamped(rq))
		return 0;
	return bytes < rq->__data_len ? rq_part(rq, XT_P_RQ_UNSTAMPED)
				      : rq_end(rq, XT_P_RQ_UNSTAMPED);
}

/* Before 6.5, the same place: bios are completed; true means that a part of it is left. */
SEC("?fexit/blk_update_request")
int BPF_PROG(xt_rq_update, struct request *rq, int error, unsigned int bytes, int left)
{
	/* a bool: the low byte */
	return left & 0xff ? rq_part(rq, XT_P_RQ_UPDATE) : rq_end(rq, XT_P_RQ_UPDATE);
}

/*
 * Everywhere, batched completions included, but before the bios are completed, and before the
 * bytes are taken off: all that is left has to be in this part.
 */
SEC("?tp_btf/block_rq_complete")
int xt_rq_complete(__u64 *ctx)
{
	struct request *rq = (void *)ctx[0];
	__u32 bytes = ctx[2];

	return bytes < rq->__data_len ? rq_part(rq, XT_P_RQ_COMPLETE)
				      : rq_end(rq, XT_P_RQ_COMPLETE);
}

XT_SUBMIT_PROGS(xt_blkif, XT_P_BLKIF_QUEUE, blkif_queue_rq, true)
XT_SUBMIT_PROGS(xt_virtio, XT_P_VIRTIO_QUEUE, virtio_queue_rq, true)
XT_SUBMIT_PROGS(xt_nvme, XT_P_NVME_QUEUE, nvme_queue_rq, true)
XT_SUBMIT_PROGS(xt_ahci, XT_P_AHCI_ISSUE, ahci_qc_issue, false)
XT_SUBMIT_PROGS(xt_bmdma, XT_P_BMDMA_ISSUE, ata_bmdma_qc_issue, false)

#define XT_BATCH_PROGS(name, probe, function) \
	XT_TIMED_PROGS(name, function, batch_enter(probe), batch_exit(probe))

XT_BATCH_PROGS(xt_virtios, XT_P_VIRTIO_BATCH, virtio_queue_rqs)
XT_BATCH_PROGS(xt_nvmes, XT_P_NVME_BATCH, nvme_queue_rqs)

/*
 * drivers/xen/grant-table.c: called by a frontend that found no grant references, inside
 * blkif_queue_rq() with interrupts off. Rare, and that it was called is all there is to know.
 */
static __always_inline int grants_short(void)
{
	struct xt_cpu *cpu = cpu_enter(XT_P_GRANTS);

	if (cpu)
		cpu->no_grants = 1;
	return 0;
}

SEC("?fentry/gnttab_request_free_callback")
int xt_grants_fe(void *ctx)
{
	return grants_short();
}

SEC("?kprobe/gnttab_request_free_callback")
int xt_grants_kp(void *ctx)
{
	return grants_short();
}

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Disk requests, in legs. Tracepoints alone give every disk the legs queue and device. Functions
 * tell submit, handler and finish apart, and why blkfront refuses a request. The stamps are our
 * own: the kernel rewrites its own at every issue, or caches them for a plug.
 */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>
#include "frame.bpf.h"
#include "legs.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

const volatile struct xt_blk_config config;

XT_FAMILY_CPU(blk)

XT_SHARED_ARRAY(xt_disks, struct xt_disk);
XT_SHARED_ARRAY(xt_requests, struct xt_request);
XT_SHARED_ARRAY(xt_disk_queues, struct xt_disk_queue); /* by disk's first + hardware queue */

/* include/linux/blk_types.h */
#define BLK_STS_OK	     0
#define BLK_STS_DEV_RESOURCE 13

#define MINORBITS 20

static __always_inline struct xt_issuing *issuing_of(struct xt_cpu *cpu)
{
	return (struct xt_issuing *)&cpu->carried;
}

_Static_assert(sizeof(struct xt_issuing) <= sizeof(struct xt_carried), "it goes with the task");

/* Where kernels differ. */

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
static __always_inline bool rq_in_flush(struct request *rq)
{
	return rq->rq_flags & (1u << config.flush_seq_bit);
}

/*
 * a54895fa057c ("block: remove the request_queue to argument request based tracepoints"), 5.11
 * and in the 5.10 stable series: before, block_rq_issue, _insert and _requeue had the queue
 * first. The loader counts the arguments in BTF, versions prove nothing.
 */
static __always_inline struct request *tp_request(__u64 *ctx)
{
	return (void *)(config.rq_second ? ctx[1] : ctx[0]);
}

static __always_inline struct xt_disk *disk_at(__u32 dev)
{
	struct xt_disk *entry;
	__u32 at, i;

#pragma unroll
	for (i = 0; i < XT_DISK_PROBES; i++) {
		at = (xt_disk_hash(dev, config.disk_bits) + i) & ((1u << config.disk_bits) - 1);
		entry = bpf_map_lookup_elem(&xt_disks, &at);
		if (!entry || !entry->dev)
			return NULL;
		if (entry->dev == dev)
			return entry;
	}
	return NULL;
}

/* The bytes behind the name's end are garbage on 5.10: they are not read. */
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
	return entry || !config.disks_named ? entry : disk_by_name(disk);
}

/* Whether this disk is not traced. Where disks are named by -D, one that is in no table was not. */
static __always_inline bool disk_ignored(const struct xt_disk *disk)
{
	return disk ? disk->flags & XT_DISK_IGNORED : config.disks_some;
}

/*
 * The slot of a request of an unknown disk, shared with other such disks. It is made of numbers,
 * since the verifier allows no arithmetic on the bits of a pointer.
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
 * A request's slot + 1, 0 for none: its disk's first + hardware queue * per_queue + tag. The
 * scheduler's tag is preferred, since the driver's tag is given back when a request is requeued. A
 * flush request borrows the tag of a request that waits for it; there is one a queue, and it has
 * the queue's last slot. Unknown disks share XT_OTHER_REQUESTS slots.
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
static __always_inline struct xt_disk_queue *queue_of(struct request *rq,
						      const struct xt_disk *disk)
{
	__u32 at;

	if (!disk)
		return NULL;
	at = disk->first_queue + rq->mq_hctx->queue_num;
	return bpf_map_lookup_elem(&xt_disk_queues, &at);
}

static __always_inline void queue_enter(struct xt_disk_queue *queue, const struct xt_disk *disk,
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

static __always_inline void queue_leave(struct xt_disk_queue *queue)
{
	if (queue)
		bump(&queue->under_way, -1);
}

/* The first wait path of a disk's requests of one operation. */
static __always_inline __u32 request_path(const struct xt_disk *disk, __u8 op)
{
	if (!disk)
		return config.other_path + op * XT_LEGS_COMMON;
	return disk->paths + op * (disk->flags & XT_DISK_RING ? XT_LEG_NR : XT_LEGS_COMMON);
}

/*
 * A request of this disk is issued here; NULL: a driver's function begins, and the disk is not
 * known yet. The slot is found later.
 */
static __always_inline void issuing_set(struct xt_cpu *cpu, const struct xt_disk *disk)
{
	struct xt_issuing *issuing = issuing_of(cpu);

	issuing->request = 0;
	if (disk)
		issuing->disk = disk->slot | (__u64)disk->flags << XT_ISSUING_FLAGS;
	else
		issuing->disk = config.disks_some ? XT_DISK_IGNORED << XT_ISSUING_FLAGS : 0;
}

/*
 * A driver's function that gives a request to its device. A frame measures its CPU time, and its
 * exit ends the submit leg of the request that it issued. It reads no arguments: block_rq_issue ran
 * on this CPU and left the request's slot.
 */
static __always_inline int submit_enter(void *ctx, enum xt_probe probe, bool issues)
{
	struct xt_cpu *cpu = cpu_enter(probe);
	__u32 stack;

	if (!cpu)
		return 0;
	if (issues) {
		issuing_set(cpu, NULL);
		issuing_of(cpu)->no_grants = 0;
	}
	stack = stack_here(ctx, cpu);
	frame_open(cpu, probe, bpf_ktime_get_ns(), stack);
	return 0;
}

/*
 * What became of the request that the driver's function issued. blkfront refuses it when its ring
 * is full, or when it has no grant references left; then it asks to be told of new ones
 * (drivers/block/xen-blkfront.c:blkif_queue_rw_req). It also refuses while it is not connected,
 * which counts as ring full. Disk "other" has no legs for these causes.
 */
static __always_inline void submitted(const struct xt_issuing *issuing, struct xt_request *r,
				      enum xt_probe probe, int ret, __u64 now)
{
	/* the request may have ended on another CPU, and the slot be another request's */
	if (r->state != XT_RQ_ISSUED || r->reissued != issuing->issued)
		return;
	if (ret == BLK_STS_OK)
		r->submitted = now;
	else if (probe == XT_P_BLKIF_QUEUE && ret == BLK_STS_DEV_RESOURCE && r->disk)
		r->state = issuing->no_grants ? XT_RQ_NO_GRANTS : XT_RQ_NO_RING;
}

/* The CPU time of the function belongs to the disk whose request it issued. */
static __always_inline void submit_record(struct xt_cpu *cpu, const struct closed *closed)
{
	__u64 disk = issuing_of(cpu)->disk, flags = disk >> XT_ISSUING_FLAGS;

	issuing_set(cpu, NULL);
	if (flags & XT_DISK_IGNORED)
		return;
	frame_record(cpu, config.submit_path + (__u16)disk, closed, flags & XT_DISK_EMULATED);
}

static __always_inline int submit_exit(enum xt_probe probe, int ret)
{
	struct xt_cpu *cpu = cpu_enter(probe);
	struct xt_request *r;
	struct closed closed;
	__u64 now;

	if (!cpu)
		return 0;
	now = bpf_ktime_get_ns();
	if (!frame_close(cpu, probe, now, &closed))
		return 0;
	r = request_get(issuing_of(cpu)->request);
	if (r)
		submitted(issuing_of(cpu), r, probe, ret, now);
	submit_record(cpu, &closed);
	return 0;
}

/*
 * A driver's function that takes several requests at once: all of them are submitted when it
 * returns. Those that it could not take were never issued, or were requeued. If the task was
 * preempted in it, its requests can no longer be told from those of other tasks.
 */
static __always_inline bool batch_is_whole(const struct xt_cpu *cpu, const struct xt_blk_cpu *blk)
{
	return blk->batching && blk->switches == switches_seen(cpu);
}

static __always_inline void batch_add(struct xt_cpu *cpu, struct xt_blk_cpu *blk, __u32 at,
				      __u64 now)
{
	__u64 nr = blk->nr_batch;
	struct xt_issue *issue;

	if (!batch_is_whole(cpu, blk))
		return;
	if (nr >= XT_BATCH) {
		cpu_lost(cpu, XT_NOTE_BATCH);
		return;
	}
	issue = element(blk->batch, nr);
	issue->at = at;
	issue->issued = now;
	blk->nr_batch = nr + 1;
}

/* Forget the batch. A note counts the requests of one that was cut short. */
static __always_inline void batch_end(struct xt_cpu *cpu, struct xt_blk_cpu *blk)
{
	if (blk->batching && !batch_is_whole(cpu, blk))
		bump(&cpu->loss[XT_NOTE_BATCH], blk->nr_batch);
	blk->batching = 0;
}

static __always_inline int batch_enter(void *ctx, enum xt_probe probe)
{
	struct xt_cpu *cpu;
	__u32 stack;
	struct xt_blk_cpu *blk = blk_enter(probe, &cpu);

	if (!blk)
		return 0;
	issuing_set(cpu, NULL);
	batch_end(cpu, blk);
	blk->nr_batch = 0;
	blk->switches = switches_seen(cpu);
	blk->batching = 1;
	stack = stack_here(ctx, cpu);
	frame_open(cpu, probe, bpf_ktime_get_ns(), stack);
	return 0;
}

static __always_inline int batch_exit(enum xt_probe probe)
{
	struct xt_cpu *cpu;
	struct xt_blk_cpu *blk = blk_enter(probe, &cpu);
	const struct xt_issue *issue;
	struct xt_request *r;
	struct closed closed;
	__u64 now, nr;
	__u32 i;

	if (!blk)
		return 0;
	now = bpf_ktime_get_ns();
	nr = batch_is_whole(cpu, blk) ? blk->nr_batch : 0;
	batch_end(cpu, blk);
	if (!frame_close(cpu, probe, now, &closed))
		return 0;
	for (i = 0; i < XT_BATCH; i++) {
		if (i >= nr)
			break;
		issue = element(blk->batch, i);
		r = request_get(issue->at);
		if (!r || r->state != XT_RQ_ISSUED || r->reissued != issue->issued)
			continue;
		r->submitted = now;
	}
	submit_record(cpu, &closed);
	return 0;
}

/*
 * The slot holds another request, whose end was not seen. That happens when a program is skipped
 * because it runs on that CPU already: an interrupt ends a request while a softirq ends one. If the
 * driver had completed the request, it has ended; only its last leg is unknown.
 */
static __noinline void end_missed(struct xt_cpu *cpu, struct xt_blk_cpu *blk, struct xt_request *r)
{
	const struct stolen unknown = {};

	if (!r->completed) {
		cpu_lost(cpu, XT_LOST_OVERWRITTEN);
		return;
	}
	cpu_lost(cpu, XT_NOTE_END_MISSED);
	if (is_counted(r)) {
		counted_end(cpu, blk, r);
		return;
	}
	request_add(cpu, blk, r, r->completed, &unknown);
}

/* What a slot says of its request from the first issue on; it is counted, and not followed. */
static __always_inline void request_start(struct xt_cpu *cpu, struct xt_blk_cpu *blk,
					  struct xt_request *r, struct request *rq,
					  const struct xt_disk *disk)
{
	if (!disk)
		cpu_lost(cpu, XT_NOTE_OTHER_DISK);
	/* 0 without iostats; may be a little late: the kernel caches it per plug since 6.9 */
	r->queued = rq->start_time_ns;
	r->issued = r->reissued = 0;
	r->submitted = r->irq = r->completed = 0;
	r->op = request_op(rq);
	r->disk = disk ? disk->slot : 0;
	r->path = request_path(disk, r->op);
	r->rq = (__u64)rq;
	owner_issue(cpu, r, rq);
	r->state = XT_RQ_COUNTED;
	bump(&blk->started, 1);
}

/*
 * Read each time: of one value in a register that is compared again and again, the verifier would
 * follow what comes after for each outcome.
 */
static __always_inline __u8 state_of(const struct xt_request *r)
{
	return *(const volatile __u8 *)&r->state;
}

static __always_inline bool is_unasked(const struct xt_request *r)
{
	return config.who.only &&
	       (state_of(r) == XT_RQ_UNASKED || state_of(r) == XT_RQ_UNASKED_REQUEUED);
}

/* Another's than who is asked for: what a slot says of it, and its place in the queue. */
static __always_inline void unasked_start(struct xt_cpu *cpu, struct xt_blk_cpu *blk,
					  struct xt_request *r, struct request *rq,
					  const struct xt_disk *disk)
{
	issuing_of(cpu)->disk = XT_DISK_IGNORED << XT_ISSUING_FLAGS;
	blk->left_out++; /* a plain add: it is in no sum */
	r->rq = (__u64)rq;
	r->op = request_op(rq);
	r->disk = disk ? disk->slot : 0;
	r->completed = r->inserted = 0;
	if (state_of(r) == XT_RQ_FREE)
		queue_enter(queue_of(rq, disk), disk, 0);
	r->state = XT_RQ_UNASKED;
}

/* It is followed from its issue at `now` on. */
static __always_inline void request_follow(struct xt_cpu *cpu, struct xt_request *r, __u64 now)
{
	__u64 queued = r->queued;

	r->queued = queued && queued < now ? queued : now;
	r->issued = r->reissued = now;
	r->cpu = cpu->nr;
	issuer_set(r);
	stolen_start(r);
	r->state = XT_RQ_ISSUED;
}

/*
 * Who issues this request. Inside a driver's function its caller is known already, unless an interrupt
 * or a softirq came between, which has a frame of its own.
 */
static __always_inline void issue_stack(void *ctx, struct xt_cpu *cpu, struct xt_request *r)
{
	const struct xt_frame *outer;

	if (!xt_stacks_asked)
		return;
	outer = frame_below(cpu, cpu->depth);
	r->stack = outer && outer->stack ? outer->stack : stack_here(ctx, cpu);
}

/* The request in this slot is issued at `now`: the driver's function that does it finds it there. */
static __always_inline void issue_note(struct xt_cpu *cpu, struct xt_blk_cpu *blk, __u32 at,
				       __u64 now)
{
	issuing_of(cpu)->request = at;
	issuing_of(cpu)->issued = now;
	batch_add(cpu, blk, at, now);
}

/*
 * block/blk-mq.c:blk_mq_start_request(), which drivers call at the beginning of queue_rq. So a
 * request that finds the ring full is issued, requeued, and issued again. Here it is chosen which
 * requests are followed; of the others no clock is read.
 */
SEC("?tp_btf/block_rq_issue")
int xt_rq_issue(__u64 *ctx)
{
	struct request *rq = tp_request(ctx);
	struct xt_cpu *cpu;
	struct xt_blk_cpu *blk = blk_enter(XT_P_RQ_ISSUE, &cpu);
	struct xt_request *r;
	struct xt_disk *disk;
	__u32 at, rate;
	__u64 now;
	__u8 was;

	if (!blk)
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
	if (state_of(r) >= XT_RQ_REQUEUED && r->rq == (__u64)rq) {
		now = bpf_ktime_get_ns();
		issue_note(cpu, blk, at, now);
		request_retry(r, now);
		return 0;
	}
	if (state_of(r) == XT_RQ_COUNTED_REQUEUED && r->rq == (__u64)rq) {
		r->completed = 0; /* that was the attempt before */
		r->state = XT_RQ_COUNTED;
		return 0;
	}
	if (is_unasked(r) && state_of(r) == XT_RQ_UNASKED_REQUEUED && r->rq == (__u64)rq) {
		issuing_of(cpu)->disk = XT_DISK_IGNORED << XT_ISSUING_FLAGS;
		r->completed = 0;
		r->state = XT_RQ_UNASKED;
		return 0;
	}
	was = state_of(r);
	if (was != XT_RQ_FREE && !is_unasked(r))
		end_missed(cpu, blk, r);
	if (!is_asked(cpu, r, rq)) {
		unasked_start(cpu, blk, r, rq, disk);
		return 0;
	}
	request_start(cpu, blk, r, rq, disk);
	rate = rate_of(XT_RATE_REQUESTS);
	now = r->queued;
	if (is_followed(&blk->seq, rate)) {
		issue_stack(ctx, cpu, r);
		now = bpf_ktime_get_ns();
		issue_note(cpu, blk, at, now);
		request_follow(cpu, r, now);
	} else {
		/* a plain add, as of runs: only the own cost is made of it */
		blk->counted++;
	}
	/* an overwritten request has left its place in the queue to this one */
	if (was == XT_RQ_FREE)
		queue_enter(queue_of(rq, disk), disk, (now - r->queued) << rate);
	return 0;
}

/*
 * Loaded where owners are asked for. A request that is inserted again, since its driver gave it back,
 * has its owner.
 */
SEC("?tp_btf/block_rq_insert")
int xt_rq_insert(__u64 *ctx)
{
	struct request *rq = tp_request(ctx);
	struct xt_cpu *cpu = cpu_enter(XT_P_RQ_INSERT);
	struct xt_request *r;

	if (!cpu)
		return 0;
	r = request_get(request_at(rq, disk_find(rq)));
	if (r && (r->state == XT_RQ_FREE || r->rq != (__u64)rq))
		owner_insert(cpu, r, rq);
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
	if (!r || r->rq != (__u64)rq)
		return 0;
	if (r->state == XT_RQ_ISSUED)
		r->state = XT_RQ_REQUEUED;
	else if (r->state == XT_RQ_COUNTED)
		r->state = XT_RQ_COUNTED_REQUEUED;
	else if (r->state == XT_RQ_UNASKED)
		r->state = XT_RQ_UNASKED_REQUEUED;
	return 0;
}

/*
 * The driver has completed the request. The interrupt's stamp is of this CPU, and the request may
 * end on another one: so it is copied now. Some drivers call the outer function, some the inner
 * one, and compilers may inline it: the first call counts.
 */
static __always_inline int mq_complete(struct request *rq, enum xt_probe probe)
{
	struct xt_cpu *cpu = cpu_enter(probe);
	struct xt_request *r;
	struct xt_disk *disk;

	if (!cpu)
		return 0;
	disk = disk_find(rq);
	/* interrupts get the names of disks that are not traced, too */
	if (disk && disk->flags & XT_DISK_IGNORED && interrupt_began(cpu))
		interrupt_serves(cpu, disk->slot);
	r = request_get(request_at(rq, disk));
	if (!r || r->rq != (__u64)rq || r->completed)
		return 0;
	if (interrupt_began(cpu))
		interrupt_serves(cpu, r->disk);
	if (r->state == XT_RQ_COUNTED)
		r->completed = 1; /* when, nobody asks */
	if (r->state != XT_RQ_ISSUED)
		return 0;
	r->irq = interrupt_began(cpu);
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
 * A request ended whose issue was not seen. It may have begun before tracing. Or it is an empty flush:
 * a write without data that waits for flush requests to the device (block/blk-flush.c), and that
 * the kernel's statistics count. Or the kernel left the program out at its issue, since that ran on
 * that CPU already, in a task that was preempted: since 7.0 tracepoints can be. An unknown disk's
 * may have lost its slot to another one, and is counted as overwritten then.
 */
static __always_inline void unissued_end(struct xt_cpu *cpu, struct xt_blk_cpu *blk,
					 struct request *rq, const struct xt_disk *disk, __u64 now)
{
	__u64 queued = rq->start_time_ns;
	bool sync = request_op(rq) == XT_OP_WRITE && !rq->nr_phys_segments;
	struct xt_request r = { .op = sync ? XT_OP_SYNC : request_op(rq), .queued = queued };

	if (!queued || queued < tracing_since()) {
		cpu_lost(cpu, XT_NOTE_PREEXISTING);
		return;
	}
	/* nobody issues an empty flush; of others it is not known whether they are asked for */
	if (sync && config.who.only) {
		blk->left_out++;
		return;
	}
	if (!sync && (!disk || config.who.only)) {
		cpu_lost(cpu, XT_LOST_NO_START);
		return;
	}
	r.disk = disk ? disk->slot : 0;
	r.path = request_path(disk, r.op);
	bump(&blk->started, 1);
	if (sync) {
		request_end(cpu, blk, &r, now);
	} else {
		cpu_lost(cpu, XT_NOTE_START_MISSED);
		r.state = XT_RQ_COUNTED; /* it has no legs */
		counted_end(cpu, blk, &r);
	}
}

static __always_inline void unasked_end(struct xt_request *r, struct request *rq,
					const struct xt_disk *disk)
{
	r->state = XT_RQ_FREE;
	queue_leave(queue_of(rq, disk));
}

/*
 * A whole request ended. One in a flush sequence ends a second time, without RQF_FLUSH_SEQ, after
 * the flush that follows it: its issuer waits for that second end.
 */
static __always_inline int rq_end(struct request *rq, enum xt_probe probe)
{
	struct xt_cpu *cpu;
	struct xt_blk_cpu *blk = blk_enter(probe, &cpu);
	struct xt_request *r;
	bool ours, counted;
	struct xt_disk *disk;
	__u64 now;

	if (!blk)
		return 0;
	disk = disk_find(rq);
	if (disk_ignored(disk))
		return 0;
	r = request_get(request_at(rq, disk));
	if (!r) {
		cpu_lost(cpu, XT_LOST_NO_SLOT);
		return 0;
	}
	ours = r->rq == (__u64)rq && r->state != XT_RQ_FREE;
	if (ours && is_unasked(r)) {
		if (r->op == XT_OP_FLUSH || !rq_in_flush(rq))
			unasked_end(r, rq, disk);
		return 0;
	}
	counted = ours && is_counted(r);
	now = counted ? 1 : bpf_ktime_get_ns();
	if (!ours) {
		if (!rq_in_flush(rq))
			unissued_end(cpu, blk, rq, disk, now);
		return 0;
	}
	if (r->op != XT_OP_FLUSH && rq_in_flush(rq)) {
		if (!r->completed)
			r->completed = now;
		return 0;
	}
	if (counted)
		counted_end(cpu, blk, r);
	else
		request_end(cpu, blk, r, now);
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
 * Requests that the kernel does not always stamp, and then does not account as done: passthrough,
 * and a queue's flush request, unless wbt wants its statistics.
 */
static __always_inline bool rq_unstamped(struct request *rq)
{
	__u32 op = rq->cmd_flags & REQ_OP_MASK;

	return op == REQ_OP_FLUSH || op >= REQ_OP_DRV_IN;
}

/*
 * Where a request ends; the loader attaches one of three. The best is where the kernel's statistics
 * end it: block/blk-mq.c:blk_account_io_done(), after its bios were completed. block_io_done is
 * there since 6.5 (5a80bd075f3b); block_rq_complete serves requests that do not pass it.
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

/*
 * Before 6.5, the same place: the bios are completed. It returns true when a part of the request is
 * left.
 */
SEC("?fexit/blk_update_request")
int BPF_PROG(xt_rq_update, struct request *rq, int error, unsigned int bytes, int left)
{
	/* a bool: the low byte */
	return left & 0xff ? rq_part(rq, XT_P_RQ_UPDATE) : rq_end(rq, XT_P_RQ_UPDATE);
}

/*
 * The hook that every kernel has, for batched completions too. It comes before the bios are
 * completed and before the bytes are subtracted: so this part is the last one if it has all bytes
 * that are left.
 */
SEC("?tp_btf/block_rq_complete")
int xt_rq_complete(__u64 *ctx)
{
	struct request *rq = (void *)ctx[0];
	__u32 bytes = ctx[2];

	return bytes < rq->__data_len ? rq_part(rq, XT_P_RQ_COMPLETE)
				      : rq_end(rq, XT_P_RQ_COMPLETE);
}

/*
 * fentry and fexit, or kprobe and kretprobe where the module has no BTF. `issues`: the function
 * itself starts the request; libata's are called after the SCSI layer did.
 */
#define XT_SUBMIT_PROGS(name, probe, function, issues)                                          \
	SEC("?fentry/" #function)                                                               \
	int name##_fe(void *ctx)                                                                \
	{                                                                                       \
		return submit_enter(ctx, probe, issues);                                        \
	}                                                                                       \
	SEC("?fexit/" #function)                                                                \
	int name##_fx(__u64 *ctx)                                                               \
	{                                                                                       \
		return submit_exit(probe,                                                       \
				   (int)ctx[XT_SUBMIT_ARGS_##issues] & XT_SUBMIT_RET_##issues); \
	}                                                                                       \
	SEC("?kprobe/" #function)                                                               \
	int name##_kp(struct pt_regs *ctx)                                                      \
	{                                                                                       \
		return submit_enter(ctx, probe, issues);                                        \
	}                                                                                       \
	SEC("?kretprobe/" #function)                                                            \
	int name##_kr(struct pt_regs *ctx)                                                      \
	{                                                                                       \
		return submit_exit(probe, (int)PT_REGS_RC(ctx) & XT_SUBMIT_RET_##issues);       \
	}

/* queue_rq(hctx, bd) and qc_issue(qc): fexit finds the result behind the arguments */
#define XT_SUBMIT_ARGS_true  2
#define XT_SUBMIT_ARGS_false 1
/* blk_status_t has 8 bits; the register's upper bits are undefined */
#define XT_SUBMIT_RET_true  0xff
#define XT_SUBMIT_RET_false -1

XT_SUBMIT_PROGS(xt_blkif, XT_P_BLKIF_QUEUE, blkif_queue_rq, true)
XT_SUBMIT_PROGS(xt_virtio, XT_P_VIRTIO_QUEUE, virtio_queue_rq, true)
XT_SUBMIT_PROGS(xt_nvme, XT_P_NVME_QUEUE, nvme_queue_rq, true)
XT_SUBMIT_PROGS(xt_ahci, XT_P_AHCI_ISSUE, ahci_qc_issue, false)
XT_SUBMIT_PROGS(xt_bmdma, XT_P_BMDMA_ISSUE, ata_bmdma_qc_issue, false)

#define XT_BATCH_PROGS(name, probe, function) \
	XT_TIMED_PROGS(name, function, batch_enter(ctx, probe), batch_exit(probe))

XT_BATCH_PROGS(xt_virtios, XT_P_VIRTIO_BATCH, virtio_queue_rqs)
XT_BATCH_PROGS(xt_nvmes, XT_P_NVME_BATCH, nvme_queue_rqs)

/*
 * drivers/xen/grant-table.c: a front end that found no grant references calls it, inside
 * blkif_queue_rq() with interrupts off. It is rare, and all that matters is that it was called.
 */
static __always_inline int grants_short(void)
{
	struct xt_cpu *cpu = cpu_enter(XT_P_GRANTS);

	if (cpu)
		issuing_of(cpu)->no_grants = 1;
	return 0;
}

XT_ENTRY_PROGS(xt_grants, gnttab_request_free_callback, grants_short())

/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The submit leg: drivers' functions that give requests to a device, and their CPU time. */
#ifndef XT_SUBMIT_BPF_H
#define XT_SUBMIT_BPF_H

#include "request.bpf.h"

const volatile __u32 cfg_submit_base; /* cpu paths: one a disk */

/* include/linux/blk_types.h: unchanged since 4.16 */
#define BLK_STS_OK	     0
#define BLK_STS_DEV_RESOURCE 13

/* A request of this disk, of none known yet for NULL, is issued here; its slot is to be found. */
static __always_inline void issuing_set(struct xt_cpu *cpu, const struct xt_disk *disk)
{
	cpu->issuing = 0;
	if (disk)
		cpu->issuing_disk = disk->slot | (__u64)disk->flags << XT_ISSUING_FLAGS;
	else
		cpu->issuing_disk = cfg_disks_some ? XT_DISK_IGNORED << XT_ISSUING_FLAGS : 0;
}

/*
 * A driver's function that gives a request to its device: a frame for its CPU time, whose exit
 * ends the submit leg of the request that it issued. No arguments are needed: block_rq_issue ran
 * on this CPU and left the request's slot.
 */
static __always_inline int submit_enter(enum xt_probe probe, bool issues)
{
	struct xt_cpu *cpu = cpu_enter(probe);

	if (!cpu)
		return 0;
	if (issues) {
		issuing_set(cpu, NULL);
		cpu->no_grants = 0;
	}
	frame_open(cpu, probe, bpf_ktime_get_ns());
	return 0;
}

/*
 * What the driver's function made of the request that it issued. blkfront has no place when its
 * ring is full or when it has no grant references left, which it then asks to be told of
 * (drivers/block/xen-blkfront.c:blkif_queue_rw_req); and while it is not connected, which is here
 * called ring full too. Disk "other" has no legs for these causes.
 */
static __always_inline void submitted(const struct xt_cpu *cpu, struct xt_request *r,
				      enum xt_probe probe, int ret, __u64 now)
{
	/* it may have ended on another CPU by now, and its slot be another request's */
	if (r->state != XT_RQ_ISSUED || r->reissued != cpu->issued_at)
		return;
	if (ret == BLK_STS_OK)
		r->submitted = now;
	else if (probe == XT_P_BLKIF_QUEUE && ret == BLK_STS_DEV_RESOURCE && r->disk)
		r->state = cpu->no_grants ? XT_RQ_NO_GRANTS : XT_RQ_NO_RING;
}

/* The CPU time of a driver's function is the disk's whose request it issued. */
static __always_inline void submit_record(struct xt_cpu *cpu, const struct closed *closed)
{
	__u64 disk = cpu->issuing_disk, flags = disk >> XT_ISSUING_FLAGS;

	issuing_set(cpu, NULL);
	if (flags & XT_DISK_IGNORED)
		return;
	frame_record(cpu, cfg_submit_base + (__u16)disk, closed, flags & XT_DISK_EMULATED);
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
	r = request_get(cpu->issuing);
	if (r)
		submitted(cpu, r, probe, ret, now);
	submit_record(cpu, &closed);
	return 0;
}

/*
 * A driver's function that takes several requests at once: each is submitted when it returns.
 * Those that it could not take were never issued, or were requeued.
 */
static __always_inline void batch_add(struct xt_cpu *cpu, __u32 at, __u64 now)
{
	__u64 nr = cpu->nr_batch;
	struct xt_issue *issue;

	if (nr >= XT_BATCH) {
		cpu_lost(cpu, XT_NOTE_BATCH);
		return;
	}
	issue = element(cpu->batch, nr);
	issue->at = at;
	issue->issued = now;
	cpu->nr_batch = nr + 1;
}

static __always_inline int batch_enter(enum xt_probe probe)
{
	struct xt_cpu *cpu = cpu_enter(probe);

	if (!cpu)
		return 0;
	issuing_set(cpu, NULL);
	cpu->nr_batch = 0;
	cpu->batching = 1;
	frame_open(cpu, probe, bpf_ktime_get_ns());
	return 0;
}

static __always_inline int batch_exit(enum xt_probe probe)
{
	struct xt_cpu *cpu = cpu_enter(probe);
	const struct xt_issue *issue;
	struct xt_request *r;
	struct closed closed;
	__u64 now;
	__u32 i;

	if (!cpu)
		return 0;
	now = bpf_ktime_get_ns();
	cpu->batching = 0;
	if (!frame_close(cpu, probe, now, &closed))
		return 0;
	for (i = 0; i < XT_BATCH; i++) {
		if (i >= cpu->nr_batch)
			break;
		issue = element(cpu->batch, i);
		r = request_get(issue->at);
		if (!r || r->state != XT_RQ_ISSUED || r->reissued != issue->issued)
			continue;
		r->submitted = now;
	}
	submit_record(cpu, &closed);
	return 0;
}

/*
 * fentry and fexit, or kprobe and kretprobe where the module has no BTF. `issues`: the function
 * itself starts the request; libata's are called after the SCSI layer did.
 */
#define XT_SUBMIT_PROGS(name, probe, function, issues)                                          \
	SEC("?fentry/" #function)                                                               \
	int name##_fe(void *ctx)                                                                \
	{                                                                                       \
		return submit_enter(probe, issues);                                             \
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
		return submit_enter(probe, issues);                                             \
	}                                                                                       \
	SEC("?kretprobe/" #function)                                                            \
	int name##_kr(struct pt_regs *ctx)                                                      \
	{                                                                                       \
		return submit_exit(probe, (int)PT_REGS_RC(ctx) & XT_SUBMIT_RET_##issues);       \
	}

/* queue_rq(hctx, bd) and qc_issue(qc): fexit finds the result behind the arguments */
#define XT_SUBMIT_ARGS_true  2
#define XT_SUBMIT_ARGS_false 1
/* blk_status_t is 8 bits, and what is above them in the register is nobody's */
#define XT_SUBMIT_RET_true  0xff
#define XT_SUBMIT_RET_false -1

#endif

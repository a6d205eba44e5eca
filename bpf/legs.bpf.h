/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A request's stamps made into legs, when it has ended (PROBES §3.2). */
#ifndef XT_LEGS_BPF_H
#define XT_LEGS_BPF_H

#include "request.bpf.h"
#include "stolen.bpf.h"

/* Add the leg that ends at *stamp, if it was seen at all, and move on to it; legs never overlap. */
static __always_inline void leg_add(struct xt_cpu *cpu, const struct xt_request *r,
				    enum xt_blk_leg leg, __u64 *at, __u64 stamp)
{
	if (!stamp)
		return;
	if (stamp < *at)
		stamp = *at;
	hist_add(cpu, r->path + leg, stamp - *at);
	*at = stamp;
}

/* An attempt at `now`, after one that failed: the time between them goes to its cause. */
static __always_inline void request_retry(struct xt_request *r, __u64 now)
{
	if (r->reissued == r->issued)
		r->ring = r->grants = 0;
	if (r->state == XT_RQ_NO_RING)
		r->ring += now - r->reissued;
	else if (r->state == XT_RQ_NO_GRANTS)
		r->grants += now - r->reissued;
	/* a retry's stamps are its own */
	r->submitted = r->irq = r->completed = 0;
	r->reissued = now;
	r->state = XT_RQ_ISSUED;
}

/* First issue -> last issue, by cause. */
static __always_inline void retries_add(struct xt_cpu *cpu, const struct xt_request *r, __u64 *at)
{
	__u64 other = r->reissued - r->issued - r->ring - r->grants;

	if (r->ring)
		leg_add(cpu, r, XT_LEG_RING, at, *at + r->ring);
	if (r->grants)
		leg_add(cpu, r, XT_LEG_GRANTS, at, *at + r->grants);
	if (other)
		leg_add(cpu, r, XT_LEG_REQUEUE, at, r->reissued);
}

/* The whole, and what of it is known to have overlapped with the vCPU's being held off. */
static __always_inline void total_add(struct xt_cpu *cpu, const struct xt_request *r, __u64 now)
{
	struct xt_hist *h = hist_add(cpu, r->path + XT_LEG_TOTAL, now - r->queued);
	struct stolen stolen;

	if (!h || !stolen_since(cpu, r, &stolen))
		return;
	bump(&h->known, 1);
	bump(&h->known_ns, now - r->issued);
	if (stolen.runnable)
		bump(&h->stolen, stolen.runnable);
	if (stolen.offline)
		bump(&h->held, stolen.offline);
}

static __always_inline void request_end(struct xt_cpu *cpu, struct xt_request *r, __u64 now)
{
	__u64 at = r->queued;

	if (now < r->reissued || now < r->completed) {
		cpu_lost(cpu, XT_LOST_CLOCK);
		return;
	}
	leg_add(cpu, r, XT_LEG_QUEUE, &at, r->issued);
	if (r->reissued != r->issued)
		retries_add(cpu, r, &at);
	leg_add(cpu, r, XT_LEG_SUBMIT, &at, r->submitted);
	if (r->completed) {
		if (r->irq) {
			leg_add(cpu, r, XT_LEG_DEVICE, &at, r->irq);
			leg_add(cpu, r, XT_LEG_HANDLER, &at, r->completed);
		} else {
			leg_add(cpu, r, XT_LEG_DEVICE, &at, r->completed);
		}
		leg_add(cpu, r, XT_LEG_FINISH, &at, now);
	} else {
		leg_add(cpu, r, XT_LEG_DEVICE, &at, now);
	}
	total_add(cpu, r, now);
	bump(&cpu->count[XT_COUNT_COMPLETED], 1);
}

#endif

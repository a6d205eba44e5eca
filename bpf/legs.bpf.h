/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A request's stamps made into legs, when it has ended (PROBES §3.2). */
#ifndef XT_LEGS_BPF_H
#define XT_LEGS_BPF_H

#include "request.bpf.h"
#include "slowest.bpf.h"
#include "stolen.bpf.h"

/* Where legs go: the histograms, or the times of one slow request. */
struct legs {
	struct xt_cpu *cpu;
	struct xt_slow *slow;
	__u64 at;  /* the end of the leg before */
	__u64 end; /* of the request */
};

/*
 * Add the leg that ends at `stamp`, if it was seen at all, and move on to it. Legs never overlap,
 * and none ends after the request: the function that submits it may return, and stamp it, on
 * another CPU after this one took the time.
 */
static __always_inline void leg_add(struct legs *legs, const struct xt_request *r,
				    enum xt_blk_leg leg, __u64 stamp)
{
	if (!stamp)
		return;
	if (stamp > legs->end)
		stamp = legs->end;
	if (stamp < legs->at)
		stamp = legs->at;
	if (legs->slow)
		legs->slow->leg[leg] = stamp - legs->at;
	else
		hist_add(legs->cpu, r->path + leg, stamp - legs->at);
	legs->at = stamp;
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
static __always_inline void retries_add(struct legs *legs, const struct xt_request *r)
{
	__u64 other = r->reissued - r->issued - r->ring - r->grants;

	if (r->ring)
		leg_add(legs, r, XT_LEG_RING, legs->at + r->ring);
	if (r->grants)
		leg_add(legs, r, XT_LEG_GRANTS, legs->at + r->grants);
	if (other)
		leg_add(legs, r, XT_LEG_REQUEUE, r->reissued);
}

static __always_inline void legs_add(struct legs *legs, const struct xt_request *r, __u64 now)
{
	legs->at = r->queued;
	legs->end = now;
	leg_add(legs, r, XT_LEG_QUEUE, r->issued);
	if (r->reissued != r->issued)
		retries_add(legs, r);
	leg_add(legs, r, XT_LEG_SUBMIT, r->submitted);
	if (r->completed) {
		if (r->irq) {
			leg_add(legs, r, XT_LEG_DEVICE, r->irq);
			leg_add(legs, r, XT_LEG_HANDLER, r->completed);
		} else {
			leg_add(legs, r, XT_LEG_DEVICE, r->completed);
		}
		if (now > r->completed) /* else its end was missed: see end_missed() */
			leg_add(legs, r, XT_LEG_FINISH, now);
	} else {
		leg_add(legs, r, XT_LEG_DEVICE, now);
	}
}

/* The whole, and what of it is known to have overlapped with the vCPU's being held off. */
static __always_inline void total_add(struct xt_cpu *cpu, const struct xt_request *r, __u64 now,
				      const struct stolen *stolen)
{
	struct xt_hist *h = hist_add(cpu, r->path + XT_LEG_TOTAL, now - r->queued);

	if (!h || !stolen->known)
		return;
	bump(&h->known, 1);
	bump(&h->known_ns, now - r->issued);
	if (stolen->runnable)
		bump(&h->stolen, stolen->runnable);
	if (stolen->offline)
		bump(&h->held, stolen->offline);
}

static __always_inline void slow_note(struct xt_cpu *cpu, const struct xt_request *r, __u64 now,
				      const struct stolen *stolen)
{
	struct xt_slowest *all = slowest_open(cpu);
	struct legs legs = { .cpu = cpu };
	struct xt_slow *slow;

	if (!all)
		return;
	slow = slowest_least(all);
	__builtin_memset(slow, 0, sizeof(*slow));
	slow->total = now - r->queued;
	slow->queued = r->queued;
	slow->path = r->path;
	if (r->issued) {
		slow->flags = XT_SLOW_ISSUED;
		slow->cpu = r->cpu;
		issuer_name(r, slow);
	}
	if (stolen->known) {
		slow->flags |= XT_SLOW_KNOWN;
		slow->stolen = stolen->runnable;
		slow->held = stolen->offline;
	}
	legs.slow = slow;
	legs_add(&legs, r, now);
	slowest_close(cpu, all);
}

/* A request that ended at `now`. */
static __always_inline void request_add(struct xt_cpu *cpu, const struct xt_request *r, __u64 now,
					const struct stolen *stolen)
{
	struct legs legs = { .cpu = cpu };

	if (now < r->reissued || now < r->completed) {
		cpu_lost(cpu, XT_LOST_CLOCK);
		return;
	}
	legs_add(&legs, r, now);
	total_add(cpu, r, now, stolen);
	bump(&cpu->count[XT_COUNT_COMPLETED], 1);
	if (now - r->queued > cpu->slow_above)
		slow_note(cpu, r, now, stolen);
}

static __always_inline void request_end(struct xt_cpu *cpu, struct xt_request *r, __u64 now)
{
	struct stolen stolen;

	stolen_since(cpu, r, &stolen);
	request_add(cpu, r, now, &stolen);
}

#endif

/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What becomes of a disk request's stamps when it has ended: legs in the histograms, its time with
 * the vCPU held off, and its place among the slowest.
 */
#ifndef XT_LEGS_BPF_H
#define XT_LEGS_BPF_H

#include <bpf/bpf_core_read.h>
#include "who.bpf.h"

extern const volatile struct xt_blk_config config;

XT_SHARED_ARRAY(xt_slowest, struct xt_slowest); /* by CPU number */

/*
 * How long the vCPU was held off while a request was under way. This stands beside the legs, never
 * in them. A vCPU can read only its own runstate, so it is known only for requests that end on the
 * vCPU that issued them.
 */
struct stolen {
	bool known;
	__u64 runnable;
	__u64 offline;
};

/* What this vCPU's runstate says now; false where there is none. See away_now(). */
static __always_inline bool stolen_now(struct stolen *stolen)
{
	const volatile struct vcpu_runstate_info *rs;
	__u64 entry;

	if (!config.runstate || !&xen_runstate)
		return false;
	rs = bpf_this_cpu_ptr(&xen_runstate);
	entry = rs->state_entry_time;
	stolen->runnable = rs->time[RUNSTATE_runnable];
	stolen->offline = rs->time[RUNSTATE_offline];
	if (rs->state_entry_time == entry)
		return true;
	stolen->runnable = rs->time[RUNSTATE_runnable];
	stolen->offline = rs->time[RUNSTATE_offline];
	return true;
}

static __always_inline void stolen_start(struct xt_request *r)
{
	struct stolen now;

	if (!stolen_now(&now))
		return;
	r->runnable = now.runnable;
	r->offline = now.offline;
}

/* Since stolen_start(). */
static __always_inline void stolen_since(const struct xt_cpu *cpu, const struct xt_request *r,
					 struct stolen *since)
{
	*since = (struct stolen) {}; /* see frame_close() */
	if (!config.runstate || !r->issued || r->cpu != cpu->nr || !stolen_now(since))
		return;
	since->runnable -= r->runnable;
	since->offline -= r->offline;
	/* a guest that was resumed counts from 0 */
	since->known = (s64)since->runnable >= 0 && (s64)since->offline >= 0;
}

/*
 * The slowest requests that ended on this CPU. A slow one replaces the least slow of those that are
 * kept; every other request costs one comparison.
 *
 * At issue only the process's number is noted. Its name is read at the end, for the few requests
 * that are kept.
 */
static __always_inline void issuer_set(struct xt_request *r)
{
	r->task = bpf_get_current_task();
	r->pid = bpf_get_current_pid_tgid() >> 32;
}

/*
 * The issuer's name. If the issuer has ended, its memory may be another task's, which has another
 * number: then there is no name.
 */
static __always_inline void issuer_name(const struct xt_request *r, struct xt_slow *slow)
{
	struct task_struct *task = (void *)r->task;
	int tgid = -1;

	slow->pid = r->pid;
	slow->comm[0] = '\0';
	if (!task || bpf_core_read(&tgid, sizeof(tgid), &task->tgid) || (__u32)tgid != r->pid)
		return;
	bpf_core_read(slow->comm, sizeof(slow->comm), &task->comm);
}

/*
 * The place of the least slow request; empty places come first. The candidate is kept in the map,
 * whose contents the verifier does not track. In a register it would make the verifier follow the
 * loop for each place that the candidate could be.
 */
static __always_inline struct xt_slow *slowest_least(struct xt_slowest *all)
{
	volatile __u64 *least = &all->least;
	__u32 i;

	*least = 0;
	for (i = 1; i < XT_SLOWEST; i++) {
		if (element(all->kept, i)->total < element(all->kept, *least)->total)
			*least = i;
	}
	return element(all->kept, *least);
}

/*
 * A place for this request, or NULL. `seq` is odd from here to slowest_close(): it tells the
 * reader, and an interrupt that ends a request meanwhile, that a place is being written.
 */
static __always_inline struct xt_slowest *slowest_open(struct xt_cpu *cpu)
{
	__u32 nr = cpu->nr;
	struct xt_slowest *all = bpf_map_lookup_elem(&xt_slowest, &nr);

	if (!all)
		return NULL;
	if (all->seq & 1) {
		cpu_lost(cpu, XT_NOTE_SLOWEST);
		return NULL;
	}
	*(volatile __u64 *)&all->seq = all->seq + 1;
	return all;
}

static __always_inline void slowest_close(struct xt_blk_cpu *blk, struct xt_slowest *all)
{
	__u64 least = slowest_least(all)->total;

	if (least > blk->slow_above)
		blk->slow_above = least;
	*(volatile __u64 *)&all->seq = all->seq + 1;
}

/* Not followed: of its stamps only `queued` is right. */
static __always_inline bool is_counted(const struct xt_request *r)
{
	return r->state == XT_RQ_COUNTED || r->state == XT_RQ_COUNTED_REQUEUED;
}

/* A request's stamps become legs when it has ended: in the histograms, or in one slow request. */
struct legs {
	struct xt_cpu *cpu;
	struct xt_slow *slow;
	__u64 weight; /* requests that it stands for */
	__u64 at;     /* the end of the leg before */
	__u64 end;    /* of the request */
};

/*
 * Add the leg that ends at `stamp`, if there is that stamp, and begin the next one. Legs never
 * overlap, and none ends after the request: the driver's function may return, and stamp it, on
 * another CPU after the request has ended.
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
		hist_add_n(legs->cpu, r->path + leg, stamp - legs->at, legs->weight);
	legs->at = stamp;
}

/* The request is issued again after a failed attempt: the time since then goes to the cause. */
static __always_inline void request_retry(struct xt_request *r, __u64 now)
{
	if (r->reissued == r->issued)
		r->ring = r->grants = 0;
	if (r->state == XT_RQ_NO_RING)
		r->ring += now - r->reissued;
	else if (r->state == XT_RQ_NO_GRANTS)
		r->grants += now - r->reissued;
	/* the new attempt gets new stamps */
	r->submitted = r->irq = r->completed = 0;
	r->reissued = now;
	r->state = XT_RQ_ISSUED;
}

/* The legs from first to last issue, one a cause. */
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

/* The whole request, and how long the vCPU was held off meanwhile, where that is known. */
static __always_inline void total_add(struct xt_cpu *cpu, const struct xt_request *r, __u64 now,
				      const struct stolen *stolen, __u64 weight)
{
	struct xt_hist *h = hist_add_n(cpu, r->path + XT_LEG_TOTAL, now - r->queued, weight);

	if (!h || !stolen->known)
		return;
	bump(&h->known, weight);
	bump(&h->known_ns, (now - r->issued) * weight);
	if (stolen->runnable)
		bump(&h->stolen, stolen->runnable * weight);
	if (stolen->offline)
		bump(&h->held, stolen->offline * weight);
}

static __always_inline void slow_note(struct xt_cpu *cpu, struct xt_blk_cpu *blk,
				      const struct xt_request *r, __u64 now,
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
		if (xt_stacks_asked)
			slow->stack = r->stack;
	}
	if (stolen->known) {
		slow->flags |= XT_SLOW_KNOWN;
		slow->stolen = stolen->runnable;
		slow->held = stolen->offline;
	}
	legs.slow = slow;
	if (!is_counted(r))
		legs_add(&legs, r, now);
	slowest_close(blk, all);
}

/* How many requests one that is followed stands for: see hist_weight(). */
static __always_inline __u64 weight_take(struct xt_cpu *cpu, const struct xt_request *r)
{
	struct xt_hist *h = hist_of(cpu, r->path + XT_LEG_TOTAL);

	return h ? hist_weight(h) : 1;
}

/* A request that ended at `now`. */
static __always_inline void request_add(struct xt_cpu *cpu, struct xt_blk_cpu *blk,
					const struct xt_request *r, __u64 now,
					const struct stolen *stolen)
{
	struct legs legs = { .cpu = cpu };

	if (now < r->reissued || now < r->completed) {
		cpu_lost(cpu, XT_LOST_CLOCK);
		return;
	}
	legs.weight = weight_take(cpu, r);
	legs_add(&legs, r, now);
	total_add(cpu, r, now, stolen, legs.weight);
	owner_add(cpu, r, now - r->queued);
	bump(&blk->completed, 1);
	if (now - r->queued > blk->slow_above)
		slow_note(cpu, blk, r, now, stolen);
}

static __always_inline void request_end(struct xt_cpu *cpu, struct xt_blk_cpu *blk,
					struct xt_request *r, __u64 now)
{
	struct stolen stolen;

	stolen_since(cpu, r, &stolen);
	request_add(cpu, blk, r, now, &stolen);
}

/* One that is not followed ended: how long it took matters only where slow ones were asked for. */
static __always_inline void counted_end(struct xt_cpu *cpu, struct xt_blk_cpu *blk,
					const struct xt_request *r)
{
	struct xt_hist *h = hist_of(cpu, r->path + XT_LEG_TOTAL);
	const struct stolen unknown = {};
	__u64 now;

	bump(&blk->completed, 1);
	if (h)
		bump(&h->pending, 1);
	owner_count(cpu, r);
	if (!config.slower || !r->queued)
		return;
	now = bpf_ktime_get_ns();
	if (now > r->queued && now - r->queued > blk->slow_above)
		slow_note(cpu, blk, r, now, &unknown);
}

#endif

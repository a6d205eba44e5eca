/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Whose a disk request is, where that is asked for: whoever is at work when it is inserted for a
 * scheduler, or else first issued. Each owner has a place in one small table, and a histogram on each
 * CPU. A request takes one look-up at its issue, and one at its end.
 */
#ifndef XT_WHO_BPF_H
#define XT_WHO_BPF_H

#include <bpf/bpf_core_read.h>
#include "frame.bpf.h"

extern const volatile struct xt_blk_config config;

XT_SHARED_ARRAY(xt_owners, struct xt_owners);	     /* one element */
XT_SHARED_ARRAY(xt_asked, struct xt_asked);	     /* one element */
XT_SHARED_ARRAY(xt_owner_sums, struct xt_owner_sum); /* by CPU and owner */

/* include/linux/sched.h */
#define PF_WQ_WORKER 0x00000020
#define PF_KTHREAD   0x00200000

/* include/linux/blk_types.h, include/linux/blk-mq.h: unchanged since 4.16 */
#define REQ_OP_MASK    0xff
#define REQ_OP_READ    0
#define REQ_OP_WRITE   1
#define REQ_OP_FLUSH   2
#define REQ_OP_DISCARD 3
#define REQ_OP_DRV_IN  34 /* passthrough: DRV_IN, DRV_OUT */

/* So many frames may be in an interrupt's or softirq's: a driver's function, hypercalls. */
#define XT_IN_INTERRUPT 4

/*
 * Whether the current task has nothing to do with what happens. The kernel's own count of it is no
 * symbol that programs could name where kallsyms has functions alone; core's frames say it, too.
 */
static __always_inline bool in_interrupt(struct xt_cpu *cpu)
{
	__u32 depth = cpu->depth, i;

	for (i = 1; i <= XT_IN_INTERRUPT && i <= depth; i++)
		if (element(cpu->frame, depth - i)->token & (XT_TOKEN_IRQ | XT_TOKEN_SOFTIRQ))
			return true;
	return false;
}

static __always_inline struct cgroup *task_cgroup(struct task_struct *task)
{
	struct css_set *set = BPF_CORE_READ(task, cgroups);
	struct cgroup_subsys_state *css = NULL;
	struct cgroup *cgroup = NULL;

	if (!config.who.legacy)
		return BPF_CORE_READ(set, dfl_cgrp);
	/* by address: CO-RE knows no index that is a variable */
	bpf_probe_read_kernel(&css, sizeof(css),
			      (void *)__builtin_preserve_access_index(&set->subsys) +
				      config.who.io * sizeof(css));
	if (css)
		cgroup = BPF_CORE_READ(css, cgroup);
	return cgroup;
}

/*
 * Whose pages a bio writes, or who made it: the kernel keeps it through kernel threads, where the
 * controller is enabled (mm/backing-dev.c, wbc_init_bio()). The root's are those of whom it does not
 * know. NULL: nobody is known.
 */
static __always_inline struct cgroup *bio_cgroup(struct request *rq)
{
	struct cgroup *cgroup;
	struct bio *bio = rq->bio;

	if (!config.who.bio || !bpf_core_field_exists(bio->bi_blkg) || !bio)
		return NULL;
	cgroup = BPF_CORE_READ(bio, bi_blkg, blkcg, css.cgroup);
	return cgroup && BPF_CORE_READ(cgroup, level) ? cgroup : NULL;
}

/* Who a request's owner would be, before it has a place. */
struct who {
	struct task_struct *task;
	struct cgroup *cgroup; /* where owners are cgroups */
	__u64 key;
};

/* CO-RE would look for struct who in the kernel, were its members named in one breath. */
static __always_inline void who_name(const struct who *who, struct xt_owner *owner)
{
	struct cgroup *cgroup = who->cgroup;
	struct task_struct *task = who->task;

	if (config.who.by == XT_BY_CGROUP)
		bpf_probe_read_kernel_str(owner->name, sizeof(owner->name),
					  BPF_CORE_READ(cgroup, kn, name));
	else if (config.who.by == XT_BY_PID)
		BPF_CORE_READ_STR_INTO(&owner->name, task, group_leader, comm);
	else
		bpf_get_current_comm(owner->name, XT_COMM);
}

/*
 * Of several that want one place at once one gets it, or none: whoever finds the door open and is
 * still the last that came when it has closed it behind itself. The kernel's compare and exchange
 * would want 5.12. An atomic add is a full barrier on x86, between what is written before it and what
 * is read after it.
 */
static __always_inline bool owner_claim(struct xt_owner *owner, __u64 key)
{
	*(volatile __u64 *)&owner->candidate = key;
	bump(&owner->came, 1);
	if (*(volatile __u64 *)&owner->door)
		return false;
	bump(&owner->door, 1);
	return *(volatile __u64 *)&owner->candidate == key;
}

/* The owner's number; a new one gets a place. */
static __noinline __u32 owner_place(const struct who *who)
{
	__u32 first = 0, i;
	struct xt_owners *all = bpf_map_lookup_elem(&xt_owners, &first);
	__u64 at = who->key * 0x9e3779b97f4a7c15ull >> 40;
	struct xt_owner *owner;

	if (!all)
		return XT_OWNER_OTHER;
	for (i = 0; i < XT_OWNER_PROBES; i++) {
		__u64 place = (at + i) & (config.who.places - 1);

		owner = element(all->at, place);
		if (*(volatile __u64 *)&owner->key == who->key)
			return XT_OWNER_FIRST + place;
		if (owner->door || !owner_claim(owner, who->key))
			continue;
		who_name(who, owner);
		*(volatile __u64 *)&owner->key = who->key;
		return XT_OWNER_FIRST + place;
	}
	return XT_OWNER_OTHER;
}

static __always_inline __u64 comm_key(void)
{
	__u64 word[XT_COMM / 8] = {};

	bpf_get_current_comm(word, sizeof(word));
	word[0] = (word[0] ^ word[0] >> 29) * 0xbf58476d1ce4e5b9ull;
	word[1] = (word[1] + word[0]) * 0x94d049bb133111ebull;
	return (word[0] ^ word[1] ^ word[1] >> 31) | 1;
}

/* Of a task its cgroup, of a kernel thread rather the one for which it works; NULL: nobody's. */
static __always_inline struct cgroup *cgroup_now(struct task_struct *task, __u32 flags,
						 struct request *rq)
{
	struct cgroup *cgroup = flags & PF_KTHREAD ? bio_cgroup(rq) : NULL;

	return cgroup || flags & PF_WQ_WORKER ? cgroup : task_cgroup(task);
}

/* The owner of a request that is made here and now. */
static __always_inline __u32 owner_now(struct xt_cpu *cpu, struct request *rq)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	bool interrupt = in_interrupt(cpu);
	/* what happens in an interrupt is of no task, as what a worker does */
	__u32 flags = interrupt ? PF_KTHREAD | PF_WQ_WORKER : BPF_CORE_READ(task, flags);
	struct cgroup *cgroup = NULL;
	struct who who = { .task = task };

	if (config.who.by == XT_BY_CGROUP)
		cgroup = cgroup_now(task, flags, rq);
	if (cgroup) {
		who.cgroup = cgroup;
		who.key = BPF_CORE_READ(cgroup, kn, id);
		return owner_place(&who);
	}
	if (interrupt)
		return XT_OWNER_INTERRUPT;
	if (flags & PF_WQ_WORKER)
		return (rq->cmd_flags & REQ_OP_MASK) == REQ_OP_WRITE ? XT_OWNER_WRITEBACK
								     : XT_OWNER_KWORKER;
	who.key = config.who.by == XT_BY_PID ? bpf_get_current_pid_tgid() >> 32 : comm_key();
	return owner_place(&who);
}

/* 7f203bc89eb6 ("cgroup: Replace cgroup->ancestor_ids[] with ->ancestors[]"), 6.1 */
struct cgroup___old {
	u64 ancestor_ids[1];
} __attribute__((preserve_access_index));

/* The number of the cgroup's ancestor, or its own, at a level that is not below its own. */
static __always_inline __u64 ancestor_id(struct cgroup *cgroup, __u32 level)
{
	struct cgroup___old *old = (void *)cgroup;
	struct cgroup *ancestor = NULL;
	__u64 id = 0;

	if (bpf_core_field_exists(old->ancestor_ids)) {
		bpf_probe_read_kernel(&id, sizeof(id),
				      (void *)__builtin_preserve_access_index(&old->ancestor_ids) +
					      level * sizeof(id));
		return id;
	}
	bpf_probe_read_kernel(&ancestor, sizeof(ancestor),
			      (void *)__builtin_preserve_access_index(&cgroup->ancestors) +
				      level * sizeof(ancestor));
	return BPF_CORE_READ(ancestor, kn, id);
}

static __always_inline bool is_asked_cgroup(struct cgroup *cgroup)
{
	__u32 first = 0;
	const struct xt_asked *asked = bpf_map_lookup_elem(&xt_asked, &first);
	__u32 level;

	if (!asked || !asked->id || !cgroup)
		return false;
	level = asked->level;
	return (__u32)BPF_CORE_READ(cgroup, level) >= level &&
	       ancestor_id(cgroup, level) == asked->id;
}

/* Is a request that is made here and now one that is asked for? */
static __always_inline bool is_asked_now(struct xt_cpu *cpu, struct request *rq)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	bool interrupt = in_interrupt(cpu);
	__u32 flags;

	if (config.who.pid)
		return !interrupt && bpf_get_current_pid_tgid() >> 32 == config.who.pid;
	flags = interrupt ? PF_KTHREAD | PF_WQ_WORKER : BPF_CORE_READ(task, flags);
	return is_asked_cgroup(cgroup_now(task, flags, rq));
}

/*
 * The request is inserted into a scheduler's queue, or into one that is busy: whoever issues it may
 * be another. Only its maker's time tells that the slot is still about this request, as one that is
 * merged into another ends without a word.
 */
static __always_inline void owner_insert(struct xt_cpu *cpu, struct xt_request *r,
					 struct request *rq)
{
	if ((!config.who.by && !config.who.only) || !rq->start_time_ns)
		return;
	if (config.who.only && !is_asked_now(cpu, rq))
		r->owner = XT_OWNER_UNASKED;
	else
		r->owner = config.who.by ? owner_now(cpu, rq) : XT_OWNER_UNKNOWN;
	r->inserted = rq->start_time_ns;
}

/* Is the request in this slot, which is issued for the first time, asked for? */
static __always_inline bool is_asked(struct xt_cpu *cpu, const struct xt_request *r,
				     struct request *rq)
{
	if (!config.who.only)
		return true;
	if (r->inserted && r->inserted == rq->start_time_ns)
		return r->owner != XT_OWNER_UNASKED;
	return is_asked_now(cpu, rq);
}

/* It is issued for the first time. */
static __always_inline void owner_issue(struct xt_cpu *cpu, struct xt_request *r,
					struct request *rq)
{
	if (config.who.by) {
		r->bytes = rq->__data_len;
		if (!r->inserted || r->inserted != r->queued)
			r->owner = owner_now(cpu, rq);
	}
	if (config.who.by || config.who.only)
		r->inserted = 0;
}

static __always_inline struct xt_owner_sum *owner_sum(struct xt_cpu *cpu,
						      const struct xt_request *r)
{
	__u32 at = cpu->nr * (XT_OWNER_FIRST + config.who.places) + r->owner;
	struct xt_owner_sum *sum = bpf_map_lookup_elem(&xt_owner_sums, &at);

	if (!sum)
		cpu_lost(cpu, XT_LOST_NO_HIST);
	else
		bump(&sum->bytes, r->bytes);
	return sum;
}

/* It ended after `ns`; or, where it was not followed, it ended. */
static __always_inline void owner_add(struct xt_cpu *cpu, const struct xt_request *r, __u64 ns)
{
	struct xt_owner_sum *sum = config.who.by ? owner_sum(cpu, r) : NULL;

	if (sum)
		hist_put(&sum->hist, ns, hist_weight(&sum->hist));
}

static __always_inline void owner_count(struct xt_cpu *cpu, const struct xt_request *r)
{
	struct xt_owner_sum *sum = config.who.by ? owner_sum(cpu, r) : NULL;

	if (sum)
		bump(&sum->hist.pending, 1);
}

#endif

/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The slowest requests that ended on this CPU, each whole. A new one takes the place of the least
 * slow; the others cost one compare with it.
 */
#ifndef XT_SLOWEST_BPF_H
#define XT_SLOWEST_BPF_H

#include "cpu.bpf.h"
#include "stolen.bpf.h"
#include <bpf/bpf_core_read.h>

XT_SHARED_ARRAY(xt_slowest, struct xt_slowest); /* by CPU number */

/* At issue: who, as cheap as can be. The name is asked for at the end, of the few that matter. */
static __always_inline void issuer_set(struct xt_request *r)
{
	r->task = bpf_get_current_task();
	r->pid = bpf_get_current_pid_tgid() >> 32;
}

/* The issuer's name, unless it has ended since: its memory is another's then, with another number. */
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
 * The place of the least slow, an empty one first. The candidate is kept in the map, whose contents the
 * verifier doesn't follow: it would do the rest of the loop once more for every place it could be.
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
 * A place to write this request to, or NULL. `seq` is odd from here to slowest_close(): for the
 * reader, and for an interrupt that ends a request while we write.
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

static __always_inline void slowest_close(struct xt_cpu *cpu, struct xt_slowest *all)
{
	__u64 least = slowest_least(all)->total;

	if (least > cpu->slow_above)
		cpu->slow_above = least;
	*(volatile __u64 *)&all->seq = all->seq + 1;
}

#endif

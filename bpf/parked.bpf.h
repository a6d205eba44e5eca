/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Frames of tasks that were preempted inside them. On a preemptible kernel (Debian's 7.3 comes
 * with PREEMPT_LAZY) a driver's function may be left in the middle, and end later, on another CPU. The
 * frames are taken off the CPU with the task, and are put on where it runs again: what passed meanwhile
 * was other tasks'.
 */
#ifndef XT_PARKED_BPF_H
#define XT_PARKED_BPF_H

#include "frame.bpf.h"

#define PARKED	      8 /* tasks of one CPU: a power of two */
#define PARKED_FRAMES 4 /* of one task; 1 is all that was seen on 7.3 */
#define PARKED_PIDS   256

struct parked {
	__u32 pid; /* thread id; 0: free */
	__u32 depth;
	__u64 at; /* ns: when it was switched out */
	/* as in struct xt_cpu */
	__u64 issuing, issuing_disk, issued_at, no_grants;
	struct xt_frame frame[PARKED_FRAMES]; /* their runstates: what was theirs so far */
};

/*
 * By CPU * PARKED + thread id. A CPU fills its own places alone; the CPU on which the task goes on empties
 * them. The loader sets the size.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, PARKED);
	__type(key, __u32);
	__type(value, struct parked);
} xt_parked SEC(".maps");

/* Where a task's place is, by thread id: thread id << 32 | place + 1, in one word. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, PARKED_PIDS);
	__type(key, __u32);
	__type(value, __u64);
} xt_parked_at SEC(".maps");

/*
 * The slice that has how many tasks are parked at all: mostly none, and nobody looks for any. Not its
 * member's address: a compiler may make that before it tests for NULL, which the verifier refuses.
 */
static __always_inline struct xt_cpu *parked_tasks(void)
{
	__u32 first = 0;

	return bpf_map_lookup_elem(&xt_cpus, &first);
}

static __always_inline struct parked *parked_get(__u64 where)
{
	__u32 place = (__u32)where - 1;

	return where ? bpf_map_lookup_elem(&xt_parked, &place) : NULL;
}

/* A place that is needed for another task: its frames will not be seen to end. */
static __always_inline void parked_lose(struct xt_cpu *cpu, struct parked *parked)
{
	struct xt_cpu *first = parked_tasks();

	if (!parked->pid)
		return;
	parked->pid = 0;
	bump(&cpu->loss[XT_LOST_FRAME_UNWOUND], parked->depth);
	if (first)
		bump(&first->parked, -1);
}

/* The frames of `pid`, which is switched out: all that are open here. */
static __always_inline void frames_park(struct xt_cpu *cpu, __u32 pid)
{
	__u32 at = pid & (PARKED_PIDS - 1), place = cpu->nr * PARKED + (pid & (PARKED - 1)), i;
	__u64 *where = bpf_map_lookup_elem(&xt_parked_at, &at);
	struct parked *parked = bpf_map_lookup_elem(&xt_parked, &place), *other;
	struct xt_cpu *first = parked_tasks();
	__u32 depth = cpu->depth;
	struct xt_frame *frame;
	struct away away;

	cpu->depth = 0;
	if (!where || !parked || !first || !pid || depth > PARKED_FRAMES) {
		bump(&cpu->loss[XT_LOST_FRAME_UNWOUND], depth);
		return;
	}
	other = parked_get(*where);
	if (other && other->pid == *where >> 32)
		parked_lose(cpu, other);
	parked_lose(cpu, parked);
	away_now(&away);
	for (i = 0; i < PARKED_FRAMES && i < depth; i++) {
		frame = element(parked->frame, i);
		*frame = *element(cpu->frame, i);
		frame->off_cpu = away.off_cpu - frame->off_cpu;
		frame->offline = away.offline - frame->offline;
	}
	parked->issuing = cpu->issuing;
	parked->issuing_disk = cpu->issuing_disk;
	parked->issued_at = cpu->issued_at;
	parked->no_grants = cpu->no_grants;
	parked->depth = depth;
	parked->at = bpf_ktime_get_ns();
	parked->pid = pid;
	*where = (__u64)pid << 32 | (place + 1);
	bump(&first->parked, 1);
}

/* `pid` is switched in: the frames that it was preempted in are open again, here. */
static __always_inline void frames_resume(struct xt_cpu *cpu, __u32 pid)
{
	struct xt_cpu *first = parked_tasks();
	__u64 *where, missed;
	__u32 at = pid & (PARKED_PIDS - 1), i;
	struct parked *parked;
	struct xt_frame *frame;
	struct away away;

	if (!first || !first->parked)
		return;
	where = bpf_map_lookup_elem(&xt_parked_at, &at);
	if (!where || *where >> 32 != pid)
		return;
	parked = parked_get(*where);
	if (!parked || parked->pid != pid)
		return;
	away_now(&away);
	missed = bpf_ktime_get_ns() - parked->at;
	for (i = 0; i < PARKED_FRAMES && i < parked->depth; i++) {
		frame = element(cpu->frame, i);
		*frame = *element(parked->frame, i);
		if (frame->start) /* else its program has yet to write all of it */
			frame->start += missed;
		frame->off_cpu = away.off_cpu - frame->off_cpu;
		frame->offline = away.offline - frame->offline;
	}
	cpu->issuing = parked->issuing;
	cpu->issuing_disk = parked->issuing_disk;
	cpu->issued_at = parked->issued_at;
	cpu->no_grants = parked->no_grants;
	cpu->depth = parked->depth;
	parked->pid = 0;
	*where = 0;
	bump(&first->parked, -1);
}

#endif

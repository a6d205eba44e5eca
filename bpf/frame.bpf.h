/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Exclusive time: a stack of open paths for each CPU, shared by all objects.
 *
 * An interrupt may push and pop between any two instructions, always balanced. So a place is
 * reserved (depth) before it is written, and a frame whose `start` is still 0 takes no time from
 * frames inside it. Functions that may sleep must not open frames. When a task is preempted inside
 * one, its frames go with it (core.bpf.c).
 *
 * Where only some events of a kind are followed, the others have a frame without a clock: it is there
 * so that exits find their entries, and passes on what happens inside it. The time of such an event is
 * left in the path around it. That path owes it, and those that are followed say how much it is: see
 * thin_record().
 */
#ifndef XT_FRAME_BPF_H
#define XT_FRAME_BPF_H

#include "stacks.bpf.h"

/* arch/x86/xen/time.c, per CPU; weak: Debian 5.10 has no BTF of variables, others no Xen */
extern const struct vcpu_runstate_info xen_runstate __ksym __weak;

enum { RUNSTATE_running, RUNSTATE_runnable, RUNSTATE_blocked, RUNSTATE_offline };

/* vCPU time that passed while the vCPU did not run, ns. */
struct away {
	__u64 off_cpu; /* runnable + blocked */
	__u64 offline;
};

/*
 * This vCPU's runstate. Xen updates it only while the vCPU does not run, so two equal readings of
 * state_entry_time enclose an unchanged one.
 */
static __always_inline void away_now(struct away *away)
{
	const volatile struct vcpu_runstate_info *rs;
	__u64 entry;

	away->off_cpu = away->offline = 0;
	if (!&xen_runstate)
		return;
	rs = bpf_this_cpu_ptr(&xen_runstate);
	entry = rs->state_entry_time;
	away->off_cpu = rs->time[RUNSTATE_runnable] + rs->time[RUNSTATE_blocked];
	away->offline = rs->time[RUNSTATE_offline];
	if (rs->state_entry_time == entry)
		return;
	away->off_cpu = rs->time[RUNSTATE_runnable] + rs->time[RUNSTATE_blocked];
	away->offline = rs->time[RUNSTATE_offline];
}

/* What a closed frame was; `self` excludes frames inside, time off the CPU, and time held. */
struct closed {
	__u64 self;
	__u64 inclusive;
	__u64 held;
	__u64 off_cpu;
	bool covered; /* a frame inside it did this frame's work: see cover_outer() */
	bool counted; /* it was not timed, and all of the above is 0 */
	__u32 stack;  /* as struct xt_frame */
	__u64 hypercalls;
	__u64 owed; /* of self: see struct xt_frame */
	__u32 path;
	__u32 stands;
};

/* A place for a frame, not open yet; NULL, and counted, when all are taken. */
static __always_inline struct xt_frame *frame_reserve(struct xt_cpu *cpu, __u32 token)
{
	__u32 depth = cpu->depth;
	struct xt_frame *frame;

	if (depth >= XT_FRAMES) {
		cpu_lost(cpu, XT_LOST_FRAME_DEEP);
		return NULL;
	}
	frame = element(cpu->frame, depth);
	*(volatile __u32 *)&cpu->depth = depth + 1;
	*(volatile __u64 *)&frame->start = 0;
	frame->inside = 0;
	frame->token = token;
	frame->covered = 0;
	frame->stands = 0;
	frame->stack = 0;
	frame->hypercalls = 0;
	frame->owed = 0;
	return frame;
}

/* `stack` is who called, taken before; 0: that is not of interest, or not known. */
static __always_inline void frame_open(struct xt_cpu *cpu, __u32 token, __u64 now, __u32 stack)
{
	struct xt_frame *frame = frame_reserve(cpu, token);
	struct away away;

	if (!frame)
		return;
	if (stack)
		frame->stack = stack;
	away_now(&away);
	frame->off_cpu = away.off_cpu;
	frame->offline = away.offline;
	*(volatile __u64 *)&frame->start = now;
}

/* The frame below the one at `depth`, or NULL. */
static __always_inline struct xt_frame *frame_below(struct xt_cpu *cpu, __u32 depth)
{
	if (depth == 0 || depth > XT_FRAMES)
		return NULL;
	return element(cpu->frame, depth - 1);
}

/* How long after the start an exit may belong to an entry from before it. */
#define FRAME_EARLY_NS 1000000000ull

/*
 * The innermost frame that `token` opened, among the four innermost; *depth becomes the depth below
 * it. Frames above it missed their exits, and are counted. NULL, and counted, when there is none.
 */
static __always_inline struct xt_frame *frame_find(struct xt_cpu *cpu, __u32 token, __u64 now,
						   __u32 *depth)
{
	struct xt_frame *frame;
	__u32 i, at = cpu->depth;

#pragma unroll
	for (i = 0; i < 4; i++) {
		frame = frame_below(cpu, at);
		if (!frame)
			break;
		at--;
		if (frame->token == token) {
			if (i)
				bump(&cpu->loss[XT_LOST_FRAME_UNWOUND], i);
			*depth = at;
			return frame;
		}
	}
	if (now - tracing_since() < FRAME_EARLY_NS || tracing_since() > now)
		cpu_lost(cpu, XT_NOTE_FRAME_EARLY);
	else
		cpu_lost(cpu, XT_LOST_FRAME_STRAY);
	return NULL;
}

/*
 * Close the frame that `token` opened; false when there is none to be measured. *closed is set in
 * any case: a compiler may move reads of it ahead of the test, and the verifier refuses to read
 * what was not set.
 */
static __always_inline bool frame_close(struct xt_cpu *cpu, __u32 token, __u64 now,
					struct closed *closed)
{
	struct xt_frame *below, *found, frame;
	struct away away;
	__u32 depth = 0;

	*closed = (struct closed) {};
	found = frame_find(cpu, token, now, &depth);
	if (!found)
		return false;
	away_now(&away);
	frame = *(volatile struct xt_frame *)found;
	/* from here on an interrupt may use the place */
	*(volatile __u32 *)&cpu->depth = depth;
	/* no start: an interrupt that entered the same function cut the entry short */
	if (frame.start <= XT_FRAME_COUNTED || now < frame.start) {
		cpu_lost(cpu, frame.start > XT_FRAME_COUNTED ? XT_LOST_FRAME_CLOCK
							     : XT_LOST_FRAME_STRAY);
		return false;
	}
	closed->inclusive = now - frame.start;
	closed->off_cpu = away.off_cpu - frame.off_cpu;
	closed->held = away.offline - frame.offline;
	closed->covered = frame.covered;
	closed->path = frame.path;
	closed->hypercalls = frame.hypercalls;
	closed->owed = frame.owed;
	closed->stands = frame.stands;
	closed->stack = frame.stack;
	closed->self = closed->inclusive - frame.inside;
	if ((s64)closed->self < 0)
		closed->self = 0;
	closed->self -= closed->self < closed->off_cpu ? closed->self : closed->off_cpu;
	closed->self -= closed->self < closed->held ? closed->self : closed->held;
	below = frame_below(cpu, depth);
	if (below && below->start) {
		/* the time in here, running or not, is not the outer frame's */
		bump(&below->inside, closed->inclusive);
		bump(&below->off_cpu, closed->off_cpu);
		bump(&below->offline, closed->held);
	}
	return true;
}

/* What of a frame stands beside its bucket, for `n` events. */
static __always_inline void frame_sums(struct xt_hist *h, const struct closed *closed, __u64 n)
{
	bump(&h->inclusive, closed->inclusive * n);
	if (closed->held)
		bump(&h->held, closed->held * n);
	if (closed->off_cpu)
		bump(&h->off_cpu, closed->off_cpu * n);
	if (closed->owed)
		bump(&h->owed, closed->owed * n);
}

/*
 * This frame stands for `n` events that were only counted, too. Their time is in the paths around
 * them, and the path around this frame owes it for all of these. What this frame owes itself is not of
 * it: what was counted inside those events is owed by the paths around them already, see
 * frame_pass_on().
 */
static __always_inline void frame_owe(struct xt_cpu *cpu, const struct closed *closed, __u64 n)
{
	struct xt_frame *outer = frame_below(cpu, cpu->depth);

	if (n && outer && outer->start)
		bump(&outer->owed, n * (closed->self - closed->owed));
}

/*
 * The same for who called: what the histogram got, `n` times `ns`. So the sum of a path's stacks is
 * its time, but for frames without one.
 */
static __always_inline void frame_stack(struct xt_cpu *cpu, __u32 path, const struct closed *closed,
					__u64 ns, __u64 n)
{
	/* in this order: where there is never one, no flag is looked at */
	if (closed->stack && xt_stacks_asked)
		stack_add(cpu, path, closed->stack, (ns - closed->owed) * n, n);
}

/*
 * Record a closed frame on a CPU path. If Xen held the vCPU off inside an emulated path, the device
 * model served that path: the time is the path's. Elsewhere it is reported beside the histogram.
 */
static __always_inline void frame_record(struct xt_cpu *cpu, __u32 path,
					 const struct closed *closed, bool emulated)
{
	__u64 ns = closed->self + (emulated ? closed->held : 0);
	struct xt_hist *h;

	h = hist_add(cpu, path, ns);
	if (!h)
		return;
	frame_sums(h, closed, 1);
	frame_stack(cpu, path, closed, ns, 1);
}

/*
 * A closed frame that is not recorded did not do what its path is for. Undo what frame_close() took
 * from the outer frame: the time is the outer frame's, or the guest's where there is none.
 */
static __always_inline void frame_give_back(struct xt_cpu *cpu, const struct closed *closed)
{
	struct xt_frame *outer = frame_below(cpu, cpu->depth);

	if (!outer || !outer->start || closed->counted)
		return;
	bump(&outer->inside, -closed->self);
	if (closed->owed)
		bump(&outer->owed, closed->owed);
}

/*
 * Hypercalls are counted once, by the innermost of what saw them: a call site inside a wrapper, a
 * wrapper inside another one. Their frames have XT_TOKEN_HYPERCALL set.
 *
 * An outer wrapper (an IPI is sent by notifying its channel) made no hypercall of its own: it is
 * not counted, and its time stays with its caller.
 */
static __always_inline void cover_outer(struct xt_cpu *cpu)
{
	struct xt_frame *outer = frame_below(cpu, cpu->depth);

	if (outer && outer->token & XT_TOKEN_HYPERCALL)
		outer->covered = 1;
}

/* A hypercall is part of what the path around it does. */
static __always_inline void hypercall_made(struct xt_cpu *cpu, const struct closed *closed)
{
	struct xt_frame *outer = frame_below(cpu, cpu->depth);

	if (outer)
		bump(&outer->hypercalls, closed->inclusive);
}

/* Events that may be counted only. */

/* A frame of one that is. */
static __always_inline void count_open(struct xt_cpu *cpu, __u32 token)
{
	struct xt_frame *frame = frame_reserve(cpu, token);

	if (!frame)
		return;
	frame->off_cpu = frame->offline = 0;
	*(volatile __u64 *)&frame->start = XT_FRAME_COUNTED;
}

/*
 * Whether the next event of this kind is timed. One kind comes within another, so the kinds choose
 * without regard to each other: were hypercalls timed in just those upcalls that are, none that is
 * only counted would be in an upcall that stands for others. (murmur3's finalizer, shortened.)
 */
static __always_inline bool thin_chosen(struct xt_cpu *cpu, enum xt_rate what)
{
	__u32 rate = rate_of(what), hash = cpu->thinned[what].seq++;

	if (!rate)
		return true;
	hash = (hash + what * 0x9e3779b9u) * 0x85ebca6bu;
	hash = (hash ^ hash >> 13) * 0xc2b2ae35u;
	return !(hash >> (32 - rate));
}

/*
 * One of this kind begins: it is timed if it is chosen, or if it `must` be. One that must be stands for
 * itself alone: those that are only counted came in other paths, which owe their time. If it was
 * `called`, its stack is taken, with the program's `ctx`.
 */
static __always_inline void thin_open(struct xt_cpu *cpu, enum xt_rate what, __u32 token, bool must,
				      bool called, void *ctx)
{
	struct xt_frame *frame;
	__u32 stack;

	if (!must && !thin_chosen(cpu, what)) {
		cpu->thinned[what].counted++;
		count_open(cpu, token);
		return;
	}
	stack = called ? stack_here(ctx, cpu) : 0;
	frame_open(cpu, token, bpf_ktime_get_ns(), stack);
	frame = frame_below(cpu, cpu->depth);
	if (!must && frame && frame->token == token)
		frame->stands = 1;
}

/* What frames within took from this one, which was not timed, they took from the one around it. */
static __always_inline void frame_pass_on(struct xt_cpu *cpu, const struct xt_frame *frame)
{
	struct xt_frame *outer = frame_below(cpu, cpu->depth);

	if (!(frame->inside | frame->owed) || !outer || !outer->start)
		return;
	bump(&outer->inside, frame->inside);
	bump(&outer->off_cpu, frame->off_cpu);
	bump(&outer->offline, frame->offline);
	bump(&outer->owed, frame->owed);
}

/* The other end of count_open(); false when the innermost frame is another one. */
static __always_inline bool count_close(struct xt_cpu *cpu, __u32 token, struct closed *closed)
{
	struct xt_frame *top = frame_below(cpu, cpu->depth), frame;

	*closed = (struct closed) {};
	if (!top || top->token != token || top->start != XT_FRAME_COUNTED)
		return false;
	frame = *(volatile struct xt_frame *)top;
	*(volatile __u32 *)&cpu->depth = cpu->depth - 1;
	closed->counted = true;
	closed->covered = frame.covered;
	frame_pass_on(cpu, &frame);
	return true;
}

/* The other end of thin_open(): as frame_close(), and closed->counted where it was not timed. */
static __always_inline bool thin_close(struct xt_cpu *cpu, __u32 token, struct closed *closed)
{
	return count_close(cpu, token, closed) ||
	       frame_close(cpu, token, bpf_ktime_get_ns(), closed);
}

/*
 * Record it. One that was chosen stands for those of its path that were only counted since the last
 * one, as if each had taken as long.
 */
static __always_inline void thin_record(struct xt_cpu *cpu, __u32 path, const struct closed *closed)
{
	struct xt_hist *h = hist_of(cpu, path);
	__u64 weight;

	if (!h)
		return;
	if (closed->counted) {
		bump(&h->pending, 1);
		return;
	}
	weight = closed->stands ? hist_weight(h) : 1;
	hist_put(h, closed->self, weight);
	frame_sums(h, closed, weight);
	frame_stack(cpu, path, closed, closed->self, weight);
	frame_owe(cpu, closed, weight - 1);
}

/* A function that is timed: a frame from its entry to its exit. */
static __always_inline int timed_enter(void *ctx, enum xt_probe probe, __u32 kind)
{
	struct xt_cpu *cpu = cpu_enter(probe);
	__u32 stack;

	if (!cpu)
		return 0;
	stack = stack_here(ctx, cpu);
	frame_open(cpu, kind | probe, bpf_ktime_get_ns(), stack);
	return 0;
}

/* Its path is the `nth` from the `first`, a member of the configuration. */
static __always_inline int timed_exit(enum xt_probe probe, const volatile __u32 *first, __u32 nth,
				      bool emulated)
{
	struct xt_cpu *cpu = cpu_enter(probe);
	struct closed closed;

	if (cpu && frame_close(cpu, probe, bpf_ktime_get_ns(), &closed))
		frame_record(cpu, *first + nth, &closed, emulated);
	return 0;
}

/*
 * Programs at a function's entry: fentry, or kprobe where there is no BTF of it. `on_entry` may pass
 * their `ctx` on.
 */
#define XT_ENTRY_PROGS(name, function, on_entry) \
	SEC("?fentry/" #function)                \
	int name##_fe(void *ctx)                 \
	{                                        \
		return on_entry;                 \
	}                                        \
	SEC("?kprobe/" #function)                \
	int name##_kp(void *ctx)                 \
	{                                        \
		return on_entry;                 \
	}

/* And at its exit. None reads arguments, which kernels change. */
#define XT_TIMED_PROGS(name, function, on_entry, on_exit) \
	XT_ENTRY_PROGS(name, function, on_entry)          \
	SEC("?fexit/" #function)                          \
	int name##_fx(void *ctx)                          \
	{                                                 \
		return on_exit;                           \
	}                                                 \
	SEC("?kretprobe/" #function)                      \
	int name##_kr(void *ctx)                          \
	{                                                 \
		return on_exit;                           \
	}

#endif

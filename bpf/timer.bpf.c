// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Timers: how late they expire, by the clock event device whose interrupt makes them.
 *
 * This hook is hot (each tick of each vCPU passes it), so it reads no clock: the kernel has read it
 * for all the timers of one interrupt, and says what it read. What the callbacks of earlier timers
 * in that interrupt take is therefore no lateness.
 */
#include "vmlinux.h"
#include <bpf/bpf_tracing.h>
#include "cpu.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

const volatile __u32 cfg_late_base; /* paths: XT_TIMER_* */

/*
 * Due before the kernel last looked for due timers on this CPU, and yet not expired then: it was
 * not among them, so it was set later, to a time that was past already ("at once" is often asked
 * for by an absolute time of 1 ns). It is not the device that was late. All timers that expire
 * together have the same `now`.
 */
static __always_inline bool was_past(struct xt_cpu *cpu, enum xt_timer_op op, s64 now, s64 due)
{
	__u64 before;

	if (cpu->timer_now[op] != now) {
		cpu->timer_before[op] = cpu->timer_now[op];
		cpu->timer_now[op] = now;
	}
	before = cpu->timer_before[op];
	return (__u64)due <= (before ? before : tracing_since());
}

/*
 * kernel/time/hrtimer.c:__run_hrtimer(). Both times are of the timer's own clock. A timer expires
 * between its soft expiry and the hard one (node.expires) whenever that saves an interrupt: such
 * slack was asked for, and is no lateness.
 */
SEC("?tp_btf/hrtimer_expire_entry")
int BPF_PROG(xt_hrtimer, struct hrtimer *timer, s64 *now_at)
{
	struct xt_cpu *cpu = cpu_enter(XT_P_HRTIMER);
	s64 now, due, offset;
	enum xt_timer_op op;

	if (!cpu)
		return 0;
	if (bpf_probe_read_kernel(&now, sizeof(now), now_at)) {
		cpu_lost(cpu, XT_LOST_TIMER_UNREAD);
		return 0;
	}
	due = timer->node.expires;
	offset = timer->base->offset;
	op = timer->is_soft ? XT_TIMER_SOFTIRQ : XT_TIMER_HARD;
	if (was_past(cpu, op, now - offset, due - offset))
		cpu_lost(cpu, XT_NOTE_TIMER_PAST);
	else
		hist_add(cpu, cfg_late_base + op, now > due ? now - due : 0);
	return 0;
}

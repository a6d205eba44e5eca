// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Timers: how late they expire, and the setting of the clock event device whose interrupt makes
 * them expire. Reads of the clock by system calls.
 *
 * The hook of expiry is hot (each tick of each vCPU passes it), so its program reads no clock. The kernel
 * reads it once for all timers of an interrupt, and says what it read. So the time that earlier timers'
 * callbacks take is no lateness.
 */
#include "vmlinux.h"
#include <bpf/bpf_tracing.h>
#include "frame.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

const volatile struct xt_timer_config config;

XT_FAMILY_CPU(timer)

/*
 * Whether a timer was set to a time that was past already. Such a timer was due before the kernel
 * last looked for due timers on this CPU, and yet it was not among them: so it was set later ("at
 * once" is often asked for by an absolute time of 1 ns), and the device was not late. All timers
 * that expire together have the same `now`.
 */
static __always_inline bool was_past(struct xt_timer_cpu *timer, enum xt_timer_op op, s64 now,
				     s64 due)
{
	__u64 *last = element(timer->now, op), *before_last = element(timer->before, op);
	__u64 before;

	if (*last != now) {
		*before_last = *last;
		*last = now;
	}
	before = *before_last;
	if (!before)
		before = tracing_since();
	/* signed: a time of day long past is before CLOCK_MONOTONIC began */
	return before == ~0ull || due <= (s64)before;
}

/*
 * *now is the time of the timer's clock; false if it cannot be read. It is an argument of
 * hrtimer_expire_entry: a pointer to the time, or on newer kernels (seen on 7.3) the time itself. The
 * loader tells which, by the argument's type in BTF.
 *
 * The verifier allows no load of an argument that points to a number before bb6728d75611 ("bpf: Allow
 * access to int pointer arguments in tracing programs"), 5.17, and of one that is a typedef only later.
 * So a helper copies the pointer and then the time.
 */
static __always_inline bool timer_time(__u64 *ctx, s64 *now)
{
	void *now_at;

	if (!config.now_points) {
		*now = ctx[1];
		return true;
	}
	return !bpf_probe_read_kernel(&now_at, sizeof(now_at), &ctx[1]) &&
	       !bpf_probe_read_kernel(now, sizeof(*now), now_at);
}

/*
 * kernel/time/hrtimer.c:__run_hrtimer(). Both times are of the timer's own clock. A timer expires
 * between its soft expiry and the hard one (node.expires) whenever that saves an interrupt: such
 * slack was asked for, and is no lateness.
 */
SEC("?tp_btf/hrtimer_expire_entry")
int xt_hrtimer(__u64 *ctx)
{
	struct xt_cpu *cpu;
	struct xt_timer_cpu *last = timer_enter(XT_P_HRTIMER, &cpu);
	struct hrtimer *timer = (void *)ctx[0];
	s64 now, due, offset;
	enum xt_timer_op op;

	if (!last)
		return 0;
	if (!timer_time(ctx, &now)) {
		cpu_lost(cpu, XT_LOST_TIMER_UNREAD);
		return 0;
	}
	due = timer->node.expires;
	offset = timer->base->offset;
	op = timer->is_soft ? XT_TIMER_SOFTIRQ : XT_TIMER_HARD;
	if (was_past(last, op, now - offset, due - offset))
		cpu_lost(cpu, XT_NOTE_TIMER_PAST);
	else
		hist_add(cpu, config.late_path + op, now > due ? now - due : 0);
	return 0;
}

/*
 * kernel/time/clockevents.c: reads the clock, and sets the device unless the time is past already.
 * Not loaded where the device is Xen's: setting that is a hypercall, and counted as one.
 */
SEC("?fentry/clockevents_program_event")
int xt_program_fe(void *ctx)
{
	return timed_enter(ctx, XT_P_PROGRAM, 0);
}

SEC("?fexit/clockevents_program_event")
int BPF_PROG(xt_program_fx, struct clock_event_device *dev, __s64 expires, bool force, int ret)
{
	struct xt_cpu *cpu = cpu_enter(XT_P_PROGRAM);
	struct closed closed;

	if (!cpu || !frame_close(cpu, XT_P_PROGRAM, bpf_ktime_get_ns(), &closed))
		return 0;
	/*
	 * -ETIME: the event had expired, and the device was not touched. The time belongs to the
	 * path that set the timer, a softirq or an interrupt; given to none, it would be guest code.
	 */
	if (ret)
		frame_give_back(cpu, &closed);
	else
		frame_record(cpu, config.program_path, &closed, config.emulated);
	return 0;
}

/* System calls for the time: they are made only where the vDSO cannot read the clock. */
XT_ENTRY_PROGS(xt_gettime, __x64_sys_clock_gettime,
	       path_count(XT_P_CLOCK_GETTIME, &config.clock_path, 0))
XT_ENTRY_PROGS(xt_timeofday, __x64_sys_gettimeofday,
	       path_count(XT_P_GETTIMEOFDAY, &config.clock_path, 1))

/*
 * Reads of an emulated clock: by system calls, by the kernel's own ticks, timers and requests, and by BPF
 * programs. Each leaves the guest, which takes thousands of times what is done here. The run is counted, and
 * no more: see struct probe.counts_reads.
 */
SEC("?fentry/acpi_pm_read")
int xt_pmtmr(void *ctx)
{
	cpu_enter(XT_P_PMTMR);
	return 0;
}

SEC("?fentry/read_hpet")
int xt_hpet(void *ctx)
{
	cpu_enter(XT_P_HPET);
	return 0;
}

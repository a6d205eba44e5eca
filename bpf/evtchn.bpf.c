// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Event channels: Xen's upcall and the demultiplexing of its events. Handlers have frames of core
 * inside it, so only upcall and demultiplexing are left here. Also: how long a process that waits
 * for an event on /dev/xen/evtchn takes to run.
 */
#include "vmlinux.h"
#include <bpf/bpf_tracing.h>
#include "frame.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

const volatile struct xt_evtchn_config config;

XT_SHARED_ARRAY(xt_irqs, struct xt_irq);   /* by interrupt number */
XT_SHARED_ARRAY(xt_wakes, struct xt_wake); /* by thread id */

/*
 * drivers/xen/events/events_base.c. The loader chooses the function: until 5.15 the body was
 * __xen_evtchn_do_upcall(), below two callers. Arguments changed with it; none is read.
 */
static __always_inline int upcall_enter(void)
{
	struct xt_cpu *cpu = cpu_enter(XT_P_UPCALL);

	if (cpu)
		thin_open(cpu, XT_RATE_UPCALLS, XT_P_UPCALL, false, false, NULL);
	return 0;
}

static __always_inline int upcall_exit(void)
{
	struct xt_cpu *cpu = cpu_enter(XT_P_UPCALL);
	struct closed closed;

	if (!cpu || !thin_close(cpu, XT_P_UPCALL, &closed))
		return 0;
	closed.stack = 0; /* as of an interrupt */
	thin_record(cpu, config.upcall_path, &closed);
	return 0;
}

XT_TIMED_PROGS(xt_upcall, xen_evtchn_do_upcall, upcall_enter(), upcall_exit())

static __always_inline struct xt_wake *wake_of(__u32 pid)
{
	__u32 at = pid & (XT_WAKES - 1);

	return bpf_map_lookup_elem(&xt_wakes, &at);
}

/* The interrupt whose handler is the innermost path of this CPU; NULL outside one. */
static __always_inline struct xt_irq *interrupt_of(const struct xt_frame *frame)
{
	__u32 nr;

	if (!frame || !(frame->token & XT_TOKEN_IRQ) || !frame->start)
		return NULL;
	nr = frame->token & (XT_TOKEN_IRQ - 1);
	return bpf_map_lookup_elem(&xt_irqs, &nr);
}

/*
 * drivers/xen/evtchn.c:evtchn_interrupt() wakes whoever reads or polls the channel's file: what is
 * woken inside its handler waits since the handler began.
 */
SEC("?tp_btf/sched_waking")
int BPF_PROG(xt_waking, struct task_struct *task)
{
	struct xt_cpu *cpu = cpu_enter(XT_P_WAKING);
	__u32 pid = task->pid, path;
	struct xt_frame *frame;
	struct xt_wake *wake;
	struct xt_irq *irq;

	if (!cpu || !interrupt_began(cpu))
		return 0;
	frame = frame_below(cpu, cpu->depth);
	irq = interrupt_of(frame);
	if (!irq || !irq->wake)
		return 0;
	path = irq->wake - 1;
	wake = wake_of(pid);
	if (!wake)
		return 0;
	/* the task was interrupted on its way to sleep: it does not sleep, and goes on */
	if (pid == (__u32)bpf_get_current_pid_tgid()) {
		cpu_lost(cpu, XT_NOTE_WAKE_AWAKE);
		return 0;
	}
	if (wake->pid)
		cpu_lost(cpu, XT_NOTE_WAKE_MISSED);
	wake->path = path;
	wake->at = frame->start;
	*(volatile __u32 *)&wake->pid = pid;
	return 0;
}

/*
 * The woken task runs. A task that leaves the CPU while its event is still open never slept: it was
 * on its way to sleep, on another CPU.
 */
SEC("?tp_btf/sched_switch")
int BPF_PROG(xt_wake_switch, bool preempt, struct task_struct *prev, struct task_struct *next)
{
	struct xt_cpu *cpu = cpu_enter(XT_P_WAKE_SWITCH);
	__u32 from = prev->pid, to = next->pid;
	struct xt_wake *wake;
	__u64 at, now;
	__u32 path;

	if (!cpu)
		return 0;
	wake = wake_of(from);
	if (wake && from && wake->pid == from) {
		wake->pid = 0;
		cpu_lost(cpu, XT_NOTE_WAKE_AWAKE);
	}
	wake = wake_of(to);
	if (!wake || !to || wake->pid != to)
		return 0;
	at = wake->at;
	path = wake->path;
	wake->pid = 0;
	now = bpf_ktime_get_ns();
	if (now < at)
		cpu_lost(cpu, XT_LOST_FRAME_CLOCK);
	else
		hist_add(cpu, path, now - at);
	return 0;
}

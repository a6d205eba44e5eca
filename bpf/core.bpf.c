// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The hooks that several families need: interrupt handlers, softirqs, task switches, and the
 * vCPU's runstate. Attaches first; the others find its stamps in the CPU's slice.
 */
#include "vmlinux.h"
#include <bpf/bpf_tracing.h>
#include "parked.bpf.h"
#include "softirq.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

const volatile __u32 cfg_irq_base;     /* paths: one an interrupt slot */
const volatile __u32 cfg_softirq_base; /* paths: one a vector */
const volatile __u32 cfg_scratch_path; /* calibration's; in no report */

XT_SHARED_ARRAY(xt_irqs, struct xt_irq); /* by interrupt number */

/* How many actions follow this one on a shared line: tells the line's devices apart. */
static __always_inline __u32 actions_after(struct irqaction *action)
{
	struct irqaction *next = action->next;
	__u32 n = 0;

	if (!next)
		return 0;
	n++;
	next = next->next;
	if (!next)
		return n;
	n++;
	return next->next ? n + 1 : n;
}

/*
 * Sysfs does not always tell which disk an interrupt belongs to: blkfront's are all named "blkif", and
 * the disks of a controller share one. The requests that its handler completes tell.
 */
static __always_inline void learn_disk(struct xt_cpu *cpu, struct xt_irq *irq, __u32 after)
{
	__u16 disk = cpu->irq_disk, *known = element(irq->disk, after);

	cpu->irq_disk = 0;
	if (!disk || *known == disk || *known == XT_IRQ_DISKS)
		return;
	*known = *known ? XT_IRQ_DISKS : disk;
}

/*
 * A NIC's interrupt may leave its work to a NAPI poll on this CPU: its handler raises the softirq, or
 * runs inside one. The work waits from the first such interrupt after the last poll; nic_first is when
 * that was. If a softirq has ended since, and nic_first is still set, then that interrupt wanted no poll,
 * or a thread polls: the next interrupt takes its place.
 */
static __always_inline void nic_interrupted(struct xt_cpu *cpu, __u32 nic, __u64 start)
{
	__u64 *first;

	if (!nic)
		return;
	*element(cpu->nic_last, nic) = start;
	if (!cpu->poll_raised && !cpu->poll_at)
		return;
	first = element(cpu->nic_first, nic);
	if (!*first || *first < cpu->polled_at)
		*first = start;
}

/* kernel/irq/handle.c:__handle_irq_event_percpu(), once an action. */
SEC("?tp_btf/irq_handler_entry")
int BPF_PROG(xt_irq_entry, int irq, struct irqaction *action)
{
	struct xt_cpu *cpu = cpu_enter(XT_P_IRQ_ENTRY);
	__u64 now;

	if (!cpu)
		return 0;
	now = bpf_ktime_get_ns();
	cpu->irq_start = now;
	cpu->irq_disk = 0;
	cpu->poll_raised = 0;
	frame_open(cpu, XT_TOKEN_IRQ | (__u32)irq, now);
	return 0;
}

SEC("?tp_btf/irq_handler_exit")
int BPF_PROG(xt_irq_exit, int irq, struct irqaction *action, int ret)
{
	struct xt_cpu *cpu = cpu_enter(XT_P_IRQ_EXIT);
	__u32 nr = irq, after, slot = 0;
	struct closed closed;
	bool emulated = false;
	struct xt_irq *known;
	__u64 start;

	if (!cpu)
		return 0;
	start = cpu->irq_start;
	cpu->irq_start = 0;
	if (!frame_close(cpu, XT_TOKEN_IRQ | nr, bpf_ktime_get_ns(), &closed))
		return 0;
	after = actions_after(action);
	known = bpf_map_lookup_elem(&xt_irqs, &nr);
	if (known && after < XT_IRQ_ACTIONS) {
		slot = *element(known->slot, after);
		emulated = *element(known->flags, after) & XT_IRQ_EMULATED;
		learn_disk(cpu, known, after);
		nic_interrupted(cpu, *element(known->nic, after), start);
	}
	if (!slot)
		cpu_lost(cpu, XT_NOTE_OTHER_IRQ);
	frame_record(cpu, cfg_irq_base + slot, &closed, emulated);
	return 0;
}

/*
 * Softirqs run where an interrupt ends, inside whatever it interrupted (before 5.12 even inside
 * the event channel upcall): a frame of their own keeps their work out of other paths.
 */
SEC("?tp_btf/softirq_entry")
int BPF_PROG(xt_softirq_entry, unsigned int vector)
{
	struct xt_cpu *cpu = cpu_enter(XT_P_SOFTIRQ_ENTRY);
	__u64 now;

	if (!cpu)
		return 0;
	now = bpf_ktime_get_ns();
	if (vector == NET_RX_SOFTIRQ)
		cpu->poll_at = now;
	else if (vector == NET_TX_SOFTIRQ)
		cpu->tx_softirq = 1;
	frame_open(cpu, XT_TOKEN_SOFTIRQ | vector, now);
	return 0;
}

SEC("?tp_btf/softirq_exit")
int BPF_PROG(xt_softirq_exit, unsigned int vector)
{
	struct xt_cpu *cpu = cpu_enter(XT_P_SOFTIRQ_EXIT);
	struct closed closed;
	__u64 now;

	if (!cpu || vector >= XT_SOFTIRQS)
		return 0;
	now = bpf_ktime_get_ns();
	if (vector == NET_RX_SOFTIRQ) {
		cpu->poll_at = 0;
		cpu->polled_at = now;
	} else if (vector == NET_TX_SOFTIRQ) {
		cpu->tx_softirq = 0;
	}
	if (frame_close(cpu, XT_TOKEN_SOFTIRQ | vector, now, &closed))
		frame_record(cpu, cfg_softirq_base + vector, &closed, false);
	return 0;
}

/*
 * A path belongs to the task that entered it: one that is open here was preempted, and goes on where
 * the task does. What a driver's batch still has to issue is no longer told from other tasks' requests.
 */
SEC("?tp_btf/sched_switch")
int BPF_PROG(xt_switch, bool preempt, struct task_struct *prev, struct task_struct *next)
{
	struct xt_cpu *cpu = cpu_enter(XT_P_SWITCH);

	if (!cpu)
		return 0;
	if (cpu->batching) {
		bump(&cpu->loss[XT_NOTE_BATCH], cpu->nr_batch);
		cpu->batching = cpu->nr_batch = 0;
	}
	if (cpu->depth)
		frames_park(cpu, prev->pid);
	frames_resume(cpu, next->pid);
	return 0;
}

/*
 * Never attached: the loader runs it on each CPU (BPF_PROG_TEST_RUN with a CPU) to read that
 * vCPU's runstate, which only the vCPU itself can.
 */
SEC("?raw_tp/xt_runstate")
int xt_runstate(void *ctx)
{
	__u32 nr = bpf_get_smp_processor_id();
	struct xt_cpu *cpu = bpf_map_lookup_elem(&xt_cpus, &nr);
	const volatile struct vcpu_runstate_info *rs;
	__u64 entry, now;
	int i;

	if (!cpu || !&xen_runstate)
		return 0;
	rs = bpf_this_cpu_ptr(&xen_runstate);
	entry = rs->state_entry_time;
	for (i = 0; i < 4; i++)
		cpu->runstate[i] = rs->time[i];
	now = bpf_ktime_get_ns();
	if (rs->state_entry_time == entry)
		cpu->runstate_at = now;
	return 0;
}

/*
 * Never attached either: what one event costs here. A frame opened, closed and recorded, with the
 * clock reads that a pair of programs makes, and the clock alone; the loader runs it many times and
 * takes what an undisturbed run takes.
 */
SEC("?raw_tp/xt_calibrate")
int xt_calibrate(void *ctx)
{
	__u32 nr = bpf_get_smp_processor_id();
	struct xt_cpu *cpu = bpf_map_lookup_elem(&xt_cpus, &nr);
	__u64 start, clock, end;
	struct closed closed;

	if (!cpu)
		return 0;
	clock = bpf_ktime_get_ns();
	start = bpf_ktime_get_ns();
	bump(&cpu->runs[XT_P_SWITCH], 0);
	frame_open(cpu, 0, bpf_ktime_get_ns());
	bump(&cpu->runs[XT_P_SWITCH], 0);
	if (frame_close(cpu, 0, bpf_ktime_get_ns(), &closed))
		frame_record(cpu, cfg_scratch_path, &closed, false);
	end = bpf_ktime_get_ns();
	cpu->clock_ns = start - clock;
	cpu->pair_ns = end - start - cpu->clock_ns;
	return 0;
}

/* Empty, on an event that the loader makes at will (prctl(PR_SET_NAME)): what dispatch costs. */
SEC("?tp_btf/task_rename")
int xt_dispatch_tp(void *ctx)
{
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The hooks that several families need: interrupt handlers, softirqs, task switches, and the vCPU's
 * runstate. They are attached first. The other families find their stamps in the CPU's slice.
 */
#include "vmlinux.h"
#include <bpf/bpf_tracing.h>
#include "frame.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

const volatile struct xt_core_config config;

/*
 * The frames of tasks that were preempted inside them. On a preemptible kernel (Debian's 7.3 has
 * PREEMPT_LAZY) a task may leave a driver's function in the middle, and finish it on another CPU.
 * Its frames leave the CPU with it and are opened again where it goes on. The time between is other
 * tasks'.
 */

#define PARKED_PIDS 256

/*
 * By CPU * XT_PARKED + thread id. Only the CPU itself fills its places; the CPU where the task goes
 * on empties them.
 */
XT_SHARED_ARRAY(xt_parked, struct xt_parked);

/* Where a task is parked, by thread id: thread id << 32 | place + 1, in one word. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, PARKED_PIDS);
	__type(key, __u32);
	__type(value, __u64);
} xt_parked_at SEC(".maps");

/*
 * The slice that counts the parked tasks: mostly there are none, and nobody looks for any. It is
 * not the address of the counter, which a compiler may compute before the test for NULL, and the
 * verifier refuses that.
 */
static __always_inline struct xt_cpu *parked_tasks(void)
{
	__u32 first = 0;

	return bpf_map_lookup_elem(&xt_cpus, &first);
}

static __always_inline struct xt_parked *parked_get(__u64 where)
{
	__u32 place = (__u32)where - 1;

	return where ? bpf_map_lookup_elem(&xt_parked, &place) : NULL;
}

/* Another task needs the place: the end of these frames will not be seen. */
static __always_inline void parked_lose(struct xt_cpu *cpu, struct xt_parked *parked)
{
	struct xt_cpu *first = parked_tasks();

	if (!parked->pid)
		return;
	parked->pid = 0;
	bump(&cpu->loss[XT_LOST_FRAME_UNWOUND], parked->depth);
	if (first)
		bump(&first->parked, -1);
}

/* `pid` is switched out: park all frames that are open here. */
static __always_inline void frames_park(struct xt_cpu *cpu, __u32 pid)
{
	__u32 at = pid & (PARKED_PIDS - 1), place = cpu->nr * XT_PARKED + (pid & (XT_PARKED - 1)),
	      i;
	__u64 *where = bpf_map_lookup_elem(&xt_parked_at, &at);
	struct xt_parked *parked = bpf_map_lookup_elem(&xt_parked, &place), *other;
	struct xt_cpu *first = parked_tasks();
	__u32 depth = cpu->depth;
	struct xt_frame *frame;
	struct away away;

	cpu->depth = 0;
	if (!where || !parked || !first || !pid || depth > XT_PARKED_FRAMES) {
		bump(&cpu->loss[XT_LOST_FRAME_UNWOUND], depth);
		return;
	}
	other = parked_get(*where);
	if (other && other->pid == *where >> 32)
		parked_lose(cpu, other);
	parked_lose(cpu, parked);
	away_now(&away);
	for (i = 0; i < XT_PARKED_FRAMES && i < depth; i++) {
		frame = element(parked->frame, i);
		*frame = *element(cpu->frame, i);
		if (frame->start == XT_FRAME_COUNTED)
			continue;
		frame->off_cpu = away.off_cpu - frame->off_cpu;
		frame->offline = away.offline - frame->offline;
	}
	parked->carried = cpu->carried;
	parked->depth = depth;
	parked->at = bpf_ktime_get_ns();
	parked->pid = pid;
	*where = (__u64)pid << 32 | (place + 1);
	bump(&first->parked, 1);
}

/* `pid` is switched in: open its frames again, here. */
static __always_inline void frames_resume(struct xt_cpu *cpu, __u32 pid)
{
	struct xt_cpu *first = parked_tasks();
	__u64 *where, missed;
	__u32 at = pid & (PARKED_PIDS - 1), i;
	struct xt_parked *parked;
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
	for (i = 0; i < XT_PARKED_FRAMES && i < parked->depth; i++) {
		frame = element(cpu->frame, i);
		*frame = *element(parked->frame, i);
		if (frame->start == XT_FRAME_COUNTED)
			continue;
		if (frame->start) /* else its program has yet to write all of it */
			frame->start += missed;
		frame->off_cpu = away.off_cpu - frame->off_cpu;
		frame->offline = away.offline - frame->offline;
	}
	cpu->carried = parked->carried;
	cpu->depth = parked->depth;
	parked->pid = 0;
	*where = 0;
	bump(&first->parked, -1);
}

XT_SHARED_ARRAY(xt_irqs, struct xt_irq); /* by interrupt number */

/* How many actions follow this one on a shared line: that tells the line's devices apart. */
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
 * Sysfs does not always tell which device an interrupt belongs to: all of blkfront's are named
 * "blkif", and the disks of a controller share one. What the handler does tells: see
 * interrupt_serves().
 */
static __always_inline void learn_device(struct xt_cpu *cpu, struct xt_irq *irq, __u32 after)
{
	__u16 device = cpu->served, *known = element(irq->served, after);

	cpu->served = 0;
	if (!device || *known == device || *known == XT_IRQ_SEVERAL)
		return;
	*known = *known ? XT_IRQ_SEVERAL : device;
}

/*
 * An interrupt may leave its work to a softirq on this CPU, as a NIC's does to its poll: the
 * handler raises the softirq, or runs inside one. The work waits since the first such interrupt
 * after the last softirq; that is `first`. If `first` is older than the last softirq, that softirq
 * did not do the work: the interrupt wanted none, or a thread does it. Then the next interrupt is
 * the first.
 */
static __always_inline void device_interrupted(struct xt_cpu *cpu, struct xt_irq *irq, __u32 after,
					       __u64 start)
{
	__u32 device = *element(irq->device, after), vector = *element(irq->softirq, after);
	struct xt_device *interrupts;

	if (!device)
		return;
	interrupts = device_of(cpu, device);
	interrupts->last = start;
	if (!(cpu->raised & 1ull << (vector & 63)) && !*element(cpu->softirq_at, vector))
		return;
	if (!interrupts->first || interrupts->first < *element(cpu->softirq_ended, vector))
		interrupts->first = start;
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
	cpu->served = 0;
	cpu->raised = 0;
	frame_open(cpu, XT_TOKEN_IRQ | (__u32)irq, now, 0);
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
		learn_device(cpu, known, after);
		device_interrupted(cpu, known, after, start);
	}
	if (!slot)
		cpu_lost(cpu, XT_NOTE_OTHER_IRQ);
	closed.stack = 0; /* it has none: what is done with one is left out here */
	frame_record(cpu, config.irq_path + slot, &closed, emulated);
	return 0;
}

/*
 * A softirq runs at the end of an interrupt, inside whatever that interrupted (before 5.12 even
 * inside the event channel upcall). A frame of its own keeps its time out of other paths. Those of
 * packets begin and end legs, and are always timed.
 */
static __always_inline bool is_of_packets(unsigned int vector)
{
	return vector == XT_SOFTIRQ_NET_TX || vector == XT_SOFTIRQ_NET_RX;
}

SEC("?tp_btf/softirq_entry")
int BPF_PROG(xt_softirq_entry, unsigned int vector)
{
	struct xt_cpu *cpu = cpu_enter(XT_P_SOFTIRQ_ENTRY);
	__u64 now;

	if (!cpu || vector >= XT_SOFTIRQS)
		return 0;
	if (!is_of_packets(vector)) {
		thin_open(cpu, XT_RATE_SOFTIRQS, XT_TOKEN_SOFTIRQ | vector, false, false, NULL);
		return 0;
	}
	now = bpf_ktime_get_ns();
	*element(cpu->softirq_at, vector) = now;
	frame_open(cpu, XT_TOKEN_SOFTIRQ | vector, now, 0);
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
	if (!count_close(cpu, XT_TOKEN_SOFTIRQ | vector, &closed)) {
		now = bpf_ktime_get_ns();
		if (is_of_packets(vector)) {
			*element(cpu->softirq_at, vector) = 0;
			*element(cpu->softirq_ended, vector) = now;
		}
		if (!frame_close(cpu, XT_TOKEN_SOFTIRQ | vector, now, &closed))
			return 0;
	}
	closed.stack = 0; /* as of an interrupt */
	thin_record(cpu, config.softirq_path + vector, &closed);
	return 0;
}

/*
 * A path belongs to the task that entered it. A path that is open at a switch was preempted, and
 * goes on where its task does.
 */
SEC("?tp_btf/sched_switch")
int BPF_PROG(xt_switch, bool preempt, struct task_struct *prev, struct task_struct *next)
{
	struct xt_cpu *cpu = cpu_enter(XT_P_SWITCH);

	if (!cpu)
		return 0;
	if (cpu->depth)
		frames_park(cpu, prev->pid);
	frames_resume(cpu, next->pid);
	return 0;
}

/*
 * Never attached: the loader runs it on each CPU (BPF_PROG_TEST_RUN with a CPU), since only a vCPU
 * itself can read its runstate.
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
 * What a kernel stack costs: taken here and added to, and one frame of it alone. How much each frame
 * more takes the loader makes of both, and of how many this stack has.
 */
static __always_inline void calibrate_stack(void *ctx, struct xt_cpu *cpu)
{
	__u64 start, end, one[1];
	__u32 stack;

	if (!xt_stacks_asked)
		return;
	start = bpf_ktime_get_ns();
	stack = stack_here(ctx, cpu);
	if (stack)
		stack_add(cpu, config.scratch_path, stack, 0, 1);
	end = bpf_ktime_get_ns();
	cpu->stack_ns = stack ? end - start - cpu->clock_ns : 0;
	start = bpf_ktime_get_ns();
	bpf_get_stack(ctx, one, sizeof(one), 0);
	end = bpf_ktime_get_ns();
	cpu->frame_ns = end - start - cpu->clock_ns;
	cpu->walks = 0;
}

/*
 * Never attached either: what one event costs on this machine. It opens, closes and records a
 * frame, with the clock reads that a pair of programs makes, does the same for an event that is only
 * counted, and measures the clock alone. The loader runs it many times, and takes what an undisturbed
 * run takes.
 */
SEC("?raw_tp/xt_calibrate")
int xt_calibrate(void *ctx)
{
	__u32 nr = bpf_get_smp_processor_id();
	struct xt_cpu *cpu = bpf_map_lookup_elem(&xt_cpus, &nr);
	__u64 start, clock, end, count;
	struct closed closed;
	struct xt_hist *h;

	if (!cpu)
		return 0;
	clock = bpf_ktime_get_ns();
	start = bpf_ktime_get_ns();
	(*(volatile __u64 *)&cpu->runs[XT_P_SWITCH])++;
	frame_open(cpu, 0, bpf_ktime_get_ns(), 0);
	(*(volatile __u64 *)&cpu->runs[XT_P_SWITCH])--;
	if (frame_close(cpu, 0, bpf_ktime_get_ns(), &closed))
		frame_record(cpu, config.scratch_path, &closed, false);
	end = bpf_ktime_get_ns();
	cpu->clock_ns = start - clock;
	count_open(cpu, 0);
	h = count_close(cpu, 0, &closed) ? hist_of(cpu, config.scratch_path) : NULL;
	if (h)
		bump(&h->pending, 1);
	count = bpf_ktime_get_ns();
	cpu->pair_ns = end - start - cpu->clock_ns;
	cpu->count_ns = count - end > cpu->clock_ns ? count - end - cpu->clock_ns : 0;
	calibrate_stack(ctx, cpu);
	return 0;
}

/*
 * Empty, on an event that the loader causes itself (prctl(PR_SET_NAME)): what the call of a program
 * costs.
 */
SEC("?tp_btf/task_rename")
int xt_dispatch_tp(void *ctx)
{
	return 0;
}

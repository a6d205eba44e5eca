/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Part of abi.h: what is counted of the tracer itself. */
#ifndef XT_LOSSES_H
#define XT_LOSSES_H

#define XT_ENUM(id, ...) id,

/*
 * What a program could not account for, per CPU: X(enumerator, name, the cause and what to do).
 * Those marked 1 are lost events; the others, 0, are notes that change no figure. The vCPUs' are
 * counted by the loader, which reads them.
 */
#define XT_LOSSES(X)                                                                               \
	X(XT_LOST_NO_SLOT, "no-slot", 1,                                                           \
	  "a request's tag is beyond its disk's table: the queue grew while tracing; start again") \
	X(XT_LOST_OVERWRITTEN, "overwritten", 1,                                                   \
	  "a request was issued again without having been seen to end: a completion was missed")   \
	X(XT_LOST_NO_START, "no-start", 1,                                                         \
	  "a request of a disk that appeared after the start, or with -p or -c of any, ended, "    \
	  "and "                                                                                   \
	  "its issue was not seen")                                                                \
	X(XT_LOST_CLOCK, "clock-back", 1, "a request's interval was negative: the clock stepped")  \
	X(XT_LOST_FRAME_CLOCK, "frames-clock-back", 1,                                             \
	  "a path's interval was negative: the clock stepped")                                     \
	X(XT_LOST_FRAME_DEEP, "frames-deep", 1,                                                    \
	  "more nested paths on a CPU than the frame stack holds")                                 \
	X(XT_LOST_FRAME_UNWOUND, "frames-unwound", 1,                                              \
	  "a path was entered and its exit not seen (a missed fexit or kretprobe)")                \
	X(XT_LOST_FRAME_STRAY, "frames-stray", 1, "a path's exit was seen and not its entry")      \
	X(XT_LOST_NO_HIST, "no-histogram", 1,                                                      \
	  "a path number is beyond the table: a bug in this program, please report it")            \
	X(XT_NOTE_FRAME_EARLY, "frames-preexisting", 0,                                            \
	  "paths already entered when tracing began; not measured")                                \
	X(XT_NOTE_PREEXISTING, "preexisting", 0,                                                   \
	  "requests already in flight when tracing began; not measured")                           \
	X(XT_NOTE_OTHER_DISK, "other-disk", 0,                                                     \
	  "requests of a disk that appeared after the start; under disk \"other\"")                \
	X(XT_NOTE_OTHER_IRQ, "other-irq", 0,                                                       \
	  "interrupts that appeared after the start; under device \"other\"")                      \
	X(XT_NOTE_SLOWEST, "slowest-skipped", 0,                                                   \
	  "requests that ended inside the noting of a slow one; they may be slow themselves")      \
	X(XT_NOTE_BATCH, "batch-full", 0,                                                          \
	  "requests of a batch beyond what is kept of it: their submit is in the next leg")        \
	X(XT_NOTE_PARTIAL, "partial", 0,                                                           \
	  "partial completions; the request ends with its last part")                              \
	X(XT_NOTE_WAKE_AWAKE, "wake-awake", 0,                                                     \
	  "events for a process that was just going to sleep: it ran on, and waited for nothing")  \
	X(XT_NOTE_WAKE_MISSED, "wake-missed", 0,                                                   \
	  "processes woken by an event whose place another one took; not measured")                \
	X(XT_NOTE_VCPU_JUMP, "vcpu-jump", 0,                                                       \
	  "a vCPU's runstate or steal shrank, or outgrew the clock; that second is in no sum")     \
	X(XT_NOTE_VCPU_CAME, "vcpu-came", 0, "vCPUs plugged while tracing; measured from then on") \
	X(XT_NOTE_VCPU_WENT, "vcpu-went", 0,                                                       \
	  "vCPUs unplugged while tracing; their last second, or less, is in no sum")               \
	X(XT_NOTE_TORN, "read-late", 0,                                                            \
	  "readings of the counters that were interrupted for long, three times in a row: an "     \
	  "interval's times and counts are of moments that far apart")                             \
	X(XT_LOST_TIMER_UNREAD, "timers-unread", 1,                                                \
	  "a timer's expiry could not be read: a bug in this program, please report it")           \
	X(XT_NOTE_TIMER_PAST, "timers-past", 0,                                                    \
	  "timers set to a time that was past already, by a step of the clock too, or due before " \
	  "tracing began; not late")                                                               \
	X(XT_LOST_TX_NO_SLOT, "tx-no-slot", 1,                                                     \
	  "more packets of one transmit queue in flight than are kept here; not measured")         \
	X(XT_LOST_TX_OVERWRITTEN, "tx-overwritten", 1,                                             \
	  "a packet's place was taken by another, its own end not seen: a free was missed")        \
	X(XT_LOST_TX_CLOCK, "tx-clock-back", 1,                                                    \
	  "a packet's interval was negative: the clock stepped")                                   \
	X(XT_NOTE_TX_NO_QDISC, "tx-no-qdisc", 0,                                                   \
	  "packets that were not seen on their way to the driver: they have no qdisc leg")         \
	X(XT_NOTE_RX_NO_IRQ, "rx-no-irq", 0,                                                       \
	  "polls that no interrupt on their CPU preceded: they have no leg before the poll")       \
	X(XT_NOTE_RX_UNTIMED, "rx-untimed", 0,                                                     \
	  "polls outside the softirq, by threads and busy pollers: counted, not timed")            \
	X(XT_NOTE_OTHER_NIC, "other-nic", 0,                                                       \
	  "packets of a NIC that appeared after the start, or is a guest's; not measured")         \
	X(XT_NOTE_SITE_NUMBER, "site-number", 0,                                                   \
	  "hypercalls of another number than their call site was read to have; under \"other\"")   \
	X(XT_LOST_SKIPPED, "skipped", 1,                                                           \
	  "runs that the kernel left out, since the program ran on that CPU already, as when an "  \
	  "interrupt comes into it")                                                               \
	X(XT_NOTE_START_MISSED, "start-missed", 0,                                                 \
	  "requests whose issue was not seen, since the kernel left that run out; counted, and "   \
	  "not followed")                                                                          \
	X(XT_NOTE_END_MISSED, "end-missed", 0,                                                     \
	  "requests whose end was seen where the driver completed them only: without finish leg")  \
	X(XT_NOTE_SHARED_ROW, "disks-in-one-row", 0,                                               \
	  "disks that have no row of their own and are together in \"more disks\", the least "     \
	  "used "                                                                                  \
	  "of too many: name with -D which are to be apart")                                       \
	X(XT_NOTE_STACK_COLLIDED, "stacks-collided", 0,                                            \
	  "kernel stacks whose place another one has; they are in \"[no stack]\"")                 \
	X(XT_NOTE_STACK_FULL, "stacks-full", 0,                                                    \
	  "kernel stacks for which there was no room any more; they are in \"[no stack]\"")        \
	X(XT_NOTE_STACK_NONE, "stacks-none", 0,                                                    \
	  "kernel stacks that the kernel did not give; they are in \"[no stack]\"")                \
	X(XT_LOST_BACK_NO_PLACE, "back-no-place", 1,                                               \
	  "events and requests of guests' disks beyond what is kept of rings; not measured")       \
	X(XT_LOST_BACK_MISSED, "back-missed", 1,                                                   \
	  "requests of guests' disks whose end was not seen, or for which there was no place")     \
	X(XT_LOST_BACK_CLOCK, "back-clock-back", 1,                                                \
	  "a request of a guest's disk had a negative interval, or a part of it was not seen")     \
	X(XT_NOTE_BACK_OTHER, "back-other", 0,                                                     \
	  "requests of guests' disks that have no row of their own: they came just before, or "    \
	  "there are no rows left")                                                                \
	X(XT_NOTE_BACK_PREEXISTING, "back-preexisting", 0,                                         \
	  "requests of guests' disks already in work when tracing began; not measured")            \
	X(XT_NOTE_VIF_OTHER, "vif-other", 0,                                                       \
	  "frames of guests' NICs that have no row of their own: they came just before, or there " \
	  "are no rows left")

enum xt_loss { XT_LOSSES(XT_ENUM) XT_LOSS_NR };

#undef XT_ENUM

#endif

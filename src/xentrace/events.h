/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The events of Xen's trace buffers that are read here: xen/include/public/trace.h. */
#ifndef XT_XENTRACE_EVENTS_H
#define XT_XENTRACE_EVENTS_H

#include <stdbool.h>
#include <stdint.h>

#define EVENT_LOST	    0x1f001 /* words: how many, vCPU << 16 | domain, TSC of the first */
#define EVENT_WRAP	    0x1f002 /* fills the buffer up to its end */
#define EVENT_CPU_CHANGE    0x1f003 /* words: CPU, bytes that follow */
#define EVENT_RUNSTATE	    0x21001 /* | old << 8 | new << 4; word: domain << 16 | vCPU */
#define EVENT_CONTINUE	    0x21002 /* it goes on running; word: domain << 16 | vCPU */
#define EVENT_VMENTRY	    0x81001
#define EVENT_VMEXIT	    0x81002 /* word: the reason; before Xen 4.19 AMD's as well */
#define EVENT_VMEXIT_AMD    0x81003
#define EVENT_HVM_HYPERCALL 0x82012 /* word: its number */
#define EVENT_PORT_READ	    0x82016 /* words: address, value */
#define EVENT_MEMORY_READ   0x82017
#define EVENT_PORT_WRITE    0x82216
#define EVENT_MEMORY_WRITE  0x82217
#define EVENT_PV	    0x201000 /* with the number of one of them below it */
#define EVENT_PV_HYPERCALL  0x20100d /* words: its number and which arguments follow; these */
#define EVENT_PV_SUBCALL    0x20200e /* the same, of a multicall */

#define EVENT_WIDE   0x100 /* addresses of 64 bits: of VM exits, I/O, and what befalls PV guests */
#define EVENT_NESTED 0x400 /* of VM entries and exits: of a guest's own guest */
#define EVENT_STATES 0x330

#define HYPERCALL_NUMBER 0xfffff /* of a PV hypercall's first word */

/* Of a vCPU, as Xen numbers them (xen/include/public/vcpu.h). */
enum xen_state { XEN_RUNNING, XEN_RUNNABLE, XEN_BLOCKED, XEN_OFFLINE, XEN_STATES };

static inline bool event__is_runstate(uint32_t event)
{
	return (event & ~EVENT_STATES) == EVENT_RUNSTATE;
}

static inline bool event__is_exit(uint32_t event)
{
	event &= ~(EVENT_WIDE | EVENT_NESTED);
	return event == EVENT_VMEXIT || event == EVENT_VMEXIT_AMD;
}

static inline bool event__is_entry(uint32_t event)
{
	return (event & ~EVENT_NESTED) == EVENT_VMENTRY;
}

static inline bool event__is_port(uint32_t event)
{
	event &= ~EVENT_WIDE;
	return event == EVENT_PORT_READ || event == EVENT_PORT_WRITE;
}

static inline bool event__is_memory(uint32_t event)
{
	event &= ~EVENT_WIDE;
	return event == EVENT_MEMORY_READ || event == EVENT_MEMORY_WRITE;
}

static inline bool event__is_hypercall(uint32_t event)
{
	return event == EVENT_HVM_HYPERCALL || event == EVENT_PV_HYPERCALL ||
	       event == EVENT_PV_SUBCALL;
}

#endif

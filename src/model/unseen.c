// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "model/unseen.h"

#define DOM0 (1u << BOOT_DOM0)
#define PV   (1u << BOOT_PV | DOM0)
#define XEN  (PV | 1u << BOOT_HVM | 1u << BOOT_PVH)

/*
 * Functions that may sleep hold no frame on a CPU, and one that makes its hypercall only now and
 * then would count what it does not: neither is in bpf/abi.h's list of wrappers.
 */
static const struct unseen table[] = {
	{ "iret", "the return to user mode, and from an interrupt",
	  "entry code: no probe may enter it", PV },
	{ "xen_version", "xen_force_evtchn_callback: interrupts enabled with events pending",
	  "in a file built without probes; the upcall that it makes is counted", PV },
	{ "set_debugreg, get_debugreg", "hardware breakpoints", "no probe may enter it", PV },
	{ "stack_switch, fpu_taskswitch", "a task switch",
	  "part of a multicall, counted as that; by name only where flushed alone", PV },
	{ "mmu_update, update_va_mapping",
	  "single page-table entries: direct calls outside xen_mc_flush",
	  "xen_set_pte is called far more often than it makes one: counted with the page tables",
	  PV },
	{ "set_gdt, set_trap_table", "descriptor tables, also by update_descriptor and callback_op",
	  "rare: not probed", PV },
	{ "memory_op exchange", "contiguous memory for DMA",
	  "xen_exchange_memory has more arguments than a probe may", PV },
	{ "sched_op block", "idle", "counted as idle", XEN },
	{ "sched_op yield", "after an IPI to a vCPU that does not run, or with a full console",
	  "made only then: no function tells", XEN },
	{ "event_channel_op unmask", "the end of an interrupt, with the next event pending already",
	  "made only then: no function tells", XEN },
	{ "event_channel_op bind, close", "devices that come and go, also by vcpu_op and hvm_op",
	  "rare: not probed", XEN },
	{ "event_channel_op of xenbus", "the threads of xenbus, and ioctls of /dev/xen/evtchn",
	  "they may sleep on the way", XEN },
	{ "grant_table_op map, copy", "back ends and gntdev", "they wait and try again, asleep",
	  XEN },
	{ "physdev_op eoi", "the end of a physical interrupt",
	  "made for some only: no function tells", DOM0 },
	{ "any by privcmd", "the toolstack and device models: domctl, sysctl, dm_op, memory_op",
	  "ioctls that may sleep", DOM0 },
};

#define TABLE (sizeof(table) / sizeof(table[0]))

const struct unseen *unseen__next(const struct unseen *unseen, enum boot boot)
{
	for (unseen = unseen ? unseen + 1 : table; unseen < table + TABLE; unseen++)
		if (unseen->guests >> boot & 1)
			return unseen;
	return NULL;
}

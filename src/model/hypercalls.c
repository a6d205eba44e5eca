// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "model/hypercalls.h"

#include <stdlib.h>
#include <string.h>

static const char *const hypercall_names[] = {
	[0] = "set_trap_table",
	[1] = "mmu_update",
	[2] = "set_gdt",
	[3] = "stack_switch",
	[4] = "set_callbacks",
	[5] = "fpu_taskswitch",
	[6] = "sched_op_compat",
	[7] = "platform_op",
	[8] = "set_debugreg",
	[9] = "get_debugreg",
	[10] = "update_descriptor",
	[12] = "memory_op",
	[13] = "multicall",
	[14] = "update_va_mapping",
	[15] = "set_timer_op",
	[16] = "event_channel_op_compat",
	[17] = "xen_version",
	[18] = "console_io",
	[19] = "physdev_op_compat",
	[20] = "grant_table_op",
	[21] = "vm_assist",
	[22] = "update_va_mapping_otherdomain",
	[23] = "iret",
	[24] = "vcpu_op",
	[25] = "set_segment_base",
	[26] = "mmuext_op",
	[27] = "xsm_op",
	[28] = "nmi_op",
	[29] = "sched_op",
	[30] = "callback_op",
	[31] = "xenoprof_op",
	[32] = "event_channel_op",
	[33] = "physdev_op",
	[34] = "hvm_op",
	[35] = "sysctl",
	[36] = "domctl",
	[37] = "kexec_op",
	[38] = "tmem_op",
	[39] = "argo_op",
	[40] = "xenpmu_op",
	[41] = "dm_op",
	[42] = "hypfs_op",
	[48] = "mca", /* arch-x86/xen.h */
};

const char *hypercall__name(unsigned int number)
{
	return number < sizeof(hypercall_names) / sizeof(hypercall_names[0])
		       ? hypercall_names[number]
		       : NULL;
}

/*
 * xen_mc_flush makes multicalls of page-table updates and of task switches (arch/x86/xen/mmu_pv.c,
 * enlighten_pv.c): where the hardware translates, there are none.
 */
static const struct {
	const char *function;
	enum path_role role;
} function_roles[] = {
	{ "notify_remote_via_irq", PATH_NOTIFY },  { "clockevents_program_event", PATH_TIMER_SET },
	{ "xen_send_IPI_one", PATH_IPI },	   { "native_apic_icr_write", PATH_IPI },
	{ "xen_mc_flush", PATH_PV_ALONE },	   { "xen_load_gs_index", PATH_PV_ALONE },
	{ "xen_do_write_msr", PATH_PV_ALONE },	   { "xen_update_io_bitmap", PATH_PV_ALONE },
	{ "serial8250_console_write", PATH_UART }, { "serial8250_tx_chars", PATH_UART },
	{ "native_io_apic_read", PATH_IO_APIC },   { "mask_ioapic_irq", PATH_IO_APIC },
	{ "unmask_ioapic_irq", PATH_IO_APIC },	   { "ioapic_ack_level", PATH_IO_APIC },
};

unsigned int hypercall__role(const char *function)
{
	for (size_t i = 0; i < sizeof(function_roles) / sizeof(function_roles[0]); i++)
		if (!strcmp(function_roles[i].function, function))
			return function_roles[i].role;
	return 0;
}

static struct exact_name *name_of(struct exact_name *names, size_t *nr, size_t room,
				  const struct probe_status *site)
{
	for (size_t i = 0; i < *nr; i++) {
		if (!strcmp(names[i].name, site->purpose))
			return &names[i];
	}
	if (*nr == room)
		return NULL;
	names[*nr] = (struct exact_name) { .name = site->purpose, .any = site->any_call };
	return &names[(*nr)++];
}

static int by_completeness(const void *a, const void *b)
{
	const struct exact_name *x = a, *y = b;

	if (x->complete != y->complete)
		return x->complete ? -1 : 1;
	if (x->attached != y->attached)
		return x->attached > y->attached ? -1 : 1;
	return strcmp(x->name, y->name);
}

size_t exact__names(struct exact_name *names, size_t room, const struct snapshot *snap)
{
	bool any_missed = false;
	size_t nr = 0;

	for (size_t i = 0; i < snap->nr_probes; i++) {
		const struct probe_status *probe = &snap->probes[i];
		struct exact_name *name;

		if (!probe->site)
			continue;
		name = name_of(names, &nr, room, probe);
		if (!name)
			continue;
		name->sites++;
		name->attached += probe->rung != RUNG_OFF;
		any_missed |= probe->rung == RUNG_OFF && probe->any_call;
	}
	for (size_t i = 0; i < nr; i++)
		names[i].complete = names[i].attached == names[i].sites && !any_missed;
	qsort(names, nr, sizeof(*names), by_completeness);
	return nr;
}

#define DOM0 (1u << BOOT_DOM0)
#define PV   (1u << BOOT_PV | DOM0)
#define XEN  (PV | 1u << BOOT_HVM | 1u << BOOT_PVH)

/*
 * Functions that may sleep hold no frame on a CPU, and one that makes its hypercall only now and
 * then would count what it does not: neither is in the list of wrappers (bpf/probes.h).
 */
static const struct unseen unseen_table[] = {
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

#define UNSEEN (sizeof(unseen_table) / sizeof(unseen_table[0]))

const struct unseen *unseen__next(const struct unseen *unseen, enum boot boot)
{
	for (unseen = unseen ? unseen + 1 : unseen_table; unseen < unseen_table + UNSEEN; unseen++)
		if (unseen->guests >> boot & 1)
			return unseen;
	return NULL;
}

/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a run asked for, by the mechanism that did it: how often, and the vCPU time of it. Pure. */
#ifndef XT_MODEL_WORKLOAD_H
#define XT_MODEL_WORKLOAD_H

#include "model/ledger.h"
#include "model/prices.h"

/*
 * X(enumerator, name in the lab's table). "By trap" is a hypercall of a PV kernel, SYSCALL into Xen, "by
 * VM exit" one of a kernel in a VM.
 */
#define XT_MECHANISMS(X)                              \
	X(BLKFRONT, "blkfront request")               \
	X(EMULATED_DISK, "emulated request")          \
	X(HARDWARE_DISK, "hardware request")          \
	X(NETFRONT, "netfront packet")                \
	X(EMULATED_NIC, "emulated packet")            \
	X(HARDWARE_NIC, "VF packet")                  \
	X(NOTIFY_TRAP, "notify by trap")              \
	X(NOTIFY_EXIT, "notify by VM exit")           \
	X(UPCALL, "event upcall")                     \
	X(UPCALL_PCI, "upcall by platform interrupt") \
	X(INTERRUPT_APIC, "emulated interrupt")       \
	X(TIMER_TRAP, "timer by trap")                \
	X(TIMER_EXIT, "timer by VM exit")             \
	X(TIMER_APIC, "emulated timer")               \
	X(IPI_TRAP, "IPI by trap")                    \
	X(IPI_EXIT, "IPI by VM exit")                 \
	X(IPI_APIC, "emulated IPI")                   \
	X(EMULATED_PLATFORM, "emulated platform")     \
	X(CLOCK_CALL, "clock read by call")           \
	X(PV_TABLES, "page tables by trap")           \
	X(OTHER_TRAP, "others by trap")               \
	X(OTHER_EXIT, "others by VM exit")

#define XT_ENUM(id, ...) id,
enum mechanism { NO_MECHANISM, XT_MECHANISMS(XT_ENUM) MECHANISM_NR };
#undef XT_ENUM

const char *mechanism__name(enum mechanism by);

struct measured {
	double count, ns;
	double variance; /* of the ns, of another run of as many */
	double unseen;	 /* the same of this run, in which not all were followed */
};

struct workload {
	enum guest_mode mode;
	double seconds;
	struct measured by[MECHANISM_NR];
	double irqs;		    /* interrupts of emulated devices, but the one of upcalls */
	double emulated_sent, sent; /* packets; emulated and all but a VF's */
	bool packets_unknown;
};

/* Of a whole run of this mode, with its books. */
void workload__collect(struct workload *load, enum guest_mode mode, const struct snapshot *snap,
		       const struct ledger *ledger, const struct platform *platform);

/* Of fewer than this nobody takes a price. */
#define WORKLOAD_FEW 10

/* Enough of them to take their price for that of others. */
bool workload__has(const struct workload *load, enum mechanism by);
/* Some at all. */
bool workload__has_any(const struct workload *load, enum mechanism by);
/* ns of one, with the 95 % interval of the mean: what others would take. */
struct estimate workload__each(const struct workload *load, enum mechanism by);
/* ns a second of all of them, uncertain only where not all were followed. */
struct estimate workload__load(const struct workload *load, enum mechanism by);
double workload__per_second(const struct workload *load, double count);

#endif

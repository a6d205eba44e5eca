/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The probes, as data: which hook, by which programs, and for which kind of guest (DESIGN §4). */
#ifndef XT_PROBE_TABLE_H
#define XT_PROBE_TABLE_H

#include <stdbool.h>

#include "abi.h"
#include "platform/platform.h"

/* PROBE_SITES: instructions, found at run time; see sites.h. */
enum probe_kind { PROBE_TRACEPOINT, PROBE_FUNCTION, PROBE_SITES };

/*
 * Who has use for a probe; a probe without use is off, and that is no defect. FOR_FRAMES: only
 * where functions are timed, whose time softirqs and task switches could fall into. FOR_END: one
 * of several hooks that end a request, see choose.c.
 */
enum probe_for {
	FOR_ALL,
	FOR_XEN,
	FOR_PV,
	FOR_DOM0,
	FOR_USER, /* processes that wait for event channels */
	FOR_DRIVER,
	FOR_FRAMES,
	FOR_END,
	FOR_HVM,
	FOR_NIC,
	FOR_TIMER, /* a clock event device that is not Xen's */
	FOR_NET,   /* NICs, of any driver */
};

struct probe {
	const char *family;
	const char *hook;  /* tracepoint or function */
	const char *older; /* function that had its body before, preferred where it exists … */
	bool older_calls;  /* … or not: it exists still, and calls this one */
	const char *purpose;
	enum probe_kind kind;
	enum probe_for use;
	const char *driver; /* FOR_DRIVER, FOR_NIC: as the platform names it */
	/*
	 * Programs. A tracepoint has entry alone. A function's entry and exit are attached
	 * together or not at all: fentry/fexit, else kprobe/kretprobe; exit may be absent.
	 */
	const char *tp, *fentry, *fexit, *kprobe, *kretprobe;
};

#define PROBE_HOOKS_MAX (2 * XT_PROBE_NR)

extern const struct probe probe_table[XT_PROBE_NR];

/* A number below PROBE_HOOKS_MAX for a function that some probe names, or -1. */
int probe_table__hook(const char *function);

/* Whether this kind of guest has use for the probe, as far as that says it. */
bool probe__applies(const struct probe *probe, const struct platform *platform);
/* A function whose time is measured, from entry to exit. */
bool probe__is_timed(const struct probe *probe);
/* Xen runs it, dom0 included: there are hypercalls, event channels and runstates. */
bool platform__on_xen(const struct platform *platform);
bool platform__has_driver(const struct platform *platform, const char *driver);

#endif

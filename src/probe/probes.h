/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The probes, as data: which hook, by which programs, for which guests, and what each needs. The
 * rows are in the families' headers (bpf/families.h); what they are made of is here.
 */
#ifndef XT_PROBE_PROBES_H
#define XT_PROBE_PROBES_H

#include <stdbool.h>

#include "abi.h"
#include "platform/platform.h"

/*
 * How a probe is attached. FUNCTION: by the programs of XT_TIMED_PROGS(name). ENTRY: by fentry or
 * kprobe. FENTRY_ONLY, FEXIT_ONLY, FENTRY_FEXIT: the programs read arguments, for which a kprobe will not do.
 */
#define TRACEPOINT(prog) .kind = PROBE_TRACEPOINT, .tp = prog
#define FUNCTION(name)                                                                           \
	.kind = PROBE_FUNCTION, .fentry = name "_fe", .fexit = name "_fx", .kprobe = name "_kp", \
	.kretprobe = name "_kr"
#define ENTRY(name)	   .kind = PROBE_FUNCTION, .fentry = name "_fe", .kprobe = name "_kp"
#define FENTRY_ONLY(prog)  .kind = PROBE_FUNCTION, .fentry = prog
#define FEXIT_ONLY(prog)   FENTRY_ONLY(prog) /* the program's section says which */
#define FENTRY_FEXIT(name) .kind = PROBE_FUNCTION, .fentry = name "_fe", .fexit = name "_fx"

/*
 * See struct probe: from the kernel's run statistics, less those of an empty program, of Linux 6.18 on a
 * virtual machine under fio, iperf3 and forks, where half a pair took 114 ns.
 */
#define BODY(percent) .body = percent

/* For guests with a disk of this driver. The function is in this module; NULL: in the kernel. */
#define DRIVER(driver_, module_) .use = FOR_DRIVER, .driver = driver_, .module = module_

/*
 * Without one of these probes it would count wrong, and nothing would tell: so it is off when one
 * of them is. A probe is not needed if its absence makes others lose events, since losses are
 * counted.
 */
#define NEEDS(...) .needs = { __VA_ARGS__ }

/* PROBE_SITES: instructions, found at run time; see sites.h. */
enum probe_kind { PROBE_TRACEPOINT, PROBE_FUNCTION, PROBE_SITES };

/* Which guests have use for a probe. A probe without use is off, which is no defect. */
enum probe_for {
	FOR_ALL,
	FOR_XEN,
	FOR_PV,
	FOR_DOM0,
	FOR_USER, /* processes that wait for event channels */
	FOR_DRIVER,
	FOR_HVM,
	FOR_NIC,
	FOR_TIMER, /* a clock event device that is not Xen's */
	FOR_NET,   /* NICs, of any driver */
	FOR_SOME,  /* its family says, from what else is on: struct family.unused */
};

struct probe {
	const char *hook;  /* tracepoint or function */
	const char *older; /* function that had its body before, preferred where it exists … */
	bool older_calls;  /* … or not: it exists still, and calls this one */
	const char *purpose;
	enum probe_kind kind;
	enum probe_for use;
	const char *driver; /* FOR_DRIVER, FOR_NIC: as the platform names it */
	const char *module; /* that has the function; NULL: the kernel */
	bool by_softirq;    /* what it measures begins with a softirq */
	bool counts_sent;   /* without it no packet sent is counted */
	/*
	 * Its runs are what it counts: reads of the clock. Those that the kernel leaves out, as an
	 * interrupt's during another one, were reads as well.
	 */
	bool counts_reads;
	/*
	 * What one run's body takes, in per cent of half a pair that opens, closes and records a
	 * frame, which is what the calibration measures; 0: as much as that.
	 */
	unsigned int body;
	/*
	 * Programs. A tracepoint has entry alone. A function's entry and exit are attached
	 * together or not at all: fentry/fexit, else kprobe/kretprobe; exit may be absent.
	 */
	const char *tp, *fentry, *fexit, *kprobe, *kretprobe;
	enum xt_probe needs[2]; /* core's first one, the number 0: none */
};

extern const struct probe probe_table[XT_PROBE_NR];

/* Why this guest has no use for the probe; NULL: it has. */
const char *probe__unused(const struct probe *probe, const struct platform *platform);
/* Whether softirqs and task switches could come into what this measures. */
bool probe__is_timed(const struct probe *probe);

/*
 * Find a probe that is on although one that it needs, *missing, is off. False when there is none.
 * The caller turns *probe off and asks again, since others may need it.
 */
bool probes__unmet(const bool on[XT_PROBE_NR], enum xt_probe *probe, enum xt_probe *missing);

#define PROBE_HOOKS_MAX (2 * XT_PROBE_NR)

/* A number below PROBE_HOOKS_MAX for a function or tracepoint that some probe names, or -1. */
int probes__hook(const char *name);

/* Xen runs it, dom0 included: there are hypercalls, event channels and runstates. */
bool platform__on_xen(const struct platform *platform);
bool platform__is_pv(const struct platform *platform);
bool platform__has_driver(const struct platform *platform, const char *driver);

#endif

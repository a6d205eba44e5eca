/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What one run of a program costs on this host: body and dispatch. */
#ifndef XT_PROBE_CALIBRATE_H
#define XT_PROBE_CALIBRATE_H

#include "model/snapshot.h"
#include "probe/layout.h"

struct bpf_object;

/* The clock's price under load is the median of so many samples, the last ones. */
#define CLOCK_SAMPLES 32

struct calibration {
	double clock_ns; /* one bpf_ktime_get_ns() */
	double body_ns;	 /* half a pair: frame, clock, histogram */
	double count_ns; /* half a pair of an event that is only counted */
	double stack_ns; /* a kernel stack of so many frames; 0: not measured */
	double stack_frames;
	double frame_ns;      /* one frame of it alone */
	double dispatch_ns;   /* of a tp_btf program */
	double breakpoint_ns; /* of a kprobe program inside a function; 0: not measured */
	double gettime_ns;    /* one clock_gettime(CLOCK_MONOTONIC) of this process */
	int in_vdso;	      /* that makes no system call: 1, 0, or a negative errno: not known */
	struct {
		double gettime_ns, clock_ns, body_ns;
	} at_start;			    /* before there was a load; 0: not measured */
	uint64_t under_load[CLOCK_SAMPLES]; /* ns a clock_gettime(): the last ones of … */
	unsigned int nr_under_load;	    /* … so many */
};

/* Measure with core's loaded object; what cannot be measured is 0. Attaches one empty program. */
void calibrate(struct calibration *calibration, struct bpf_object *core,
	       const struct layout *layout);

/*
 * Sample what the clock costs now, while the load runs, and correct the prices that a clock read is part
 * of: an emulated clock's read may take several times as long beside a load (measured in an emulated guest:
 * acpi_pm, 25 us before, 106 us beside a process). Does nothing where the vDSO reads the clock. Whether
 * prices changed.
 */
bool calibrate__clock_again(struct calibration *calibration);

/*
 * The price of a breakpoint, with the loaded object of --exact and two instructions that a change
 * of a task's name passes. Attaches one empty program, twice.
 */
void calibrate__breakpoint(struct calibration *calibration, struct bpf_object *exact,
			   const uint64_t pair[2]);

/*
 * ns of one run at a call site: the breakpoint that it was measured to be. The probe behind the
 * call may be cheaper, once the kernel has made a jump of it.
 */
double calibration__site_ns(const struct calibration *calibration);

/*
 * ns of one run on a rung. Dispatch was measured for tp_btf; fentry's trampoline costs about the
 * same, a kprobe's exception or ftrace handler more: published figures on one machine are 48 ns
 * and 110 ns. `bodies`: how many times the body that was measured this one takes.
 */
double calibration__run_ns(const struct calibration *calibration, enum rung rung, double bodies);

/* ns of taking a kernel stack of so many frames, and of adding to what came by it. */
double calibration__stack_ns(const struct calibration *calibration, double frames);

#endif

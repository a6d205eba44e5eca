// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "base/clock.h"
#include "base/log.h"
#include "measure/vdso.h"
#include "probe/calibrate.h"
#include "probe/sites.h"

#define RUNS	256
#define BATCHES 192
#define BATCH	8

#define KPROBE_OVER_TRAMPOLINE_NS 60

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/*
 * What an undisturbed run takes: an eighth took no longer. Interrupts and a vCPU taken away only add,
 * but the smallest is not it either: a paravirtual clock that went back a little stands still for as
 * long, and a run takes no time at all.
 */
static uint64_t undisturbed(uint64_t *times, size_t nr)
{
	qsort(times, nr, sizeof(*times), compare);
	return times[nr / 8];
}

static void calibrate_body(struct calibration *calibration, struct bpf_object *core,
			   const struct maps *maps)
{
	struct bpf_program *prog = bpf_object__find_program_by_name(core, "xt_calibrate");
	uint64_t clock[RUNS], pair[RUNS];
	int cpu = sched_getcpu();

	if (!prog || cpu < 0)
		return;
	for (int i = 0; i < RUNS; i++) {
		LIBBPF_OPTS(bpf_test_run_opts, opts, .flags = BPF_F_TEST_RUN_ON_CPU, .cpu = cpu);

		if (bpf_prog_test_run_opts(bpf_program__fd(prog), &opts)) {
			vlog("calibration: a program does not run: %s", strerror(errno));
			return;
		}
		clock[i] = maps->cpus[cpu].clock_ns;
		pair[i] = maps->cpus[cpu].pair_ns;
	}
	calibration->clock_ns = undisturbed(clock, RUNS);
	calibration->body_ns = undisturbed(pair, RUNS) / 2.0;
}

/*
 * Renames to the same name; ns a rename. Some at once, for clocks that tick slowly, and few, so that
 * most are through between two interrupts even where the guest is busy and each takes 25 us.
 */
static double rename_ns(const char *comm)
{
	uint64_t times[BATCHES], start;

	for (int i = 0; i < BATCHES; i++) {
		start = clock__monotonic_ns();
		for (int k = 0; k < BATCH; k++)
			prctl(PR_SET_NAME, comm);
		times[i] = clock__monotonic_ns() - start;
	}
	return (double)undisturbed(times, BATCHES) / BATCH;
}

static void calibrate_dispatch(struct calibration *calibration, struct bpf_object *core)
{
	struct bpf_program *prog = bpf_object__find_program_by_name(core, "xt_dispatch_tp");
	struct bpf_link *link;
	double before, after;
	char comm[16];

	if (!prog || bpf_program__fd(prog) < 0 || prctl(PR_GET_NAME, comm))
		return;
	before = rename_ns(comm);
	link = bpf_program__attach(prog);
	if (!link)
		return;
	after = rename_ns(comm);
	/* the link is left to the process's end, like all others */
	bpf_link__disconnect(link);
	if (after > before)
		calibration->dispatch_ns = after - before;
}

/* What a program in this guest pays for the time of day. */
static void calibrate_clock(struct calibration *calibration)
{
	uint64_t times[BATCHES], start;

	for (int i = 0; i < BATCHES; i++) {
		start = clock__monotonic_ns();
		for (int k = 0; k < BATCH; k++)
			clock__monotonic_ns();
		times[i] = clock__monotonic_ns() - start;
	}
	calibration->gettime_ns = (double)undisturbed(times, BATCHES) / (BATCH + 1);
	calibration->in_vdso = vdso__reads_clock();
}

void calibrate(struct calibration *calibration, struct bpf_object *core, const struct maps *maps)
{
	memset(calibration, 0, sizeof(*calibration));
	calibrate_clock(calibration);
	if (!core)
		return;
	calibrate_body(calibration, core, maps);
	calibrate_dispatch(calibration, core);
}

void calibrate__breakpoint(struct calibration *calibration, struct bpf_object *exact,
			   const uint64_t pair[2])
{
	struct bpf_program *prog = bpf_object__find_program_by_name(exact, "xt_dispatch_kp");
	struct bpf_link *link[2] = {};
	double before, after;
	char comm[16];

	if (!prog || bpf_program__fd(prog) < 0 || !pair[0] || prctl(PR_GET_NAME, comm))
		return;
	before = rename_ns(comm);
	for (int i = 0; i < 2; i++) {
		if (sites__attach_at(&link[i], prog, pair[i], 0))
			return;
	}
	after = rename_ns(comm);
	if (after > before)
		calibration->breakpoint_ns = (after - before) / 2;
	for (int i = 0; i < 2; i++)
		bpf_link__disconnect(link[i]);
}

double calibration__site_ns(const struct calibration *calibration)
{
	if (!calibration->breakpoint_ns)
		return calibration__run_ns(calibration, RUNG_KPROBE);
	return calibration->body_ns + calibration->breakpoint_ns;
}

double calibration__run_ns(const struct calibration *calibration, enum rung rung)
{
	if (rung == RUNG_OFF)
		return 0;
	return calibration->body_ns + calibration->dispatch_ns +
	       (rung == RUNG_KPROBE ? KPROBE_OVER_TRAMPOLINE_NS : 0);
}

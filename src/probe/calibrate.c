// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <sched.h>
#include <string.h>
#include <sys/prctl.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "base/clock.h"
#include "measure/vdso.h"
#include "probe/calibrate.h"
#include "probe/sites.h"

#define RUNS	256
#define BATCHES 24
#define BATCH	64

#define KPROBE_OVER_TRAMPOLINE_NS 60

/* The smallest of many runs: an interrupt or a vCPU taken away only ever adds. */
static void calibrate_body(struct calibration *calibration, struct bpf_object *core,
			   const struct maps *maps)
{
	struct bpf_program *prog = bpf_object__find_program_by_name(core, "xt_calibrate");
	uint64_t clock = ~0ull, pair = ~0ull;
	struct xt_cpu *slice;
	int cpu = sched_getcpu();

	if (!prog || cpu < 0)
		return;
	for (int i = 0; i < RUNS; i++) {
		LIBBPF_OPTS(bpf_test_run_opts, opts, .flags = BPF_F_TEST_RUN_ON_CPU, .cpu = cpu);

		if (bpf_prog_test_run_opts(bpf_program__fd(prog), &opts))
			return;
		slice = &maps->cpus[cpu];
		if (slice->clock_ns < clock)
			clock = slice->clock_ns;
		if (slice->pair_ns < pair)
			pair = slice->pair_ns;
	}
	calibration->clock_ns = clock;
	calibration->body_ns = pair / 2.0;
}

/* The shortest batch of renames to the same name; ns a rename. */
static double rename_ns(const char *comm)
{
	uint64_t best = ~0ull, start, spent;

	for (int i = 0; i < BATCHES; i++) {
		start = clock__monotonic_ns();
		for (int k = 0; k < BATCH; k++)
			prctl(PR_SET_NAME, comm);
		spent = clock__monotonic_ns() - start;
		if (spent < best)
			best = spent;
	}
	return (double)best / BATCH;
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
	uint64_t best = ~0ull, start, spent;

	for (int i = 0; i < BATCHES; i++) {
		start = clock__monotonic_ns();
		for (int k = 0; k < BATCH; k++)
			clock__monotonic_ns();
		spent = clock__monotonic_ns() - start;
		if (spent < best)
			best = spent;
	}
	calibration->gettime_ns = (double)best / (BATCH + 1);
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

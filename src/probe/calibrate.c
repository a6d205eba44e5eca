// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "base/log.h"
#include "measure/bench.h"
#include "probe/calibrate.h"
#include "probe/sites.h"
#include "probe/stacks.h"

#define RUNS	256
#define BATCHES 192
#define BATCH	8

/* The clock's price under load: samples a tick, and how many are enough. Each is two reads: 50 us. */
#define LOOKS	     4
#define LOOKS_ENOUGH (2 * LOOKS)

#define KPROBE_OVER_TRAMPOLINE_NS 60

static void calibrate_body(struct calibration *calibration, struct bpf_object *core,
			   const struct layout *layout)
{
	struct bpf_program *prog = bpf_object__find_program_by_name(core, "xt_calibrate");
	uint64_t clock[RUNS], pair[RUNS], count[RUNS], stack[RUNS], frame[RUNS];
	int cpu = sched_getcpu();

	if (!prog || cpu < 0)
		return;
	for (int i = 0; i < RUNS; i++) {
		LIBBPF_OPTS(bpf_test_run_opts, opts, .flags = BPF_F_TEST_RUN_ON_CPU, .cpu = cpu);

		if (bpf_prog_test_run_opts(bpf_program__fd(prog), &opts)) {
			vlog("calibration: a program does not run: %s", strerror(errno));
			return;
		}
		clock[i] = layout->cpu[cpu].clock_ns;
		pair[i] = layout->cpu[cpu].pair_ns;
		count[i] = layout->cpu[cpu].count_ns;
		stack[i] = layout->cpu[cpu].stack_ns;
		frame[i] = layout->cpu[cpu].frame_ns;
	}
	calibration->clock_ns = bench__undisturbed(clock, RUNS);
	calibration->body_ns = bench__undisturbed(pair, RUNS) / 2.0;
	calibration->count_ns = bench__undisturbed(count, RUNS) / 2.0;
	calibration->stack_ns = bench__undisturbed(stack, RUNS);
	calibration->frame_ns = bench__undisturbed(frame, RUNS);
	stacks__look(layout);
	calibration->stack_frames = stacks__frames();
}

/*
 * ns of a batch. Some operations at once, for clocks that tick slowly, and few, so that most
 * batches are through between two interrupts even where the guest is busy and each operation takes
 * 25 us.
 */
static double batch_ns(bench_fn *run, void *ctx)
{
	uint64_t times[BATCHES];

	bench__times(times, BATCHES, run, ctx, BATCH);
	return bench__undisturbed(times, BATCHES);
}

/* To the same name. */
static bool renames(void *comm, unsigned int n)
{
	while (n--)
		prctl(PR_SET_NAME, comm);
	return true;
}

static void calibrate_dispatch(struct calibration *calibration, struct bpf_object *core)
{
	struct bpf_program *prog = bpf_object__find_program_by_name(core, "xt_dispatch_tp");
	struct bpf_link *link;
	double before, after;
	char comm[16];

	if (!prog || bpf_program__fd(prog) < 0 || prctl(PR_GET_NAME, comm))
		return;
	before = batch_ns(renames, comm) / BATCH;
	link = bpf_program__attach(prog);
	if (!link)
		return;
	after = batch_ns(renames, comm) / BATCH;
	/* the link is left to the process's end, like all others */
	bpf_link__disconnect(link);
	if (after > before)
		calibration->dispatch_ns = after - before;
}

/* What a program in this guest pays for the time of day. */
static void calibrate_clock(struct calibration *calibration)
{
	/* the clock is read once more by who times the batch */
	calibration->gettime_ns =
		batch_ns(bench__read_clock, &(clockid_t) { CLOCK_MONOTONIC }) / (BATCH + 1);
	calibration->in_vdso = bench__clock_in_vdso();
}

void calibrate(struct calibration *calibration, struct bpf_object *core,
	       const struct layout *layout)
{
	memset(calibration, 0, sizeof(*calibration));
	calibrate_clock(calibration);
	if (!core)
		return;
	calibrate_body(calibration, core, layout);
	calibrate_dispatch(calibration, core);
	calibration->at_start.gettime_ns = calibration->gettime_ns;
	calibration->at_start.clock_ns = calibration->clock_ns;
	calibration->at_start.body_ns = calibration->body_ns;
}

static double median_under_load(const struct calibration *calibration)
{
	unsigned int nr = calibration->nr_under_load;
	uint64_t ns[CLOCK_SAMPLES];

	if (nr > CLOCK_SAMPLES)
		nr = CLOCK_SAMPLES;
	memcpy(ns, calibration->under_load, nr * sizeof(*ns));
	return bench__median(ns, nr);
}

bool calibrate__clock_again(struct calibration *calibration)
{
	const double usual = calibration->at_start.gettime_ns;
	uint64_t ns[LOOKS];

	if (calibration->in_vdso || !(usual > 0))
		return false;
	bench__times(ns, LOOKS, bench__read_clock, &(clockid_t) { CLOCK_MONOTONIC }, 1);
	for (int i = 0; i < LOOKS; i++)
		calibration->under_load[calibration->nr_under_load++ % CLOCK_SAMPLES] = ns[i] / 2;
	if (calibration->nr_under_load < LOOKS_ENOUGH)
		return false;
	calibration->gettime_ns = median_under_load(calibration);
	calibration->clock_ns = calibration->at_start.clock_ns * calibration->gettime_ns / usual;
	/* a body reads the clock once */
	calibration->body_ns = calibration->at_start.body_ns + calibration->clock_ns -
			       calibration->at_start.clock_ns;
	return true;
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
	before = batch_ns(renames, comm) / BATCH;
	for (int i = 0; i < 2; i++) {
		if (sites__attach_at(&link[i], prog, pair[i], 0))
			return;
	}
	after = batch_ns(renames, comm) / BATCH;
	if (after > before)
		calibration->breakpoint_ns = (after - before) / 2;
	for (int i = 0; i < 2; i++)
		bpf_link__disconnect(link[i]);
}

double calibration__site_ns(const struct calibration *calibration)
{
	if (!calibration->breakpoint_ns)
		return calibration__run_ns(calibration, RUNG_KPROBE, 1);
	return calibration->body_ns + calibration->breakpoint_ns;
}

double calibration__stack_ns(const struct calibration *calibration, double frames)
{
	const double more = calibration->stack_ns - calibration->frame_ns;
	const double than = calibration->stack_frames - 1;

	if (than < 1 || more < 0)
		return calibration->stack_ns;
	return calibration->stack_ns + more / than * (frames - calibration->stack_frames);
}

double calibration__run_ns(const struct calibration *calibration, enum rung rung, double bodies)
{
	if (rung == RUNG_OFF)
		return 0;
	return bodies * calibration->body_ns + calibration->dispatch_ns +
	       (rung == RUNG_KPROBE ? KPROBE_OVER_TRAMPOLINE_NS : 0);
}

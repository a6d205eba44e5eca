// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <linux/membarrier.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "base/clock.h"
#include "base/log.h"
#include "probe/budget.h"
#include "probe/counts.h"

#define DECLARED(name, NAME) extern const struct family family_##name;
#define LISTED(name, NAME)   &family_##name,

XT_FAMILIES(DECLARED)

const struct family *const families[FAMILIES] = { XT_FAMILIES(LISTED) };

bool family__has_sites(const struct family *family)
{
	return probe_table[family->first].kind == PROBE_SITES;
}

/* A needed family always comes along; an opt-in has an option of its own. */
static bool has_name(const struct family *family)
{
	return !family->needed && !family->opt_in;
}

bool tracer__has_family(const char *name)
{
	for (int i = 0; i < FAMILIES; i++) {
		if (has_name(families[i]) && strcmp(families[i]->name, name) == 0)
			return true;
	}
	return false;
}

const char *tracer__family_names(void)
{
	static char names[128];
	size_t used = 0;

	for (int i = 0; i < FAMILIES && used < sizeof(names); i++) {
		if (has_name(families[i]))
			used += snprintf(names + used, sizeof(names) - used, "%s%s",
					 used ? ", " : "", families[i]->name);
	}
	return names;
}

static bool is_wanted(const struct tracer_options *options, const struct family *family)
{
	if (family->opt_in)
		return options->exact;
	if (!options->families || family->needed)
		return true;
	for (const char *const *name = options->families; *name; name++) {
		if (strcmp(*name, family->name) == 0)
			return true;
	}
	return false;
}

static void not_asked_for(struct loader *loader, const struct family *family)
{
	for (int i = family->first; i < family->end; i++)
		strcpy(loader->attempts[i].cause, "family not asked for");
}

/* A program of the first family that is run, not attached; -1: not loaded. */
static int program_fd(const struct tracer *tracer, const char *name)
{
	struct bpf_object *core = tracer->loaded[0].object;
	struct bpf_program *prog;

	prog = core ? bpf_object__find_program_by_name(core, name) : NULL;
	return prog ? bpf_program__fd(prog) : -1;
}

/* If an option asked for a family that cannot be had, say so; check alone would not be enough. */
static void say_not_had(const struct tracer *tracer, const struct family *family)
{
	const struct attempt *attempt = &tracer->loader.attempts[family->first];

	if (attempt->rung == RUNG_OFF)
		elog("--%s: %s%s%s", family->name, attempt->cause, attempt->fix[0] ? "; fix: " : "",
		     attempt->fix);
}

static void load_all(struct tracer *tracer, const struct tracer_options *options)
{
	int err = layout__hide(tracer->layout);

	/*
	 * the first family is loaded last, since what it needs depends on the others; it is
	 * attached first
	 */
	for (int i = FAMILIES - 1; i >= 0; i--) {
		if (is_wanted(options, families[i]))
			loader__load(&tracer->loader, families[i], &tracer->loaded[i]);
		else
			not_asked_for(&tracer->loader, families[i]);
	}
	if (!err)
		err = layout__show(tracer->layout);
	if (err && !tracer->loader.shortage)
		tracer->loader.shortage = err;
	if (tracer->loader.shortage)
		return;
	for (int i = 0; i < FAMILIES; i++) {
		if (families[i]->opt_in && is_wanted(options, families[i]))
			say_not_had(tracer, families[i]);
	}
	tracer->cputime.runstate_fd = program_fd(tracer, "xt_runstate");
	if (options->dry)
		return;
	calibrate(&tracer->calibration, tracer->loaded[0].object, tracer->layout);
	for (int i = 0; i < FAMILIES; i++) {
		if (family__has_sites(families[i]) && tracer->loaded[i].object)
			calibrate__breakpoint(&tracer->calibration, tracer->loaded[i].object,
					      tracer->sites.pair);
	}
	for (int i = 0; i < FAMILIES; i++)
		loader__attach(&tracer->loader, &tracer->loaded[i]);
	stacks__attached();
}

/*
 * Whether any family but core, which only serves the others, has a probe on. If not, the reason:
 * -ENODEV when this guest has nothing for them, -ENOENT with the first cause when it has.
 */
static int anything_on(const struct tracer *tracer, const char **why)
{
	static char text[256];
	const char *cause = NULL;

	for (int i = families[0]->end; i < XT_PROBE_NR; i++) {
		const struct attempt *attempt = &tracer->loader.attempts[i];

		if (attempt->rung != RUNG_OFF)
			return 0;
		if (attempt->applies && !cause)
			cause = attempt->cause;
	}
	snprintf(text, sizeof(text), "nothing to trace here: %s (see check -v)",
		 cause ? cause : "this guest has none of what was asked for");
	*why = text;
	return cause ? -ENOENT : -ENODEV;
}

/* Find out what the kernel can do, and number the paths, before anything is loaded. */
static int prepare(struct tracer *tracer, const struct tracer_options *options, const char **why)
{
	struct layout from = {
		.platform = tracer->platform,
		.wanted = &tracer->wanted,
		.sites = &tracer->sites,
	};
	int err = loader__check_room();

	if (!err)
		err = features__new(&tracer->features);
	if (!err)
		err = features__usable(tracer->features, why);
	if (err)
		return err;
	if (options->exact && platform__on_xen(tracer->platform))
		sites__find(&tracer->sites, options->exact_all);
	from.features = tracer->features;
	err = layout__new(&tracer->layout, &from, why);
	/* libbpf reads the kernel's BTF again for each object: twice at once is once too often */
	features__release(tracer->features);
	return err ? err : cputime__init(&tracer->cputime, tracer->layout->cpus);
}

static void ask_for_stacks(void)
{
	const char *cause, *fix;

	stacks__ask();
	cause = stacks__cause(&fix);
	if (cause)
		elog("--stacks: %s; fix: %s", cause, fix);
}

int tracer__new(struct tracer **out, const struct platform *platform,
		const struct tracer_options *options, const char **why)
{
	struct tracer *tracer = calloc(1, sizeof(*tracer));
	int err = -ENOMEM;

	*why = "out of memory";
	if (!tracer)
		return -ENOMEM;
	loader__listen();
	tracer->platform = platform;
	tracer->wanted = options->wanted;
	if (options->wanted.stacks)
		ask_for_stacks();
	err = prepare(tracer, options, why);
	if (err)
		goto out;
	tracer->loader = (struct loader) {
		.platform = platform,
		.features = tracer->features,
		.layout = tracer->layout,
		.dry = options->dry,
	};
	load_all(tracer, options);
	err = tracer->loader.shortage;
	if (err)
		goto out;
	err = anything_on(tracer, why);
	if (err && !options->dry)
		goto out;
	err = 0;
	*out = tracer;
	tracer = NULL;
out:
	if (tracer__is_shortage(err))
		*why = tracer__error(err);
	tracer__free(tracer);
	return err;
}

static void serve(struct tracer *tracer)
{
	if (tracer->serving)
		serving__advance(tracer->serving);
}

void tracer__start(struct tracer *tracer)
{
	struct xt_cpu *flags = &tracer->layout->cpu[0];

	tracer->wall_start_ns = clock__ns(CLOCK_REALTIME);
	tracer->user_start_ns = clock__ns(CLOCK_PROCESS_CPUTIME_ID);
	cputime__start(&tracer->cputime, tracer->layout);
	loader__start(&tracer->loader);
	stacks__start(tracer->layout);
	for (int i = 0; i < FAMILIES; i++) {
		if (families[i]->start)
			families[i]->start(tracer);
	}
	counts__start(tracer->platform);
	if (serving__new(&tracer->serving, "/", "/dev/xen/xenbus") == -ENOMEM)
		vlog("no memory for the CPU time of guests' back ends");
	serve(tracer);
	budget__start(tracer);
	__atomic_store_n(&flags->since, ~0ull, __ATOMIC_SEQ_CST);
	__atomic_store_n(&flags->on, 1, __ATOMIC_SEQ_CST);
	tracer->start_ns = clock__monotonic_ns();
	__atomic_store_n(&flags->since, tracer->start_ns, __ATOMIC_SEQ_CST);
}

void tracer__stop(struct tracer *tracer)
{
	__atomic_store_n(&tracer->layout->cpu[0].on, 0, __ATOMIC_SEQ_CST);
	/* counting ends here, not after the wait */
	cputime__advance(&tracer->cputime, tracer->layout);
	serve(tracer);
	/*
	 * kernel/sched/membarrier.c: the global command is synchronize_rcu(), and programs run
	 * inside an RCU read-side section: none that saw the flag set is left.
	 */
	if (syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0))
		usleep(20000);
	tracer->stopped = true;
}

void tracer__tick(struct tracer *tracer)
{
	if (tracer->stopped)
		return;
	cputime__advance(&tracer->cputime, tracer->layout);
	serve(tracer);
	budget__reprice(tracer);
	budget__tick(tracer);
	for (int i = 0; i < FAMILIES; i++) {
		if (families[i]->tick)
			families[i]->tick();
	}
}

bool tracer__can_read(const struct tracer *tracer)
{
	struct bpf_program *prog = NULL;
	struct bpf_prog_info info = {};
	__u32 len = sizeof(info);
	int fd;

	for (int i = 0; i < FAMILIES; i++) {
		if (!tracer->loaded[i].object)
			continue;
		bpf_object__for_each_program(prog, tracer->loaded[i].object)
		{
			fd = bpf_program__fd(prog);
			if (fd >= 0)
				return !bpf_obj_get_info_by_fd(fd, &info, &len);
		}
	}
	return true;
}

void tracer__forget(struct tracer *tracer, uint64_t before_ns)
{
	for (int i = 0; i < FAMILIES; i++) {
		if (families[i]->forget && tracer->loaded[i].object)
			families[i]->forget(tracer->layout, before_ns);
	}
}

void tracer__allow(struct tracer *tracer, double max_overhead)
{
	tracer->wanted.max_overhead = max_overhead;
}

/*
 * A reading is whole if it takes no more than so many times the shortest one, and this much more.
 */
#define TORN_TIMES 4
#define TORN_NS	   10000000
#define TRIES	   3

/* Whether all of a reading is of one moment: nothing stopped this process meanwhile. */
static bool is_whole(struct tracer *tracer, uint64_t took_ns)
{
	if (!tracer->reading_ns || took_ns < tracer->reading_ns)
		tracer->reading_ns = took_ns;
	return tracer->stopped || took_ns <= TORN_TIMES * tracer->reading_ns + TORN_NS;
}

int tracer__snapshot(struct tracer *tracer, struct snapshot *snap)
{
	uint64_t began;
	int err;

	for (int try = 1; try <= TRIES; try++) {
		began = clock__monotonic_ns();
		tracer__tick(tracer);
		err = reader__read(tracer, snap);
		if (err || is_whole(tracer, clock__monotonic_ns() - began))
			return err;
		/*
		 * the process or its vCPU was stopped; counters are cumulative, so read them again
		 */
		if (try < TRIES)
			snapshot__free(snap);
	}
	__atomic_fetch_add(&tracer->layout->cpu[0].loss[XT_NOTE_TORN], 1, __ATOMIC_RELAXED);
	snap->losses[XT_NOTE_TORN].count++;
	return 0;
}

void tracer__free(struct tracer *tracer)
{
	if (!tracer)
		return;
	for (int i = 0; i < XT_PROBE_NR; i++) {
		for (int k = 0; k < 2; k++) {
			if (tracer->loader.attempts[i].link[k])
				bpf_link__disconnect(tracer->loader.attempts[i].link[k]);
		}
	}
	for (int i = 0; i < FAMILIES; i++) {
		if (tracer->loaded[i].skeleton)
			tracer->loaded[i].family->destroy(tracer->loaded[i].skeleton);
	}
	cputime__free(&tracer->cputime);
	serving__free(tracer->serving);
	layout__free(tracer->layout);
	sites__free(&tracer->sites);
	features__free(tracer->features);
	free(tracer);
}

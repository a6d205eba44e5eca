// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * thin EVENTS HYPERCALL-RATE UPCALL-RATE [stacks]: runs the programs of a page-table function, in it an upcall, in
 * that a hypercall's wrapper, and in that another one, which does its work, on one CPU and without their
 * functions: this kernel has none. After each of them, the last wrapper runs in a packet that is followed.
 * Their books are printed as JSON: what was counted, what was timed, and where the time went; and what
 * of it came by kernel stacks.
 */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "abi.h"
#include "evtchn.skel.h"
#include "hypercall.skel.h"
#include "mmu.skel.h"

#define CPUS 256
/* The paths, each with its histogram on the CPU. */
enum { UPCALL, MMU, WRAPPERS = MMU + 16, PATHS = WRAPPERS + 32 };
#define NOTIFY (WRAPPERS + XT_P_NOTIFY - XT_HYPERCALL_BEGIN)

/* Those of the first object, with their sizes. */
static struct shared {
	const char *name;
	unsigned int entries;
	struct bpf_map *map;
} shared[] = {
	{ "xt_cpus", CPUS, NULL },
	{ "xt_hists", PATHS, NULL },
	{ "xt_stacks", XT_STACKS, NULL },
	{ "xt_stack_sums", CPUS, NULL },
};

static struct shared *shared_of(const char *name)
{
	for (size_t i = 0; i < sizeof(shared) / sizeof(shared[0]); i++)
		if (strcmp(shared[i].name, name) == 0)
			return &shared[i];
	return NULL;
}

static void die(const char *what)
{
	fprintf(stderr, "thin: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* Of an object load these programs alone, as what a process can run. */
static void prepare(struct bpf_object *object, const char *const *names)
{
	struct bpf_program *prog;
	struct bpf_map *map;

	bpf_object__for_each_program(prog, object) bpf_program__set_autoload(prog, false);
	for (; *names; names++) {
		prog = bpf_object__find_program_by_name(object, *names);
		if (!prog)
			die(*names);
		bpf_program__set_type(prog, BPF_PROG_TYPE_RAW_TRACEPOINT);
		bpf_program__set_autoload(prog, true);
	}
	bpf_object__for_each_map(map, object)
	{
		const char *name = bpf_map__name(map);
		struct shared *with = shared_of(name);

		if (strncmp(name, "xt_", 3) == 0 && !with)
			bpf_map__set_max_entries(map, CPUS);
		if (!with)
			continue;
		if (with->map && bpf_map__reuse_fd(map, bpf_map__fd(with->map)))
			die("a map is not shared");
		if (!with->map)
			bpf_map__set_max_entries(map, with->entries);
		with->map = with->map ? with->map : map;
	}
	if (bpf_object__load(object))
		die("a program does not load");
}

static void *view(struct bpf_map *map, size_t size)
{
	void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, bpf_map__fd(map), 0);

	if (at == MAP_FAILED)
		die("mmap");
	return at;
}

static void run(const struct bpf_object *object, const char *name)
{
	struct bpf_program *prog = bpf_object__find_program_by_name(object, name);
	LIBBPF_OPTS(bpf_test_run_opts, opts);

	if (bpf_prog_test_run_opts(bpf_program__fd(prog), &opts))
		die(name);
}

/* In the frame of a packet that is followed; what is left of the frame. */
static struct xt_frame run_in_packet(const struct bpf_object *object, struct xt_cpu *slice)
{
	slice->frame[0] =
		(struct xt_frame) { .start = XT_FRAME_COUNTED + 1, .token = XT_P_TX_START };
	slice->depth = 1;
	run(object, "notify_remote_via_irq_kp");
	run(object, "notify_remote_via_irq_kr");
	slice->depth--;
	return slice->frame[0];
}

/* What came by stacks on this path. */
static struct xt_stack_sum stacks_of(const struct xt_stack_cpu *stacks, unsigned int path)
{
	struct xt_stack_sum all = {};

	for (int i = 0; i < XT_STACK_SUMS; i++) {
		if (!stacks->sum[i].key || stacks->sum[i].key >> 32 != path)
			continue;
		all.count += stacks->sum[i].count;
		all.ns += stacks->sum[i].ns;
	}
	return all;
}

static void print(const char *name, const struct xt_hist *h, struct xt_stack_sum stacks, char end)
{
	__u64 count = 0, ns = 0;

	for (int i = 0; i < XT_BUCKETS; i++) {
		count += h->bucket[i].count;
		ns += h->bucket[i].ns;
	}
	printf("\"%s\":{\"events\":%llu,\"pending\":%llu,\"extra\":%llu,\"ns\":%lld,\"inclusive\":%"
	       "llu,\"stacks\":{\"events\":%llu,\"ns\":%lld}}%c",
	       name, count, h->pending, h->extra, (long long)(ns - h->owed), h->inclusive,
	       stacks.count, (long long)stacks.ns, end);
}

int main(int argc, char **argv)
{
	static const char *const upcalls[] = { "xt_upcall_kp", "xt_upcall_kr", NULL };
	static const char *const functions[] = { "__xen_pgd_pin_kp", "__xen_pgd_pin_kr", NULL };
	static const char *const wrappers[] = { "xen_send_IPI_one_kp", "xen_send_IPI_one_kr",
						"notify_remote_via_irq_kp",
						"notify_remote_via_irq_kr", NULL };
	const unsigned long events = argc >= 4 ? strtoul(argv[1], NULL, 10) : 0;
	struct evtchn_bpf *evtchn = evtchn_bpf__open();
	struct hypercall_bpf *hypercall = hypercall_bpf__open();
	struct mmu_bpf *mmu = mmu_bpf__open();
	const int cpu = sched_getcpu();
	const struct xt_hist *h;
	struct xt_frame packets = {}, packet;
	const struct xt_stack_cpu *stacks;
	struct xt_thinned *hypercalls;
	struct xt_cpu *slices;
	cpu_set_t one;

	if (!events || !evtchn || !hypercall || !mmu)
		die("usage: thin EVENTS HYPERCALL-RATE UPCALL-RATE [stacks]");
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	if (cpu >= CPUS || sched_setaffinity(0, sizeof(one), &one))
		die("a CPU of its own");
	evtchn->rodata->config.upcall_path = UPCALL;
	mmu->rodata->config.function_path = MMU;
	hypercall->rodata->config.wrapper_path = WRAPPERS;
	evtchn->rodata->xt_stacks_asked = mmu->rodata->xt_stacks_asked =
		hypercall->rodata->xt_stacks_asked = argc > 4;
	prepare(evtchn->obj, upcalls);
	prepare(hypercall->obj, wrappers);
	prepare(mmu->obj, functions);
	slices = view(evtchn->maps.xt_cpus, CPUS * sizeof(*slices));
	h = view(evtchn->maps.xt_hists, PATHS * sizeof(*h));
	stacks = view(evtchn->maps.xt_stack_sums, CPUS * sizeof(*stacks));
	slices[cpu].nr = cpu;
	slices[cpu].nr_paths = PATHS;
	slices[0].rate[XT_RATE_HYPERCALLS] = atoi(argv[2]);
	slices[0].rate[XT_RATE_UPCALLS] = atoi(argv[3]);
	slices[0].on = 1;
	for (unsigned long i = 0; i < events; i++) {
		run(mmu->obj, "__xen_pgd_pin_kp");
		run(evtchn->obj, "xt_upcall_kp");
		run(hypercall->obj, "xen_send_IPI_one_kp");
		run(hypercall->obj, "notify_remote_via_irq_kp");
		run(hypercall->obj, "notify_remote_via_irq_kr");
		run(hypercall->obj, "xen_send_IPI_one_kr");
		run(evtchn->obj, "xt_upcall_kr");
		run(mmu->obj, "__xen_pgd_pin_kr");
		packet = run_in_packet(hypercall->obj, &slices[cpu]);
		packets.inside += packet.inside;
		packets.owed += packet.owed;
		packets.hypercalls += packet.hypercalls;
	}
	hypercalls = &slices[cpu].thinned[XT_RATE_HYPERCALLS];
	putchar('{');
	for (unsigned int i = 0; i < PATHS; i++) {
		if (h[i].max || h[i].pending)
			print(i == UPCALL    ? "upcall"
			      : i < WRAPPERS ? "function"
			      : i == NOTIFY  ? "notify"
					     : "other",
			      &h[i], stacks_of(&stacks[cpu], i), ',');
	}
	printf("\"packets\":{\"inside\":%llu,\"owed\":%lld,\"hypercalls\":%llu},", packets.inside,
	       (long long)packets.owed, packets.hypercalls);
	printf("\"hypercalls\":{\"all\":%llu,\"timed\":%llu},", hypercalls->seq,
	       hypercalls->seq - hypercalls->counted);
	printf("\"depth\":%u,\"lost\":%llu}\n", slices[cpu].depth,
	       slices[cpu].loss[XT_LOST_FRAME_STRAY] + slices[cpu].loss[XT_LOST_FRAME_UNWOUND] +
		       slices[cpu].loss[XT_NOTE_STACK_COLLIDED] +
		       slices[cpu].loss[XT_NOTE_STACK_FULL] + slices[cpu].loss[XT_NOTE_STACK_NONE]);
	return 0;
}

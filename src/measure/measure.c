// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "measure/measure.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/membarrier.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/io.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "measure/bench.h"

/* Operations in a batch: of most, and of what takes longer. */
#define MANY	  (1 << 16)
#define FEWER	  (1 << 12)
#define PROCESSES 16

struct machine {
	enum boot boot;
	int cpu;   /* we are pinned to it */
	int other; /* another one that we may use; -1: none */
	struct stopwatch stopwatch;
};

/* Each measures one price: NULL, or why it cannot. It may put a more exact name and how. */
typedef const char *measure_fn(struct price *price, const struct machine *machine);

/* Ports of dom0 and of a bare machine are real, most of them. */
static bool is_hardware(const struct machine *machine)
{
	return machine->boot == BOOT_DOM0 || machine->boot == BOOT_BARE;
}

/*
 * Intel SDM 26.1.2: CPUID causes a VM exit unconditionally. AMD has an intercept for it, which Xen
 * and KVM both set.
 */
static void cpuid(void)
{
	uint32_t eax = 0, ecx = 0;

	asm volatile("cpuid" : "+a"(eax), "+c"(ecx) : : "ebx", "edx");
}

static int membarrier(int command)
{
	return syscall(SYS_membarrier, command, 0, 0);
}

/* A batch function: an operation n times. */
#define BATCH_OF(name, operation)                   \
	static bool name(void *ctx, unsigned int n) \
	{                                           \
		(void)ctx;                          \
		while (n--)                         \
			operation;                  \
		return true;                        \
	}

BATCH_OF(cpuids, cpuid())
BATCH_OF(port_reads, inb(*(const unsigned short *)ctx))
BATCH_OF(rdtscs, __builtin_ia32_rdtsc())
BATCH_OF(clock_calls, syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &(struct timespec) {}))
BATCH_OF(system_calls, syscall(SYS_getppid)) /* no C library remembers its answer */
BATCH_OF(barriers, membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED))

/* The price of one batch function, with nothing around it. */
static const char *simple(struct price *price, const struct machine *machine, bench_fn *run,
			  void *ctx)
{
	return bench__price(&(struct bench) { .run = run, .most = MANY }, &machine->stopwatch, ctx,
			    price);
}

static const char *measure_cpuid(struct price *price, const struct machine *machine)
{
	static const char *const without_exit[] = {
		[BOOT_PV] = "no VM exit in PV: native, or trapped by CPUID faulting",
		[BOOT_DOM0] = "dom0: a VM exit in PVH; in PV native, or trapped by CPUID faulting",
		[BOOT_BARE] = "native: no hypervisor to exit to",
	};

	if (without_exit[machine->boot]) {
		price->name = "CPUID";
		price->how = without_exit[machine->boot];
	}
	return simple(price, machine, cpuids, NULL);
}

/* include/uapi/xen/privcmd.h, which does not compile outside the kernel. */
struct privcmd_hypercall {
	uint64_t op;
	uint64_t arg[5];
};

#define IOCTL_PRIVCMD_HYPERCALL _IOC(_IOC_NONE, 'P', 0, sizeof(struct privcmd_hypercall))

/* xen/include/public/xen.h, version.h: changes nothing, has no argument, any domain may. */
#define HYPERVISOR_XEN_VERSION 17
#define XENVER_VERSION	       0

static bool hypercalls(void *ctx, unsigned int n)
{
	struct privcmd_hypercall call = { HYPERVISOR_XEN_VERSION, { XENVER_VERSION } };
	const int *fd = ctx;
	int version = 0;

	while (n--)
		version = ioctl(*fd, IOCTL_PRIVCMD_HYPERCALL, &call);
	return version > 0;
}

static const char *why_no_privcmd(enum boot boot, int err)
{
	if (err == EACCES || err == EPERM)
		return "needs root, for /dev/xen/privcmd";
	if (err != ENOENT)
		return strerrordesc_np(err);
	switch (boot) {
	case BOOT_PV:
	case BOOT_HVM:
	case BOOT_PVH:
	case BOOT_DOM0:
		return "no /dev/xen/privcmd, the only way from user space (module xen-privcmd)";
	case BOOT_BARE:
		return "no hypervisor";
	default:
		return "only Xen takes hypercalls from user space, through its privcmd";
	}
}

static const char *measure_hypercall(struct price *price, const struct machine *machine)
{
	int fd = open("/dev/xen/privcmd", O_RDWR | O_CLOEXEC);
	const char *why = "privcmd refuses xen_version";

	if (fd < 0)
		return why_no_privcmd(machine->boot, errno);
	if (hypercalls(&fd, 1))
		why = simple(price, machine, hypercalls, &fd);
	close(fd);
	return why;
}

/*
 * Reads of ports that are emulated. Neither has a side effect: reading the status of 0x61 changes
 * nothing, nor does the UART's scratch register (its line status would: reading clears errors).
 * Not port 0x80: Xen lets guests reach it directly (hvm_port80_allowed, xen/arch/x86/hvm/hvm.c).
 */
static const char *read_port(struct price *price, const struct machine *machine,
			     unsigned short port)
{
	const char *why;

	if (ioperm(port, 1, 1)) {
		switch (errno) {
		case EPERM:
			return "needs CAP_SYS_RAWIO, and a kernel that is not locked down";
		case ENOSYS:
			return "a kernel without CONFIG_X86_IOPL_IOPERM";
		default:
			return strerrordesc_np(errno);
		}
	}
	why = simple(price, machine, port_reads, &port);
	ioperm(port, 1, 0);
	return why;
}

static const char *measure_port_61(struct price *price, const struct machine *machine)
{
	if (is_hardware(machine))
		price->how = "PC speaker's status: hardware";
	return read_port(price, machine, 0x61);
}

static const char *measure_port_3ff(struct price *price, const struct machine *machine)
{
	if (is_hardware(machine))
		price->how = "COM1's scratch byte: hardware, if there is a COM1";
	else if (machine->boot == BOOT_PV || machine->boot == BOOT_PVH)
		price->how = "COM1's scratch byte: no device model, so Xen answers";
	return read_port(price, machine, 0x3ff);
}

static const char *measure_clock(struct price *price, const struct machine *machine)
{
	int in_vdso = bench__clock_in_vdso();

	if (in_vdso == 1)
		price->how = "clock_gettime(CLOCK_MONOTONIC), in the vDSO";
	else if (!in_vdso)
		price->how = "clock_gettime(CLOCK_MONOTONIC): a system call, since the vDSO "
			     "cannot read this clock source";
	return simple(price, machine, bench__read_clock, &(clockid_t) { CLOCK_MONOTONIC });
}

#define PAGE  4096
#define PAGES 256

static bool touch(void *ctx, unsigned int n)
{
	volatile char *memory = ctx;

	for (unsigned int i = 0; i < n; i++)
		memory[(size_t)i * PAGE] = 1;
	return true;
}

/* If it fails, the next batch would find its pages there. */
static bool give_back(void *memory)
{
	return !madvise(memory, PAGES * PAGE, MADV_DONTNEED);
}

static const char *measure_fault(struct price *price, const struct machine *machine)
{
	static const struct bench faults = { .run = touch, .most = PAGES, .after = give_back };
	void *memory = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			    -1, 0);
	const char *why;

	if (memory == MAP_FAILED)
		return "no memory";
	/* fails where the kernel knows no huge pages, which is as good */
	madvise(memory, PAGES * PAGE, MADV_NOHUGEPAGE);
	why = bench__price(&faults, &machine->stopwatch, memory, price);
	munmap(memory, PAGES * PAGE);
	return why;
}

/* Where SIGCHLD was left ignored by who started us, waitpid() waits and says ECHILD. */
static bool forks(void *ctx, unsigned int n)
{
	pid_t pid;

	(void)ctx;
	while (n--) {
		pid = fork();
		if (pid < 0)
			return false;
		if (!pid)
			_exit(0);
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	return true;
}

static const char *measure_fork(struct price *price, const struct machine *machine)
{
	static const struct bench processes = { .run = forks, .most = PROCESSES };

	if (!forks(NULL, 1))
		return "no process can be started";
	return bench__price(&processes, &machine->stopwatch, NULL, price);
}

/* Start a thread on this CPU. Returns 0 or a positive error number, as pthread_create(). */
static int start_thread(pthread_t *thread, int cpu, void *(*body)(void *), void *ctx)
{
	pthread_attr_t attr;
	cpu_set_t set;
	int err;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	err = pthread_attr_init(&attr);
	if (err)
		return err;
	err = pthread_attr_setaffinity_np(&attr, sizeof(set), &set);
	if (!err)
		err = pthread_create(thread, &attr, body, ctx);
	pthread_attr_destroy(&attr);
	return err;
}

/* Two threads wake each other in turn: on one CPU a context switch, on two an IPI and a wake-up. */
struct pair {
	int ping, pong;
	atomic_bool end;
};

static bool wait_for(int fd)
{
	uint64_t count;

	return read(fd, &count, sizeof(count)) == sizeof(count);
}

static bool wake(int fd)
{
	return write(fd, &(uint64_t) { 1 }, sizeof(uint64_t)) == sizeof(uint64_t);
}

static void *answer(void *ctx)
{
	struct pair *pair = ctx;

	while (wait_for(pair->ping) && !atomic_load(&pair->end))
		wake(pair->pong);
	return NULL;
}

static bool round_trips(void *ctx, unsigned int n)
{
	const struct pair *pair = ctx;

	while (n && wake(pair->ping) && wait_for(pair->pong))
		n--;
	return !n;
}

static const char *measure_pair(struct price *price, const struct machine *machine, int cpu)
{
	static const struct bench there_and_back = { .run = round_trips,
						     .most = FEWER,
						     .double_run = true };
	struct pair pair = {
		.ping = eventfd(0, EFD_CLOEXEC),
		.pong = eventfd(0, EFD_CLOEXEC),
	};
	const char *why = "no descriptor or no thread left";
	pthread_t thread;

	if (pair.ping < 0 || pair.pong < 0 || start_thread(&thread, cpu, answer, &pair))
		goto out;
	why = bench__price(&there_and_back, &machine->stopwatch, &pair, price);
	atomic_store(&pair.end, true);
	wake(pair.ping);
	pthread_join(thread, NULL);
out:
	if (pair.ping >= 0)
		close(pair.ping);
	if (pair.pong >= 0)
		close(pair.pong);
	return why;
}

static const char *measure_switch(struct price *price, const struct machine *machine)
{
	return measure_pair(price, machine, machine->cpu);
}

static const char *measure_wakeup(struct price *price, const struct machine *machine)
{
	if (machine->other < 0)
		return "there is no other CPU to wake";
	return measure_pair(price, machine, machine->other);
}

/* The kernel interrupts its own CPU for irq_work, which no system call queues by itself. */
static const char *measure_self_ipi(struct price *price, const struct machine *machine)
{
	(void)price;
	(void)machine;
	return "no process can ask for one; IPI is between two CPUs";
}

/* Longer than a tick of another process; an emulator's CPUs may take turns as well. */
#define PATIENCE_NS 20000000ull

/* A thread that keeps its CPU busy and tells how often it was taken off it. */
struct target {
	atomic_bool end;
	atomic_ulong beats, switches;
	unsigned long before; /* the batch: its switches until then */
};

/* No PAUSE here: hypervisors take it for a spinning lock and exit (pause-loop exiting). */
static void *beat(void *ctx)
{
	struct target *target = ctx;
	struct rusage usage;

	while (!atomic_load(&target->end)) {
		getrusage(RUSAGE_THREAD, &usage);
		atomic_store(&target->switches, usage.ru_nvcsw + usage.ru_nivcsw);
		atomic_fetch_add(&target->beats, 1);
	}
	return NULL;
}

/* Its switches are counted since now: the beat under way may have read the number before. */
static bool beats_twice(struct target *target)
{
	unsigned long beats = atomic_load(&target->beats);
	uint64_t until = clock__monotonic_ns() + PATIENCE_NS;

	while (atomic_load(&target->beats) - beats < 2) {
		if (clock__monotonic_ns() >= until)
			return false;
	}
	return true;
}

static bool note_switches(void *ctx)
{
	struct target *target = ctx;

	if (!beats_twice(target))
		return false;
	target->before = atomic_load(&target->switches);
	return true;
}

/* A target that was off its CPU meanwhile got no IPI: that batch does not count. */
static bool was_on_its_cpu(void *ctx)
{
	struct target *target = ctx;

	return beats_twice(target) && atomic_load(&target->switches) == target->before;
}

/*
 * An IPI without a wake-up: membarrier(PRIVATE_EXPEDITED) interrupts each other CPU that runs a
 * thread of this process and waits for its answer (kernel/sched/membarrier.c).
 */
static const char *measure_ipi(struct price *price, const struct machine *machine)
{
	static const struct bench ipis = {
		.run = barriers, .most = FEWER, .before = note_switches, .after = was_on_its_cpu
	};
	struct target target = {};
	pthread_t thread;
	const char *why;

	if (machine->other < 0)
		return "there is no other CPU to interrupt";
	if (membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED))
		return "this kernel or its seccomp filter has no membarrier";
	if (start_thread(&thread, machine->other, beat, &target))
		return "no thread left";
	why = bench__price(&ipis, &machine->stopwatch, &target, price);
	atomic_store(&target.end, true);
	pthread_join(thread, NULL);
	return why;
}

/* What is timed, and by what: a function of its own, or a batch function with nothing around it. */
static const struct {
	const char *name, *how;
	measure_fn *measure;
	bench_fn *run;
	clockid_t clock; /* that it reads */
} rows[] = {
	{ "VM exit", "CPUID: VT-x and SVM always exit for it", measure_cpuid },
	{ "hypercall", "xen_version by /dev/xen/privcmd, ioctl included", measure_hypercall },
	{ "port read 0x61", "PC speaker's status: Xen or KVM itself answers", measure_port_61 },
	{ "port read 0x3ff", "COM1's scratch byte: a device model answers", measure_port_3ff },
	{ "RDTSC", "the instruction; a hypervisor may trap it", .run = rdtscs },
	{ "clock read", "clock_gettime(CLOCK_MONOTONIC)", measure_clock },
	{ "clock read, coarse", "CLOCK_MONOTONIC_COARSE: memory, no clock",
	  .run = bench__read_clock, .clock = CLOCK_MONOTONIC_COARSE },
	{ "clock read, kernel", "the same clock by a real system call", .run = clock_calls },
	{ "system call", "getppid", .run = system_calls },
	{ "page fault", "first touch of 4 KiB of memory, zeroing included", measure_fault },
	{ "fork, exit, wait", "of this small process, its child on the same CPU", measure_fork },
	{ "context switch", "two threads on one CPU, eventfd write and read included",
	  measure_switch },
	{ "self IPI", "of this CPU to itself", measure_self_ipi },
	{ "IPI", "to a CPU that runs, by membarrier, answer included", measure_ipi },
	{ "IPI and wake-up", "of a thread asleep on another CPU, eventfd write and read included",
	  measure_wakeup },
};

_Static_assert(sizeof(rows) / sizeof(rows[0]) == PRICES, "one price a row");

/* Another CPU of the set, the next one up; -1 if there is none. */
static int another(const cpu_set_t *set, int cpu)
{
	for (int i = 1; i < CPU_SETSIZE; i++) {
		int other = (cpu + i) % CPU_SETSIZE;

		if (CPU_ISSET(other, set))
			return other;
	}
	return -1;
}

/* Stay on the CPU that we are on. More than CPU_SETSIZE of them are a set we cannot hold. */
static bool pin(struct machine *machine, cpu_set_t *before)
{
	cpu_set_t one;

	machine->cpu = sched_getcpu();
	machine->other = -1;
	if (machine->cpu < 0 || sched_getaffinity(0, sizeof(*before), before))
		return false;
	CPU_ZERO(&one);
	CPU_SET(machine->cpu, &one);
	if (sched_setaffinity(0, sizeof(one), &one))
		return false;
	machine->other = another(before, machine->cpu);
	return true;
}

void measure__prices(struct price prices[PRICES], const struct platform *platform)
{
	struct machine machine = { .boot = platform->boot };
	cpu_set_t before;
	bool pinned = pin(&machine, &before);

	stopwatch__init(&machine.stopwatch);
	for (int i = 0; i < PRICES; i++) {
		prices[i] = (struct price) { .name = rows[i].name, .how = rows[i].how };
		if (!pinned)
			prices[i].why_not = "cannot stay on one CPU";
		else if (rows[i].measure)
			prices[i].why_not = rows[i].measure(&prices[i], &machine);
		else
			prices[i].why_not =
				simple(&prices[i], &machine, rows[i].run, (void *)&rows[i].clock);
	}
	if (pinned)
		sched_setaffinity(0, sizeof(before), &before);
}

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "measure/bench.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

/* Bounds of one price, by count and by time: an emulator is 50 times slower. */
#define BATCHES	  300
#define ENOUGH	  5
#define BUDGET_NS 80000000ull

/* A batch is this long, and at least so many reads of the stopwatch, which may be trapped. */
#define BATCH_NS    50000
#define TICKS_READS 100

#define CALIBRATION_NS 20000000

bool bench__read_clock(void *ctx, unsigned int n)
{
	const clockid_t *clock = ctx;
	struct timespec ts;

	while (n--)
		clock_gettime(*clock, &ts);
	return true;
}

enum { READS, CANNOT_READ, NOT_FORBIDDEN };

static int forbid_clock_syscall(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clock_gettime, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog filter = { sizeof(code) / sizeof(code[0]), code };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -errno;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) ? -errno : 0;
}

/*
 * Many clock sources of guests cannot be read in user space: the vDSO then makes the system call
 * after all, which no file tells. Forbid that call to a child and see if its clock still works:
 * evidence, where a comparison of prices would be a guess.
 */
int bench__clock_in_vdso(void)
{
	struct timespec ts;
	int status;
	pid_t pid = fork();

	if (pid < 0)
		return -errno;
	if (!pid) {
		if (forbid_clock_syscall())
			_exit(NOT_FORBIDDEN);
		_exit(clock_gettime(CLOCK_MONOTONIC, &ts) ? CANNOT_READ : READS);
	}
	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return -errno;
	}
	if (!WIFEXITED(status) || WEXITSTATUS(status) == NOT_FORBIDDEN)
		return -ENOSYS;
	return WEXITSTATUS(status) == READS;
}

void bench__times(uint64_t *ns, unsigned int nr, bench_fn *run, void *ctx, unsigned int n)
{
	for (unsigned int i = 0; i < nr; i++) {
		uint64_t start = clock__monotonic_ns();

		run(ctx, n);
		ns[i] = clock__monotonic_ns() - start;
	}
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

uint64_t bench__undisturbed(uint64_t *ns, unsigned int nr)
{
	qsort(ns, nr, sizeof(*ns), compare);
	return ns[nr / 8];
}

uint64_t bench__median(uint64_t *ns, unsigned int nr)
{
	qsort(ns, nr, sizeof(*ns), compare);
	return ns[nr / 2];
}

static inline uint64_t ticks(void)
{
	return __builtin_ia32_rdtsc();
}

struct instant {
	uint64_t ticks, ns;
};

/* Both clocks at once: of a few tries, the one with the least between two readings of the TSC. */
static struct instant instant__now(void)
{
	uint64_t before, after, ns, shortest = ~0ull;
	struct instant now = {};

	for (int i = 0; i < 8; i++) {
		before = ticks();
		ns = clock__monotonic_ns();
		after = ticks();
		if (after - before >= shortest)
			continue;
		shortest = after - before;
		now = (struct instant) { before + shortest / 2, ns };
	}
	return now;
}

void stopwatch__init(struct stopwatch *stopwatch)
{
	struct instant start = instant__now(), end;
	uint64_t spent;

	do
		end = instant__now();
	while (end.ns - start.ns < CALIBRATION_NS);
	stopwatch->ns_per_tick = (double)(end.ns - start.ns) / (end.ticks - start.ticks);
	stopwatch->batch_ticks = BATCH_NS / stopwatch->ns_per_tick;
	spent = ticks();
	for (int i = 0; i < TICKS_READS; i++)
		ticks();
	spent = ticks() - spent;
	if (spent > stopwatch->batch_ticks)
		stopwatch->batch_ticks = spent;
}

/* Ticks of a batch, of n operations with the price; 0: it does not count. */
static uint64_t batch(const struct bench *bench, void *ctx, unsigned int n)
{
	uint64_t start, spent;
	bool counts;

	if (bench->before && !bench->before(ctx))
		return 0;
	start = ticks();
	counts = bench->run(ctx, n);
	spent = ticks() - start;
	if (bench->after && !bench->after(ctx))
		counts = false;
	return counts ? spent >> bench->double_run : 0;
}

/* The number of operations that fill a batch. Finding it warms everything up. */
static unsigned int size_batch(const struct bench *bench, uint64_t long_enough, void *ctx,
			       uint64_t until)
{
	unsigned int n = 1;

	while (n < bench->most && clock__monotonic_ns() < until) {
		uint64_t spent = batch(bench, ctx, n);

		if (spent >= long_enough)
			break;
		if (spent)
			n = n < bench->most / 2 ? n * 2 : bench->most;
	}
	return n;
}

const char *bench__price(const struct bench *bench, const struct stopwatch *stopwatch, void *ctx,
			 struct price *price)
{
	uint64_t now = clock__monotonic_ns(), end = now + BUDGET_NS, give_up = end + 4 * BUDGET_NS;
	unsigned int n = size_batch(bench, stopwatch->batch_ticks, ctx, now + BUDGET_NS / 4);
	double means[BATCHES];
	unsigned int nr = 0;

	for (; nr < BATCHES && now < (nr < ENOUGH ? give_up : end); now = clock__monotonic_ns()) {
		uint64_t spent = batch(bench, ctx, n);

		if (spent)
			means[nr++] = spent * stopwatch->ns_per_tick / n;
	}
	if (!nr)
		return "disturbed each time: this machine is too busy";
	price__settle(price, means, nr);
	price->runs = nr * n;
	return NULL;
}

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "measure/bench.h"

#include <sched.h>

#include "base/clock.h"

/* Bounds of one price, by count and by time: an emulator is 50 times slower. */
#define BATCHES	  300
#define ENOUGH	  5
#define BUDGET_NS 80000000ull

/* The number of operations that fill a batch. Finding it warms everything up. */
static unsigned int size_batch(const struct bench *bench, batch_fn *batch, void *ctx,
			       unsigned int most, uint64_t until)
{
	unsigned int n = 1;

	while (n < most && clock__monotonic_ns() < until) {
		uint64_t spent = batch(ctx, n);

		if (spent >= bench->batch_ticks)
			break;
		if (spent)
			n = n < most / 2 ? n * 2 : most;
	}
	return n;
}

const char *bench__run(const struct bench *bench, struct price *price, batch_fn *batch, void *ctx,
		       unsigned int most)
{
	uint64_t now = clock__monotonic_ns(), end = now + BUDGET_NS, give_up = end + 4 * BUDGET_NS;
	unsigned int n = size_batch(bench, batch, ctx, most, now + BUDGET_NS / 4), nr = 0;
	double means[BATCHES];

	for (; nr < BATCHES && now < (nr < ENOUGH ? give_up : end); now = clock__monotonic_ns()) {
		uint64_t spent = batch(ctx, n);

		if (spent)
			means[nr++] = spent * bench->ns_per_tick / n;
	}
	if (!nr)
		return "disturbed each time: this machine is too busy";
	price__settle(price, means, nr);
	price->runs = nr * n;
	return NULL;
}

int bench__thread(pthread_t *thread, int cpu, void *(*body)(void *), void *ctx)
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

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Two threads wake each other in turn: on one CPU a context switch, on two an IPI and a wake-up. */
#include <stdatomic.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "measure/bench.h"

struct pair {
	int ping, pong;
	atomic_bool end;
};

static int wait_for(int fd)
{
	uint64_t count;

	return read(fd, &count, sizeof(count)) == sizeof(count) ? 0 : -1;
}

static int wake(int fd)
{
	const uint64_t one = 1;

	return write(fd, &one, sizeof(one)) == sizeof(one) ? 0 : -1;
}

static void *answer(void *ctx)
{
	struct pair *pair = ctx;

	while (!wait_for(pair->ping) && !atomic_load(&pair->end))
		wake(pair->pong);
	return NULL;
}

/* There and back are two of them. */
static uint64_t round_trips(void *ctx, unsigned int n)
{
	uint64_t start = ticks();
	const struct pair *pair = ctx;

	while (n--) {
		if (wake(pair->ping) || wait_for(pair->pong))
			return 0;
	}
	return (ticks() - start) / 2;
}

static const char *measure_on(struct price *price, const struct bench *bench, int cpu)
{
	struct pair pair = {
		.ping = eventfd(0, EFD_CLOEXEC),
		.pong = eventfd(0, EFD_CLOEXEC),
	};
	const char *why = "no descriptor or no thread left";
	pthread_t thread;

	if (pair.ping < 0 || pair.pong < 0)
		goto out;
	if (bench__thread(&thread, cpu, answer, &pair))
		goto out;
	why = bench__run(bench, price, round_trips, &pair, 1 << 12);
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

const char *measure__switch(struct price *price, const struct bench *bench)
{
	return measure_on(price, bench, bench->cpu);
}

const char *measure__wakeup(struct price *price, const struct bench *bench)
{
	if (bench->other < 0)
		return "there is no other CPU to wake";
	return measure_on(price, bench, bench->other);
}

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <sys/syscall.h>
#include <unistd.h>

#include "measure/bench.h"

/* getppid does next to nothing, and no C library remembers its answer. */
static uint64_t calls(void *ctx, unsigned int n)
{
	uint64_t start = ticks();

	(void)ctx;
	while (n--)
		syscall(SYS_getppid);
	return ticks() - start;
}

const char *measure__syscall(struct price *price, const struct bench *bench)
{
	return bench__run(bench, price, calls, NULL, 1 << 16);
}

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <sys/mman.h>

#include "measure/bench.h"

#define PAGE  4096
#define PAGES 256

static uint64_t touches(void *ctx, unsigned int n)
{
	volatile char *memory = ctx;
	uint64_t start, spent;

	start = ticks();
	for (unsigned int i = 0; i < n; i++)
		memory[(size_t)i * PAGE] = 1;
	spent = ticks() - start;
	/* untimed; if it fails, the next batch would find its pages there */
	return madvise(ctx, PAGES * PAGE, MADV_DONTNEED) ? 0 : spent;
}

const char *measure__fault(struct price *price, const struct bench *bench)
{
	void *memory = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			    -1, 0);
	const char *why;

	if (memory == MAP_FAILED)
		return "no memory";
	/* fails where the kernel knows no huge pages, which is as good */
	madvise(memory, PAGES * PAGE, MADV_NOHUGEPAGE);
	why = bench__run(bench, price, touches, memory, PAGES);
	munmap(memory, PAGES * PAGE);
	return why;
}

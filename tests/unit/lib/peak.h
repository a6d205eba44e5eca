/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What is allocated now, and was at most: ASan tells each of its allocations. In one file of a test
 * only, for it defines what ASan calls.
 */
#ifndef XT_TESTS_PEAK_H
#define XT_TESTS_PEAK_H

#include <stddef.h>

static size_t peak__now, peak__most;

/* sanitizer/allocator_interface.h, which gcc's packages leave out */
size_t __sanitizer_get_allocated_size(const volatile void *memory);
void __sanitizer_malloc_hook(const volatile void *memory, size_t size);
void __sanitizer_free_hook(const volatile void *memory);

void __sanitizer_malloc_hook(const volatile void *memory, size_t size)
{
	(void)memory;
	peak__now += size;
	if (peak__now > peak__most)
		peak__most = peak__now;
}

void __sanitizer_free_hook(const volatile void *memory)
{
	peak__now -= __sanitizer_get_allocated_size(memory);
}

/* From here on; peak__since() says how much more than now was allocated at once. */
static size_t peak__start(void)
{
	return peak__most = peak__now;
}

static size_t peak__since(size_t start)
{
	return peak__most - start;
}

#endif

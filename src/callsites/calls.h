/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Where the kernel's code makes hypercalls, and where their numbers are just before the call. A
 * wrapper is one function with one hypercall; of all others the call instruction itself is found,
 * by decoding code that was read from the kernel. Pure.
 */
#ifndef XT_CALLSITES_CALLS_H
#define XT_CALLSITES_CALLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where the number is when the instruction ahead of the call has not run yet. */
enum number_in { NUMBER_NOWHERE, NUMBER_CONST, NUMBER_REGISTER, NUMBER_MEMORY };

#define CALL_LENGTH 5 /* e8 and 32 bits */

/*
 * A hypercall's call instruction. No probe may sit on it, since the kernel rewrites it; the one
 * ahead and the one after can have one each.
 */
struct call {
	uint64_t address;
	uint64_t before; /* the instruction ahead; 0: none that always runs before the call */
	uint8_t in;	 /* enum number_in, at `before` */
	uint8_t reg;	 /* as instructions number them */
	int32_t disp;	 /* NUMBER_MEMORY: from the register */
	int nr; /* as the code ahead of it reads; -1: not told. With NUMBER_CONST certain */
	const char *why; /* not to be bracketed, static; NULL: can be */
};

/*
 * Fill in the call at call->address, in the function whose `size` bytes are at `code` and which
 * begins at `start`. What cannot be bracketed has `why`.
 */
void calls__examine(struct call *call, const uint8_t *code, size_t size, uint64_t start);

/*
 * The kernel's static call sites (include/linux/static_call_types.h): `size` bytes of its list,
 * which begins at `address`. Writes those of `key` that are not in code of the boot alone to
 * `found`, at most `room`; returns how many there are.
 */
size_t calls__of_list(uint64_t *found, size_t room, const uint8_t *list, size_t size,
		      uint64_t address, uint64_t key);

/*
 * Older kernels call into a page of 32 bytes a hypercall. Writes addresses and numbers of such
 * calls in the function at `start` to `found` and `nr`, at most `room`; returns how many there are.
 */
size_t calls__into_page(uint64_t *found, int *nr, size_t room, const uint8_t *code, size_t size,
			uint64_t start, uint64_t page);

/*
 * Two instructions, one after the other, that a function always passes: where they are in it, for
 * probes that measure what a breakpoint costs. The kernel cannot make a jump of the first, whose
 * bytes would reach into the second. False when it has none.
 */
bool calls__pair(size_t at[2], const uint8_t *code, size_t size);

#endif

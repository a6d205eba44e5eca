// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <string.h>

#include "callsites/calls.h"
#include "callsites/x86.h"

#define REGISTERS 16
#define PAGE	  4096
#define PAGE_STEP 32 /* arch/x86/xen/xen-head.S: bytes of a hypercall in the page */

#define HYPERCALLS 64 /* what is above is no number */

/* include/linux/static_call_types.h */
#define SITE_BYTES 8
#define SITE_INIT  2
#define SITE_FLAGS 3

static int32_t read32(const uint8_t *at)
{
	return (int32_t)(at[0] | at[1] << 8 | at[2] << 16 | (uint32_t)at[3] << 24);
}

/*
 * What the code says so far, read from the function's start on, whatever the way to there: the last
 * constants. Mostly right, and where it counts BPF looks at the register.
 */
struct walk {
	bool has[REGISTERS];
	int32_t value[REGISTERS];
};

static void walk_over(struct walk *walk, const struct x86_insn *insn)
{
	switch (insn->set) {
	case X86_SETS_CONST:
		walk->has[insn->reg] = true;
		walk->value[insn->reg] = insn->value;
		break;
	case X86_SETS_COPY:
		walk->has[insn->reg] = walk->has[insn->from];
		walk->value[insn->reg] = walk->value[insn->from];
		break;
	case X86_SETS_LOAD:
	case X86_SETS_REG:
		walk->has[insn->reg] = false;
		break;
	default:
		break;
	}
}

/* A call's number may have been loaded long ahead and kept: then this is what it was. */
static int number_of(const struct walk *walk, uint8_t reg)
{
	int32_t value = walk->value[reg];

	return walk->has[reg] && value >= 0 && value < HYPERCALLS ? value : -1;
}

/* Where the number is ahead of the instruction before the call. */
static void find_number(struct call *call, const struct x86_insn *insn, const struct walk *walk)
{
	bool loads = insn->set != X86_SETS_NONE && insn->reg == X86_RAX;

	call->in = NUMBER_NOWHERE;
	if (insn->set == X86_SETS_UNKNOWN) {
		call->nr = number_of(walk, X86_RAX);
		call->why = "what the instruction ahead of the call does is not known";
	} else if (!loads || insn->set == X86_SETS_COPY) {
		call->in = NUMBER_REGISTER;
		call->reg = loads ? insn->from : X86_RAX;
		call->nr = number_of(walk, call->reg);
	} else if (insn->set == X86_SETS_CONST) {
		call->in = NUMBER_CONST;
		call->nr = insn->value >= 0 && insn->value < HYPERCALLS ? insn->value : -1;
	} else if (insn->set == X86_SETS_LOAD) {
		call->in = NUMBER_MEMORY;
		call->reg = insn->from;
		call->disp = insn->value;
	} else {
		call->why = "the hypercall's number is made just ahead of the call";
	}
}

/* Some jump of the function goes to the call itself, past the instruction ahead of it. */
static bool is_jumped_to(const uint8_t *code, size_t size, size_t target)
{
	struct x86_insn insn;

	for (size_t at = 0; at < size; at += insn.length) {
		if (!x86__decode(&insn, code + at, size - at))
			return false;
		if ((insn.flow == X86_JUMP || insn.flow == X86_BRANCH) &&
		    at + insn.length + insn.target == target)
			return true;
	}
	return false;
}

void calls__examine(struct call *call, const uint8_t *code, size_t size, uint64_t start)
{
	size_t target = call->address - start, at = 0, ahead = 0;
	struct x86_insn insn = {}, last = {};
	struct walk walk = {}, before = {};

	call->before = 0;
	call->nr = -1;
	call->why = NULL;
	while (at < target && x86__decode(&insn, code + at, size - at)) {
		before = walk;
		walk_over(&walk, &insn);
		ahead = at;
		last = insn;
		at += insn.length;
	}
	if (at != target || at + CALL_LENGTH > size || code[at] != 0xe8) {
		call->why = "its code cannot be read up to the call";
		return;
	}
	if (!target) {
		call->why = "the call is the function's first instruction";
		return;
	}
	find_number(call, &last, &before);
	if (call->why)
		return;
	if (last.flow != X86_NEXT)
		call->why = "the instruction ahead of the call may go elsewhere";
	else if (is_jumped_to(code, size, target))
		call->why = "a jump leads past the instruction ahead of the call";
	else
		call->before = start + ahead;
}

/* Behind what ftrace keeps for itself: endbr64, and a call or nop of 5 bytes. */
#define FTRACE_BYTES 9

bool calls__pair(size_t at[2], const uint8_t *code, size_t size)
{
	struct x86_insn insn;
	size_t last = 0;

	for (size_t next = 0; next < size; next += insn.length) {
		if (!x86__decode(&insn, code + next, size - next) ||
		    (insn.flow != X86_NEXT && next >= FTRACE_BYTES))
			return false;
		if (last && next - last < CALL_LENGTH) {
			at[0] = last;
			at[1] = next;
			return true;
		}
		last = next >= FTRACE_BYTES ? next : 0;
	}
	return false;
}

size_t calls__of_list(uint64_t *found, size_t room, const uint8_t *list, size_t size,
		      uint64_t address, uint64_t key)
{
	size_t nr = 0;

	for (size_t at = 0; at + SITE_BYTES <= size; at += SITE_BYTES) {
		uint64_t site = address + at + read32(list + at);
		uint64_t its_key = address + at + 4 + read32(list + at + 4);

		if ((its_key & ~(uint64_t)SITE_FLAGS) != key || its_key & SITE_INIT)
			continue;
		if (nr < room)
			found[nr] = site;
		nr++;
	}
	return nr;
}

size_t calls__into_page(uint64_t *found, int *numbers, size_t room, const uint8_t *code,
			size_t size, uint64_t start, uint64_t page)
{
	struct x86_insn insn;
	size_t nr = 0;

	for (size_t at = 0; at < size; at += insn.length) {
		uint64_t into;

		if (!x86__decode(&insn, code + at, size - at))
			break;
		into = start + at + insn.length + insn.target - page;
		if (insn.flow != X86_CALL || into >= PAGE || into % PAGE_STEP)
			continue;
		if (nr < room) {
			found[nr] = start + at;
			numbers[nr] = into / PAGE_STEP;
		}
		nr++;
	}
	return nr;
}

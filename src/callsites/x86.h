/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Machine code of x86-64, as far as finding hypercalls needs it: where an instruction ends, where
 * it may go, and what it does to a register. Pure. Opcode maps: Intel SDM volume 2, appendix A.
 *
 * Not a library: Debian 12 ships libzydis as a shared object only, and the static program must run
 * where there is none; libcapstone adds megabytes for all its architectures.
 */
#ifndef XT_CALLSITES_X86_H
#define XT_CALLSITES_X86_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum x86_flow {
	X86_NEXT,   /* goes on with the next instruction */
	X86_CALL,   /* relative: `target` says where */
	X86_JUMP,   /* relative, always */
	X86_BRANCH, /* relative, or on */
	X86_OTHER,  /* indirect call, software interrupt */
	X86_STOP,   /* return, indirect jump, trap: not the next instruction */
};

/* What it does to a general register. */
enum x86_set {
	X86_SETS_NONE,
	X86_SETS_CONST, /* reg = value */
	X86_SETS_COPY,	/* reg = from */
	X86_SETS_LOAD,	/* reg = memory at from + value */
	X86_SETS_POP,	/* reg = what was pushed: as a function ends, its caller's */
	X86_SETS_REG,	/* reg = something else */
	X86_SETS_UNKNOWN,
};

#define X86_RAX 0

/* Registers have the numbers of instructions: rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi, r8 … */
struct x86_insn {
	uint8_t length; /* bytes */
	uint8_t flow;	/* enum x86_flow */
	uint8_t set;	/* enum x86_set */
	uint8_t reg, from;
	int32_t value;
	int32_t target; /* of a relative call, jump or branch: from the instruction's end */
};

/*
 * The instruction at `code`, of which `size` bytes may be read. False when it is cut short, or none
 * that a compiler makes of kernel code.
 */
bool x86__decode(struct x86_insn *insn, const uint8_t *code, size_t size);

#endif

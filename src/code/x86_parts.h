/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Inside the decoder: an instruction taken apart. */
#ifndef XT_CODE_X86_PARTS_H
#define XT_CODE_X86_PARTS_H

#include <stdbool.h>

#include "code/x86.h"

enum map { MAP_ONE, MAP_0F, MAP_0F38, MAP_0F3A };

#define REX_W 8
#define REX_R 4
#define REX_X 2
#define REX_B 1

struct decoder {
	const uint8_t *code;
	size_t size, at;
	enum map map;
	bool vector; /* VEX or EVEX */
	bool operand16, address32, segment, has_rex;
	uint8_t rex;
	uint8_t opcode, modrm;
	/* of the ModRM byte: the registers, or the address */
	uint8_t reg, rm;
	bool in_memory;
	bool indexed; /* more than one register and a displacement */
	int32_t disp;
	int64_t imm;
};

/* Fill in what the instruction does; the rest of it is done. */
void x86__find_flow(const struct decoder *d, struct x86_insn *insn);
void x86__find_set(const struct decoder *d, struct x86_insn *insn);

#endif

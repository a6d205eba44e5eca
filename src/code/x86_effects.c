// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What an instruction does: where it goes, and which register it sets. */
#include "code/x86_parts.h"

static void goes(struct x86_insn *insn, enum x86_flow flow, int32_t target)
{
	insn->flow = flow;
	insn->target = target;
}

void x86__find_flow(const struct decoder *d, struct x86_insn *insn)
{
	uint8_t op = d->opcode;

	if (d->vector)
		return;
	if (d->map == MAP_0F && op >= 0x80 && op <= 0x8f)
		goes(insn, X86_BRANCH, d->imm);
	else if (d->map == MAP_0F && (op == 0x0b || op == 0xb9 || op == 0xff))
		goes(insn, X86_STOP, 0);
	if (d->map != MAP_ONE)
		return;
	if ((op >= 0x70 && op <= 0x7f) || (op >= 0xe0 && op <= 0xe3))
		goes(insn, X86_BRANCH, d->imm);
	else if (op == 0xe8)
		goes(insn, X86_CALL, d->imm);
	else if (op == 0xe9 || op == 0xeb)
		goes(insn, X86_JUMP, d->imm);
	else if (op == 0xc2 || op == 0xc3 || op == 0xca || op == 0xcb || op == 0xcf || op == 0xcc)
		goes(insn, X86_STOP, 0);
	else if (op == 0xcd || (op == 0xff && (d->modrm >> 3 & 7) / 2 == 1))
		goes(insn, X86_OTHER, 0);
	else if (op == 0xff && (d->modrm >> 3 & 7) / 2 == 2)
		goes(insn, X86_STOP, 0);
}

static void sets(struct x86_insn *insn, enum x86_set set, uint8_t reg)
{
	insn->set = set;
	insn->reg = reg;
}

/* Of byte operations without REX registers 4 to 7 are the second bytes of 0 to 3. */
static uint8_t whole(const struct decoder *d, uint8_t reg, bool byte)
{
	return byte && !d->has_rex && reg >= 4 && reg < 8 ? reg - 4 : reg;
}

/* The operand that the ModRM byte's r/m field names is written. */
static void sets_rm(const struct decoder *d, struct x86_insn *insn, bool byte)
{
	if (d->in_memory)
		insn->set = X86_SETS_NONE;
	else
		sets(insn, X86_SETS_REG, whole(d, d->rm, byte));
}

/* 00 to 3f: add, or, adc, sbb, and, sub, xor, cmp. */
static void sets_alu(const struct decoder *d, struct x86_insn *insn)
{
	bool byte = !(d->opcode & 1), compares = d->opcode >> 3 == 7;

	if (compares)
		insn->set = X86_SETS_NONE;
	else if ((d->opcode & 7) >= 4)
		sets(insn, X86_SETS_REG, X86_RAX);
	else if (d->opcode >> 3 == 6 && !byte && !d->in_memory && d->reg == d->rm)
		sets(insn, X86_SETS_CONST, d->reg); /* xor of a register with itself */
	else if (d->opcode & 2)
		sets(insn, X86_SETS_REG, whole(d, d->reg, byte));
	else
		sets_rm(d, insn, byte);
}

static void sets_mov(const struct decoder *d, struct x86_insn *insn)
{
	bool byte = !(d->opcode & 1), to_reg = d->opcode & 2;

	bool plain = !byte && !d->operand16 && !d->address32 && !d->segment;

	if (to_reg && d->in_memory && plain && !d->indexed) {
		sets(insn, X86_SETS_LOAD, d->reg);
		insn->from = d->rm;
		insn->value = d->disp;
	} else if (!d->in_memory && !byte && !d->operand16) {
		sets(insn, X86_SETS_COPY, to_reg ? d->reg : d->rm);
		insn->from = to_reg ? d->rm : d->reg;
	} else if (to_reg) {
		sets(insn, X86_SETS_REG, whole(d, d->reg, byte));
	} else {
		sets_rm(d, insn, byte);
	}
}

static void sets_one_byte(const struct decoder *d, struct x86_insn *insn)
{
	uint8_t op = d->opcode, group = d->modrm >> 3 & 7, low = (op & 7) | (d->rex & 1 ? 8 : 0);

	if (op < 0x40) {
		sets_alu(d, insn);
	} else if (op <= 0x57 || (op >= 0x70 && op <= 0x7f) || op == 0x68 || op == 0x6a ||
		   (op >= 0x84 && op <= 0x85) || (op == 0x90 && !(d->rex & 1)) ||
		   (op >= 0xa8 && op <= 0xa9) || op == 0xe9 || op == 0xeb ||
		   (op >= 0xf8 && op <= 0xfd)) {
		insn->set = X86_SETS_NONE; /* push, branches, test, nop, flags */
	} else if (op <= 0x5f) {
		sets(insn, X86_SETS_POP, low);
	} else if (op == 0x63 || op == 0x69 || op == 0x6b || op == 0x8d) {
		sets(insn, X86_SETS_REG, d->reg); /* movsxd, imul, lea */
	} else if (op >= 0x80 && op <= 0x83) {
		if (group == 7)
			insn->set = X86_SETS_NONE; /* cmp */
		else
			sets_rm(d, insn, op == 0x80);
	} else if (op >= 0x88 && op <= 0x8b) {
		sets_mov(d, insn);
	} else if (op >= 0xb8 && op <= 0xbf) {
		sets(insn,
		     d->operand16 || d->imm != (int32_t)d->imm ? X86_SETS_REG : X86_SETS_CONST,
		     low);
		insn->value = d->imm;
	} else if (op == 0xc7 && !d->in_memory && !d->operand16) {
		sets(insn, X86_SETS_CONST, d->rm);
		insn->value = d->imm;
	} else if (op == 0xc6 || op == 0xc7 || op == 0xc0 || op == 0xc1 ||
		   (op >= 0xd0 && op <= 0xd3) || op == 0xfe || (op == 0xff && group < 2)) {
		sets_rm(d, insn, !(op & 1));
	} else if (op == 0xff && group == 6) {
		insn->set = X86_SETS_NONE; /* push */
	} else if (op == 0xf6 || op == 0xf7) {
		if (group < 2)
			insn->set = X86_SETS_NONE; /* test */
		else if (group < 4)
			sets_rm(d, insn, op == 0xf6); /* not, neg */
	}
}

void x86__find_set(const struct decoder *d, struct x86_insn *insn)
{
	uint8_t op = d->opcode;

	insn->set = X86_SETS_UNKNOWN;
	if (d->vector)
		return;
	if (d->map == MAP_ONE) {
		sets_one_byte(d, insn);
	} else if (d->map == MAP_0F) {
		if (op == 0x1f || (op >= 0x80 && op <= 0x8f) || op == 0x0b)
			insn->set = X86_SETS_NONE; /* nop, branches */
		else if (op >= 0x90 && op <= 0x9f)
			sets_rm(d, insn, true); /* setcc */
		else if ((op >= 0x40 && op <= 0x4f) || op == 0xaf || op == 0xb6 || op == 0xb7 ||
			 op == 0xbe || op == 0xbf)
			sets(insn, X86_SETS_REG, d->reg); /* cmov, imul, movzx, movsx */
	}
}

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "callsites/x86.h"

#include <stdbool.h>
#include <string.h>

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

/*
 * What follows an opcode, laid out as the SDM's maps are, 16 opcodes a line:
 *   .  nothing                    b  an immediate of 1 byte    r  4 bytes: relative to what is next
 *   m  a ModRM byte               w  of 2 bytes                o  an address: 8 bytes, prefixed 4
 *   B  a ModRM byte, then b       z  of 4, or 2 with a prefix  e  w and b
 *   Z  a ModRM byte, then z       v  as z, but 8 with REX.W    !  not in code that compilers make
 */

/* Prefixes and the escape 0f have been read before this is asked. */
static const char one_byte[] = "mmmmbz!!mmmmbz!!" /* 00 */
			       "mmmmbz!!mmmmbz!!"
			       "mmmmbz!!mmmmbz!!"
			       "mmmmbz!!mmmmbz!!"
			       "!!!!!!!!!!!!!!!!" /* 40 */
			       "................"
			       "!!!m!!!!zZbB...."
			       "bbbbbbbbbbbbbbbb"
			       "BZ!Bmmmmmmmmmmmm" /* 80 */
			       "..........!....."
			       "oooo....bz......"
			       "bbbbbbbbvvvvvvvv"
			       "BBw.!!BZe.w..b!." /* c0 */
			       "mmmm!!!.mmmmmmmm"
			       "bbbbbbbbrr!b...."
			       "!.!!..mm......mm"; /* f6, f7: and an immediate, by the ModRM byte */

/* After 0f. */
static const char two_bytes[] = "mmmm!.....!.!m.B" /* 00 */
				"mmmmmmmmmmmmmmmm"
				"mmmm!!!!mmmmmmmm"
				"......!..!.!!!!!"
				"mmmmmmmmmmmmmmmm" /* 40 */
				"mmmmmmmmmmmmmmmm"
				"mmmmmmmmmmmmmmmm"
				"BBBBmmm.mmmmmmmm"
				"rrrrrrrrrrrrrrrr" /* 80 */
				"mmmmmmmmmmmmmmmm"
				"...mBmmm...mBmmm"
				"mmmmmmmmmmBmmmmm"
				"mmBmBBBm........" /* c0 */
				"mmmmmmmmmmmmmmmm"
				"mmmmmmmmmmmmmmmm"
				"mmmmmmmmmmmmmmmm";

static int peek(const struct decoder *d)
{
	return d->at < d->size ? d->code[d->at] : -1;
}

/* Signed, little endian; what is not there makes `at` exceed `size`. */
static int64_t take(struct decoder *d, unsigned int bytes)
{
	uint64_t value = 0;

	for (unsigned int i = 0; i < bytes && d->at + i < d->size; i++)
		value |= (uint64_t)d->code[d->at + i] << 8 * i;
	d->at += bytes;
	if (bytes && bytes < 8 && value >> (8 * bytes - 1) & 1)
		value |= ~0ull << 8 * bytes;
	return value;
}

static void take_prefixes(struct decoder *d)
{
	for (;; d->at++) {
		switch (peek(d)) {
		case 0x66:
			d->operand16 = true;
			continue;
		case 0x67:
			d->address32 = true;
			continue;
		case 0x64:
		case 0x65:
			d->segment = true;
			continue;
		case 0x26:
		case 0x2e:
		case 0x36:
		case 0x3e:
		case 0xf0:
		case 0xf2:
		case 0xf3:
			continue;
		}
		break;
	}
	if (peek(d) >= 0x40 && peek(d) <= 0x4f) {
		d->has_rex = true;
		d->rex = take(d, 1) & 0xf;
	}
}

/* VEX: c5 and c4, one and two bytes; EVEX: 62, three. */
static bool take_vector_prefix(struct decoder *d)
{
	int first = peek(d);
	uint8_t byte;

	if (first != 0xc5 && first != 0xc4 && first != 0x62)
		return true;
	d->vector = true;
	d->map = MAP_0F;
	d->at++;
	byte = take(d, 1);
	if (first == 0xc5)
		return true;
	d->map = byte & (first == 0x62 ? 0x7 : 0x1f);
	take(d, first == 0x62 ? 2 : 1);
	return d->map >= MAP_0F && d->map <= MAP_0F3A;
}

static void take_opcode(struct decoder *d)
{
	d->opcode = take(d, 1);
	if (d->vector || d->opcode != 0x0f)
		return;
	d->map = MAP_0F;
	d->opcode = take(d, 1);
	if (d->opcode != 0x38 && d->opcode != 0x3a)
		return;
	d->map = d->opcode == 0x38 ? MAP_0F38 : MAP_0F3A;
	d->opcode = take(d, 1);
}

static char what_follows(const struct decoder *d)
{
	switch (d->map) {
	case MAP_ONE:
		return one_byte[d->opcode];
	case MAP_0F38:
		return 'm';
	case MAP_0F3A:
		return 'B';
	default:
		break;
	}
	if (!d->vector)
		return two_bytes[d->opcode];
	if (d->opcode == 0x77) /* vzeroupper */
		return '.';
	return two_bytes[d->opcode] == 'B' ? 'B' : 'm';
}

static void take_modrm(struct decoder *d)
{
	uint8_t mod, sib;

	d->modrm = take(d, 1);
	mod = d->modrm >> 6;
	d->reg = (d->modrm >> 3 & 7) | (d->rex & REX_R ? 8 : 0);
	d->rm = d->modrm & 7;
	d->in_memory = mod != 3;
	if (d->in_memory && d->rm == 4) {
		sib = take(d, 1);
		d->indexed = (sib >> 3 & 7) != 4 || d->rex & REX_X;
		d->rm = sib & 7;
		if (mod == 0 && d->rm == 5) {
			d->indexed = true; /* no register at all */
			d->disp = take(d, 4);
		}
	} else if (mod == 0 && d->rm == 5) {
		d->indexed = true; /* the instruction pointer */
		d->disp = take(d, 4);
	}
	d->rm |= d->rex & REX_B ? 8 : 0;
	if (mod == 1)
		d->disp = take(d, 1);
	else if (mod == 2)
		d->disp = take(d, 4);
}

static void take_immediate(struct decoder *d, char follows)
{
	unsigned int z = d->operand16 && !(d->rex & REX_W) ? 2 : 4;

	/* test has one, not, neg, mul and div of the same opcode have none */
	if (d->map == MAP_ONE && (d->opcode & 0xfe) == 0xf6 && (d->modrm & 0x30) == 0)
		follows = d->opcode == 0xf6 ? 'b' : 'z';
	switch (follows) {
	case 'b':
	case 'B':
		d->imm = take(d, 1);
		break;
	case 'w':
		take(d, 2);
		break;
	case 'e':
		take(d, 3);
		break;
	case 'z':
	case 'Z':
		d->imm = take(d, z);
		break;
	case 'v':
		d->imm = take(d, d->rex & REX_W ? 8 : z);
		break;
	case 'r':
		d->imm = take(d, 4);
		break;
	case 'o':
		take(d, d->address32 ? 4 : 8);
		break;
	}
}

/* What an instruction does: where it goes, and which register it sets. */

static void goes(struct x86_insn *insn, enum x86_flow flow, int32_t target)
{
	insn->flow = flow;
	insn->target = target;
}

static void find_flow(const struct decoder *d, struct x86_insn *insn)
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

static void find_set(const struct decoder *d, struct x86_insn *insn)
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

bool x86__decode(struct x86_insn *insn, const uint8_t *code, size_t size)
{
	struct decoder d = { .code = code, .size = size };
	char follows;

	memset(insn, 0, sizeof(*insn));
	take_prefixes(&d);
	if (!take_vector_prefix(&d))
		return false;
	take_opcode(&d);
	follows = what_follows(&d);
	if (follows == '!' || d.at > size)
		return false;
	if (strchr("mBZ", follows))
		take_modrm(&d);
	take_immediate(&d, follows);
	if (d.at > size || d.at > 15)
		return false;
	insn->length = d.at;
	find_flow(&d, insn);
	find_set(&d, insn);
	return true;
}

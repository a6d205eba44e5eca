// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <string.h>

#include "code/x86_parts.h"

/* What follows an opcode. */
#define MODRM (1 << 0)
#define IMM8  (1 << 1)
#define IMM16 (1 << 2)
#define IMMZ  (1 << 3) /* 4 bytes; 2 with an operand-size prefix */
#define IMMV  (1 << 4) /* the same, but 8 with REX.W */
#define REL32 (1 << 5)
#define MOFFS (1 << 6) /* an address: 8 bytes, 4 with an address-size prefix */
#define BAD   (1 << 7)

#define ALU(base)                                                                           \
	[base... base + 3] = MODRM, [base + 4] = IMM8, [base + 5] = IMMZ, [base + 6] = BAD, \
			[base + 7] = BAD

/* Prefixes and the escape 0f have been read before this is asked. */
static const uint8_t one_byte[256] = {
	ALU(0x00),
	ALU(0x08),
	ALU(0x10),
	ALU(0x18),
	ALU(0x20),
	ALU(0x28),
	ALU(0x30),
	ALU(0x38),
	[0x40 ... 0x4f] = BAD,
	[0x60 ... 0x62] = BAD,
	[0x63] = MODRM,
	[0x64 ... 0x67] = BAD,
	[0x68] = IMMZ,
	[0x69] = MODRM | IMMZ,
	[0x6a] = IMM8,
	[0x6b] = MODRM | IMM8,
	[0x70 ... 0x7f] = IMM8,
	[0x80] = MODRM | IMM8,
	[0x81] = MODRM | IMMZ,
	[0x82] = BAD,
	[0x83] = MODRM | IMM8,
	[0x84 ... 0x8f] = MODRM,
	[0x9a] = BAD,
	[0xa0 ... 0xa3] = MOFFS,
	[0xa8] = IMM8,
	[0xa9] = IMMZ,
	[0xb0 ... 0xb7] = IMM8,
	[0xb8 ... 0xbf] = IMMV,
	[0xc0 ... 0xc1] = MODRM | IMM8,
	[0xc2] = IMM16,
	[0xc4 ... 0xc5] = BAD,
	[0xc6] = MODRM | IMM8,
	[0xc7] = MODRM | IMMZ,
	[0xc8] = IMM16 | IMM8,
	[0xca] = IMM16,
	[0xcd] = IMM8,
	[0xce] = BAD,
	[0xd0 ... 0xd3] = MODRM,
	[0xd4 ... 0xd6] = BAD,
	[0xd8 ... 0xdf] = MODRM,
	[0xe0 ... 0xe7] = IMM8,
	[0xe8 ... 0xe9] = REL32,
	[0xea] = BAD,
	[0xeb] = IMM8,
	[0xf0] = BAD,
	[0xf2 ... 0xf3] = BAD,
	[0xf6 ... 0xf7] = MODRM, /* and an immediate, by the ModRM byte */
	[0xfe ... 0xff] = MODRM,
};

/* After 0f. */
static const uint8_t two_bytes[256] = {
	[0x00 ... 0x03] = MODRM,
	[0x04] = BAD,
	[0x0a] = BAD,
	[0x0c] = BAD,
	[0x0d] = MODRM,
	[0x0f] = MODRM | IMM8,
	[0x10 ... 0x23] = MODRM,
	[0x24 ... 0x27] = BAD,
	[0x28 ... 0x2f] = MODRM,
	[0x36] = BAD,
	[0x39] = BAD,
	[0x3b ... 0x3f] = BAD,
	[0x40 ... 0x6f] = MODRM,
	[0x70 ... 0x73] = MODRM | IMM8,
	[0x74 ... 0x76] = MODRM,
	[0x78 ... 0x7f] = MODRM,
	[0x80 ... 0x8f] = REL32,
	[0x90 ... 0x9f] = MODRM,
	[0xa3] = MODRM,
	[0xa4] = MODRM | IMM8,
	[0xa5 ... 0xa7] = MODRM,
	[0xab] = MODRM,
	[0xac] = MODRM | IMM8,
	[0xad ... 0xb9] = MODRM,
	[0xba] = MODRM | IMM8,
	[0xbb ... 0xc1] = MODRM,
	[0xc2] = MODRM | IMM8,
	[0xc3] = MODRM,
	[0xc4 ... 0xc6] = MODRM | IMM8,
	[0xc7] = MODRM,
	[0xd0 ... 0xff] = MODRM,
};

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

static uint8_t what_follows(const struct decoder *d)
{
	switch (d->map) {
	case MAP_ONE:
		return one_byte[d->opcode];
	case MAP_0F38:
		return MODRM;
	case MAP_0F3A:
		return MODRM | IMM8;
	default:
		break;
	}
	if (!d->vector)
		return two_bytes[d->opcode];
	if (d->opcode == 0x77) /* vzeroupper */
		return 0;
	return MODRM | (two_bytes[d->opcode] & IMM8);
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

static void take_immediate(struct decoder *d, uint8_t follows)
{
	unsigned int z = d->operand16 && !(d->rex & REX_W) ? 2 : 4;

	/* test has one, not, neg, mul and div of the same opcode have none */
	if (d->map == MAP_ONE && (d->opcode & 0xfe) == 0xf6 && (d->modrm & 0x30) == 0)
		follows |= d->opcode == 0xf6 ? IMM8 : IMMZ;
	if (follows & IMM16)
		take(d, 2);
	if (follows & IMM8)
		d->imm = take(d, 1);
	if (follows & IMMZ)
		d->imm = take(d, z);
	if (follows & IMMV)
		d->imm = take(d, d->rex & REX_W ? 8 : z);
	if (follows & REL32)
		d->imm = take(d, 4);
	if (follows & MOFFS)
		take(d, d->address32 ? 4 : 8);
}

bool x86__decode(struct x86_insn *insn, const uint8_t *code, size_t size)
{
	struct decoder d = { .code = code, .size = size };
	uint8_t follows;

	memset(insn, 0, sizeof(*insn));
	take_prefixes(&d);
	if (!take_vector_prefix(&d))
		return false;
	take_opcode(&d);
	follows = what_follows(&d);
	if (follows & BAD || d.at > size)
		return false;
	if (follows & MODRM)
		take_modrm(&d);
	take_immediate(&d, follows);
	if (d.at > size || d.at > 15)
		return false;
	insn->length = d.at;
	x86__find_flow(&d, insn);
	x86__find_set(&d, insn);
	return true;
}

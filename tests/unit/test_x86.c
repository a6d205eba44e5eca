// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The decoder, over one instruction of each form that kernels have (tests/native/decoder.bats holds
 * it against objdump over whole programs).
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "callsites/x86.h"

/* As the assembler made them. */
static const struct {
	const char *bytes, *text;
} forms[] = {
	{ "90", "nop" },
	{ "f3 0f 1e fa", "endbr64" },
	{ "65 48 89 24 25 34 12 00 00", "mov %rsp,%gs:0x1234" },
	{ "48 8b 05 78 56 34 12", "mov 0x12345678(%rip),%rax" },
	{ "48 8b 04 24", "mov (%rsp),%rax" },
	{ "48 8b 44 9c 08", "mov 0x8(%rsp,%rbx,4),%rax" },
	{ "48 8b 04 dd 78 56 34 12", "mov 0x12345678(,%rbx,8),%rax" },
	{ "48 ba 88 77 66 55 44 33 22 11", "movabs $0x1122334455667788,%rdx" },
	{ "a0 88 77 66 55 44 33 22 11", "movabs 0x1122334455667788,%al" },
	{ "b8 05 00 00 00", "mov $0x5,%eax" },
	{ "41 b8 05 00 00 00", "mov $0x5,%r8d" },
	{ "48 c7 c0 ff ff ff ff", "mov $0xffffffffffffffff,%rax" },
	{ "66 c7 00 34 12", "movw $0x1234,(%rax)" },
	{ "c7 40 08 34 12 00 00", "movl $0x1234,0x8(%rax)" },
	{ "c6 00 01", "movb $0x1,(%rax)" },
	{ "f6 00 01", "testb $0x1,(%rax)" },
	{ "f7 00 45 23 01 00", "testl $0x12345,(%rax)" },
	{ "66 f7 00 34 12", "testw $0x1234,(%rax)" },
	{ "48 f7 d8", "neg %rax" },
	{ "48 69 c3 45 23 01 00", "imul $0x12345,%rbx,%rax" },
	{ "f0 48 0f b1 17", "lock cmpxchg %rdx,(%rdi)" },
	{ "f3 48 ab", "rep stos %rax,%es:(%rdi)" },
	{ "ff d0", "call *%rax" },
	{ "ff 60 08", "jmp *0x8(%rax)" },
	{ "ff 15 00 01 00 00", "call *0x100(%rip)" },
	{ "0f 85 fa 01 00 00", "jne 0x285" },
	{ "75 00", "jne 0x8d" },
	{ "0f 0b", "ud2" },
	{ "0f c8", "bswap %eax" },
	{ "48 0f a4 c3 03", "shld $0x3,%rax,%rbx" },
	{ "48 0f ba e0 03", "bt $0x3,%rax" },
	{ "0f b6 c0", "movzbl %al,%eax" },
	{ "0f 94 c0", "sete %al" },
	{ "66 0f 38 00 d1", "pshufb %xmm1,%xmm2" },
	{ "66 0f 3a 0f d1 03", "palignr $0x3,%xmm1,%xmm2" },
	{ "c5 f8 77", "vzeroupper" },
	{ "c5 ed ef d9", "vpxor %ymm1,%ymm2,%ymm3" },
	{ "c5 fd 70 d1 03", "vpshufd $0x3,%ymm1,%ymm2" },
	{ "c4 e3 6d 0f d9 03", "vpalignr $0x3,%ymm1,%ymm2,%ymm3" },
	{ "62 f1 6d 48 fe d9", "vpaddd %zmm1,%zmm2,%zmm3" },
	{ "62 f1 fe 48 6f 48 01", "vmovdqu64 0x40(%rax),%zmm1" },
	{ "f2 48 0f 38 f1 d8", "crc32 %rax,%rbx" },
	{ "db e3", "fninit" },
	{ "c8 08 00 01", "enter $0x8,$0x1" },
	{ "c2 08 00", "ret $0x8" },
	{ "cd 80", "int $0x80" },
	{ "68 78 56 34 12", "push $0x12345678" },
	{ "6a 01", "push $0x1" },
	{ "2e 66 0f 1f 04 00", "cs nopw (%rax,%rax,1)" },
	{ "66 68 34 12", "pushw $0x1234" },
	{ "67 8b 18", "mov (%eax),%ebx" },
	{ "0f 20 d8", "mov %cr3,%rax" },
	{ "0f 30", "wrmsr" },
	{ "0f 01 cb", "stac" },
	{ "0f 05", "syscall" },
	{ "45 31 c9", "xor %r9d,%r9d" },
	{ "88 e3", "mov %ah,%bl" },
};

static size_t from_hex(uint8_t *code, const char *text)
{
	size_t nr = 0;
	char *end;

	for (; *text; text = end)
		code[nr++] = strtoul(text, &end, 16);
	return nr;
}

static struct x86_insn decode(const char *text)
{
	struct x86_insn insn;
	uint8_t code[16];
	size_t size = from_hex(code, text);

	assert_true(x86__decode(&insn, code, size));
	assert_int_equal(insn.length, size);
	return insn;
}

static void lengths(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		uint8_t code[32];
		struct x86_insn insn;
		size_t size = from_hex(code, forms[i].bytes);

		/* what follows does not matter, as little as that nothing does */
		memset(code + size, 0xcc, sizeof(code) - size);
		assert_true(x86__decode(&insn, code, sizeof(code)));
		if (insn.length != size)
			fail_msg("%s: %d bytes", forms[i].text, insn.length);
		assert_true(x86__decode(&insn, code, size));
		for (size_t cut = 0; cut < size; cut++) {
			if (x86__decode(&insn, code, cut) && insn.length > cut)
				fail_msg("%s: %d bytes of %zu", forms[i].text, insn.length, cut);
		}
	}
}

static void any_bytes(void **state)
{
	uint64_t random = 88172645463325252ull;

	(void)state;
	for (int i = 0; i < 200000; i++) {
		uint8_t *code = malloc(15);
		struct x86_insn insn;
		size_t size = i % 16;

		for (int k = 0; k < 15; k++) {
			random ^= random << 13;
			random ^= random >> 7;
			random ^= random << 17;
			code[k] = random;
		}
		code = realloc(code, size ? size : 1);
		if (x86__decode(&insn, code, size)) {
			assert_in_range(insn.length, 1, size);
			assert_in_range(insn.reg, 0, 15);
		}
		free(code);
	}
}

static void where_it_goes(void **state)
{
	(void)state;
	assert_int_equal(decode("90").flow, X86_NEXT);
	assert_int_equal(decode("e8 10 00 00 00").flow, X86_CALL);
	assert_int_equal(decode("e8 f0 ff ff ff").target, -16);
	assert_int_equal(decode("eb f9").flow, X86_JUMP);
	assert_int_equal(decode("eb f9").target, -7);
	assert_int_equal(decode("0f 85 fa 01 00 00").flow, X86_BRANCH);
	assert_int_equal(decode("0f 85 fa 01 00 00").target, 0x1fa);
	assert_int_equal(decode("ff d0").flow, X86_OTHER);
	assert_int_equal(decode("ff 60 08").flow, X86_STOP);
	assert_int_equal(decode("c3").flow, X86_STOP);
	assert_int_equal(decode("0f 0b").flow, X86_STOP);
}

static void check_set(const char *text, enum x86_set set, int reg, int from, int value)
{
	struct x86_insn insn = decode(text);

	if (insn.set != set || (reg >= 0 && insn.reg != reg) || (from >= 0 && insn.from != from) ||
	    insn.value != value)
		fail_msg("%s: set %d, register %d from %d, %d", text, insn.set, insn.reg, insn.from,
			 insn.value);
}

static void what_it_sets(void **state)
{
	(void)state;
	check_set("b8 20 00 00 00", X86_SETS_CONST, 0, -1, 0x20);
	check_set("41 b8 05 00 00 00", X86_SETS_CONST, 8, -1, 5);
	check_set("48 c7 c0 ff ff ff ff", X86_SETS_CONST, 0, -1, -1);
	check_set("31 c0", X86_SETS_CONST, 0, -1, 0);
	check_set("45 31 c9", X86_SETS_CONST, 9, -1, 0);
	check_set("31 d8", X86_SETS_REG, 0, -1, 0); /* xor %ebx,%eax */
	check_set("89 d8", X86_SETS_COPY, 0, 3, 0);
	check_set("44 89 e0", X86_SETS_COPY, 0, 12, 0);
	check_set("48 8b 45 10", X86_SETS_LOAD, 0, 5, 0x10);
	check_set("48 8b 04 24", X86_SETS_LOAD, 0, 4, 0);
	check_set("48 8b 44 9c 08", X86_SETS_REG, 0, -1, 0);	   /* indexed */
	check_set("48 8b 05 78 56 34 12", X86_SETS_REG, 0, -1, 0); /* by the ip */
	check_set("65 48 8b 04 24", X86_SETS_REG, 0, -1, 0);	   /* per CPU */
	check_set("48 89 24 24", X86_SETS_NONE, -1, -1, 0);
	check_set("48 85 ff", X86_SETS_NONE, -1, -1, 0);
	check_set("39 d8", X86_SETS_NONE, -1, -1, 0);
	check_set("83 c0 01", X86_SETS_REG, 0, -1, 0);
	check_set("83 f8 01", X86_SETS_NONE, -1, -1, 0);
	check_set("88 e3", X86_SETS_REG, 3, -1, 0);
	check_set("88 dc", X86_SETS_REG, 0, -1, 0); /* ah is a part of rax */
	check_set("58", X86_SETS_POP, 0, -1, 0);
	check_set("0f b6 c0", X86_SETS_REG, 0, -1, 0);
	check_set("f7 e3", X86_SETS_UNKNOWN, -1, -1, 0); /* mul: two registers */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lengths),
		cmocka_unit_test(any_bytes),
		cmocka_unit_test(where_it_goes),
		cmocka_unit_test(what_it_sets),
	};

	return cmocka_run_group_tests_name("x86", tests, NULL, NULL);
}

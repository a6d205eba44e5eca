// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Call sites: found in a list and by a page, and where their hypercalls' numbers are. */
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "callsites/calls.h"
#include "callsites/stack.h"

#define START 0xffffffff81000000ull

/* A function, as the assembler made it of the lines beside. */
static const uint8_t code[] = {
	0x55,			      /* 00 push %rbp */
	0x48, 0x89, 0xe5,	      /* 01 mov %rsp,%rbp */
	0xbb, 0x14, 0x00, 0x00, 0x00, /* 04 mov $0x14,%ebx */
	0x48, 0x85, 0xff,	      /* 09 test %rdi,%rdi */
	0x74, 0x34,		      /* 0c je 42 */
	0x48, 0x89, 0xfe,	      /* 0e mov %rdi,%rsi */
	0xb8, 0x20, 0x00, 0x00, 0x00, /* 11 mov $0x20,%eax */
	0xe8, 0xe5, 0xff, 0xff, 0xff, /* 16 call */
	0x49, 0x89, 0xc4,	      /* 1b mov %rax,%r12 */
	0x89, 0xd8,		      /* 1e mov %ebx,%eax */
	0xe8, 0xdb, 0xff, 0xff, 0xff, /* 20 call */
	0x48, 0x8b, 0x45, 0x10,	      /* 25 mov 0x10(%rbp),%rax */
	0xe8, 0xd2, 0xff, 0xff, 0xff, /* 29 call */
	0x31, 0xc0,		      /* 2e xor %eax,%eax */
	0xe8, 0xcb, 0xff, 0xff, 0xff, /* 30 call */
	0xb8, 0x1d, 0x00, 0x00, 0x00, /* 35 mov $0x1d,%eax */
	0x48, 0x89, 0xe6,	      /* 3a mov %rsp,%rsi */
	0xe8, 0xbe, 0xff, 0xff, 0xff, /* 3d call */
	0x44, 0x89, 0xe0,	      /* 42 mov %r12d,%eax */
	0xe8, 0xb6, 0xff, 0xff, 0xff, /* 45 call */
	0xeb, 0xf9,		      /* 4a jmp 45 */
	0x83, 0xc0, 0x01,	      /* 4c add $1,%eax */
	0xe8, 0xac, 0xff, 0xff, 0xff, /* 4f call */
	0x74, 0xec,		      /* 54 je 42 */
	0xe8, 0xa5, 0xff, 0xff, 0xff, /* 56 call */
	0xc3,			      /* 5b ret */
};

static struct call examine(uint64_t offset)
{
	struct call call = { .address = START + offset };

	calls__examine(&call, code, sizeof(code), START);
	return call;
}

static void check_call(uint64_t offset, uint64_t before, enum number_in in, int reg, int nr)
{
	struct call call = examine(offset);

	assert_null(call.why);
	assert_int_equal(call.before, START + before);
	assert_int_equal(call.in, in);
	if (in != NUMBER_CONST)
		assert_int_equal(call.reg, reg);
	assert_int_equal(call.nr, nr);
}

static void numbers_are_found(void **state)
{
	(void)state;
	check_call(0x16, 0x11, NUMBER_CONST, 0, 32);
	check_call(0x20, 0x1e, NUMBER_REGISTER, 3, 20); /* kept in rbx since the beginning */
	check_call(0x29, 0x25, NUMBER_MEMORY, 5, -1);
	assert_int_equal(examine(0x29).disp, 0x10);
	check_call(0x30, 0x2e, NUMBER_CONST, 0, 0);
	check_call(0x3d, 0x3a, NUMBER_REGISTER, 0, 29); /* in rax already */
}

/* A number that is copied twice; the pop is of a way out, past which the code goes on. */
static void numbers_are_followed(void **state)
{
	static const uint8_t kept[] = {
		0xbb, 0x20, 0x00, 0x00, 0x00, /* 00 mov $0x20,%ebx */
		0x5b,			      /* 05 pop %rbx */
		0xc3,			      /* 06 ret */
		0x89, 0xd8,		      /* 07 mov %ebx,%eax */
		0x48, 0x89, 0xe6,	      /* 09 mov %rsp,%rsi */
		0xe8, 0x00, 0x00, 0x00, 0x00, /* 0c call */
		0x83, 0xc3, 0x01,	      /* 11 add $1,%ebx */
		0x89, 0xd8,		      /* 14 mov %ebx,%eax */
		0xe8, 0x00, 0x00, 0x00, 0x00, /* 16 call */
	};
	struct call call = { .address = START + 0x0c };

	(void)state;
	calls__examine(&call, kept, sizeof(kept), START);
	assert_int_equal(call.nr, 32);
	assert_int_equal(call.in, NUMBER_REGISTER);
	assert_int_equal(call.reg, 0);
	call.address = START + 0x16;
	calls__examine(&call, kept, sizeof(kept), START);
	assert_int_equal(call.nr, -1);
	assert_int_equal(call.reg, 3);
}

static void cannot_be_bracketed(void **state)
{
	(void)state;
	assert_string_equal(examine(0x45).why,
			    "a jump leads past the instruction ahead of the call");
	assert_string_equal(examine(0x4f).why,
			    "the hypercall's number is made just ahead of the call");
	assert_string_equal(examine(0x56).why,
			    "the instruction ahead of the call may go elsewhere");
	assert_string_equal(examine(0).why, "its code cannot be read up to the call");
	/* inside an instruction, and no call at all */
	assert_string_equal(examine(0x12).why, "its code cannot be read up to the call");
	assert_string_equal(examine(0x1b).why, "its code cannot be read up to the call");
	assert_string_equal(examine(0x1000).why, "its code cannot be read up to the call");
}

/* A cut at any byte is said, not read beyond. */
static void cut_code(void **state)
{
	(void)state;
	for (size_t size = 0; size < 0x45; size++) {
		struct call call = { .address = START + 0x3d };
		uint8_t *cut = malloc(size ? size : 1);

		memcpy(cut, code, size);
		calls__examine(&call, cut, size, START);
		assert_int_equal(call.why == NULL, size >= 0x42);
		free(cut);
	}
}

static void a_pair_for_breakpoints(void **state)
{
	static const uint8_t near[] = { 0xf3, 0x0f, 0x1e, 0xfa, 0x0f, 0x1f, 0x44,
					0,    0,    0x55, 0x48, 0x89, 0xe5, 0xc3 };
	static const uint8_t far[] = { 0xf3, 0x0f, 0x1e, 0xfa, 0xe8, 0, 0, 0, 0, 0xc3 };
	size_t at[2];

	(void)state;
	assert_false(calls__pair(at, code, sizeof(code))); /* a branch before */
	assert_false(calls__pair(at, far, sizeof(far)));
	assert_true(calls__pair(at, near, sizeof(near)));
	assert_int_equal(at[0], 9);
	assert_int_equal(at[1], 10);
}

static void put32(uint8_t *at, int64_t value)
{
	uint32_t v = value;

	for (int i = 0; i < 4; i++)
		at[i] = v >> 8 * i;
}

/* Two of the key, one of another, one in the boot's code, one more with the flag of a tail call. */
static void a_list_of_sites(void **state)
{
	static const struct {
		uint64_t site, key;
	} sites[] = {
		{ START + 0x100, START + 0x900000 },	   { START + 0x200, START + 0x900010 },
		{ START + 0x300, (START + 0x900000) | 2 }, { START + 0x50, START + 0x900000 },
		{ START + 0x400, (START + 0x900000) | 1 },
	};
	const uint64_t list = START + 0x800000;
	uint8_t bytes[sizeof(sites) / sizeof(sites[0]) * 8 + 3];
	uint64_t found[8];

	(void)state;
	for (size_t i = 0; i < sizeof(sites) / sizeof(sites[0]); i++) {
		put32(bytes + 8 * i, sites[i].site - (list + 8 * i));
		put32(bytes + 8 * i + 4, sites[i].key - (list + 8 * i + 4));
	}
	assert_int_equal(calls__of_list(found, 8, bytes, sizeof(bytes), list, START + 0x900000), 3);
	assert_int_equal(found[0], START + 0x100);
	assert_int_equal(found[1], START + 0x50);
	assert_int_equal(found[2], START + 0x400);
	/* more than there is room for is counted, not written */
	assert_int_equal(calls__of_list(found, 1, bytes, sizeof(bytes), list, START + 0x900000), 3);
}

/* As kernels had them before XSA-466: call hypercall_page + 32 * number. */
static void calls_into_the_page(void **state)
{
	uint8_t old[] = { 0x55, 0xe8, 0, 0, 0, 0, 0x90, 0xe8, 0, 0, 0, 0, 0xe8, 0, 0, 0, 0, 0xc3 };
	const uint64_t page = START + 0x2000;
	uint64_t found[4];
	int numbers[4];

	(void)state;
	put32(old + 2, page + 29 * 32 - (START + 6));
	put32(old + 8, page + 4096 - (START + 12)); /* beyond it */
	put32(old + 13, page + 7 - (START + 17));   /* between two of them */
	assert_int_equal(calls__into_page(found, numbers, 4, old, sizeof(old), START, page), 1);
	assert_int_equal(found[0], START + 1);
	assert_int_equal(numbers[0], 29);
}

static struct symbols *read_symbols(const char *text, int expected)
{
	static const char *const wanted[] = { "a_key", NULL };
	FILE *file = fmemopen((void *)text, strlen(text), "r");
	struct symbols *symbols = NULL;

	assert_int_equal(symbols__read(&symbols, file, wanted), expected);
	fclose(file);
	return symbols;
}

static void symbols_are_read(void **state)
{
	struct symbols *symbols = read_symbols("ffffffff81000100 t second\n"
					       "ffffffff81000000 T first\n"
					       "ffffffff81000000 T alias\n"
					       "ffffffff82000000 D a_key\n"
					       "ffffffff82000008 D other\n"
					       "not a line\n"
					       "ffffffffc0000000 t module\t[xen_blkfront]\n",
					       0);
	uint64_t start, end;

	(void)state;
	assert_int_equal(symbols__address(symbols, "a_key"), 0xffffffff82000000);
	assert_int_equal(symbols__address(symbols, "other"), 0);
	assert_int_equal(symbols__address(symbols, "module"), 0xffffffffc0000000);
	assert_string_equal(symbols__function(symbols, START + 0xff, &start, &end), "first");
	assert_int_equal(start, START);
	assert_int_equal(end, START + 0x100);
	assert_string_equal(symbols__function(symbols, START + 0x100, &start, &end), "second");
	assert_null(symbols__function(symbols, START - 1, &start, &end));
	assert_null(symbols__function(symbols, 0xffffffffc0000000, &start, &end));
	assert_int_equal(symbols__start(symbols, 2), START + 0x100);
	assert_int_equal(symbols__start(symbols, 5), 0);
	symbols__free(symbols);
}

static void a_stack_gets_names(void **state)
{
	struct symbols *symbols = read_symbols("ffffffff81000000 T notify\n"
					       "ffffffff81000100 T vfs_read\n"
					       "ffffffff81000200 T asm_sysvec_upcall\n"
					       "ffffffff81000300 T bpf_trace_run2\n"
					       "ffffffff81000400 T elfcorehdr_read\n"
					       "ffffffff81000440 T kretprobe_trampoline\n"
					       "ffffffff81000500 T end\n"
					       "ffffffffc0000000 t queue_rq\t[xen_blkfront]\n"
					       "ffffffffc0000100 t other\t[xen_blkfront]\n"
					       "ffffffffc0100000 t bpf_prog_1_x\t[bpf]\n"
					       "ffffffffc0200000 t last\t[bpf]\n",
					       0);
	/* the program, its trampoline, which has no symbol, the function; a call at another's end */
	const uint64_t called[] = { 0xffffffffc0100010, 0xffffffffc0150000, START + 5,
				    0xffffffffc0000100, START + 0x180 };
	const uint64_t twice[] = { START + 0x10, 0xffffffffc0000020, 0xffffffffc0100010,
				   0xffffffffc0000006, START + 0x180 };
	const uint64_t hidden[] = { START + 0x10, START + 0x440 };
	const uint64_t traced[] = { 0xffffffffc0100010, START + 0x310, START + 0x150 };
	const uint64_t interrupted[] = { START + 1, START + 0x210, START + 0x110 };
	uint64_t deep[64];
	char text[STACK_TEXT];

	(void)state;
	assert_string_equal(symbols__module(symbols, 0xffffffffc00000ff), "xen_blkfront");
	assert_string_equal(symbols__module(symbols, START), "");
	assert_int_equal(stack__name(text, symbols, called, 5), 3);
	assert_string_equal(text, "notify;queue_rq [xen_blkfront];vfs_read");
	assert_int_equal(stack__name(text, symbols, traced, 3), 1);
	assert_string_equal(text, "vfs_read");
	/* blkfront's function is traced */
	assert_int_equal(stack__name(text, symbols, twice, 5), 3);
	assert_string_equal(text, "notify;queue_rq [xen_blkfront];vfs_read");
	/* a kretprobe hides the caller; the function ahead of its trampoline is none */
	assert_int_equal(stack__name(text, symbols, hidden, 2), 2);
	assert_string_equal(text, "notify;kretprobe_trampoline");
	/* what was interrupted has not called */
	assert_int_equal(stack__name(text, symbols, interrupted, 3), 2);
	assert_string_equal(text, "notify;asm_sysvec_upcall");
	assert_int_equal(stack__name(text, symbols, called, 2), 0);
	assert_string_equal(text, "");
	for (int i = 0; i < 64; i++)
		deep[i] = i % 2 ? START + 0x110 : 0xffffffffc0050000;
	deep[0] = START + 0x110;
	assert_int_equal(stack__name(text, symbols, deep, 64), 64);
	assert_non_null(strstr(text, "vfs_read;vfs_read;[unknown];vfs_read"));
	symbols__free(symbols);
}

static void symbols_are_hidden(void **state)
{
	static char hidden[] = "0000000000000000 t second\n0000000000000000 T first\n";
	static char shown[] = "0000000000000000 A cpu_data\n0000000000001000 A more\n";
	FILE *file = fmemopen(hidden, strlen(hidden), "r");

	(void)state;
	assert_false(symbols__shown(file));
	fclose(file);
	file = fmemopen(shown, strlen(shown), "r");
	assert_true(symbols__shown(file));
	fclose(file);
	read_symbols("0000000000000000 t second\n0000000000000000 T first\n", -EACCES);
	read_symbols("", -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_found),	  cmocka_unit_test(numbers_are_followed),
		cmocka_unit_test(cannot_be_bracketed),	  cmocka_unit_test(cut_code),
		cmocka_unit_test(a_list_of_sites),	  cmocka_unit_test(calls_into_the_page),
		cmocka_unit_test(a_pair_for_breakpoints), cmocka_unit_test(symbols_are_read),
		cmocka_unit_test(symbols_are_hidden),	  cmocka_unit_test(a_stack_gets_names),
	};

	return cmocka_run_group_tests_name("calls", tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <string.h>

#include "base/str.h"
#include "callsites/stack.h"

/* No function is longer: what looks longer is code without a symbol behind the last one. */
#define FUNCTION_MAX 65536

static const char unknown[] = "[unknown]";

/* Does the name begin with one of these? */
static bool begins(const char *name, const char *const *with)
{
	for (; *with; with++) {
		if (strncmp(name, *with, strlen(*with)) == 0)
			return true;
	}
	return false;
}

struct function {
	const char *name, *module;
};

/*
 * Where a function returns that a kretprobe or a tracer of functions is on: in place of its caller, which
 * is not in the stack then (before 5.15). No call is ahead of them.
 */
static const char *const trampolines[] = { "kretprobe_trampoline", "__kretprobe_trampoline",
					   "arch_rethook_trampoline", "return_to_handler", NULL };

/*
 * The function around the call that returns to this address: it is ahead of it. A kprobe's own address
 * is the breakpoint's end, which is of the same function, too.
 */
static struct function function_at(const struct symbols *symbols, uint64_t address)
{
	uint64_t start, end;
	const char *name = symbols__function(symbols, address, &start, &end);

	if (name && start == address && begins(name, trampolines))
		return (struct function) { name, "" };
	name = symbols__function(symbols, address - 1, &start, &end);
	if (!name || address - start > FUNCTION_MAX)
		return (struct function) { unknown, "" };
	return (struct function) { name, symbols__module(symbols, address - 1) };
}

/*
 * Programs and trampolines are listed as of module "bpf", or not at all (net.core.bpf_jit_kallsyms).
 * kernel/trace/bpf_trace.c: a tracepoint's come by these functions.
 */
static bool is_programs(struct function function)
{
	static const char *const by[] = { "bpf_trace_run", "__bpf_trace_", "__traceiter_", NULL };

	return function.name == unknown || strcmp(function.module, "bpf") == 0 ||
	       begins(function.name, by);
}

/* arch/x86/include/asm/idtentry.h: how interrupts come in. Exceptions are the task's own doing. */
static bool is_interrupt(const char *name)
{
	static const char *const entries[] = { "asm_sysvec_",
					       "asm_common_interrupt",
					       "asm_spurious_interrupt",
					       "asm_exc_xen_hypervisor_callback",
					       "xen_do_hypervisor_callback",
					       NULL };

	return begins(name, entries);
}

/*
 * The trampoline of a function that is traced calls it again, behind its first instruction: the function is
 * in the stack twice, and the trampoline, whose name is another one in each run, between.
 */
static bool is_traced_twice(const struct symbols *symbols, const uint64_t *at, unsigned int left)
{
	return left > 2 && strcmp(function_at(symbols, at[1]).module, "bpf") == 0 &&
	       function_at(symbols, at[0]).name == function_at(symbols, at[2]).name;
}

unsigned int stack__name(char text[STACK_TEXT], const struct symbols *symbols,
			 const uint64_t *addresses, unsigned int nr)
{
	unsigned int i = 0, named = 0;
	struct function function;
	char frame[STACK_NAME];

	*text = '\0';
	while (i < nr && is_programs(function_at(symbols, addresses[i])))
		i++;
	for (; i < nr; i++, named++) {
		function = function_at(symbols, addresses[i]);
		if (is_traced_twice(symbols, addresses + i, nr - i))
			i += 2;
		if (*function.module)
			STR_SET(frame, "%.*s [%.*s]", (int)sizeof(frame) - 24, function.name, 20,
				function.module);
		else
			STR_SET(frame, "%s", function.name);
		if (strlen(text) + sizeof(frame) + 1 > STACK_TEXT)
			break;
		str__add(text, STACK_TEXT, ";", "%s", frame);
		if (is_interrupt(function.name))
			return named + 1;
	}
	return named;
}

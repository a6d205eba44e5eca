/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Kernel stacks: who called what is measured. They are taken at a path's entry, ahead of its clock: at
 * its exit kretprobes hide the caller from kernels before 5.15, and a walk between both would be in
 * the path's time. It is in that of the path around it, as the programs' own.
 *
 * Where stacks are not asked for there are no maps for them: the verifier sees that the flag is 0, and
 * takes out what is behind it.
 */
#ifndef XT_STACKS_BPF_H
#define XT_STACKS_BPF_H

#include "cpu.bpf.h"

const volatile bool xt_stacks_asked;

/* The loader makes it, for all objects: see XT_SHARED_ARRAY. */
struct {
	__uint(type, BPF_MAP_TYPE_STACK_TRACE);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, XT_STACK_FRAMES * sizeof(__u64));
} xt_stacks SEC(".maps");

XT_SHARED_ARRAY(xt_stack_sums, struct xt_stack_cpu); /* by CPU number */

#define EEXIST 17
#define ENOMEM 12

/* The kernel stack of now: its place + 1; 0, and counted, where there is none to be had. */
static __always_inline __u32 stack_here(void *ctx, struct xt_cpu *cpu)
{
	long at;

	if (!xt_stacks_asked)
		return 0;
	/* a plain add, as of runs: only the own cost is made of it */
	(*(volatile __u64 *)&cpu->walks)++;
	at = bpf_get_stackid(ctx, &xt_stacks, 0);
	/* without the innermost frame, mostly this program, it has another hash, and place */
	if (at == -EEXIST)
		at = bpf_get_stackid(ctx, &xt_stacks, 1);
	if (at >= 0)
		return at + 1;
	cpu_lost(cpu, at == -EEXIST   ? XT_NOTE_STACK_COLLIDED
		      : at == -ENOMEM ? XT_NOTE_STACK_FULL
				      : XT_NOTE_STACK_NONE);
	return 0;
}

/*
 * Take a free place for this key; false if a program that came in between, or before and was
 * interrupted here, has it or may have.
 */
static __always_inline bool stack_claim(struct xt_stack_cpu *mine, struct xt_stack_sum *sum,
					__u64 key)
{
	volatile __u64 *claiming = &mine->claiming, *taken = &sum->key;

	if (*claiming)
		return false;
	*claiming = 1;
	if (!*taken)
		*taken = key;
	*claiming = 0;
	return *taken == key;
}

/* `n` events of this path that came by this stack, which there is, and took `ns` together. */
static __always_inline void stack_add(struct xt_cpu *cpu, __u32 path, __u32 stack, __u64 ns,
				      __u64 n)
{
	__u64 key = (__u64)path << 32 | stack;
	struct xt_stack_cpu *mine;
	struct xt_stack_sum *sum;
	__u32 nr, hash, i;

	nr = cpu->nr;
	mine = bpf_map_lookup_elem(&xt_stack_sums, &nr);
	if (!mine)
		return;
	hash = (path * 0x9e3779b9u + stack) * 2654435761u >> (32 - XT_STACK_SUMS_BITS);
	for (i = 0; i < XT_STACK_PROBES; i++) {
		sum = element(mine->sum, (hash + i) & (XT_STACK_SUMS - 1));
		if (sum->key != key && (sum->key || !stack_claim(mine, sum, key)))
			continue;
		bump(&sum->count, n);
		bump(&sum->ns, ns);
		return;
	}
	cpu_lost(cpu, XT_NOTE_STACK_FULL);
}

#endif

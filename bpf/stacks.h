/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Part of abi.h: kernel stacks, where they are asked for (--stacks). */
#ifndef XT_STACKS_H
#define XT_STACKS_H

/*
 * Places for stacks, and frames of each. The kernel takes a stack's place from its hash
 * (kernel/bpf/stackmap.c), and gives a place away once: another stack that falls there finds none.
 * So there are many more places than a guest has stacks.
 */
#define XT_STACKS	16384
#define XT_STACK_FRAMES 64

/* What frames of one path with one stack took on one CPU. */
struct xt_stack_sum {
	__u64 key;   /* path << 32 | stack; 0: a free place */
	__u64 count; /* events that these frames stand for */
	__u64 ns;    /* of the path's own time: as its buckets less what it owes, of these frames */
};

/* A CPU's, by open addressing: XT_STACK_PROBES places from the hashed one. Places are never freed. */
#define XT_STACK_SUMS_BITS 13
#define XT_STACK_SUMS	   (1 << XT_STACK_SUMS_BITS)
#define XT_STACK_PROBES	   8

struct xt_stack_cpu {
	__u64 claiming; /* a program takes a place: one that interrupts it takes none */
	__u64 pad[7];
	struct xt_stack_sum sum[XT_STACK_SUMS];
};

#endif

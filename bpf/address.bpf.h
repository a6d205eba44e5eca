/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Pointers as numbers: what packets are told apart by. */
#ifndef XT_ADDRESS_BPF_H
#define XT_ADDRESS_BPF_H

#include "vmlinux.h"
#include "maps.bpf.h"

/*
 * The address as a number, which the verifier does not take a pointer to be: only the difference of
 * two pointers is one. So the first slice keeps its own address, and it comes back here. For pointers
 * to structs only: others, read from one, are numbers to some kernels' verifiers and not to others'.
 */
static __always_inline __u64 address_of(const void *pointer)
{
	__u64 number = (__u64)pointer;
	__u32 nr = 0;
	struct xt_cpu *first = bpf_map_lookup_elem(&xt_cpus, &nr);

	if (!first)
		return 0;
	if (!first->address)
		first->address = (__u64)first;
	asm volatile("%0 -= %1" : "+r"(number) : "r"(first));
	return number + first->address;
}

static __always_inline __u64 address_hash(__u64 address)
{
	return address * 0x9e3779b97f4a7c15ull;
}

#endif

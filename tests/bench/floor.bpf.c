// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The least that a tracer of disk requests can cost: programs on the hooks that `xentrace-bpf -f blk` has,
 * which read the clock and do nothing else. make bench holds the others against it.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

volatile unsigned long long stamp;

#define FLOOR(hook)                         \
	SEC("tp_btf/" #hook)                \
	int floor_##hook(void *ctx)         \
	{                                   \
		stamp = bpf_ktime_get_ns(); \
		return 0;                   \
	}

FLOOR(block_rq_issue)
FLOOR(block_io_done)
FLOOR(irq_handler_entry)
FLOOR(irq_handler_exit)

char _license[] SEC("license") = "GPL";

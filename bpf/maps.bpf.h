/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The maps that every object shares. The loader creates them once, sized for this machine, and
 * hands them to each object (bpf_map__reuse_fd): the sizes here are placeholders. All are
 * mmap-able arrays: a snapshot costs no system call.
 */
#ifndef XT_MAPS_BPF_H
#define XT_MAPS_BPF_H

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "abi.h"

#define XT_SHARED_ARRAY(name, value_t)             \
	struct {                                   \
		__uint(type, BPF_MAP_TYPE_ARRAY);  \
		__uint(map_flags, BPF_F_MMAPABLE); \
		__uint(max_entries, 1);            \
		__type(key, __u32);                \
		__type(value, value_t);            \
	} name SEC(".maps")

XT_SHARED_ARRAY(xt_cpus, struct xt_cpu);   /* by CPU number */
XT_SHARED_ARRAY(xt_hists, struct xt_hist); /* by CPU's first path + path */

#endif

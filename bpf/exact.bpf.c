// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * --exact: hypercalls at the calls themselves. Two programs are attached to every call site: one to
 * the instruction ahead of the call, one to that behind it. They time the call, the instruction
 * ahead of it, and the way out of the first probe and into the second.
 *
 * Both run with interrupts off (int3, or the detour of an optimized probe), so nothing comes
 * between their lines. An interrupt may come between the two programs; its frames are on top of
 * this one.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "frame.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

const volatile struct xt_exact_config config;

XT_SHARED_ARRAY(xt_sites, struct xt_site); /* by address */

/* The address of the probe that runs: the breakpoint's length is behind it in all its forms. */
static __always_inline __u64 probe_address(struct pt_regs *regs)
{
	return PT_REGS_IP(regs) - 1;
}

/* The last site whose probe ahead of (behind) the call is not above the address. */
static __always_inline __u32 search(__u64 address, bool behind)
{
	__u32 low = 0, step = XT_SITES / 2, at;
	struct xt_site *site;

#pragma unroll
	for (int i = 0; i < XT_SITES_LOG2; i++, step /= 2) {
		at = low + step;
		site = bpf_map_lookup_elem(&xt_sites, &at);
		if (site && (behind ? site->after : site->before) <= address)
			low = at;
	}
	return low;
}

static __always_inline struct xt_site *site_of(struct pt_regs *regs, bool behind, __u32 *number)
{
	struct xt_site *site;
	__u64 address;

	if (config.cookies) {
		*number = bpf_get_attach_cookie(regs);
		return bpf_map_lookup_elem(&xt_sites, number);
	}
	address = probe_address(regs);
	*number = search(address, behind);
	site = bpf_map_lookup_elem(&xt_sites, number);
	return site && (behind ? site->after : site->before) == address ? site : NULL;
}

/* The hypercall's number, where the code has it at the instruction ahead of the call. */
static __always_inline __u64 number_at(struct pt_regs *regs, const struct xt_site *site)
{
	__u64 value = site->nr;

	if (site->in == XT_SITE_CONST)
		return value;
	bpf_probe_read_kernel(&value, sizeof(value), (void *)regs + site->reg);
	if (site->in == XT_SITE_MEMORY)
		bpf_probe_read_kernel(&value, sizeof(value), (void *)(value + site->disp));
	return (__u32)value;
}

static __always_inline __u32 path_of(struct xt_cpu *cpu, struct pt_regs *regs,
				     const struct xt_site *site)
{
	__u64 number = number_at(regs, site);

	if (site->by_number && number < XT_HYPERCALLS)
		return site->path + number;
	if (!site->by_number && number == site->nr)
		return site->path;
	cpu_lost(cpu, XT_NOTE_SITE_NUMBER);
	return config.other_path;
}

/* Empty: what a breakpoint costs. */
SEC("?kprobe")
int xt_dispatch_kp(void *ctx)
{
	return 0;
}

SEC("?kprobe")
int xt_site_before(struct pt_regs *regs)
{
	struct xt_cpu *cpu = cpu_enter(XT_P_SITES);
	struct xt_frame *frame;
	struct xt_site *site;
	__u32 number, path, token, stack;

	if (!cpu)
		return 0;
	site = site_of(regs, false, &number);
	if (!site)
		return 0;
	path = path_of(cpu, regs, site);
	token = XT_TOKEN_HYPERCALL | XT_TOKEN_SITE | number;
	stack = stack_here(regs, cpu);
	frame_open(cpu, token, bpf_ktime_get_ns(), stack);
	frame = frame_below(cpu, cpu->depth);
	if (frame && frame->token == token) /* there was room */
		frame->path = path;
	return 0;
}

SEC("?kprobe")
int xt_site_after(struct pt_regs *regs)
{
	struct xt_cpu *cpu = cpu_enter(XT_P_SITES);
	struct closed closed;
	__u32 number;
	__u64 now;

	if (!cpu)
		return 0;
	now = bpf_ktime_get_ns();
	if (!site_of(regs, true, &number))
		return 0;
	if (!frame_close(cpu, XT_TOKEN_HYPERCALL | XT_TOKEN_SITE | number, now, &closed))
		return 0;
	frame_record(cpu, closed.path, &closed, false);
	hypercall_made(cpu, &closed);
	cover_outer(cpu);
	return 0;
}

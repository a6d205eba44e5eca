/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The maps that all objects share, and this CPU's slice: how each program begins, counts and
 * records.
 */
#ifndef XT_CPU_BPF_H
#define XT_CPU_BPF_H

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "abi.h"

/*
 * The loader creates the shared maps once, sized for this machine, and gives them to each object
 * (bpf_map__reuse_fd()): the sizes here are placeholders. All are mmap-able arrays: a snapshot
 * costs no system call.
 */
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

/*
 * &array[index]; the last element for an index beyond it.
 *
 * The verifier wants to see the bound of an index. A compiler may remove a comparison that it knows
 * the result of, make it on a copy of the register, or compute the address before it. So comparison
 * and address are assembly that no compiler takes apart.
 */
#define element(array, index) \
	element_of(array, index, sizeof(array) / sizeof((array)[0]) - 1, sizeof((array)[0]))

#define element_of(array, index, last, size)             \
	({                                               \
		__u64 at_ = (index);                     \
		void *element_ = (void *)(array);        \
		asm volatile("if %0 <= %2 goto +1\n\t"   \
			     "%0 = %2\n\t"               \
			     "%0 *= %3\n\t"              \
			     "%1 += %0"                  \
			     : "+r"(at_), "+r"(element_) \
			     : "i"(last), "i"(size));    \
		(typeof(&(array)[0]))element_;           \
	})

/*
 * An atomic add and not ++: an interrupt on this CPU may run another program between load and
 * store. It is relaxed and its result is never used, which makes it the plain add that every kernel
 * since 3.18 has: for a stronger order clang 20 and later also fetch the old value, which 5.10
 * refuses. The compiler must not see that `by` is 0: it would make an atomic or of that, which 5.10
 * refuses too.
 */
static __always_inline void bump(__u64 *counter, __u64 by)
{
	asm volatile("" : "+r"(by));
	__atomic_fetch_add(counter, by, __ATOMIC_RELAXED);
}

/* The first line of every program: NULL when not tracing, else the slice, with the run counted. */
static __always_inline struct xt_cpu *cpu_enter(enum xt_probe probe)
{
	__u32 nr = bpf_get_smp_processor_id(), first = 0;
	struct xt_cpu *cpu = bpf_map_lookup_elem(&xt_cpus, &first);

	if (!cpu || !cpu->on)
		return NULL;
	cpu = bpf_map_lookup_elem(&xt_cpus, &nr);
	if (!cpu)
		return NULL;
	/* a plain add: an interrupt may take one away, and only the own cost is made of it */
	(*(volatile __u64 *)&cpu->runs[probe])++;
	return cpu;
}

/*
 * What a family remembers on each CPU: struct xt_NAME_cpu, in its map xt_NAME. Its programs begin
 * with NAME_enter(), which returns that, and *cpu as cpu_enter() does; or NULL.
 */
#define XT_FAMILY_CPU(name)                                                              \
	XT_SHARED_ARRAY(xt_##name, struct xt_##name##_cpu);                              \
                                                                                         \
	static __always_inline struct xt_##name##_cpu *name##_enter(enum xt_probe probe, \
								    struct xt_cpu **cpu) \
	{                                                                                \
		__u32 nr;                                                                \
                                                                                         \
		*cpu = cpu_enter(probe);                                                 \
		if (!*cpu)                                                               \
			return NULL;                                                     \
		nr = (*cpu)->nr;                                                         \
		return bpf_map_lookup_elem(&xt_##name, &nr);                             \
	}

/* CLOCK_MONOTONIC ns: since then all programs see all events; ~0 before. */
static __always_inline __u64 tracing_since(void)
{
	__u32 first = 0;
	struct xt_cpu *cpu = bpf_map_lookup_elem(&xt_cpus, &first);

	return cpu ? cpu->since : ~0ull;
}

/* One of 2^this is followed. */
static __always_inline __u32 rate_of(enum xt_rate what)
{
	__u32 first = 0;
	struct xt_cpu *cpu = bpf_map_lookup_elem(&xt_cpus, &first);

	return cpu ? cpu->rate[what] & XT_RATE_MOST : 0;
}

/*
 * Whether the next event here is followed, at this rate. A hash of its number decides: every
 * 2^rate-th event would be the same one of a load that repeats itself.
 */
static __always_inline bool is_followed(__u64 *seq, __u32 rate)
{
	__u32 hash;

	if (!rate)
		return true;
	hash = (__u32)(*seq)++ * 2654435761u;
	return !(hash >> (32 - rate));
}

/* How often tasks were switched on this CPU. What began at another count may be another task's. */
static __always_inline __u64 switches_seen(const struct xt_cpu *cpu)
{
	return cpu->runs[XT_P_SWITCH];
}

/* What core's programs tell the others, and what those tell core. */

/* ns: entry of the interrupt handler that runs now; 0 outside one. */
static __always_inline __u64 interrupt_began(const struct xt_cpu *cpu)
{
	return cpu->irq_start;
}

/* The interrupt handler that runs now works for this device: the interrupt is named by it. */
static __always_inline void interrupt_serves(struct xt_cpu *cpu, __u32 device)
{
	cpu->served = device;
}

/* A softirq is raised; core knows, when a handler ends, whose it was. */
static __always_inline void softirq_raised(struct xt_cpu *cpu, __u32 vector)
{
	cpu->raised |= 1ull << vector;
}

/* ns: start of the softirq, if it runs now; else 0. Only those of packets are stamped. */
static __always_inline __u64 softirq_began(const struct xt_cpu *cpu, __u32 vector)
{
	return cpu->softirq_at[vector];
}

/* When this device's interrupts came. */
static __always_inline struct xt_device *device_of(struct xt_cpu *cpu, __u32 device)
{
	return element(cpu->device, device);
}

static __always_inline void cpu_lost(struct xt_cpu *cpu, enum xt_loss loss)
{
	bump(&cpu->loss[loss], 1);
}

/*
 * 1 if v > most, else 0, for v < 2^63: the sign of the difference. A comparison would be a jump,
 * and the verifier follows a chain of jumps in all combinations, for each histogram of a program.
 */
static __always_inline __u64 above(__u64 v, __u64 most)
{
	__u64 difference = most - v;

	asm volatile("" : "+r"(difference)); /* or the compiler makes the comparison of it */
	return difference >> 63;
}

/* floor(log2(v)), 0 < v < 2^63, without loops or jumps. */
static __always_inline __u32 log2_floor(__u64 v)
{
	__u64 r, shift;

	r = above(v, 0xffffffff) << 5;
	v >>= r;
	shift = above(v, 0xffff) << 4;
	v >>= shift;
	r |= shift;
	shift = above(v, 0xff) << 3;
	v >>= shift;
	r |= shift;
	shift = above(v, 0xf) << 2;
	v >>= shift;
	r |= shift;
	shift = above(v, 0x3) << 1;
	v >>= shift;
	r |= shift;
	return r | (v >> 1);
}

/*
 * The bucket of a duration, see abi.h; a number beyond the last one if it is longer than that
 * holds.
 */
static __always_inline __u32 hist_index(__u64 ns)
{
	__u32 e;

	if (ns < XT_SUBS)
		return ns;
	e = log2_floor(ns);
	return (e - XT_SUB_BITS + 1) * XT_SUBS + ((ns >> (e - XT_SUB_BITS)) & (XT_SUBS - 1));
}

/* The histogram of a path on this CPU; NULL, and counted, when there is none. */
static __always_inline struct xt_hist *hist_of(struct xt_cpu *cpu, __u32 path)
{
	__u32 at = cpu->first_path + path;
	struct xt_hist *h = NULL;

	if (path < cpu->nr_paths)
		h = bpf_map_lookup_elem(&xt_hists, &at);
	if (!h)
		cpu_lost(cpu, XT_LOST_NO_HIST);
	return h;
}

/* `n` events of `ns` each. */
static __always_inline void hist_put(struct xt_hist *h, __u64 ns, __u64 n)
{
	struct xt_bucket *bucket = element(h->bucket, hist_index(ns));

	bump(&bucket->count, n);
	bump(&bucket->ns, ns * n);
	if (ns > h->max)
		h->max = ns;
}

/* The same on `path`. Returns its histogram for the sums beside the buckets, or NULL. */
static __always_inline struct xt_hist *hist_add_n(struct xt_cpu *cpu, __u32 path, __u64 ns, __u64 n)
{
	struct xt_hist *h = hist_of(cpu, path);

	if (h)
		hist_put(h, ns, n);
	return h;
}

/*
 * An event that is followed stands for itself and for those of its path that ended here before it and
 * were only counted: so counts are exact, whatever the rate was. Returns how many that is.
 */
static __always_inline __u64 hist_weight(struct xt_hist *h)
{
	__u64 pending = h->pending;

	if ((s64)pending <= 0)
		return 1;
	bump(&h->pending, -pending);
	bump(&h->extra, pending);
	return 1 + pending;
}

/* One event. */
static __always_inline struct xt_hist *hist_add(struct xt_cpu *cpu, __u32 path, __u64 ns)
{
	return hist_add_n(cpu, path, ns, 1);
}

/*
 * A program that counts an event, and times nothing: on the `nth` path from the `first`, a member
 * of the configuration.
 */
static __always_inline int path_count(enum xt_probe probe, const volatile __u32 *first, __u32 nth)
{
	struct xt_cpu *cpu = cpu_enter(probe);

	if (cpu)
		hist_add(cpu, *first + nth, 0);
	return 0;
}

#endif

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "xentraces.h"

#include <endian.h>
#include <stdlib.h>

#define AMD_CPUID 0x72
#define AMD_HLT	  0x78
#define AMD_IO	  0x7b
#define AMD_MSR	  0x7c
#define AMD_CALL  0x81
#define AMD_NPF	  0x400

static void put(FILE *out, uint32_t word)
{
	word = htole32(word);
	fwrite(&word, sizeof(word), 1, out);
}

void xentrace__begin(struct xentrace *trace)
{
	*trace = (struct xentrace) {};
	trace->out = open_memstream(&trace->data, &trace->size);
	if (!trace->out)
		abort();
}

static void close_window(struct xentrace *trace)
{
	if (!trace->window)
		return;
	fclose(trace->window);
	put(trace->out, EVENT_CPU_CHANGE | 2u << 28);
	put(trace->out, trace->cpu);
	put(trace->out, trace->len);
	fwrite(trace->records, trace->len, 1, trace->out);
	free(trace->records);
	trace->window = NULL;
}

void xentrace__cpu(struct xentrace *trace, uint32_t cpu)
{
	close_window(trace);
	trace->cpu = cpu;
	trace->window = open_memstream(&trace->records, &trace->len);
	if (!trace->window)
		abort();
}

void xentrace__add(struct xentrace *trace, const uint64_t *tsc, uint32_t event,
		   const uint32_t *words, unsigned int nr)
{
	put(trace->window, event | nr << 28 | (tsc ? 1u << 31 : 0));
	if (tsc) {
		put(trace->window, *tsc);
		put(trace->window, *tsc >> 32);
	}
	for (unsigned int i = 0; i < nr; i++)
		put(trace->window, words[i]);
}

void xentrace__end(struct xentrace *trace)
{
	close_window(trace);
	fclose(trace->out);
}

void xentrace__runstate(struct xentrace *trace, uint64_t tsc, uint32_t domain, uint32_t vcpu,
			enum xen_state old, enum xen_state new)
{
	xentrace__add(trace, &tsc, EVENT_RUNSTATE | old << 8 | new << 4,
		      WORDS(domain << 16 | vcpu));
}

void xentrace__exit(struct xentrace *trace, uint64_t tsc, uint32_t reason)
{
	/* before Xen 4.19 they all had this event; the words behind are where the guest was */
	xentrace__add(trace, &tsc, EVENT_VMEXIT | EVENT_WIDE,
		      WORDS(reason, 0x81000000, 0xffffffff));
}

void xentrace__entry(struct xentrace *trace, uint64_t tsc)
{
	xentrace__add(trace, &tsc, EVENT_VMENTRY, NULL, 0);
}

void xentrace__lost(struct xentrace *trace, uint64_t tsc, uint32_t count, uint32_t domain,
		    uint32_t vcpu, uint64_t since)
{
	xentrace__add(trace, &tsc, EVENT_LOST,
		      WORDS(count, vcpu << 16 | domain, since, since >> 32));
}

/* An exit that Xen serves alone, of so many ticks. */
static uint64_t serve(struct xentrace *trace, uint64_t tsc, uint32_t reason, uint64_t ticks)
{
	xentrace__exit(trace, tsc, reason);
	xentrace__entry(trace, tsc + ticks);
	return tsc + ticks;
}

/* A read of a register that the device model answers: the vCPU is held off meanwhile. */
static uint64_t ask_model(struct xentrace *trace, uint64_t tsc, uint32_t address)
{
	xentrace__exit(trace, tsc, AMD_NPF);
	xentrace__runstate(trace, tsc + 4000, 1, 0, XEN_RUNNING, XEN_OFFLINE);
	xentrace__runstate(trace, tsc + 4100, 0, 1, XEN_RUNNABLE, XEN_RUNNING);
	xentrace__runstate(trace, tsc + 64000, 0, 1, XEN_RUNNING, XEN_BLOCKED);
	xentrace__runstate(trace, tsc + 64100, 1, 0, XEN_OFFLINE, XEN_RUNNABLE);
	xentrace__runstate(trace, tsc + 66000, 1, 0, XEN_RUNNABLE, XEN_RUNNING);
	xentrace__add(trace, NULL, EVENT_MEMORY_READ, WORDS(address, 0x50));
	xentrace__entry(trace, tsc + 70000);
	return tsc + 70000;
}

/* A round of 10 ms: 20 million ticks. */
static void round_of_hvm(struct xentrace *trace, uint64_t tsc)
{
	uint64_t at = tsc, io = tsc + 5000000;

	xentrace__runstate(trace, at, 1, 0, XEN_RUNNABLE, XEN_RUNNING);
	xentrace__entry(trace, at + 3000);
	at = serve(trace, at + 1000000, AMD_MSR, 5000);
	at = serve(trace, at + 100000, AMD_CPUID, 40000);
	xentrace__exit(trace, at + 50000, AMD_CALL);
	xentrace__add(trace, NULL, EVENT_HVM_HYPERCALL, WORDS(32));
	xentrace__entry(trace, at + 56000);
	/* a port that Xen emulates itself: the PM timer */
	xentrace__exit(trace, at + 100000, AMD_IO);
	xentrace__add(trace, NULL, EVENT_PORT_READ, WORDS(0xb008, 0x1234));
	xentrace__entry(trace, at + 108000);
	at = ask_model(trace, io, 0xf2051110);
	at = ask_model(trace, at + 200000, 0xf2051138);
	xentrace__exit(trace, tsc + 12000000, AMD_HLT);
	xentrace__runstate(trace, tsc + 12002000, 1, 0, XEN_RUNNING, XEN_BLOCKED);
	xentrace__runstate(trace, tsc + 19980000, 1, 0, XEN_BLOCKED, XEN_RUNNABLE);
}

#define TICKS_10MS 20000000ull
#define BOOTED	   7000000000ull

void xentrace__hvm(struct xentrace *trace)
{
	xentrace__begin(trace);
	xentrace__cpu(trace, 0);
	for (unsigned int i = 0; i < 50; i++)
		round_of_hvm(trace, BOOTED + i * TICKS_10MS);
	/* another processor, on which dom0 runs throughout */
	xentrace__cpu(trace, 1);
	xentrace__add(trace, AT(BOOTED + 10), EVENT_CONTINUE, WORDS(0));
	for (unsigned int i = 0; i < 100; i++)
		xentrace__add(trace, AT(BOOTED + i * TICKS_10MS + 500), EVENT_PV_HYPERCALL,
			      WORDS(29));
	xentrace__cpu(trace, 0);
	for (unsigned int i = 50; i < 100; i++)
		round_of_hvm(trace, BOOTED + i * TICKS_10MS);
	xentrace__end(trace);
}

void xentrace__pv(struct xentrace *trace)
{
	xentrace__begin(trace);
	xentrace__cpu(trace, 0);
	for (unsigned int i = 0; i < 100; i++) {
		uint64_t at = BOOTED + i * TICKS_10MS;

		xentrace__runstate(trace, at, 2, 0, XEN_RUNNABLE, XEN_RUNNING);
		/* mmu_update of 3 entries, broken off and begun again */
		xentrace__add(trace, AT(at + 1000), EVENT_PV_HYPERCALL, WORDS(1 | 1u << 22, 3));
		xentrace__add(trace, AT(at + 2000), EVENT_PV_HYPERCALL,
			      WORDS(1 | 1u << 22, 1u << 31 | 2));
		/* a multicall of two */
		xentrace__add(trace, AT(at + 3000), EVENT_PV_HYPERCALL, WORDS(13 | 1u << 22, 2));
		xentrace__add(trace, AT(at + 4000), EVENT_PV_SUBCALL, WORDS(14));
		xentrace__add(trace, AT(at + 5000), EVENT_PV_SUBCALL, WORDS(3));
		xentrace__add(trace, AT(at + 6000), EVENT_PV + 4 + EVENT_WIDE,
			      WORDS(1, 2, 3, 4, 5));
		xentrace__runstate(trace, at + 8000000, 2, 0, XEN_RUNNING, XEN_BLOCKED);
		xentrace__runstate(trace, at + 19000000, 2, 0, XEN_BLOCKED, XEN_RUNNABLE);
	}
	xentrace__end(trace);
}

/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The records of a file that xentrace wrote in dom0: what Xen itself saw of its guests.
 *
 * A record is a 32-bit header (28 bits of event, 3 of the number of words, 1 that says that a TSC of
 * 64 bits follows), that TSC, the words. The file is windows one after the other, each what the
 * buffer of one CPU had when xentrace looked: a CPU_CHANGE record with the CPU and the length, then
 * that many bytes of records. All of it is little-endian.
 *
 * The file may be anybody's, and is read where it lies: memory is taken for its windows alone. Up to
 * where it makes no sense it is read, and not behind that.
 */
#ifndef XT_XENTRACE_RECORDS_H
#define XT_XENTRACE_RECORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "xentrace/events.h"

#define RECORD_WORDS 7

struct record {
	uint64_t tsc; /* its own, or that of the one before on its CPU */
	uint32_t event;
	uint32_t cpu;
	unsigned int nr_words;
	uint32_t words[RECORD_WORDS]; /* those that it does not have are 0 */
};

/* What is known of a file before its records are read in order. */
struct records_about {
	uint64_t first, last; /* TSC */
	uint64_t records;
	unsigned int cpus;  /* with records */
	uint64_t lost;	    /* records that found no room in a buffer */
	uint64_t backwards; /* records whose TSC is before that of the one before: it gets that */
	bool cut;	    /* it ends within a window: its writer was stopped, or goes on */
	uint64_t damaged;   /* what is at this byte and behind is not read; 0: all is */
};

struct records;

/*
 * Returns 0 and *out, which the caller frees with records__free(), before the memory; or a negative
 * errno: -EBADMSG for no file of xentrace's, -ENODATA for one without records, -ENOMEM.
 */
int records__new(struct records **out, const void *data, size_t size);
void records__free(struct records *records);
const struct records_about *records__about(const struct records *records);
/* All CPUs have numbers below this. */
size_t records__cpus(const struct records *records);

/* The next one of all CPUs in the order of time; false at the end. */
bool records__next(struct records *records, struct record *record);
/* Begin again. */
void records__rewind(struct records *records);

/* Who a word is about. */
static inline unsigned int record__domain(uint32_t word)
{
	return word >> 16;
}

static inline unsigned int record__vcpu(uint32_t word)
{
	return word & 0xffff;
}

#endif

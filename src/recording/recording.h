/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A run as a file. It is written block by block while the run goes on, so that what is there after
 * a crash can be read, and it is read from memory. The order is that of the run: the header, then
 * intervals and totals as they came.
 */
#ifndef XT_RECORDING_RECORDING_H
#define XT_RECORDING_RECORDING_H

#include <stdbool.h>
#include <stdio.h>

#include "model/snapshot.h"
#include "platform/platform.h"
#include "recording/block.h"

/* What is said once, before there is data. */
struct recording_header {
	struct run_info run;
	bool has_platform;
	struct platform platform;
	/* As the live run was asked to report: see struct report. */
	bool timestamps, verbose, per_vcpu;
	uint64_t slower_ns;
};

/* An interval's difference or a total. */
struct recording_part {
	unsigned int interval_no; /* as in struct report */
	struct snapshot snap;
};

struct schema;

extern const struct schema recording_header_schema; /* see model/schema.h */
extern const struct schema recording_part_schema;

struct writer;

/* Returns NULL without memory. */
struct writer *writer__new(void);
void writer__free(struct writer *writer);

/*
 * Append to the stream, which is not flushed. Return 0, -ENOMEM, -E2BIG for more than a block may
 * hold, or what writing failed with: the recording then ends before this.
 */
int writer__header(struct writer *writer, FILE *out, const struct recording_header *header);
int writer__part(struct writer *writer, FILE *out, enum block_type type,
		 const struct recording_part *part);

struct reader;

/*
 * A recording is scanned as a whole first, so that it is known before anything is shown how far it
 * can be trusted: up to its last whole block, and nothing behind the first one that is damaged, for
 * names and intervals may be missing there.
 *
 * Returns 0 and *out, which the caller frees with reader__free(), before the memory. Else a
 * negative errno and in *why (static) what is wrong with it: -EBADMSG for no recording, -ENODATA for
 * one that ends before any figure, -EPROTO for one of a newer major version, -ENOMEM.
 */
int reader__new(struct reader **out, const void *data, size_t size, const char **why);
void reader__free(struct reader *reader);

/* As long as the reader. */
const struct recording_header *reader__header(const struct reader *reader);
/* How many intervals it has. */
unsigned int reader__intervals(const struct reader *reader);
/* What is wrong with it, in one line; NULL for a recording that is whole. */
const char *reader__damage(const struct reader *reader);
/* Does it but lack its end: is it still written, or was its writer killed? */
bool reader__is_cut(const struct reader *reader);

/* What reader__next() found. */
enum part_kind { PART_END, PART_INTERVAL, PART_TOTAL };

/*
 * The next part in *part, the reader's until the next call; its names and those of losses and
 * probes as long as the reader. A recording without its end gets a last total, made from the
 * intervals. In an interval the time of a path is right, that of its buckets is not (see coding.h).
 * Returns 0, also at the end, or -EBADMSG, -E2BIG or -ENOMEM with *why as above.
 */
int reader__next(struct reader *reader, enum part_kind *kind, const struct recording_part **part,
		 const char **why);
/* Was that the last part? */
bool reader__at_end(const struct reader *reader);
/* Pass over intervals that no total is made from: nobody wants to see them; or no longer. */
void reader__skip_intervals(struct reader *reader, bool skip);
/* Begin again. */
void reader__rewind(struct reader *reader);

#endif

/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Writes a recording, block after block: what is there after a crash can be read. The order is that
 * of the run: the header, then intervals and totals as they come.
 */
#ifndef XT_RECORDING_WRITER_H
#define XT_RECORDING_WRITER_H

#include <stdio.h>

#include "recording/block.h"
#include "recording/tables.h"

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

#endif

/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A recording as a file: its start, then blocks until it ends. All numbers are little-endian.
 *
 *	start	8 bytes	"\x89XTR\r\n\x1a\n": no text, and broken by what changes line ends
 *		u16	major version: of a newer one nothing can be said
 *		u16	minor version: adds blocks and fields that may be skipped
 *		u32	crc32 of the above
 *	block	u16	type		u16	1: the payload is a zlib stream
 *		u32	its number, from 0
 *		u32	bytes of the payload here
 *		u32	bytes of it when it is unpacked
 *		u32	crc32 of the payload as it is here
 *		u32	crc32 of the above
 *		payload	of names their first number and then each with its length in front; else the
 *			columns of its histograms, each with its length in front, and then its
 *			members: recording/coding.h says how they are written, recording/recording.c
 *			and model/snapshot.c which they are
 *
 * The number tells when blocks were lost, moved or doubled; the two sums a file that was cut, which
 * breaks off within a block, from one that was damaged.
 */
#ifndef XT_RECORDING_BLOCK_H
#define XT_RECORDING_BLOCK_H

#include <stdio.h>

#include "recording/bytes.h"

/*
 * Another major version cannot be read: 1 to 3 were never released. A minor one adds what may be
 * skipped. 4.1 has roles of legs, vCPUs' numbers and those of interrupts as members,
 * 4.2 roles of hypercalls, 4.3 kernel stacks, 4.4 what rules ask of the guest (recording/upgrade.c),
 * 4.5 the numbers of blkfront's devices, 4.6 reads of an emulated clock, 4.7 guests' NICs in dom0.
 */
#define RECORDING_MAJOR 4
#define RECORDING_MINOR 7

/*
 * What the lists of one part may take in memory, and how many different things, as paths, all parts
 * of a recording may be about: its sum takes no more. No file gets more, whatever it claims.
 */
#define RECORDING_LISTS_BYTES (96u << 20)
#define RECORDING_NAMED	      (20u << 10)

enum block_type {
	BLOCK_HEADER = 1,   /* struct recording_header */
	BLOCK_NAMES = 2,    /* dict__read(); before the block that needs them */
	BLOCK_INTERVAL = 3, /* struct recording_part */
	BLOCK_TOTAL = 4,    /* struct recording_part */
};

struct block {
	unsigned int type; /* may be one that is not known here: to be skipped */
	uint32_t number;
	bool packed;
	const uint8_t *payload; /* as stored */
	uint32_t stored, raw;
};

/* Write the file's start; a block. Return 0, -E2BIG, -ENOMEM or what writing failed with. */
int block__write_start(FILE *out);
int block__write(FILE *out, enum block_type type, uint32_t number, const struct bytes *payload);

/* A recording's start. Returns 0, -EBADMSG for another file, -EPROTO for another major version. */
int block__read_start(struct cursor *in, unsigned int *major, unsigned int *minor);
/*
 * The next block. Returns 1; 0 at the end; -ENODATA when the file ends within it; -EBADMSG when it
 * is damaged or not the one that should come.
 */
int block__read(struct cursor *in, uint32_t number, struct block *block);
/* Unpack the payload into *to, which is overwritten. Returns 0, -EBADMSG, -E2BIG or -ENOMEM. */
int block__unpack(const struct block *block, struct bytes *to);

#endif

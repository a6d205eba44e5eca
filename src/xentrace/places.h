/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What is behind a port or an address that a guest used: the devices that every PC has. */
#ifndef XT_XENTRACE_PLACES_H
#define XT_XENTRACE_PLACES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct io_place {
	bool memory; /* else ports */
	uint64_t first, last;
	char device[64]; /* "" : not known; a block of addresses around it */
};

/* The place of this address: one of `known`, if there; else of those that are the same in each PC. */
struct io_place io_place__of(uint64_t address, bool memory, const struct io_place *known,
			     size_t nr);

#endif

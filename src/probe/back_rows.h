/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Guests' devices, where this domain serves them: each has a slot, with paths of its own. Guests come and go
 * while tracing, so there are spare slots, and once a second the table is made to know new devices. For the
 * families of back ends.
 */
#ifndef XT_PROBE_BACK_ROWS_H
#define XT_PROBE_BACK_ROWS_H

#include "abi.h"
#include "platform/backs.h"
#include "probe/layout.h"

#define BACK_SLOTS_MOST 256

struct back_rows {
	/* set by the family */
	const struct back_kind *kind;
	const char *map;   /* the programs' table of struct xt_back */
	const char *rest;  /* devices that have no slot of their own: "guests' disks" */
	uint32_t nr_paths; /* of a slot */
	/* Name a slot's paths, from `path` on. */
	void (*name)(const struct layout *layout, uint32_t path, const char *device);

	bool possible;	     /* there is the driver */
	uint32_t first_path; /* of slot 0 */
	struct xt_back *table;
	uint32_t nr_slots;			 /* that there is room for, with slot 0 */
	uint32_t nr_given;			 /* that devices have, with slot 0 */
	unsigned int number_of[BACK_SLOTS_MOST]; /* of a slot's device, whole: the key has 16 bits */
	const struct layout *layout;		 /* whose paths are named */
};

/* For struct family's functions of these names. */
void back_rows__number(struct back_rows *rows, struct layout *layout);
void back_rows__place(struct back_rows *rows, struct layout *layout);
void back_rows__tick(struct back_rows *rows);

#endif

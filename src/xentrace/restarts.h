/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A hypercall that Xen breaks off, to let others run, the guest makes again for the rest, and it is
 * recorded again: the guest's code made it once.
 */
#ifndef XT_XENTRACE_RESTARTS_H
#define XT_XENTRACE_RESTARTS_H

#include "xentrace/census.h"

/* Of each vCPU its own; {} at first. */
struct restarts {
	int64_t left; /* entries of the last multicall that were not carried out */
};

/* Is this record of a hypercall one that Xen began again? */
bool restarts__note(struct restarts *restarts, const struct record *record);

/* Those of all vCPUs; {} at first. */
struct all_restarts {
	void *tree;
};

/* NULL without memory. */
struct restarts *all_restarts__of(struct all_restarts *all, const struct who *who);
void all_restarts__free(struct all_restarts *all);

#endif

/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The tree behind the flame-style outputs, folded and svg: guest -> mechanism -> area -> device ->
 * operation -> leg. A frame's time is exactly the sum of its children's; leaves that are paths
 * carry their histogram. Levels without a name are left out.
 */
#ifndef XT_OUTPUT_TREE_H
#define XT_OUTPUT_TREE_H

#include "output/format.h"

struct frame {
	char name[48];
	enum mech mech;
	bool idle;	    /* the idle column of the cpu tree, which belongs to no mechanism */
	bool code;	    /* the guest's own code: what no path measures */
	unsigned int depth; /* 0: the root */
	uint64_t ns;
	uint64_t was_ns;	 /* in a tree of two runs: how much of it is the first one's */
	const struct hist *hist; /* leaves that are paths; the snapshot's */
	struct frame *parent;
	struct frame *child; /* first; siblings by mechanism, then largest first */
	struct frame *next;
};

/*
 * The cpu tree sums to vCPU time (plus the ledger's excess_ns where there is one), with idle,
 * stolen, held off and the guest's own code as leaves; the wait tree to all legs of leaf devices.
 * Returns 0 and *out, which the caller frees with tree__free(), or -ENOMEM.
 */
int tree__build(struct frame **out, const struct report *report, enum kind kind);
/*
 * Both runs in one tree: each frame has the time that both of them spent in it a second, together,
 * and no histogram. The same returns.
 */
int tree__build_two(struct frame **out, const struct report *before, const struct report *after,
		    enum kind kind);
void tree__free(struct frame *root);

/* Frames on the longest way from the root to a leaf, the root included. */
unsigned int tree__height(const struct frame *frame);

#endif

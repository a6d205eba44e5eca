/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The trees behind the flame-style outputs, folded and svg: guest -> mechanism -> area -> device ->
 * operation -> leg. A frame's time is exactly the sum of its children's; paths carry their histogram.
 * Levels without a name are left out. Where there are kernel stacks, a path goes on with the function
 * that called it, the one that called that, and so on to the system call or thread.
 */
#ifndef XT_OUTPUT_FLAME_H
#define XT_OUTPUT_FLAME_H

#include "model/stacks.h"
#include "output/format.h"

struct frame {
	char name[64];
	enum mech mech;
	bool idle;	    /* the idle column of the cpu tree, which belongs to no mechanism */
	bool code;	    /* the guest's own code: what no path measures */
	bool caller;	    /* a function that called: of the stacks below a path */
	unsigned int depth; /* 0: the root */
	uint64_t ns;
	uint64_t was_ns; /* of two runs: how much of it is the first one's */
	/* the same without idle and the guest's own code, beside which no path would be seen */
	uint64_t drawn_ns, drawn_was_ns;
	const struct hist *hist; /* of a path, a leaf or with callers only; the snapshot's */
	struct frame *parent;
	struct frame *child; /* first; siblings by mechanism, then largest first */
	struct frame *next;
};

/*
 * The cpu tree sums to vCPU time (plus the ledger's excess_ns where there is one), with idle,
 * stolen, held off and the guest's own code as leaves; the wait tree to all legs of leaf devices.
 */
struct flame {
	struct frame *root[KIND_NR];
};

/* The names of the frames below the root that lead to a path, then NULL. */
#define FLAME_NAMES 6
void flame__names(const char *names[FLAME_NAMES], const struct path_key *key);

/*
 * The frames of one of its stacks behind those, then NULL, where they are not given yet. What called
 * first is left out if the path is named after it. `stack` is NULL for what came without one.
 */
#define FLAME_CALLERS 66
struct flame_callers {
	const char *names[FLAME_CALLERS];
	char text[FLAME_CALLERS - 1][STACK_FRAME];
};
void flame__callers(struct flame_callers *callers, const struct path_key *key,
		    const struct stack_use *stack);

/* What of the vCPUs' time no path measures: with the paths it adds up to it. */
#define FLAME_COLUMNS 4
struct flame_column {
	enum mech mech;
	const char *names[3]; /* of its frames, as flame__names() */
	uint64_t ns;
	bool idle;
};
/* Those that are not 0; returns how many. */
size_t flame__columns(struct flame_column columns[FLAME_COLUMNS], const struct report *report);

/* Returns 0 or -ENOMEM; in both cases the caller frees it with flame__free(). */
int flame__build(struct flame *flame, const struct report *report);
/*
 * Both runs in one: each frame has the time that both of them spent in it a second, together, and no
 * histogram. The same returns.
 */
int flame__build_two(struct flame *flame, const struct report *before, const struct report *after);
void flame__free(struct flame *flame);

/* Frames on the longest way from the root to a leaf, the root included. */
unsigned int frame__height(const struct frame *frame);

/*
 * The colours of every drawing: hue is the mechanism, shade the latency, on one scale for all, so
 * that a dark cell is slow wherever it stands. Mechanisms are told apart by letters too.
 */
struct color {
	unsigned char red, green, blue;
};

/* The scale's ends: what is faster or slower has the shade of the end. About 1 us and 134 ms. */
#define PALETTE_FAST_NS (1ULL << 10)
#define PALETTE_SLOW_NS (1ULL << 27)

/* A frame, whose time is made of many latencies: a pale tint of its mechanism. */
struct color palette__frame(enum mech mech);
/* A histogram cell. */
struct color palette__cell(enum mech mech, uint64_t latency_ns);
/* What changed: from -1, only before, in blue, through white to 1, only after, in red. */
struct color palette__change(double share);
/* Does text on this colour have to be white? */
bool palette__is_dark(struct color color);

#endif

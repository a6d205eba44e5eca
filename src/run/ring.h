/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The flight recorder's folder: a run is recorded into files of bounded length, one after the other
 * (run/folder.h), and the oldest are deleted. Each file is a recording of its own, with header,
 * intervals and total; a name appears when its header is whole, and each interval is in the file
 * before the next one begins. So who is killed has lost the interval that was under way, and no
 * more.
 */
#ifndef XT_RUN_RING_H
#define XT_RUN_RING_H

#include <stdint.h>
#include <sys/types.h>

#include "output/format.h"

struct ring;

/* One of the two is not 0. */
struct ring_limit {
	uint64_t ns;	/* what was written last so long ago is deleted */
	uint64_t bytes; /* all files together; of those that are kept, as much again */
};

/*
 * The folder, which is made if it is not there, and is this recorder's alone from now on. It has to
 * be the user's own, and nobody else may write to it. `mode`: of the files; 0: none was asked for.
 * `longest`: no file is longer, in ns. Returns 0 or a negative errno after a message.
 */
int ring__new(struct ring **out, const char *path, const struct ring_limit *limit, mode_t mode,
	      uint64_t longest);
/* What is still open is dropped as it is: whole, but without its total. */
void ring__free(struct ring *ring);

/* Each returns 0 or a negative errno after a message. */
int ring__interval(struct ring *ring, const struct report *report);
/* The run is over. */
int ring__end(struct ring *ring);

/*
 * What was recorded in the last `before_ns`, and what will be in the next `after_ns`, is kept: no newer
 * recording takes its place, until what is kept is more than the limit in turn.
 */
int ring__hold(struct ring *ring, uint64_t before_ns, uint64_t after_ns);

#endif

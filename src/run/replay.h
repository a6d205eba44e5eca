/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What both kinds of a replay are made of: a recording as it is (run/replay.c), and what several
 * have of a span of time (run/excerpt.c). For these two alone; run/run.h has what others need.
 */
#ifndef XT_RUN_REPLAY_H
#define XT_RUN_REPLAY_H

#include "run/mapping.h"
#include "run/run.h"

struct replay {
	struct source source;
	const char *name; /* as the user gave it */
	const struct recording_header *header;
	struct stat st; /* of the file, or of the folder */
	bool damaged;
	/* How many intervals it has: 0 or a negative errno after a message. */
	int (*count)(struct replay *replay, unsigned int *nr);
	/* Its next part is the first one again. */
	void (*rewind)(struct replay *replay);
	unsigned int at; /* of replay__interval(): the one that was read last */
	void (*free)(struct replay *replay);
};

/* A recording as a file. */
struct tape {
	const char *name; /* for messages; the caller's */
	struct mapping mapping;
	struct reader *reader; /* NULL: it is not open */
};

/*
 * The file in that folder, or AT_FDCWD. `name` is for messages. Returns 0; a negative errno after a
 * message; or, where `may_be_gone` and it was deleted or has no figures yet, -ENOENT alone.
 */
int tape__open(struct tape *tape, int dir, const char *file, const char *name, bool may_be_gone);
void tape__close(struct tape *tape);
/* As reader__next(), after a message that names the file. */
int tape__next(struct tape *tape, enum part_kind *kind, const struct recording_part **part);

/*
 * What a folder of recordings (run/folder.h), or a single one, has of a span. Returns 0 or a negative
 * errno after a message.
 */
int excerpt__new(struct replay **out, const char *name, const struct span *span);

#endif

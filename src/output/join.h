/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What `join` prints: both ends of a guest's rings. */
#ifndef XT_OUTPUT_JOIN_H
#define XT_OUTPUT_JOIN_H

#include "model/join.h"
#include "output/format.h"
#include "output/json.h"

/* Of the reports there are the run, platform, snapshot and ledger. */
struct join_report {
	const struct join *join;
	struct report front, rear;
};

/* `width` is a terminal's, or 0. Each returns 0 or a negative errno. */
int join__text(FILE *out, unsigned int width, const struct join_report *report);
int join__json(FILE *out, const struct join_report *report);

/* Neither run is incomplete, and of no row the counts of both sides differ for no reason. */
bool join__is_whole(const struct join_report *report);

extern const struct json_document json_join;

#endif

/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The course of a run that is read from a recording, as the live run had it for what draws time. */
#ifndef XT_RECORDING_COURSE_H
#define XT_RECORDING_COURSE_H

#include "model/series.h"
#include "model/snapshot.h"

struct course;

/* Returns 0 or -ENOMEM. */
int course__new(struct course **out);
void course__free(struct course *course);

/* Each returns 0 or -ENOMEM: the next interval; what came after the last one, up to the total. */
int course__add(struct course *course, const struct snapshot *interval);
int course__end(struct course *course, const struct snapshot *total);

/* NULL for no course. */
const struct series *course__series(const struct course *course);

#endif

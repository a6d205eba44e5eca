// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "recording/course.h"

#include <errno.h>
#include <stdlib.h>

struct course {
	struct series *series;
	struct snapshot sum; /* of the intervals: the live run's reading at the last one's end */
};

int course__new(struct course **out)
{
	struct course *course = calloc(1, sizeof(*course));
	int err = -ENOMEM;

	if (course)
		err = series__new(&course->series, SERIES_STEPS, SERIES_BYTES);
	if (err) {
		free(course);
		return err;
	}
	*out = course;
	return 0;
}

void course__free(struct course *course)
{
	if (!course)
		return;
	series__free(course->series);
	snapshot__free(&course->sum);
	free(course);
}

int course__add(struct course *course, const struct snapshot *interval)
{
	int err = series__add(course->series, interval);

	return err ? err : snapshot__add(&course->sum, interval);
}

int course__end(struct course *course, const struct snapshot *total)
{
	struct snapshot rest;
	int err = snapshot__delta(&rest, total, course->sum.end_ns ? &course->sum : NULL);

	if (err)
		return err;
	err = series__add(course->series, &rest);
	snapshot__free(&rest);
	return err;
}

const struct series *course__series(const struct course *course)
{
	return course ? course->series : NULL;
}

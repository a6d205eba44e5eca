// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "output/diff.h"

#include <math.h>
#include <string.h>

static const struct diff_output *const outputs[] = {
	&diff_text, &diff_json, &diff_folded, &diff_svg, &diff_html,
};

#define NR_OUTPUTS (sizeof(outputs) / sizeof(outputs[0]))

const struct diff_output *diff_output__find(const char *name)
{
	for (size_t i = 0; i < NR_OUTPUTS; i++)
		if (!strcmp(outputs[i]->name, name))
			return outputs[i];
	return NULL;
}

const struct diff_output *diff_output__for_file(const char *path)
{
	const char *extension = output__extension(path);

	for (size_t i = 0; i < NR_OUTPUTS; i++)
		if (!strcasecmp(outputs[i]->extension, extension))
			return outputs[i];
	return NULL;
}

const char *diff__both(char *buf, size_t size, const bool there[DIFF_SIDES], const char *before,
		       const char *after)
{
	if (there[DIFF_BEFORE] && there[DIFF_AFTER] && strcmp(before, after))
		snprintf(buf, size, "%s>%s", before, after);
	else
		snprintf(buf, size, "%s", there[DIFF_BEFORE] ? before : after);
	return buf;
}

void diff__judgement(char buf[DIFF_JUDGEMENT_LEN], const struct diff *diff)
{
	if (!diff->tested)
		snprintf(buf, DIFF_JUDGEMENT_LEN,
			 "Nothing is called a change: that takes %d intervals of each run to know "
			 "the noise, and there are %u and %u",
			 DIFF_BATCHES_MIN, diff->intervals[0], diff->intervals[1]);
	else
		snprintf(buf, DIFF_JUDGEMENT_LEN,
			 "%u of %u comparisons changed (!): Mann-Whitney, %u and %u batches of "
			 "intervals, Holm: wrong in 1 of %.0f pairs of equal runs. Drift makes the "
			 "noise of counts x%.1f, of times x%.1f",
			 diff->called, diff->tested, diff->batches[0], diff->batches[1],
			 1 / DIFF_ALPHA, sqrt(diff->drift[DIFF_COUNTS]),
			 sqrt(diff->drift[DIFF_TIMES]));
}

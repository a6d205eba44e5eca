// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "output/diff.h"

#include <string.h>

static const struct diff_output *const outputs[] = {
	&diff_text,
	&diff_json,
	&diff_folded,
	&diff_svg,
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
	const char *extension = strrchr(path, '.');

	for (size_t i = 0; extension && i < NR_OUTPUTS; i++)
		if (!strcmp(outputs[i]->extension, extension))
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

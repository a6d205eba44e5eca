// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "output/format.h"

#include <errno.h>
#include <string.h>
#include <time.h>

static const struct output *const outputs[] = {
	&output_text,	     &output_json, &output_folded, &output_svg,	       &output_html,
	&output_openmetrics, &output_otlp, &output_pprof,  &output_trace_json, &output_recording,
};

#define NR_OUTPUTS (sizeof(outputs) / sizeof(outputs[0]))

const struct output *output__at(unsigned int i)
{
	return i < NR_OUTPUTS ? outputs[i] : NULL;
}

const struct output *output__find(const char *name)
{
	for (size_t i = 0; i < NR_OUTPUTS; i++)
		if (!strcmp(outputs[i]->name, name))
			return outputs[i];
	return NULL;
}

const char *output__extension(const char *path)
{
	const char *slash = strrchr(path, '/'), *dot = strrchr(slash ? slash : path, '.');

	return dot ? dot : "";
}

/* How much of the end of a file's name is this extension? 0: it has another one. */
static size_t match(const char *name, const char *extension)
{
	size_t len = strlen(name), end = extension ? strlen(extension) : 0;

	return end && end <= len && !strcasecmp(name + len - end, extension) ? end : 0;
}

/* "x.trace.json" is a trace and no report: the longest one counts. */
const struct output *output__for_file(const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	const struct output *found = NULL;
	size_t longest = 0;

	for (size_t i = 0; i < NR_OUTPUTS; i++) {
		const struct output *output = outputs[i];
		size_t first = match(name, output->extension),
		       other = match(name, output->also_extension),
		       len = first > other ? first : other;

		if (len <= longest)
			continue;
		longest = len;
		found = output;
	}
	return found;
}

int output__finish(FILE *out)
{
	errno = 0;
	if (!fflush(out) && !ferror(out))
		return 0;
	/* An earlier write failed, and its errno is gone. */
	return errno ? -errno : -EIO;
}

int output__nothing(FILE *out, const struct report *report)
{
	(void)out;
	(void)report;
	return 0;
}

void report__stamp(char stamp[STAMP_LEN], const struct report *report)
{
	time_t seconds = report->snap->wall_start_ns / 1000000000;
	struct tm tm;

	stamp[0] = '\0';
	if (seconds && gmtime_r(&seconds, &tm))
		strftime(stamp, STAMP_LEN, "%Y-%m-%d %H:%M:%SZ + ", &tm);
}

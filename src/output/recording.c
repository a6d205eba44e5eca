// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The run itself, to be reported later: every other format can be made from it, and this one again.
 * Each part is in the file before the next one begins.
 */
#include "recording/recording.h"

#include "output/format.h"

static void *recording__open(void)
{
	return writer__new();
}

static void recording__close(void *state)
{
	writer__free(state);
}

static int recording__header(FILE *out, const struct report *report)
{
	struct recording_header header = {
		.run = *report->run,
		.has_platform = report->platform,
		.timestamps = report->timestamps,
		.verbose = report->verbose,
		.per_vcpu = report->per_vcpu,
		.slower_ns = report->slower_ns,
	};
	int err;

	if (report->platform)
		header.platform = *report->platform;
	err = writer__header(report->state, out, &header);
	return err ? err : output__finish(out);
}

static int write_part(FILE *out, const struct report *report, enum block_type type)
{
	struct recording_part part = {
		.interval_no = report->interval_no,
		.snap = *report->snap,
	};
	int err = writer__part(report->state, out, type, &part);

	return err ? err : output__finish(out);
}

static int recording__interval(FILE *out, const struct report *report)
{
	return write_part(out, report, BLOCK_INTERVAL);
}

static int recording__total(FILE *out, const struct report *report)
{
	return write_part(out, report, BLOCK_TOTAL);
}

const struct output output_recording = {
	.name = "recording",
	.extension = ".xtr",
	.header = recording__header,
	.interval = recording__interval,
	.total = recording__total,
	.open = recording__open,
	.close = recording__close,
};

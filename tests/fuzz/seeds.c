// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * seeds DIR DIR: where fuzz_recording begins: a recording as a file and as blocks, for each output; and
 * where fuzz_xentrace does: files of xentrace.
 */
#include <stdio.h>
#include <stdlib.h>

#include "recording/block.h"
#include "recordings.h"
#include "xentraces.h"

static FILE *create(const char *dir, unsigned int format, bool blocks)
{
	char path[4096];
	FILE *out;

	snprintf(path, sizeof(path), "%s/%s-%s", dir, output__at(format)->name,
		 blocks ? "blocks" : "file");
	out = fopen(path, "w");
	if (!out) {
		perror(path);
		exit(1);
	}
	fputc(format << 1 | blocks, out);
	return out;
}

static void put16(FILE *out, size_t n)
{
	fputc(n & 0xff, out);
	fputc(n >> 8, out);
}

static void write_blocks(FILE *out, const struct blob *recording)
{
	struct cursor in = cursor__over(recording->data, recording->size);
	struct bytes payload = {};
	struct block block;
	unsigned int major, minor;

	if (block__read_start(&in, &major, &minor))
		abort();
	for (uint32_t number = 0; block__read(&in, number, &block) > 0; number++) {
		if (block__unpack(&block, &payload))
			abort();
		fputc(block.type, out);
		put16(out, payload.len);
		fwrite(payload.data, payload.len, 1, out);
	}
	bytes__free(&payload);
}

static void write_xentrace(const char *dir, const char *name, void (*make)(struct xentrace *trace))
{
	/* some of its records: a mutation of few is tried oftener */
	const size_t enough = 4000;
	struct xentrace trace;
	char path[4096];
	FILE *out;

	make(&trace);
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	out = fopen(path, "w");
	if (!out) {
		perror(path);
		exit(1);
	}
	fputc(0, out);
	fwrite(trace.data, trace.size < enough ? trace.size : enough, 1, out);
	fclose(out);
	free(trace.data);
}

int main(int argc, char **argv)
{
	struct fixture *f = fixture__pvhvm();
	struct blob recording = recordings__live(f, 2, RUN_ENDS, &output_recording);
	FILE *out;

	if (argc != 3)
		return 2;
	for (unsigned int i = 0; output__at(i); i++) {
		out = create(argv[1], i, false);
		fwrite(recording.data, recording.size, 1, out);
		fclose(out);
		out = create(argv[1], i, true);
		write_blocks(out, &recording);
		fclose(out);
	}
	write_xentrace(argv[2], "hvm", xentrace__hvm);
	write_xentrace(argv[2], "pv", xentrace__pv);
	free(recording.data);
	fixture__free(f);
	return 0;
}

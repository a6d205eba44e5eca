// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * For libFuzzer: the reader of recordings, and every output of what it reads. The first byte says
 * which output, and whether the others are a file, or blocks that are put into one with checksums
 * that are right: a type, two bytes of length, and the payload of each.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "recording/block.h"
#include "recordings.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct blob put_together(const uint8_t *data, size_t size)
{
	struct blob file;
	FILE *out = open_memstream(&file.data, &file.size);

	if (!out || block__write_start(out))
		abort();
	for (uint32_t number = 0; size >= 3; number++) {
		size_t len = data[1] | data[2] << 8;
		struct bytes payload = {};

		if (len > size - 3)
			len = size - 3;
		bytes__put(&payload, data + 3, len);
		if (block__write(out, data[0], number, &payload))
			abort();
		bytes__free(&payload);
		data += 3 + len;
		size -= 3 + len;
	}
	fclose(out);
	return file;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct output *output;
	struct blob file, text;

	if (!size)
		return 0;
	output = output__at(data[0] >> 1);
	if (!output)
		return 0;
	if (data[0] & 1) {
		file = put_together(data + 1, size - 1);
		recordings__report(file.data, file.size, output, &text, NULL);
		free(file.data);
	} else {
		recordings__report(data + 1, size - 1, output, &text, NULL);
	}
	free(text.data);
	return 0;
}

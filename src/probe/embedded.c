// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <stdlib.h>
#include <zlib.h>

#include "probe/embedded.h"

#define GZIP (16 + MAX_WBITS) /* inflateInit2(): a header of gzip's, and no other */

static void *unpacked;

const void *embedded__unpack(const void *packed, size_t length, size_t size, size_t *sz)
{
	z_stream stream = { .next_in = (unsigned char *)packed, .avail_in = length };
	int result;

	*sz = 0;
	free(unpacked);
	unpacked = malloc(size);
	if (!unpacked || inflateInit2(&stream, GZIP) != Z_OK)
		goto out;
	stream.next_out = unpacked;
	stream.avail_out = size;
	result = inflate(&stream, Z_FINISH);
	inflateEnd(&stream);
	if (result == Z_STREAM_END && !stream.avail_out) {
		*sz = size;
		return unpacked;
	}
out:
	free(unpacked);
	unpacked = NULL;
	return NULL;
}

int embedded__done(void)
{
	const int err = unpacked ? 0 : -ENOMEM;

	free(unpacked);
	unpacked = NULL;
	return err;
}

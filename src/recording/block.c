// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "recording/block.h"

#include <errno.h>
#include <string.h>
#include <zlib.h>

#define MAGIC	  "\x89XTR\r\n\x1a\n"
#define MAGIC_LEN 8
#define START_LEN 16
#define HEAD_LEN  24
#define FLAG_ZLIB 1
#define RAW_MAX	  (64u << 20)
/* zlib makes no more of a byte: zlib.net, "maximum compression factor". */
#define ZLIB_MAX 1032ull

static void put16(uint8_t *to, uint16_t value)
{
	memcpy(to, &value, sizeof(value));
}

static void put32(uint8_t *to, uint32_t value)
{
	memcpy(to, &value, sizeof(value));
}

static uint16_t get16(const uint8_t *from)
{
	uint16_t value;

	memcpy(&value, from, sizeof(value));
	return value;
}

static uint32_t get32(const uint8_t *from)
{
	uint32_t value;

	memcpy(&value, from, sizeof(value));
	return value;
}

static int write_all(FILE *out, const void *data, size_t len)
{
	errno = 0;
	if (len && fwrite(data, len, 1, out) != 1)
		return errno ? -errno : -EIO;
	return 0;
}

int block__write_start(FILE *out)
{
	uint8_t start[START_LEN];

	memcpy(start, MAGIC, MAGIC_LEN);
	put16(start + 8, RECORDING_MAJOR);
	put16(start + 10, RECORDING_MINOR);
	put32(start + 12, crc32(0, start, 12));
	return write_all(out, start, sizeof(start));
}

static int pack(const struct bytes *payload, struct bytes *packed)
{
	uLongf len = compressBound(payload->len);

	if (!bytes__grow(packed, len))
		return -ENOMEM;
	if (compress2(packed->data, &len, payload->data, payload->len, Z_DEFAULT_COMPRESSION) !=
	    Z_OK)
		return -ENOMEM;
	packed->len = len;
	return 0;
}

int block__write(FILE *out, enum block_type type, uint32_t number, const struct bytes *payload)
{
	const struct bytes *stored = payload;
	struct bytes packed = {};
	uint8_t head[HEAD_LEN];
	int err = payload->err;

	if (!err && payload->len > RAW_MAX)
		err = -E2BIG;
	if (!err)
		err = pack(payload, &packed);
	if (err)
		goto out;
	/* what does not get smaller is stored as it is */
	if (packed.len < payload->len)
		stored = &packed;
	put16(head, type);
	put16(head + 2, stored == &packed ? FLAG_ZLIB : 0);
	put32(head + 4, number);
	put32(head + 8, stored->len);
	put32(head + 12, payload->len);
	put32(head + 16, crc32(0, stored->data, stored->len));
	put32(head + 20, crc32(0, head, 20));
	err = write_all(out, head, sizeof(head));
	if (!err)
		err = write_all(out, stored->data, stored->len);
out:
	bytes__free(&packed);
	return err;
}

int block__read_start(struct cursor *in, unsigned int *major, unsigned int *minor)
{
	const uint8_t *start = cursor__take(in, START_LEN);

	if (!start || memcmp(start, MAGIC, MAGIC_LEN))
		return -EBADMSG;
	*major = get16(start + 8);
	*minor = get16(start + 10);
	/* another version may have another start, but surely not another place for its number */
	if (*major != RECORDING_MAJOR)
		return -EPROTO;
	return get32(start + 12) == crc32(0, start, 12) ? 0 : -EBADMSG;
}

int block__read(struct cursor *in, uint32_t number, struct block *block)
{
	const uint8_t *head;

	if (!cursor__left(in))
		return 0;
	head = cursor__take(in, HEAD_LEN);
	if (!head)
		return -ENODATA;
	if (get32(head + 20) != crc32(0, head, 20) || get32(head + 4) != number)
		return -EBADMSG;
	*block = (struct block) {
		.type = get16(head),
		.number = number,
		.packed = get16(head + 2) & FLAG_ZLIB,
		.stored = get32(head + 8),
		.raw = get32(head + 12),
	};
	block->payload = cursor__take(in, block->stored);
	if (!block->payload)
		return -ENODATA;
	return get32(head + 16) == crc32(0, block->payload, block->stored) ? 1 : -EBADMSG;
}

int block__unpack(const struct block *block, struct bytes *to)
{
	uLongf len = block->raw;

	to->len = 0;
	if (!block->packed) {
		bytes__put(to, block->payload, block->stored);
		return to->err;
	}
	/* a size that no such stream has is no reason to take so much memory */
	if (block->raw > RAW_MAX || block->raw > ZLIB_MAX * block->stored)
		return -E2BIG;
	if (!bytes__grow(to, block->raw))
		return block->raw ? -ENOMEM : -EBADMSG;
	if (uncompress(to->data, &len, block->payload, block->stored) != Z_OK || len != block->raw)
		return -EBADMSG;
	to->len = len;
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "recording/bytes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define VARINT_MAX 10 /* bytes of 2^64 - 1 */

void bytes__free(struct bytes *bytes)
{
	free(bytes->data);
	*bytes = (struct bytes) {};
}

uint8_t *bytes__grow(struct bytes *bytes, size_t n)
{
	size_t room = bytes->room ? bytes->room : 256;
	uint8_t *data;

	if (bytes->err)
		return NULL;
	while (room - bytes->len < n)
		room *= 2;
	if (room != bytes->room) {
		data = realloc(bytes->data, room);
		if (!data) {
			bytes->err = -ENOMEM;
			return NULL;
		}
		bytes->data = data;
		bytes->room = room;
	}
	bytes->len += n;
	return bytes->data + bytes->len - n;
}

void bytes__put(struct bytes *bytes, const void *data, size_t n)
{
	uint8_t *to = bytes__grow(bytes, n);

	if (to && n)
		memcpy(to, data, n);
}

static size_t make_varint(uint8_t to[VARINT_MAX], uint64_t value)
{
	size_t n = 0;

	for (; value >= 0x80; value >>= 7)
		to[n++] = value | 0x80;
	to[n++] = value;
	return n;
}

void bytes__varint(struct bytes *bytes, uint64_t value)
{
	uint8_t text[VARINT_MAX];

	bytes__put(bytes, text, make_varint(text, value));
}

void bytes__prefix(struct bytes *bytes, size_t mark)
{
	uint8_t text[VARINT_MAX];
	size_t n;

	if (bytes->err)
		return;
	n = make_varint(text, bytes->len - mark);
	if (!bytes__grow(bytes, n))
		return;
	memmove(bytes->data + mark + n, bytes->data + mark, bytes->len - n - mark);
	memcpy(bytes->data + mark, text, n);
}

struct cursor cursor__over(const void *data, size_t len)
{
	return (struct cursor) { .at = data, .end = (const uint8_t *)data + len };
}

uint64_t cursor__long_varint(struct cursor *c)
{
	uint64_t value = 0;

	for (unsigned int shift = 0; shift < 64 && cursor__left(c); shift += 7) {
		uint8_t byte = *c->at++;

		/* the tenth byte has one bit left of the 64 */
		if (shift == 63 && byte > 1)
			break;
		value |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80))
			return value;
	}
	c->bad = true;
	return 0;
}

const uint8_t *cursor__take(struct cursor *c, uint64_t n)
{
	if (c->bad || n > cursor__left(c)) {
		c->bad = true;
		return NULL;
	}
	c->at += n;
	return c->at - n;
}

struct cursor cursor__slice(struct cursor *c)
{
	uint64_t n = cursor__varint(c);
	const uint8_t *data = cursor__take(c, n);

	return data ? cursor__over(data, n) : (struct cursor) { .bad = true };
}

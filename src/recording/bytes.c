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

/* Names. */

/* More than any guest has paths: each takes 24 bytes, whatever the file says. */
#define NAMES_MAX (1u << 20)
/* Longer than all texts of any element together: what is read again and again has to be short. */
#define NAME_LEN_MAX 4096

struct name {
	const uint8_t *data;
	size_t len;
	bool owned; /* made by dict__number() */
	bool used;  /* by an element: dict__use() */
};

struct dict {
	struct name *all;
	size_t nr, room;
	size_t nr_used;
	/* Numbers + 1 by hash, 0 is free; only for dict__number(). At most half full. */
	uint32_t *slots;
	size_t nr_slots;
};

struct dict *dict__new(void)
{
	return calloc(1, sizeof(struct dict));
}

void dict__free(struct dict *dict)
{
	if (!dict)
		return;
	for (size_t i = 0; i < dict->nr; i++)
		if (dict->all[i].owned)
			free((void *)dict->all[i].data);
	free(dict->all);
	free(dict->slots);
	free(dict);
}

static int append(struct dict *dict, const uint8_t *data, size_t len, bool owned)
{
	size_t room = dict->room ? 2 * dict->room : 64;
	struct name *all;

	if (dict->nr == NAMES_MAX || len > NAME_LEN_MAX)
		return -E2BIG;
	if (dict->nr == dict->room) {
		all = realloc(dict->all, room * sizeof(*all));
		if (!all)
			return -ENOMEM;
		dict->all = all;
		dict->room = room;
	}
	dict->all[dict->nr++] = (struct name) { .data = data, .len = len, .owned = owned };
	return 0;
}

/* FNV-1a. */
static uint32_t hash(const uint8_t *data, size_t len)
{
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < len; i++)
		h = (h ^ data[i]) * 16777619u;
	return h;
}

/* Where the name is, or the free slot where it would be. */
static uint32_t *find(const struct dict *dict, const uint8_t *data, size_t len)
{
	size_t at = hash(data, len) & (dict->nr_slots - 1);

	for (;; at = (at + 1) & (dict->nr_slots - 1)) {
		uint32_t *slot = &dict->slots[at];
		const struct name *name = *slot ? &dict->all[*slot - 1] : NULL;

		/* a name of no bytes may have no memory to compare */
		if (!name || (name->len == len && (!len || !memcmp(name->data, data, len))))
			return slot;
	}
}

static int make_slots(struct dict *dict)
{
	size_t nr = dict->nr_slots ? 2 * dict->nr_slots : 256;
	uint32_t *slots = calloc(nr, sizeof(*slots));

	if (!slots)
		return -ENOMEM;
	free(dict->slots);
	dict->slots = slots;
	dict->nr_slots = nr;
	for (size_t i = 0; i < dict->nr; i++)
		*find(dict, dict->all[i].data, dict->all[i].len) = i + 1;
	return 0;
}

static int append_copy(struct dict *dict, const struct bytes *name)
{
	uint8_t *copy = malloc(name->len ? name->len : 1);
	int err;

	if (!copy)
		return -ENOMEM;
	if (name->len)
		memcpy(copy, name->data, name->len);
	err = append(dict, copy, name->len, true);
	if (err)
		free(copy);
	return err;
}

uint64_t dict__number(struct dict *dict, const struct bytes *name, int *err)
{
	int failed = name->err;
	uint32_t *slot;

	if (!failed && 2 * dict->nr >= dict->nr_slots)
		failed = make_slots(dict);
	if (!failed) {
		slot = find(dict, name->data, name->len);
		if (*slot)
			return *slot - 1;
		failed = append_copy(dict, name);
	}
	if (failed) {
		*err = failed;
		return 0;
	}
	*slot = dict->nr;
	return dict->nr - 1;
}

size_t dict__count(const struct dict *dict)
{
	return dict->nr;
}

void dict__write(const struct dict *dict, size_t from, struct bytes *out)
{
	bytes__varint(out, from);
	for (; from < dict->nr; from++) {
		bytes__varint(out, dict->all[from].len);
		bytes__put(out, dict->all[from].data, dict->all[from].len);
	}
}

int dict__read(struct dict *dict, struct cursor in)
{
	int err = 0;

	/* a block of them that went missing would shift all others */
	if (cursor__varint(&in) != dict->nr)
		return -EBADMSG;
	while (!err && cursor__left(&in)) {
		struct cursor name = cursor__slice(&in);

		err = name.bad ? -EBADMSG : append(dict, name.at, cursor__left(&name), false);
	}
	return in.bad ? -EBADMSG : err;
}

struct cursor dict__use(struct dict *dict, uint64_t number)
{
	struct name *name;

	if (!dict || number >= dict->nr)
		return (struct cursor) { .bad = true };
	name = &dict->all[number];
	dict->nr_used += !name->used;
	name->used = true;
	return cursor__over(name->data, name->len);
}

size_t dict__used(const struct dict *dict)
{
	return dict->nr_used;
}

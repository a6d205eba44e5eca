// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "recording/dict.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

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

		/* without bytes there may be no memory to compare */
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

uint64_t dict__number(struct dict *dict, const struct bytes *name, int *err)
{
	uint32_t *slot;
	uint8_t *copy;
	int bad = name->err;

	if (!bad && 2 * dict->nr >= dict->nr_slots)
		bad = make_slots(dict);
	if (bad) {
		*err = bad;
		return 0;
	}
	slot = find(dict, name->data, name->len);
	if (*slot)
		return *slot - 1;
	copy = malloc(name->len ? name->len : 1);
	if (!copy) {
		*err = -ENOMEM;
		return 0;
	}
	if (name->len)
		memcpy(copy, name->data, name->len);
	bad = append(dict, copy, name->len, true);
	if (bad) {
		free(copy);
		*err = bad;
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

struct cursor dict__at(const struct dict *dict, uint64_t number)
{
	if (!dict || number >= dict->nr)
		return (struct cursor) { .bad = true };
	return cursor__over(dict->all[number].data, dict->all[number].len);
}

struct cursor dict__use(struct dict *dict, uint64_t number)
{
	struct cursor name = dict__at(dict, number);

	if (!name.bad && !dict->all[number].used) {
		dict->all[number].used = true;
		dict->nr_used++;
	}
	return name;
}

size_t dict__used(const struct dict *dict)
{
	return dict->nr_used;
}

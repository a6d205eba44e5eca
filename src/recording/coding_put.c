// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Structs to bytes, by their tables. */
#include "recording/coding_parts.h"

#include <string.h>

#include "recording/dict.h"

enum which { ALL, KEYS, OTHERS };

static bool has_keys(const struct type *type)
{
	for (size_t i = 0; i < type->nr; i++)
		if (type->fields[i].key)
			return true;
	return false;
}

static uint64_t load(const void *from, size_t size)
{
	uint64_t value = 0;

	/* little-endian, as every machine that this runs on (DESIGN §4) */
	memcpy(&value, from, size);
	return value;
}

static void put_members(struct encoding *e, const struct type *type, const void *from,
			enum which which);

static void put_tag(struct bytes *out, const struct field *field)
{
	bytes__varint(out, (uint64_t)field->id << FORM_SHIFT | form_of(field));
}

static void put_text(struct bytes *out, const char *text, size_t len)
{
	bytes__varint(out, len + 1);
	bytes__put(out, text, len);
	bytes__put(out, "", 1);
}

static uint64_t number_of(struct encoding *e, struct bytes *key, const struct type *type,
			  const void *element)
{
	struct encoding name = { .out = key, .dict = e->dict };

	key->len = 0;
	put_members(&name, type, element, KEYS);
	return dict__number(e->dict, key, &e->out->err);
}

/* The number of elements, and whether they begin with the number of their names. */
static void put_list(struct encoding *e, const struct field *field, const char *element, size_t nr)
{
	bool keyed = has_keys(field->of);
	struct bytes *out = e->out, key = {};
	uint64_t number, expected = 0;
	size_t mark = out->len;

	bytes__varint(out, (uint64_t)nr << 1 | keyed);
	for (size_t i = 0; i < nr; i++, element += field->of->size) {
		if (keyed) {
			/* mostly the one after the last element's: that is 0 */
			number = number_of(e, &key, field->of, element);
			bytes__varint(out, zigzag(number, expected));
			expected = number + 1;
		}
		put_members(e, field->of, element, keyed ? OTHERS : ALL);
		bytes__varint(out, 0);
	}
	bytes__free(&key);
	bytes__prefix(out, mark);
}

/* All of them: an array has no number. */
static void put_uints(struct bytes *out, const struct field *field, const char *member)
{
	size_t mark = out->len, nr = field->size / field->each;

	while (nr && !load(member + (nr - 1) * field->each, field->each))
		nr--;
	for (size_t i = 0; i < nr; i++)
		bytes__varint(out, load(member + i * field->each, field->each));
	bytes__prefix(out, mark);
}

static size_t table_size(const struct field *field, const void *from)
{
	return *(const size_t *)((const char *)from + field->nr_offset) *
	       *(const unsigned int *)((const char *)from + field->columns_offset);
}

/* What is not 0: how many places after the one before, and the value. */
static void put_table(struct bytes *out, const struct field *field, const void *from)
{
	const uint64_t *table = *(uint64_t *const *)((const char *)from + field->offset);
	size_t mark = out->len, next = 0, nr = table_size(field, from);

	for (size_t i = 0; i < nr; i++) {
		if (!table[i])
			continue;
		bytes__varint(out, i - next);
		bytes__varint(out, table[i]);
		next = i + 1;
	}
	bytes__prefix(out, mark);
}

/* Take the tag back when what followed it is empty, as it would be had it not been written. */
static void put_nested(struct encoding *e, const struct field *field, const void *member)
{
	struct bytes *out = e->out;
	size_t start = out->len, mark;

	put_tag(out, field);
	mark = out->len;
	put_members(e, field->of, member, ALL);
	if (out->len == mark)
		out->len = start;
	else
		bytes__prefix(out, mark);
}

static void put_member(struct encoding *e, const struct field *field, const void *from)
{
	const char *member = (const char *)from + field->offset;
	struct bytes *out = e->out;
	const char *text;
	uint64_t value;
	size_t nr;

	switch (field->kind) {
	case FIELD_UINT:
	case FIELD_BOOL:
	case FIELD_ENUM:
	case FIELD_REAL:
		value = load(member, field->size);
		if (!value)
			break;
		put_tag(out, field);
		if (field->kind == FIELD_REAL)
			bytes__put(out, &value, REAL_SIZE);
		else
			bytes__varint(out, value);
		break;
	case FIELD_TEXT:
		nr = strnlen(member, field->size - 1);
		if (!nr)
			break;
		put_tag(out, field);
		put_text(out, member, nr);
		break;
	case FIELD_STRING:
		text = *(const char *const *)member;
		/* "" is not NULL: a string is there or not */
		if (!text)
			break;
		put_tag(out, field);
		put_text(out, text, strlen(text));
		break;
	case FIELD_UINTS:
		put_tag(out, field);
		put_uints(out, field, member);
		break;
	case FIELD_INLINE:
	case FIELD_LIST:
		nr = *(const size_t *)((const char *)from + field->nr_offset);
		if (!nr)
			break;
		put_tag(out, field);
		put_list(e, field,
			 field->kind == FIELD_LIST ? *(const char *const *)member : member, nr);
		break;
	case FIELD_TABLE:
		if (!table_size(field, from))
			break;
		put_tag(out, field);
		put_table(out, field, from);
		break;
	case FIELD_STRUCT:
		put_nested(e, field, member);
		break;
	case FIELD_BUCKETS:
		if (buckets__empty((const struct hist *)member))
			break;
		put_tag(out, field);
		buckets__put(e->columns, (const struct hist *)member, e->form);
		break;
	}
}

static void put_members(struct encoding *e, const struct type *type, const void *from,
			enum which which)
{
	for (size_t i = 0; i < type->nr; i++) {
		const struct field *field = &type->fields[i];

		if (which == ALL || field->key == (which == KEYS))
			put_member(e, field, from);
	}
}

void coding__put(struct encoding *e, const struct type *type, const void *from)
{
	put_members(e, type, from, ALL);
}

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Bytes to structs, by their tables: members, lists, and the memory that these take. */
#include "recording/coding_parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "recording/dict.h"

/* Types hold types, but none holds itself: no file can make this deeper than the tables are. */
static void get_members(struct decoding *d, struct cursor *in, const struct type *type, void *to);

/* Allocate, and clear, only what the budget, which follows the size of the file, allows. */
static void *get_memory(struct decoding *d, uint64_t nr, size_t size)
{
	void *memory;

	if (nr > d->budget / size) {
		d->err = -E2BIG;
		return NULL;
	}
	memory = calloc(nr, size);
	if (!memory) {
		d->err = -ENOMEM;
		return NULL;
	}
	d->budget -= nr * size;
	return memory;
}

/* An element's text that is not there is empty, and not NULL: whoever prints it need not look. */
static void fill_strings(const struct type *type, void *element)
{
	for (size_t i = 0; i < type->nr; i++) {
		const char **string = (const char **)((char *)element + type->fields[i].offset);

		if (type->fields[i].kind == FIELD_STRING && !*string)
			*string = "";
	}
}

static void get_name(struct decoding *d, struct cursor *in, const struct type *type, void *to)
{
	bool stays = d->stays, in_name = d->in_name;

	d->stays = d->in_name = true;
	get_members(d, in, type, to);
	d->stays = stays;
	d->in_name = in_name;
}

static void get_list(struct decoding *d, struct cursor *in, const struct field *field, void *to)
{
	uint64_t head = cursor__varint(in), nr = head >> 1, number, expected = 0;
	char *member = (char *)to + field->offset, *list = member;
	size_t *listed = (size_t *)((char *)to + field->nr_offset);
	const struct type *type = field->of;

	/* an element is a byte at least; a list that comes twice would leak the first */
	if (in->bad || nr > cursor__left(in) || *listed ||
	    (field->kind == FIELD_INLINE && nr > field->size / type->size)) {
		in->bad = true;
		return;
	}
	if (nr && field->kind == FIELD_LIST) {
		if (nr > d->elements) {
			d->err = -E2BIG;
			return;
		}
		d->elements -= nr;
		list = get_memory(d, nr, type->size);
		if (!list)
			return;
		*(void **)member = list;
	}
	*listed = nr;
	for (uint64_t i = 0; i < nr && !in->bad && !d->err; i++) {
		void *element = list + i * type->size;
		struct cursor key;

		if (head & 1) {
			number = unzigzag(cursor__varint(in), expected);
			expected = number + 1;
			key = dict__use(d->dict, number);
			get_name(d, &key, type, element);
			in->bad |= key.bad;
		}
		get_members(d, in, type, element);
		fill_strings(type, element);
	}
}

/* As large as its struct says when all of that is read, with 0 for what is not there. */
static void get_table(struct decoding *d, struct cursor *in, const struct field *field, void *to)
{
	uint64_t **table = (uint64_t **)((char *)to + field->offset);
	size_t rows = *(size_t *)((char *)to + field->nr_offset), at = 0, nr;
	unsigned int columns = *(unsigned int *)((char *)to + field->columns_offset);

	if (!rows)
		return;
	if (!columns || __builtin_mul_overflow(rows, columns, &nr)) {
		in->bad = true;
		return;
	}
	*table = get_memory(d, nr, sizeof(**table));
	while (*table && cursor__left(in)) {
		uint64_t step = cursor__varint(in);

		if (in->bad || step >= nr - at) {
			in->bad = true;
			return;
		}
		at += step;
		(*table)[at++] = cursor__varint(in);
	}
}

static void get_buckets(struct decoding *d, struct cursor *in, struct hist *h)
{
	int err;

	/* one that comes twice would leak the first */
	in->bad |= h->room != 0;
	err = in->bad ? 0 : buckets__get(d->columns, h, d->form, &d->budget);
	if (err)
		d->err = err;
	for (int i = 0; i < BUCKETS_COLUMNS; i++)
		in->bad |= d->columns[i].bad;
}

static void get_member(struct decoding *d, struct cursor *in, const struct field *field, void *to)
{
	char *member = (char *)to + field->offset;
	struct cursor inside;

	switch (field->kind) {
	case FIELD_UINT:
	case FIELD_BOOL:
	case FIELD_ENUM:
		value__get_number(in, field, member);
		return;
	case FIELD_REAL:
		value__get_real(in, member);
		return;
	case FIELD_STRING:
		*(const char **)member = value__get_string(in);
		in->bad |= !d->stays;
		return;
	case FIELD_TEXT:
		value__get_text(in, field, member);
		return;
	case FIELD_TABLE:
		break; /* see get_members() */
	case FIELD_BUCKETS:
		get_buckets(d, in, (struct hist *)member);
		return;
	case FIELD_STRUCT:
	case FIELD_UINTS:
	case FIELD_INLINE:
	case FIELD_LIST:
		inside = cursor__slice(in);
		if (field->kind == FIELD_LIST || field->kind == FIELD_INLINE)
			get_list(d, &inside, field, to);
		else if (field->kind == FIELD_UINTS)
			value__get_uints(&inside, field, member);
		else
			get_members(d, &inside, field->of, member);
		in->bad |= inside.bad;
		return;
	}
}

static void skip(struct cursor *in, enum form form)
{
	switch (form) {
	case FORM_VARINT:
		cursor__varint(in);
		return;
	case FORM_REAL:
		cursor__take(in, REAL_SIZE);
		return;
	case FORM_BYTES:
		cursor__slice(in);
		return;
	case FORM_COLUMNS:
		break; /* nobody knows how much of which */
	}
	in->bad = true;
}

/* Members come in the order of the table: the search goes on where the last one was found. */
static const struct field *find(const struct type *type, uint64_t id, size_t *hint)
{
	for (size_t n = 0; n < type->nr; n++, *hint = *hint + 1 < type->nr ? *hint + 1 : 0)
		if (type->fields[*hint].id == id)
			return &type->fields[*hint];
	return NULL;
}

static void get_member_or_skip(struct decoding *d, struct cursor *in, const struct type *type,
			       uint64_t tag, void *to, struct cursor *table, size_t *hint)
{
	const struct field *field = find(type, tag >> FORM_SHIFT, hint);

	d->unnamed += field && field->key && !d->in_name;
	if (!field)
		skip(in, tag & FORM_MASK);
	else if (form_of(field) != (tag & FORM_MASK))
		in->bad = true;
	else if (field->kind == FIELD_TABLE)
		*table = cursor__slice(in);
	else
		get_member(d, in, field, to);
}

/* A table has to wait for the members that say how large it is; a type has one at most. */
static void get_members(struct decoding *d, struct cursor *in, const struct type *type, void *to)
{
	struct cursor table = cursor__over("", 0);
	size_t hint = 0;

	while (cursor__left(in) && !d->err) {
		uint64_t tag = cursor__varint(in);

		if (!(tag >> FORM_SHIFT))
			break;
		get_member_or_skip(d, in, type, tag, to, &table, &hint);
	}
	for (size_t i = 0; i < type->nr && !in->bad && !d->err; i++) {
		if (type->fields[i].kind != FIELD_TABLE)
			continue;
		get_table(d, &table, &type->fields[i], to);
		in->bad |= table.bad;
	}
}

int coding__get(struct decoding *d, struct cursor in, const struct type *type, void *to)
{
	get_members(d, &in, type, to);
	return d->err ? d->err : in.bad ? -EBADMSG : 0;
}

void coding__free(const struct type *type, void *what)
{
	for (size_t i = 0; i < type->nr; i++) {
		const struct field *field = &type->fields[i];
		char *member = (char *)what + field->offset;

		if (field->kind == FIELD_STRUCT)
			coding__free(field->of, member);
		if (field->kind == FIELD_BUCKETS)
			hist__free((struct hist *)member);
		if (field->kind == FIELD_TABLE) {
			free(*(void **)member);
			*(void **)member = NULL;
		}
		if (field->kind != FIELD_LIST)
			continue;
		for (size_t n = 0; n < *(size_t *)((char *)what + field->nr_offset); n++)
			coding__free(field->of, *(char **)member + n * field->of->size);
		free(*(void **)member);
		*(void **)member = NULL;
		*(size_t *)((char *)what + field->nr_offset) = 0;
	}
}

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "recording/coding.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "recording/dict.h"

/* How a value is written, so that one who does not know it can skip it. */
enum form { FORM_VARINT, FORM_REAL, FORM_BYTES, FORM_COLUMNS };

#define FORM_SHIFT 2
#define FORM_MASK  ((1 << FORM_SHIFT) - 1)
#define REAL_SIZE  8

static enum form form_of(const struct field *field)
{
	switch (field->kind) {
	case FIELD_UINT:
	case FIELD_BOOL:
	case FIELD_ENUM:
		return FORM_VARINT;
	case FIELD_REAL:
		return FORM_REAL;
	case FIELD_BUCKETS:
		return FORM_COLUMNS;
	default:
		return FORM_BYTES;
	}
}

/*
 * One value, as it comes in a recording. Nothing of it is believed before it is looked at: an impossible
 * one marks the cursor bad, and the member stays as it was.
 */

static void get_uints(struct cursor *in, const struct field *field, char *member)
{
	for (size_t i = 0; cursor__left(in) && i < field->size / field->each; i++) {
		uint64_t value = cursor__varint(in);

		in->bad |= field->each < sizeof(value) && value >> 8 * field->each;
		if (!in->bad)
			memcpy(member + i * field->each, &value, field->each);
	}
}

/* Ended by its zero, which *len does not count; NULL for what is no text. */
static const char *get_text(struct cursor *in, size_t *len)
{
	struct cursor text = cursor__slice(in);

	*len = cursor__left(&text);
	if (!*len || memchr(text.at, '\0', *len) != text.end - 1) {
		in->bad = true;
		return NULL;
	}
	(*len)--;
	return (const char *)text.at;
}

static const char *get_string(struct cursor *in)
{
	size_t len;

	return get_text(in, &len);
}

static void read_text(struct cursor *in, const struct field *field, char *member)
{
	size_t len;
	const char *text = get_text(in, &len);

	memset(member, 0, field->size);
	if (text)
		memcpy(member, text, len < field->size ? len : field->size - 1);
}

static void get_number(struct cursor *in, const struct field *field, void *member)
{
	uint64_t value = cursor__varint(in);
	bool yes = value;

	if (field->kind == FIELD_BOOL) {
		memcpy(member, &yes, sizeof(yes));
		return;
	}
	if (field->kind == FIELD_ENUM && value >= field->limit)
		value = field->otherwise;
	if ((field->size < sizeof(value) && value >> 8 * field->size) ||
	    (field->kind == FIELD_UINT && field->limit && value >= field->limit)) {
		in->bad = true;
		return;
	}
	in->bad |= field->kind == FIELD_ENUM && value == REFUSED;
	if (!in->bad)
		memcpy(member, &value, field->size);
}

static void get_real(struct cursor *in, void *member)
{
	const uint8_t *data = cursor__take(in, REAL_SIZE);
	double value = 0;

	if (data)
		memcpy(&value, data, sizeof(value));
	if (isfinite(value))
		memcpy(member, &value, sizeof(value));
	else
		in->bad = true;
}

/* Bytes to structs, by their tables: members, lists, and the memory that these take. */

/* Structs hold structs, but none holds itself: no file can make this deeper than the tables are. */
static void get_members(struct decoding *d, struct cursor *in, const struct schema *schema,
			void *to);

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
static void fill_strings(const struct schema *schema, void *element)
{
	for (size_t i = 0; i < schema->nr; i++) {
		const char **string = (const char **)((char *)element + schema->fields[i].offset);

		if (schema->fields[i].kind == FIELD_STRING && !*string)
			*string = "";
	}
}

static void get_name(struct decoding *d, struct cursor *in, const struct schema *schema, void *to)
{
	bool stays = d->stays, in_name = d->in_name;

	d->stays = d->in_name = true;
	get_members(d, in, schema, to);
	d->stays = stays;
	d->in_name = in_name;
}

static void get_list(struct decoding *d, struct cursor *in, const struct field *field, void *to)
{
	uint64_t head = cursor__varint(in), nr = head >> 1, number, expected = 0;
	char *member = (char *)to + field->offset, *list = member;
	size_t *listed = (size_t *)((char *)to + field->nr_offset);
	const struct schema *schema = field->of;

	/* an element is a byte at least; a list that comes twice would leak the first */
	if (in->bad || nr > cursor__left(in) || *listed ||
	    (field->kind == FIELD_INLINE && nr > field->size / schema->size)) {
		in->bad = true;
		return;
	}
	if (nr && field->kind == FIELD_LIST) {
		if (nr > d->elements) {
			d->err = -E2BIG;
			return;
		}
		d->elements -= nr;
		list = get_memory(d, nr, schema->size);
		if (!list)
			return;
		*(void **)member = list;
	}
	*listed = nr;
	for (uint64_t i = 0; i < nr && !in->bad && !d->err; i++) {
		void *element = list + i * schema->size;
		struct cursor key;

		if (head & 1) {
			number = unzigzag(cursor__varint(in), expected);
			expected = number + 1;
			key = dict__use(d->dict, number);
			get_name(d, &key, schema, element);
			in->bad |= key.bad;
		}
		get_members(d, in, schema, element);
		fill_strings(schema, element);
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
		get_number(in, field, member);
		return;
	case FIELD_REAL:
		get_real(in, member);
		return;
	case FIELD_STRING:
		*(const char **)member = get_string(in);
		in->bad |= !d->stays;
		return;
	case FIELD_TEXT:
		read_text(in, field, member);
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
			get_uints(&inside, field, member);
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
static const struct field *find(const struct schema *schema, uint64_t id, size_t *hint)
{
	for (size_t n = 0; n < schema->nr; n++, *hint = *hint + 1 < schema->nr ? *hint + 1 : 0)
		if (schema->fields[*hint].id == id)
			return &schema->fields[*hint];
	return NULL;
}

static void get_member_or_skip(struct decoding *d, struct cursor *in, const struct schema *schema,
			       uint64_t tag, void *to, struct cursor *table, size_t *hint)
{
	const struct field *field = find(schema, tag >> FORM_SHIFT, hint);

	d->unnamed += field && field->role == ROLE_KEY && !d->in_name;
	if (!field)
		skip(in, tag & FORM_MASK);
	else if (form_of(field) != (tag & FORM_MASK))
		in->bad = true;
	else if (field->kind == FIELD_TABLE)
		*table = cursor__slice(in);
	else
		get_member(d, in, field, to);
}

/* A table has to wait for the members that say how large it is; a struct has one at most. */
static void get_members(struct decoding *d, struct cursor *in, const struct schema *schema,
			void *to)
{
	struct cursor table = cursor__over("", 0);
	size_t hint = 0;

	while (cursor__left(in) && !d->err) {
		uint64_t tag = cursor__varint(in);

		if (!(tag >> FORM_SHIFT))
			break;
		get_member_or_skip(d, in, schema, tag, to, &table, &hint);
	}
	for (size_t i = 0; i < schema->nr && !in->bad && !d->err; i++) {
		if (schema->fields[i].kind != FIELD_TABLE)
			continue;
		get_table(d, &table, &schema->fields[i], to);
		in->bad |= table.bad;
	}
}

int coding__get(struct decoding *d, struct cursor in, const struct schema *schema, void *to)
{
	get_members(d, &in, schema, to);
	return d->err ? d->err : in.bad ? -EBADMSG : 0;
}

/* Structs to bytes, by their tables. */

enum which { ALL, KEYS, OTHERS };

static bool has_keys(const struct schema *schema)
{
	for (size_t i = 0; i < schema->nr; i++)
		if (schema->fields[i].role == ROLE_KEY)
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

static void put_members(struct encoding *e, const struct schema *schema, const void *from,
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

static uint64_t number_of(struct encoding *e, struct bytes *key, const struct schema *schema,
			  const void *element)
{
	struct encoding name = { .out = key, .dict = e->dict };

	key->len = 0;
	put_members(&name, schema, element, KEYS);
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

static void put_members(struct encoding *e, const struct schema *schema, const void *from,
			enum which which)
{
	for (size_t i = 0; i < schema->nr; i++) {
		const struct field *field = &schema->fields[i];

		if (which == ALL || (field->role == ROLE_KEY) == (which == KEYS))
			put_member(e, field, from);
	}
}

void coding__put(struct encoding *e, const struct schema *schema, const void *from)
{
	put_members(e, schema, from, ALL);
}

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "recording/coding.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The buckets of histograms. */

/* What its events take when they are spread evenly over the bucket. It may wrap; so does the reader's. */
static uint64_t middle(const struct hist_bucket *bucket)
{
	return bucket->count * hist__lower(bucket->index) +
	       (bucket->count * (hist__upper(bucket->index) - hist__lower(bucket->index)) >> 1);
}

static uint64_t middle_of_all(const struct hist *h)
{
	uint64_t sum = 0;

	for (unsigned int i = 0; i < h->nr; i++)
		sum += middle(&h->bucket[i]);
	return sum;
}

static uint64_t lower_of_last(const struct hist *h)
{
	return h->nr ? hist__lower(h->bucket[h->nr - 1].index) : 0;
}

/* Sums of such histograms have up to twice the room. */
static size_t bytes_of(uint64_t nr)
{
	return 2 * nr * sizeof(struct hist_bucket);
}

size_t buckets__bytes(const struct hist *h)
{
	return bytes_of(h->nr);
}

bool buckets__empty(const struct hist *h)
{
	return !h->nr && !h->max;
}

void buckets__put(struct bytes columns[BUCKETS_COLUMNS], const struct hist *h,
		  enum buckets_form form)
{
	uint64_t before = 0;

	bytes__varint(&columns[BUCKETS_INDEX], h->nr);
	for (unsigned int i = 0; i < h->nr; i++) {
		const struct hist_bucket *bucket = &h->bucket[i];

		bytes__varint(&columns[BUCKETS_INDEX], bucket->index - before);
		before = bucket->index;
		bytes__varint(&columns[BUCKETS_COUNT], bucket->count);
		if (form == BUCKETS_TIMED)
			bytes__varint(&columns[BUCKETS_TIME], zigzag(bucket->ns, middle(bucket)));
	}
	if (form == BUCKETS_SUMMED)
		bytes__varint(&columns[BUCKETS_TIME], zigzag(hist__total_ns(h), middle_of_all(h)));
	bytes__varint(&columns[BUCKETS_MAX], zigzag(h->max, lower_of_last(h)));
}

static int get_indexes(struct cursor *in, struct hist *h, size_t *budget)
{
	uint64_t nr = cursor__varint(in), index = 0;

	if (nr > HIST_BUCKETS) {
		in->bad = true;
		return 0;
	}
	if (bytes_of(nr) > *budget)
		return -E2BIG;
	*budget -= bytes_of(nr);
	if (hist__reserve(h, nr))
		return -ENOMEM;
	for (uint64_t i = 0; i < nr && !in->bad; i++) {
		uint64_t step = cursor__varint(in);

		/* each is above the one before: an index that comes twice would be one bucket */
		if (in->bad || step >= HIST_BUCKETS - index || (i && !step)) {
			in->bad = true;
			break;
		}
		index += step;
		h->bucket[h->nr++] = (struct hist_bucket) { .index = index };
	}
	return 0;
}

int buckets__get(struct cursor columns[BUCKETS_COLUMNS], struct hist *h, enum buckets_form form,
		 size_t *budget)
{
	struct cursor *time = &columns[BUCKETS_TIME];
	int err = get_indexes(&columns[BUCKETS_INDEX], h, budget);
	uint64_t ns;

	if (err)
		return err;
	for (unsigned int i = 0; i < h->nr; i++) {
		struct hist_bucket *bucket = &h->bucket[i];

		bucket->count = cursor__varint(&columns[BUCKETS_COUNT]);
		if (form == BUCKETS_TIMED)
			bucket->ns = unzigzag(cursor__varint(time), middle(bucket));
	}
	if (form == BUCKETS_SUMMED) {
		ns = unzigzag(cursor__varint(time), middle_of_all(h));
		if (h->nr)
			h->bucket[0].ns = ns;
	}
	h->max = unzigzag(cursor__varint(&columns[BUCKETS_MAX]), lower_of_last(h));
	return 0;
}

/* Products of two numbers of 64 bits. */
typedef unsigned __int128 wide;

/* The least that the events of these buckets can take, and how much more; false: too large. */
static bool bounds(const struct hist *h, uint64_t *least, uint64_t *above)
{
	*least = *above = 0;
	for (unsigned int i = 0; i < h->nr; i++) {
		const struct hist_bucket *bucket = &h->bucket[i];
		uint64_t low, more;

		if (__builtin_mul_overflow(bucket->count, hist__lower(bucket->index), &low) ||
		    __builtin_mul_overflow(bucket->count, (1ull << hist__shift(bucket->index)) - 1,
					   &more) ||
		    __builtin_add_overflow(*least, low, least) ||
		    __builtin_add_overflow(*above, more, above))
			return false;
	}
	return true;
}

void buckets__share(struct hist *h)
{
	uint64_t total = hist__total_ns(h), given = 0, least, above;
	wide due = 0;

	if (!bounds(h, &least, &above) || total < least || total - least > above)
		return;
	for (unsigned int i = 0; i < h->nr; i++) {
		struct hist_bucket *b = &h->bucket[i];
		uint64_t sum;

		due += (wide)(b->count * ((1ull << hist__shift(b->index)) - 1)) * (total - least);
		sum = above ? due / above : 0;
		b->ns = b->count * hist__lower(b->index) + sum - given;
		given = sum;
	}
}

/* The members of structs. */

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

/* Structs to bytes. */

enum which { ALL, KEYS, OTHERS };

static void put_members(struct encoding *e, const struct schema *schema, const void *from,
			enum which which);

static bool has_keys(const struct schema *schema)
{
	for (size_t i = 0; i < schema->nr; i++)
		if (schema->fields[i].role == ROLE_KEY)
			return true;
	return false;
}

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

/* Up to the last one that is not 0: an array has no number. */
static void put_uints(struct bytes *out, const struct field *field, const char *member)
{
	size_t mark = out->len, nr = field->size / field->each;

	while (nr && !field__load(member + (nr - 1) * field->each, field->each))
		nr--;
	for (size_t i = 0; i < nr; i++)
		bytes__varint(out, field__load(member + i * field->each, field->each));
	bytes__prefix(out, mark);
}

/* What is not 0: how many places after the one before, and the value. */
static void put_table(struct bytes *out, const struct field *field, const void *from)
{
	const uint64_t *table = *(uint64_t *const *)((const char *)from + field->offset);
	size_t mark = out->len, next = 0, nr = field__cells(field, from);

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
		value = field__load(member, field->size);
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
		nr = field__count(field, from);
		if (!nr)
			break;
		put_tag(out, field);
		put_list(e, field,
			 field->kind == FIELD_LIST ? *(const char *const *)member : member, nr);
		break;
	case FIELD_TABLE:
		if (!field__cells(field, from))
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

static bool is_no_text(const struct field *field, const void *from)
{
	const char *text = *(const char *const *)((const char *)from + field->offset);

	return !text || !*text;
}

static void put_members(struct encoding *e, const struct schema *schema, const void *from,
			enum which which)
{
	for (size_t i = 0; i < schema->nr; i++) {
		const struct field *field = &schema->fields[i];

		if (which != ALL && (field->role == ROLE_KEY) != (which == KEYS))
			continue;
		/* an element's text that is not there reads as "": so that is not written either */
		if (which == KEYS && field->kind == FIELD_STRING && is_no_text(field, from))
			continue;
		put_member(e, field, from);
	}
}

void coding__put(struct encoding *e, const struct schema *schema, const void *from)
{
	put_members(e, schema, from, ALL);
}

/*
 * Bytes to structs. Nothing of a value is believed before it is looked at: an impossible one marks
 * the cursor bad, and the member stays as it was.
 */

/* Structs hold structs, but none holds itself: no file can make this deeper than the tables are. */
static void get_members(struct decoding *d, struct cursor *in, const struct schema *schema,
			void *to);

static void get_number(struct cursor *in, const struct field *field, void *member)
{
	uint64_t value = cursor__varint(in);

	if (field->kind == FIELD_BOOL)
		value = value != 0;
	if (field->kind == FIELD_ENUM && value >= field->limit)
		value = field->otherwise;
	in->bad |= (field->size < sizeof(value) && value >> 8 * field->size) ||
		   (field->kind == FIELD_UINT && field->limit && value >= field->limit) ||
		   (field->kind == FIELD_ENUM && value == REFUSED);
	if (!in->bad)
		memcpy(member, &value, field->size);
}

static void get_uints(struct cursor *in, const struct field *field, char *member)
{
	for (size_t i = 0; cursor__left(in) && i < field->size / field->each; i++) {
		uint64_t value = cursor__varint(in);

		in->bad |= field->each < sizeof(value) && value >> 8 * field->each;
		if (!in->bad)
			memcpy(member + i * field->each, &value, field->each);
	}
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

/* Ended by its zero, which *len does not count; NULL for what is no text. */
static const char *get_string(struct cursor *in, size_t *len)
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

static void get_text(struct cursor *in, const struct field *field, char *member)
{
	size_t len;
	const char *text = get_string(in, &len);

	memset(member, 0, field->size);
	if (text)
		memcpy(member, text, len < field->size ? len : field->size - 1);
}

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

static void get_name(struct decoding *d, struct cursor *in, const struct schema *schema, void *to)
{
	bool stays = d->stays, in_name = d->in_name;

	d->stays = d->in_name = true;
	get_members(d, in, schema, to);
	d->stays = stays;
	d->in_name = in_name;
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

static void get_elements(struct decoding *d, struct cursor *in, const struct schema *schema,
			 char *element, uint64_t nr, bool keyed)
{
	uint64_t number, expected = 0;

	for (; nr && !in->bad && !d->err; nr--, element += schema->size) {
		struct cursor key;

		if (keyed) {
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

static void get_list(struct decoding *d, struct cursor *in, const struct field *field, void *to)
{
	uint64_t head = cursor__varint(in), nr = head >> 1;
	char *member = (char *)to + field->offset, *list = member;
	size_t *listed = (size_t *)((char *)to + field->nr_offset), size = field->of->size;

	/* an element is a byte at least; a list that comes twice would leak the first */
	if (in->bad || nr > cursor__left(in) || *listed ||
	    (field->kind == FIELD_INLINE && nr > field->size / size)) {
		in->bad = true;
		return;
	}
	if (nr && field->kind == FIELD_LIST) {
		if (nr > d->elements) {
			d->err = -E2BIG;
			return;
		}
		d->elements -= nr;
		list = get_memory(d, nr, size);
		if (!list)
			return;
		*(void **)member = list;
	}
	*listed = nr;
	get_elements(d, in, field->of, list, nr, head & 1);
}

/* As large as its struct says when all of that is read, with 0 for what is not there. */
static void get_table(struct decoding *d, struct cursor *in, const struct field *field, void *to)
{
	uint64_t **table = (uint64_t **)((char *)to + field->offset);
	size_t rows = field__count(field, to), at = 0, nr;
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
	size_t len;

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
		*(const char **)member = get_string(in, &len);
		in->bad |= !d->stays;
		return;
	case FIELD_TEXT:
		get_text(in, field, member);
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

/* A table has to wait for the members that say how large it is; a struct has one at most. */
static void get_members(struct decoding *d, struct cursor *in, const struct schema *schema,
			void *to)
{
	struct cursor table = cursor__over("", 0);
	const struct field *field;
	size_t hint = 0;

	while (cursor__left(in) && !d->err) {
		uint64_t tag = cursor__varint(in);

		if (!(tag >> FORM_SHIFT))
			break;
		field = find(schema, tag >> FORM_SHIFT, &hint);
		d->unnamed += field && field->role == ROLE_KEY && !d->in_name;
		if (!field)
			skip(in, tag & FORM_MASK);
		else if (form_of(field) != (tag & FORM_MASK))
			in->bad = true;
		else if (field->kind == FIELD_TABLE)
			table = cursor__slice(in);
		else
			get_member(d, in, field, to);
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

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "model/schema.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/hist.h"

static void *member_of(void *what, const struct field *field)
{
	return (char *)what + field->offset;
}

static const void *member_in(const void *what, const struct field *field)
{
	return (const char *)what + field->offset;
}

static size_t *count_of(void *what, const struct field *field)
{
	return (size_t *)((char *)what + field->nr_offset);
}

static size_t count_in(const void *what, const struct field *field)
{
	return *(const size_t *)((const char *)what + field->nr_offset);
}

/* Cells of a table. */
static size_t cells_in(const void *what, const struct field *field)
{
	return count_in(what, field) *
	       *(const unsigned int *)((const char *)what + field->columns_offset);
}

/* Unsigned integers of any size; little-endian, as every machine that this runs on. */
static uint64_t load(const void *from, size_t size)
{
	uint64_t value = 0;

	memcpy(&value, from, size);
	return value;
}

/* Counters only grow; one that does not was reset under us, and its interval is unknown: 0. */
static void subtract(void *later, const void *earlier, size_t size)
{
	uint64_t a = load(later, size), b = load(earlier, size), since = a > b ? a - b : 0;

	memcpy(later, &since, size);
}

static void add(void *sum, const void *more, size_t size)
{
	uint64_t value = load(sum, size) + load(more, size);

	memcpy(sum, &value, size);
}

static void subtract_each(void *later, const void *earlier, size_t nr, size_t size)
{
	for (size_t i = 0; i < nr; i++)
		subtract((char *)later + i * size, (const char *)earlier + i * size, size);
}

static void add_each(void *sum, const void *more, size_t nr, size_t size)
{
	for (size_t i = 0; i < nr; i++)
		add((char *)sum + i * size, (const char *)more + i * size, size);
}

/* The element that is the same one, or NULL; `at`: where it is, if they are in the same order. */
static void *find(const struct field *field, void *list, size_t nr, const void *element, size_t at)
{
	const size_t size = field->of->size;

	if (field->rule == LIST_SAME)
		return at < nr ? (char *)list + at * size : NULL;
	for (size_t i = 0; i < nr; i++) {
		if (field->of->same((char *)list + i * size, element))
			return (char *)list + i * size;
	}
	return NULL;
}

static void subtract_list(const struct field *field, void *later, const void *earlier)
{
	const struct type *type = field->of;
	char *list = *(char **)member_of(later, field);
	void *old = *(void *const *)member_in(earlier, field);
	size_t nr = count_in(later, field), nr_old = count_in(earlier, field);

	for (size_t i = 0; i < nr; i++) {
		const void *from = find(field, old, nr_old, list + i * type->size, i);

		/* one that came since has nothing to subtract */
		if (from && type->subtract)
			type->subtract(list + i * type->size, from);
		else if (from)
			schema__subtract(type, list + i * type->size, from);
	}
}

void schema__subtract(const struct type *type, void *later, const void *earlier)
{
	for (size_t i = 0; i < type->nr; i++) {
		const struct field *field = &type->fields[i];
		void *to = member_of(later, field);
		const void *from = member_in(earlier, field);
		size_t nr, nr_old;

		switch (field->kind) {
		case FIELD_UINT:
			if (field->role == ROLE_COUNTER)
				subtract(to, from, field->size);
			break;
		case FIELD_UINTS:
			subtract_each(to, from, field->size / field->each, field->each);
			break;
		case FIELD_STRUCT:
			schema__subtract(field->of, to, from);
			break;
		case FIELD_TABLE:
			nr = cells_in(later, field);
			nr_old = cells_in(earlier, field);
			subtract_each(*(void **)to, *(void *const *)from, nr < nr_old ? nr : nr_old,
				      sizeof(uint64_t));
			break;
		case FIELD_LIST:
			if (field->rule != LIST_OTHER)
				subtract_list(field, later, earlier);
			break;
		default:
			break;
		}
	}
}

/* One more element at the end, a copy. */
static int append(const struct field *field, void *what, const void *element)
{
	void **list = member_of(what, field);
	size_t *nr = count_of(what, field), size = field->of->size;
	char *more = realloc(*list, (*nr + 1) * size);

	if (!more)
		return -ENOMEM;
	memcpy(more + *nr * size, element, size);
	*list = more;
	++*nr;
	return 0;
}

static int add_list(const struct field *field, void *sum, const void *delta)
{
	const struct type *type = field->of;
	const char *list = *(const char *const *)member_in(delta, field);
	int err = 0;

	for (size_t i = 0; !err && i < count_in(delta, field); i++) {
		const void *from = list + i * type->size;
		void *to =
			find(field, *(void **)member_of(sum, field), count_in(sum, field), from, i);

		if (to)
			err = schema__add(type, to, from);
		else if (field->rule == LIST_OWN)
			err = append(field, sum, from);
	}
	return err;
}

static void add_member(const struct field *field, void *to, const void *from)
{
	switch (field->role) {
	case ROLE_COUNTER:
		add(to, from, field->size);
		break;
	case ROLE_GAUGE:
		memcpy(to, from, field->size);
		break;
	case ROLE_EVER:
		*(bool *)to |= *(const bool *)from;
		break;
	case ROLE_KEY:
	case ROLE_FIRST:
		break;
	}
}

int schema__add(const struct type *type, void *sum, const void *delta)
{
	int err = 0;

	for (size_t i = 0; i < type->nr && !err; i++) {
		const struct field *field = &type->fields[i];
		void *to = member_of(sum, field);
		const void *from = member_in(delta, field);
		size_t nr, more;

		switch (field->kind) {
		case FIELD_UINTS:
			add_each(to, from, field->size / field->each, field->each);
			break;
		case FIELD_STRUCT:
			err = schema__add(field->of, to, from);
			break;
		case FIELD_TABLE:
			nr = cells_in(sum, field);
			more = cells_in(delta, field);
			add_each(*(void **)to, *(void *const *)from, nr < more ? nr : more,
				 sizeof(uint64_t));
			break;
		case FIELD_LIST:
			if (field->rule != LIST_OTHER)
				err = add_list(field, sum, delta);
			break;
		case FIELD_INLINE:
		case FIELD_BUCKETS:
			break;
		default:
			add_member(field, to, from);
			break;
		}
	}
	return err;
}

static void *copy_of(const void *from, size_t nr, size_t size)
{
	void *copy = calloc(nr ? nr : 1, size);

	if (copy && nr)
		memcpy(copy, from, nr * size);
	return copy;
}

/* What memory of its own a struct points to is still that of the one it is a copy of: let go of it. */
static void let_go(const struct type *type, void *what)
{
	for (size_t i = 0; i < type->nr; i++) {
		const struct field *field = &type->fields[i];

		if (field->kind == FIELD_STRUCT)
			let_go(field->of, member_of(what, field));
		else if (field->kind == FIELD_BUCKETS)
			*(struct hist *)member_of(what, field) = (struct hist) {};
		else if (field->kind == FIELD_TABLE || field->kind == FIELD_LIST)
			*(void **)member_of(what, field) = NULL;
	}
}

static int copy_lists(const struct type *type, void *to, const void *from);

static int copy_list(const struct field *field, void *to, const void *from)
{
	const struct type *type = field->of;
	const char *old = *(const char *const *)member_in(from, field);
	size_t nr = count_in(from, field);
	char *list = copy_of(old, nr, type->size);
	int err = 0;

	*count_of(to, field) = list ? nr : 0;
	*(void **)member_of(to, field) = list;
	if (!list)
		return -ENOMEM;
	for (size_t i = 0; i < nr; i++)
		let_go(type, list + i * type->size);
	for (size_t i = 0; i < nr && !err; i++)
		err = copy_lists(type, list + i * type->size, old + i * type->size);
	return err;
}

/* *to has let go of what *from has. */
static int copy_lists(const struct type *type, void *to, const void *from)
{
	int err = 0;

	for (size_t i = 0; i < type->nr && !err; i++) {
		const struct field *field = &type->fields[i];
		void **table = member_of(to, field);

		switch (field->kind) {
		case FIELD_STRUCT:
			err = copy_lists(field->of, table, member_in(from, field));
			break;
		case FIELD_BUCKETS:
			err = hist__copy((struct hist *)table, member_in(from, field));
			break;
		case FIELD_LIST:
			err = copy_list(field, to, from);
			break;
		case FIELD_TABLE:
			*table = copy_of(*(void *const *)member_in(from, field),
					 cells_in(from, field), sizeof(uint64_t));
			err = *table ? 0 : -ENOMEM;
			break;
		default:
			break;
		}
	}
	return err;
}

int schema__copy(const struct type *type, void *to, const void *from)
{
	int err;

	memcpy(to, from, type->size);
	let_go(type, to);
	err = copy_lists(type, to, from);
	if (err)
		schema__free(type, to);
	return err;
}

void schema__free(const struct type *type, void *what)
{
	for (size_t i = 0; i < type->nr; i++) {
		const struct field *field = &type->fields[i];
		void **member = member_of(what, field);

		if (field->kind == FIELD_STRUCT)
			schema__free(field->of, member);
		if (field->kind == FIELD_BUCKETS)
			hist__free((struct hist *)member);
		if (field->kind == FIELD_TABLE || field->kind == FIELD_LIST) {
			for (size_t n = 0; *member && field->of && n < count_in(what, field); n++)
				schema__free(field->of, (char *)*member + n * field->of->size);
			free(*member);
			*member = NULL;
		}
		if (field->kind == FIELD_LIST)
			*count_of(what, field) = 0;
	}
}

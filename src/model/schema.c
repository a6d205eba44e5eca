// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "model/schema.h"

#include <errno.h>
#include <stdlib.h>

#include "model/hist.h"

static void *member_of(void *what, const struct field *field)
{
	return (char *)what + field->offset;
}

static const void *member_in(const void *what, const struct field *field)
{
	return (const char *)what + field->offset;
}

/* The elements of a list, or the numbers of a table. */
static char *elements_of(const void *what, const struct field *field)
{
	return *(char *const *)member_in(what, field);
}

static void set_elements(void *what, const struct field *field, void *elements, size_t nr)
{
	*(void **)member_of(what, field) = elements;
	*(size_t *)((char *)what + field->nr_offset) = nr;
}

static size_t at_most(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Counters only grow; one that does not was reset under us, and its interval is unknown: 0. */
static void subtract_each(void *later, const void *earlier, size_t nr, size_t size)
{
	for (size_t i = 0; i < nr; i++) {
		char *to = (char *)later + i * size;
		uint64_t a = field__load(to, size);
		uint64_t b = field__load((const char *)earlier + i * size, size);
		uint64_t since = a > b ? a - b : 0;

		memcpy(to, &since, size);
	}
}

static void add_each(void *sum, const void *more, size_t nr, size_t size)
{
	for (size_t i = 0; i < nr; i++) {
		char *to = (char *)sum + i * size;
		uint64_t value =
			field__load(to, size) + field__load((const char *)more + i * size, size);

		memcpy(to, &value, size);
	}
}

/*
 * The element of a list that is the same one as this, or NULL. Most lists have the same order in
 * all readings: the search starts at *hint, where the last one ended.
 */
static void *find(const struct schema *schema, char *list, size_t nr, const void *element,
		  size_t *hint)
{
	if (!schema->same)
		return *hint < nr ? list + (*hint)++ * schema->size : NULL;
	for (size_t n = 0; n < nr; n++) {
		size_t i = (*hint + n) % nr;

		if (schema->same(list + i * schema->size, element)) {
			*hint = i + 1;
			return list + i * schema->size;
		}
	}
	return NULL;
}

static void subtract_list(const struct field *field, void *later, const void *earlier)
{
	const struct schema *schema = field->of;
	char *list = elements_of(later, field), *old = elements_of(earlier, field);
	size_t nr = field__count(field, later), nr_old = field__count(field, earlier);
	size_t kept = 0, hint = 0;

	for (size_t i = 0; i < nr; i++) {
		char *element = list + i * schema->size;
		const void *from = find(schema, old, nr_old, element, &hint);

		/* one that came since has nothing to subtract */
		if (from)
			schema__subtract(schema, element, from);
		if (schema->is_empty && schema->is_empty(element))
			schema__free(schema, element);
		else
			memmove(list + kept++ * schema->size, element, schema->size);
	}
	set_elements(later, field, list, kept);
}

void schema__subtract(const struct schema *schema, void *later, const void *earlier)
{
	if (schema->subtract) {
		schema->subtract(later, earlier);
		return;
	}
	for (size_t i = 0; i < schema->nr; i++) {
		const struct field *field = &schema->fields[i];
		void *to = member_of(later, field);
		const void *from = member_in(earlier, field);

		switch (field->kind) {
		case FIELD_UINT:
		case FIELD_UINTS:
			if (field->role == ROLE_COUNTER)
				subtract_each(to, from, field->size / field->each, field->each);
			break;
		case FIELD_STRUCT:
			schema__subtract(field->of, to, from);
			break;
		case FIELD_TABLE:
			subtract_each(elements_of(later, field), elements_of(earlier, field),
				      at_most(field__cells(field, later),
					      field__cells(field, earlier)),
				      sizeof(uint64_t));
			break;
		case FIELD_LIST:
			subtract_list(field, later, earlier);
			break;
		default:
			break;
		}
	}
}

/* After a plain copy of a struct its pointers are the original's: forget them. */
static void let_go(const struct schema *schema, void *what)
{
	for (size_t i = 0; i < schema->nr; i++) {
		const struct field *field = &schema->fields[i];

		if (field->kind == FIELD_STRUCT)
			let_go(field->of, member_of(what, field));
		else if (field->kind == FIELD_BUCKETS)
			*(struct hist *)member_of(what, field) = (struct hist) {};
		else if (field->kind == FIELD_TABLE || field->kind == FIELD_LIST)
			*(void **)member_of(what, field) = NULL;
	}
}

static void *copy_of(const void *from, size_t nr, size_t size)
{
	void *copy = calloc(nr ? nr : 1, size);

	if (copy && nr)
		memcpy(copy, from, nr * size);
	return copy;
}

static int copy_lists(const struct schema *schema, void *to, const void *from);

static int copy_list(const struct field *field, void *to, const void *from)
{
	const struct schema *schema = field->of;
	const char *old = elements_of(from, field);
	size_t nr = field__count(field, from);
	char *list = nr ? copy_of(old, nr, schema->size) : NULL;
	int err = 0;

	set_elements(to, field, list, list ? nr : 0);
	if (!nr) /* as of most paths */
		return 0;
	if (!list)
		return -ENOMEM;
	for (size_t i = 0; i < nr; i++)
		let_go(schema, list + i * schema->size);
	for (size_t i = 0; i < nr && !err; i++)
		err = copy_lists(schema, list + i * schema->size, old + i * schema->size);
	return err;
}

/* Copy what *from points to. *to has no pointers any more: see let_go(). */
static int copy_lists(const struct schema *schema, void *to, const void *from)
{
	int err = 0;

	for (size_t i = 0; i < schema->nr && !err; i++) {
		const struct field *field = &schema->fields[i];
		void *member = member_of(to, field), *table;

		switch (field->kind) {
		case FIELD_STRUCT:
			err = copy_lists(field->of, member, member_in(from, field));
			break;
		case FIELD_BUCKETS:
			err = hist__copy(member, member_in(from, field));
			break;
		case FIELD_LIST:
			err = copy_list(field, to, from);
			break;
		case FIELD_TABLE:
			table = copy_of(elements_of(from, field), field__cells(field, from),
					sizeof(uint64_t));
			*(void **)member = table;
			err = table ? 0 : -ENOMEM;
			break;
		default:
			break;
		}
	}
	return err;
}

int schema__copy(const struct schema *schema, void *to, const void *from)
{
	int err;

	memcpy(to, from, schema->size);
	let_go(schema, to);
	err = copy_lists(schema, to, from);
	if (err)
		schema__free(schema, to);
	return err;
}

/*
 * Put a copy of an element into a list that has room for it: at *at, or behind it if the order wants
 * that. *at becomes the place behind it.
 */
static int insert(const struct field *field, void *sum, const void *element, size_t *at)
{
	const struct schema *schema = field->of;
	char *list = elements_of(sum, field), *place;
	size_t nr = field__count(field, sum), size = schema->size;

	if (!schema->precedes)
		*at = nr;
	while (*at < nr && schema->precedes(list + *at * size, element))
		++*at;
	place = list + *at * size;
	memmove(place + size, place, (nr - *at) * size);
	memcpy(place, element, size);
	let_go(schema, place);
	set_elements(sum, field, list, nr + 1);
	++*at;
	return copy_lists(schema, place, element);
}

static int add_list(const struct field *field, void *sum, const void *delta)
{
	const struct schema *schema = field->of;
	size_t nr = field__count(field, delta), room = field__count(field, sum), hint = 0;
	int err = 0;

	for (size_t i = 0; !err && i < nr; i++) {
		const void *from = elements_of(delta, field) + i * schema->size;
		char *list = elements_of(sum, field);
		size_t nr_sum = field__count(field, sum);
		void *to = find(schema, list, nr_sum, from, &hint);

		if (to) {
			err = schema__add(schema, to, from);
			continue;
		}
		if (!schema->same)
			break;
		/* room for all that are left, at once: there may be thousands */
		if (nr_sum == room) {
			room += nr - i;
			list = realloc(list, room * schema->size);
			if (!list)
				return -ENOMEM;
			set_elements(sum, field, list, nr_sum);
		}
		err = insert(field, sum, from, &hint);
	}
	return err;
}

static void add_member(const struct field *field, void *to, const void *from)
{
	switch (field->role) {
	case ROLE_COUNTER:
		add_each(to, from, field->size / field->each, field->each);
		break;
	case ROLE_GAUGE:
	case ROLE_KEY:
		memcpy(to, from, field->size);
		break;
	case ROLE_EVER:
		*(bool *)to |= *(const bool *)from;
		break;
	case ROLE_FIRST:
		break;
	}
}

int schema__add(const struct schema *schema, void *sum, const void *delta)
{
	int err = 0;

	if (schema->add)
		return schema->add(sum, delta);
	for (size_t i = 0; i < schema->nr && !err; i++) {
		const struct field *field = &schema->fields[i];
		void *to = member_of(sum, field);
		const void *from = member_in(delta, field);

		switch (field->kind) {
		case FIELD_STRUCT:
			err = schema__add(field->of, to, from);
			break;
		case FIELD_TABLE:
			add_each(elements_of(sum, field), elements_of(delta, field),
				 at_most(field__cells(field, sum), field__cells(field, delta)),
				 sizeof(uint64_t));
			break;
		case FIELD_LIST:
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

void schema__free(const struct schema *schema, void *what)
{
	for (size_t i = 0; i < schema->nr; i++) {
		const struct field *field = &schema->fields[i];
		void *member = member_of(what, field);
		char *list;

		if (field->kind == FIELD_STRUCT)
			schema__free(field->of, member);
		if (field->kind == FIELD_BUCKETS)
			hist__free(member);
		if (field->kind != FIELD_TABLE && field->kind != FIELD_LIST)
			continue;
		list = elements_of(what, field);
		for (size_t n = 0; list && field->of && n < field__count(field, what); n++)
			schema__free(field->of, list + n * field->of->size);
		free(list);
		*(void **)member = NULL;
		if (field->kind == FIELD_LIST)
			set_elements(what, field, NULL, 0);
	}
}

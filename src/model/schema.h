/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Structs as tables of their members: what a recording writes and reads, and what a difference or a
 * sum of two readings makes of each. A new member of a struct is one line in its table, with the
 * next free id; ids are never reused, lines never taken away (the id would be). What an older
 * recording does not have reads as 0.
 *
 *	GAUGE	an unsigned integer, bool, double or text: the later reading's counts
 *	COUNTER	an unsigned integer that grows
 *	EVER, FIRST	see enum field_role
 *	KEY	of an element of a list: who it is
 *	ENUM, KEY_ENUM	a gauge or a key that is an enum, with its end
 *	STRUCT	a struct with a table of its own
 *	LIST	a pointer, with the number of its elements in nr_<member>
 *	INLINE	an array, with the number of those in use in nr_<member>
 *	UINTS	an array of unsigned integers, which grow
 *	TABLE	a pointer to uint64_t, rows times columns, which grow
 */
#ifndef XT_MODEL_SCHEMA_H
#define XT_MODEL_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum field_kind {
	FIELD_UINT, /* an unsigned integer of any size */
	FIELD_BOOL,
	FIELD_ENUM,    /* a number below `limit`; another one, of a later version, is `otherwise` */
	FIELD_REAL,    /* a double; never NaN or infinite */
	FIELD_TEXT,    /* char[]: cut where it does not fit */
	FIELD_STRING,  /* const char *: read, it points into the memory that it was read from */
	FIELD_STRUCT,  /* a member of type `of` */
	FIELD_UINTS,   /* an array of unsigned integers of `each` bytes, all of it */
	FIELD_INLINE,  /* an array of elements of type `of`, and their number at nr_offset */
	FIELD_LIST,    /* a pointer to elements of type `of`, and their number at nr_offset */
	FIELD_TABLE,   /* a pointer to uint64_t, as many as nr_offset's times columns_offset's */
	FIELD_BUCKETS, /* buckets and maximum of the struct hist at the offset */
};

/* No value of the enum: what is not known here cannot be read as something else. */
#define REFUSED UINT32_MAX

/* What becomes of a member between two readings of a run, and where intervals are summed. */
enum field_role {
	ROLE_GAUGE,   /* the later reading's */
	ROLE_COUNTER, /* grows: the difference; the sum */
	ROLE_KEY,     /* of an element of a list: who it is; constant, or learned during the run */
	ROLE_EVER,    /* of a bool: whether it ever was so */
	ROLE_FIRST,   /* the first interval's */
};

struct schema;

struct field {
	unsigned int id; /* from 1 on */
	enum field_kind kind;
	enum field_role role;
	size_t offset, size;
	uint32_t limit, otherwise;
	const struct schema *of;
	size_t each;	       /* bytes of an integer */
	size_t nr_offset;      /* of a size_t */
	size_t columns_offset; /* of an unsigned int */
};

struct schema {
	const struct field *fields;
	size_t nr;
	size_t size;
	/*
	 * Of the elements of a list. With `same` they are found by who they are, and new ones are
	 * inserted in the order of `precedes`, or appended without it. Without `same` two readings
	 * have the same elements in the same order.
	 */
	bool (*same)(const void *a, const void *b);
	bool (*precedes)(const void *a, const void *b);
	/* a difference does not list it: nothing happened */
	bool (*is_empty)(const void *element);
	/* where a difference or a sum is not made member by member */
	void (*subtract)(void *later, const void *earlier);
	int (*add)(void *sum, const void *more);
};

/*
 * Versions of clang-format differ about braces in macros; and after these it is one line a member,
 * whatever fits.
 */
/* clang-format off */

#define KIND_OF(type, member) \
	_Generic(((type *)0)->member,                 \
		bool: FIELD_BOOL,                     \
		unsigned char: FIELD_UINT,            \
		unsigned short: FIELD_UINT,           \
		unsigned int: FIELD_UINT,             \
		unsigned long: FIELD_UINT,            \
		unsigned long long: FIELD_UINT,       \
		double: FIELD_REAL,                   \
		char *: FIELD_TEXT,                   \
		const char *: FIELD_STRING)

#define AT(type, member) .offset = offsetof(type, member), .size = sizeof(((type *)0)->member)

#define MEMBER(id_, type, member, role_)                                                  \
	{                                                                                 \
		.id = id_, .kind = KIND_OF(type, member), .role = role_,                  \
		AT(type, member), .each = sizeof(((type *)0)->member)                     \
	}
#define GAUGE(id, type, member)	  MEMBER(id, type, member, ROLE_GAUGE)
#define COUNTER(id, type, member) MEMBER(id, type, member, ROLE_COUNTER)
#define KEY(id, type, member)	  MEMBER(id, type, member, ROLE_KEY)
#define EVER(id, type, member)	  MEMBER(id, type, member, ROLE_EVER)
#define FIRST(id, type, member)	  MEMBER(id, type, member, ROLE_FIRST)
/* Of what no run has two readings of. */
#define VALUE(id, type, member) GAUGE(id, type, member)
#define ENUM_(id_, type, member, end, other, role_)                                            \
	{                                                                                     \
		.id = id_, .kind = FIELD_ENUM, .role = role_, .limit = end, .otherwise = other, \
		AT(type, member)                                                              \
	}
#define ENUM(id, type, member, end, other)     ENUM_(id, type, member, end, other, ROLE_GAUGE)
#define KEY_ENUM(id, type, member, end, other) ENUM_(id, type, member, end, other, ROLE_KEY)
/* A number that others are sized by: one above it is no number, and a sum keeps its own. */
#define BOUNDED(id_, type, member, end)                                             \
	{                                                                           \
		.id = id_, .kind = FIELD_UINT, .role = ROLE_FIRST, .limit = end,    \
		AT(type, member), .each = sizeof(((type *)0)->member)               \
	}
#define UINTS(id_, type, member)                                                        \
	{                                                                               \
		.id = id_, .kind = FIELD_UINTS, .role = ROLE_COUNTER, AT(type, member), \
		.each = sizeof(((type *)0)->member[0])            \
	}
#define INLINE(id_, type, member, of_)                                     \
	{                                                                  \
		.id = id_, .kind = FIELD_INLINE, .of = &of_,               \
		.nr_offset = offsetof(type, nr_##member), AT(type, member) \
	}
#define TABLE(id_, type, member, rows, columns)                                    \
	{                                                                          \
		.id = id_, .kind = FIELD_TABLE, .role = ROLE_COUNTER,              \
		.nr_offset = offsetof(type, rows),                                 \
		.columns_offset = offsetof(type, columns), AT(type, member)        \
	}
#define STRUCT(id_, type, member, of_)                                        \
	{                                                                     \
		.id = id_, .kind = FIELD_STRUCT, .of = &of_, AT(type, member) \
	}
#define LIST(id_, type, member, of_)                                       \
	{                                                                  \
		.id = id_, .kind = FIELD_LIST, .of = &of_,                 \
		.nr_offset = offsetof(type, nr_##member), AT(type, member) \
	}
#define BUCKETS(id_)                                                                       \
	{                                                                                  \
		.id = id_, .kind = FIELD_BUCKETS, .offset = 0, .size = sizeof(struct hist) \
	}

#define SCHEMA(name, of_, table, ...)                     \
	const struct schema name = {                     \
		.fields = table,                        \
		.nr = sizeof(table) / sizeof(table[0]), \
		.size = sizeof(of_),                    \
		__VA_ARGS__                             \
	}

/* clang-format on */

/* Unsigned integers of any size; little-endian, as every machine that this runs on. */
static inline uint64_t field__load(const void *from, size_t size)
{
	uint64_t value = 0;

	memcpy(&value, from, size);
	return value;
}

/* How many elements a list of this struct has, or rows a table. */
static inline size_t field__count(const struct field *field, const void *what)
{
	return *(const size_t *)((const char *)what + field->nr_offset);
}

/* A table's numbers. */
static inline size_t field__cells(const struct field *field, const void *what)
{
	return field__count(field, what) *
	       *(const unsigned int *)((const char *)what + field->columns_offset);
}

/* later -= earlier: two readings of one run. */
void schema__subtract(const struct schema *schema, void *later, const void *earlier);
/*
 * sum += delta, an interval and those before it. Returns 0 or -ENOMEM, after which the sum is still
 * to be freed.
 */
int schema__add(const struct schema *schema, void *sum, const void *delta);
/* A copy whose lists are its own. Returns 0 or -ENOMEM: then *to has none. */
int schema__copy(const struct schema *schema, void *to, const void *from);
/* Free the lists; all of them are empty then. */
void schema__free(const struct schema *schema, void *what);

#endif

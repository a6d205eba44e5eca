/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * JSON, written as it is made: nothing of it is in memory, however many devices a guest has. What
 * writing failed with, the stream knows: output__finish().
 *
 * What an object has says a table of its members. The JSON Schema is made from the same tables by
 * tests/unit/test_schema.c (`make schema`), so that no member is printed and not described.
 */
#ifndef XT_OUTPUT_JSON_H
#define XT_OUTPUT_JSON_H

#include "output/format.h"

#define JSON_SCHEMA "xentrace-bpf/1"

enum json_kind {
	MEMBER_UINT, /* an unsigned integer of any size */
	MEMBER_REAL,
	MEMBER_BOOL,
	MEMBER_TEXT,   /* char[] */
	MEMBER_STRING, /* const char *; with `names` one of them */
	MEMBER_ENUM,   /* one of `names` by its number */
	MEMBER_UTC,    /* uint64_t: ns since the epoch, 0: unknown */
	MEMBER_OBJECT, /* a struct of that shape */
	MEMBER_LIST,   /* a pointer to such structs, and their number at nr_offset */
	MEMBER_INLINE, /* an array of them, and their number at nr_offset */
	/* by put() alone: */
	MEMBER_INT,
	MEMBER_TEXTS,  /* a list of texts */
	MEMBER_TUPLES, /* a list of lists of two or three unsigned integers */
};

/* Names that a member may have for a value, and what the schema calls them. */
struct json_names {
	const char *key;
	const char *(*name)(unsigned int value);
	unsigned int nr;
};

struct json;
struct json_shape;

/*
 * A row. Its functions ask json->what, the struct whose members are written, json->outer, the one
 * around it, or json->all.
 */
struct json_member {
	const char *name;
	enum json_kind kind;
	const struct json_names *names;
	const struct json_shape *shape;
	size_t nr_offset; /* of a size_t */
	size_t offset, size;
	const char *text; /* what it is, for the schema; NULL where the name says it */
	bool or_null;	  /* 0, no text, and no struct that it is from: it is null */
	const void *(*from)(const struct json *json); /* the struct that has it; else json->what */
	bool (*known)(const struct json *json);	      /* false: it is null */
	bool (*when)(const struct json *json);	      /* false: it is left out */
	/* writes what is in no struct, or not as it is printed */
	void (*put)(struct json *json, const char *key);
};

/* An object: its name in the schema, what it is, its members in their order. */
struct json_shape {
	const char *name, *text;
	const struct json_member *members;
	size_t nr;
};

/* A document is one line: an object, which begins with the schema's name and its type. */
struct json_document {
	const char *type, *text;
	const struct json_shape *shape;
	unsigned int bucket_figures; /* so many numbers each bucket of its paths has */
};

struct json {
	FILE *out;
	bool more; /* something stands before, in the object or list that is open */
	const struct json_document *document;
	const void *all;   /* what the document is made from */
	const void *what;  /* the struct whose members are written */
	const void *outer; /* the one whose member it is */
};

extern const struct json_document json_header, json_interval, json_total, json_diff, json_detect,
	json_check;

/* `what` has the members of the document. Returns 0 or a negative errno. */
int json__document(FILE *out, const struct json_document *document, const void *what,
		   const void *all);

/*
 * One value. A key is a plain name, or NULL in a list. Names are made valid UTF-8; what was not
 * measured is null, never 0.
 */
void json__object(struct json *json, const char *key, const struct json_shape *shape,
		  const void *what);
/* Of `nr` structs of `size` bytes. */
void json__list(struct json *json, const char *key, const struct json_shape *shape,
		const void *list, size_t nr, size_t size);
/* '{' or '[' to open; '}' or ']' to close. */
void json__open(struct json *json, const char *key, char bracket);
void json__close(struct json *json, char bracket);
/* NULL is null. */
void json__str(struct json *json, const char *key, const char *text);
/* Programs read 63 bits: what is more is shown as the largest of them. */
void json__uint(struct json *json, const char *key, uint64_t n);
void json__int(struct json *json, const char *key, int64_t n);
/* Null for what is not finite. */
void json__real(struct json *json, const char *key, double x);
/* A thousandth of n with three decimals, exact: ns in us. */
void json__thousandths(struct json *json, const char *key, uint64_t n);
void json__bool(struct json *json, const char *key, bool b);
/* "2026-11-22T09:14:02.000000000Z" of ns since the epoch; null for 0. */
void json__utc(struct json *json, const char *key, uint64_t wall_ns);

/*
 * The rows of a table, of a member of a struct. Behind what is named here come the row's text, then
 * what else it has of struct json_member, each with its name.
 */
/* clang-format off */
#define SHOW_AT(name_, kind_, type, member) \
	.name = name_, .kind = kind_, .offset = offsetof(type, member), \
	.size = sizeof(((type *)0)->member)
#define SHOW_KIND(type, member) \
	_Generic(((type *)0)->member,                                              \
		bool: MEMBER_BOOL,                                                 \
		unsigned int: MEMBER_UINT,                                         \
		unsigned long: MEMBER_UINT,                                        \
		double: MEMBER_REAL,                                               \
		char *: MEMBER_TEXT,                                               \
		const char *: MEMBER_STRING)
#define SHOW(type, member, ...) SHOW_AS(#member, type, member, ##__VA_ARGS__)
#define SHOW_AS(name, type, member, ...) \
	{ SHOW_AT(name, SHOW_KIND(type, member), type, member), ##__VA_ARGS__ }
#define SHOW_ENUM(name, type, member, names_, ...) \
	{ .names = &names_, SHOW_AT(name, MEMBER_ENUM, type, member), ##__VA_ARGS__ }
#define SHOW_UTC(name, type, member, ...) \
	{ SHOW_AT(name, MEMBER_UTC, type, member), ##__VA_ARGS__ }
#define SHOW_OBJECT(name, type, member, shape_, ...) \
	{ .shape = &shape_, SHOW_AT(name, MEMBER_OBJECT, type, member), ##__VA_ARGS__ }
#define SHOW_LIST(name, ...)   SHOW_ELEMENTS(name, MEMBER_LIST, __VA_ARGS__)
#define SHOW_INLINE(name, ...) SHOW_ELEMENTS(name, MEMBER_INLINE, __VA_ARGS__)
#define SHOW_ELEMENTS(name_, kind_, type, member, nr_member, shape_, ...)          \
	{                                                                          \
		.name = name_, .kind = kind_, .shape = &shape_,                    \
		.nr_offset = offsetof(type, nr_member),                            \
		.offset = offsetof(type, member),                                  \
		.size = sizeof(((type *)0)->member[0]), ##__VA_ARGS__              \
	}
/* What put() writes. */
#define SHOW_BY(put_, name_, kind_, ...) \
	{ .name = name_, .put = put_, .kind = kind_, .size = 0, ##__VA_ARGS__ }

#define JSON_SHAPE(id, text) \
	const struct json_shape id##_shape = { #id, text, id##_members, ARRAY_LEN(id##_members) }
/* The names of an enum, by the function that gives them. */
#define JSON_NAMES(id, key, function, end)                                         \
	static const char *id##_name(unsigned int value) { return function(value); } \
	static const struct json_names id##_names = { key, id##_name, end }
/* The functions of a row. */
#define JSON_FROM(id, value) \
	static const void *id(const struct json *json) { return value; }
#define JSON_IF(id, value) \
	static bool id(const struct json *json) { return value; }
#define JSON_PUT(id, writer, value) \
	static void id(struct json *json, const char *key) { writer(json, key, value); }
/* clang-format on */

#endif

/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * JSON, written as it is made: nothing of it is in memory, however many devices a guest has. What
 * writing failed with, the stream knows: output__finish().
 *
 * A key is a plain name, or NULL in a list. Names are made valid UTF-8.
 */
#ifndef XT_OUTPUT_JSON_H
#define XT_OUTPUT_JSON_H

#include "output/format.h"

struct json {
	FILE *out;
	bool more; /* something stands before, in the object or list that is open */
};

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
void json__bool(struct json *json, const char *key, bool b);
void json__null(struct json *json, const char *key);
/* What was not measured is null, never 0. */
void json__known(struct json *json, const char *key, bool known, uint64_t n);
/* "2026-11-22T09:14:02.000000000Z" of ns since the epoch; null for 0. */
void json__utc(struct json *json, const char *key, uint64_t wall_ns);

/* A list of objects: put(json, &list[i], …) writes the members of each. */
#define JSON_LIST(json, key, list, nr, put, ...)                \
	do {                                                    \
		json__open(json, key, '[');                     \
		for (size_t at_ = 0; at_ < (nr); at_++) {       \
			json__open(json, NULL, '{');            \
			put(json, &(list)[at_], ##__VA_ARGS__); \
			json__close(json, '}');                 \
		}                                               \
		json__close(json, ']');                         \
	} while (0)

/* A document is one line: an object, which begins with the schema's name and what it is. */
void json__begin(struct json *json, const char *type);
/* Returns 0 or a negative errno. */
int json__end(struct json *json);

#endif

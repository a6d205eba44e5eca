/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Bytes in memory, written at the end and read from the start, and names, each some bytes, that are
 * said once and then called by their numbers. Who writes and who reads remembers the first failure,
 * so that it has to be asked for only once.
 */
#ifndef XT_RECORDING_BYTES_H
#define XT_RECORDING_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A growing buffer; {} is an empty one. */
struct bytes {
	uint8_t *data;
	size_t len, room;
	int err; /* -ENOMEM: what was put since is not in it */
};

void bytes__free(struct bytes *bytes);
/* Room for n more bytes at the end, which the caller fills; NULL without memory. */
uint8_t *bytes__grow(struct bytes *bytes, size_t n);
void bytes__put(struct bytes *bytes, const void *data, size_t n);
/* 7 bits a byte, the lowest first; bit 7 says that more follow. */
void bytes__varint(struct bytes *bytes, uint64_t value);
/* Put the length of what follows `mark` in front of it. */
void bytes__prefix(struct bytes *bytes, size_t mark);

/* Distances both ways as numbers from 0 on: 0, -1, 1, -2, ... */
static inline uint64_t zigzag(uint64_t number, uint64_t expected)
{
	int64_t step = number - expected;

	return (uint64_t)step << 1 ^ (uint64_t)(step >> 63);
}

static inline uint64_t unzigzag(uint64_t value, uint64_t expected)
{
	return expected + (value >> 1 ^ -(value & 1));
}

/* What is left to read. Once it is `bad`, everything read is 0. */
struct cursor {
	const uint8_t *at, *end;
	bool bad; /* it ended too early, or made no sense */
};

struct cursor cursor__over(const void *data, size_t len);

static inline size_t cursor__left(const struct cursor *c)
{
	return c->bad ? 0 : (size_t)(c->end - c->at);
}

/* Of any length; most are of one byte. */
uint64_t cursor__long_varint(struct cursor *c);

static inline uint64_t cursor__varint(struct cursor *c)
{
	return cursor__left(c) && *c->at < 0x80 ? *c->at++ : cursor__long_varint(c);
}

/* The next n bytes, NULL when there are fewer. */
const uint8_t *cursor__take(struct cursor *c, uint64_t n);
/* As many as the varint before them says; bad as well when it is. */
struct cursor cursor__slice(struct cursor *c);

/* Numbers are 0, 1, … in the order in which names came. */
struct dict;

/* Returns NULL without memory. */
struct dict *dict__new(void);
void dict__free(struct dict *dict);

/* The number of this name, which is added if it is new; sets *err to -ENOMEM without memory. */
uint64_t dict__number(struct dict *dict, const struct bytes *name, int *err);
size_t dict__count(const struct dict *dict);
/* Append those from the number `from` on, for dict__read(). */
void dict__write(const struct dict *dict, size_t from, struct bytes *out);

/*
 * Add the names that were written there. They stay where they are: `in` must outlive this.
 * Returns 0, -EBADMSG, -E2BIG or -ENOMEM.
 */
int dict__read(struct dict *dict, struct cursor in);
/* A name by its number, for an element that it names: bad when there is none. */
struct cursor dict__use(struct dict *dict, uint64_t number);
/* How many names were used so, of all that there are. */
size_t dict__used(const struct dict *dict);

#endif

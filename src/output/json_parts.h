/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The parts of a JSON line. jansson's setters fail on NULL too, so errors are collected with |= and
 * looked at once, in json__done().
 */
#ifndef XT_OUTPUT_JSON_PARTS_H
#define XT_OUTPUT_JSON_PARTS_H

#include <jansson.h>

#include "output/format.h"

/* Set a member; the value's reference is taken. Returns 0, or -1 without memory. */
int put(json_t *obj, const char *key, json_t *value);
/* "2026-11-22T09:14:02.000000000Z" of ns since the epoch; null for 0. */
json_t *json__utc(uint64_t wall_ns);
/* Made valid UTF-8; null for a NULL text. */
int put__str(json_t *obj, const char *key, const char *raw);
/* jansson has no unsigned integers: what exceeds 2^63 - 1 is shown as that. */
int put__int(json_t *obj, const char *key, uint64_t n);
int put__bool(json_t *obj, const char *key, bool b);
int put__real(json_t *obj, const char *key, double x);
/* The finished value; on an error it is released, and the result is NULL. */
json_t *json__done(json_t *json, int err);

/* Each makes the named part of a line, owned by the caller; NULL without memory. */
json_t *json__cpu(const struct report *report);
json_t *json__per_vcpu(const struct snapshot *snap);
json_t *json__channels(const struct snapshot *snap);
json_t *json__bus(const struct snapshot *snap);
json_t *json__paths(const struct snapshot *snap);
json_t *json__queues(const struct snapshot *snap);
json_t *json__nics(const struct snapshot *snap);
json_t *json__drops(const struct snapshot *snap);
json_t *json__slowest(const struct snapshot *snap);
json_t *json__losses(const struct snapshot *snap);
/* `missing`: what none of its members accounts for. */
json_t *json__conservation(const struct conservation *io, int64_t missing);
json_t *json__probes(const struct snapshot *snap);
json_t *json__own_cost(const struct report *report);
json_t *json__findings(const struct findings *findings);

#endif

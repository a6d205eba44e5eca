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
json_t *json__int(uint64_t n);
int put__int(json_t *obj, const char *key, uint64_t n);
int put__bool(json_t *obj, const char *key, bool b);
int put__real(json_t *obj, const char *key, double x);
/* The finished value; on an error it is released, and the result is NULL. */
json_t *json__done(json_t *json, int err);

/* Each makes the named part of a line, owned by the caller; NULL without memory. */
json_t *json__cpu(const struct report *report);
/* `missing`: what none of its members accounts for. */
json_t *json__conservation(const struct conservation *io, int64_t missing);
json_t *json__own_cost(const struct report *report);
/* Of the snapshot's lists the i-th element, for json_stream__list(); of the findings, too. */
json_t *json__vcpu(const struct report *report, size_t i);
json_t *json__channel(const struct report *report, size_t i);
json_t *json__bus(const struct report *report, size_t i);
json_t *json__path(const struct report *report, size_t i);
json_t *json__interval_path(const struct report *report, size_t i);
json_t *json__queue(const struct report *report, size_t i);
json_t *json__nic(const struct report *report, size_t i);
json_t *json__drop(const struct report *report, size_t i);
json_t *json__slow(const struct report *report, size_t i);
json_t *json__loss(const struct report *report, size_t i);
json_t *json__probe(const struct report *report, size_t i);
/* Of exact__names(). */
json_t *json__exact(const struct report *report, size_t i);
json_t *json__finding(const struct report *report, size_t i);
/* Of the ledger's: rows of vCPU time, and of what requests waited. */
json_t *json__cpu_row(const struct report *report, size_t i);
json_t *json__wait_row(const struct report *report, size_t i);

#endif

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "model/owners.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/snapshot.h"

#define NAME(id, name, ...)	[id] = name,
#define WHY(id, name, why, ...) [id] = why,

static const char *const by_names[] = { OWNERS_BY(NAME) };
static const char *const kind_names[] = { OWNER_KINDS(NAME) };
static const char *const kind_whys[] = { OWNER_KINDS(WHY) };

const char *owners_by__name(enum owners_by by)
{
	return (unsigned int)by < BY_NR ? by_names[by] : "?";
}

const char *owner_kind__name(enum owner_kind kind)
{
	return (unsigned int)kind < OWNER_KIND_NR ? kind_names[kind] : "?";
}

const char *owner_kind__why(enum owner_kind kind)
{
	return (unsigned int)kind < OWNER_KIND_NR ? kind_whys[kind] : "?";
}

enum owners_by owners_by__find(const char *name)
{
	enum owners_by by = BY_COMM;

	while (by < BY_NR && strcmp(by_names[by], name))
		by++;
	return by;
}

void owner__title(const struct owner *owner, enum owners_by by, char title[OWNER_TITLE])
{
	if (owner->kind != OWNER_NAMED)
		snprintf(title, OWNER_TITLE, "%s", owner_kind__name(owner->kind));
	else if (by == BY_PID)
		snprintf(title, OWNER_TITLE, "%s[%" PRIu64 "]", owner->name, owner->id);
	else
		snprintf(title, OWNER_TITLE, "%s", *owner->name ? owner->name : "?");
}

/* A cgroup and a process are told by their number: the name may be learned later, or change. */
bool owner__same(const struct owner *a, const struct owner *b)
{
	if (a->kind != b->kind || a->id != b->id)
		return false;
	return a->kind != OWNER_NAMED || a->id || !strcmp(a->name, b->name);
}

/*
 * Some requests were only counted, and no followed one stands for them yet: take it that they lasted as
 * long as the others.
 */
static void fill(struct owner_row *row, const struct owner *owner, uint64_t elapsed_ns)
{
	const struct hist *h = &owner->hist;
	const struct hist_sum sum = hist__sum(h);

	row->owner = owner;
	row->count = hist__count(h);
	row->followed = hist__followed(h);
	row->bytes = owner->bytes;
	row->mean_ns = hist__mean_ns(h);
	row->waited_ns = sum.count == row->count ? sum.ns : row->mean_ns * row->count;
	row->p99_ns = hist__quantile(h, .99);
	row->max_ns = h->max;
	if (elapsed_ns)
		row->per_second = row->count * 1e9 / elapsed_ns;
}

static int by_waited(const void *a, const void *b)
{
	const struct owner_row *x = a, *y = b;

	if (x->waited_ns != y->waited_ns)
		return x->waited_ns < y->waited_ns ? 1 : -1;
	if (x->count != y->count)
		return x->count < y->count ? 1 : -1;
	if (x->owner->kind != y->owner->kind)
		return x->owner->kind < y->owner->kind ? -1 : 1;
	return strcmp(x->owner->name, y->owner->name);
}

int owner_rows__build(struct owner_rows *rows, const struct snapshot *snap, uint64_t elapsed_ns)
{
	uint64_t nobody = 0;

	rows->rows = calloc(snap->nr_owners ? snap->nr_owners : 1, sizeof(*rows->rows));
	if (!rows->rows)
		return -ENOMEM;
	for (size_t i = 0; i < snap->nr_owners; i++) {
		struct owner_row *row = &rows->rows[rows->nr];

		fill(row, &snap->owners[i], elapsed_ns);
		if (!row->count)
			continue;
		rows->nr++;
		rows->count += row->count;
		rows->waited_ns += row->waited_ns;
		nobody += row->owner->kind == OWNER_NAMED ? 0 : row->count;
	}
	for (size_t i = 0; i < rows->nr && rows->waited_ns; i++)
		rows->rows[i].share = (double)rows->rows[i].waited_ns / rows->waited_ns;
	if (rows->count)
		rows->nobody = (double)nobody / rows->count;
	qsort(rows->rows, rows->nr, sizeof(*rows->rows), by_waited);
	return 0;
}

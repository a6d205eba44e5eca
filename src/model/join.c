// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "model/join.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

/* sysfs: "vbd-", the domain, and the number of the device in that. */
static bool parse_back(const char *name, unsigned int *domain, unsigned int *number)
{
	return sscanf(name, "vbd-%u-%u", domain, number) == 2;
}

unsigned int join__domain_of(const char *device)
{
	unsigned int domain, number;

	return parse_back(device, &domain, &number) ? domain : 0;
}

/* The number of the row's device on xenbus; 0: it is no disk of blkfront, or its leg is divided already. */
static unsigned int number_of(const struct platform *guest, const struct wait_row *row)
{
	const struct disk *disk = row->area == AREA_DISK ? platform__disk(guest, row->device)
							 : NULL;

	for (size_t i = 0; i < row->nr_legs; i++)
		if (row->legs[i].roles & PATH_BACK_END)
			return 0;
	return disk ? disk->vbd : 0;
}

static bool is_rear(const struct wait_row *row, unsigned int domain, unsigned int number)
{
	unsigned int its_domain, its_number;

	return row->area == AREA_BACK_END && row->measured &&
	       parse_back(row->device, &its_domain, &its_number) && its_number == number &&
	       (!domain || its_domain == domain);
}

static bool has_any_rear(const struct ledger *rear)
{
	for (size_t i = 0; i < rear->nr_waits; i++)
		if (rear->waits[i].area == AREA_BACK_END)
			return true;
	return false;
}

/* Does this domain have a disk with the number of one of the guest's? */
static bool may_be(const struct join_input *input, unsigned int domain)
{
	for (size_t i = 0; i < input->front->nr_waits; i++) {
		const unsigned int number = number_of(input->guest, &input->front->waits[i]);

		for (size_t k = 0; number && k < input->rear->nr_waits; k++)
			if (is_rear(&input->rear->waits[k], domain, number))
				return true;
	}
	return false;
}

#define DOMAINS 0x8000 /* Xen's numbers of domains are below */

/* The only domain that may be the guest's. */
static int find_domain(const struct join_input *input, unsigned int *domain)
{
	bool *asked = calloc(DOMAINS, sizeof(*asked));
	int err = asked ? 0 : -ENOMEM;

	*domain = 0;
	for (size_t i = 0; !err && i < input->rear->nr_waits; i++) {
		const struct wait_row *row = &input->rear->waits[i];
		const unsigned int its = row->area == AREA_BACK_END ? join__domain_of(row->device)
								    : 0;

		if (!its || its >= DOMAINS || asked[its])
			continue;
		asked[its] = true;
		if (!may_be(input, its))
			continue;
		err = *domain ? -EEXIST : 0;
		*domain = its;
	}
	free(asked);
	return err ?: *domain ? 0 : -ENOENT;
}

/* Has dom0 any requests of this disk? It has no syncs, and its discards are not measured. */
static bool has_rear(const struct join_input *input, unsigned int domain, unsigned int number)
{
	for (size_t i = 0; i < input->rear->nr_waits; i++)
		if (is_rear(&input->rear->waits[i], domain, number))
			return true;
	return false;
}

static const struct wait_row *rear_of(const struct join_input *input, unsigned int domain,
				      const struct wait_row *front)
{
	const unsigned int number = number_of(input->guest, front);

	for (size_t i = 0; i < input->rear->nr_waits; i++) {
		const struct wait_row *row = &input->rear->waits[i];

		if (is_rear(row, domain, number) && !strcmp(row->op, front->op))
			return row;
	}
	return NULL;
}

/* Some may be under way at the begin or end of one recording and not of the other. */
static bool are_the_same(const struct wait_row *front, const struct wait_row *rear)
{
	const double more = fabs((double)front->count - (double)rear->count);

	return more <= 2 + 2 * front->in_flight && more <= 1 + .02 * (double)front->count;
}

static void join_row__fill(struct join_row *row, const struct wait_row *front,
			   const struct wait_row *rear)
{
	row->front = front;
	row->rear = rear;
	row->rear_count = rear->count;
	for (size_t i = 0; i < front->nr_legs; i++)
		if (front->legs[i].roles & PATH_DEVICE)
			row->backend_ns += front->legs[i].share_ns;
	for (size_t i = 0; i < rear->nr_legs; i++)
		if (rear->legs[i].roles & PATH_DEVICE)
			row->storage_ns += rear->legs[i].share_ns;
	row->rear_ns = rear->mean_ns;
	row->ring_ns = row->backend_ns - row->rear_ns;
	row->exact = are_the_same(front, rear);
}

int join__build(struct join *join, const struct join_input *input)
{
	const struct ledger *front = input->front;
	bool any = false;
	int err;

	memset(join, 0, sizeof(*join));
	for (size_t i = 0; i < front->nr_waits; i++)
		any |= number_of(input->guest, &front->waits[i]) != 0;
	if (!any)
		return -ENODEV;
	if (!has_any_rear(input->rear))
		return -ENODATA;
	join->domain = input->domain ? input->domain : input->guest->domain;
	err = join->domain ? 0 : find_domain(input, &join->domain);
	if (!err && !may_be(input, join->domain))
		err = -ENOENT;
	if (err)
		return err;
	join->rows = calloc(front->nr_waits, sizeof(*join->rows));
	if (!join->rows)
		return -ENOMEM;
	for (size_t i = 0; i < front->nr_waits; i++) {
		const struct wait_row *row = &front->waits[i], *rear;

		const unsigned int number = number_of(input->guest, row);

		if (!number)
			continue;
		rear = rear_of(input, join->domain, row);
		if (rear)
			join_row__fill(&join->rows[join->nr_rows++], row, rear);
		else if (!has_rear(input, join->domain, number))
			join->nr_alone++;
	}
	return 0;
}

/* Legs behind the backend's get their places behind dom0's parts of it. */
#define ORDERS_OF_PARTS 16

static bool is_leg_of(const struct path *path, const struct wait_row *row)
{
	return path->key.kind == KIND_WAIT && path->key.area == row->area &&
	       !strcmp(path->key.device, row->device) && !strcmp(path->key.op, row->op) &&
	       !path_key__is_whole(&path->key);
}

/* A new path behind the others, as long as there is room for it: NULL without memory. */
static struct path *add_path(struct snapshot *snap, const struct path_key *like, const char *side,
			     const char *leg)
{
	struct path *paths = realloc(snap->paths, (snap->nr_paths + 1) * sizeof(*paths)), *path;

	if (!paths)
		return NULL;
	snap->paths = paths;
	path = &paths[snap->nr_paths++];
	memset(path, 0, sizeof(*path));
	path->key = *like;
	path->key.roles = PATH_BACK_END;
	STR_SET(path->key.leg, "%s%s", side, leg);
	return path;
}

/* What is left of `row`, by as many requests as the guest has. */
static int add_ring(const struct join_row *row, const struct path_key *device, struct snapshot *out)
{
	struct path *path = add_path(out, device, "", "ring");
	struct hist_bucket *bucket;

	if (!path)
		return -ENOMEM;
	path->key.order = device->order + ORDERS_OF_PARTS - 1;
	bucket = hist__use(&path->hist, hist__index(row->ring_ns));
	if (!bucket)
		return -ENOMEM;
	bucket->count = row->front->count;
	bucket->ns = row->ring_ns * row->front->count;
	path->hist.max = row->ring_ns;
	return 0;
}

static int add_parts(const struct join_row *row, const struct path_key *device,
		     const struct snapshot *rear, struct snapshot *out)
{
	for (size_t i = 0; i < rear->nr_paths; i++) {
		const struct path *part = &rear->paths[i];
		struct path *path;

		if (!is_leg_of(part, row->rear))
			continue;
		path = add_path(out, device, "dom0 ", part->key.leg);
		if (!path || hist__copy(&path->hist, &part->hist))
			return -ENOMEM;
		path->key.mech = part->key.mech;
		if (part->key.roles & PATH_DEVICE)
			path->key.roles = PATH_DEVICE;
		path->key.order = device->order + part->key.order;
	}
	return add_ring(row, device, out);
}

/* The paths that this row has so far: the backend's is taken out, and returned by its key. */
static bool take_device(const struct join_row *row, struct snapshot *out, struct path_key *device)
{
	size_t nr = 0;
	bool found = false;

	for (size_t i = 0; i < out->nr_paths; i++) {
		struct path *path = &out->paths[i];

		if (is_leg_of(path, row->front) && path->key.roles & PATH_DEVICE) {
			*device = path->key;
			hist__free(&path->hist);
			free(path->stacks);
			found = true;
			continue;
		}
		out->paths[nr++] = *path;
	}
	out->nr_paths = nr;
	for (size_t i = 0; found && i < nr; i++)
		if (is_leg_of(&out->paths[i], row->front) &&
		    out->paths[i].key.order > device->order)
			out->paths[i].key.order += ORDERS_OF_PARTS;
	return found;
}

/* Not where some requests were only counted: the guest's legs stand for those then, and dom0's do not. */
static bool can_be_divided(const struct join_row *row)
{
	return row->exact && row->front->followed == row->front->count && row->ring_ns > 0 &&
	       row->ring_ns * row->front->count < 0x1p63;
}

int join__divide(const struct join *join, const struct snapshot *front, const struct snapshot *rear,
		 struct snapshot *out)
{
	int err = snapshot__delta(out, front, NULL);

	for (size_t i = 0; !err && i < join->nr_rows; i++) {
		struct path_key device;

		if (can_be_divided(&join->rows[i]) && take_device(&join->rows[i], out, &device))
			err = add_parts(&join->rows[i], &device, rear, out);
	}
	if (err)
		snapshot__free(out);
	return err;
}

void join__free(struct join *join)
{
	free(join->rows);
}

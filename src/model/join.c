// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "model/join.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

/* What tells a guest's devices apart: the number on xenbus of a disk, and behind those a NIC's. */
#define NICS (1ull << 32)

/* sysfs of dom0: the kind, the domain, and the number of the device in that; 0: it is no such name. */
static uint64_t parse_back(const char *name, unsigned int *domain)
{
	unsigned int number;

	if (sscanf(name, "vbd-%u-%u", domain, &number) == 2)
		return number;
	if (sscanf(name, "vif-%u-%u", domain, &number) == 2)
		return NICS + number;
	return 0;
}

unsigned int join__domain_of(const char *device)
{
	unsigned int domain;

	return parse_back(device, &domain) ? domain : 0;
}

/*
 * The number of the row's device; 0: it is no disk of blkfront and nothing that netfront sent, or its leg is
 * divided already.
 */
static uint64_t number_of(const struct platform *guest, const struct wait_row *row)
{
	const struct disk *disk;
	const struct nic *nic;

	for (size_t i = 0; i < row->nr_legs; i++)
		if (row->legs[i].roles & PATH_BACK_END)
			return 0;
	if (row->area == AREA_DISK) {
		disk = platform__disk(guest, row->device);
		return disk ? disk->vbd : 0;
	}
	if (row->area == AREA_NET && row->roles & PATH_SENT) {
		nic = platform__nic(guest, row->device);
		return nic && nic->vif ? NICS + nic->vif - 1 : 0;
	}
	return 0;
}

static bool is_rear(const struct wait_row *row, unsigned int domain, uint64_t number)
{
	unsigned int its_domain;

	return row->area == AREA_BACK_END && row->measured &&
	       parse_back(row->device, &its_domain) == number && (!domain || its_domain == domain);
}

static bool has_any_rear(const struct ledger *rear)
{
	for (size_t i = 0; i < rear->nr_waits; i++)
		if (rear->waits[i].area == AREA_BACK_END)
			return true;
	return false;
}

/* How many of the guest's rows are of devices whose numbers this domain's have, too. */
static size_t matches(const struct join_input *input, unsigned int domain)
{
	size_t nr = 0;

	for (size_t i = 0; i < input->front->nr_waits; i++) {
		const uint64_t number = number_of(input->guest, &input->front->waits[i]);

		for (size_t k = 0; number && k < input->rear->nr_waits; k++)
			if (is_rear(&input->rear->waits[k], domain, number)) {
				nr++;
				break;
			}
	}
	return nr;
}

#define DOMAINS 0x8000 /* Xen's numbers of domains are below */

/* The domain that has most of the guest's devices; nearly all have a first NIC. -EEXIST: several have. */
static int find_domain(const struct join_input *input, unsigned int *domain)
{
	bool *asked = calloc(DOMAINS, sizeof(*asked)), tied = false;
	size_t most = 0, nr;
	int err = asked ? 0 : -ENOMEM;

	*domain = 0;
	for (size_t i = 0; !err && i < input->rear->nr_waits; i++) {
		const struct wait_row *row = &input->rear->waits[i];
		const unsigned int its = row->area == AREA_BACK_END ? join__domain_of(row->device)
								    : 0;

		if (!its || its >= DOMAINS || asked[its])
			continue;
		asked[its] = true;
		nr = matches(input, its);
		if (nr > most)
			*domain = its;
		tied = nr == most || (tied && nr < most);
		most = nr > most ? nr : most;
	}
	free(asked);
	if (err || !most)
		return err ?: -ENOENT;
	return tied ? -EEXIST : 0;
}

/* Has dom0 anything of this device? It has no syncs, and its discards are not measured. */
static bool has_rear(const struct join_input *input, unsigned int domain, uint64_t number)
{
	for (size_t i = 0; i < input->rear->nr_waits; i++)
		if (is_rear(&input->rear->waits[i], domain, number))
			return true;
	return false;
}

static const struct wait_row *rear_of(const struct join_input *input, unsigned int domain,
				      const struct wait_row *front)
{
	const uint64_t number = number_of(input->guest, front);

	for (size_t i = 0; i < input->rear->nr_waits; i++) {
		const struct wait_row *row = &input->rear->waits[i];

		if (is_rear(row, domain, number) && !strcmp(row->op, front->op))
			return row;
	}
	return NULL;
}

/* Some may be under way at the begin or end of one recording and not of the other. */
static bool may_be_equal(uint64_t front, uint64_t rear, double in_flight)
{
	const double more = fabs((double)front - (double)rear);

	return more <= 2 + 2 * in_flight && more <= 1 + .02 * (double)front;
}

/* Frames come without anybody's asking, as ARP's do, and dom0 is recorded for longer. */
static bool frames_may_be_equal(uint64_t front, uint64_t rear)
{
	return fabs((double)front - (double)rear) <= 10 + .02 * (double)front;
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
	/* that is at the same time, or later */
	for (size_t i = 0; i < rear->nr_legs; i++)
		if (rear->legs[i].roles & PATH_ANSWERED)
			row->rear_ns -= rear->legs[i].share_ns;
	row->ring_ns = row->backend_ns - row->rear_ns;
	row->exact = front->roles & PATH_SENT
			     ? frames_may_be_equal(front->count, rear->count)
			     : may_be_equal(front->count, rear->count, front->in_flight);
}

/* dom0's row of the frames that a NIC of the guest received, of its counters and polls. */
static const struct wait_row *received_of(const struct join_input *input, unsigned int domain,
					  const struct nic *nic)
{
	for (size_t i = 0; i < input->rear->nr_waits; i++) {
		const struct wait_row *row = &input->rear->waits[i];

		if (is_rear(row, domain, NICS + nic->vif - 1) && row->roles & PATH_RECEIVED)
			return row;
	}
	return NULL;
}

static const struct wait_row *polls_of(const struct ledger *front, const char *nic)
{
	for (size_t i = 0; i < front->nr_waits; i++)
		if (front->waits[i].roles & PATH_POLL && !strcmp(front->waits[i].device, nic))
			return &front->waits[i];
	return NULL;
}

static int add_received(struct join *join, const struct join_input *input)
{
	const struct snapshot *snap = input->snap;

	join->received = calloc(snap->nr_nics + 1, sizeof(*join->received));
	if (!join->received)
		return -ENOMEM;
	for (size_t i = 0; i < snap->nr_nics; i++) {
		const struct nic_use *use = &snap->nics[i];
		const struct nic *nic = platform__nic(input->guest, use->device);
		const struct wait_row *rear =
			nic && nic->vif ? received_of(input, join->domain, nic) : NULL;

		if (rear)
			join->received[join->nr_received++] = (struct join_received) {
				.device = use->device,
				.count = use->rx_packets,
				.polls = polls_of(input->front, use->device),
				.rear = rear,
				.exact = frames_may_be_equal(use->rx_packets, rear->count),
			};
	}
	return 0;
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
	if (!err && !matches(input, join->domain))
		err = -ENOENT;
	if (err)
		return err;
	join->rows = calloc(front->nr_waits, sizeof(*join->rows));
	if (!join->rows)
		return -ENOMEM;
	for (size_t i = 0; i < front->nr_waits; i++) {
		const struct wait_row *row = &front->waits[i], *rear;

		const uint64_t number = number_of(input->guest, row);

		if (!number)
			continue;
		rear = rear_of(input, join->domain, row);
		if (rear)
			join_row__fill(&join->rows[join->nr_rows++], row, rear);
		else if (!has_rear(input, join->domain, number))
			join->nr_alone++;
	}
	return add_received(join, input);
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

		if (!is_leg_of(part, row->rear) || part->key.roles & PATH_ANSWERED)
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
	free(join->received);
}

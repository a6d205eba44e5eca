// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Rules about this domain as others' back end: guests' disk requests and frames wait here for a CPU, or for the
 * device below. In a guest that serves nobody there are no such requests.
 */
#include "model/rules.h"

#include <string.h>

#define STARVED_NS \
	5e6 /* until the thread runs: Xen's schedulers and Linux' give slices of some ms */
#define DEVICE_SLOW_NS 10e6 /* as backend-slow judges the guest's leg */
#define DOMINATES      0.5  /* of what is waited here */

/* A guest's requests in parts. */
struct parts {
	uint64_t wake_ns, device_ns;
};

static struct parts parts_of(const struct wait_row *row)
{
	struct parts parts = {};

	for (size_t i = 0; i < row->nr_legs; i++) {
		if (row->legs[i].roles & PATH_DEVICE)
			parts.device_ns += row->legs[i].ns;
		else if (row->legs[i].roles & PATH_WAKE)
			parts.wake_ns += row->legs[i].ns;
	}
	return parts;
}

static bool is_nic(const struct wait_row *row)
{
	return row->roles & (PATH_SENT | PATH_RECEIVED);
}

static const char *what_of(const struct wait_row *row)
{
	return is_nic(row) ? "frames" : "requests";
}

/* Of a guest's device the operation for which most was waited. */
static bool is_judged(const struct question *q, const struct wait_row *row)
{
	if (row->area != AREA_BACK_END || !row->measured || row->followed < EVENTS_ENOUGH)
		return false;
	for (const struct wait_row *other = q->ledger->waits; other < row; other++)
		if (other->area == row->area && !strcmp(other->device, row->device))
			return false;
	return true;
}

static void show(struct finding *f, const struct wait_row *row, const struct parts *parts)
{
	char mean[MEAN_LEN];

	rule__mean(mean, row);
	if (is_nic(row))
		finding__figure(f, "%s frames (%s), mean %s here: %ss until a CPU took them",
				COUNT(row->count), row->op, mean,
				NS((double)parts->wake_ns / row->count));
	else
		finding__figure(f,
				"%s requests (%s), mean %s here: %ss until the thread ran, %ss in "
				"the device",
				COUNT(row->count), row->op, mean,
				NS((double)parts->wake_ns / row->count),
				NS((double)parts->device_ns / row->count));
}

static void ask_dom0_starved(struct question *q)
{
	for (size_t i = 0; i < q->ledger->nr_waits; i++) {
		const struct wait_row *row = &q->ledger->waits[i];
		const struct parts parts = parts_of(row);
		struct finding *f;

		if (!is_judged(q, row) || parts.wake_ns < DOMINATES * row->waited_ns ||
		    parts.wake_ns < STARVED_NS * row->count)
			continue;
		f = rule__met(q, row->device);
		finding__say(f, "%s of %s wait for a CPU of this domain", what_of(row),
			     row->device);
		show(f, row, &parts);
		if (!is_nic(row))
			finding__exclude(f, "the device: %.1f %% of the time that they were here",
					 100 * ledger__share(parts.device_ns, row->waited_ns));
		finding__do(f, REMEDY_LIVE,
			    "find what keeps the vCPUs here busy (CPU, and stolen, above): "
			    "real-time processes, tools, other guests' back ends");
		finding__do(f, REMEDY_HOST,
			    "give this domain more weight or CPUs of its own: xl sched-credit2 -d "
			    "Domain-0 -w 1024, dom0_max_vcpus and dom0_vcpus_pin");
		finding__cost(f, KIND_WAIT, parts.wake_ns);
		finding__gain(f, KIND_WAIT, 0, parts.wake_ns);
		finding__check(f, CHECK_AGAIN);
	}
}

static void ask_device_slow(struct question *q)
{
	for (size_t i = 0; i < q->ledger->nr_waits; i++) {
		const struct wait_row *row = &q->ledger->waits[i];
		const struct parts parts = parts_of(row);
		struct finding *f;

		if (!is_judged(q, row) || parts.device_ns < DOMINATES * row->waited_ns ||
		    parts.device_ns < DEVICE_SLOW_NS * row->count)
			continue;
		f = rule__met(q, row->device);
		finding__say(f, "the storage below %s is slow, and not this domain", row->device);
		show(f, row, &parts);
		finding__exclude(f, "this domain's CPUs: %.1f %% of the time until the thread ran",
				 100 * ledger__share(parts.wake_ns, row->waited_ns));
		finding__do(f, REMEDY_HOST,
			    "look at this domain's own disks (WAIT, queue and device), and at what "
			    "they lie on");
		finding__cost(f, KIND_WAIT, parts.device_ns);
		finding__gain(f, KIND_WAIT, 0, parts.device_ns);
		finding__check(f, CHECK_AGAIN);
	}
}

static const struct rule rules[] = {
	{ "dom0-starved", ask_dom0_starved },
	{ "device-slow", ask_device_slow },
};
RULES(back_rules, rules);

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Rules about who makes requests slow: the back end, the guest's own code, its I/O scheduler, or a
 * vCPU that wants to run and does not. Each is called only where the others are not the cause.
 */
#include "model/rules.h"

#include <stdio.h>
#include <string.h>

/*
 * From when on the back end is slow: a disk that turns takes that long, and anything newer less; the
 * 25 ms that esxtop's DAVG is judged by are of arrays that many share.
 */
#define BACKEND_SLOW_NS 10e6
/* KAVG, what the kernel adds, is judged by 2 ms there. */
#define GUEST_SLOW_NS	2e6
#define DOMINATES	0.5  /* of what is waited */
#define RING_FULL_SHARE 0.05 /* as in findings_ring.c */
#define TAIL_MIN	5    /* of the slowest requests: fewer are no tail ... */
#define TAIL_FACTOR	3    /* ... nor are those that take less, of the mean */
#define OVERLAP_MIN	50   /* requests of which the vCPU's runstate is known */
#define STEAL_SHARE	0.05

/* Whose a row's wait is. */
struct division {
	uint64_t queue_ns, device_ns, after_ns;
	bool stolen_known;
	double stolen, held; /* shares of the time from issue to end, of those that are known */
};

static struct division divide(const struct question *q, const struct wait_row *row)
{
	struct division wait = { .stolen_known = row->overlap_measured &&
						 row->overlap_count >= OVERLAP_MIN };
	unsigned int device = 0;

	for (size_t i = 0; i < row->nr_legs; i++) {
		const struct wait_leg *leg = &row->legs[i];

		if (leg->roles & (PATH_DEVICE | PATH_BACK_END)) {
			wait.device_ns += leg->ns;
			device = leg->order;
		} else if (leg->order == 1) {
			wait.queue_ns += leg->ns;
		} else if (device && leg->order > device) {
			wait.after_ns += leg->ns;
		}
	}
	if (wait.stolen_known) {
		wait.stolen = ledger__share(row->stolen_ns, row->overlap_ns);
		wait.held = ledger__share(row->held_ns, row->overlap_ns);
	} else if (q->snap->cpu.steal_measured && q->snap->cpu.total_ns) {
		wait.stolen = ledger__share(q->snap->cpu.stolen_ns, q->snap->cpu.total_ns);
		wait.stolen_known = wait.stolen < STEAL_SHARE;
	}
	return wait;
}

/* A disk's busiest requests, if they are enough and their legs are known. */
static bool is_judged(const struct question *q, const struct wait_row *row, enum mech mech)
{
	return rule__is_disk(row, mech) && row->measured && row->nr_legs &&
	       row->followed >= EVENTS_ENOUGH && row->waited_ns &&
	       rule__busiest(q->ledger, row->device) == row && !(row->roles & PATH_FLUSH);
}

static double ns_each(const struct wait_row *row, double ns)
{
	return ns / row->count;
}

static double noise_ns(const struct wait_row *row)
{
	return hist__mean_error_ns(row->hist);
}

static void exclude_stolen(struct finding *f, const struct division *wait)
{
	finding__exclude(f, "the vCPU: stolen in %.1f %% of the time, held off in %.1f %%",
			 100 * wait->stolen, 100 * wait->held);
}

static void exclude_guest(struct finding *f, const struct wait_row *row,
			  const struct division *wait)
{
	finding__exclude(f, "the guest: queue %.1f %%, handler and finish %.1f %% of the wait",
			 100 * ledger__share(wait->queue_ns, row->waited_ns),
			 100 * ledger__share(wait->after_ns, row->waited_ns));
}

static void exclude_backend(struct finding *f, const struct wait_row *row,
			    const struct division *wait)
{
	finding__exclude(f, "the back end or device: %.1f %% of the wait, %ss a request",
			 100 * ledger__share(wait->device_ns, row->waited_ns),
			 NS(ns_each(row, wait->device_ns)));
}

/* How long the back end takes for one, if it has its places all the time: it has as many at once. */
static double one_ns(const struct queue_use *use, double device_ns)
{
	bool full = use && use->places && use->most >= use->places;

	return full ? device_ns / use->places : device_ns;
}

static void judge_backend(struct question *q, const struct wait_row *row)
{
	const struct queue_use *use = rule__queue(q->snap, row->device);
	struct division wait = divide(q, row);
	double mean = ns_each(row, wait.device_ns) * (1 - wait.stolen - wait.held);
	struct finding *f;

	if (wait.device_ns < DOMINATES * row->waited_ns ||
	    one_ns(use, mean - noise_ns(row)) < BACKEND_SLOW_NS)
		return;
	if (!wait.stolen_known) {
		rule__untestable_of(q, row->device,
				    "nobody knows whether vCPUs were stolen meanwhile");
		return;
	}
	f = rule__met(q, row->device);
	finding__say(f, "%s %s: the back end takes long", row->device, row->op);
	finding__figure(f, "%ss (+-%ss) a request in the back end, %.1f %% of %.2f s waited",
			NS(ns_each(row, wait.device_ns)), NS(noise_ns(row)),
			100 * ledger__share(wait.device_ns, row->waited_ns), row->waited_ns / 1e9);
	if (use && use->places)
		finding__figure(
			f, "at most %llu under way in one queue of %llu places; %.1f in flight",
			(unsigned long long)use->most, (unsigned long long)use->places,
			row->in_flight);
	exclude_guest(f, row, &wait);
	exclude_stolen(f, &wait);
	finding__do(f, REMEDY_HOST,
		    "look there: the disk of the back end (iostat in dom0), and whether "
		    "its process or thread gets CPU time");
	finding__cost(f, KIND_WAIT, wait.device_ns);
	finding__gain_unknown(f, "what the storage itself takes is not seen from here");
	finding__check(f, "xentrace-bpf in dom0 at the same time: its disks' waits");
}

static void ask_backend_slow(struct question *q)
{
	if (!rule__knows_disks(q))
		return;
	for (size_t i = 0; i < q->ledger->nr_waits; i++)
		if (is_judged(q, &q->ledger->waits[i], MECH_PV))
			judge_backend(q, &q->ledger->waits[i]);
}

/* Without a scheduler nobody keeps requests in the queue but the guest's own code. */
static uint64_t guest_ns(const struct division *wait, const struct disk *disk)
{
	bool unscheduled = disk && !strcmp(disk->scheduler, "none");

	return wait->after_ns + (unscheduled ? wait->queue_ns : 0);
}

static void judge_guest(struct question *q, const struct wait_row *row)
{
	struct division wait = divide(q, row);
	uint64_t ns = guest_ns(&wait, platform__disk(q->platform, row->device));
	double stolen_ns = (wait.stolen + wait.held) * row->waited_ns;
	struct finding *f;

	if (ns < DOMINATES * row->waited_ns || ns_each(row, ns) - noise_ns(row) < GUEST_SLOW_NS)
		return;
	if (!wait.stolen_known) {
		rule__untestable_of(q, row->device,
				    "nobody knows whether vCPUs were stolen meanwhile");
		return;
	}
	if (stolen_ns > DOMINATES * ns)
		return;
	f = rule__met(q, row->device);
	finding__say(f, "%s %s: the guest's own code keeps requests", row->device, row->op);
	finding__figure(f, "%ss (+-%ss) a request in the guest, %.1f %% of %.2f s waited",
			NS(ns_each(row, ns)), NS(noise_ns(row)),
			100 * ledger__share(ns, row->waited_ns), row->waited_ns / 1e9);
	finding__figure(f, "queue %ss, handler and finish %ss a request",
			NS(ns_each(row, wait.queue_ns)), NS(ns_each(row, wait.after_ns)));
	exclude_backend(f, row, &wait);
	exclude_stolen(f, &wait);
	finding__do(f, REMEDY_LIVE,
		    "look which vCPU handles its interrupt (-C) and what runs there: "
		    "real-time tasks, other interrupts; move one of them");
	finding__cost(f, KIND_WAIT, ns);
	finding__gain(f, KIND_WAIT, 0, ns);
}

static void ask_guest_slow(struct question *q)
{
	if (!rule__knows_disks(q))
		return;
	for (size_t i = 0; i < q->ledger->nr_waits; i++) {
		const struct wait_row *row = &q->ledger->waits[i];

		if (is_judged(q, row, MECH_PV) || is_judged(q, row, MECH_HARDWARE))
			judge_guest(q, row);
	}
}

/* Requests that waited for the ring's last place are not the scheduler's choice. */
static bool is_full(const struct question *q, const struct wait_row *row)
{
	const struct queue_use *use = rule__queue(q->snap, row->device);

	return use &&
	       ledger__share(use->last_waited_ns, rule__disk(q->ledger, row->device).waited_ns) >=
		       RING_FULL_SHARE;
}

static void judge_scheduler(struct question *q, const struct wait_row *row)
{
	const struct disk *disk = platform__disk(q->platform, row->device);
	struct division wait = divide(q, row);
	struct finding *f;

	if (!disk || !*disk->scheduler || !strcmp(disk->scheduler, "none") || is_full(q, row) ||
	    wait.queue_ns < DOMINATES * row->waited_ns ||
	    ns_each(row, wait.queue_ns) - noise_ns(row) < GUEST_SLOW_NS)
		return;
	f = rule__met(q, row->device);
	finding__say(f, "%s %s: the I/O scheduler %s keeps requests, though there are places",
		     row->device, row->op, disk->scheduler);
	finding__figure(f, "%ss (+-%ss) a request in its queue, %.1f %% of %.2f s waited",
			NS(ns_each(row, wait.queue_ns)), NS(noise_ns(row)),
			100 * ledger__share(wait.queue_ns, row->waited_ns), row->waited_ns / 1e9);
	finding__exclude(f, "a full ring: requests that took its last place waited less than 5 %%");
	exclude_backend(f, row, &wait);
	finding__do(f, REMEDY_LIVE,
		    "echo none > /sys/block/%s/queue/scheduler: the host schedules, too",
		    row->device);
	finding__cost(f, KIND_WAIT, wait.queue_ns);
	finding__gain(f, KIND_WAIT, 0, wait.queue_ns);
}

static void ask_scheduler_queue(struct question *q)
{
	if (!rule__knows_disks(q))
		return;
	for (size_t i = 0; i < q->ledger->nr_waits; i++) {
		const struct wait_row *row = &q->ledger->waits[i];

		for (enum mech mech = 0; mech < MECH_NR; mech++)
			if (is_judged(q, row, mech))
				judge_scheduler(q, row);
	}
}

/* The slowest requests of which the issuing vCPU's runstate is known. */
struct tail {
	size_t nr, known;
	uint64_t total_ns, stolen_ns, held_ns, least_ns;
};

static struct tail find_tail(const struct snapshot *snap)
{
	struct tail tail = { .least_ns = UINT64_MAX };

	for (size_t i = 0; i < snap->nr_slow; i++) {
		const struct slow_request *slow = &snap->slow[i];

		tail.nr++;
		if (!slow->issued || !slow->overlap_known)
			continue;
		tail.known++;
		tail.total_ns += slow->total_ns;
		tail.stolen_ns += slow->stolen_ns;
		tail.held_ns += slow->held_ns;
		if (slow->total_ns < tail.least_ns)
			tail.least_ns = slow->total_ns;
	}
	return tail;
}

/* Of all disks' requests: how many, what they waited, and in how much of it a vCPU was stolen. */
static void sum_disks(const struct ledger *ledger, uint64_t *count, uint64_t *waited_ns,
		      uint64_t *stolen_ns)
{
	*count = *waited_ns = *stolen_ns = 0;
	for (size_t i = 0; i < ledger->nr_waits; i++) {
		const struct wait_row *row = &ledger->waits[i];

		if (row->area != AREA_DISK || row->stacked)
			continue;
		*count += row->count;
		*waited_ns += row->waited_ns;
		*stolen_ns += row->stolen_ns;
	}
}

static void answer_tail(struct question *q, const struct tail *tail, uint64_t stolen_ns)
{
	struct finding *f = rule__met(q, "");
	double stolen = ledger__share(tail->stolen_ns, tail->total_ns);
	double held = ledger__share(tail->held_ns, tail->total_ns);

	finding__say(f, "the slowest requests are slow while their vCPU wants to run and does not");
	finding__figure(f,
			"of the %zu slowest requests known, %.2f s, it was runnable and not run in "
			"%.1f %%",
			tail->known, tail->total_ns / 1e9, 100 * stolen);
	finding__figure(f,
			"the shortest of them took %ss; all vCPUs were stolen %.1f %% of the run",
			NS(tail->least_ns),
			100 * ledger__share(q->snap->cpu.stolen_ns, q->snap->cpu.total_ns));
	finding__exclude(f, "the device model, or Xen: held it off in %.1f %%", 100 * held);
	finding__exclude(f,
			 "the back end, and the guest's run queue: at most %.1f %%, while the vCPU "
			 "ran or was idle",
			 100 * (1 - stolen - held));
	finding__do(f, REMEDY_HOST,
		    "fewer vCPUs a host core, a larger credit weight, or pinned vCPUs");
	finding__cost(f, KIND_WAIT, stolen_ns);
	finding__gain(f, KIND_WAIT, tail->stolen_ns, stolen_ns);
	finding__check(f, "Slowest: stolen; the p99 of the same load");
}

static void ask_stolen_tail(struct question *q)
{
	struct tail tail = find_tail(q->snap);
	uint64_t count, waited_ns, stolen_ns;

	if (!rule__knows_disks(q))
		return;
	if (!q->snap->cpu.has_runstate) {
		rule__untestable(q, "there is no runstate of Xen's here");
		return;
	}
	sum_disks(q->ledger, &count, &waited_ns, &stolen_ns);
	if (tail.nr >= TAIL_MIN && tail.known < TAIL_MIN && count >= EVENTS_ENOUGH) {
		rule__untestable(
			q, "too few of the slowest requests ended on the vCPU that issued them");
		return;
	}
	if (tail.known < TAIL_MIN || count < EVENTS_ENOUGH ||
	    tail.least_ns < (double)TAIL_FACTOR * waited_ns / count ||
	    tail.stolen_ns < DOMINATES * tail.total_ns)
		return;
	answer_tail(q, &tail, stolen_ns);
}

static const struct rule rules[] = {
	{ "backend-slow", ask_backend_slow },
	{ "guest-slow", ask_guest_slow },
	{ "scheduler-queue", ask_scheduler_queue },
	{ "stolen-tail", ask_stolen_tail },
};
RULES(slow_rules, rules);

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * How findings are asked for, put together and ranked, and what the rules share. A rule reads the
 * ledger and the platform, and claims nothing without a figure of this run. Rules of one subject
 * are in one file: a new one is a function and a row in the table there.
 */
#include "model/findings.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/rules.h"

/* Answers that are not met are told in this order. */
static const struct rules *const subjects[] = {
	&run_rules,   &disk_rules,  &ring_rules, &slow_rules, &time_rules,
	&guest_rules, &event_rules, &net_rules,	 &back_rules,
};

#define SUBJECTS (sizeof(subjects) / sizeof(subjects[0]))

const char *verdict__name(enum verdict verdict)
{
	static const char *const names[] = {
		[FINDING_NOT_MET] = "not met",
		[FINDING_MET] = "met",
		[FINDING_UNTESTABLE] = "not testable",
	};

	return (unsigned int)verdict <= FINDING_UNTESTABLE ? names[verdict] : "?";
}

const char *remedy__name(enum remedy remedy)
{
#define NAME(id, name) [id] = name,
	static const char *const names[] = { XT_REMEDIES(NAME) };
#undef NAME

	return (unsigned int)remedy < REMEDY_NR ? names[remedy] : "?";
}

/* Answers. */

static struct finding *answer(struct question *q, enum verdict verdict)
{
	struct findings *out = q->out;
	struct finding *all = realloc(out->all, (out->nr + 1) * sizeof(*all));

	if (!all) {
		q->err = -ENOMEM;
		q->spare = (struct finding) {};
		return &q->spare;
	}
	out->all = all;
	all[out->nr] = (struct finding) { .id = q->id, .verdict = verdict, .order = out->nr };
	out->nr_met += verdict == FINDING_MET;
	out->nr_not_met += verdict == FINDING_NOT_MET;
	out->nr_untestable += verdict == FINDING_UNTESTABLE;
	return &all[out->nr++];
}

struct finding *rule__met(struct question *q, const char *subject)
{
	struct finding *f = answer(q, FINDING_MET);

	snprintf(f->subject, sizeof(f->subject), "%s", subject);
	finding__check(f, CHECK_AGAIN);
	return f;
}

/* Write to `field`, an array, what the caller was given. */
#define SET_VARARGS(field, fmt)                             \
	do {                                                \
		va_list args;                               \
                                                            \
		va_start(args, fmt);                        \
		vsnprintf(field, sizeof(field), fmt, args); \
		va_end(args);                               \
	} while (0)

void rule__untestable(struct question *q, const char *fmt, ...)
{
	struct finding *f = answer(q, FINDING_UNTESTABLE);

	SET_VARARGS(f->what, fmt);
}

void rule__untestable_of(struct question *q, const char *subject, const char *fmt, ...)
{
	struct finding *f = answer(q, FINDING_UNTESTABLE);

	snprintf(f->subject, sizeof(f->subject), "%s", subject);
	SET_VARARGS(f->what, fmt);
}

void finding__say(struct finding *f, const char *fmt, ...)
{
	SET_VARARGS(f->what, fmt);
}

void finding__figure(struct finding *f, const char *fmt, ...)
{
	for (size_t i = 0; i < FINDING_FIGURES; i++) {
		if (*f->figures[i])
			continue;
		SET_VARARGS(f->figures[i], fmt);
		return;
	}
}

void finding__exclude(struct finding *f, const char *fmt, ...)
{
	for (size_t i = 0; i < FINDING_EXCLUDED; i++) {
		if (*f->excluded[i])
			continue;
		SET_VARARGS(f->excluded[i], fmt);
		return;
	}
}

void finding__do(struct finding *f, enum remedy remedy, const char *fmt, ...)
{
	struct finding_action *action = &f->actions[f->nr_actions];

	if (f->nr_actions == FINDING_ACTIONS)
		return;
	f->nr_actions++;
	action->remedy = remedy;
	SET_VARARGS(action->what, fmt);
}

void finding__check(struct finding *f, const char *fmt, ...)
{
	SET_VARARGS(f->check, fmt);
}

void finding__cost(struct finding *f, enum kind kind, uint64_t ns)
{
	f->cost_known = true;
	f->cost_kind = kind;
	f->cost_ns = ns;
}

void finding__gain(struct finding *f, enum kind kind, double low_ns, double high_ns)
{
	f->gain = (struct gain) { .known = true };
	f->gain.high = high_ns > 0 ? high_ns / 1e9 : 0;
	f->gain.low = low_ns > 0 ? low_ns / 1e9 : 0;
	if (f->gain.low > f->gain.high)
		f->gain.low = f->gain.high;
	snprintf(f->gain.unit, sizeof(f->gain.unit), "%s",
		 kind == KIND_CPU ? "vCPU-s" : "s waited");
}

void finding__gain_unknown(struct finding *f, const char *fmt, ...)
{
	f->gain = (struct gain) {};
	SET_VARARGS(f->gain.why, fmt);
}

/* What rules ask. */

bool rule__family_is_off(const struct snapshot *snap, const char *family)
{
	bool known = false;

	for (size_t i = 0; i < snap->nr_probes; i++) {
		if (strcmp(snap->probes[i].family, family))
			continue;
		if (snap->probes[i].rung != RUNG_OFF)
			return false;
		known = true;
	}
	return known;
}

bool rule__has_virtio(const struct platform *platform)
{
	return platform && (platform->boot == BOOT_KVM || platform->not_xen);
}

const struct feature *rule__feature(const struct platform *platform, enum feature_id id)
{
	for (size_t i = 0; platform && i < platform->nr_features; i++)
		if (platform->features[i].id == id)
			return &platform->features[i];
	return NULL;
}

size_t rule__online_vcpus(const struct snapshot *snap)
{
	size_t online = 0;

	for (size_t i = 0; i < snap->nr_vcpus; i++)
		online += snap->vcpus[i].online;
	return online;
}

bool rule__is_disk(const struct wait_row *row, enum mech mech)
{
	return row->area == AREA_DISK && row->mech == mech && row->count && !row->stacked;
}

const char *rule__mean(char buf[MEAN_LEN], const struct wait_row *row)
{
	char mean[UNITS_LEN], error[UNITS_LEN];
	double error_ns = row->hist ? hist__mean_error_ns(row->hist) : 0;

	units__ns(mean, row->mean_ns);
	if (error_ns > 0)
		snprintf(buf, MEAN_LEN, "%ss (+-%ss)", mean, units__ns(error, error_ns));
	else
		snprintf(buf, MEAN_LEN, "%ss", mean);
	return buf;
}

uint64_t rule__legs_ns(const struct wait_row *row, unsigned int roles)
{
	uint64_t ns = 0;

	for (size_t i = 0; i < row->nr_legs; i++)
		if (row->legs[i].roles & roles)
			ns += row->legs[i].ns;
	return ns;
}

struct cpu_sum rule__cpu(const struct ledger *ledger, enum mech mech, enum area area,
			 const char *device)
{
	struct cpu_sum sum = {};

	for (size_t i = 0; i < ledger->cpu.nr_rows; i++) {
		const struct cpu_row *row = &ledger->cpu.rows[i];

		if (row->mech != mech || row->area != area ||
		    (device && strcmp(row->device, device)))
			continue;
		sum.ns += row->ns;
		sum.held_ns += row->held_ns;
		sum.events += row->events;
	}
	return sum;
}

struct cpu_sum rule__role_cpu(const struct snapshot *snap, enum mech mech, unsigned int roles)
{
	struct cpu_sum sum = {};

	for (size_t i = 0; i < snap->nr_paths; i++) {
		const struct path *path = &snap->paths[i];

		if (path->key.kind != KIND_CPU || path->key.mech != mech ||
		    !(path->key.roles & roles))
			continue;
		sum.ns += path_key__ns(&path->key, &path->hist);
		sum.held_ns += path->hist.held;
		sum.events += hist__count(&path->hist);
	}
	return sum;
}

bool rule__knows_disks(struct question *q)
{
	if (!rule__family_is_off(q->snap, "blk"))
		return true;
	rule__untestable(q, "no probe of family blk is on");
	return false;
}

const struct wait_row *rule__busiest(const struct ledger *ledger, const char *device)
{
	for (size_t i = 0; i < ledger->nr_waits; i++)
		if (ledger->waits[i].area == AREA_DISK && !strcmp(ledger->waits[i].device, device))
			return &ledger->waits[i];
	return NULL;
}

/* An empty flush waits for those that serve it: the longer of the two is the disk's. */
struct disk_sum rule__disk(const struct ledger *ledger, const char *device)
{
	struct disk_sum sum = {};

	for (size_t i = 0; i < ledger->nr_waits; i++) {
		const struct wait_row *row = &ledger->waits[i];

		if (row->area != AREA_DISK || strcmp(row->device, device))
			continue;
		sum.count += row->count;
		sum.waited_ns += row->waited_ns;
		if (row->roles & PATH_FLUSH && row->waited_ns > sum.flush_ns) {
			sum.flush_count = row->count;
			sum.flush_ns = row->waited_ns;
		}
	}
	return sum;
}

const struct disk_counts *rule__counts(const struct snapshot *snap, const char *device)
{
	for (size_t i = 0; i < snap->nr_disk_counts; i++)
		if (!strcmp(snap->disk_counts[i].device, device))
			return &snap->disk_counts[i];
	return NULL;
}

const struct queue_use *rule__queue(const struct snapshot *snap, const char *device)
{
	for (size_t i = 0; i < snap->nr_queues; i++)
		if (!strcmp(snap->queues[i].device, device))
			return &snap->queues[i];
	return NULL;
}

/* The whole. */

static const struct rule *find_rule(const char *id)
{
	for (size_t i = 0; i < SUBJECTS; i++)
		for (size_t n = 0; n < subjects[i]->nr; n++)
			if (!strcmp(subjects[i]->rule[n].id, id))
				return &subjects[i]->rule[n];
	return NULL;
}

bool findings__has(const char *id)
{
	return find_rule(id);
}

static void ask(struct question *q, const struct rule *rule)
{
	size_t answers = q->out->nr;

	q->id = rule->id;
	rule->ask(q);
	/* silence is an answer too, and must be counted */
	if (!q->err && q->out->nr == answers)
		answer(q, FINDING_NOT_MET);
}

/*
 * Those that are met come first: about the data, then by the time that they cost. Time of vCPUs and
 * time waited are compared as they are, and never added.
 */
static int by_rank(const void *a, const void *b)
{
	const struct finding *x = a, *y = b;
	bool x_met = x->verdict == FINDING_MET, y_met = y->verdict == FINDING_MET;

	if (x_met != y_met)
		return x_met ? -1 : 1;
	if (x_met && x->first != y->first)
		return x->first ? -1 : 1;
	if (x_met && x->cost_known != y->cost_known)
		return x->cost_known ? -1 : 1;
	if (x_met && x->cost_ns != y->cost_ns)
		return x->cost_ns > y->cost_ns ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

int findings__test(struct findings *out, const struct snapshot *snap,
		   const struct platform *platform, const struct ledger *ledger)
{
	struct question q = { .snap = snap, .platform = platform, .ledger = ledger, .out = out };

	*out = (struct findings) {};
	for (size_t i = 0; i < SUBJECTS; i++)
		for (size_t n = 0; !q.err && n < subjects[i]->nr; n++)
			ask(&q, &subjects[i]->rule[n]);
	if (q.err)
		findings__free(out);
	else if (out->nr)
		qsort(out->all, out->nr, sizeof(*out->all), by_rank);
	return q.err;
}

void findings__free(struct findings *findings)
{
	free(findings->all);
	*findings = (struct findings) {};
}

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "probe/budget.h"

#include <string.h>
#include <unistd.h>

#include "base/clock.h"

/* Between two changes, unless the budget is passed twofold: a load that changes is not run after. */
#define CALM_NS 5000000000ull
/* Too short to measure: reading a snapshot ticks as well, perhaps shortly after the last tick. */
#define SHORT_NS 100000000ull
/* More are followed again only if that leaves some of the budget. */
#define SPARE 0.75
/*
 * Fewer are followed only if that saves this part of what the whole tracing costs: it is no use where
 * others are dear, and samples are worth something, too.
 */
#define WORTH 0.02

/* The smallest exponent that is enough for one of `every`. */
static unsigned int exponent(unsigned int every)
{
	unsigned int rate = 0;

	while (rate < XT_RATE_MOST && 1u << rate < every)
		rate++;
	return rate;
}

static const struct follows *follows_of(int family)
{
	return families[family]->follows;
}

static __u64 *rate_of(const struct tracer *tracer, enum xt_rate what)
{
	return &tracer->layout->cpu[0].rate[what];
}

static void set_rate(const struct tracer *tracer, enum xt_rate what, unsigned int rate)
{
	__atomic_store_n(rate_of(tracer, what), rate, __ATOMIC_RELAXED);
}

double budget__run_ns(const struct tracer *tracer, enum xt_probe probe)
{
	const enum rung rung = tracer->loader.attempts[probe].rung;

	if (rung != RUNG_OFF && probe_table[probe].kind == PROBE_SITES)
		return calibration__site_ns(&tracer->calibration);
	return calibration__run_ns(&tracer->calibration, rung);
}

uint64_t budget__spent_ns(const struct tracer *tracer)
{
	const struct layout *layout = tracer->layout;
	double ns = 0;

	for (int id = 0; id < XT_PROBE_NR; id++) {
		const double price = budget__run_ns(tracer, id);

		for (unsigned int cpu = 0; price > 0 && cpu < layout->cpus; cpu++)
			ns += price * (double)layout->cpu[cpu].runs[id];
	}
	for (int i = 0; i < FAMILIES; i++) {
		const struct follows *follows = follows_of(i);

		if (follows)
			ns -= (double)follows->counted(layout) * follows->programs *
			      (tracer->calibration.body_ns - tracer->calibration.count_ns);
	}
	return ns > 0 ? ns : 0;
}

void budget__start(struct tracer *tracer)
{
	struct budget *budget = &tracer->budget;

	*budget = (struct budget) { .at_ns = clock__monotonic_ns() };
	budget->spent_ns = budget__spent_ns(tracer);
	for (int i = 0; i < FAMILIES; i++) {
		const struct follows *follows = follows_of(i);

		if (!follows)
			continue;
		budget->events[follows->what] = follows->events(tracer->layout);
		set_rate(tracer, follows->what, exponent(tracer->layout->wanted->every));
	}
}

/* What happened since the last tick. */
struct since {
	double spent_ns;
	double rest_ns; /* of it, what did not go to events that may be counted only */
	double budget_ns;
	uint64_t events[XT_RATES];
};

/* What these events cost at this rate. */
static double cost_ns(const struct tracer *tracer, const struct follows *follows,
		      const struct since *since, unsigned int rate)
{
	const struct calibration *price = &tracer->calibration;
	const double counted = price->dispatch_ns + price->count_ns;
	const double followed = price->body_ns - price->count_ns;

	return (double)since->events[follows->what] * follows->programs *
	       (counted + followed / (1u << rate));
}

static void look_back(struct tracer *tracer, uint64_t now, struct since *since)
{
	const double share = tracer->layout->wanted->max_overhead;
	const uint64_t spent = budget__spent_ns(tracer);
	struct budget *budget = &tracer->budget;

	*since = (struct since) {
		.spent_ns = (double)spent - (double)budget->spent_ns,
		.budget_ns = share * sysconf(_SC_NPROCESSORS_ONLN) * (double)(now - budget->at_ns),
	};
	since->rest_ns = since->spent_ns;
	for (int i = 0; i < FAMILIES; i++) {
		const struct follows *follows = follows_of(i);
		uint64_t events;

		if (!follows)
			continue;
		events = follows->events(tracer->layout);
		since->events[follows->what] = events - budget->events[follows->what];
		budget->events[follows->what] = events;
		since->rest_ns -= cost_ns(tracer, follows, since, *rate_of(tracer, follows->what));
	}
	since->rest_ns = since->rest_ns > 0 ? since->rest_ns : 0;
	budget->spent_ns = spent;
	budget->at_ns = now;
}

/*
 * The rates at which all that is followed fits into the budget beside the rest. Each time the kind is
 * halved that saves most by it.
 */
static void plan(const struct tracer *tracer, const struct since *since, double budget_ns,
		 unsigned int rates[XT_RATES])
{
	double sum, most;

	memset(rates, 0, XT_RATES * sizeof(*rates));
	do {
		enum xt_rate halved = 0;

		sum = since->rest_ns;
		most = 0;
		for (int i = 0; i < FAMILIES; i++) {
			const struct follows *follows = follows_of(i);
			double now, then;

			if (!follows)
				continue;
			now = cost_ns(tracer, follows, since, rates[follows->what]);
			then = cost_ns(tracer, follows, since, rates[follows->what] + 1);
			sum += now;
			if (rates[follows->what] < XT_RATE_MOST && now - then > most) {
				most = now - then;
				halved = follows->what;
			}
		}
		if (sum > budget_ns && most > WORTH * since->spent_ns)
			rates[halved]++;
	} while (sum > budget_ns && most > WORTH * since->spent_ns);
}

/* One step from what is to what should be; all of it where the budget is passed twofold. */
static bool approach(const struct tracer *tracer, const unsigned int fits[XT_RATES],
		     const unsigned int spares[XT_RATES], bool at_once)
{
	bool changed = false;

	for (int what = 0; what < XT_RATES; what++) {
		unsigned int now = *rate_of(tracer, what), next = now;

		if (fits[what] > now)
			next = at_once ? fits[what] : now + 1;
		else if (spares[what] < now && !at_once)
			next = now - 1;
		if (next != now)
			set_rate(tracer, what, next);
		changed |= next != now;
	}
	return changed;
}

void budget__tick(struct tracer *tracer)
{
	const struct wanted *wanted = tracer->layout->wanted;
	unsigned int fits[XT_RATES], spares[XT_RATES];
	const uint64_t now = clock__monotonic_ns();
	struct budget *budget = &tracer->budget;
	struct since since;
	bool twofold;

	if (now < budget->at_ns + SHORT_NS)
		return;
	look_back(tracer, now, &since);
	if (wanted->every || wanted->max_overhead <= 0)
		return;
	twofold = since.spent_ns > 2 * since.budget_ns;
	if (!twofold && budget->changed_ns && now < budget->changed_ns + CALM_NS)
		return;
	plan(tracer, &since, since.budget_ns, fits);
	plan(tracer, &since, SPARE * since.budget_ns, spares);
	if (approach(tracer, fits, spares, twofold))
		budget->changed_ns = now;
}

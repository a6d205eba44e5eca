// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "probe/budget.h"

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

/* What a second's events of one kind cost at this rate. */
static double cost_ns(const struct tracer *tracer, const struct follows *follows, uint64_t events,
		      unsigned int rate)
{
	const struct calibration *price = &tracer->calibration;
	const double counted = price->dispatch_ns + price->count_ns;
	const double followed = price->body_ns - price->count_ns;

	return (double)events * follows->programs * (counted + followed / (1u << rate));
}

/*
 * The rates at which all that is followed fits into `left_ns`: each time the dearest kind is halved, if that
 * saves `least_ns`.
 */
static void plan(const struct tracer *tracer, const uint64_t events[XT_RATES], double left_ns,
		 double least_ns, unsigned int rates[XT_RATES])
{
	for (;;) {
		double sum = 0, dearest = 0;
		enum xt_rate raise = 0;

		for (int i = 0; i < FAMILIES; i++) {
			const struct follows *follows = follows_of(i);
			double now, then;

			if (!follows)
				continue;
			now = cost_ns(tracer, follows, events[follows->what], rates[follows->what]);
			sum += now;
			if (rates[follows->what] == XT_RATE_MOST || tracer->layout->wanted->every)
				continue;
			then = cost_ns(tracer, follows, events[follows->what],
				       rates[follows->what] + 1);
			if (now - then > dearest) {
				dearest = now - then;
				raise = follows->what;
			}
		}
		if (sum <= left_ns || !dearest || dearest < least_ns)
			return;
		rates[raise]++;
	}
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
	const double share = tracer->layout->wanted->max_overhead;
	unsigned int fits[XT_RATES] = {}, spares[XT_RATES] = {};
	uint64_t now = clock__monotonic_ns(), spent, events[XT_RATES] = {};
	struct budget *budget = &tracer->budget;
	double budget_ns, spent_ns, rest_ns;
	bool twofold;

	if (now < budget->at_ns + SHORT_NS)
		return;
	spent = budget__spent_ns(tracer);
	spent_ns = rest_ns = (double)spent - (double)budget->spent_ns;
	budget_ns = share * sysconf(_SC_NPROCESSORS_ONLN) * (double)(now - budget->at_ns);
	for (int i = 0; i < FAMILIES; i++) {
		const struct follows *follows = follows_of(i);
		uint64_t sum;

		if (!follows)
			continue;
		sum = follows->events(tracer->layout);
		events[follows->what] = sum - budget->events[follows->what];
		budget->events[follows->what] = sum;
		rest_ns -= cost_ns(tracer, follows, events[follows->what],
				   *rate_of(tracer, follows->what));
		fits[follows->what] = spares[follows->what] =
			exponent(tracer->layout->wanted->every);
	}
	budget->spent_ns = spent;
	budget->at_ns = now;
	if (share <= 0)
		return;
	rest_ns = rest_ns > 0 ? rest_ns : 0;
	plan(tracer, events, budget_ns - rest_ns, WORTH * spent_ns, fits);
	plan(tracer, events, SPARE * budget_ns - rest_ns, WORTH * spent_ns, spares);
	twofold = spent_ns > 2 * budget_ns;
	if (!twofold && budget->changed_ns && now < budget->changed_ns + CALM_NS)
		return;
	if (approach(tracer, fits, spares, twofold))
		budget->changed_ns = now;
}

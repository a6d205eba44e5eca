// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "probe/budget.h"

#include <string.h>
#include <unistd.h>

#include "base/clock.h"

/* Too short to measure: reading a snapshot ticks as well, perhaps shortly after the last tick. */
#define SHORT_NS 100000000ull

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

static uint64_t events_of(const struct layout *layout, const struct follows *follows)
{
	uint64_t nr = 0;

	if (follows->events)
		return follows->events(layout);
	for (unsigned int cpu = 0; cpu < layout->cpus; cpu++)
		nr += layout->cpu[cpu].thinned[follows->what].seq;
	return nr;
}

static uint64_t counted_of(const struct layout *layout, const struct follows *follows)
{
	uint64_t nr = 0;

	if (follows->counted)
		return follows->counted(layout);
	for (unsigned int cpu = 0; cpu < layout->cpus; cpu++)
		nr += layout->cpu[cpu].thinned[follows->what].counted;
	return nr;
}

/* ns that a kernel stack takes here, with as many frames as those that came. */
static double stack_ns(const struct tracer *tracer)
{
	const struct calibration *calibration = &tracer->calibration;
	const double frames = stacks__frames();

	return calibration__stack_ns(calibration, frames ? frames : calibration->stack_frames);
}

/* ns that the programs of an event that is followed take beside counting it, but for its stack. */
static double bodies_ns(const struct tracer *tracer, const struct follows *follows)
{
	return follows->programs * (tracer->calibration.body_ns - tracer->calibration.count_ns);
}

/* ns that following an event takes, beside counting it. */
static double follow_ns(const struct tracer *tracer, const struct follows *follows)
{
	return bodies_ns(tracer, follows) + (stacks__on() ? follows->stacks * stack_ns(tracer) : 0);
}

/* Tell the programs. */
static void set_rates(const struct tracer *tracer)
{
	for (int what = 0; what < XT_RATES; what++)
		__atomic_store_n(&tracer->layout->cpu[0].rate[what],
				 tracer->budget.rates.rate[what], __ATOMIC_RELAXED);
}

double budget__run_ns(const struct tracer *tracer, enum xt_probe probe)
{
	const enum rung rung = tracer->loader.attempts[probe].rung;

	const unsigned int body = probe_table[probe].body;

	if (rung != RUNG_OFF && probe_table[probe].kind == PROBE_SITES)
		return calibration__site_ns(&tracer->calibration);
	return calibration__run_ns(&tracer->calibration, rung, body ? body / 100.0 : 1);
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
			ns -= (double)counted_of(layout, follows) * bodies_ns(tracer, follows);
	}
	ns += (double)stacks__walks(layout) * stack_ns(tracer);
	return ns > 0 ? ns : 0;
}

/* What tracing has cost up to now: the programs, and this process. */
static uint64_t all_spent_ns(const struct tracer *tracer)
{
	return budget__spent_ns(tracer) + clock__ns(CLOCK_PROCESS_CPUTIME_ID);
}

bool budget__is_kept(const struct tracer *tracer)
{
	const struct wanted *wanted = tracer->layout->wanted;

	return !wanted->every && wanted->max_overhead > 0;
}

void budget__start(struct tracer *tracer)
{
	const unsigned int every = tracer->layout->wanted->every;
	struct budget *budget = &tracer->budget;
	unsigned int rate = exponent(every);

	*budget = (struct budget) { .at_ns = clock__monotonic_ns() };
	if (budget__is_kept(tracer))
		rate = rates__at_first(tracer->calibration.clock_ns);
	if (!every)
		budget->at_first = 1u << rate;
	budget->spent_ns = all_spent_ns(tracer);
	for (int i = 0; i < FAMILIES; i++) {
		const struct follows *follows = follows_of(i);

		if (!follows)
			continue;
		budget->rates.rate[follows->what] = rate;
		budget->events[follows->what] = events_of(tracer->layout, follows);
		budget->counted[follows->what] = counted_of(tracer->layout, follows);
	}
	set_rates(tracer);
}

/* What happened since the last tick. */
static void look_back(struct tracer *tracer, uint64_t now, struct load *load)
{
	const double share = tracer->layout->wanted->max_overhead;
	const uint64_t spent = all_spent_ns(tracer);
	struct budget *budget = &tracer->budget;

	*load = (struct load) {
		.spent_ns = (double)spent - (double)budget->spent_ns,
		.budget_ns = share * sysconf(_SC_NPROCESSORS_ONLN) * (double)(now - budget->at_ns),
	};
	for (int i = 0; i < FAMILIES; i++) {
		const struct follows *follows = follows_of(i);
		uint64_t events, counted, all;

		if (!follows)
			continue;
		events = events_of(tracer->layout, follows);
		counted = counted_of(tracer->layout, follows);
		all = events - budget->events[follows->what];
		load->all_ns[follows->what] = (double)all * follow_ns(tracer, follows);
		load->followed_ns[follows->what] =
			(double)(int64_t)(all - (counted - budget->counted[follows->what])) *
			follow_ns(tracer, follows);
		budget->events[follows->what] = events;
		budget->counted[follows->what] = counted;
	}
	budget->spent_ns = spent;
	budget->at_ns = now;
}

void budget__reprice(struct tracer *tracer)
{
	const uint64_t before = budget__spent_ns(tracer);

	if (calibrate__clock_again(&tracer->calibration))
		tracer->budget.spent_ns += budget__spent_ns(tracer) - before;
}

void budget__tick(struct tracer *tracer)
{
	const uint64_t now = clock__monotonic_ns();
	struct load load;

	if (!budget__is_kept(tracer) || now < tracer->budget.at_ns + SHORT_NS)
		return;
	stacks__look(tracer->layout);
	look_back(tracer, now, &load);
	if (rates__step(&tracer->budget.rates, &load, now))
		set_rates(tracer);
}

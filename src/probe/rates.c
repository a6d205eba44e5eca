// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "probe/rates.h"

#include <string.h>

/* Between two changes, unless the budget is passed twofold: a load that changes is not run after. */
#define CALM_NS 5000000000ull
/* More are followed again only if that leaves some of the budget. */
#define SPARE 0.75
/*
 * Fewer are followed only if that saves at least this part of all that tracing costs. Less is not worth
 * the samples that are lost.
 */
#define WORTH 0.02
/* A read of a TSC takes 20 to 80 ns; of an HPET, an ACPI timer or a trapped TSC, 500 and more. */
#define DEAR_CLOCK_NS  500
#define CLOCK_LIKE_TSC 60

unsigned int rates__at_first(double clock_read_ns)
{
	unsigned int rate = 0;

	if (clock_read_ns < DEAR_CLOCK_NS)
		return 0;
	while (rate < XT_RATE_MOST && clock_read_ns / (1u << rate) > CLOCK_LIKE_TSC)
		rate++;
	return rate;
}

/*
 * The rates at which all that is followed fits into this budget beside the rest. Each time the kind is
 * halved that saves most by it.
 */
static void plan(const struct load *load, double budget_ns, unsigned int rates[XT_RATES])
{
	double sum, saved;

	memset(rates, 0, XT_RATES * sizeof(*rates));
	do {
		enum xt_rate halved = 0;

		sum = load->spent_ns;
		saved = 0;
		for (int what = 0; what < XT_RATES; what++) {
			const double now = load->all_ns[what] / (1u << rates[what]);

			sum += now - load->followed_ns[what];
			if (rates[what] < XT_RATE_MOST && now / 2 > saved) {
				saved = now / 2;
				halved = what;
			}
		}
		if (sum <= budget_ns || saved <= WORTH * sum)
			return;
		rates[halved]++;
	} while (true);
}

bool rates__step(struct rates *rates, const struct load *load, uint64_t now_ns)
{
	const bool twofold = load->spent_ns > 2 * load->budget_ns;
	const bool calm = !rates->changed_ns || now_ns >= rates->changed_ns + CALM_NS;
	unsigned int fits[XT_RATES], spares[XT_RATES];
	bool changed = false;

	if (!twofold && !calm)
		return false;
	plan(load, load->budget_ns, fits);
	plan(load, SPARE * load->budget_ns, spares);
	for (int what = 0; what < XT_RATES; what++) {
		unsigned int now = rates->rate[what], next = now;

		if (fits[what] > now)
			next = twofold ? fits[what] : now + 1;
		else if (spares[what] < now && calm)
			next = now - 1;
		rates->rate[what] = next;
		changed |= next != now;
	}
	if (changed)
		rates->changed_ns = now_ns;
	return changed;
}

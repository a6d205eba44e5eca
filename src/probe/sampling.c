// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "probe/sampling.h"

#include "base/clock.h"

/* Share of the CPUs' time that following packets may cost. */
#define BUDGET 0.01

/* Programs that a packet passes on its way: net_dev_queue, _start_xmit, _xmit, and its free. */
#define PROGRAMS 4

#define RATE_MAX ((1u << XT_QUEUED_RATE_BITS) - 1)

static uint64_t count_packets(const struct maps *maps, unsigned int cpus)
{
	uint64_t packets = 0;

	for (unsigned int i = 0; i < cpus * XT_NICS; i++)
		packets += maps->nic_counts[i].tx_packets;
	return packets;
}

/* The smallest exponent that is enough for one of `every`. */
static unsigned int exponent(double every)
{
	unsigned int rate = 0;

	while (rate < RATE_MAX && (double)(1u << rate) < every)
		rate++;
	return rate;
}

static void set_rate(const struct maps *maps, unsigned int rate)
{
	__atomic_store_n(&maps->cpus[0].tx_rate, rate, __ATOMIC_RELAXED);
}

void sampling__start(struct sampling *sampling, const struct maps *maps, unsigned int cpus,
		     const struct calibration *calibration, unsigned int every)
{
	sampling->fixed = every;
	sampling->packet_ns = PROGRAMS * calibration__run_ns(calibration, RUNG_TP_BTF);
	sampling->packets = count_packets(maps, cpus);
	sampling->at_ns = clock__monotonic_ns();
	set_rate(maps, exponent(every));
}

void sampling__tick(struct sampling *sampling, const struct maps *maps, unsigned int cpus)
{
	uint64_t now = clock__monotonic_ns(), packets;
	double cost_ns, budget_ns;

	/* reading a snapshot ticks as well, perhaps shortly after the last tick: too short to measure */
	if (sampling->fixed || now < sampling->at_ns + 100000000)
		return;
	packets = count_packets(maps, cpus);
	cost_ns = (double)(packets - sampling->packets) * sampling->packet_ns;
	budget_ns = BUDGET * cpus * (double)(now - sampling->at_ns);
	sampling->packets = packets;
	sampling->at_ns = now;
	set_rate(maps, exponent(cost_ns / budget_ns));
}

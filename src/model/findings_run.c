// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Rules about the data itself. They come before all others: what those say rests on it. */
#include "model/rules.h"

#include <stdio.h>

static const struct loss *largest_loss(const struct snapshot *snap)
{
	const struct loss *worst = NULL;

	for (size_t i = 0; i < snap->nr_losses; i++) {
		const struct loss *loss = &snap->losses[i];

		if (loss->lost && loss->count && (!worst || loss->count > worst->count))
			worst = loss;
	}
	return worst;
}

/* More than 0.1 %, as the ledger's `incomplete`. */
static void ask_lost_events(struct question *q)
{
	const struct quality *quality = &q->ledger->quality;
	const struct loss *worst = largest_loss(q->snap);
	const struct {
		const char *what;
		int64_t nr;
	} missing[] = { { "requests", quality->io_missing },
			{ "packets", quality->packets_missing } };
	char most[64] = "";
	struct finding *f;

	if (!quality->incomplete)
		return;
	f = rule__met(q, "");
	f->first = true;
	finding__say(f, "the data of this run is incomplete: read its counts as lower bounds");
	if (quality->worst_share > quality->lost_share)
		snprintf(most, sizeof(most), "; of requests, or of packets sent, %.2f %%",
			 100 * quality->worst_share);
	finding__figure(f, "%s events lost of %s (%.2f %%%s)", COUNT(quality->lost),
			COUNT(quality->events), 100 * quality->lost_share, most);
	if (worst)
		finding__figure(f, "%s %s: %s", COUNT(worst->count), worst->name, worst->why);
	for (size_t i = 0; i < 2; i++)
		if (missing[i].nr)
			finding__figure(
				f, "%s: %lld missing from started = completed + in flight + lost",
				missing[i].what, (long long)missing[i].nr);
	finding__do(f, REMEDY_LIVE,
		    "a shorter or narrower trace (-f, -D); report it if it persists");
	finding__gain_unknown(f, "it costs no time: figures become exact");
	finding__check(f, "the first lines of the report say complete");
}

/* What to leave out: programs cost by what they see, the process by what it reads and how often. */
static void advise_budget(struct finding *f, const struct quality *quality,
			  const struct own_cost *cost)
{
	if (quality->own_dearest) {
		finding__figure(f,
				"most by its own process, which reads the figures and writes them: "
				"%.2f vCPU-s",
				cost->user_ns / 1e9);
		finding__do(f, REMEDY_LIVE,
			    "longer intervals (-i), less to read (-f, -D), or allow more "
			    "(--max-overhead)");
		return;
	}
	finding__figure(f, "most by %s; %ss an event, %ss a read of the clock", quality->dearest,
			NS(quality->ns_per_event), NS(cost->clock_read_ns));
	finding__do(f, REMEDY_LIVE,
		    "leave families or disks out (-f, -D), or allow more (--max-overhead)");
}

/* What was allowed (--max-overhead), as the ledger's `over_budget`. */
static void ask_over_budget(struct question *q)
{
	const struct quality *quality = &q->ledger->quality;
	const struct own_cost *cost = &q->snap->cost;
	double allowed_ns = cost->budget * q->snap->cpu.total_ns;
	struct finding *f;

	if (!quality->over_budget)
		return;
	f = rule__met(q, "");
	f->first = true;
	finding__say(f, "tracing itself cost more than it was allowed: it is in the figures");
	finding__figure(f, "%.2f of %.2f vCPU-s (%.2f %%) were the tracer's, %.3g %% were allowed",
			(cost->bpf_ns + cost->user_ns) / 1e9, q->snap->cpu.total_ns / 1e9,
			100 * quality->cost_share, 100 * cost->budget);
	advise_budget(f, quality, cost);
	finding__cost(f, KIND_CPU, cost->bpf_ns + cost->user_ns);
	finding__gain(f, KIND_CPU, cost->bpf_ns + cost->user_ns - allowed_ns,
		      cost->bpf_ns + cost->user_ns);
	finding__check(f, "the last line of the report");
}

static const struct rule rules[] = {
	{ "lost-events", ask_lost_events },
	{ "over-budget", ask_over_budget },
};
RULES(run_rules, rules);

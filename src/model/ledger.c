// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "model/ledger_parts.h"

#include <errno.h>
#include <stdlib.h>

#include "model/exact.h"

/* Above this share of lost events a report says that its data is incomplete (DESIGN §2). */
#define INCOMPLETE_SHARE 0.001

double ledger__share(uint64_t part, uint64_t whole)
{
	return whole ? (double)part / whole : 0;
}

static struct path_sum *sum_paths(const struct snapshot *snap)
{
	struct path_sum *sums = calloc(snap->nr_paths ? snap->nr_paths : 1, sizeof(*sums));

	for (size_t i = 0; sums && i < snap->nr_paths; i++) {
		struct hist_sum sum = hist__sum(&snap->paths[i].hist);

		sums[i].count = sum.count;
		sums[i].ns = sum.ns;
	}
	return sums;
}

static uint64_t count_events(const struct ledger *ledger, const struct snapshot *snap,
			     const struct path_sum *sums)
{
	uint64_t events = 0;

	for (size_t i = 0; i < snap->nr_paths; i++)
		if (snap->paths[i].key.kind == KIND_CPU)
			events += sums[i].count;
	for (size_t i = 0; i < ledger->nr_waits; i++)
		events += ledger->waits[i].count;
	return events;
}

/* What neither ended nor is in flight nor is known as lost. */
static int64_t missing_of(const struct conservation *io)
{
	return io->carried + io->started - io->completed - io->in_flight - io->lost;
}

/* One request may start or end between reading the counters and scanning the slots. */
static bool is_missing(const struct conservation *io)
{
	return llabs(missing_of(io)) > (io->carried + io->started) * INCOMPLETE_SHARE + 1;
}

static double lost_of(const struct conservation *io)
{
	return ledger__share(io->lost, io->carried + io->started);
}

/* Lost requests are not made good by timers and interrupts, of which there are many more. */
static double worst_share(const struct quality *quality, const struct snapshot *snap)
{
	double worst = quality->lost_share;

	if (lost_of(&snap->io) > worst)
		worst = lost_of(&snap->io);
	if (lost_of(&snap->packets) > worst)
		worst = lost_of(&snap->packets);
	return worst;
}

static void judge(struct ledger *ledger, const struct snapshot *snap, const struct path_sum *sums)
{
	struct quality *quality = &ledger->quality;
	const struct own_cost *cost = &snap->cost;

	quality->events = count_events(ledger, snap, sums);
	for (size_t i = 0; i < snap->nr_losses; i++)
		if (snap->losses[i].lost)
			quality->lost += snap->losses[i].count;
	quality->lost_share = ledger__share(quality->lost, quality->events + quality->lost);
	quality->worst_share = worst_share(quality, snap);

	quality->io_missing = missing_of(&snap->io);
	quality->packets_missing = missing_of(&snap->packets);
	quality->incomplete = quality->worst_share > INCOMPLETE_SHARE || is_missing(&snap->io) ||
			      is_missing(&snap->packets);

	quality->cost_share = ledger__share(cost->bpf_ns + cost->user_ns, snap->cpu.total_ns);
	quality->ns_per_event = ledger__share(cost->bpf_ns, quality->events);
	for (size_t i = 0; i < snap->nr_probes; i++) {
		if (!snap->probes[i].applicable || exact__is_site(&snap->probes[i]))
			continue;
		quality->probes++;
		if (snap->probes[i].rung != RUNG_OFF)
			quality->probes_on++;
	}
}

int ledger__build(struct ledger **out, const struct snapshot *snap, const struct platform *platform)
{
	struct ledger *ledger = calloc(1, sizeof(*ledger));
	struct path_sum *sums = sum_paths(snap);
	int err = -ENOMEM;

	if (!ledger || !sums)
		goto out;
	if (snap->end_ns > snap->start_ns)
		ledger->elapsed_ns = snap->end_ns - snap->start_ns;
	err = ledger__build_cpu(&ledger->cpu, snap, sums);
	if (err)
		goto out;
	err = ledger__build_waits(ledger, snap, platform, sums);
	if (err)
		goto out;
	err = event_rows__build(&ledger->events, snap);
	if (err)
		goto out;
	judge(ledger, snap, sums);
	err = findings__test(&ledger->findings, snap, platform, ledger);
	if (err)
		goto out;
	*out = ledger;
out:
	free(sums);
	if (err)
		ledger__free(ledger);
	return err;
}

void ledger__free(struct ledger *ledger)
{
	if (!ledger)
		return;
	findings__free(&ledger->findings);
	free(ledger->cpu.rows);
	free(ledger->waits);
	event_rows__free(&ledger->events);
	free(ledger);
}

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "xentrace/census.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/*
 * Before Xen 4.19 exits of both makers had one event. Intel's last reason is 75 (EXIT_REASON_NOTIFY);
 * from 76 on AMD has all that no guest goes without, as interrupts, MSRs and HLT.
 */
#define REASON_INTEL_LAST 75
#define REASON_AMD_LAST	  0x403

static struct who who_of(uint32_t word)
{
	return (struct who) { true, record__domain(word), record__vcpu(word) };
}

static bool is_same(const struct who *a, const struct who *b)
{
	return a->known == b->known && a->domain == b->domain && a->vcpu == b->vcpu;
}

struct who lost__who(const struct record *record)
{
	/* the other way round than in changes of runstate */
	return (struct who) { record->nr_words >= 2, record->words[1] & 0xffff,
			      record->words[1] >> 16 };
}

uint64_t lost__since(const struct record *record)
{
	uint64_t since = record->words[2] | (uint64_t)record->words[3] << 32;

	return record->nr_words >= 4 && since < record->tsc ? since : record->tsc;
}

static void note_runstate(struct who *on, const struct record *record)
{
	struct who who = who_of(record->words[0]);
	enum xen_state old = record->event >> 8 & 3, new = record->event >> 4 & 3;

	if (new == XEN_RUNNING)
		*on = who;
	else if (old == XEN_RUNNING && is_same(on, &who))
		*on = (struct who) {};
}

void census__note(struct census *census, const struct record *record)
{
	struct who *on = &census->on[record->cpu];

	if (event__is_runstate(record->event) && record->nr_words)
		note_runstate(on, record);
	else if (record->event == EVENT_CONTINUE && record->nr_words)
		*on = who_of(record->words[0]);
	else if (record->event == EVENT_LOST)
		*on = lost__who(record);
}

const struct who *census__on(const struct census *census, const struct record *record)
{
	return &census->on[record->cpu];
}

void census__rewind(struct census *census)
{
	if (census->nr_cpus)
		memcpy(census->on, census->first, census->nr_cpus * sizeof(*census->on));
}

/* Who ran on a CPU before its first change: the one that stops there. Known once it is said. */
static void find_first(struct census *census, bool *said, const struct record *record)
{
	struct who *first = &census->first[record->cpu];
	bool stops = event__is_runstate(record->event) && (record->event >> 8 & 3) == XEN_RUNNING;
	bool begins = event__is_runstate(record->event) && (record->event >> 4 & 3) == XEN_RUNNING;

	if (said[record->cpu] || !record->nr_words)
		return;
	if (stops || record->event == EVENT_CONTINUE)
		*first = who_of(record->words[0]);
	if (stops || begins || record->event == EVENT_CONTINUE || record->event == EVENT_LOST)
		said[record->cpu] = true;
}

static int find_firsts(struct census *census, struct records *records)
{
	bool *said = calloc(census->nr_cpus, sizeof(*said));
	struct record record;

	if (!said)
		return -ENOMEM;
	while (records__next(records, &record))
		find_first(census, said, &record);
	free(said);
	return 0;
}

static bool is_of_pv(uint32_t event)
{
	return (event & ~(EVENT_WIDE | 0xf)) == EVENT_PV;
}

static bool is_of_a_guest(uint32_t event)
{
	return event__is_exit(event) || event__is_port(event) || event__is_memory(event) ||
	       event == EVENT_HVM_HYPERCALL || is_of_pv(event);
}

static void count(struct census *census, const struct record *record)
{
	const struct who *who = census__on(census, record);
	struct domain_seen *domain = &census->domains[who->domain];

	if (event__is_exit(record->event)) {
		uint32_t reason = record->words[0];

		census->amd |= (record->event & ~(EVENT_WIDE | EVENT_NESTED)) == EVENT_VMEXIT_AMD ||
			       (reason > REASON_INTEL_LAST && reason <= REASON_AMD_LAST);
	}
	if (event__is_runstate(record->event))
		census->domains[record__domain(record->words[0])].seen = true;
	if (!who->known) {
		census->nobodys += is_of_a_guest(record->event);
		return;
	}
	domain->seen = true;
	domain->exits += event__is_exit(record->event);
	domain->of_pv += is_of_pv(record->event);
	domain->lost += record->event == EVENT_LOST;
}

int census__read(struct census *census, struct records *records)
{
	struct record record;
	int err;

	*census = (struct census) { .nr_cpus = records__cpus(records) };
	census->on = calloc(census->nr_cpus, sizeof(*census->on));
	census->first = calloc(census->nr_cpus, sizeof(*census->first));
	census->domains = calloc(DOMAINS, sizeof(*census->domains));
	if (!census->on || !census->first || !census->domains)
		return -ENOMEM;
	err = find_firsts(census, records);
	if (err)
		return err;
	records__rewind(records);
	census__rewind(census);
	while (records__next(records, &record)) {
		count(census, &record);
		census__note(census, &record);
	}
	records__rewind(records);
	census__rewind(census);
	return 0;
}

void census__free(struct census *census)
{
	free(census->on);
	free(census->first);
	free(census->domains);
	*census = (struct census) {};
}

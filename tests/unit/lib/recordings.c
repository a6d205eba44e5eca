// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "recordings.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static FILE *open_blob(struct blob *blob)
{
	FILE *out;

	*blob = (struct blob) {};
	out = open_memstream(&blob->data, &blob->size);
	assert(out);
	return out;
}

/* The first `part` of `parts` of a count. */
static uint64_t share(uint64_t count, unsigned int part, unsigned int parts)
{
	return (count / parts) * part + (count % parts) * part / parts;
}

/* Buckets shrink by whole events of their mean; what the division leaves is the last part's. */
static void shrink(struct hist *h, unsigned int part, unsigned int parts)
{
	for (unsigned int i = 0; i < h->nr; i++) {
		struct hist_bucket *b = &h->bucket[i];
		uint64_t count = share(b->count, part, parts);

		b->ns = b->count ? b->ns / b->count * count + (part == parts ? b->ns % b->count : 0)
				 : 0;
		b->count = count;
	}
	h->inclusive = share(h->inclusive, part, parts);
	h->held = share(h->held, part, parts);
	h->off_cpu = share(h->off_cpu, part, parts);
	h->known = share(h->known, part, parts);
	h->known_ns = share(h->known_ns, part, parts);
	h->stolen = share(h->stolen, part, parts);
}

static void shrink_vcpu(struct vcpu_time *vcpu, unsigned int part, unsigned int parts)
{
	for (int i = 0; i < VCPU_STATES; i++)
		vcpu->state_ns[i] = share(vcpu->state_ns[i], part, parts);
	vcpu->total_ns = share(vcpu->total_ns, part, parts);
	vcpu->stat_idle_ns = share(vcpu->stat_idle_ns, part, parts);
	vcpu->stat_steal_ns = share(vcpu->stat_steal_ns, part, parts);
	vcpu->held_ns = share(vcpu->held_ns, part, parts);
	vcpu->events = share(vcpu->events, part, parts);
	vcpu->unmeasured_ns = share(vcpu->unmeasured_ns, part, parts);
	vcpu->jumps = share(vcpu->jumps, part, parts);
}

/* What the evtchn family counts, and of the slowest requests those that had ended. */
static void shrink_tables(struct snapshot *snap, unsigned int part, unsigned int parts)
{
	size_t kept = 0;

	for (size_t i = 0; i < snap->nr_vcpus; i++)
		shrink_vcpu(&snap->vcpus[i], part, parts);
	for (size_t i = 0; i < snap->nr_channels * snap->nr_cpus; i++)
		snap->channel_counts[i] = share(snap->channel_counts[i], part, parts);
	for (size_t i = 0; i < snap->nr_bus; i++) {
		snap->bus[i].events = share(snap->bus[i].events, part, parts);
		snap->bus[i].spurious = share(snap->bus[i].spurious, part, parts);
		snap->bus[i].delay_jiffies = share(snap->bus[i].delay_jiffies, part, parts);
	}
	for (size_t i = 0; i < snap->nr_queues; i++) {
		snap->queues[i].last = share(snap->queues[i].last, part, parts);
		snap->queues[i].last_waited_ns = share(snap->queues[i].last_waited_ns, part, parts);
	}
	for (size_t i = 0; i < snap->nr_slow; i++)
		if (snap->slow[i].start_ns + snap->slow[i].total_ns < snap->end_ns)
			snap->slow[kept++] = snap->slow[i];
	snap->nr_slow = kept;
}

/* The reading after `part` of `parts`. */
static void read_part(struct snapshot *snap, const struct snapshot *whole, unsigned int part,
		      unsigned int parts)
{
	size_t kept = 0;
	int err = snapshot__delta(snap, whole, NULL);

	assert(!err);
	snap->end_ns = snap->start_ns + share(whole->end_ns - whole->start_ns, part, parts);
	snap->cpu.total_ns = share(whole->cpu.total_ns, part, parts);
	snap->cpu.idle_ns = share(whole->cpu.idle_ns, part, parts);
	snap->cpu.stolen_ns = share(whole->cpu.stolen_ns, part, parts);
	snap->cpu.offline_ns = share(whole->cpu.offline_ns, part, parts);
	snap->cpu.stat_steal_ns = share(whole->cpu.stat_steal_ns, part, parts);
	snap->io.started = share(whole->io.started, part, parts);
	snap->io.completed = share(whole->io.completed, part, parts);
	snap->io.in_flight = snap->io.started - snap->io.completed - snap->io.lost;
	snap->cost.bpf_ns = share(whole->cost.bpf_ns, part, parts);
	snap->cost.runs = share(whole->cost.runs, part, parts);
	snap->cost.user_ns = share(whole->cost.user_ns, part, parts);
	for (size_t i = 0; i < snap->nr_losses; i++)
		snap->losses[i].count = share(whole->losses[i].count, part, parts);
	for (size_t i = 0; i < snap->nr_probes; i++)
		snap->probes[i].runs = share(whole->probes[i].runs, part, parts);
	shrink_tables(snap, part, parts);
	for (size_t i = 0; i < snap->nr_paths; i++) {
		shrink(&snap->paths[i].hist, part, parts);
		if (hist__count(&snap->paths[i].hist))
			snap->paths[kept++] = snap->paths[i];
		else
			hist__free(&snap->paths[i].hist);
	}
	snap->nr_paths = kept;
}

static void write_part(FILE *out, int (*write)(FILE *out, const struct report *report),
		       const struct report *base, const struct snapshot *snap, unsigned int no)
{
	struct report report = *base;
	struct ledger *ledger;
	int err = ledger__build(&ledger, snap, report.platform);

	assert(!err);
	report.snap = snap;
	report.ledger = ledger;
	report.interval_no = no;
	err = write(out, &report);
	assert(!err);
	ledger__free(ledger);
}

struct blob recordings__live(struct fixture *f, unsigned int intervals, enum run_end end,
			     const struct output *output)
{
	struct report report = f->report;
	struct snapshot last = {}, now, delta;
	struct series *series = NULL;
	unsigned int parts = end == RUN_GOES_ON ? intervals + 1 : intervals;
	struct blob blob;
	FILE *out = open_blob(&blob);
	int err = output->wants_series ? series__new(&series, SERIES_STEPS, SERIES_BYTES) : 0;

	assert(!err);
	report.series = series;
	report.state = output->open ? output->open() : NULL;
	report.snap = NULL;
	report.ledger = NULL;
	err = output->header(out, &report);
	assert(!err);
	for (unsigned int i = 1; i <= intervals; i++) {
		read_part(&now, &f->snap, i, parts);
		err = snapshot__delta(&delta, &now, i > 1 ? &last : NULL);
		assert(!err);
		err = series ? series__add(series, &delta) : 0;
		assert(!err);
		write_part(out, output->interval, &report, &delta, i);
		snapshot__free(&delta);
		snapshot__free(&last);
		last = now;
	}
	err = series ? series__end(series, &f->snap) : 0;
	assert(!err);
	if (end != RUN_KILLED)
		write_part(out, output->total, &report, &f->snap, intervals);
	snapshot__free(&last);
	series__free(series);
	if (output->close)
		output->close(report.state);
	fclose(out);
	return blob;
}

static int list(struct reader *reader, FILE *out)
{
	const struct recording_part *part;
	enum part_kind kind;
	const char *why;
	int err;

	while (!(err = reader__next(reader, &kind, &part, &why)) && kind != PART_END)
		fputc(kind == PART_INTERVAL ? 'i' : 't', out);
	return err;
}

static int replay(struct reader *reader, const struct output *output, FILE *out)
{
	const struct recording_header *header = reader__header(reader);
	const struct recording_part *part;
	struct report report = {
		.run = &header->run,
		.platform = header->has_platform ? &header->platform : NULL,
		.timestamps = header->timestamps,
		.verbose = header->verbose,
		.per_vcpu = header->per_vcpu,
		.slower_ns = header->slower_ns,
		.state = output->open ? output->open() : NULL,
	};
	struct series *series = NULL;
	enum part_kind kind;
	const char *why;
	int err = output->wants_series ? series__new(&series, SERIES_STEPS, SERIES_BYTES) : 0;

	assert(!err);
	report.series = series;
	err = output->header(out, &report);
	assert(!err);
	while (!(err = reader__next(reader, &kind, &part, &why)) && kind != PART_END) {
		if (series)
			err = kind == PART_INTERVAL    ? series__add(series, &part->snap)
			      : reader__at_end(reader) ? series__end(series, &part->snap)
						       : 0;
		assert(!err);
		write_part(out, kind == PART_INTERVAL ? output->interval : output->total, &report,
			   &part->snap, part->interval_no);
	}
	series__free(series);
	if (output->close)
		output->close(report.state);
	return err;
}

int recordings__report_to(FILE *out, const void *data, size_t size, const struct output *output,
			  char damage[160])
{
	struct reader *reader = NULL;
	const char *why = "";
	int err;

	err = reader__new(&reader, data, size, &why);
	if (!err) {
		err = output ? replay(reader, output, out) : list(reader, out);
		why = reader__damage(reader);
	}
	if (damage)
		snprintf(damage, 160, "%s", why ? why : "");
	reader__free(reader);
	return err;
}

int recordings__report(const void *data, size_t size, const struct output *output,
		       struct blob *text, char damage[160])
{
	FILE *out = open_blob(text);
	int err = recordings__report_to(out, data, size, output, damage);

	fclose(out);
	return err;
}

void recordings__assert_same(const struct blob *a, const struct blob *b, const char *what)
{
	size_t at = 0;

	while (at < a->size && at < b->size && a->data[at] == b->data[at])
		at++;
	if (a->size != b->size || at < a->size)
		fail_msg("%s: %zu and %zu bytes differ at %zu:\n%.60s\n%.60s", what, a->size,
			 b->size, at, a->data + at, b->data + at);
}

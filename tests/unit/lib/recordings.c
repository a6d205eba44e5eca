// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "recordings.h"

#include "model/schema.h"

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
static void shrink_buckets(struct hist *h, unsigned int part, unsigned int parts)
{
	for (unsigned int i = 0; i < h->nr; i++) {
		struct hist_bucket *b = &h->bucket[i];
		uint64_t count = share(b->count, part, parts);

		b->ns = b->count ? b->ns / b->count * count + (part == parts ? b->ns % b->count : 0)
				 : 0;
		b->count = count;
	}
}

static void shrink_each(void *numbers, size_t nr, size_t size, unsigned int part,
			unsigned int parts)
{
	for (size_t i = 0; i < nr; i++) {
		char *at = (char *)numbers + i * size;
		uint64_t value = share(field__load(at, size), part, parts);

		memcpy(at, &value, size);
	}
}

/* Whatever grows in a run. */
static void shrink(const struct schema *schema, void *what, unsigned int part, unsigned int parts)
{
	for (size_t i = 0; i < schema->nr; i++) {
		const struct field *field = &schema->fields[i];
		void *member = (char *)what + field->offset;
		char *list = field->kind == FIELD_LIST ? *(char **)member : NULL;

		if (field->kind == FIELD_STRUCT)
			shrink(field->of, member, part, parts);
		else if (field->kind == FIELD_BUCKETS)
			shrink_buckets(member, part, parts);
		else if (field->kind == FIELD_TABLE)
			shrink_each(*(void **)member, field__cells(field, what), sizeof(uint64_t),
				    part, parts);
		else if (field->role == ROLE_COUNTER)
			shrink_each(member, field->size / field->each, field->each, part, parts);
		for (size_t n = 0; list && n < field__count(field, what); n++)
			shrink(field->of, list + n * field->of->size, part, parts);
	}
}

/* The reading after `part` of `parts`. */
static void read_part(struct snapshot *snap, const struct snapshot *whole, unsigned int part,
		      unsigned int parts)
{
	size_t kept = 0;
	int err = snapshot__delta(snap, whole, NULL);

	assert(!err);
	shrink(&snapshot_schema, snap, part, parts);
	snap->end_ns = snap->start_ns + share(whole->end_ns - whole->start_ns, part, parts);
	snap->io.preexisting = whole->io.preexisting; /* from the start */
	snap->io.in_flight = snap->io.started - snap->io.completed - snap->io.lost;
	/* of the slowest requests those that had ended */
	for (size_t i = 0; i < snap->nr_slow; i++)
		if (snap->slow[i].start_ns + snap->slow[i].total_ns < snap->end_ns)
			snap->slow[kept++] = snap->slow[i];
	snap->nr_slow = kept;
	kept = 0;
	for (size_t i = 0; i < snap->nr_paths; i++) {
		if (hist__count(&snap->paths[i].hist)) {
			snap->paths[kept++] = snap->paths[i];
		} else {
			hist__free(&snap->paths[i].hist);
			free(snap->paths[i].stacks);
		}
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

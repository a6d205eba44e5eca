// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "output/exposition.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "output/escape.h"

const char *dialect__content_type(enum dialect dialect)
{
	static const char *const types[] = {
		[DIALECT_PROMETHEUS] = "text/plain; version=0.0.4; charset=utf-8",
		[DIALECT_OPENMETRICS] =
			"application/openmetrics-text; version=1.0.0; charset=utf-8",
	};

	return types[dialect];
}

/* The value of a parameter of `range`, which ends at `end`; NULL where it has none. */
static const char *parameter(const char *range, const char *end, const char *name)
{
	size_t len = strlen(name);
	const char *at = range;

	while ((at = memchr(at, ';', end - at))) {
		at++;
		while (at < end && isspace((unsigned char)*at))
			at++;
		if ((size_t)(end - at) > len && !strncasecmp(at, name, len) && at[len] == '=')
			return at + len + 1;
	}
	return NULL;
}

static bool is_type(const char *range, const char *end, const char *type)
{
	size_t len = strlen(type);

	return (size_t)(end - range) >= len && !strncasecmp(range, type, len) &&
	       (range + len == end || strchr("; \t", range[len]));
}

/* A range of media types: how much each of the two is wanted by it. */
static void weigh(const char *range, const char *end, double *weight)
{
	const char *q = parameter(range, end, "q"), *version = parameter(range, end, "version");
	double wanted = q ? strtod(q, NULL) : 1;
	enum dialect dialect = DIALECT_PROMETHEUS;

	if (is_type(range, end, "application/openmetrics-text")) {
		if (version && strncmp(version, "1.0.0", 5) && strncmp(version, "\"1.0.0", 6))
			return;
		dialect = DIALECT_OPENMETRICS;
	} else if (!is_type(range, end, "text/plain") && !is_type(range, end, "text/*") &&
		   !is_type(range, end, "*/*")) {
		return;
	}
	if (wanted > weight[dialect])
		weight[dialect] = wanted;
}

enum dialect dialect__accepted(const char *accept)
{
	double weight[DIALECT_NR] = {};

	while (accept && *accept) {
		const char *end = strchrnul(accept, ',');

		while (isspace((unsigned char)*accept))
			accept++;
		if (accept < end)
			weigh(accept, end, weight);
		accept = *end ? end + 1 : end;
	}
	return weight[DIALECT_OPENMETRICS] > 0 &&
			       weight[DIALECT_OPENMETRICS] >= weight[DIALECT_PROMETHEUS]
		       ? DIALECT_OPENMETRICS
		       : DIALECT_PROMETHEUS;
}

/* What stands behind the family's name in each sample. */
static const char *suffix(const struct exposition *to)
{
	return to->type == COUNTER ? "_total" : to->type == INFO ? "_info" : "";
}

static void begin_family(struct exposition *to)
{
	static const char *const types[] = {
		[GAUGE] = "gauge",
		[COUNTER] = "counter",
		[HISTOGRAM] = "histogram",
		[INFO] = "info",
	};
	bool open = to->dialect == DIALECT_OPENMETRICS;
	/* the older text calls a family as its samples, and has no type for what is only labels */
	const char *end = open ? "" : suffix(to);

	fprintf(to->out, "# TYPE xentrace_%s%s %s\n", to->family, end,
		types[!open && to->type == INFO ? GAUGE : to->type]);
	if (to->unit && open)
		fprintf(to->out, "# UNIT xentrace_%s %s\n", to->family, to->unit);
	fprintf(to->out, "# HELP xentrace_%s%s %s\n", to->family, end, to->help);
}

static void end_text(struct exposition *to)
{
	if (to->dialect == DIALECT_OPENMETRICS)
		fputs("# EOF\n", to->out);
}

/* Backslash, quote and line end are what the formats escape; anything else may be in a value. */
static void print_label(FILE *out, char before, const char *name, const char *value)
{
	char valid[ESCAPE_LEN];

	fprintf(out, "%c%s=\"", before, name);
	for (const char *c = escape__utf8(valid, sizeof(valid), value ? value : ""); *c; c++) {
		if (*c == '\n')
			fputs("\\n", out);
		else if (*c == '"' || *c == '\\')
			fprintf(out, "\\%c", *c);
		else
			fputc(*c, out);
	}
	fputc('"', out);
}

/* All of a sample's; `le` is one more, NULL for none. */
static void print_labels(FILE *out, const struct label *labels, const char *le)
{
	char before = '{';

	for (; labels->name; labels++) {
		print_label(out, before, labels->name, labels->value);
		before = ',';
	}
	if (le)
		print_label(out, before, "le", le);
	if (le || before == ',')
		fputc('}', out);
}

static void begin_sample(struct exposition *to, const char *end, const struct label *labels,
			 const char *le)
{
	fprintf(to->out, "xentrace_%s%s", to->family, end);
	print_labels(to->out, labels, le);
	fputc(' ', to->out);
}

/* Seconds of whole ns, exact. */
static void print_seconds(FILE *out, uint64_t ns)
{
	fprintf(out, "%" PRIu64 ".%09" PRIu64, ns / 1000000000, ns % 1000000000);
}

static void print_sample(struct exposition *to, const struct label *labels,
			 const struct exposition_value *value)
{
	begin_sample(to, suffix(to), labels, NULL);
	if (value->kind == VALUE_NS)
		print_seconds(to->out, value->n);
	else if (value->kind == VALUE_SHARE)
		fprintf(to->out, "%.9g", value->share);
	else
		fprintf(to->out, "%" PRIu64, value->n);
	fputc('\n', to->out);
}

static void print_exemplar(FILE *out, const struct exemplar *exemplar)
{
	fputs(" # ", out);
	print_labels(out, exemplar->labels, NULL);
	fputc(' ', out);
	print_seconds(out, exemplar->ns);
	if (exemplar->wall_ns) {
		fputc(' ', out);
		print_seconds(out, exemplar->wall_ns);
	}
}

/* The events that took no longer than `le`, beside it one of them. */
static void print_bucket(struct exposition *to, const struct histogram *histogram, const char *le,
			 uint64_t count, bool with_exemplar)
{
	begin_sample(to, "_bucket", histogram->labels, le);
	fprintf(to->out, "%" PRIu64, count);
	if (with_exemplar)
		print_exemplar(to->out, histogram->exemplar);
	fputc('\n', to->out);
}

static void print_histogram(struct exposition *to, const struct histogram *histogram)
{
	const struct exemplar *exemplar = to->dialect == DIALECT_OPENMETRICS ? histogram->exemplar
									     : NULL;
	uint64_t below[EXPOSITION_BOUNDS], all = hist__count(histogram->hist);
	char le[32];

	exposition__below(below, histogram->hist);
	for (unsigned int i = 0; histogram->buckets && i < EXPOSITION_BOUNDS; i++) {
		uint64_t bound = 1ULL << (EXPOSITION_FIRST + i);
		bool is_here = exemplar && exemplar->ns < bound;

		snprintf(le, sizeof(le), "%.12g", bound / 1e9);
		print_bucket(to, histogram, le, below[i], is_here);
		exemplar = is_here ? NULL : exemplar;
	}
	print_bucket(to, histogram, "+Inf", all, exemplar);
	begin_sample(to, "_count", histogram->labels, NULL);
	fprintf(to->out, "%" PRIu64 "\n", all);
	begin_sample(to, "_sum", histogram->labels, NULL);
	print_seconds(to->out, histogram->ns);
	fputc('\n', to->out);
}

const struct exposition_form exposition_text = {
	.family = begin_family,
	.sample = print_sample,
	.histogram = print_histogram,
	.end = end_text,
};

/* What is counted and in no bucket yet may be less than none, for an instant. */
void exposition__below(uint64_t below[EXPOSITION_BOUNDS], const struct hist *h)
{
	uint64_t seen = 0, all = hist__count(h);
	unsigned int i = 0;

	for (unsigned int bound = 0; bound < EXPOSITION_BOUNDS; bound++) {
		uint64_t end = 1ULL << (EXPOSITION_FIRST + bound);

		for (; i < h->nr && hist__upper(h->bucket[i].index) <= end; i++)
			seen += h->bucket[i].count;
		below[bound] = seen < all ? seen : all;
	}
}

void exposition__family(struct exposition *to, const char *name, enum metric_type type,
			const char *unit, const char *help)
{
	to->family = name;
	to->type = type;
	to->unit = unit;
	to->help = help;
	to->form->family(to);
}

void exposition__end(struct exposition *to)
{
	to->form->end(to);
}

void exposition__number(struct exposition *to, const struct label *labels, uint64_t n)
{
	to->form->sample(to, labels, &(struct exposition_value) { .kind = VALUE_WHOLE, .n = n });
}

void exposition__seconds(struct exposition *to, const struct label *labels, uint64_t ns)
{
	to->form->sample(to, labels, &(struct exposition_value) { .kind = VALUE_NS, .n = ns });
}

void exposition__ratio(struct exposition *to, const struct label *labels, double share)
{
	to->form->sample(to, labels,
			 &(struct exposition_value) { .kind = VALUE_SHARE, .share = share });
}

void exposition__histogram(struct exposition *to, const struct histogram *histogram)
{
	to->form->histogram(to, histogram);
}

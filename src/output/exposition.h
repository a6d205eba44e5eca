/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * How metrics are written. As text there are the two forms that Prometheus reads: its own, version
 * 0.0.4, and OpenMetrics 1.0. They differ in the names of families, in the end of the text, and in
 * what only the second one has: units and exemplars. Another form is OTLP's (output/otlp.c). Every
 * name gets "xentrace_" before it.
 */
#ifndef XT_OUTPUT_EXPOSITION_H
#define XT_OUTPUT_EXPOSITION_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "model/hist.h"

enum dialect { DIALECT_PROMETHEUS, DIALECT_OPENMETRICS, DIALECT_NR };

/* Its Content-Type of HTTP. Static. */
const char *dialect__content_type(enum dialect dialect);
/*
 * Which one a client wants by its header Accept, by the weights in it; NULL, or a header that names
 * neither: Prometheus' own.
 */
enum dialect dialect__accepted(const char *accept);

enum metric_type { GAUGE, COUNTER, HISTOGRAM, INFO };

struct exposition_form;

/* What is being written. It begins as {form, out, dialect}. */
struct exposition {
	const struct exposition_form *form;
	FILE *out;
	enum dialect dialect; /* of text */
	void *state;	      /* the form's own */
	const char *family, *unit, *help;
	enum metric_type type;
};

/* Begin a family; all its samples follow. `unit` is the end of its name, or NULL. */
void exposition__family(struct exposition *to, const char *name, enum metric_type type,
			const char *unit, const char *help);
/* The last line, where there is one. */
void exposition__end(struct exposition *to);

struct label {
	const char *name, *value; /* any bytes; NULL is "" */
};

/* The labels of a sample. One without a name ends them. */
#define LABELS(...) ((const struct label[]) { __VA_ARGS__, {} })
#define NO_LABELS   ((const struct label[]) { {} })

/* A sample of the family. */
void exposition__number(struct exposition *to, const struct label *labels, uint64_t n);
void exposition__seconds(struct exposition *to, const struct label *labels, uint64_t ns);

void exposition__ratio(struct exposition *to, const struct label *labels, double share);

/* One event of a histogram, shown beside its bucket; only OpenMetrics has them. */
struct exemplar {
	const struct label *labels; /* 128 characters at most, names and values together */
	uint64_t ns;
	uint64_t wall_ns; /* when it ended, since the epoch; 0: not known */
};

/* Buckets end at powers of two ns, the same for all, so that histograms may be added. */
struct histogram {
	const struct label *labels;
	const struct hist *hist;
	uint64_t ns;			 /* the sum */
	bool buckets;			 /* else count and sum alone, in a bucket of everything */
	const struct exemplar *exemplar; /* NULL: none */
};

void exposition__histogram(struct exposition *to, const struct histogram *histogram);

/*
 * Buckets' bounds are powers of two in ns, 128 ns to 34 s, the same for all paths, so that paths
 * may be added. No bucket of ours lies across one. Ours end below their bound and the formats'
 * include it: an event of exactly 2^k ns is counted in the next one, as if it took 1 ns more.
 */
#define EXPOSITION_FIRST  7 /* 2^7 ns */
#define EXPOSITION_BOUNDS 29

/* How many events took less than each bound. */
void exposition__below(uint64_t below[EXPOSITION_BOUNDS], const struct hist *h);

/* The value of a sample. */
struct exposition_value {
	enum { VALUE_WHOLE, VALUE_NS, VALUE_SHARE } kind;
	uint64_t n; /* VALUE_NS: shown in seconds */
	double share;
};

/* One way to write them. family() has the names in `to`. */
struct exposition_form {
	void (*family)(struct exposition *to);
	void (*sample)(struct exposition *to, const struct label *labels,
		       const struct exposition_value *value);
	void (*histogram)(struct exposition *to, const struct histogram *histogram);
	void (*end)(struct exposition *to);
};

extern const struct exposition_form exposition_text;

#endif

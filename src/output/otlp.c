// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The run's metrics for OpenTelemetry: one ExportMetricsServiceRequest of OTLP 1.x in JSON, as a
 * Collector's or Prometheus' OTLP receiver takes it by POST, and the Collector's file receiver from
 * a file. Names and labels are those of Prometheus (output/openmetrics.c):
 *
 *	curl -H 'Content-Type: application/json' --data-binary @run.otlp.json
 *	    http://collector:4318/v1/metrics
 *
 * In the JSON of protobuf an integer of 64 bits is a string.
 */
#include <inttypes.h>
#include <string.h>

#include "output/json.h"
#include "output/openmetrics.h"

#define CUMULATIVE 2 /* AGGREGATION_TEMPORALITY_CUMULATIVE */

struct otlp {
	struct json json;
	const struct report *report;
	bool open; /* a metric, its points are being written; one without any is left out */
};

static void put_whole(struct json *json, const char *key, uint64_t n)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, n);
	json__str(json, key, text);
}

static void put_attribute(struct json *json, const char *name, const char *value)
{
	json__open(json, NULL, '{');
	json__str(json, "key", name);
	json__open(json, "value", '{');
	json__str(json, "stringValue", value ? value : "");
	json__close(json, '}');
	json__close(json, '}');
}

static void put_labels(struct json *json, const char *key, const struct label *labels)
{
	json__open(json, key, '[');
	for (; labels->name; labels++)
		put_attribute(json, labels->name, labels->value);
	json__close(json, ']');
}

static void close_metric(struct otlp *otlp)
{
	if (!otlp->open)
		return;
	json__close(&otlp->json, ']');
	json__close(&otlp->json, '}');
	json__close(&otlp->json, '}');
	otlp->open = false;
}

static void begin_family(struct exposition *to)
{
	close_metric(to->state);
}

/* As UCUM has it. */
static const char *unit_of(const char *unit)
{
	if (!unit)
		return "";
	if (!strcmp(unit, "seconds"))
		return "s";
	return !strcmp(unit, "bytes") ? "By" : "1";
}

/* What is only labels is a gauge of 1, and is called as in Prometheus. */
static void open_metric(struct exposition *to)
{
	static const char *const kinds[] = {
		[GAUGE] = "gauge",
		[COUNTER] = "sum",
		[HISTOGRAM] = "histogram",
		[INFO] = "gauge",
	};
	struct otlp *otlp = to->state;
	struct json *json = &otlp->json;
	char name[128];

	if (otlp->open)
		return;
	otlp->open = true;
	snprintf(name, sizeof(name), "xentrace_%s%s", to->family, to->type == INFO ? "_info" : "");
	json__open(json, NULL, '{');
	json__str(json, "name", name);
	json__str(json, "description", to->help);
	json__str(json, "unit", unit_of(to->unit));
	json__open(json, kinds[to->type], '{');
	if (to->type == COUNTER)
		json__bool(json, "isMonotonic", true);
	if (to->type == COUNTER || to->type == HISTOGRAM)
		json__uint(json, "aggregationTemporality", CUMULATIVE);
	json__open(json, "dataPoints", '[');
}

/* A point of the metric: its labels, and the time that it is of. */
static struct json *open_point(struct exposition *to, const struct label *labels)
{
	struct otlp *otlp = to->state;
	const struct snapshot *snap = otlp->report->snap;
	struct json *json = &otlp->json;

	open_metric(to);
	json__open(json, NULL, '{');
	put_labels(json, "attributes", labels);
	put_whole(json, "startTimeUnixNano", snap->wall_start_ns);
	put_whole(json, "timeUnixNano", snap->wall_start_ns + snap->end_ns - snap->start_ns);
	return json;
}

static void put_sample(struct exposition *to, const struct label *labels,
		       const struct exposition_value *value)
{
	struct json *json = open_point(to, labels);

	if (value->kind == VALUE_WHOLE)
		put_whole(json, "asInt", value->n);
	else
		json__real(json, "asDouble",
			   value->kind == VALUE_NS ? value->n / 1e9 : value->share);
	json__close(json, '}');
}

static void put_exemplar(struct json *json, const struct exemplar *exemplar)
{
	json__open(json, "exemplars", '[');
	json__open(json, NULL, '{');
	put_labels(json, "filteredAttributes", exemplar->labels);
	put_whole(json, "timeUnixNano", exemplar->wall_ns);
	json__real(json, "asDouble", exemplar->ns / 1e9);
	json__close(json, '}');
	json__close(json, ']');
}

/* The last bucket has what is above all bounds. */
static void put_buckets(struct json *json, const struct histogram *histogram)
{
	const unsigned int bounds = histogram->buckets ? EXPOSITION_BOUNDS : 0;
	uint64_t below[EXPOSITION_BOUNDS], before = 0;

	exposition__below(below, histogram->hist);
	json__open(json, "bucketCounts", '[');
	for (unsigned int i = 0; i < bounds; i++) {
		put_whole(json, NULL, below[i] - before);
		before = below[i];
	}
	put_whole(json, NULL, hist__count(histogram->hist) - before);
	json__close(json, ']');
	json__open(json, "explicitBounds", '[');
	for (unsigned int i = 0; i < bounds; i++)
		json__real(json, NULL, (1ULL << (EXPOSITION_FIRST + i)) / 1e9);
	json__close(json, ']');
}

static void put_histogram(struct exposition *to, const struct histogram *histogram)
{
	struct json *json = open_point(to, histogram->labels);

	put_whole(json, "count", hist__count(histogram->hist));
	json__real(json, "sum", histogram->ns / 1e9);
	put_buckets(json, histogram);
	if (histogram->exemplar && histogram->exemplar->wall_ns)
		put_exemplar(json, histogram->exemplar);
	json__close(json, '}');
}

static void end_metrics(struct exposition *to)
{
	close_metric(to->state);
}

static const struct exposition_form otlp_form = {
	.family = begin_family,
	.sample = put_sample,
	.histogram = put_histogram,
	.end = end_metrics,
};

static void put_resource(struct json *json, const struct report *report)
{
	json__open(json, "resource", '{');
	put_labels(json, "attributes",
		   LABELS({ "service.name", "xentrace-bpf" },
			  { "service.version", report->run->version },
			  { "service.instance.id", report->run->host },
			  { "host.name", report->run->host }));
	json__close(json, '}');
}

static int put_scope(struct otlp *otlp, FILE *out)
{
	struct json *json = &otlp->json;
	int err;

	json__open(json, NULL, '{');
	json__open(json, "scope", '{');
	json__str(json, "name", "xentrace-bpf");
	json__str(json, "version", otlp->report->run->version);
	json__close(json, '}');
	json__open(json, "metrics", '[');
	err = metrics__write(out, otlp->report,
			     &(struct metrics) { .form = &otlp_form, .state = otlp });
	json__close(json, ']');
	json__close(json, '}');
	return err;
}

static int otlp__total(FILE *out, const struct report *report)
{
	struct otlp otlp = { .json = { .out = out }, .report = report };
	struct json *json = &otlp.json;
	int err;

	json__open(json, NULL, '{');
	json__open(json, "resourceMetrics", '[');
	json__open(json, NULL, '{');
	put_resource(json, report);
	json__open(json, "scopeMetrics", '[');
	err = put_scope(&otlp, out);
	json__close(json, ']');
	json__close(json, '}');
	json__close(json, ']');
	json__close(json, '}');
	fputc('\n', out);
	return err ?: output__finish(out);
}

const struct output output_otlp = {
	.name = "otlp",
	.extension = ".otlp.json",
	.is_document = true,
	.header = output__nothing,
	.interval = output__nothing,
	.total = otlp__total,
};

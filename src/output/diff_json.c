// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * One object on one line. A figure is {"before","after","change","shift","low","high","p","changed"}:
 * change is after / before - 1, shift the same of the intervals' median, low and high its 95 %
 * interval; null is what cannot be said.
 */
#include <errno.h>
#include <math.h>

#include "output/diff.h"
#include "output/json_parts.h"

static json_t *real(double x)
{
	return isfinite(x) ? json_real(x) : json_null();
}

static json_t *metric(const struct diff_metric *m, const bool there[DIFF_SIDES])
{
	json_t *obj = json_object();
	bool noise = m->high > m->low;
	int err = 0;

	err |= put(obj, "before", there[DIFF_BEFORE] ? real(m->value[0]) : json_null());
	err |= put(obj, "after", there[DIFF_AFTER] ? real(m->value[1]) : json_null());
	err |= put(obj, "change",
		   there[DIFF_BEFORE] && there[DIFF_AFTER] ? real(diff_metric__change(m))
							   : json_null());
	err |= put(obj, "shift", noise ? real(m->shift) : json_null());
	err |= put(obj, "low", noise ? real(m->low) : json_null());
	err |= put(obj, "high", noise ? real(m->high) : json_null());
	err |= put(obj, "p", m->tested ? real(m->p) : json_null());
	err |= put(obj, "changed", json_boolean(m->called));
	return json__done(obj, err);
}

static json_t *both(const bool there[DIFF_SIDES], const char *before, const char *after)
{
	json_t *obj = json_object();
	int err = 0;

	err |= put__str(obj, "before", there[DIFF_BEFORE] ? before : NULL);
	err |= put__str(obj, "after", there[DIFF_AFTER] ? after : NULL);
	return json__done(obj, err);
}

static json_t *one_row(const struct diff_row *row)
{
	struct diff_metric time = { .value = { row->ns_per_s[0], row->ns_per_s[1] } };
	json_t *obj = json_object();
	int err = 0;

	err |= put__str(obj, "kind", kind__name(row->kind));
	err |= put__str(obj, "area", area__name(row->area));
	err |= put(obj, "mechanism",
		   both(row->there, mech__name(row->mech[0]), mech__name(row->mech[1])));
	err |= put(obj, "device", both(row->there, row->device[0], row->device[1]));
	err |= put__str(obj, "op", row->op);
	err |= put(obj, "leg", both(row->there, row->leg[0], row->leg[1]));
	err |= put(obj, "part_of_total", json_boolean(row->is_leg));
	err |= put(obj, "changed", json_boolean(row->called));
	err |= put(obj, "before_ns_per_s", real(time.value[0]));
	err |= put(obj, "after_ns_per_s", real(time.value[1]));
	err |= put(obj, "count_per_s", metric(&row->count, row->there));
	err |= put(obj, "mean_ns", metric(&row->mean, row->there));
	err |= put(obj, "p99_ns", metric(&row->p99, row->there));
	return json__done(obj, err);
}

static json_t *rows(const struct diff *diff)
{
	json_t *list = json_array();
	int err = 0;

	for (size_t i = 0; i < diff->nr_rows; i++)
		err |= json_array_append_new(list, one_row(&diff->rows[i]));
	return json__done(list, err);
}

static json_t *disks(const struct diff *diff)
{
	json_t *list = json_array();
	int err = 0;

	for (size_t i = 0; i < diff->nr_disks; i++) {
		json_t *obj = json_object();

		err |= put__str(obj, "before", diff->disks[i].name[DIFF_BEFORE]);
		err |= put__str(obj, "after", diff->disks[i].name[DIFF_AFTER]);
		err |= put__str(obj, "by", diff->disks[i].by);
		err |= json_array_append_new(list, obj);
	}
	return json__done(list, err);
}

static json_t *run(const struct diff_report *report, enum diff_side side)
{
	const struct report *from = &report->run[side];
	json_t *obj = json_object();
	int err = 0;

	err |= put__str(obj, "file", report->file[side]);
	err |= put__str(obj, "version", from->run->version);
	err |= put__str(obj, "command_line", from->run->command_line);
	err |= put__str(obj, "host", from->run->host);
	err |= put__str(obj, "kernel", from->run->kernel);
	err |= put(obj, "start_utc", json__utc(from->snap->wall_start_ns));
	err |= put__str(obj, "mode", from->platform ? from->platform->mode : NULL);
	err |= put(obj, "complete", json_boolean(!from->ledger->quality.incomplete));
	err |= put(obj, "elapsed_s", real(report->diff->elapsed_s[side]));
	err |= put__int(obj, "intervals", report->diff->intervals[side]);
	err |= put__int(obj, "batches", report->diff->batches[side]);
	return json__done(obj, err);
}

static json_t *drift(const struct diff *diff)
{
	json_t *obj = json_object();
	int err = 0;

	err |= put(obj, "counts", real(diff->drift[DIFF_COUNTS]));
	err |= put(obj, "times", real(diff->drift[DIFF_TIMES]));
	return json__done(obj, err);
}

json_t *diff__json(const struct diff_report *report)
{
	json_t *obj = json_object();
	int err = 0;

	err |= put__str(obj, "schema", "xentrace-bpf/1");
	err |= put__str(obj, "type", "diff");
	err |= put(obj, "before", run(report, DIFF_BEFORE));
	err |= put(obj, "after", run(report, DIFF_AFTER));
	err |= put(obj, "disks", disks(report->diff));
	err |= put__str(obj, "method", "Mann-Whitney of batches, corrected for drift, Holm");
	err |= put(obj, "alpha", json_real(DIFF_ALPHA));
	err |= put(obj, "drift", drift(report->diff));
	err |= put__int(obj, "comparisons", report->diff->tested);
	err |= put__int(obj, "changed", report->diff->called);
	err |= put(obj, "changes", rows(report->diff));
	return json__done(obj, err);
}

static int print(FILE *out, const struct diff_report *report)
{
	json_t *obj = diff__json(report);
	int err;

	if (!obj)
		return -ENOMEM;
	err = json_dumpf(obj, out, JSON_COMPACT | JSON_PRESERVE_ORDER);
	json_decref(obj);
	fputc('\n', out);
	return output__finish(out) ?: err ? -EIO : 0;
}

const struct diff_output diff_json = { "json", ".json", print };

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The comparison as a page: what json says of it, the trees of both runs in one, and the scripts of
 * src/output/html/ that draw them. Like the report's it is one file, and asks for nothing.
 */
#include "output/diff.h"
#include "output/escape.h"
#include "output/html_parts.h"
#include "output/json_stream.h"
#include "output/flame.h"

/* Three of them are seen: enough to round them as the other outputs do. */
#define DIGITS 9

static void print_head(FILE *out, const struct diff_report *report)
{
	char title[ESCAPE_LEN], stamp[STAMP_LEN], host[DIFF_SIDES][140];
	static const bool there[] = { true, true };
	char both[300];

	for (int side = 0; side < DIFF_SIDES; side++) {
		const char *name = report->run[side].run->host;

		report__stamp(stamp, &report->run[side]);
		snprintf(host[side], sizeof(host[side]), "%.100s %.16s", name ? name : "", stamp);
	}
	diff__both(both, sizeof(both), there, host[DIFF_BEFORE], host[DIFF_AFTER]);
	snprintf(title, sizeof(title), "diff %s", both);
	html__begin(out, &html_diff_page, title);
}

/* As deep as a path has names. */
static json_t *frame(const struct frame *from)
{
	json_t *obj = json_object(), *kids;
	int err = 0;

	err |= put__str(obj, "name", from->name);
	err |= put__int(obj, "mech", from->mech);
	err |= put__int(obj, "ns", from->ns);
	err |= put__int(obj, "was", from->was_ns);
	if (from->idle || from->code)
		err |= put__bool(obj, "rest", true);
	if (from->child) {
		kids = json_array();
		for (const struct frame *child = from->child; child; child = child->next)
			err |= json_array_append_new(kids, frame(child));
		err |= put(obj, "kids", kids);
	}
	return json__done(obj, err);
}

static json_t *trees(const struct diff_report *report)
{
	json_t *list = json_array();
	struct flame flame;
	int err = flame__build_two(&flame, &report->run[DIFF_BEFORE], &report->run[DIFF_AFTER]);

	for (enum kind kind = 0; !err && kind < KIND_NR; kind++)
		err = json_array_append_new(list, frame(flame.root[kind]));
	flame__free(&flame);
	return json__done(list, err);
}

static int print(FILE *out, const struct diff_report *report)
{
	struct json_stream data = {
		.out = out,
		.write = html__write_escaped,
		.flags = JSON_ENSURE_ASCII | JSON_REAL_PRECISION(DIGITS),
	};
	char judgement[DIFF_JUDGEMENT_LEN];
	int err;

	diff__judgement(judgement, report->diff);
	print_head(out, report);
	json_stream__begin(&data);
	json_stream__put(&data, "terms", html__terms());
	json_stream__put(&data, "palette", html__palette());
	json_stream__put(&data, "judgement", json_string(judgement));
	json_stream__put(&data, "diff", diff__json(report));
	json_stream__put(&data, "trees", trees(report));
	err = json_stream__end(&data);
	html__end(out, &html_diff_page);
	/* jansson says only that it failed: the stream knows more. */
	return output__finish(out) ?: err;
}

const struct diff_output diff_html = { "html", ".html", print };

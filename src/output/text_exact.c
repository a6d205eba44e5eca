// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Exact: every multicall, set_segment_base; event_channel_op at 9 of 41 call sites; 120 more sites
 *     without probes: xentrace-bpf check --exact
 */
#include <stdarg.h>
#include <string.h>

#include "model/hypercalls.h"
#include "output/text_parts.h"

struct line {
	char text[2048];
	size_t used;
};

static __attribute__((format(printf, 2, 3))) void say(struct line *line, const char *format, ...)
{
	va_list args;
	int len;

	if (line->used >= sizeof(line->text))
		return;
	va_start(args, format);
	len = vsnprintf(line->text + line->used, sizeof(line->text) - line->used, format, args);
	va_end(args);
	line->used += len > 0 ? len : 0;
}

bool text__exact(FILE *out, const struct report *report)
{
	struct exact_name names[EXACT_NAMES];
	size_t nr = exact__names(names, EXACT_NAMES, report->snap), left = 0, some = 0, whole = 0;
	struct line line = {};

	if (!nr)
		return false;
	say(&line, "Exact:");
	for (size_t i = 0; i < nr && names[i].complete; i++) {
		if (!names[i].any)
			say(&line, "%s %s", whole++ ? "," : " every", names[i].name);
	}
	for (size_t i = 0; i < nr; i++) {
		left += names[i].sites - names[i].attached;
		if (names[i].complete || !names[i].attached || names[i].any)
			continue;
		say(&line, "%s %s at %u of %u%s",
		    some		? ","
		    : names[0].complete ? ";"
					: "",
		    names[i].name, names[i].attached, names[i].sites, some ? "" : " call sites");
		some++;
	}
	if (left)
		say(&line, "; %zu call sites without probes: xentrace-bpf check --exact", left);
	text__wrap(out, text__width(report), 0, 7, line.text);
	return true;
}

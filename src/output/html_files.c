// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The page's files in the binary: nothing has to be installed beside it. Paths are make's. */
#include "output/html_parts.h"

#define EMBED(name, file)                                                                \
	extern const char name##_text[], name##_end[];                                   \
	__asm__(".pushsection .rodata\n" #name "_text:\n.incbin \"src/output/html/" file \
		"\"\n" #name "_end:\n.byte 0\n.popsection\n")

/* Versions of clang-format differ about braces in a macro. */
/* clang-format off */
#define FILE_OF(name) { name##_text, name##_end }
/* clang-format on */

EMBED(xt_page_css, "page.css");
EMBED(xt_base_js, "base.js");
EMBED(xt_tip_js, "tip.js");
EMBED(xt_frames_js, "frames.js");
EMBED(xt_flame_js, "flame.js");
EMBED(xt_page_js, "page.js");

EMBED(xt_report_html, "report.html");
EMBED(xt_hist_js, "hist.js");
EMBED(xt_head_js, "head.js");
EMBED(xt_spectrum_js, "spectrum.js");
EMBED(xt_ledger_js, "ledger.js");
EMBED(xt_wait_js, "wait.js");
EMBED(xt_latencies_js, "latencies.js");
EMBED(xt_legend_js, "legend.js");
EMBED(xt_axis_js, "axis.js");
EMBED(xt_compare_js, "compare.js");
EMBED(xt_course_js, "course.js");
EMBED(xt_heat_js, "heat.js");
EMBED(xt_slowest_js, "slowest.js");
EMBED(xt_events_js, "events.js");
EMBED(xt_books_js, "books.js");
EMBED(xt_report_js, "report.js");

EMBED(xt_diff_html, "diff.html");
EMBED(xt_changes_js, "changes.js");
EMBED(xt_change_flame_js, "change_flame.js");
EMBED(xt_diff_js, "diff.js");

const struct html_file html_style = FILE_OF(xt_page_css);

static const struct html_file report_scripts[] = {
	FILE_OF(xt_base_js),	  FILE_OF(xt_hist_js),	   FILE_OF(xt_tip_js),
	FILE_OF(xt_head_js),	  FILE_OF(xt_spectrum_js), FILE_OF(xt_ledger_js),
	FILE_OF(xt_wait_js),	  FILE_OF(xt_frames_js),   FILE_OF(xt_flame_js),
	FILE_OF(xt_latencies_js), FILE_OF(xt_legend_js),   FILE_OF(xt_axis_js),
	FILE_OF(xt_compare_js),	  FILE_OF(xt_course_js),   FILE_OF(xt_heat_js),
	FILE_OF(xt_slowest_js),	  FILE_OF(xt_events_js),   FILE_OF(xt_books_js),
	FILE_OF(xt_page_js),	  FILE_OF(xt_report_js),
};

static const struct html_file diff_scripts[] = {
	FILE_OF(xt_base_js),  FILE_OF(xt_tip_js),     FILE_OF(xt_frames_js),
	FILE_OF(xt_flame_js), FILE_OF(xt_changes_js), FILE_OF(xt_change_flame_js),
	FILE_OF(xt_page_js),  FILE_OF(xt_diff_js),
};

const struct html_page html_report_page = {
	.body = FILE_OF(xt_report_html),
	.scripts = report_scripts,
	.nr_scripts = sizeof(report_scripts) / sizeof(report_scripts[0]),
};

const struct html_page html_diff_page = {
	.body = FILE_OF(xt_diff_html),
	.scripts = diff_scripts,
	.nr_scripts = sizeof(diff_scripts) / sizeof(diff_scripts[0]),
};

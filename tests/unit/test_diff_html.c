// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A comparison's page: what it holds, and that no name breaks out. tests/browser opens it. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "diffs.h"
#include "output/escape.h"
#include "output/html_parts.h"
#include "output/flame.h"
#include "page.h"

static void page_is_whole(void **state)
{
	struct compared *c = diffs__ahci_to_blkfront(NULL);
	char *page = diffs__print(c, &diff_html);

	(void)state;
	assert_ptr_equal(strstr(page, "<!doctype html>\n<html"), page);
	assert_string_equal(page + strlen(page) - 16, "</body>\n</html>\n");
	for (size_t i = 0; i < html_diff_page.nr_scripts; i++) {
		const struct html_file *script = &html_diff_page.scripts[i];

		assert_non_null(
			memmem(page, strlen(page), script->text, script->end - script->text));
	}
	assert_int_equal(page__times(page, "<script"), 2);
	assert_int_equal(page__times(page, "</script"), 2);
	assert_non_null(strstr(page, "<title>xentrace-bpf: diff db-7 2026-11-22 09:14</title>"));
	page__assert_asks_for_nothing(page);
	assert_true(strlen(page) < 100000);
	free(page);
	diffs__free(c);
}

/* Numbers as near as the page's digits; all else the same. */
static void assert_alike(json_t *a, json_t *b)
{
	const char *key;
	json_t *value;
	size_t i;

	assert_int_equal(json_typeof(a), json_typeof(b));
	assert_int_equal(json_object_size(a), json_object_size(b));
	assert_int_equal(json_array_size(a), json_array_size(b));
	json_object_foreach(a, key, value)
	{
		assert_non_null(json_object_get(b, key));
		assert_alike(value, json_object_get(b, key));
	}
	json_array_foreach(a, i, value)
	{
		assert_alike(value, json_array_get(b, i));
	}
	if (json_is_real(a))
		assert_true(fabs(json_real_value(a) - json_real_value(b)) <=
			    1e-8 * fabs(json_real_value(a)));
	else if (!json_is_object(a) && !json_is_array(a))
		assert_true(json_equal(a, b));
}

static void page_says_what_json_says(void **state)
{
	struct compared *c = diffs__ahci_to_blkfront(NULL);
	char *page = diffs__print(c, &diff_html), *line = diffs__print(c, &diff_json);
	char judgement[DIFF_JUDGEMENT_LEN];
	json_t *data = page__data(page), *json = json_loads(line, 0, NULL);

	(void)state;
	assert_true(json_array_size(json_object_get(json, "changes")) > 10);
	assert_alike(json, json_object_get(data, "diff"));
	diff__judgement(judgement, &c->diff);
	assert_string_equal(json_string_value(json_object_get(data, "judgement")), judgement);
	assert_int_equal(
		json_array_size(json_object_get(json_object_get(data, "palette"), "changes")) % 2,
		1);
	json_decref(data);
	json_decref(json);
	free(page);
	free(line);
	diffs__free(c);
}

static void assert_frame(json_t *json, const struct frame *frame)
{
	json_t *kids = json_object_get(json, "kids");
	size_t i = 0;

	assert_string_equal(json_string_value(json_object_get(json, "name")), frame->name);
	assert_int_equal(json_integer_value(json_object_get(json, "ns")), frame->ns);
	assert_int_equal(json_integer_value(json_object_get(json, "was")), frame->was_ns);
	assert_true(json_is_true(json_object_get(json, "rest")) == (frame->idle || frame->code));
	for (const struct frame *child = frame->child; child; child = child->next)
		assert_frame(json_array_get(kids, i++), child);
	assert_int_equal(json_array_size(kids), i);
}

static void page_has_both_trees(void **state)
{
	struct compared *c = diffs__ahci_to_blkfront(NULL);
	char *page = diffs__print(c, &diff_html);
	json_t *data = page__data(page), *trees = json_object_get(data, "trees");

	struct flame flame;

	(void)state;
	assert_int_equal(json_array_size(trees), KIND_NR);
	assert_int_equal(flame__build_two(&flame, &c->report.run[DIFF_BEFORE],
					  &c->report.run[DIFF_AFTER]),
			 0);
	for (enum kind kind = 0; kind < KIND_NR; kind++) {
		const struct frame *root = flame.root[kind];

		assert_true(root->was_ns && root->ns > root->was_ns);
		assert_frame(json_array_get(trees, kind), root);
	}
	flame__free(&flame);
	json_decref(data);
	free(page);
	diffs__free(c);
}

static bool has_device(json_t *data, const char *name)
{
	json_t *rows = json_object_get(json_object_get(data, "diff"), "changes"), *row;
	size_t i;

	json_array_foreach(rows, i, row)
	{
		json_t *device = json_object_get(json_object_get(row, "device"), "before");

		if (json_is_string(device) && !strcmp(json_string_value(device), name))
			return true;
	}
	return false;
}

static void hostile_names_stay_inside(void **state)
{
	char expected[ESCAPE_LEN];

	(void)state;
	for (size_t i = 0; page__hostile[i]; i++) {
		struct compared *c = diffs__ahci_to_blkfront(page__hostile[i]);
		struct run_info run = *c->report.run[DIFF_AFTER].run;
		json_t *data;
		char *page;

		run.host = run.command_line = run.kernel = page__hostile[i];
		c->report.run[DIFF_AFTER].run = &run;
		c->report.file[DIFF_AFTER] = page__hostile[i];
		page = diffs__print(c, &diff_html);
		assert_int_equal(page__times(page, "<script"), 2);
		assert_int_equal(page__times(page, "</script"), 2);
		assert_int_equal(page__times(page, "<title"), 1);
		assert_int_equal(page__times(page, "</title"), 1);
		assert_null(strstr(page, "<!--"));
		data = page__data(page);
		escape__utf8(expected, sizeof(expected), page__hostile[i]);
		assert_true(has_device(data, expected));
		assert_string_equal(
			json_string_value(json_object_get(
				json_object_get(json_object_get(data, "diff"), "after"), "file")),
			expected);
		json_decref(data);
		free(page);
		diffs__free(c);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(page_is_whole),
		cmocka_unit_test(page_says_what_json_says),
		cmocka_unit_test(page_has_both_trees),
		cmocka_unit_test(hostile_names_stay_inside),
	};

	return cmocka_run_group_tests_name("diff page", tests, NULL, NULL);
}

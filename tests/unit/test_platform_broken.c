// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * A saved guest with every file of it in turn missing, empty, cut or full of garbage: there is an
 * answer each time, it can be printed, and no sanitizer complains.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "output/spectrum.h"
#include "platform/platform.h"
#include "trees.h"

#define FIXTURE	  "tests/fixtures/platform/pvhvm"
#define PATHS_MAX 4096

static struct {
	char *path[PATHS_MAX];
	size_t nr;
} found;

static int collect(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)ftw;
	if ((type == FTW_F || type == FTW_SL) && found.nr < PATHS_MAX)
		found.path[found.nr++] = strdup(path);
	(void)st;
	return 0;
}

static int setup(void **state)
{
	char *copy = tree__new();
	struct platform *p;

	assert_int_equal(platform__save(&p, FIXTURE, copy), 0);
	platform__free(p);
	assert_int_equal(nftw(copy, collect, 16, FTW_PHYS), 0);
	assert_true(found.nr > 100);
	*state = copy;
	return 0;
}

static int teardown(void **state)
{
	for (size_t i = 0; i < found.nr; i++)
		free(found.path[i]);
	tree__remove(*state);
	return 0;
}

static void answer(const char *root)
{
	struct platform *p;
	char *text = NULL;
	size_t size = 0;
	json_t *json;
	FILE *out;

	assert_int_equal(platform__read(&p, root), 0);
	json = platform__json(p);
	assert_non_null(json);
	json_decref(json);
	out = open_memstream(&text, &size);
	platform__print(out, p);
	spectrum__print(out, p);
	fclose(out);
	free(text);
	platform__free(p);
}

static void write_bytes(const char *path, const char *bytes, size_t len)
{
	FILE *out = fopen(path, "w");

	assert_non_null(out);
	assert_int_equal(fwrite(bytes, 1, len, out), len);
	fclose(out);
}

/* Put this in place of each file and link in turn; NULL: nothing. */
static void replace_each(const char *root, const char *bytes, size_t len)
{
	for (size_t i = 0; i < found.nr; i++) {
		char aside[4096];

		snprintf(aside, sizeof(aside), "%s/aside", root);
		assert_int_equal(rename(found.path[i], aside), 0);
		if (bytes)
			write_bytes(found.path[i], bytes, len);
		answer(root);
		assert_int_equal(rename(aside, found.path[i]), 0);
	}
}

static void missing(void **state)
{
	replace_each(*state, NULL, 0);
}

static void empty(void **state)
{
	replace_each(*state, "", 0);
}

static void binary(void **state)
{
	char bytes[9000];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = 255 - i % 256;
	replace_each(*state, bytes, sizeof(bytes));
}

static void numbers_too_large(void **state)
{
	char bytes[3000];

	memset(bytes, '9', sizeof(bytes));
	replace_each(*state, bytes, sizeof(bytes));
}

static void lists_without_end(void **state)
{
	char bytes[8192];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = ",-:0x"[i % 5];
	replace_each(*state, bytes, sizeof(bytes));
}

/* Every link leads to one place: the disks are each other's controllers and slaves. */
static void links_to_the_wrong_place(void **state)
{
	for (size_t i = 0; i < found.nr; i++) {
		char aside[4096];

		snprintf(aside, sizeof(aside), "%s/aside", (char *)*state);
		assert_int_equal(rename(found.path[i], aside), 0);
		assert_int_equal(symlink("/sys/block", found.path[i]), 0);
		answer(*state);
		assert_int_equal(rename(aside, found.path[i]), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(missing),
		cmocka_unit_test(empty),
		cmocka_unit_test(binary),
		cmocka_unit_test(numbers_too_large),
		cmocka_unit_test(lists_without_end),
		cmocka_unit_test(links_to_the_wrong_place),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * A saved guest with every file of it in turn missing, empty, cut or full of garbage, a folder where
 * a file was and a file where a folder was: there is an answer each time, it can be printed, and no
 * sanitizer complains. What the answer must be: test_platform_damaged.c.
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

#include "output/detect.h"
#include "platform/platform.h"
#include "trees.h"

#define FIXTURE	  "tests/fixtures/platform/pvhvm"
#define PATHS_MAX 4096

struct paths {
	char *path[PATHS_MAX];
	size_t nr;
};

static struct paths found, folders; /* files and links; folders but the root */

static int collect(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	struct paths *paths = type == FTW_D ? &folders : &found;

	(void)st;
	if (ftw->level && paths->nr < PATHS_MAX)
		paths->path[paths->nr++] = strdup(path);
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
	assert_true(folders.nr > 50);
	*state = copy;
	return 0;
}

static int teardown(void **state)
{
	for (size_t i = 0; i < found.nr; i++)
		free(found.path[i]);
	for (size_t i = 0; i < folders.nr; i++)
		free(folders.path[i]);
	tree__remove(*state);
	return 0;
}

static void answer(const char *root)
{
	struct platform *p;
	char *text = NULL;
	size_t size = 0;
	FILE *out;

	assert_int_equal(platform__read(&p, root), 0);
	out = open_memstream(&text, &size);
	assert_int_equal(detect__json(out, p, NULL, 0), 0);
	assert_int_equal(detect__text(out, 0, p, NULL, 0), 0);
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

/* The first half of each file, as a copy that was interrupted leaves it. */
static void truncated(void **state)
{
	for (size_t i = 0; i < found.nr; i++) {
		char bytes[16384];
		struct stat st;
		FILE *in;
		size_t len;

		assert_int_equal(lstat(found.path[i], &st), 0);
		if (!S_ISREG(st.st_mode))
			continue;
		in = fopen(found.path[i], "r");
		assert_non_null(in);
		len = fread(bytes, 1, sizeof(bytes), in);
		fclose(in);
		write_bytes(found.path[i], bytes, len / 2);
		answer(*state);
		write_bytes(found.path[i], bytes, len);
	}
}

static void folders_where_files_were(void **state)
{
	for (size_t i = 0; i < found.nr; i++) {
		char aside[4096];

		snprintf(aside, sizeof(aside), "%s/aside", (char *)*state);
		assert_int_equal(rename(found.path[i], aside), 0);
		assert_int_equal(mkdir(found.path[i], 0755), 0);
		answer(*state);
		assert_int_equal(rmdir(found.path[i]), 0);
		assert_int_equal(rename(aside, found.path[i]), 0);
	}
}

static void files_where_folders_were(void **state)
{
	for (size_t i = 0; i < folders.nr; i++) {
		char aside[4096];

		snprintf(aside, sizeof(aside), "%s/aside", (char *)*state);
		assert_int_equal(rename(folders.path[i], aside), 0);
		write_bytes(folders.path[i], "1\n", 2);
		answer(*state);
		assert_int_equal(unlink(folders.path[i]), 0);
		assert_int_equal(rename(aside, folders.path[i]), 0);
	}
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
		cmocka_unit_test(truncated),
		cmocka_unit_test(folders_where_files_were),
		cmocka_unit_test(files_where_folders_were),
		cmocka_unit_test(binary),
		cmocka_unit_test(numbers_too_large),
		cmocka_unit_test(lists_without_end),
		cmocka_unit_test(links_to_the_wrong_place),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Reading below a root: links stay inside, nothing blocks, and what was read can be read again. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <cmocka.h>

#include "platform/files.h"
#include "trees.h"

struct place {
	char *tree;
	struct files *files;
};

static int setup(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	place->tree = tree__new();
	assert_int_equal(files__open(&place->files, place->tree), 0);
	*state = place;
	return 0;
}

static int teardown(void **state)
{
	struct place *place = *state;

	files__close(place->files);
	tree__remove(place->tree);
	free(place);
	return 0;
}

static void text_is_trimmed_and_cut(void **state)
{
	struct place *place = *state;
	char buf[8];

	tree__file(place->tree, "sys/name", "pv \n");
	assert_int_equal(files__read(place->files, buf, sizeof(buf), "sys/%s", "name"), 0);
	assert_string_equal(buf, "pv");
	tree__file(place->tree, "sys/long", "0123456789\n");
	assert_int_equal(files__read(place->files, buf, sizeof(buf), "sys/long"), 0);
	assert_string_equal(buf, "0123456");
	strcpy(buf, "old");
	assert_int_equal(files__read(place->files, buf, sizeof(buf), "sys/none"), -ENOENT);
	assert_string_equal(buf, "");
}

static void numbers_are_whole(void **state)
{
	struct place *place = *state;
	unsigned long long n = 7;

	tree__file(place->tree, "n", "0x8086\n");
	assert_int_equal(files__number(place->files, &n, "n"), 0);
	assert_int_equal(n, 0x8086);
	for (size_t i = 0; i < 5; i++) {
		static const char *const bad[] = { "", "-1", "12x", "99999999999999999999", "x" };

		tree__file(place->tree, "n", bad[i]);
		assert_int_equal(files__number(place->files, &n, "n"), -EINVAL);
		assert_int_equal(n, 0x8086);
	}
}

static void links_stay_inside(void **state)
{
	struct place *place = *state;
	char buf[64];

	tree__file(place->tree, "etc/hostname", "inside");
	tree__link(place->tree, "absolute", "/etc/hostname");
	tree__link(place->tree, "climbing", "../../../../../../etc/hostname");
	tree__link(place->tree, "a/b/relative", "../../etc");
	assert_int_equal(files__read(place->files, buf, sizeof(buf), "absolute"), 0);
	assert_string_equal(buf, "inside");
	assert_int_equal(files__read(place->files, buf, sizeof(buf), "climbing"), 0);
	assert_string_equal(buf, "inside");
	assert_int_equal(files__read(place->files, buf, sizeof(buf), "a/b/relative/hostname"), 0);
	assert_string_equal(buf, "inside");
	assert_int_equal(files__resolve(place->files, buf, sizeof(buf), "a/b/relative"), 0);
	assert_string_equal(buf, "etc");
	assert_int_equal(files__target(place->files, buf, sizeof(buf), "absolute"), 0);
	assert_string_equal(buf, "hostname");
}

static void bad_paths_fail(void **state)
{
	struct place *place = *state;
	char path[2 * FILES_PATH], whole[4096], buf[16];
	struct names names;

	tree__link(place->tree, "one", "two");
	tree__link(place->tree, "two", "one");
	assert_int_equal(files__read(place->files, buf, sizeof(buf), "one"), -ELOOP);
	tree__link(place->tree, "grow", "grow/grow");
	assert_int_equal(files__read(place->files, buf, sizeof(buf), "grow"), -ELOOP);
	memset(path, 'a', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	assert_int_equal(files__read(place->files, buf, sizeof(buf), "%s", path), -ENAMETOOLONG);
	snprintf(whole, sizeof(whole), "%s/fifo", place->tree);
	assert_int_equal(mkfifo(whole, 0600), 0);
	assert_int_equal(files__read(place->files, buf, sizeof(buf), "fifo"), -EINVAL);
	assert_int_not_equal(files__list(place->files, &names, "fifo"), 0);
	assert_int_equal(names.nr, 0);
	assert_int_equal(files__open(&(struct files *) { NULL }, "/nonexistent"), -ENOENT);
}

static void names_are_in_the_order_of_numbers(void **state)
{
	struct place *place = *state;
	struct names names;

	tree__file(place->tree, "irq/10/name", "");
	tree__file(place->tree, "irq/9/name", "");
	tree__file(place->tree, "irq/.hidden", "");
	assert_int_equal(files__list(place->files, &names, "irq"), 0);
	assert_int_equal(names.nr, 2);
	assert_string_equal(names.name[0], "9");
	assert_string_equal(names.name[1], "10");
	names__free(&names);
}

static void saved_is_read_again(void **state)
{
	struct place *place = *state;
	struct files *again;
	struct names names;
	char *copy = tree__new(), buf[32];

	tree__file(place->tree, "sys/devices/vbd-1/size", "2048\n");
	tree__file(place->tree, "sys/devices/vbd-1/secret", "never looked at");
	tree__file(place->tree, "proc/cmdline", "nopv password=1");
	tree__link(place->tree, "sys/block/xvda", "../devices/vbd-1");
	assert_int_equal(files__read(place->files, buf, sizeof(buf), "sys/block/xvda/size"), 0);
	assert_int_equal(files__read(place->files, buf, sizeof(buf), "proc/cmdline"), 0);
	files__note(place->files, "proc/cmdline", "nopv");
	files__note(place->files, "cpuid.txt", "1: 0 0 0 0\n");
	assert_int_equal(files__save(place->files, copy), 0);

	assert_int_equal(files__open(&again, copy), 0);
	assert_int_equal(files__read(again, buf, sizeof(buf), "sys/block/xvda/size"), 0);
	assert_string_equal(buf, "2048");
	assert_int_equal(files__read(again, buf, sizeof(buf), "proc/cmdline"), 0);
	assert_string_equal(buf, "nopv");
	assert_true(files__exists(again, "cpuid.txt"));
	assert_false(files__exists(again, "sys/devices/vbd-1/secret"));
	assert_int_equal(files__list(again, &names, "sys/block"), 0);
	assert_int_equal(names.nr, 1);
	names__free(&names);
	files__close(again);
	tree__remove(copy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(text_is_trimmed_and_cut, setup, teardown),
		cmocka_unit_test_setup_teardown(numbers_are_whole, setup, teardown),
		cmocka_unit_test_setup_teardown(links_stay_inside, setup, teardown),
		cmocka_unit_test_setup_teardown(bad_paths_fail, setup, teardown),
		cmocka_unit_test_setup_teardown(names_are_in_the_order_of_numbers, setup, teardown),
		cmocka_unit_test_setup_teardown(saved_is_read_again, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Which hierarchy of control groups counts, and what is in it. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <cmocka.h>

#include "platform/cgroups.h"
#include "trees.h"

#define UNIFIED "cgroup2 /sys/fs/cgroup cgroup2 rw,nosuid 0 0\n"
#define HYBRID	"cgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0\n"
#define LEGACY	"cgroup /sys/fs/cgroup/blkio cgroup rw,blkio 0 0\n"
#define OTHERS                                                  \
	"proc /proc proc rw 0 0\n"                              \
	"cgroup /sys/fs/cgroup/cpu cgroup rw,cpu,cpuacct 0 0\n" \
	"cgroup /sys/fs/cgroup/x cgroup rw,name=blkio2,xblkio 0 0\n"

static struct cgroups choose(const char *mounts, const char *folder)
{
	struct cgroups cgroups = {};
	char *tree = tree__new();

	tree__file(tree, "proc/self/mounts", mounts);
	if (folder)
		tree__file(tree, folder, "");
	assert_int_equal(cgroups__choose(&cgroups, tree, NULL), 0);
	tree__remove(tree);
	return cgroups;
}

static void the_hierarchy_that_is_used_is_chosen(void **state)
{
	struct cgroups cgroups = choose(OTHERS UNIFIED, NULL);

	(void)state;
	assert_string_equal(cgroups.mount, "/sys/fs/cgroup");
	assert_false(cgroups.legacy);
	assert_true(cgroups.io);

	cgroups = choose(OTHERS LEGACY, NULL);
	assert_string_equal(cgroups.mount, "/sys/fs/cgroup/blkio");
	assert_true(cgroups.legacy);
	assert_true(cgroups.io);

	/* both: the unified one, if anybody has made a cgroup in it; bios know theirs in the other */
	cgroups = choose(OTHERS HYBRID LEGACY, "sys/fs/cgroup/unified/cgroup.procs");
	assert_true(cgroups.legacy);
	cgroups = choose(OTHERS HYBRID LEGACY, "sys/fs/cgroup/unified/init.scope/cgroup.procs");
	assert_string_equal(cgroups.mount, "/sys/fs/cgroup/unified");
	assert_false(cgroups.legacy);
	assert_false(cgroups.io);
}

static void none_is_an_error(void **state)
{
	struct cgroups cgroups;
	char *tree = tree__new();

	(void)state;
	assert_int_equal(cgroups__choose(&cgroups, tree, NULL), -ENOENT);
	tree__file(tree, "proc/self/mounts", OTHERS);
	assert_int_equal(cgroups__choose(&cgroups, tree, NULL), -ENOENT);
	tree__remove(tree);
}

struct seen {
	char text[512];
	uint64_t id; /* of a/b */
	const char *stop;
};

static int see(void *arg, const char *path, uint64_t id)
{
	struct seen *seen = arg;

	snprintf(seen->text + strlen(seen->text), sizeof(seen->text) - strlen(seen->text), "[%s]",
		 path);
	if (!strcmp(path, "a/b"))
		seen->id = id;
	return seen->stop && !strcmp(path, seen->stop) ? 7 : 0;
}

static void all_are_visited_with_their_numbers(void **state)
{
	const struct cgroups cgroups = { .mount = "/sys/fs/cgroup" };
	char *tree = tree__new(), path[512];
	struct seen seen = {}, stopped = { .stop = "a" };
	struct stat st;

	(void)state;
	assert_int_equal(cgroups__walk(&cgroups, tree, see, &seen), -ENOENT);
	tree__file(tree, "sys/fs/cgroup/a/b/cgroup.procs", "");
	tree__file(tree, "sys/fs/cgroup/cgroup.procs", "");
	tree__link(tree, "sys/fs/cgroup/a/up", "..");
	assert_int_equal(cgroups__walk(&cgroups, tree, see, &seen), 0);
	assert_string_equal(seen.text, "[][a][a/b]");
	snprintf(path, sizeof(path), "%s/sys/fs/cgroup/a/b", tree);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(seen.id, st.st_ino);
	assert_int_equal(cgroups__walk(&cgroups, tree, see, &stopped), 7);
	assert_string_equal(stopped.text, "[][a]");
	tree__remove(tree);
}

static void one_is_found_by_path_name_or_unit(void **state)
{
	static const struct {
		const char *name, *path;
		unsigned int level;
	} found[] = {
		{ "/sys/fs/cgroup/system.slice/pg.service", "system.slice/pg.service", 2 },
		{ "/sys/fs/cgroup", "", 0 },
		{ "/sys/fs/cgroup/", "", 0 },
		{ "/", "", 0 },
		{ "/system.slice/", "system.slice", 1 },
		{ "system.slice/pg.service/inner", "system.slice/pg.service/inner", 3 },
		{ "pg", "system.slice/pg.service", 2 },
		{ "pg.service", "system.slice/pg.service", 2 },
		{ "inner", "system.slice/pg.service/inner", 3 },
		{ "system", "system.slice", 1 },
	};
	static const char *const not_found[] = { "p",
						 "pg.scope",
						 "/pg.service",
						 "pg.service/x",
						 "/sys/fs/cgroups",
						 "cgroup.procs",
						 "system.slice/cgroup.procs" };
	struct cgroups cgroups = {};
	struct cgroup_place place;
	char *tree = tree__new();

	(void)state;
	tree__file(tree, "proc/self/mounts", UNIFIED);
	tree__file(tree, "sys/fs/cgroup/system.slice/pg.service/inner/cgroup.procs", "");
	tree__file(tree, "sys/fs/cgroup/system.slice/cgroup.procs", "");
	tree__file(tree, "sys/fs/cgroup/a/two/cgroup.procs", "");
	tree__file(tree, "sys/fs/cgroup/b/two.scope/cgroup.procs", "");
	assert_int_equal(cgroups__choose(&cgroups, tree, "pg"), 0);
	for (size_t i = 0; i < sizeof(found) / sizeof(found[0]); i++) {
		assert_int_equal(cgroups__find(&cgroups, tree, found[i].name, &place), 0);
		assert_string_equal(place.path, found[i].path);
		assert_int_equal(place.level, found[i].level);
		assert_true(cgroups__is_there(&cgroups, tree, &place));
	}
	for (size_t i = 0; i < sizeof(not_found) / sizeof(not_found[0]); i++)
		assert_int_equal(cgroups__find(&cgroups, tree, not_found[i], &place), -ENOENT);
	assert_int_equal(cgroups__find(&cgroups, tree, "two", &place), -ENOTUNIQ);
	assert_int_equal(cgroups__find(&cgroups, tree, "b/two.scope", &place), 0);
	tree__drop(tree, "sys/fs/cgroup/b/two.scope");
	assert_false(cgroups__is_there(&cgroups, tree, &place));
	tree__remove(tree);
}

/* Where there are two hierarchies, the one is taken in which it is. */
static void its_hierarchy_is_chosen(void **state)
{
	struct cgroups cgroups = {};
	char *tree = tree__new();

	(void)state;
	tree__file(tree, "proc/self/mounts", HYBRID LEGACY);
	tree__file(tree, "sys/fs/cgroup/unified/init.scope/cgroup.procs", "");
	tree__file(tree, "sys/fs/cgroup/blkio/docker/abc/cgroup.procs", "");
	assert_int_equal(cgroups__choose(&cgroups, tree, "abc"), 0);
	assert_true(cgroups.legacy);
	assert_int_equal(cgroups__choose(&cgroups, tree, "/sys/fs/cgroup/blkio/later"), 0);
	assert_true(cgroups.legacy);
	assert_int_equal(cgroups__choose(&cgroups, tree, "later"), 0);
	assert_false(cgroups.legacy);
	assert_int_equal(cgroups__choose(&cgroups, tree, "init"), 0);
	assert_false(cgroups.legacy);
	tree__remove(tree);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_hierarchy_that_is_used_is_chosen),
		cmocka_unit_test(none_is_an_error),
		cmocka_unit_test(all_are_visited_with_their_numbers),
		cmocka_unit_test(one_is_found_by_path_name_or_unit),
		cmocka_unit_test(its_hierarchy_is_chosen),
	};

	return cmocka_run_group_tests_name("platform_cgroups", tests, NULL, NULL);
}

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
	assert_int_equal(cgroups__choose(&cgroups, tree), 0);
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
	assert_int_equal(cgroups__choose(&cgroups, tree), -ENOENT);
	tree__file(tree, "proc/self/mounts", OTHERS);
	assert_int_equal(cgroups__choose(&cgroups, tree), -ENOENT);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_hierarchy_that_is_used_is_chosen),
		cmocka_unit_test(none_is_an_error),
		cmocka_unit_test(all_are_visited_with_their_numbers),
	};

	return cmocka_run_group_tests_name("platform_cgroups", tests, NULL, NULL);
}

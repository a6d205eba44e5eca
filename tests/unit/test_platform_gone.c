// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Disks and NICs that go while a guest is traced, and come back. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <errno.h>
#include <cmocka.h>

#include "guest_trees.h"
#include "trees.h"

static struct platform *read_guest(const char *tree)
{
	struct platform *p;

	assert_int_equal(platform__read(&p, tree), 0);
	assert_int_equal(p->nr_disks, 2);
	assert_int_equal(p->nr_nics, 1);
	return p;
}

static char *guest(void)
{
	char *tree = tree__pvhvm();

	tree__xenbus(tree, "vbd-51712");
	tree__xenbus(tree, "vbd-51728");
	tree__xenbus(tree, "vif-0");
	tree__disk(tree, "vbd-51712", "xvda", "202:0", "2048");
	tree__disk(tree, "vbd-51728", "xvdb", "202:16", "2048");
	tree__nic(tree, "vif-0", "eth0", "00:16:3e:00:00:01");
	tree__file(tree, "sys/class/net/eth0/ifindex", "2\n");
	return tree;
}

static void nothing_has_gone(void **state)
{
	char *tree = guest();
	struct platform *p = read_guest(tree);

	(void)state;
	assert_int_equal(platform__note_gone(p, tree), 0);
	assert_false(p->disks[0].gone || p->disks[1].gone || p->nics[0].gone);
	platform__free(p);
	tree__remove(tree);
}

static void a_disk_goes_and_comes_back(void **state)
{
	char *tree = guest();
	struct platform *p = read_guest(tree);

	(void)state;
	tree__drop(tree, "sys/block/xvdb");
	assert_int_equal(platform__note_gone(p, tree), 0);
	assert_false(p->disks[0].gone);
	assert_true(p->disks[1].gone);
	tree__disk(tree, "vbd-51728", "xvdb", "202:16", "2048");
	assert_int_equal(platform__note_gone(p, tree), 0);
	assert_false(p->disks[1].gone);
	platform__free(p);
	tree__remove(tree);
}

/* A name is another device's by now; a loop device has lost its file; an interface is another one. */
static void another_of_the_same_name_is_not_it(void **state)
{
	char *tree = guest();
	struct platform *p = read_guest(tree);

	(void)state;
	tree__file(tree, "sys/block/xvda/dev", "202:32\n");
	tree__file(tree, "sys/block/xvdb/size", "0\n");
	tree__file(tree, "sys/class/net/eth0/ifindex", "3\n");
	assert_int_equal(platform__note_gone(p, tree), 0);
	assert_true(p->disks[0].gone && p->disks[1].gone && p->nics[0].gone);
	assert_true(platform__note_gone(p, "/nowhere") < 0);
	platform__free(p);
	tree__remove(tree);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_has_gone),
		cmocka_unit_test(a_disk_goes_and_comes_back),
		cmocka_unit_test(another_of_the_same_name_is_not_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

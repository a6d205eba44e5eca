// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* NVMe's native multipath: the disk that is used, and the hidden ones where its requests end. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "guest_trees.h"
#include "trees.h"

static void add_head(const char *tree, const char *name, const char *dev)
{
	char path[128], target[128];

	snprintf(path, sizeof(path), "sys/devices/virtual/nvme-subsystem/nvme-subsys0/%s/dev",
		 name);
	tree__file(tree, path, dev);
	snprintf(path, sizeof(path), "sys/devices/virtual/nvme-subsystem/nvme-subsys0/%s/size",
		 name);
	tree__file(tree, path, "393216\n");
	snprintf(path, sizeof(path),
		 "sys/devices/virtual/nvme-subsystem/nvme-subsys0/%s/queue/iostats", name);
	tree__file(tree, path, "0\n"); /* no requests are its own */
	snprintf(path, sizeof(path), "sys/block/%s", name);
	snprintf(target, sizeof(target), "../devices/virtual/nvme-subsystem/nvme-subsys0/%s", name);
	tree__link(tree, path, target);
}

/* It has no "dev", as the kernel hides it. */
static void add_path(const char *tree, const char *place, const char *name, const char *tags)
{
	char path[192], target[192];

	snprintf(path, sizeof(path), "sys/devices/%s/%s/mq/1/nr_tags", place, name);
	tree__file(tree, path, tags);
	snprintf(path, sizeof(path), "sys/block/%s", name);
	snprintf(target, sizeof(target), "../devices/%s/%s", place, name);
	tree__link(tree, path, target);
}

static void the_disk_is_what_serves_its_path(void **state)
{
	char *tree = tree__pvhvm();
	struct platform *p;

	(void)state;
	tree__pci(tree, "0000:00:02.0", "1b36:0010 1af4:1100", "nvme");
	add_head(tree, "nvme0n1", "259:1\n");
	add_path(tree, "pci0000:00/0000:00:02.0/nvme/nvme0", "nvme0c0n1", "1023\n");
	tree__irq(tree, 41, "PCI-MSI", "nvme0q1");
	tree__file(tree, "proc/diskstats",
		   " 202       0 xvda 1 2 3\n 259       0 nvme0c0n1 3 4\n 259 1 nvme0n1 0\n");
	p = tree__answer(tree);
	assert_int_equal(p->nr_disks, 1);
	assert_string_equal(p->disks[0].name, "nvme0n1");
	assert_false(p->disks[0].stacked);
	assert_true(p->disks[0].iostats);
	assert_int_equal(p->disks[0].letter, LETTER_VS);
	assert_string_equal(p->disks[0].driver, "nvme");
	assert_int_equal(p->disks[0].hw_queues, 2);
	assert_int_equal(p->disks[0].tags, 1023);
	assert_string_equal(answer__cell(p, AREA_DISK, "nvme0n1")->how, "emulated nvme");
	assert_string_equal(answer__cell(p, AREA_DISK, "nvme0n1")->evidence,
			    "0000:00:02.0 1b36:0010 sub 1af4:1100; through nvme0");
	assert_int_equal(p->nr_paths, 1);
	assert_string_equal(p->paths[0].name, "nvme0c0n1");
	assert_string_equal(p->paths[0].disk, "nvme0n1");
	assert_int_equal(p->paths[0].major, 259);
	assert_int_equal(p->paths[0].minor, 0);
	assert_string_equal(p->irqs[p->nr_irqs - 1].device, "nvme0n1");
	platform__free(p);
}

/* Two controllers, two namespaces; one more path than disks, which is nobody's. */
static void paths_of_one_kind_are_one_disk(void **state)
{
	char *tree = tree__pvhvm();
	struct platform *p;

	(void)state;
	tree__pci(tree, "0000:00:02.0", "1d0f:8061 0000:0000", "nvme");
	tree__pci(tree, "0000:00:03.0", "1d0f:8061 0000:0000", "nvme");
	add_head(tree, "nvme0n1", "259:1\n");
	add_head(tree, "nvme0n2", "259:4\n");
	add_path(tree, "pci0000:00/0000:00:02.0/nvme/nvme0", "nvme0c0n1", "31\n");
	add_path(tree, "pci0000:00/0000:00:03.0/nvme/nvme1", "nvme0c1n1", "31\n");
	add_path(tree, "pci0000:00/0000:00:03.0/nvme/nvme1", "nvme0c1n2", "31\n");
	add_path(tree, "pci0000:00/0000:00:03.0/nvme/nvme1", "nvme0c1n3", "31\n");
	tree__irq(tree, 41, "PCI-MSI", "nvme1q1");
	/* Before 6.1 the kernel tells nobody their numbers. */
	tree__file(tree, "proc/diskstats", "   0       0 nvme0c0n1 3\n   0 0 nvme0c1n1 1\n");
	p = tree__answer(tree);
	assert_int_equal(p->nr_disks, 2);
	assert_int_equal(p->nr_paths, 4);
	assert_int_equal(p->disks[0].letter, LETTER_VH);
	assert_int_equal(p->disks[1].letter, LETTER_VH);
	assert_non_null(
		strstr(answer__cell(p, AREA_DISK, "nvme0n1")->evidence, "; through nvme0, nvme1"));
	assert_non_null(strstr(answer__cell(p, AREA_DISK, "nvme0n2")->evidence, "; through nvme1"));
	assert_int_equal(p->paths[1].major | p->paths[1].minor, 0);
	/* Of the second controller are two disks. */
	assert_string_equal(p->irqs[p->nr_irqs - 1].device, "nvme1");
	platform__free(p);
}

static void paths_of_two_kinds_are_no_evidence(void **state)
{
	char *tree = tree__pvhvm();
	struct platform *p;

	(void)state;
	tree__pci(tree, "0000:00:02.0", "1b36:0010 1af4:1100", "nvme");
	add_head(tree, "nvme0n1", "259:1\n");
	add_path(tree, "pci0000:00/0000:00:02.0/nvme/nvme0", "nvme0c0n1", "31\n");
	add_path(tree, "virtual/nvme-fabrics/ctl/nvme1", "nvme0c1n1", "31\n");
	p = tree__answer(tree);
	assert_int_equal(p->disks[0].letter, LETTER_UNKNOWN);
	assert_string_equal(answer__cell(p, AREA_DISK, "nvme0n1")->how, "paths of several kinds");
	platform__free(p);
}

/* Over the network by all paths, or by none that is left: a leaf, which nothing here serves. */
static void a_disk_without_a_card_is_a_leaf_too(void **state)
{
	char *tree = tree__pvhvm();
	struct platform *p;

	(void)state;
	add_head(tree, "nvme0n1", "259:1\n");
	add_head(tree, "nvme1n1", "259:2\n");
	add_path(tree, "virtual/nvme-fabrics/ctl/nvme0", "nvme0c0n1", "31\n");
	add_path(tree, "virtual/nvme-fabrics/ctl/nvme1", "nvme0c1n1", "31\n");
	tree__disk(tree, "virtual", "nvme2c", "259:9", "8");
	p = tree__answer(tree);
	assert_int_equal(p->nr_disks, 3);
	assert_int_equal(p->nr_paths, 2);
	assert_string_equal(answer__cell(p, AREA_DISK, "nvme0n1")->how,
			    "NVMe-oF, over the network");
	assert_int_equal(answer__cell(p, AREA_DISK, "nvme1n1")->letter, LETTER_UNKNOWN);
	assert_false(p->disks[1].stacked);
	platform__free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_disk_is_what_serves_its_path),
		cmocka_unit_test(paths_of_one_kind_are_one_disk),
		cmocka_unit_test(paths_of_two_kinds_are_no_evidence),
		cmocka_unit_test(a_disk_without_a_card_is_a_leaf_too),
	};

	return cmocka_run_group_tests_name("platform multipath", tests, NULL, NULL);
}

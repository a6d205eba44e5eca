// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What findings ask of the kernel's files: settings of disks and NICs, swap areas, its own counts. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/str.h"
#include "guest_trees.h"
#include "platform/counts.h"
#include "trees.h"

static char *with_disks(void)
{
	char *tree = tree__pvhvm();

	tree__xenbus(tree, "vbd-51712");
	tree__xenbus(tree, "vbd-51728");
	tree__disk(tree, "vbd-51712", "xvda", "202:0", "2048");
	tree__disk(tree, "vbd-51728", "xvdb", "202:16", "2048");
	return tree;
}

static void a_disks_settings_are_read(void **state)
{
	char *tree = with_disks();
	struct platform *p;

	(void)state;
	tree__file(tree, "sys/block/xvda/queue/scheduler", "none [mq-deadline] kyber\n");
	tree__file(tree, "sys/block/xvda/queue/max_segments", "11\n");
	tree__file(tree, "sys/block/xvdb/queue/scheduler", "none\n");
	tree__file(tree, "sys/module/xen_blkfront/parameters/feature_persistent", "N\n");
	p = tree__answer(tree);
	assert_string_equal(p->disks[0].scheduler, "mq-deadline");
	assert_int_equal(p->disks[0].segments, 11);
	assert_int_equal(p->disks[0].persistent, SETTING_OFF);
	assert_string_equal(p->disks[1].scheduler, "none");
	assert_int_equal(p->disks[1].segments, 0);
	platform__free(p);
}

/* A kernel that has no such files says nothing. */
static void what_no_file_says_is_not_known(void **state)
{
	struct platform *p;

	(void)state;
	p = tree__answer(with_disks());
	assert_string_equal(p->disks[0].scheduler, "");
	assert_int_equal(p->disks[0].persistent, SETTING_UNKNOWN);
	assert_false(p->disks[0].swap);
	platform__free(p);
}

static void swap_is_found_on_its_disk(void **state)
{
	char *tree = with_disks();
	struct platform *p;

	(void)state;
	tree__file(tree, "proc/swaps",
		   "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"
		   "/dev/xvdb                               partition\t1048572\t\t0\t\t-2\n");
	tree__link(tree, "sys/class/block/xvdb", "../../block/xvdb");
	tree__file(tree, "proc/self/mountinfo", "");
	p = tree__answer(tree);
	assert_false(p->disks[0].swap);
	assert_true(p->disks[1].swap);
	platform__free(p);
}

/* A file is on the disk of the innermost mount above it. */
static void a_swap_file_is_on_its_mounts_disk(void **state)
{
	char *tree = with_disks();
	struct platform *p;

	(void)state;
	tree__file(tree, "proc/swaps",
		   "Filename Type Size Used Priority\n/var/swap\\040file file 1048572 0 -2\n");
	tree__file(tree, "proc/self/mountinfo",
		   "20 1 202:16 / / rw - ext4 /dev/xvdb rw\n"
		   "21 20 202:0 / /var rw - ext4 /dev/xvda rw\n");
	tree__link(tree, "sys/dev/block/202:0", "../../block/xvda");
	tree__link(tree, "sys/dev/block/202:16", "../../block/xvdb");
	p = tree__answer(tree);
	assert_true(p->disks[0].swap);
	assert_false(p->disks[1].swap);
	platform__free(p);
}

static void a_nics_offloads_are_those_saved(void **state)
{
	char *tree = tree__pvhvm();
	struct platform *p;

	(void)state;
	tree__xenbus(tree, "vif-0");
	tree__xenbus(tree, "vif-1");
	tree__nic(tree, "vif-0", "eth0", "00:16:3e:00:00:01");
	tree__nic(tree, "vif-1", "eth1", "00:16:3e:00:00:02");
	tree__file(tree, "ethtool/eth0", "tso off gso on\n");
	tree__file(tree, "ethtool/eth1", "tso maybe gso ?\n");
	p = tree__answer(tree);
	assert_int_equal(p->nr_nics, 2);
	assert_int_equal(p->nics[0].tso, SETTING_OFF);
	assert_int_equal(p->nics[0].gso, SETTING_ON);
	assert_int_equal(p->nics[1].tso, SETTING_UNKNOWN);
	assert_int_equal(p->nics[1].gso, SETTING_UNKNOWN);
	platform__free(p);
}

/* One that -N names and that has no device below it: a tunnel, the other end of a guest's. */
static void a_nic_without_a_device_is_there_when_it_is_named(void **state)
{
	static const char *const wrong[] = { "",    ".",    "..",
					     "a/b", "none", "a-name-that-no-interface-can-have" };
	char *tree = tree__new();
	struct platform p = {};

	(void)state;
	tree__file(tree, "sys/class/net/wg0/ifindex", "7\n");
	tree__file(tree, "sys/class/net/wg0/queues/rx-0/rps_cpus", "0\n");
	tree__file(tree, "sys/class/net/wg0/queues/tx-0/xps_cpus", "0\n");
	tree__file(tree, "sys/class/net/wg0/queues/tx-1/xps_cpus", "0\n");
	tree__file(tree, "sys/class/net/vif1.0/ifindex", "9\n");
	for (size_t i = 0; i < LENGTH(wrong); i++)
		assert_int_equal(platform__add_nic(&p, tree, wrong[i]), -ENOENT);
	assert_int_equal(platform__add_nic(&p, "/no/such/root", "wg0"), -ENOENT);
	assert_int_equal(p.nr_nics, 0);
	assert_int_equal(platform__add_nic(&p, tree, "wg0"), 0);
	assert_int_equal(platform__add_nic(&p, tree, "vif1.0"), 0);
	assert_int_equal(p.nr_nics, 2);
	assert_string_equal(p.nics[0].name, "wg0");
	assert_int_equal(p.nics[0].ifindex, 7);
	assert_int_equal(p.nics[0].queues, 2);
	assert_int_equal(p.nics[0].letter, LETTER_UNKNOWN);
	assert_int_equal(p.nics[1].ifindex, 9);
	assert_int_equal(p.nics[1].queues, 1);
	free(p.nics);
	tree__remove(tree);
}

/* Of 11 figures until 4.18, of 15 until 5.5: Documentation/block/stat.rst. */
static void all_requests_of_a_disk_are_counted(void **state)
{
	(void)state;
	assert_int_equal(disk_stat__parse("10 1 80 5 20 2 160 9 0 12 14\n"), 30);
	assert_int_equal(disk_stat__parse("10 1 80 5 20 2 160 9 0 12 14 3 0 24 1\n"), 33);
	assert_int_equal(disk_stat__parse("  10 1 80 5 20 2 160 9 0 12 14 3 0 24 1 4 2\n"), 37);
	assert_int_equal(disk_stat__parse(""), 0);
	assert_int_equal(disk_stat__read("no such disk"), 0);
}

static void a_cheaper_clock_is_named(void **state)
{
	char *tree = tree__pvhvm();
	struct platform *p;

	(void)state;
	tree__file(tree, "sys/devices/system/clocksource/clocksource0/available_clocksource",
		   "xen tsc hpet acpi_pm\n");
	tree__file(tree, "sys/devices/system/clocksource/clocksource0/current_clocksource",
		   "acpi_pm\n");
	p = tree__answer(tree);
	assert_string_equal(p->better_clock, "tsc");
	platform__free(p);
}

static void the_kernels_counts_are_read(void **state)
{
	char *tree = tree__new();
	struct disk_counts disks[] = { { .device = "xvda" }, { .device = "gone" } };
	struct nic_losses nics[] = { { .device = "eth0" } };
	struct kernel_counts kernel;

	(void)state;
	tree__file(tree, "sys/block/xvda/stat",
		   "  100 7 1600 11  30 2 240 12 0 20 23 0 0 0 0  9 4\n");
	tree__file(tree, "sys/class/net/eth0/statistics/tx_dropped", "12\n");
	tree__file(tree, "sys/class/net/eth0/statistics/rx_missed_errors", "3\n");
	tree__file(tree, "proc/vmstat", "nr_free_pages 1\npswpin 21\npswpout 4000\npswpins 9\n");
	tree__file(tree, "proc/net/softnet_stat",
		   "0000ffff 0000000a 00000003 0 0\n00000001 00000001 00000010 0 0\n");
	assert_int_equal(disk_counts__read(disks, 2, tree), 0);
	assert_int_equal(disks[0].reads, 100);
	assert_int_equal(disks[0].read_bytes, 1600 * 512);
	assert_int_equal(disks[0].writes, 30);
	assert_int_equal(disks[0].write_bytes, 240 * 512);
	assert_int_equal(disks[0].flushes, 9);
	assert_int_equal(disks[1].reads, 0);
	assert_int_equal(nic_losses__read(nics, 1, tree), 0);
	assert_int_equal(nics[0].tx_dropped, 12);
	assert_int_equal(nics[0].rx_missed_errors, 3);
	assert_int_equal(nics[0].rx_fifo_errors, 0);
	assert_int_equal(kernel_counts__read(&kernel, tree), 0);
	assert_int_equal(kernel.swapped_in, 21);
	assert_int_equal(kernel.swapped_out, 4000);
	assert_int_equal(kernel.backlog_drops, 11);
	assert_int_equal(kernel.squeezed, 19);
	tree__remove(tree);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_disks_settings_are_read),
		cmocka_unit_test(what_no_file_says_is_not_known),
		cmocka_unit_test(swap_is_found_on_its_disk),
		cmocka_unit_test(a_swap_file_is_on_its_mounts_disk),
		cmocka_unit_test(a_nics_offloads_are_those_saved),
		cmocka_unit_test(a_nic_without_a_device_is_there_when_it_is_named),
		cmocka_unit_test(all_requests_of_a_disk_are_counted),
		cmocka_unit_test(a_cheaper_clock_is_named),
		cmocka_unit_test(the_kernels_counts_are_read),
	};

	return cmocka_run_group_tests_name("counts", tests, NULL, NULL);
}

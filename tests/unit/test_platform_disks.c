// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Disks: what serves them, which are the same one, where they are mounted. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include "guest_trees.h"
#include "trees.h"

static void sd_on_blkfront_is_paravirtual(void **state)
{
	char *tree = tree__pvhvm();
	struct platform *p;

	(void)state;
	tree__xenbus(tree, "vbd-2048");
	tree__disk(tree, "vbd-2048", "sda", "8:0", "2048");
	p = tree__answer(tree);
	assert_int_equal(p->disks[0].letter, LETTER_P);
	assert_string_equal(p->disks[0].driver, "blkfront");
	assert_string_equal(p->mode, "pvhvm");
	platform__free(p);
}

/* One disk by two paths; a second of the same size, and one at the same place of another size. */
static void the_same_disk_is_found_by_place_and_size(void **state)
{
	const char *ahci = "pci0000:00/0000:00:05.0/ata3/host2/target2:0:0/2:0:0:0";
	char *tree = tree__pvhvm();
	struct platform *p;

	(void)state;
	tree__pci(tree, "0000:00:05.0", "8086:2922 1af4:1100", "ahci");
	tree__file(tree, "sys/devices/pci0000:00/0000:00:05.0/ata3/ata_port/ata3/port_no", "1\n");
	tree__file(tree, "sys/devices/pci0000:00/0000:00:05.0/ata4/ata_port/ata4/port_no", "2\n");
	tree__disk(tree, ahci, "sda", "8:0", "2048");
	tree__disk(tree, "pci0000:00/0000:00:05.0/ata4/host3/target3:0:0/3:0:0:0", "sdb", "8:16",
		   "4096");
	tree__xenbus(tree, "vbd-51712");
	tree__xenbus(tree, "vbd-51728");
	tree__xenbus(tree, "vbd-51744");
	tree__disk(tree, "vbd-51712", "xvda", "202:0", "2048");
	tree__disk(tree, "vbd-51728", "xvdb", "202:16", "2048");
	tree__disk(tree, "vbd-51744", "xvdc", "202:32", "4096");
	tree__irq(tree, 11, "IO-APIC", "ahci[0000:00:05.0],eth9");
	tree__irq(tree, 50, "xen-dyn-lateeoi", "blkif");
	p = tree__answer(tree);
	assert_string_equal(p->disks[0].same_as, "xvda");
	assert_string_equal(p->disks[1].same_as, "");
	assert_string_equal(p->disks[2].same_as, "sda");
	assert_string_equal(p->disks[3].same_as, "");
	assert_string_equal(p->disks[4].same_as, "");
	assert_string_equal(answer__cell(p, AREA_DISK, "sda")->better, "P: xvda, same disk");
	/* Two disks on the controller, three on blkfront: neither interrupt has one owner. */
	assert_string_equal(p->irqs[0].device, "ahci 0000:00:05.0");
	assert_int_equal(p->irqs[0].letter, LETTER_VS);
	assert_int_equal(p->irqs[0].follows, 1);
	assert_string_equal(p->irqs[1].action, "eth9");
	assert_int_equal(p->irqs[1].follows, 0);
	assert_string_equal(p->irqs[3].device, "blkif");
	assert_int_equal(p->irqs[3].area, AREA_DISK);
	platform__free(p);
}

static void ide_counts_master_and_slave(void **state)
{
	const char *slave = "pci0000:00/0000:00:01.1/ata2/host1/target1:0:1/1:0:1:0";
	char *tree = tree__pvhvm();
	struct platform *p;

	(void)state;
	tree__pci(tree, "0000:00:01.1", "8086:7010 1af4:1100", "ata_piix");
	tree__file(tree, "sys/devices/pci0000:00/0000:00:01.1/ata2/ata_port/ata2/port_no", "2\n");
	tree__disk(tree, slave, "sda", "8:0", "2048");
	tree__xenbus(tree, "vbd-5696");
	tree__disk(tree, "vbd-5696", "xvdd", "202:48", "2048");
	tree__irq(tree, 15, "IO-APIC", "ata_piix");
	tree__irq(tree, 50, "xen-dyn", "blkif");
	p = tree__answer(tree);
	assert_string_equal(p->disks[0].same_as, "xvdd"); /* hdd: 22:64, disk 3 */
	assert_string_equal(p->irqs[0].device, "sda");
	assert_string_equal(p->irqs[2].device, "xvdd");
	platform__free(p);
}

static void initial_domain_has_the_machines_disks(void **state)
{
	char *tree = tree__new();
	struct platform *p;

	(void)state;
	tree__file(tree, "sys/hypervisor/type", "xen\n");
	tree__file(tree, "sys/hypervisor/guest_type", "PV\n");
	tree__file(tree, "sys/hypervisor/properties/features", "00000800\n");
	tree__pci(tree, "0000:00:05.0", "8086:2922 1af4:1100", "ahci");
	tree__disk(tree, "pci0000:00/0000:00:05.0/ata1/host0/target0:0:0/0:0:0:0", "sda", "8:0",
		   "2048");
	tree__pci(tree, "0000:00:06.0", "1af4:1001 1af4:0002", "virtio-pci");
	tree__disk(tree, "pci0000:00/0000:00:06.0/virtio0", "vda", "254:0", "2048");
	tree__irq(tree, 60, "xen-dyn-lateeoi", "blkif-backend");
	tree__irq(tree, 61, "xen-dyn-lateeoi", "vif1.0-q0-tx");
	tree__irq(tree, 62, "xen-dyn-lateeoi", "evtchn:xenstored");
	p = tree__answer(tree);
	assert_string_equal(p->mode, "dom0");
	assert_int_equal(p->disks[0].letter, LETTER_H);
	assert_int_equal(p->disks[1].letter, LETTER_P);
	assert_string_equal(p->irqs[0].kind, "vbd");
	assert_string_equal(p->irqs[1].device, "vif1.0");
	assert_int_equal(p->irqs[1].area, AREA_NET);
	assert_string_equal(p->irqs[2].kind, "user");
	platform__free(p);
}

static void mounts_are_followed_down_to_the_disk(void **state)
{
	char *tree = tree__pvhvm();
	struct platform *p;

	(void)state;
	tree__xenbus(tree, "vbd-51712");
	tree__disk(tree, "vbd-51712", "xvda", "202:0", "2048");
	tree__file(tree, "sys/devices/vbd-51712/block/xvda/xvda2/partition", "2\n");
	tree__link(tree, "sys/class/block/xvda2", "../../devices/vbd-51712/block/xvda/xvda2");
	tree__link(tree, "sys/dev/block/202:2", "../../devices/vbd-51712/block/xvda/xvda2");
	tree__disk(tree, "virtual", "dm-0", "253:0", "1024");
	tree__link(tree, "sys/class/block/dm-0", "../../devices/virtual/block/dm-0");
	tree__link(tree, "sys/dev/block/253:0", "../../devices/virtual/block/dm-0");
	tree__link(tree, "sys/devices/virtual/block/dm-0/slaves/xvda2",
		   "../../../../vbd-51712/block/xvda/xvda2");
	tree__disk(tree, "virtual", "loop0", "7:0", "0");
	tree__file(tree, "proc/self/mountinfo",
		   "1 0 253:0 / /srv/my\\040data rw - ext4 /dev/mapper/vg-lv rw\n"
		   "2 0 0:44 / /btr rw - btrfs /dev/xvda2 rw\n"
		   "3 0 202:2 / /srv/my\\040data rw - ext4 /dev/xvda2 rw\n"
		   "4 0 garbage\n");
	p = tree__answer(tree);
	assert_int_equal(p->nr_disks, 2);
	assert_string_equal(p->disks[0].name, "dm-0");
	assert_true(p->disks[0].stacked);
	assert_string_equal(p->disks[0].mounts, "/srv/my data");
	assert_string_equal(p->disks[1].mounts, "/srv/my data, /btr");
	platform__free(p);
}

static void hardware_queues_may_have_holes(void **state)
{
	char *tree = tree__new();
	struct platform *p;

	(void)state;
	tree__disk(tree, "pci0000:00/0000:00:05.0/nvme/nvme0", "nvme0n1", "259:0\n", "8\n");
	tree__file(tree, "sys/block/nvme0n1/mq/0/nr_tags", "32\n");
	tree__file(tree, "sys/block/nvme0n1/mq/2/nr_tags", "31\n");
	tree__file(tree, "sys/block/nvme0n1/mq/10/nr_tags", "32\n");
	tree__file(tree, "sys/block/nvme0n1/queue/nr_requests", "64\n");
	p = tree__answer(tree);
	assert_int_equal(p->nr_disks, 1);
	assert_int_equal(p->disks[0].hw_queues, 11);
	assert_int_equal(p->disks[0].tags, 32);
	assert_int_equal(p->disks[0].depth, 64);
	platform__free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sd_on_blkfront_is_paravirtual),
		cmocka_unit_test(the_same_disk_is_found_by_place_and_size),
		cmocka_unit_test(ide_counts_master_and_slave),
		cmocka_unit_test(initial_domain_has_the_machines_disks),
		cmocka_unit_test(mounts_are_followed_down_to_the_disk),
		cmocka_unit_test(hardware_queues_may_have_holes),
	};

	return cmocka_run_group_tests_name("platform disks", tests, NULL, NULL);
}

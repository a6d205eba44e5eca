// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Disks: what serves them, which are the same one, where they are mounted. Block devices that are
 * no plain disk of the guest's configuration: drives with a medium, disks that are reached over a
 * bus or the network, and devices that have none below them. And NVMe's native multipath: the disk
 * that is used, and the hidden ones where its requests end.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
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

/* xvda, and dm-0 on its second partition; both mounted. */
static char *tree__stacked(void)
{
	char *tree = tree__pvhvm();

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
	return tree;
}

static void mounts_are_followed_down_to_the_disk(void **state)
{
	struct platform *p = tree__answer(tree__stacked());

	(void)state;
	assert_int_equal(p->nr_disks, 2);
	assert_string_equal(p->disks[0].name, "dm-0");
	assert_true(p->disks[0].stacked);
	assert_string_equal(p->disks[0].mounts, "/srv/my data");
	assert_string_equal(p->disks[1].mounts, "/srv/my data, /btr");
	platform__free(p);
}

static void a_device_leads_to_the_leaf_disks_below_it(void **state)
{
	static const char *const links[] = { "sys/dev/block/253:0", "sys/dev/block/202:2",
					     "sys/block/xvda", "sys/block/dm-0" };
	char *tree = tree__stacked();
	const char *names[2] = {};
	struct platform *p;
	size_t nr = 0;

	(void)state;
	assert_int_equal(platform__read(&p, tree), 0);
	assert_int_equal(platform__leaves(p, tree, links[0], names, &nr, 0), -E2BIG);
	for (size_t i = 0; i < 4; i++) { /* it is there once, however often it is asked for */
		assert_int_equal(platform__leaves(p, tree, links[i], names, &nr, 1), 0);
		assert_int_equal(nr, 1);
		assert_ptr_equal(names[0], p->disks[1].name);
	}
	assert_int_not_equal(platform__leaves(p, tree, "sys/dev/block/8:0", names, &nr, 1), 0);
	platform__free(p);
	tree__remove(tree);
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

#define IDE  "pci0000:00/0000:00:01.1/ata2/host1/target1:0:1/1:0:1:0"
#define XHCI "pci0000:00/0000:00:05.0/usb1/1-1/1-1:1.0/host4/target4:0:0/4:0:0:0"
#define SCSI "host5/target5:0:0/5:0:0:1"

struct drive {
	const char *place, *name, *dev, *letter, *how;
};

static const struct drive drives[] = {
	{ IDE, "sr0", "11:0", "VS", "emulated ata_piix, CD drive" },
	{ "pci0000:00/0000:00:04.0/ata3/" SCSI, "sr1", "11:1", "VS", "emulated ahci, CD drive" },
	{ "platform/floppy.0", "fd0", "2:0", "VS", "emulated, floppy drive" },
	{ XHCI, "sdb", "8:16", "VS", "emulated xhci_hcd, USB" },
	{ XHCI, "sr2", "11:2", "VS", "emulated xhci_hcd, USB" },
	{ "pci0000:00/0000:00:06.0/virtio3/" SCSI, "sr3", "11:3", "P", "virtio_scsi, CD drive" },
	{ "vscsi-0/" SCSI, "sdj", "8:144", "P", "scsifront" },
	{ "vusb-0/usb2/2-1/2-1:1.0/" SCSI, "sdk", "8:160", "P", "xen-hcd" },
	{ "pci0000:00/0000:00:05.0/mmc_host/mmc0/mmc0:0001", "mmcblk0", "179:0", "VS",
	  "emulated xhci_hcd, SD card" },
	/* Software iSCSI, and a card's; a Fibre Channel card and FCoE; usbip */
	{ "platform/host5/session1/target5:0:0/5:0:0:1", "sdc", "8:32", "?",
	  "iSCSI, over the network" },
	{ "pci0000:00/0000:00:07.0/host6/session2/target6:0:0/6:0:0:0", "sdd", "8:48", "H",
	  "passed-through qla4xxx, iSCSI" },
	{ "pci0000:00/0000:00:08.0/host7/rport-7:0-1/target7:0:1/7:0:1:0", "sde", "8:64", "H",
	  "passed-through qla2xxx, Fibre Channel" },
	{ "virtual/net/eth0.100/ctlr_0/host8/rport-8:0-1/target8:0:1/8:0:1:0", "sdf", "8:80", "?",
	  "Fibre Channel, over the network" },
	{ "platform/vhci_hcd.0/usb3/3-1/3-1:1.0/host9/target9:0:0/9:0:0:0", "sdg", "8:96", "?",
	  "USB" },
	{ "pseudo_0/adapter0/host10/target10:0:0/10:0:0:0", "sdh", "8:112", "?",
	  "SCSI debug, in memory" },
	{ "virtual/nvme-fabrics/ctl/nvme0", "nvme0n1", "259:0", "?", "NVMe-oF, over the network" },
	{ "LNXSYSTM:00/LNXSYBUS:00/ACPI0012:00/ndbus0/region0/namespace0.0", "pmem0", "259:1", "?",
	  "persistent memory" },
	{ "platform/something.0/" SCSI, "sdi", "8:128", "?", "" },
	/* No controller at all, and in use */
	{ "virtual", "nbd0", "43:0", "?", "nbd, over the network" },
	{ "rbd/0", "rbd0", "250:0", "?", "rbd, over the network" },
	{ "virtual", "etherd!e0.0", "152:0", "?", "etherd, over the network" },
	{ "virtual", "ublkb0", "259:2", "?", "ublkb, by a process" },
	{ "virtual", "zram0", "252:0", "?", "zram, in memory" },
	{ "virtual", "nullb0", "251:0", "?", "nullb, in memory" },
	{ "virtual", "what0", "240:0", "?", "what" },
};

static void add_controllers(const char *tree)
{
	tree__pci(tree, "0000:00:01.1", "8086:7010 1af4:1100", "ata_piix");
	tree__pci(tree, "0000:00:04.0", "8086:2922 1af4:1100", "ahci");
	tree__pci(tree, "0000:00:05.0", "1b36:000d 1af4:1100", "xhci_hcd");
	tree__pci(tree, "0000:00:06.0", "1af4:1004 1af4:0008", "virtio-pci");
	tree__file(tree, "sys/bus/virtio/drivers/virtio_scsi/uevent", "");
	tree__file(tree, "sys/bus/virtio/devices/virtio3/device", "0x0008\n");
	tree__link(tree, "sys/bus/virtio/devices/virtio3/driver",
		   "../../../../bus/virtio/drivers/virtio_scsi");
	tree__pci(tree, "0000:00:07.0", "1077:4022 1077:0122", "qla4xxx");
	tree__file(tree, "sys/bus/pci/devices/0000:00:07.0/irq", "28\n");
	tree__pci(tree, "0000:00:08.0", "1077:2532 1077:015c", "qla2xxx");
	tree__file(tree, "sys/bus/pci/devices/0000:00:08.0/irq", "32\n");
}

static void expect(const struct platform *p, const struct drive *drive)
{
	const struct cell *cell = answer__cell(p, AREA_DISK, drive->name);

	print_message("%s\n", drive->name);
	assert_string_equal(letter__name(cell->letter), drive->letter);
	assert_string_equal(cell->how, drive->how);
	assert_string_equal(cell->better, "");
}

/* The toolstack's rules are for its disks: no advice for these, and none is left by unplug. */
static void what_is_no_plain_disk_is_named_and_let_be(void **state)
{
	char *tree = tree__pvhvm();
	struct platform *p;

	(void)state;
	add_controllers(tree);
	tree__xenbus(tree, "vscsi-0");
	tree__xenbus(tree, "vusb-0");
	for (size_t i = 0; i < sizeof(drives) / sizeof(drives[0]); i++)
		tree__disk(tree, drives[i].place, drives[i].name, drives[i].dev, "2097151");
	p = tree__answer(tree);
	for (size_t i = 0; i < sizeof(drives) / sizeof(drives[0]); i++)
		expect(p, &drives[i]);
	assert_int_equal(answer__feature(p, "unplug")->state, FEATURE_ACTIVE);
	platform__free(p);
}

/* A CD drive is no twin of a disk, though it has the disk's place and size. */
static void a_cd_is_not_the_disk_at_its_place(void **state)
{
	char *tree = tree__pvhvm();
	struct platform *p;

	(void)state;
	add_controllers(tree);
	tree__file(tree, "sys/devices/pci0000:00/0000:00:01.1/ata2/ata_port/ata2/port_no", "2\n");
	tree__disk(tree, IDE, "sr0", "11:0", "2048");
	tree__xenbus(tree, "vbd-5696");
	tree__disk(tree, "vbd-5696", "xvdd", "202:48", "2048");
	tree__file(tree, "sys/block/xvdd/removable", "1\n");
	p = tree__answer(tree);
	assert_string_equal(p->disks[0].same_as, "");
	assert_string_equal(answer__cell(p, AREA_DISK, "xvdd")->how, "blkfront, removable");
	assert_int_equal(p->disks[1].letter, LETTER_P);
	platform__free(p);
}

/* Emulated IDE, SCSI and SAS disks are the toolstack's. */
static void a_plain_emulated_disk_has_its_advice(void **state)
{
	char *tree = tree__pvhvm();
	struct platform *p;

	(void)state;
	add_controllers(tree);
	tree__disk(tree, IDE, "sda", "8:0", "2048");
	tree__pci(tree, "0000:00:09.0", "1000:0054 1af4:1100", "mptsas");
	tree__disk(tree,
		   "pci0000:00/0000:00:09.0/host2/port-2:0/end_device-2:0/target2:0:0/2:0:0:0",
		   "sdb", "8:16", "4096");
	p = tree__answer(tree);
	assert_string_equal(answer__cell(p, AREA_DISK, "sda")->better,
			    "P: blkfront, by the host's configuration");
	assert_string_equal(answer__cell(p, AREA_DISK, "sdb")->better,
			    "P: blkfront, by the host's configuration");
	assert_string_equal(answer__feature(p, "unplug")->why,
			    "no device on xenbus; left: sda, sdb");
	platform__free(p);
}

/* dom0 and KVM: the network is neither the machine's hardware nor the host's emulation. */
static void the_network_is_the_network_everywhere(void **state)
{
	static const char *const cpuid[] = { "00000001: 0 0 0 0\n", HYPERVISOR_BIT KVM("400000") };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		char *tree = tree__new();
		struct platform *p;

		tree__file(tree, "cpuid.txt", cpuid[i % 2]);
		if (i == 2) {
			tree__file(tree, "sys/hypervisor/type", "xen\n");
			tree__file(tree, "sys/hypervisor/properties/features", "00000800\n");
		}
		tree__disk(tree, "platform/host5/session1/target5:0:0/5:0:0:1", "sdb", "8:16",
			   "2048");
		tree__disk(tree, "platform/floppy.0", "fd0", "2:0", "8");
		p = tree__answer(tree);
		expect(p, &(const struct drive) {
				  .name = "sdb", .letter = "?", .how = "iSCSI, over the network" });
		assert_string_equal(letter__name(answer__cell(p, AREA_DISK, "fd0")->letter),
				    p->boot == BOOT_KVM ? "VS" : "H");
		platform__free(p);
	}
}

static void is_stacked(const struct platform *p, const char *name, bool stacked)
{
	for (size_t i = 0; i < p->nr_disks; i++) {
		if (strcmp(p->disks[i].name, name))
			continue;
		print_message("%s\n", name);
		assert_int_equal(p->disks[i].stacked, stacked);
		return;
	}
	fail_msg("no %s", name);
}

/* Slaves in sysfs prove it, of whatever name; drivers that show none are known. */
static void what_lies_on_disks_is_stacked(void **state)
{
	static const char *const on_disks[] = {
		"dm-0", "md127", "bcache0", "drbd1", "zd16", "loop0"
	};
	char *tree = tree__pvhvm(), dev[16];
	struct platform *p;

	(void)state;
	for (size_t i = 0; i < sizeof(on_disks) / sizeof(on_disks[0]); i++) {
		snprintf(dev, sizeof(dev), "253:%zu", i);
		tree__disk(tree, "virtual", on_disks[i], dev, "2048");
	}
	/* dm-multipath in its request mode: its requests go on to those of sda and sdb */
	tree__file(tree, "sys/block/dm-0/mq/0/nr_tags", "128\n");
	tree__file(tree, "sys/block/dm-0/slaves/sda/dev", "8:0\n");
	tree__disk(tree, "virtual", "new0", "240:0", "2048");
	tree__file(tree, "sys/block/new0/slaves/sda/dev", "8:0\n");
	tree__disk(tree, "virtual", "other0", "241:0", "2048");
	tree__file(tree, "sys/block/other0/slaves/.keep", "");
	p = tree__answer(tree);
	for (size_t i = 0; i < sizeof(on_disks) / sizeof(on_disks[0]); i++)
		is_stacked(p, on_disks[i], true);
	is_stacked(p, "new0", true);
	is_stacked(p, "other0", false);
	platform__free(p);
}

/* A loop device's requests end at its file, unless that is a disk's. */
static void a_loop_is_a_leaf_where_its_file_is_on_no_disk(void **state)
{
	static const struct {
		const char *name, *file, *how;
	} loops[] = {
		{ "loop0", "/dev/shm/a.img", "loop, in memory: a file on tmpfs" },
		{ "loop1", "/srv/a.img", NULL },
		{ "loop2", "/srv/far/a.img (deleted)", "loop, over the network: a file on nfs4" },
		{ "loop3", "/srv/farther/a.img", NULL },
		{ "loop4", "/tmp/hidden/a.img", NULL },
		{ "loop5", "/unknown.img", NULL },
	};
	char *tree = tree__pvhvm(), *copy = tree__new(), path[64], dev[16];
	struct platform *p;

	(void)state;
	for (size_t i = 0; i < sizeof(loops) / sizeof(loops[0]); i++) {
		snprintf(dev, sizeof(dev), "7:%zu", i);
		tree__disk(tree, "virtual", loops[i].name, dev, "2048");
		snprintf(path, sizeof(path), "sys/block/%s/loop/backing_file", loops[i].name);
		tree__file(tree, path, loops[i].file);
	}
	tree__disk(tree, "virtual", "loop6", "7:6", "0");
	tree__file(tree, "proc/self/mountinfo",
		   "1 0 202:1 / / rw - ext4 /dev/xvda1 rw\n"
		   "2 1 0:5 / /dev rw - devtmpfs udev rw\n"
		   "3 2 0:24 / /dev/shm rw - tmpfs tmpfs rw\n"
		   "4 1 0:30 / /tmp rw - tmpfs tmpfs rw\n"
		   "5 4 202:2 / /tmp/hidden rw - ext4 /dev/xvda2 rw\n"
		   "6 1 0:40 / /srv/far rw - nfs4 server:/export rw\n"
		   "7 1 0:41 / /home/secret rw - nfs4 server:/home rw\n");
	assert_int_equal(platform__save(&p, tree, copy), 0);
	platform__free(p);
	tree__remove(tree);
	p = tree__answer(copy); /* of the mounts that hold a file, and of no others */
	assert_int_equal(p->nr_disks, sizeof(loops) / sizeof(loops[0]));
	for (size_t i = 0; i < sizeof(loops) / sizeof(loops[0]); i++) {
		is_stacked(p, loops[i].name, !loops[i].how);
		if (loops[i].how)
			assert_string_equal(answer__cell(p, AREA_DISK, loops[i].name)->how,
					    loops[i].how);
	}
	platform__free(p);
}

/* A module's devices that nobody set up are not shown. */
static void unused_devices_are_left_out(void **state)
{
	static const char *const unused[] = { "nbd0", "nbd15", "loop0", "zram0", "ublkb3", "rnbd0" };
	char *tree = tree__pvhvm(), dev[16];
	struct platform *p;

	(void)state;
	for (size_t i = 0; i < sizeof(unused) / sizeof(unused[0]); i++) {
		snprintf(dev, sizeof(dev), "43:%zu", i);
		tree__disk(tree, "virtual", unused[i], dev, "0");
	}
	tree__disk(tree, "virtual", "ram0", "1:0", "8192");
	tree__disk(tree, "virtual", "ram1", "1:1", "8192");
	tree__link(tree, "sys/class/block/ram1", "../../devices/virtual/block/ram1");
	tree__link(tree, "sys/dev/block/1:1", "../../devices/virtual/block/ram1");
	tree__file(tree, "proc/self/mountinfo", "1 0 1:1 / /mnt rw - ext4 /dev/ram1 rw\n");
	/* A drive without a medium is there all the same. */
	add_controllers(tree);
	tree__disk(tree, IDE, "sr0", "11:0", "0");
	p = tree__answer(tree);
	for (size_t i = 0; i < p->nr_cells; i++)
		if (p->cells[i].area == AREA_DISK)
			assert_true(!strcmp(p->cells[i].what, "ram1") ||
				    !strcmp(p->cells[i].what, "sr0"));
	answer__cell(p, AREA_DISK, "ram1");
	answer__cell(p, AREA_DISK, "sr0");
	platform__free(p);
}

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
		cmocka_unit_test(sd_on_blkfront_is_paravirtual),
		cmocka_unit_test(the_same_disk_is_found_by_place_and_size),
		cmocka_unit_test(ide_counts_master_and_slave),
		cmocka_unit_test(initial_domain_has_the_machines_disks),
		cmocka_unit_test(mounts_are_followed_down_to_the_disk),
		cmocka_unit_test(a_device_leads_to_the_leaf_disks_below_it),
		cmocka_unit_test(hardware_queues_may_have_holes),
		cmocka_unit_test(what_is_no_plain_disk_is_named_and_let_be),
		cmocka_unit_test(a_cd_is_not_the_disk_at_its_place),
		cmocka_unit_test(a_plain_emulated_disk_has_its_advice),
		cmocka_unit_test(the_network_is_the_network_everywhere),
		cmocka_unit_test(what_lies_on_disks_is_stacked),
		cmocka_unit_test(a_loop_is_a_leaf_where_its_file_is_on_no_disk),
		cmocka_unit_test(unused_devices_are_left_out),
		cmocka_unit_test(the_disk_is_what_serves_its_path),
		cmocka_unit_test(paths_of_one_kind_are_one_disk),
		cmocka_unit_test(paths_of_two_kinds_are_no_evidence),
		cmocka_unit_test(a_disk_without_a_card_is_a_leaf_too),
	};

	return cmocka_run_group_tests_name("platform disks", tests, NULL, NULL);
}

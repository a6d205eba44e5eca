// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Hand-made guests, each to catch one wrong conclusion: names and drivers prove nothing. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "platform/platform.h"
#include "trees.h"

#define HYPERVISOR_BIT "00000001: 0 0 80000000 0\n"
#define XEN(base)      base "00: " base "05 566e6558 65584d4d 4d4d566e\n"
#define KVM(base)      base "00: " base "01 4b4d564b 564b4d56 0000004d\n"
#define HYPER_V	       "40000000: 40000005 7263694d 666f736f 76482074\n"
#define TCG	       "40000000: 40000001 54474354 43544743 47435447\n"

static void pci(const char *tree, const char *address, const char *ids, const char *driver)
{
	static const char *const names[] = { "vendor", "device", "subsystem_vendor",
					     "subsystem_device" };
	char path[256], target[256], id[4][16];

	assert_int_equal(sscanf(ids, "%15[^:]:%15s %15[^:]:%15s", id[0], id[1], id[2], id[3]), 4);
	for (size_t i = 0; i < 4; i++) {
		char value[24];

		snprintf(path, sizeof(path), "sys/devices/pci0000:00/%s/%s", address, names[i]);
		snprintf(value, sizeof(value), "0x%s\n", id[i]);
		tree__file(tree, path, value);
	}
	snprintf(path, sizeof(path), "sys/bus/pci/drivers/%s/uevent", driver);
	tree__file(tree, path, "");
	snprintf(path, sizeof(path), "sys/devices/pci0000:00/%s/driver", address);
	snprintf(target, sizeof(target), "../../../bus/pci/drivers/%s", driver);
	tree__link(tree, path, target);
	snprintf(path, sizeof(path), "sys/bus/pci/devices/%s", address);
	snprintf(target, sizeof(target), "../../../devices/pci0000:00/%s", address);
	tree__link(tree, path, target);
}

/* A disk of this name below a device; place is relative to sys/devices. */
static void disk(const char *tree, const char *place, const char *name, const char *dev,
		 const char *sectors)
{
	char path[256], target[256];

	snprintf(path, sizeof(path), "sys/devices/%s/block/%s/dev", place, name);
	tree__file(tree, path, dev);
	snprintf(path, sizeof(path), "sys/devices/%s/block/%s/size", place, name);
	tree__file(tree, path, sectors);
	snprintf(path, sizeof(path), "sys/block/%s", name);
	snprintf(target, sizeof(target), "../devices/%s/block/%s", place, name);
	tree__link(tree, path, target);
}

static void nic(const char *tree, const char *place, const char *name, const char *mac)
{
	char path[256], target[256];

	snprintf(path, sizeof(path), "sys/devices/%s/net/%s/address", place, name);
	tree__file(tree, path, mac);
	snprintf(path, sizeof(path), "sys/devices/%s/net/%s/device", place, name);
	tree__link(tree, path, "../..");
	snprintf(path, sizeof(path), "sys/class/net/%s", name);
	snprintf(target, sizeof(target), "../../devices/%s/net/%s", place, name);
	tree__link(tree, path, target);
}

static void xenbus(const char *tree, const char *name)
{
	char path[256], target[256];

	snprintf(path, sizeof(path), "sys/devices/%s/nodename", name);
	tree__file(tree, path, "device/x");
	snprintf(path, sizeof(path), "sys/bus/xen/devices/%s", name);
	snprintf(target, sizeof(target), "../../../devices/%s", name);
	tree__link(tree, path, target);
}

static void irq(const char *tree, unsigned int nr, const char *chip, const char *actions)
{
	char path[256];

	snprintf(path, sizeof(path), "sys/kernel/irq/%u/actions", nr);
	tree__file(tree, path, actions);
	snprintf(path, sizeof(path), "sys/kernel/irq/%u/chip_name", nr);
	tree__file(tree, path, chip);
}

/* An HVM guest that uses Xen: callback vector and PV timers. */
static char *pvhvm(void)
{
	char *tree = tree__new();

	tree__file(tree, "cpuid.txt", HYPERVISOR_BIT XEN("400000") "40000001: 00040011 0 0 0\n");
	tree__file(tree, "sys/hypervisor/type", "xen\n");
	tree__file(tree, "sys/hypervisor/guest_type", "HVM\n");
	tree__file(tree, "proc/interrupts", "HYP:   0   12  Hypervisor callback interrupts\n");
	irq(tree, 40, "xen-percpu", "timer0");
	return tree;
}

static struct platform *answer(char *tree)
{
	struct platform *p;

	assert_int_equal(platform__read(&p, tree), 0);
	tree__remove(tree);
	return p;
}

static const struct cell *cell(const struct platform *p, enum area area, const char *what)
{
	for (size_t i = 0; i < p->nr_cells; i++)
		if (p->cells[i].area == area && !strcmp(p->cells[i].what, what))
			return &p->cells[i];
	fail_msg("no cell %s %s", area__name(area), what);
	return NULL;
}

static const struct feature *feature(const struct platform *p, const char *name)
{
	for (size_t i = 0; i < p->nr_features; i++)
		if (!strcmp(p->features[i].name, name))
			return &p->features[i];
	fail_msg("no feature %s", name);
	return NULL;
}

static void sd_on_blkfront_is_paravirtual(void **state)
{
	char *tree = pvhvm();
	struct platform *p;

	(void)state;
	xenbus(tree, "vbd-2048");
	disk(tree, "vbd-2048", "sda", "8:0", "2048");
	p = answer(tree);
	assert_int_equal(p->disks[0].letter, LETTER_P);
	assert_string_equal(p->disks[0].driver, "blkfront");
	assert_string_equal(p->mode, "pvhvm");
	platform__free(p);
}

static void the_subsystem_tells_a_card_from_a_model(void **state)
{
	char *tree = pvhvm();
	struct platform *p;

	(void)state;
	pci(tree, "0000:00:04.0", "8086:10d3 8086:a01f", "e1000e");
	nic(tree, "pci0000:00/0000:00:04.0", "eth0", "00:16:3e:00:00:01");
	pci(tree, "0000:00:05.0", "8086:100e 1af4:1100", "e1000");
	nic(tree, "pci0000:00/0000:00:05.0", "eth1", "00:16:3e:00:00:02");
	pci(tree, "0000:00:06.0", "8086:10d3 8086:0000", "e1000e");
	nic(tree, "pci0000:00/0000:00:06.0", "eth2", "00:16:3e:00:00:03");
	pci(tree, "0000:00:07.0", "8086:1520 8086:a02c", "igbvf");
	nic(tree, "pci0000:00/0000:00:07.0", "eth3", "00:16:3e:00:00:04");
	p = answer(tree);
	assert_int_equal(p->nr_nics, 4);
	assert_int_equal(p->nics[0].letter, LETTER_H);
	assert_int_equal(p->nics[1].letter, LETTER_VS);
	assert_int_equal(p->nics[2].letter, LETTER_VS);
	assert_int_equal(p->nics[3].letter, LETTER_VH);
	assert_string_equal(cell(p, AREA_NET, "eth1")->how, "emulated e1000");
	assert_string_equal(cell(p, AREA_NET, "eth1")->evidence,
			    "0000:00:05.0 8086:100e sub 1af4:1100");
	assert_int_equal(feature(p, "SR-IOV")->state, FEATURE_ACTIVE);
	platform__free(p);
}

static void an_unreadable_subsystem_is_no_evidence(void **state)
{
	char *tree = pvhvm();
	struct platform *p;

	(void)state;
	tree__file(tree, "sys/bus/pci/devices/0000:00:04.0/vendor", "0x8086\n");
	tree__file(tree, "sys/bus/pci/devices/0000:00:04.0/device", "0x100e\n");
	nic(tree, "pci0000:00/0000:00:04.0", "eth0", "00:16:3e:00:00:01");
	p = answer(tree);
	assert_int_equal(p->nics[0].letter, LETTER_UNKNOWN);
	platform__free(p);
}

static void nitro_is_more_than_an_nvme_disk(void **state)
{
	char *tree = tree__new();
	struct platform *p;

	(void)state;
	tree__file(tree, "cpuid.txt", HYPERVISOR_BIT KVM("400000"));
	tree__file(tree, "sys/class/dmi/id/sys_vendor", "Amazon EC2\n");
	tree__file(tree, "sys/class/dmi/id/product_name", "m5.large\n");
	pci(tree, "0000:00:04.0", "1d0f:8061 0000:0000", "nvme");
	disk(tree, "pci0000:00/0000:00:04.0/nvme/nvme0", "nvme0n1", "259:0", "2048");
	pci(tree, "0000:00:05.0", "1d0f:ec20 1d0f:ec20", "ena");
	nic(tree, "pci0000:00/0000:00:03.0/0000:00:05.0", "ens5", "00:16:3e:00:00:01");
	pci(tree, "0000:00:03.0", "1d0f:8200 0000:0000", "pcieport");
	irq(tree, 23, "PCI-MSI-0000:00:03.0", "aerdrv");
	irq(tree, 24, "PCI-MSIX-0000:00:04.0", "nvme0q0");
	irq(tree, 25, "PCI-MSIX", "ens5-Tx-Rx-0");
	irq(tree, 26, "PCI-MSIX", "ena-mgmnt@pci:0000:00:05.0");
	p = answer(tree);
	assert_string_equal(p->mode, "nitro");
	assert_int_equal(p->disks[0].letter, LETTER_VH);
	assert_int_equal(p->nics[0].letter, LETTER_VH);
	assert_string_equal(p->irqs[0].device, "aerdrv");
	assert_string_equal(p->irqs[1].device, "nvme0n1");
	assert_string_equal(p->irqs[2].device, "ens5");
	assert_string_equal(p->irqs[3].device, "ens5");
	platform__free(p);

	tree = tree__new();
	tree__file(tree, "cpuid.txt", HYPERVISOR_BIT KVM("400000"));
	pci(tree, "0000:00:04.0", "1b36:0010 1af4:1100", "nvme");
	disk(tree, "pci0000:00/0000:00:04.0/nvme/nvme0", "nvme0n1", "259:0", "2048");
	p = answer(tree);
	assert_string_equal(p->mode, "kvm");
	assert_int_equal(p->disks[0].letter, LETTER_VS);
	platform__free(p);
}

/* What Nitro emulates has its maker's id as well: an interrupt of it is not hardware's. */
static void nitro_has_emulated_parts(void **state)
{
	char *tree = tree__new();
	struct platform *p;

	(void)state;
	tree__file(tree, "cpuid.txt", HYPERVISOR_BIT KVM("400000"));
	tree__file(tree, "sys/class/dmi/id/sys_vendor", "Amazon EC2\n");
	pci(tree, "0000:00:03.0", "1d0f:1111 0000:0000", "bochs-drm");
	pci(tree, "0000:00:05.0", "1d0f:ec20 1d0f:ec20", "ena");
	nic(tree, "pci0000:00/0000:00:05.0", "ens5", "00:16:3e:00:00:01");
	irq(tree, 23, "PCI-MSI-0000:00:03.0", "bochs-drm");
	p = answer(tree);
	assert_string_equal(p->mode, "nitro");
	assert_int_equal(p->irqs[0].letter, LETTER_VS);
	assert_int_equal(feature(p, "PV disk")->state, FEATURE_IMPOSSIBLE);
	assert_int_equal(feature(p, "PV network")->state, FEATURE_IMPOSSIBLE);
	assert_string_equal(cell(p, AREA_NET, "ens5")->evidence, "0000:00:05.0 1d0f:ec20");
	platform__free(p);
}

/*
 * A VF in a Xen guest: its MSIs are event channels, named after an interface that has another name
 * since, or after none. What the function lists as its own is its own.
 */
static void msis_of_a_passed_through_function_are_its_own(void **state)
{
	char *tree = pvhvm();
	struct platform *p;

	(void)state;
	pci(tree, "0000:00:01.1", "8086:7010 0000:0000", "ata_piix");
	pci(tree, "0000:00:03.0", "8086:10ed 0000:0000", "ixgbevf");
	nic(tree, "pci0000:00/0000:00:03.0", "ens3", "00:16:3e:00:00:01");
	tree__file(tree, "sys/bus/pci/devices/0000:00:03.0/msi_irqs/65", "msix\n");
	tree__file(tree, "sys/bus/pci/devices/0000:00:03.0/msi_irqs/garbage", "msix\n");
	irq(tree, 0, "IO-APIC", "timer");
	irq(tree, 14, "IO-APIC", "ata_piix");
	irq(tree, 65, "xen-pirq", "eth0-TxRx-0");
	irq(tree, 66, "xen-pirq", "eth0-TxRx-1");
	p = answer(tree);
	assert_string_equal(p->mode, "pvhvm");
	assert_string_equal(p->irqs[0].device, "timer"); /* garbage is no 0 */
	assert_int_equal(p->irqs[0].letter, LETTER_VS);
	assert_int_equal(p->irqs[1].letter, LETTER_VS); /* no chipset was passed through */
	assert_string_equal(p->irqs[3].device, "ens3");
	assert_int_equal(p->irqs[3].letter, LETTER_VH);
	assert_string_equal(p->irqs[3].kind, "pirq");
	assert_string_equal(p->irqs[4].device, "eth0-TxRx-1");
	platform__free(p);
}

/* Xen 4.2 ends at leaf 2: what it does not say is not denied. A line cut short says nothing. */
static void a_leaf_that_is_not_there_denies_nothing(void **state)
{
	static const char *const leaves[][2] = {
		{ "40000000: 40000002 566e6558 65584d4d 4d4d566e\n", "?" },
		{ "40000000: 40000005 566e6558 65584d4d 4d4d566e\n40000004: 8 0 0 0\n", "no" },
		{ "40000000: 40000005 566e6558 65584d4d 4d4d566e\n40000004: 3 0 0 0\n", "yes" },
		{ "40000000: 40000005 566e6558 65584d4d 4d4d566e\n40000004: 8 0 0 0", "?" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(leaves) / sizeof(leaves[0]); i++) {
		char *tree = pvhvm(), text[256];
		const struct feature *found;
		struct platform *p;

		snprintf(text, sizeof(text), HYPERVISOR_BIT "%s", leaves[i][0]);
		tree__file(tree, "cpuid.txt", text);
		p = answer(tree);
		found = feature(p, "APIC virtualization");
		assert_int_equal(found->state, leaves[i][1][0] == 'y'	? FEATURE_ACTIVE
					       : leaves[i][1][0] == 'n' ? FEATURE_IMPOSSIBLE
									: FEATURE_UNKNOWN);
		platform__free(p);
	}
}

static void xen_is_found_behind_viridian(void **state)
{
	char *tree = tree__new();
	struct platform *p;

	(void)state;
	tree__file(tree, "cpuid.txt",
		   HYPERVISOR_BIT HYPER_V XEN("400001") "40000101: 00040011 0 0 0\n"
							"40000104: 00000003 0 0 0\n");
	tree__file(tree, "proc/cmdline", "root=/dev/sda1 nopv\n");
	p = answer(tree);
	assert_int_equal(p->boot, BOOT_HVM);
	assert_string_equal(p->mode, "hvm");
	assert_string_equal(p->hypervisor, "Xen 4.17");
	assert_false(p->steal_measured);
	assert_string_equal(feature(p, "PV disk")->why, "argument nopv");
	assert_int_equal(feature(p, "PV disk")->state, FEATURE_UNUSED);
	assert_int_equal(feature(p, "APIC virtualization")->state, FEATURE_ACTIVE);
	platform__free(p);
}

static void kvm_that_shows_xen_is_a_conflict(void **state)
{
	char *tree = tree__new();
	struct platform *p;

	(void)state;
	tree__file(tree, "cpuid.txt", HYPERVISOR_BIT XEN("400000") KVM("400001"));
	p = answer(tree);
	assert_int_equal(p->boot, BOOT_KVM);
	assert_true(cell(p, AREA_CPU, "")->conflicting);
	assert_non_null(strstr(cell(p, AREA_CPU, "")->how, "conflict"));
	platform__free(p);
}

static void no_hypervisor_is_bare_metal(void **state)
{
	static const char *const witness[][2] = {
		{ "cpuid.txt", "00000001: 0 0 0 0\n" },
		{ "proc/cpuinfo", "processor : 0\nflags\t\t: fpu vme\n\nprocessor : 1\n" },
	};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		char *tree = tree__new();
		struct platform *p;

		tree__file(tree, witness[i][0], witness[i][1]);
		pci(tree, "0000:00:1f.2", "8086:2922 1af4:1100", "ahci");
		disk(tree, "pci0000:00/0000:00:1f.2/ata1/host0/target0:0:0/0:0:0:0", "sda", "8:0",
		     "2048");
		p = answer(tree);
		assert_string_equal(p->mode, "bare-metal");
		assert_int_equal(p->disks[0].letter, LETTER_H);
		platform__free(p);
	}
}

static void nothing_known_is_unknown(void **state)
{
	char *tree = tree__new();
	struct platform *p;

	(void)state;
	assert_int_equal(platform__read(&p, tree), -ENODATA);
	assert_null(p);
	tree__file(tree, "proc/cmdline", "");
	p = answer(tree);
	assert_string_equal(p->mode, "unknown");
	assert_int_equal(p->boot, BOOT_UNKNOWN);
	for (size_t i = 0; i < p->nr_cells; i++)
		assert_int_equal(p->cells[i].letter, LETTER_UNKNOWN);
	platform__free(p);
	assert_int_not_equal(platform__read(&p, "/nonexistent"), 0);
	assert_null(p);
}

/* One disk by two paths; a second of the same size, and one at the same place of another size. */
static void the_same_disk_is_found_by_place_and_size(void **state)
{
	const char *ahci = "pci0000:00/0000:00:05.0/ata3/host2/target2:0:0/2:0:0:0";
	char *tree = pvhvm();
	struct platform *p;

	(void)state;
	pci(tree, "0000:00:05.0", "8086:2922 1af4:1100", "ahci");
	tree__file(tree, "sys/devices/pci0000:00/0000:00:05.0/ata3/ata_port/ata3/port_no", "1\n");
	tree__file(tree, "sys/devices/pci0000:00/0000:00:05.0/ata4/ata_port/ata4/port_no", "2\n");
	disk(tree, ahci, "sda", "8:0", "2048");
	disk(tree, "pci0000:00/0000:00:05.0/ata4/host3/target3:0:0/3:0:0:0", "sdb", "8:16", "4096");
	xenbus(tree, "vbd-51712");
	xenbus(tree, "vbd-51728");
	xenbus(tree, "vbd-51744");
	disk(tree, "vbd-51712", "xvda", "202:0", "2048");
	disk(tree, "vbd-51728", "xvdb", "202:16", "2048");
	disk(tree, "vbd-51744", "xvdc", "202:32", "4096");
	irq(tree, 11, "IO-APIC", "ahci[0000:00:05.0],eth9");
	irq(tree, 50, "xen-dyn-lateeoi", "blkif");
	p = answer(tree);
	assert_string_equal(p->disks[0].same_as, "xvda");
	assert_string_equal(p->disks[1].same_as, "");
	assert_string_equal(p->disks[2].same_as, "sda");
	assert_string_equal(p->disks[3].same_as, "");
	assert_string_equal(p->disks[4].same_as, "");
	assert_string_equal(cell(p, AREA_DISK, "sda")->better, "P: xvda, same disk");
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
	char *tree = pvhvm();
	struct platform *p;

	(void)state;
	pci(tree, "0000:00:01.1", "8086:7010 1af4:1100", "ata_piix");
	tree__file(tree, "sys/devices/pci0000:00/0000:00:01.1/ata2/ata_port/ata2/port_no", "2\n");
	disk(tree, slave, "sda", "8:0", "2048");
	xenbus(tree, "vbd-5696");
	disk(tree, "vbd-5696", "xvdd", "202:48", "2048");
	irq(tree, 15, "IO-APIC", "ata_piix");
	irq(tree, 50, "xen-dyn", "blkif");
	p = answer(tree);
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
	pci(tree, "0000:00:05.0", "8086:2922 1af4:1100", "ahci");
	disk(tree, "pci0000:00/0000:00:05.0/ata1/host0/target0:0:0/0:0:0:0", "sda", "8:0", "2048");
	pci(tree, "0000:00:06.0", "1af4:1001 1af4:0002", "virtio-pci");
	disk(tree, "pci0000:00/0000:00:06.0/virtio0", "vda", "254:0", "2048");
	irq(tree, 60, "xen-dyn-lateeoi", "blkif-backend");
	irq(tree, 61, "xen-dyn-lateeoi", "vif1.0-q0-tx");
	irq(tree, 62, "xen-dyn-lateeoi", "evtchn:xenstored");
	p = answer(tree);
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
	char *tree = pvhvm();
	struct platform *p;

	(void)state;
	xenbus(tree, "vbd-51712");
	disk(tree, "vbd-51712", "xvda", "202:0", "2048");
	tree__file(tree, "sys/devices/vbd-51712/block/xvda/xvda2/partition", "2\n");
	tree__link(tree, "sys/class/block/xvda2", "../../devices/vbd-51712/block/xvda/xvda2");
	tree__link(tree, "sys/dev/block/202:2", "../../devices/vbd-51712/block/xvda/xvda2");
	disk(tree, "virtual", "dm-0", "253:0", "1024");
	tree__link(tree, "sys/class/block/dm-0", "../../devices/virtual/block/dm-0");
	tree__link(tree, "sys/dev/block/253:0", "../../devices/virtual/block/dm-0");
	tree__link(tree, "sys/devices/virtual/block/dm-0/slaves/xvda2",
		   "../../../../vbd-51712/block/xvda/xvda2");
	disk(tree, "virtual", "loop0", "7:0", "0");
	tree__file(tree, "proc/self/mountinfo",
		   "1 0 253:0 / /srv/my\\040data rw - ext4 /dev/mapper/vg-lv rw\n"
		   "2 0 0:44 / /btr rw - btrfs /dev/xvda2 rw\n"
		   "3 0 202:2 / /srv/my\\040data rw - ext4 /dev/xvda2 rw\n"
		   "4 0 garbage\n");
	p = answer(tree);
	assert_int_equal(p->nr_disks, 2);
	assert_string_equal(p->disks[0].name, "dm-0");
	assert_true(p->disks[0].stacked);
	assert_string_equal(p->disks[0].mounts, "/srv/my data");
	assert_string_equal(p->disks[1].mounts, "/srv/my data, /btr");
	platform__free(p);
}

static void qemu_without_kvm_is_named_and_is_not_xen(void **state)
{
	char *tree = tree__new();
	struct platform *p;

	(void)state;
	tree__file(tree, "cpuid.txt", HYPERVISOR_BIT TCG);
	p = answer(tree);
	assert_string_equal(p->hypervisor, "QEMU TCG");
	assert_true(p->not_xen);
	assert_int_equal(cell(p, AREA_CPU, "")->letter, LETTER_VS);
	platform__free(p);
	p = answer(pvhvm());
	assert_false(p->not_xen);
	platform__free(p);
	tree = tree__new();
	tree__file(tree, "cpuid.txt", HYPERVISOR_BIT);
	p = answer(tree);
	assert_string_equal(p->hypervisor, "unknown hypervisor");
	assert_false(p->not_xen);
	platform__free(p);
}

/* Anybody can set DMI strings: the name alone makes no Nitro guest, and is shown as a conflict. */
static void amazons_name_needs_its_hypervisor_and_a_device(void **state)
{
	static const struct {
		const char *cpuid, *device, *mode, *against;
	} cases[] = {
		{ HYPERVISOR_BIT KVM("400000"), "1d0f:ec20 1d0f:ec20", "nitro", NULL },
		{ "00000001: 0 0 0 0\n", "1d0f:ec20 1d0f:ec20", "bare-metal", NULL },
		{ HYPERVISOR_BIT KVM("400000"), "1b36:0010 1af4:1100", "kvm",
		  "no PCI device of Amazon's" },
		{ HYPERVISOR_BIT TCG, "1b36:0010 1af4:1100", "unknown", "not on KVM" },
		{ HYPERVISOR_BIT TCG, "1d0f:ec20 1d0f:ec20", "unknown", "not on KVM" },
		{ "00000001: 0 0 0 0\n", "1b36:0010 1af4:1100", "bare-metal",
		  "no PCI device of Amazon's" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *tree = tree__new();
		const struct cell *machine;
		struct platform *p;

		tree__file(tree, "cpuid.txt", cases[i].cpuid);
		tree__file(tree, "sys/class/dmi/id/sys_vendor", "Amazon EC2\n");
		tree__file(tree, "sys/class/dmi/id/product_name", "m5.large\n");
		pci(tree, "0000:00:05.0", cases[i].device, "x");
		p = answer(tree);
		machine = cell(p, AREA_PLATFORM, "");
		print_message("%s, %s\n", cases[i].mode, cases[i].device);
		assert_string_equal(p->mode, cases[i].mode);
		assert_non_null(strstr(machine->evidence, "DMI Amazon EC2 m5.large"));
		assert_int_equal(machine->conflicting, cases[i].against != NULL);
		assert_int_equal(strstr(machine->how, "(evidence conflicts)") != NULL,
				 cases[i].against != NULL);
		if (cases[i].against)
			assert_non_null(strstr(machine->evidence, cases[i].against));
		platform__free(p);
	}
}

static void hardware_queues_may_have_holes(void **state)
{
	char *tree = tree__new();
	struct platform *p;

	(void)state;
	disk(tree, "pci0000:00/0000:00:05.0/nvme/nvme0", "nvme0n1", "259:0\n", "8\n");
	tree__file(tree, "sys/block/nvme0n1/mq/0/nr_tags", "32\n");
	tree__file(tree, "sys/block/nvme0n1/mq/2/nr_tags", "31\n");
	tree__file(tree, "sys/block/nvme0n1/mq/10/nr_tags", "32\n");
	tree__file(tree, "sys/block/nvme0n1/queue/nr_requests", "64\n");
	p = answer(tree);
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
		cmocka_unit_test(the_subsystem_tells_a_card_from_a_model),
		cmocka_unit_test(an_unreadable_subsystem_is_no_evidence),
		cmocka_unit_test(nitro_is_more_than_an_nvme_disk),
		cmocka_unit_test(nitro_has_emulated_parts),
		cmocka_unit_test(msis_of_a_passed_through_function_are_its_own),
		cmocka_unit_test(a_leaf_that_is_not_there_denies_nothing),
		cmocka_unit_test(xen_is_found_behind_viridian),
		cmocka_unit_test(kvm_that_shows_xen_is_a_conflict),
		cmocka_unit_test(no_hypervisor_is_bare_metal),
		cmocka_unit_test(nothing_known_is_unknown),
		cmocka_unit_test(the_same_disk_is_found_by_place_and_size),
		cmocka_unit_test(ide_counts_master_and_slave),
		cmocka_unit_test(initial_domain_has_the_machines_disks),
		cmocka_unit_test(mounts_are_followed_down_to_the_disk),
		cmocka_unit_test(qemu_without_kvm_is_named_and_is_not_xen),
		cmocka_unit_test(amazons_name_needs_its_hypervisor_and_a_device),
		cmocka_unit_test(hardware_queues_may_have_holes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

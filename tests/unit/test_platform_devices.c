// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* NICs, NVMe and the interrupts of PCI functions: a card or a model of one, by its ids. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "guest_trees.h"
#include "trees.h"

static void the_subsystem_tells_a_card_from_a_model(void **state)
{
	char *tree = tree__pvhvm();
	struct platform *p;

	(void)state;
	tree__pci(tree, "0000:00:04.0", "8086:10d3 8086:a01f", "e1000e");
	tree__nic(tree, "pci0000:00/0000:00:04.0", "eth0", "00:16:3e:00:00:01");
	tree__pci(tree, "0000:00:05.0", "8086:100e 1af4:1100", "e1000");
	tree__nic(tree, "pci0000:00/0000:00:05.0", "eth1", "00:16:3e:00:00:02");
	tree__pci(tree, "0000:00:06.0", "8086:10d3 8086:0000", "e1000e");
	tree__nic(tree, "pci0000:00/0000:00:06.0", "eth2", "00:16:3e:00:00:03");
	tree__pci(tree, "0000:00:07.0", "8086:1520 8086:a02c", "igbvf");
	tree__nic(tree, "pci0000:00/0000:00:07.0", "eth3", "00:16:3e:00:00:04");
	p = tree__answer(tree);
	assert_int_equal(p->nr_nics, 4);
	assert_int_equal(p->nics[0].letter, LETTER_H);
	assert_int_equal(p->nics[1].letter, LETTER_VS);
	assert_int_equal(p->nics[2].letter, LETTER_VS);
	assert_int_equal(p->nics[3].letter, LETTER_VH);
	assert_string_equal(answer__cell(p, AREA_NET, "eth1")->how, "emulated e1000");
	assert_string_equal(answer__cell(p, AREA_NET, "eth1")->evidence,
			    "0000:00:05.0 8086:100e sub 1af4:1100");
	assert_int_equal(answer__feature(p, "SR-IOV")->state, FEATURE_ACTIVE);
	platform__free(p);
}

struct function {
	const char *ids, *driver;
	enum letter letter;
};

/* All of them in one HVM guest: eth0, eth1, … */
static void functions_are(const struct function *functions, size_t nr)
{
	char *tree = tree__pvhvm(), address[40], place[64], name[32];
	struct platform *p;

	for (size_t i = 0; i < nr; i++) {
		snprintf(address, sizeof(address), "0000:%02zx:00.0", i + 1);
		snprintf(place, sizeof(place), "pci0000:00/%s", address);
		snprintf(name, sizeof(name), "eth%zu", i);
		tree__pci(tree, address, functions[i].ids, functions[i].driver);
		tree__nic(tree, place, name, "00:16:3e:00:00:01");
	}
	p = tree__answer(tree);
	assert_int_equal(p->nr_nics, nr);
	for (size_t i = 0; i < nr; i++) {
		print_message("%s %s\n", functions[i].driver, functions[i].ids);
		assert_string_equal(p->nics[i].driver, functions[i].driver);
		assert_string_equal(letter__name(p->nics[i].letter),
				    letter__name(functions[i].letter));
	}
	platform__free(p);
}

/* Inside a guest sysfs has no link to the physical function: their ids tell. */
static void virtual_functions_are_known_by_their_ids(void **state)
{
	static const struct function functions[] = {
		{ "1924:1a03 1924:801a", "sfc", LETTER_VH },
		{ "1924:1b03 1924:801a", "sfc", LETTER_VH },
		{ "1077:8090 1077:0000", "qede", LETTER_VH },
		{ "1077:1664 1077:0000", "qede", LETTER_VH },
		{ "1077:8430 1077:0000", "qlcnic", LETTER_VH },
		{ "8086:10ed 8086:0000", "ixgbevf", LETTER_VH },
		{ "8086:1889 8086:0000", "iavf", LETTER_VH },
		{ "8086:1520 8086:a02c", "igbvf", LETTER_VH },
		{ "15b3:1004 15b3:61b0", "mlx4_core", LETTER_VH },
		{ "15b3:101e 15b3:0083", "mlx5_core", LETTER_VH },
		{ "14e4:1806 14e4:2101", "bnxt_en", LETTER_VH },
		{ "14e4:16af 103c:1916", "bnx2x", LETTER_VH },
		{ "1d0f:ec20 1d0f:ec20", "ena", LETTER_VH },
		{ "19e5:375e 19e5:d136", "hinic", LETTER_VH },
		{ "1425:5801 1425:0000", "cxgb4vf", LETTER_VH },
		{ "177d:9712 177d:0003", "liquidio_vf", LETTER_VH },
		{ "10df:0728 10df:e812", "be2net", LETTER_VH },
		{ "19ee:6003 19ee:4000", "nfp", LETTER_VH },
		{ "1dd8:1003 1dd8:4000", "ionic", LETTER_VH },
		/* Their physical functions, and ids that no table has: no line, no evidence. */
		{ "1924:0a03 1924:801a", "sfc", LETTER_UNKNOWN },
		{ "1077:8070 1077:0001", "qede", LETTER_UNKNOWN },
		{ "1fc9:4026 1fc9:3015", "tn40xx", LETTER_UNKNOWN },
	};

	(void)state;
	functions_are(functions, sizeof(functions) / sizeof(functions[0]));
}

/* 8086:0000 is the subsystem of one model, and of many cards of Intel's. */
static void a_models_subsystem_is_that_models(void **state)
{
	static const struct function functions[] = {
		{ "8086:10d3 8086:0000", "e1000e", LETTER_VS },
		{ "8086:10d3 8086:a01f", "e1000e", LETTER_H },
		{ "8086:1521 8086:0000", "igb", LETTER_UNKNOWN },
		{ "8086:1572 8086:0000", "i40e", LETTER_UNKNOWN },
		{ "8086:10c9 1af4:1100", "igb", LETTER_VS },
		{ "10ec:8139 5853:0001", "8139cp", LETTER_VS },
	};

	(void)state;
	functions_are(functions, sizeof(functions) / sizeof(functions[0]));
}

/* What sysfs says counts where no id is known: a link to the physical function, or a line. */
static void sysfs_tells_a_whole_function_from_a_virtual_one(void **state)
{
	char *tree = tree__pvhvm();
	struct platform *p;

	(void)state;
	tree__pci(tree, "0000:00:04.0", "1fc9:4026 1fc9:3015", "tn40xx");
	tree__file(tree, "sys/bus/pci/devices/0000:00:04.0/irq", "28\n");
	tree__nic(tree, "pci0000:00/0000:00:04.0", "eth0", "00:16:3e:00:00:01");
	tree__pci(tree, "0000:00:05.0", "1fc9:4026 1fc9:3015", "tn40xx");
	tree__link(tree, "sys/devices/pci0000:00/0000:00:05.0/physfn", "../0000:00:04.0");
	tree__nic(tree, "pci0000:00/0000:00:05.0", "eth1", "00:16:3e:00:00:02");
	/* Its number is a message's. */
	tree__pci(tree, "0000:00:06.0", "1fc9:4026 1fc9:3015", "tn40xx");
	tree__file(tree, "sys/bus/pci/devices/0000:00:06.0/irq", "65\n");
	tree__file(tree, "sys/bus/pci/devices/0000:00:06.0/msi_irqs/65", "msi\n");
	tree__nic(tree, "pci0000:00/0000:00:06.0", "eth2", "00:16:3e:00:00:03");
	p = tree__answer(tree);
	assert_int_equal(p->nics[0].letter, LETTER_H);
	assert_string_equal(answer__cell(p, AREA_NET, "eth0")->how, "passed-through tn40xx");
	assert_int_equal(p->nics[1].letter, LETTER_VH);
	assert_string_equal(answer__cell(p, AREA_NET, "eth1")->how, "SR-IOV tn40xx");
	assert_int_equal(p->nics[2].letter, LETTER_UNKNOWN);
	platform__free(p);
}

static void an_unreadable_subsystem_is_no_evidence(void **state)
{
	char *tree = tree__pvhvm();
	struct platform *p;

	(void)state;
	tree__file(tree, "sys/bus/pci/devices/0000:00:04.0/vendor", "0x8086\n");
	tree__file(tree, "sys/bus/pci/devices/0000:00:04.0/device", "0x100e\n");
	tree__nic(tree, "pci0000:00/0000:00:04.0", "eth0", "00:16:3e:00:00:01");
	p = tree__answer(tree);
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
	tree__pci(tree, "0000:00:04.0", "1d0f:8061 0000:0000", "nvme");
	tree__disk(tree, "pci0000:00/0000:00:04.0/nvme/nvme0", "nvme0n1", "259:0", "2048");
	tree__pci(tree, "0000:00:05.0", "1d0f:ec20 1d0f:ec20", "ena");
	tree__nic(tree, "pci0000:00/0000:00:03.0/0000:00:05.0", "ens5", "00:16:3e:00:00:01");
	tree__pci(tree, "0000:00:03.0", "1d0f:8200 0000:0000", "pcieport");
	tree__irq(tree, 23, "PCI-MSI-0000:00:03.0", "aerdrv");
	tree__irq(tree, 24, "PCI-MSIX-0000:00:04.0", "nvme0q0");
	tree__irq(tree, 25, "PCI-MSIX", "ens5-Tx-Rx-0");
	tree__irq(tree, 26, "PCI-MSIX", "ena-mgmnt@pci:0000:00:05.0");
	p = tree__answer(tree);
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
	tree__pci(tree, "0000:00:04.0", "1b36:0010 1af4:1100", "nvme");
	tree__disk(tree, "pci0000:00/0000:00:04.0/nvme/nvme0", "nvme0n1", "259:0", "2048");
	p = tree__answer(tree);
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
	tree__pci(tree, "0000:00:03.0", "1d0f:1111 0000:0000", "bochs-drm");
	tree__pci(tree, "0000:00:05.0", "1d0f:ec20 1d0f:ec20", "ena");
	tree__nic(tree, "pci0000:00/0000:00:05.0", "ens5", "00:16:3e:00:00:01");
	tree__irq(tree, 23, "PCI-MSI-0000:00:03.0", "bochs-drm");
	p = tree__answer(tree);
	assert_string_equal(p->mode, "nitro");
	assert_int_equal(p->irqs[0].letter, LETTER_VS);
	assert_int_equal(answer__feature(p, "PV disk")->state, FEATURE_IMPOSSIBLE);
	assert_int_equal(answer__feature(p, "PV network")->state, FEATURE_IMPOSSIBLE);
	assert_string_equal(answer__cell(p, AREA_NET, "ens5")->evidence, "0000:00:05.0 1d0f:ec20");
	platform__free(p);
}

/*
 * A VF in a Xen guest: its MSIs are event channels, named after an interface that has another name
 * since, or after none. What the function lists as its own is its own.
 */
static void msis_of_a_passed_through_function_are_its_own(void **state)
{
	char *tree = tree__pvhvm();
	struct platform *p;

	(void)state;
	tree__pci(tree, "0000:00:01.1", "8086:7010 0000:0000", "ata_piix");
	tree__pci(tree, "0000:00:03.0", "8086:10ed 0000:0000", "ixgbevf");
	tree__nic(tree, "pci0000:00/0000:00:03.0", "ens3", "00:16:3e:00:00:01");
	tree__file(tree, "sys/bus/pci/devices/0000:00:03.0/msi_irqs/65", "msix\n");
	tree__file(tree, "sys/bus/pci/devices/0000:00:03.0/msi_irqs/garbage", "msix\n");
	tree__irq(tree, 0, "IO-APIC", "timer");
	tree__irq(tree, 14, "IO-APIC", "ata_piix");
	tree__irq(tree, 65, "xen-pirq", "eth0-TxRx-0");
	tree__irq(tree, 66, "xen-pirq", "eth0-TxRx-1");
	p = tree__answer(tree);
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

/* The advice is the remedy for the reason that the feature gives. */
static void advice_follows_the_reason(void **state)
{
	static const struct {
		const char *cmdline, *xenbus, *disk, *nic, *vector, *timer;
	} cases[] = {
		{ "", "vbd-768 vif-0", "P: load xen_blkfront", "P: load xen_netfront", "", "" },
		{ "", "vbd-768", "P: load xen_blkfront", "P: netfront, by the host's configuration",
		  "", "" },
		{ "nopv", "", "P: blkfront, without argument nopv",
		  "P: netfront, without argument nopv", "", "" },
		{ "xen_emul_unplug=never", "vbd-768 vif-0",
		  "P: blkfront, without argument xen_emul_unplug=never",
		  "P: netfront, without argument xen_emul_unplug=never", "", "" },
		{ "", "", "P: blkfront, by the host's configuration",
		  "P: netfront, by the host's configuration", "", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *tree = tree__pvhvm();
		struct platform *p;

		tree__file(tree, "proc/cmdline", cases[i].cmdline);
		if (strstr(cases[i].xenbus, "vbd-768"))
			tree__xenbus(tree, "vbd-768");
		if (strstr(cases[i].xenbus, "vif-0"))
			tree__xenbus(tree, "vif-0");
		tree__pci(tree, "0000:00:04.0", "8086:2922 1af4:1100", "ahci");
		tree__disk(tree, "pci0000:00/0000:00:04.0/ata1/host0/target0:0:0/0:0:0:0", "sda",
			   "8:0", "2048");
		tree__pci(tree, "0000:00:05.0", "10ec:8139 1af4:1100", "8139cp");
		tree__nic(tree, "pci0000:00/0000:00:05.0", "eth0", "00:16:3e:00:00:01");
		p = tree__answer(tree);
		print_message("'%s', %s\n", cases[i].cmdline, cases[i].xenbus);
		assert_string_equal(answer__cell(p, AREA_DISK, "sda")->better, cases[i].disk);
		assert_string_equal(answer__cell(p, AREA_NET, "eth0")->better, cases[i].nic);
		assert_string_equal(answer__cell(p, AREA_INTERRUPT, "")->better, cases[i].vector);
		assert_string_equal(answer__cell(p, AREA_TIMER, "")->better, cases[i].timer);
		platform__free(p);
	}
}

/* On KVM the same: a device that waits for its driver, or for its bus's, and none. */
static void virtio_without_a_driver_wants_it(void **state)
{
	static const struct {
		const char *pci, *bus, *better;
	} cases[] = {
		{ "1af4:1042 1af4:1100", NULL, "P: load virtio_pci" },
		{ "1af4:1001 1af4:0002", NULL, "P: load virtio_pci" },
		{ NULL, "0x0002\n", "P: load virtio_blk" },
		{ NULL, "0x0001\n", "P: virtio-blk, by the host's configuration" },
		{ "1af4:1000 1af4:0001", NULL, "P: virtio-blk, by the host's configuration" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *tree = tree__new();
		struct platform *p;

		tree__file(tree, "cpuid.txt", HYPERVISOR_BIT KVM("400000"));
		tree__pci(tree, "0000:00:04.0", "8086:2922 1af4:1100", "ahci");
		tree__disk(tree, "pci0000:00/0000:00:04.0/ata1/host0/target0:0:0/0:0:0:0", "sda",
			   "8:0", "2048");
		if (cases[i].pci) {
			tree__pci(tree, "0000:00:05.0", cases[i].pci, "x");
			tree__drop(tree, "sys/devices/pci0000:00/0000:00:05.0/driver");
		}
		if (cases[i].bus)
			tree__file(tree, "sys/bus/virtio/devices/virtio0/device", cases[i].bus);
		p = tree__answer(tree);
		print_message("%s\n", cases[i].better);
		assert_string_equal(answer__cell(p, AREA_DISK, "sda")->better, cases[i].better);
		platform__free(p);
	}
}

/* Of an HVM guest; of others no access to a device is emulated by address. */
static void registers_are_where_resource_says(void **state)
{
	static const char resource[] = "0x0000000000000000 0x0000000000000000 0x0000000000000000\n"
				       "0x000000000000c040 0x000000000000c05f 0x0000000000040101\n"
				       "0x00000000f2051000 0x00000000f2051fff 0x0000000000040200\n"
				       "nonsense\n"
				       "0x00000000f3000000 0x00000000f3ffffff 0x0000000000040200\n";
	char *tree = tree__pvhvm();
	struct platform *p;

	(void)state;
	tree__pci(tree, "0000:00:05.0", "8086:2922 1af4:1100", "ahci");
	tree__file(tree, "sys/devices/pci0000:00/0000:00:05.0/resource", resource);
	tree__pci(tree, "0000:00:06.0", "1234:1111 1af4:1100", "none");
	tree__drop(tree, "sys/devices/pci0000:00/0000:00:06.0/driver");
	tree__file(tree, "sys/devices/pci0000:00/0000:00:06.0/resource",
		   strchr(resource, '\n') + 1);
	p = tree__answer(tree);
	assert_int_equal(p->nr_ranges, 4);
	assert_string_equal(p->ranges[0].device, "ahci 0000:00:05.0");
	assert_false(p->ranges[0].memory);
	assert_int_equal(p->ranges[0].first, 0xc040);
	assert_int_equal(p->ranges[0].last, 0xc05f);
	assert_true(p->ranges[1].memory);
	assert_int_equal(p->ranges[1].first, 0xf2051000);
	assert_string_equal(p->ranges[2].device, "1234:1111 0000:00:06.0");
	platform__free(p);
	tree = tree__new();
	tree__file(tree, "cpuid.txt", HYPERVISOR_BIT KVM("400000"));
	tree__pci(tree, "0000:00:05.0", "8086:2922 1af4:1100", "ahci");
	tree__file(tree, "sys/devices/pci0000:00/0000:00:05.0/resource", resource);
	p = tree__answer(tree);
	assert_int_equal(p->nr_ranges, 0);
	platform__free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_subsystem_tells_a_card_from_a_model),
		cmocka_unit_test(virtual_functions_are_known_by_their_ids),
		cmocka_unit_test(a_models_subsystem_is_that_models),
		cmocka_unit_test(sysfs_tells_a_whole_function_from_a_virtual_one),
		cmocka_unit_test(advice_follows_the_reason),
		cmocka_unit_test(virtio_without_a_driver_wants_it),
		cmocka_unit_test(an_unreadable_subsystem_is_no_evidence),
		cmocka_unit_test(nitro_is_more_than_an_nvme_disk),
		cmocka_unit_test(nitro_has_emulated_parts),
		cmocka_unit_test(msis_of_a_passed_through_function_are_its_own),
		cmocka_unit_test(registers_are_where_resource_says),
	};

	return cmocka_run_group_tests_name("platform devices", tests, NULL, NULL);
}

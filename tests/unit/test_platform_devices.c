// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* NICs, NVMe and the interrupts of PCI functions: a card or a model of one, by its ids. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_subsystem_tells_a_card_from_a_model),
		cmocka_unit_test(an_unreadable_subsystem_is_no_evidence),
		cmocka_unit_test(nitro_is_more_than_an_nvme_disk),
		cmocka_unit_test(nitro_has_emulated_parts),
		cmocka_unit_test(msis_of_a_passed_through_function_are_its_own),
	};

	return cmocka_run_group_tests_name("platform devices", tests, NULL, NULL);
}

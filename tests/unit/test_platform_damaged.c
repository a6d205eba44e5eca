// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Saved guests, each damaged in one way that has a name: what is said of them. Missing evidence is
 * '?' or told by other witnesses, never by a guess; witnesses that contradict each other are shown.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "output/detect.h"
#include "platform/platform.h"
#include "trees.h"

#define FIXTURES "tests/fixtures/platform/"
#define AHCI	 "sys/devices/pci0000:00/0000:00:04.0/"
#define CPUS	 "sys/devices/system/cpu/"
#define EVENT	 "sys/devices/system/clockevents/clockevent0/current_device"
#define XEN_TYPE "sys/hypervisor/type"
#define GUEST	 "sys/hypervisor/guest_type"
#define FEATURES "sys/hypervisor/properties/features"

#define LEAF_1	    "00000001: 00060fb1 00040800 c2f82203 1fcbfbfd\n"
#define NO_HYP_BIT  "00000001: 00060fb1 00040800 42f82203 1fcbfbfd\n"
#define XEN_AT_0    "40000000: 40000001 566e6558 65584d4d 4d4d566e\n40000001: 00040011 0 0 0\n"
#define KVM_AT_0    "40000000: 40000001 4b4d564b 564b4d56 0000004d\n"
#define KVM_AT_100  "40000100: 40000101 4b4d564b 564b4d56 0000004d\n"
#define CUT_IN_LEAF "40000000: 40000005 566e6558 65584d4d 4d4d"

struct change {
	enum { NOTHING, REMOVE, WRITE, LINK, FOLDER } how;
	const char *path;
	const char *text; /* of a file; of a link, where to */
};

/*
 * `cells` are "area device letter", or "area letter" of a facility, with '!' where the evidence
 * conflicts, and "none" for a device that must not be listed; `says` must be in the printed text.
 */
static const struct damaged {
	const char *name, *guest;
	struct change change[3];
	const char *mode, *cells, *says;
} guests[] = {
	{ "cpuid.txt is missing",
	  "pvhvm",
	  { { REMOVE, "cpuid.txt" } },
	  "pvhvm",
	  "cpu VH, memory ?, disk sda VS, disk xvda P",
	  "HAP                  unknown" },
	{ "cpuid.txt is garbage",
	  "pvhvm",
	  { { WRITE, "cpuid.txt", "zz: zz zz\n\n\377\376 0 1\n" } },
	  "pvhvm",
	  "cpu VH, memory ?",
	  "APIC virtualization  unknown" },
	{ "cpuid.txt is cut in the line of Xen's leaf",
	  "pvhvm",
	  { { WRITE, "cpuid.txt", LEAF_1 CUT_IN_LEAF } },
	  "pvhvm",
	  "cpu VH!, memory ?",
	  "CPUID shows none" },
	{ "cpuid.txt has no hypervisor, the kernel uses Xen",
	  "pvhvm",
	  { { WRITE, "cpuid.txt", NO_HYP_BIT } },
	  "pvhvm",
	  "cpu VH!",
	  "(evidence conflicts)" },
	{ "cpuid.txt has no hypervisor, the kernel is KVM's",
	  "kvm",
	  { { WRITE, "cpuid.txt", NO_HYP_BIT } },
	  "bare-metal",
	  "cpu H!, disk vda P",
	  "kvm-clock is a" },
	{ "cpuid.txt has both Xen's and KVM's leaves",
	  "pvhvm",
	  { { WRITE, "cpuid.txt", LEAF_1 XEN_AT_0 KVM_AT_100 } },
	  "pvhvm",
	  "cpu VH!",
	  "both Xen and KVM" },
	{ "the kernel says Xen, CPUID says KVM",
	  "kvm",
	  { { WRITE, XEN_TYPE, "xen\n" } },
	  "hvm",
	  "cpu VH!, disk vda P",
	  "shows KVM" },
	{ "a PV guest sees the processor's leaves: KVM's, of the machine below Xen",
	  "pv",
	  { { WRITE, "cpuid.txt", LEAF_1 KVM_AT_0 } },
	  "pv",
	  "cpu P",
	  "PV kernel" },
	{ "HVM, and the guest type is missing",
	  "pvhvm",
	  { { REMOVE, GUEST } },
	  "pvhvm",
	  "cpu VH, disk sda VS, disk xvda P",
	  "Xen 4.17.7" },
	{ "PV, and the guest type is missing",
	  "pv",
	  { { REMOVE, GUEST } },
	  "pv",
	  "cpu P, memory P",
	  "" },
	{ "PVH, and the guest type is missing: its upcalls tell it from PV",
	  "pvh",
	  { { REMOVE, GUEST } },
	  "pvh",
	  "cpu VH, memory VH, interrupts P, disk xvdk P",
	  "callback vector, no PCI" },
	{ "PVH, and neither the guest type nor the upcalls are there",
	  "pvh",
	  { { REMOVE, GUEST }, { REMOVE, "proc/interrupts" } },
	  "unknown",
	  "cpu ?, memory ?, interrupts P, disk xvdk P",
	  "no /sys/hypervisor/guest_type, no /proc/interrupts" },
	{ "the guest type is a word that nobody knows",
	  "pvhvm",
	  { { WRITE, GUEST, "HVN\n" } },
	  "unknown",
	  "cpu ?, platform ?, disk xvda P",
	  "guest type HVN" },
	{ "the guest type is cut: PVH became PV",
	  "pvh",
	  { { WRITE, GUEST, "PV" } },
	  "pv",
	  "cpu P!",
	  "not of this guest type" },
	{ "Xen's features are garbage",
	  "pvhvm",
	  { { WRITE, FEATURES, "0001270z\n" } },
	  "pvhvm",
	  "cpu VH, interrupts P",
	  "callback vector      active" },
	{ "Xen's features are negative",
	  "pvhvm",
	  { { WRITE, FEATURES, "-1\n" } },
	  "pvhvm",
	  "cpu VH",
	  "Boot hvm" },
	{ "an HVM guest is the initial domain",
	  "pvhvm",
	  { { WRITE, FEATURES, "00012f05\n" } },
	  "dom0",
	  "cpu ?!",
	  "no HVM guest" },
	{ "the initial domain is PVH, with PV's features",
	  "dom0",
	  { { WRITE, GUEST, "PVH\n" } },
	  "dom0",
	  "cpu VH!",
	  "not of this guest type" },
	{ "the initial domain is PVH in all respects: no damage",
	  "dom0",
	  { { WRITE, GUEST, "PVH\n" },
	    { WRITE, FEATURES, "00012b05\n" },
	    { WRITE, "cpuid.txt", LEAF_1 XEN_AT_0 } },
	  "dom0",
	  "cpu VH, memory ?, interrupts P, platform H",
	  "Boot dom0" },
	{ "a disk's vbd is not on xenbus",
	  "pvhvm",
	  { { REMOVE, "sys/bus/xen/devices/vbd-768" } },
	  "pvhvm",
	  "disk xvda P!, disk xvdb P, disk sda VS",
	  "not on the xenbus of this" },
	{ "xenbus is missing",
	  "pvhvm",
	  { { REMOVE, "sys/bus/xen" } },
	  "pvhvm",
	  "disk xvda P!, disk sda VS, network eth0 P!",
	  "(evidence conflicts)" },
	{ "PCI's devices are missing",
	  "pvhvm",
	  { { REMOVE, "sys/bus/pci" } },
	  "pvhvm",
	  "disk sda ?, disk sdc ?, disk xvda P",
	  "not among the PCI devices" },
	{ "a function behind a bridge is missing",
	  "nitro",
	  { { REMOVE, "sys/bus/pci/devices/0000:00:05.0" } },
	  "nitro",
	  "network ens5 ?, disk nvme0n1 VH",
	  "not among the PCI devices" },
	{ "a function's vendor is garbage",
	  "pvhvm",
	  { { WRITE, AHCI "vendor", "0xZZ\n" } },
	  "pvhvm",
	  "disk sda ?",
	  "" },
	{ "a function's subsystem is missing",
	  "pvhvm",
	  { { REMOVE, AHCI "subsystem_device" } },
	  "pvhvm",
	  "disk sda ?",
	  "" },
	{ "a driver's link leads nowhere",
	  "pvhvm",
	  { { LINK, AHCI "driver", "../../../bus/pci/drivers/gone" } },
	  "pvhvm",
	  "disk sda VS",
	  "emulated no driver" },
	{ "one disk has two names",
	  "pvhvm",
	  { { LINK, "sys/block/xvdz", "../devices/vbd-768/block/xvda" } },
	  "pvhvm",
	  "disk xvda P!, disk xvdz P!, disk xvdb P",
	  "202:0 is also" },
	{ "two disks are links to each other",
	  "pvhvm",
	  { { LINK, "sys/block/xvda", "xvdb" }, { LINK, "sys/block/xvdb", "xvda" } },
	  "pvhvm",
	  "disk xvda none, disk xvdb none, disk xvdc P",
	  "xvdc, xvdk" },
	{ "a disk's number is garbage",
	  "pvhvm",
	  { { WRITE, "sys/devices/vbd-768/block/xvda/dev", "202\n" } },
	  "pvhvm",
	  "disk xvda none, disk xvdb P",
	  "" },
	{ "a disk's size is garbage: it is no other's double",
	  "pvhvm",
	  { { WRITE, AHCI "ata1/host0/target0:0:0/0:0:0:0/block/sda/size", "big\n" } },
	  "pvhvm",
	  "disk sda VS, disk xvda P",
	  "P: xvdb, same disk" },
	{ "a file where the folder of disks was",
	  "pvhvm",
	  { { WRITE, "sys/block", "" } },
	  "pvhvm",
	  "disk xvda none, disk sda none, network eth0 P",
	  "PV disk              unknown" },
	{ "a file where the folder of interfaces was",
	  "pvhvm",
	  { { WRITE, "sys/class/net", "" } },
	  "pvhvm",
	  "network eth0 none, disk xvda P",
	  "PV network           unknown" },
	{ "a folder where the hypervisor's type was",
	  "pvhvm",
	  { { FOLDER, XEN_TYPE } },
	  "pvhvm",
	  "cpu VH, disk xvda P, interrupts P",
	  "PV timers            active" },
	{ "/proc/interrupts is cut in the middle of a row",
	  "pvhvm",
	  { { WRITE, "proc/interrupts", "           CPU0\n  0:        1" } },
	  "pvhvm",
	  "interrupts P",
	  "steal is measured" },
	{ "/proc/interrupts is cut in the row HYP",
	  "pvhvm",
	  { { WRITE, "proc/interrupts", "           CPU0\nHYP:       " } },
	  "pvhvm",
	  "interrupts P",
	  "event channels of each vCPU" },
	{ "/proc/interrupts has a column fewer than there are processors",
	  "pvh",
	  { { WRITE, "proc/interrupts", "  CPU0\nHYP:  6465  Hypervisor callback\n" } },
	  "pvh",
	  "interrupts P",
	  "2 vCPUs" },
	{ "a file where the folder of interrupts was",
	  "pvhvm",
	  { { WRITE, "sys/kernel/irq", "" } },
	  "pvhvm",
	  "interrupts P, timers P",
	  "PV IPIs              unknown" },
	{ "the argument nopv, and devices on xenbus",
	  "pvhvm",
	  { { WRITE, "proc/cmdline", "nopv" } },
	  "pvhvm",
	  "cpu VH!, disk xvda P",
	  "argument nopv" },
	{ "no vector by argument, and PV timers",
	  "pvhvm",
	  { { WRITE, "proc/cmdline", "xen_no_vector_callback" } },
	  "pvhvm",
	  "cpu VH!, timers P",
	  "yet PV timers" },
	{ "a function's list of MSIs leads nowhere",
	  "nitro",
	  { { REMOVE, "sys/devices/pci0000:00/0000:00:05.0/msi_irqs" },
	    { LINK, "sys/devices/pci0000:00/0000:00:05.0/msi_irqs", "gone" } },
	  "nitro",
	  "network ens5 VH",
	  "" },
	{ "the clock event device is Xen's, the hypervisor is KVM",
	  "kvm",
	  { { WRITE, EVENT, "xen\n" } },
	  "kvm",
	  "timers ?!",
	  "no Xen below" },
	{ "the clock event devices are missing",
	  "hvm",
	  { { REMOVE, "sys/devices/system/clockevents" } },
	  "hvm",
	  "timers ?",
	  "no clock event device" },
	{ "the processors are garbage",
	  "pvhvm",
	  { { WRITE, CPUS "online", "all\n" }, { WRITE, CPUS "possible", "-\n" } },
	  "pvhvm",
	  "cpu VH",
	  "? vCPUs" },
	{ "Nitro without DMI",
	  "nitro",
	  { { REMOVE, "sys/class/dmi" } },
	  "kvm",
	  "disk nvme0n1 VH, network ens5 VH",
	  "" },
	{ "a VF's id is garbage",
	  "pv-vf",
	  { { WRITE, "sys/devices/pci-0/pci0000:00/0000:00:11.0/device", "10ca\n" } },
	  "pv",
	  "network eth1 ?, network eth0 P",
	  "SR-IOV               unused" },
};

static void apply(const char *root, const struct change *change)
{
	char path[512];

	if (change->how == NOTHING)
		return;
	tree__drop(root, change->path);
	if (change->how == WRITE)
		tree__file(root, change->path, change->text);
	if (change->how == LINK)
		tree__link(root, change->path, change->text);
	if (change->how == FOLDER) {
		snprintf(path, sizeof(path), "%s/file", change->path);
		tree__file(root, path, "");
	}
}

/* The guest's answer as one text: "area device letter" and the rest of a cell, two lines each. */
static char *answer(const char *root, const char *mode)
{
	struct platform *p;
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	assert_int_equal(platform__read(&p, root), 0);
	assert_string_equal(p->mode, mode);
	for (size_t i = 0; i < p->nr_cells; i++) {
		const struct cell *cell = &p->cells[i];

		fprintf(out, "\n%s %s%s%s%s\n  %s | %s | %s", area__name(cell->area), cell->what,
			cell->what[0] ? " " : "", letter__name(cell->letter),
			cell->conflicting ? "!" : "", cell->how, cell->better, cell->evidence);
	}
	fputc('\n', out);
	assert_int_equal(detect__text(out, 0, p, NULL, 0), 0);
	fclose(out);
	platform__free(p);
	return text;
}

static void expect_cells(const char *text, const char *cells)
{
	char copy[256], line[64], *save = NULL;

	snprintf(copy, sizeof(copy), "%s", cells);
	for (char *cell = strtok_r(copy, ",", &save); cell; cell = strtok_r(NULL, ",", &save)) {
		char *none = strstr(cell, " none");
		bool there;

		cell += strspn(cell, " ");
		if (none)
			none[1] = '\0';
		snprintf(line, sizeof(line), none ? "\n%s" : "\n%s\n", cell);
		there = strstr(text, line);
		if (there == !none)
			continue;
		fail_msg("%s\"%s\" in:%s", none ? "" : "no ", cell, text);
	}
}

static void each_has_a_clear_answer(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(guests) / sizeof(guests[0]); i++) {
		const struct damaged *damaged = &guests[i];
		char *copy = tree__new(), root[128], *text;
		struct platform *p;

		print_message("%s: %s\n", damaged->guest, damaged->name);
		snprintf(root, sizeof(root), FIXTURES "%s", damaged->guest);
		assert_int_equal(platform__save(&p, root, copy), 0);
		platform__free(p);
		for (size_t k = 0; k < 3; k++)
			apply(copy, &damaged->change[k]);
		text = answer(copy, damaged->mode);
		expect_cells(text, damaged->cells);
		if (!strstr(text, damaged->says))
			fail_msg("no \"%s\" in:%s", damaged->says, text);
		free(text);
		tree__remove(copy);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_has_a_clear_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

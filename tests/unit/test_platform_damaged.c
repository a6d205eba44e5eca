// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Saved guests, damaged. Each in one way that has a name: what is said of them. Missing evidence is
 * '?' or told by other witnesses, never by a guess; witnesses that contradict each other are shown.
 * And one with every file of it in turn missing, empty, cut or full of garbage, a folder where a
 * file was and a file where a folder was: there is an answer each time, it can be printed, and no
 * sanitizer complains.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
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

/* Every file in turn. */

#define FIXTURE	  "tests/fixtures/platform/pvhvm"
#define PATHS_MAX 4096

struct paths {
	char *path[PATHS_MAX];
	size_t nr;
};

static struct paths found, folders; /* files and links; folders but the root */

static int collect(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	struct paths *paths = type == FTW_D ? &folders : &found;

	(void)st;
	if (ftw->level && paths->nr < PATHS_MAX)
		paths->path[paths->nr++] = strdup(path);
	return 0;
}

static int setup(void **state)
{
	char *copy = tree__new();
	struct platform *p;

	assert_int_equal(platform__save(&p, FIXTURE, copy), 0);
	platform__free(p);
	assert_int_equal(nftw(copy, collect, 16, FTW_PHYS), 0);
	assert_true(found.nr > 100);
	assert_true(folders.nr > 50);
	*state = copy;
	return 0;
}

static int teardown(void **state)
{
	for (size_t i = 0; i < found.nr; i++)
		free(found.path[i]);
	for (size_t i = 0; i < folders.nr; i++)
		free(folders.path[i]);
	tree__remove(*state);
	return 0;
}

static void is_answered(const char *root)
{
	struct platform *p;
	char *text = NULL;
	size_t size = 0;
	FILE *out;

	assert_int_equal(platform__read(&p, root), 0);
	out = open_memstream(&text, &size);
	assert_int_equal(detect__json(out, p, NULL, 0), 0);
	assert_int_equal(detect__text(out, 0, p, NULL, 0), 0);
	fclose(out);
	free(text);
	platform__free(p);
}

static void write_bytes(const char *path, const char *bytes, size_t len)
{
	FILE *out = fopen(path, "w");

	assert_non_null(out);
	assert_int_equal(fwrite(bytes, 1, len, out), len);
	fclose(out);
}

/* Put this in place of each file and link in turn; NULL: nothing. */
static void replace_each(const char *root, const char *bytes, size_t len)
{
	for (size_t i = 0; i < found.nr; i++) {
		char aside[4096];

		snprintf(aside, sizeof(aside), "%s/aside", root);
		assert_int_equal(rename(found.path[i], aside), 0);
		if (bytes)
			write_bytes(found.path[i], bytes, len);
		is_answered(root);
		assert_int_equal(rename(aside, found.path[i]), 0);
	}
}

static void missing(void **state)
{
	replace_each(*state, NULL, 0);
}

static void empty(void **state)
{
	replace_each(*state, "", 0);
}

/* The first half of each file, as a copy that was interrupted leaves it. */
static void truncated(void **state)
{
	for (size_t i = 0; i < found.nr; i++) {
		char bytes[16384];
		struct stat st;
		FILE *in;
		size_t len;

		assert_int_equal(lstat(found.path[i], &st), 0);
		if (!S_ISREG(st.st_mode))
			continue;
		in = fopen(found.path[i], "r");
		assert_non_null(in);
		len = fread(bytes, 1, sizeof(bytes), in);
		fclose(in);
		write_bytes(found.path[i], bytes, len / 2);
		is_answered(*state);
		write_bytes(found.path[i], bytes, len);
	}
}

static void folders_where_files_were(void **state)
{
	for (size_t i = 0; i < found.nr; i++) {
		char aside[4096];

		snprintf(aside, sizeof(aside), "%s/aside", (char *)*state);
		assert_int_equal(rename(found.path[i], aside), 0);
		assert_int_equal(mkdir(found.path[i], 0755), 0);
		is_answered(*state);
		assert_int_equal(rmdir(found.path[i]), 0);
		assert_int_equal(rename(aside, found.path[i]), 0);
	}
}

static void files_where_folders_were(void **state)
{
	for (size_t i = 0; i < folders.nr; i++) {
		char aside[4096];

		snprintf(aside, sizeof(aside), "%s/aside", (char *)*state);
		assert_int_equal(rename(folders.path[i], aside), 0);
		write_bytes(folders.path[i], "1\n", 2);
		is_answered(*state);
		assert_int_equal(unlink(folders.path[i]), 0);
		assert_int_equal(rename(aside, folders.path[i]), 0);
	}
}

static void binary(void **state)
{
	char bytes[9000];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = 255 - i % 256;
	replace_each(*state, bytes, sizeof(bytes));
}

static void numbers_too_large(void **state)
{
	char bytes[3000];

	memset(bytes, '9', sizeof(bytes));
	replace_each(*state, bytes, sizeof(bytes));
}

static void lists_without_end(void **state)
{
	char bytes[8192];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = ",-:0x"[i % 5];
	replace_each(*state, bytes, sizeof(bytes));
}

/* Every link leads to one place: the disks are each other's controllers and slaves. */
static void links_to_the_wrong_place(void **state)
{
	for (size_t i = 0; i < found.nr; i++) {
		char aside[4096];

		snprintf(aside, sizeof(aside), "%s/aside", (char *)*state);
		assert_int_equal(rename(found.path[i], aside), 0);
		assert_int_equal(symlink("/sys/block", found.path[i]), 0);
		is_answered(*state);
		assert_int_equal(rename(aside, found.path[i]), 0);
	}
}

int main(void)
{
	const struct CMUnitTest named[] = {
		cmocka_unit_test(each_has_a_clear_answer),
	};
	const struct CMUnitTest every_file[] = {
		cmocka_unit_test(missing),
		cmocka_unit_test(empty),
		cmocka_unit_test(truncated),
		cmocka_unit_test(folders_where_files_were),
		cmocka_unit_test(files_where_folders_were),
		cmocka_unit_test(binary),
		cmocka_unit_test(numbers_too_large),
		cmocka_unit_test(lists_without_end),
		cmocka_unit_test(links_to_the_wrong_place),
	};
	int failed = cmocka_run_group_tests(named, NULL, NULL);

	return failed + cmocka_run_group_tests(every_file, setup, teardown);
}

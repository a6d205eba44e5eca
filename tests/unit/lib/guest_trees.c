// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "guest_trees.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "trees.h"

void tree__pci(const char *tree, const char *address, const char *ids, const char *driver)
{
	static const char *const names[] = { "vendor", "device", "subsystem_vendor",
					     "subsystem_device" };
	char path[256], target[256], id[4][16];

	assert_int_equal(sscanf(ids, "%15[^:]:%15s %15[^:]:%15s", id[0], id[1], id[2], id[3]), 4);
	for (size_t i = 0; i < 4; i++) {
		char value[sizeof(id) + 4];

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

void tree__disk(const char *tree, const char *place, const char *name, const char *dev,
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

void tree__nic(const char *tree, const char *place, const char *name, const char *mac)
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

void tree__xenbus(const char *tree, const char *name)
{
	char path[256], target[256];

	snprintf(path, sizeof(path), "sys/devices/%s/nodename", name);
	tree__file(tree, path, "device/x");
	snprintf(path, sizeof(path), "sys/bus/xen/devices/%s", name);
	snprintf(target, sizeof(target), "../../../devices/%s", name);
	tree__link(tree, path, target);
}

void tree__irq(const char *tree, unsigned int nr, const char *chip, const char *actions)
{
	char path[256];

	snprintf(path, sizeof(path), "sys/kernel/irq/%u/actions", nr);
	tree__file(tree, path, actions);
	snprintf(path, sizeof(path), "sys/kernel/irq/%u/chip_name", nr);
	tree__file(tree, path, chip);
}

char *tree__pvhvm(void)
{
	char *tree = tree__new();

	tree__file(tree, "cpuid.txt", HYPERVISOR_BIT XEN("400000") "40000001: 00040011 0 0 0\n");
	tree__file(tree, "sys/hypervisor/type", "xen\n");
	tree__file(tree, "sys/hypervisor/guest_type", "HVM\n");
	tree__file(tree, "proc/interrupts", "HYP:   0   12  Hypervisor callback interrupts\n");
	tree__irq(tree, 40, "xen-percpu", "timer0");
	return tree;
}

struct platform *tree__answer(char *tree)
{
	struct platform *p;

	assert_int_equal(platform__read(&p, tree), 0);
	tree__remove(tree);
	return p;
}

const struct cell *answer__cell(const struct platform *p, enum area area, const char *what)
{
	for (size_t i = 0; i < p->nr_cells; i++)
		if (p->cells[i].area == area && !strcmp(p->cells[i].what, what))
			return &p->cells[i];
	fail_msg("no cell %s %s", area__name(area), what);
	return NULL;
}

const struct feature *answer__feature(const struct platform *p, const char *name)
{
	for (size_t i = 0; i < p->nr_features; i++)
		if (!strcmp(p->features[i].name, name))
			return &p->features[i];
	fail_msg("no feature %s", name);
	return NULL;
}

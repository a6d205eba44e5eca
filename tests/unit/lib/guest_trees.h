/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Hand-made guests, as folders that platform__read() reads: each to catch one wrong conclusion, since
 * names and drivers prove nothing. Every failure fails the test.
 */
#ifndef XT_TESTS_GUEST_TREES_H
#define XT_TESTS_GUEST_TREES_H

#include "platform/platform.h"

/* Lines of cpuid.txt; of a hypervisor's leaves the base, "400000" for the first ones. */
#define HYPERVISOR_BIT "00000001: 0 0 80000000 0\n"
#define XEN(base)      base "00: " base "05 566e6558 65584d4d 4d4d566e\n"
#define KVM(base)      base "00: " base "01 4b4d564b 564b4d56 0000004d\n"
#define HYPER_V	       "40000000: 40000005 7263694d 666f736f 76482074\n"
#define TCG	       "40000000: 40000001 54474354 43544743 47435447\n"

/* An HVM guest that uses Xen: callback vector and PV timers. For tree__answer(), as tree__new()'s. */
char *tree__pvhvm(void);

/* A PCI function at an address like "0000:00:04.0"; ids are "vendor:device subvendor:subdevice". */
void tree__pci(const char *tree, const char *address, const char *ids, const char *driver);
/* A disk or a NIC of this name below a device; place is relative to sys/devices. */
void tree__disk(const char *tree, const char *place, const char *name, const char *dev,
		const char *sectors);
void tree__nic(const char *tree, const char *place, const char *name, const char *mac);
/* A device on Xen's bus, like "vbd-51712". */
void tree__xenbus(const char *tree, const char *name);
void tree__irq(const char *tree, unsigned int nr, const char *chip, const char *actions);

/* What is said of the guest, for platform__free(). Removes the tree. */
struct platform *tree__answer(char *tree);
const struct cell *answer__cell(const struct platform *p, enum area area, const char *what);
const struct feature *answer__feature(const struct platform *p, const char *name);

#endif

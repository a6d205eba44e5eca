// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <stdlib.h>
#include <string.h>

#include "probe/probes.h"

#define ROW(id, hook_, purpose_, ...) [id] = { .hook = hook_, .purpose = purpose_, __VA_ARGS__ },
#define ROWS(name, NAME)	      XT_##NAME##_PROBES(ROW)

const struct probe probe_table[XT_PROBE_NR] = { XT_FAMILIES(ROWS) };

bool platform__on_xen(const struct platform *platform)
{
	enum boot boot = platform->boot;

	return boot == BOOT_PV || boot == BOOT_HVM || boot == BOOT_PVH || boot == BOOT_DOM0;
}

bool platform__is_pv(const struct platform *platform)
{
	return platform->boot == BOOT_PV || platform->boot == BOOT_DOM0;
}

bool platform__has_driver(const struct platform *platform, const char *driver)
{
	for (size_t i = 0; i < platform->nr_disks; i++) {
		if (strcmp(platform->disks[i].driver, driver) == 0)
			return true;
	}
	return false;
}

static bool has_nic(const struct platform *platform, const char *driver)
{
	for (size_t i = 0; i < platform->nr_nics; i++) {
		if (strcmp(platform->nics[i].driver, driver) == 0)
			return true;
	}
	return false;
}

static bool has_user_channel(const struct platform *platform)
{
	for (size_t i = 0; i < platform->nr_irqs; i++) {
		if (platform->irqs[i].user)
			return true;
	}
	return false;
}

const char *probe__unused(const struct probe *probe, const struct platform *platform)
{
	enum boot boot = platform->boot;

	switch (probe->use) {
	case FOR_XEN:
		return platform__on_xen(platform) ? NULL : "not a Xen guest";
	case FOR_PV:
		return platform__is_pv(platform) ? NULL : "not a PV guest: the hardware does this";
	case FOR_DOM0:
		return boot == BOOT_DOM0 ? NULL : "not dom0";
	case FOR_USER:
		return has_user_channel(platform) ? NULL : "no process waits for an event channel";
	case FOR_DRIVER:
		return platform__has_driver(platform, probe->driver) ? NULL
								     : "no disk of this driver";
	case FOR_HVM:
		return boot == BOOT_HVM || boot == BOOT_KVM
			       ? NULL
			       : "no emulated platform devices in this kind of guest";
	case FOR_NIC:
		return has_nic(platform, probe->driver) ? NULL : "no NIC of this driver";
	case FOR_TIMER:
		return platform->clockevent[0] && strcmp(platform->clockevent, "xen")
			       ? NULL
			       : "no clock event device but Xen's, which is set by hypercalls";
	case FOR_NET:
		return platform->nr_nics ? NULL : "no NIC";
	default:
		return NULL;
	}
}

bool probe__is_timed(const struct probe *probe)
{
	return probe->kind == PROBE_SITES || (probe->fentry && probe->fexit) || probe->by_softirq;
}

bool probes__unmet(const bool on[XT_PROBE_NR], enum xt_probe *probe, enum xt_probe *missing)
{
	for (int i = 0; i < XT_PROBE_NR; i++) {
		for (int k = 0; k < 2; k++) {
			enum xt_probe needs = probe_table[i].needs[k];

			if (!needs || !on[i] || on[needs])
				continue;
			*probe = i;
			*missing = needs;
			return true;
		}
	}
	return false;
}

struct hook {
	const char *name;
	int number;
};

static int hook_compare(const void *a, const void *b)
{
	return strcmp(((const struct hook *)a)->name, ((const struct hook *)b)->name);
}

/* Sorted by name, since every function of the kernel is looked up, some 100,000. */
static size_t hooks_sorted(struct hook *hooks)
{
	size_t nr = 0;

	for (int i = 0; i < XT_PROBE_NR; i++) {
		const struct probe *probe = &probe_table[i];

		if (probe->kind == PROBE_SITES)
			continue;
		hooks[nr++] = (struct hook) { probe->hook, 2 * i };
		if (probe->older)
			hooks[nr++] = (struct hook) { probe->older, 2 * i + 1 };
	}
	qsort(hooks, nr, sizeof(*hooks), hook_compare);
	return nr;
}

int probes__hook(const char *name)
{
	static struct hook hooks[PROBE_HOOKS_MAX];
	static size_t nr;
	const struct hook wanted = { .name = name };
	const struct hook *found;

	if (!nr)
		nr = hooks_sorted(hooks);
	found = bsearch(&wanted, hooks, nr, sizeof(*hooks), hook_compare);
	return found ? found->number : -1;
}

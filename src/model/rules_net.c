// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Rules about NICs: which are emulated, and whose transmit queue is full. */
#include "model/rules.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "model/units.h"

#define PACKETS_MIN   1000 /* fewer are no traffic worth moving */
#define STOPPED_SHARE 0.05 /* of the run, in which a queue was full */
#define CHECK_AGAIN   "trace the same load again"

#define set(field, ...) snprintf(field, sizeof(field), __VA_ARGS__)

static const struct nic *find_nic(const struct platform *platform, const char *name)
{
	for (size_t i = 0; platform && i < platform->nr_nics; i++)
		if (!strcmp(platform->nics[i].name, name))
			return &platform->nics[i];
	return NULL;
}

static const struct wait_row *sent_by(const struct ledger *ledger, const char *device)
{
	for (size_t i = 0; i < ledger->nr_waits; i++) {
		const struct wait_row *row = &ledger->waits[i];

		if (row->roles & PATH_SENT && !strcmp(row->device, device))
			return row;
	}
	return NULL;
}

/* CPU time of a NIC's paths, and what of it the device model had. */
static void sum_cpu(const struct ledger *ledger, const char *device, uint64_t *ns,
		    uint64_t *held_ns)
{
	*ns = *held_ns = 0;
	for (size_t i = 0; i < ledger->cpu.nr_rows; i++) {
		const struct cpu_row *row = &ledger->cpu.rows[i];

		if (row->area != AREA_NET || strcmp(row->device, device))
			continue;
		*ns += row->ns;
		*held_ns += row->held_ns;
	}
}

int rule__emulated_nic(struct question *q)
{
	for (size_t i = 0; i < q->snap->nr_nics; i++) {
		const struct nic_use *use = &q->snap->nics[i];
		const struct nic *nic = find_nic(q->platform, use->device);
		uint64_t packets = use->tx_packets + use->rx_packets, ns, held_ns;
		char n[UNITS_LEN], mean[UNITS_LEN];
		const struct wait_row *row;
		struct finding *f;

		if (!nic || nic->letter != LETTER_VS || packets < PACKETS_MIN)
			continue;
		f = question__answer(q, FINDING_MET);
		if (!f)
			return -ENOMEM;
		row = sent_by(q->ledger, use->device);
		sum_cpu(q->ledger, use->device, &ns, &held_ns);
		set(f->subject, "%s", use->device);
		set(f->what, "%s is emulated %s: each packet's registers are the device model's",
		    use->device, nic->driver);
		set(f->figures[0],
		    "%.2f vCPU-s (%.1f %% of CPU) in its driver, %.2f held by the device model",
		    ns / 1e9, 100 * ledger__share(ns, q->ledger->cpu.total_ns), held_ns / 1e9);
		units__ns(mean, row ? row->mean_ns : 0);
		set(f->figures[1], "%s packets%s%s%s", units__count(n, packets),
		    row ? ", sent ones in the mean " : "", row ? mean : "", row ? "s" : "");
		set(f->action, "%s",
		    q->platform->boot == BOOT_KVM || q->platform->not_xen
			    ? "virtio-net, or SR-IOV"
			    : "netfront: a vif without model=, or unplug the emulated one "
			      "(xen_emul_unplug=nics); or SR-IOV");
		set(f->check, "%s", CHECK_AGAIN);
	}
	return 0;
}

/*
 * The driver stopped its queue since it had no place left: packets wait in the qdisc until the device
 * has taken some.
 */
int rule__nic_full(struct question *q)
{
	const struct probe_status *uncounted = snapshot__sent_uncounted(q->snap);
	char why[96];

	if (uncounted) {
		set(why, "packets sent are not counted: %s is off", uncounted->name);
		return question__untestable(q, why);
	}
	for (size_t i = 0; i < q->snap->nr_nics; i++) {
		const struct nic_use *use = &q->snap->nics[i];
		const struct nic *nic = find_nic(q->platform, use->device);
		char n[UNITS_LEN];
		struct finding *f;

		if (ledger__share(use->tx_stopped_ns, q->ledger->elapsed_ns) < STOPPED_SHARE)
			continue;
		f = question__answer(q, FINDING_MET);
		if (!f)
			return -ENOMEM;
		set(f->subject, "%s", use->device);
		set(f->what, "%s's packets wait until its transmit queue has room again",
		    use->device);
		units__count(n, use->tx_stops);
		set(f->figures[0], "%s times full, %.2f s of the run's %.2f (%.1f %%)", n,
		    use->tx_stopped_ns / 1e9, q->ledger->elapsed_ns / 1e9,
		    100 * ledger__share(use->tx_stopped_ns, q->ledger->elapsed_ns));
		set(f->figures[1], "at most %llu packets at once in the driver, of one queue",
		    (unsigned long long)use->most);
		set(f->action, "%s",
		    nic && !strcmp(nic->driver, "netfront")
			    ? "more queues (xen_netback.max_queues, one a vCPU), or a back end "
			      "with more CPU"
			    : "more or longer queues (ethtool -L, -G), as the device permits");
		set(f->check, "%s", CHECK_AGAIN);
	}
	return 0;
}

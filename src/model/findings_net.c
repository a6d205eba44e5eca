// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Rules about NICs. */
#include "model/rules.h"

#include <string.h>

#define STOPPED_SHARE 0.05 /* of the run, in which a NIC's queue was full */
#define PACKETS_MIN   1000 /* fewer are no traffic worth moving */

static const struct wait_row *sent_by(const struct ledger *ledger, const char *device)
{
	for (size_t i = 0; i < ledger->nr_waits; i++) {
		const struct wait_row *row = &ledger->waits[i];

		if (row->roles & PATH_SENT && !strcmp(row->device, device))
			return row;
	}
	return NULL;
}

static bool is_netfront(const struct nic *nic)
{
	return nic && !strcmp(nic->driver, "netfront");
}

static void advise_emulated(struct finding *f, const struct platform *platform)
{
	if (rule__has_virtio(platform)) {
		finding__do(f, REMEDY_HOST, "virtio-net, or SR-IOV");
		return;
	}
	finding__do(f, REMEDY_ARGUMENT,
		    "unplug the emulated one where the same vif is there (xen_emul_unplug=nics)");
	finding__do(f, REMEDY_HOST, "a vif without model=, for netfront; or SR-IOV");
}

static void ask_emulated_nic(struct question *q)
{
	for (size_t i = 0; i < q->snap->nr_nics; i++) {
		const struct nic_use *use = &q->snap->nics[i];
		const struct nic *nic = platform__nic(q->platform, use->device);
		uint64_t packets = use->tx_packets + use->rx_packets;
		const struct wait_row *row;
		char mean[MEAN_LEN];
		struct cpu_sum cpu;
		struct finding *f;

		if (!nic || nic->letter != LETTER_VS || packets < PACKETS_MIN)
			continue;
		f = rule__met(q, use->device);
		row = sent_by(q->ledger, use->device);
		cpu = rule__cpu(q->ledger, MECH_EMULATED, AREA_NET, use->device);
		finding__say(f, "%s is emulated %s: each packet's registers are the device model's",
			     use->device, nic->driver);
		finding__figure(
			f,
			"%.2f vCPU-s (%.1f %% of CPU) in its driver, %.2f held by the device model",
			cpu.ns / 1e9, 100 * ledger__share(cpu.ns, q->ledger->cpu.total_ns),
			cpu.held_ns / 1e9);
		finding__figure(f, "%s packets%s%s", COUNT(packets),
				row ? ", sent ones in the mean " : "",
				row ? rule__mean(mean, row) : "");
		advise_emulated(f, q->platform);
		finding__cost(f, KIND_CPU, cpu.ns);
		finding__gain(f, KIND_CPU, cpu.held_ns, cpu.ns);
	}
}

/*
 * The driver stopped its queue since it had no place left: packets wait in the qdisc until the
 * device has taken some.
 */
static void ask_nic_full(struct question *q)
{
	const struct probe_status *uncounted = snapshot__sent_uncounted(q->snap);

	if (uncounted) {
		rule__untestable(q, "packets sent are not counted: %s is off", uncounted->name);
		return;
	}
	for (size_t i = 0; i < q->snap->nr_nics; i++) {
		const struct nic_use *use = &q->snap->nics[i];
		const struct nic *nic = platform__nic(q->platform, use->device);
		double share = ledger__share(use->tx_stopped_ns, q->ledger->elapsed_ns);
		struct finding *f;

		if (share < STOPPED_SHARE || use->tx_packets < EVENTS_ENOUGH)
			continue;
		f = rule__met(q, use->device);
		finding__say(f, "%s's packets wait until its transmit queue has room again",
			     use->device);
		finding__figure(f, "%s times full, %.2f s of the run's %.2f (%.1f %%)",
				COUNT(use->tx_stops), use->tx_stopped_ns / 1e9,
				q->ledger->elapsed_ns / 1e9, 100 * share);
		finding__figure(f, "at most %llu packets at once in the driver, of one queue",
				(unsigned long long)use->most);
		if (is_netfront(nic))
			finding__do(
				f, REMEDY_HOST,
				"more queues (xen_netback.max_queues, one a vCPU), or a back end "
				"with more CPU");
		else
			finding__do(
				f, REMEDY_LIVE,
				"more or longer queues (ethtool -L, -G), as the device permits");
		finding__cost(f, KIND_WAIT, use->tx_stopped_ns);
		finding__gain(f, KIND_WAIT, 0, use->tx_stopped_ns);
	}
}

static const struct rule rules[] = {
	{ "emulated-nic", ask_emulated_nic },
	{ "nic-full", ask_nic_full },
};
RULES(net_rules, rules);

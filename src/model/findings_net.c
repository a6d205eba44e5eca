// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Rules about NICs. */
#include "model/rules.h"

#include <string.h>

#define STOPPED_SHARE 0.05 /* of the run, in which a NIC's queue was full */
#define PACKETS_MIN   1000 /* fewer are no traffic worth moving */
#define VF_SHARE      0.1  /* of the packets: what the VF has at most where it is not used */
#define DROPS_MIN     10
#define DROP_SHARE    0.001 /* of packets: TCP halves its rate at each loss */
#define QUEUE_SHARE   0.5   /* of one vCPU, by a NIC of one queue */
#define POLLS_MIN     1000
#define FULL_SHARE    0.1  /* of polls */
#define BULK_BYTES    1000 /* a packet in the mean: most are as large as the link takes */

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
	return nic && nic->front == FRONT_NETFRONT;
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

static uint64_t packets_of(const struct nic_use *use)
{
	return use->tx_packets + use->rx_packets;
}

/* The busiest NIC that this letter serves; NULL: none. */
static const struct nic_use *busiest(const struct question *q, enum letter letter)
{
	const struct nic_use *best = NULL;

	for (size_t i = 0; i < q->snap->nr_nics; i++) {
		const struct nic_use *use = &q->snap->nics[i];
		const struct nic *nic = platform__nic(q->platform, use->device);

		if (nic && nic->letter == letter && (!best || packets_of(use) > packets_of(best)))
			best = use;
	}
	return best;
}

/* A virtual function is there, and the traffic goes by the vif. */
static void ask_vf_unused(struct question *q)
{
	const struct nic_use *vf = busiest(q, LETTER_VH), *vif = busiest(q, LETTER_P);
	struct cpu_sum cpu;
	struct finding *f;

	if (!vf || !vif || packets_of(vif) < PACKETS_MIN ||
	    packets_of(vf) > VF_SHARE * (packets_of(vf) + packets_of(vif)))
		return;
	f = rule__met(q, vif->device);
	cpu = rule__cpu(q->ledger, MECH_PV, AREA_NET, vif->device);
	finding__say(f, "traffic runs over %s though %s, a virtual function, is there", vif->device,
		     vf->device);
	finding__figure(f, "%s packets by %s, %s by %s", COUNT(packets_of(vif)), vif->device,
			COUNT(packets_of(vf)), vf->device);
	finding__figure(f, "%.2f vCPU-s in %s's paths, without the back end's", cpu.ns / 1e9,
			vif->device);
	finding__do(f, REMEDY_LIVE, "a bond of both with %s as the active one, or routes by it",
		    vf->device);
	finding__cost(f, KIND_CPU, cpu.ns);
	finding__gain(f, KIND_CPU, 0, cpu.ns);
	finding__check(f, "NETWORK: the packets of both");
}

/* Reasons of the kernel that say that something had no room; others are the packets' own fault. */
static bool is_overload(const struct drop *drop)
{
	static const char *const reasons[] = { "QDISC_DROP", "CPU_BACKLOG",    "FULL_RING",
					       "NOMEM",	     "SOCKET_RCVBUFF", "SOCKET_BACKLOG" };

	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (!strcmp(drop->reason, reasons[i]))
			return true;
	return false;
}

struct dropped {
	uint64_t nr, most;
	const char *reason; /* of most of those that the kernel dropped */
	uint64_t driver, device;
};

static struct dropped count_drops(const struct snapshot *snap, const char *device)
{
	struct dropped all = { .reason = "" };

	for (size_t i = 0; i < snap->nr_drops; i++) {
		const struct drop *drop = &snap->drops[i];

		if (strcmp(drop->device, device) || !is_overload(drop))
			continue;
		all.nr += drop->count;
		if (drop->count > all.most) {
			all.most = drop->count;
			all.reason = drop->reason;
		}
	}
	for (size_t i = 0; i < snap->nr_nic_losses; i++) {
		const struct nic_losses *losses = &snap->nic_losses[i];

		if (strcmp(losses->device, device))
			continue;
		all.driver = losses->tx_dropped;
		all.device =
			losses->rx_missed_errors + losses->rx_fifo_errors + losses->rx_over_errors;
	}
	all.nr += all.driver + all.device;
	return all;
}

static void ask_nic_drops(struct question *q)
{
	for (size_t i = 0; i < q->snap->nr_nics; i++) {
		const struct nic_use *use = &q->snap->nics[i];
		struct dropped drops = count_drops(q->snap, use->device);
		struct finding *f;

		if (packets_of(use) < PACKETS_MIN || drops.nr < DROPS_MIN ||
		    drops.nr < DROP_SHARE * packets_of(use))
			continue;
		f = rule__met(q, use->device);
		finding__say(f, "%s loses packets for which there is no room", use->device);
		finding__figure(f, "%s of %s packets (%.2f %%): %s by its driver, %s by the device",
				COUNT(drops.nr), COUNT(packets_of(use)),
				100 * ledger__share(drops.nr, packets_of(use)), COUNT(drops.driver),
				COUNT(drops.device));
		if (drops.most)
			finding__figure(f, "most by the kernel: %s %s", COUNT(drops.most),
					drops.reason);
		finding__exclude(f, "packets that nobody wanted: the kernel gives another reason");
		finding__do(f, REMEDY_LIVE,
			    "longer queues (ip link set %s txqueuelen, ethtool -G; "
			    "sysctl net.core.netdev_max_backlog), or more of them",
			    use->device);
		finding__gain_unknown(f, "what a loss costs depends on who sends it again");
		finding__check(f, "NETWORK: dropped");
	}
}

/* One queue is one event channel: one vCPU sends all notifications, polls and completes. */
static void ask_one_queue(struct question *q)
{
	size_t vcpus = rule__online_vcpus(q->snap);

	for (size_t i = 0; i < q->snap->nr_nics && vcpus > 1; i++) {
		const struct nic_use *use = &q->snap->nics[i];
		const struct nic *nic = platform__nic(q->platform, use->device);
		struct cpu_sum cpu = rule__cpu(q->ledger, MECH_PV, AREA_NET, use->device);
		double share = ledger__share(cpu.ns, q->ledger->elapsed_ns);
		struct finding *f;

		if (!nic || nic->letter != LETTER_P || nic->queues > 1 ||
		    packets_of(use) < PACKETS_MIN || share < QUEUE_SHARE)
			continue;
		f = rule__met(q, use->device);
		finding__say(f, "%s has one queue for %zu vCPUs: one of them receives all packets",
			     use->device, vcpus);
		finding__figure(f, "%.2f vCPU-s in its paths, %.1f %% of one vCPU, for %s packets",
				cpu.ns / 1e9, 100 * share, COUNT(packets_of(use)));
		finding__do(f, REMEDY_HOST, "more queues of the back end: xen_netback.max_queues");
		finding__do(f, REMEDY_ARGUMENT, "xen_netfront.max_queues, if it was set lower");
		finding__do(f, REMEDY_LIVE,
			    "receive packet steering meanwhile: "
			    "/sys/class/net/%s/queues/rx-0/rps_cpus",
			    use->device);
		finding__cost(f, KIND_CPU, cpu.ns);
		finding__gain_unknown(f, "the work is spread and not saved");
	}
}

/* Polls that use up their budget leave packets for the next: more come than one vCPU takes. */
static void ask_poll_saturated(struct question *q)
{
	for (size_t i = 0; i < q->snap->nr_nics; i++) {
		const struct nic_use *use = &q->snap->nics[i];
		struct finding *f;

		if (use->polls < POLLS_MIN || use->polls_full < FULL_SHARE * use->polls)
			continue;
		f = rule__met(q, use->device);
		finding__say(f, "%s receives more than its polls take", use->device);
		finding__figure(
			f, "%s of %s polls (%.1f %%) used up their budget; %s packets received",
			COUNT(use->polls_full), COUNT(use->polls),
			100 * ledger__share(use->polls_full, use->polls), COUNT(use->rx_packets));
		finding__figure(f,
				"%s times the kernel stopped polling with work left, of all NICs",
				COUNT(q->snap->kernel.squeezed));
		finding__do(f, REMEDY_LIVE,
			    "sysctl net.core.netdev_budget and netdev_budget_usecs, and "
			    "its interrupts on vCPUs with time left");
		finding__do(f, REMEDY_HOST, "more queues of the back end: xen_netback.max_queues");
		finding__gain_unknown(f, "what packets waited before a poll is the device's leg");
	}
}

/* Large packets that the guest has to cut: each piece takes the whole way to the back end. */
static void ask_gso_off(struct question *q)
{
	for (size_t i = 0; i < q->snap->nr_nics; i++) {
		const struct nic_use *use = &q->snap->nics[i];
		const struct nic *nic = platform__nic(q->platform, use->device);
		struct cpu_sum cpu = rule__cpu(q->ledger, MECH_PV, AREA_NET, use->device);
		struct finding *f;

		if (!nic || nic->letter != LETTER_P || use->tx_packets < PACKETS_MIN ||
		    use->tx_bytes < BULK_BYTES * use->tx_packets ||
		    (nic->tso != SETTING_OFF && nic->gso != SETTING_OFF))
			continue;
		f = rule__met(q, use->device);
		finding__say(f, "%s sends each packet by itself: %s is off", use->device,
			     nic->gso == SETTING_OFF ? "GSO" : "TSO");
		finding__figure(
			f, "%s packets of %.0f bytes in the mean; %s were cut from larger ones",
			COUNT(use->tx_packets), (double)use->tx_bytes / use->tx_packets,
			COUNT(use->tx_cut));
		finding__figure(f, "%.2f vCPU-s in its paths", cpu.ns / 1e9);
		finding__do(f, REMEDY_LIVE, "ethtool -K %s sg on tx on tso on gso on", use->device);
		finding__do(f, REMEDY_HOST,
			    "where that is refused: a back end that offers "
			    "feature-gso-tcpv4 and feature-sg");
		finding__cost(f, KIND_CPU, cpu.ns);
		finding__gain(f, KIND_CPU, 0, cpu.ns);
		finding__check(f, "the bytes of a packet in NETWORK: up to 64 kB");
	}
}

static const struct rule rules[] = {
	{ "emulated-nic", ask_emulated_nic }, { "vf-unused", ask_vf_unused },
	{ "nic-full", ask_nic_full },	      { "nic-drops", ask_nic_drops },
	{ "net-one-queue", ask_one_queue },   { "net-poll-saturated", ask_poll_saturated },
	{ "gso-off", ask_gso_off },
};
RULES(net_rules, rules);

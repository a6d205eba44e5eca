// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "model/workload.h"

#include <math.h>

#define Z_95 1.959964

const char *mechanism__name(enum mechanism by)
{
	static const char *const names[] = {
#define NAME(id, name) [id] = name,
		XT_MECHANISMS(NAME)
#undef NAME
	};

	return names[by];
}

/* The variance of one event's time, from its histogram. */
static double variance(const struct hist *h)
{
	struct hist_sum sum = hist__sum(h);
	double mean = sum.count ? (double)sum.ns / sum.count : 0, square = 0;

	for (unsigned int i = 0; i < h->nr; i++) {
		const struct hist_bucket *bucket = &h->bucket[i];
		double off = bucket->count ? (double)bucket->ns / bucket->count - mean : 0;

		square += off * off * bucket->count;
	}
	return sum.count > 1 ? square / (sum.count - 1) : 0;
}

static void add_time(struct measured *to, const struct hist *h)
{
	double count = hist__count(h), followed = hist__followed(h);

	to->ns += hist__all_ns(h);
	if (!(followed > 0))
		return;
	to->variance += variance(h) * count * count / followed;
	to->unseen += variance(h) * count * (count - followed) / followed;
}

static void add(struct measured *to, const struct hist *h)
{
	add_time(to, h);
	to->count += hist__count(h);
}

/* Of a device's: blkfront's, an emulated one's or a function's of the hardware. */
static enum mechanism of_mech(enum mech mech, enum mechanism pv)
{
	switch (mech) {
	case MECH_PV:
		return pv;
	case MECH_EMULATED:
		return pv + 1;
	case MECH_HARDWARE:
		return pv + 2;
	default:
		return NO_MECHANISM;
	}
}

static enum mechanism of_hypercall(unsigned int roles, bool trap)
{
	if (roles & PATH_PV_ALONE)
		return PV_TABLES;
	if (roles & PATH_NOTIFY)
		return trap ? NOTIFY_TRAP : NOTIFY_EXIT;
	if (roles & PATH_TIMER_SET)
		return trap ? TIMER_TRAP : TIMER_EXIT;
	if (roles & PATH_IPI)
		return trap ? IPI_TRAP : IPI_EXIT;
	return trap ? OTHER_TRAP : OTHER_EXIT;
}

static void collect_timer(struct workload *load, const struct path *path)
{
	const struct path_key *key = &path->key;

	/* what sets it calls the device's own function, a path inside */
	if (key->mech == MECH_PV || key->roles & PATH_IRQ)
		return;
	add_time(&load->by[TIMER_APIC], &path->hist);
	if (key->roles & PATH_TIMER_SET)
		load->by[TIMER_APIC].count += hist__count(&path->hist);
}

/* Of the platform, and of interrupts: xen-platform-pci is the one that upcalls come by. */
static void collect_other(struct workload *load, const struct path *path)
{
	const struct path_key *key = &path->key;

	if (key->roles & PATH_IPI)
		add(&load->by[IPI_APIC], &path->hist);
	else if (key->area == AREA_PLATFORM && key->mech == MECH_EMULATED)
		add(&load->by[EMULATED_PLATFORM], &path->hist);
	else if (key->area == AREA_INTERRUPT && key->mech == MECH_EMULATED)
		add_time(&load->by[UPCALL_PCI], &path->hist);
}

static bool is_of_device(enum area area)
{
	return area == AREA_DISK || area == AREA_NET || area == AREA_PLATFORM;
}

static void collect_path(struct workload *load, const struct path *path)
{
	const struct path_key *key = &path->key;
	struct measured *by = load->by;

	if (key->roles & PATH_IRQ && key->mech == MECH_EMULATED && is_of_device(key->area))
		load->irqs += hist__count(&path->hist);
	switch (key->area) {
	case AREA_DISK:
		add_time(&by[of_mech(key->mech, BLKFRONT)], &path->hist);
		break;
	case AREA_NET:
		add_time(&by[of_mech(key->mech, NETFRONT)], &path->hist);
		break;
	case AREA_EVTCHN:
		add(&by[UPCALL], &path->hist);
		break;
	case AREA_HYPERCALL:
		add(&by[of_hypercall(key->roles, load->mode == MODE_PV)], &path->hist);
		break;
	case AREA_MEMORY:
		add_time(&by[PV_TABLES], &path->hist);
		break;
	case AREA_TIMER:
		collect_timer(load, path);
		break;
	default:
		collect_other(load, path);
	}
}

/* There an upcall is one and the interrupt around it. */
static void close_upcalls(struct workload *load)
{
	const struct measured *upcall = &load->by[UPCALL];
	struct measured *pci = &load->by[UPCALL_PCI];

	if (load->mode != MODE_HVM_PV) {
		*pci = (struct measured) {};
		return;
	}
	pci->count = upcall->count;
	pci->ns += upcall->ns;
	pci->variance += upcall->variance;
	pci->unseen += upcall->unseen;
}

static void count_requests(struct workload *load, const struct ledger *ledger)
{
	for (size_t i = 0; i < ledger->nr_waits; i++) {
		const struct wait_row *row = &ledger->waits[i];

		if (row->area == AREA_DISK && !row->stacked)
			load->by[of_mech(row->mech, BLKFRONT)].count += row->count;
	}
}

static bool lacks_count(const struct workload *load, enum mechanism by)
{
	return load->by[by].ns > 0 && !(load->by[by].count > 0);
}

static void count_packets(struct workload *load, const struct snapshot *snap,
			  const struct platform *platform)
{
	for (size_t i = 0; i < snap->nr_nics; i++) {
		const struct nic_use *use = &snap->nics[i];
		const struct nic *nic = platform__nic(platform, use->device);
		enum mechanism by = nic ? of_mech(letter__mech(nic->letter), NETFRONT)
					: NO_MECHANISM;

		load->by[by].count += use->tx_packets + use->rx_packets;
		if (by == EMULATED_NIC)
			load->emulated_sent += use->tx_packets;
		if (by == EMULATED_NIC || by == NETFRONT)
			load->sent += use->tx_packets;
	}
	/* an older recording has the time of packets and no count */
	load->packets_unknown = snapshot__sent_uncounted(snap) || lacks_count(load, NETFRONT) ||
				lacks_count(load, EMULATED_NIC) || lacks_count(load, HARDWARE_NIC);
}

void workload__collect(struct workload *load, enum guest_mode mode, const struct snapshot *snap,
		       const struct ledger *ledger, const struct platform *platform)
{
	*load = (struct workload) {
		.mode = mode,
		.seconds = (snap->end_ns - snap->start_ns) / 1e9,
	};
	for (size_t i = 0; i < snap->nr_paths; i++)
		if (snap->paths[i].key.kind == KIND_CPU && !(snap->paths[i].key.roles & PATH_COUNT))
			collect_path(load, &snap->paths[i]);
	count_requests(load, ledger);
	count_packets(load, snap, platform);
	close_upcalls(load);
	load->by[CLOCK_CALL].count = snapshot__clock_calls(snap);
	load->by[NO_MECHANISM] = (struct measured) {};
}

double workload__per_second(const struct workload *load, double count)
{
	return count / load->seconds;
}

bool workload__has(const struct workload *load, enum mechanism by)
{
	return load->by[by].count >= WORKLOAD_FEW && load->by[by].ns > 0;
}

bool workload__has_any(const struct workload *load, enum mechanism by)
{
	return load->by[by].count > 0 && load->by[by].ns > 0;
}

static struct estimate with_error(double mean, double variance)
{
	double error = Z_95 * sqrt(variance);

	return (struct estimate) { error < mean ? mean - error : 0, mean, mean + error };
}

struct estimate workload__each(const struct workload *load, enum mechanism by)
{
	const struct measured *m = &load->by[by];

	return with_error(m->ns / m->count, m->variance / m->count / m->count);
}

struct estimate workload__load(const struct workload *load, enum mechanism by)
{
	const struct measured *m = &load->by[by];

	return with_error(m->ns / load->seconds, m->unseen / load->seconds / load->seconds);
}

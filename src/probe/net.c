// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* NICs: packets sent and received, in legs; what is counted of them, and what the kernel drops. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/log.h"
#include "net.skel.h"
#include "probe/family.h"
#include "probe/reader.h"
#include "probe/tracer_parts.h"

#define NAME(id, name, ...) [id] = name,

static const char *const tx_legs[] = { XT_TX_LEGS(NAME) };
static const char *const rx_legs[] = { XT_RX_LEGS(NAME) };

/* Drivers whose ndo_start_xmit() family emul times as a function. */
static bool is_timed(const char *driver)
{
#define IS_TIMED(_, id, function, what) \
	if (strcmp(driver, what) == 0)  \
		return true;
	XT_EMULATED_NICS(IS_TIMED, _)
#undef IS_TIMED
	return false;
}

static enum mech tx_leg_mech(unsigned int leg, enum mech nic)
{
	return leg == XT_TX_QDISC || leg == XT_TX_FINISH ? MECH_GUEST : nic;
}

static unsigned int tx_leg_roles(enum xt_tx_leg leg)
{
	return leg == XT_TX_TOTAL ? PATH_WHOLE : leg == XT_TX_DEVICE ? PATH_DEVICE : 0;
}

/* What passed the device is the device's; what the stack made a packet wait for is the guest's. */
static void name_nic(struct layout *layout, uint32_t slot, uint32_t path, const struct nic *nic)
{
	enum mech mech = letter__mech(nic->letter);
	bool netfront = strcmp(nic->driver, "netfront") == 0;

	for (unsigned int leg = 0; leg < XT_TX_NR; leg++, path++) {
		layout__name(&layout->keys[path], KIND_WAIT, AREA_NET, tx_leg_mech(leg, mech),
			     nic->name, "sent",
			     leg == XT_TX_DEVICE && netfront ? "backend" : tx_legs[leg]);
		layout->keys[path].roles = PATH_SENT | tx_leg_roles(leg);
		layout->keys[path].order = leg + 1;
	}
	for (unsigned int leg = 0; leg < XT_RX_NR; leg++, path++) {
		layout__name(&layout->keys[path], KIND_WAIT, AREA_NET,
			     leg == XT_RX_TOTAL ? mech : MECH_GUEST, nic->name, "poll",
			     rx_legs[leg]);
		layout->keys[path].roles = PATH_POLL | (leg == XT_RX_TOTAL ? PATH_WHOLE : 0);
		layout->keys[path].order = leg + 1;
	}
	layout__name(&layout->keys[layout->net_submit + slot], KIND_CPU, AREA_NET, mech, nic->name,
		     "", "submit");
}

/* Enter a NIC into a table of so many places. False when there is none for it. */
static bool enter(struct xt_nic *table, uint32_t places, const struct xt_nic *nic)
{
	for (uint32_t i = 0; i < XT_NIC_PROBES; i++) {
		struct xt_nic *at = &table[(nic->ifindex + i) & (places - 1)];

		if (at->ifindex)
			continue;
		*at = *nic;
		return true;
	}
	return false;
}

#define PLACES_MIN  256
#define PLACES_MOST (1u << 16) /* XT_NICS of them find places long before */

/* The table that BPF looks packets' NICs up in: as large as it takes. */
static int make_table(struct layout *layout, const struct xt_nic *nics, size_t nr)
{
	size_t in;

	for (uint32_t places = PLACES_MIN; places <= PLACES_MOST; places *= 2) {
		free(layout->nics);
		layout->nics = calloc(places, sizeof(*layout->nics));
		if (!layout->nics)
			return -ENOMEM;
		for (in = 0; in < nr; in++) {
			if (!enter(layout->nics, places, &nics[in]))
				break;
		}
		layout->nic_places = places;
		if (in == nr)
			return 0;
	}
	return -ENOMEM;
}

/* stat() of a namespace's file gives its inode: nsfs, fs/nsfs.c. Without CONFIG_NET_NS there is none. */
static uint32_t own_netns(void)
{
	struct stat st;

	return stat("/proc/self/ns/net", &st) ? 0 : st.st_ino;
}

static int range(struct layout *layout, const struct platform *platform,
		 const struct wanted *wanted, uint32_t *next, const char **why)
{
	size_t nr = platform->nr_nics < XT_NICS - 1 ? platform->nr_nics : XT_NICS - 1;

	(void)wanted;
	(void)why;
	layout->net = *next;
	*next += nr * XT_NIC_PATHS;
	layout->net_submit = *next;
	*next += nr + 1;
	return 0;
}

static int place(struct layout *layout, const struct platform *platform,
		 const struct wanted *wanted, const char **why)
{
	uint32_t slot = 1, path = layout->net;
	struct xt_nic entries[XT_NICS];

	layout->netns = own_netns();
	layout->some_nics = wanted->nics;
	for (size_t i = 0; i < platform->nr_nics; i++) {
		const struct nic *nic = &platform->nics[i];

		if (!layout__is_wanted(wanted->nics, nic->name))
			continue;
		if (slot == XT_NICS || !nic->ifindex) {
			if (wanted->nics) {
				*why = "-N names more NICs than there is room for: name fewer";
				return -E2BIG;
			}
			elog("no place for NIC %s: its packets are not traced; name those of "
			     "interest with -N",
			     nic->name);
			continue;
		}
		entries[slot - 1] = (struct xt_nic) {
			.ifindex = nic->ifindex,
			.slot = slot,
			.flags = (is_timed(nic->driver) ? XT_NIC_UNFRAMED : 0) |
				 (nic->letter == LETTER_VS ? XT_NIC_EMULATED : 0),
			.first = layout->nr_packets,
			.queues = nic->queues ? nic->queues : 1,
			.paths = path,
			.first_queue = layout->nr_queues,
		};
		layout->nic_of[slot] = nic;
		layout->nr_packets += entries[slot - 1].queues * XT_QUEUE_PACKETS;
		layout->nr_queues += entries[slot - 1].queues;
		name_nic(layout, slot++, path, nic);
		path += XT_NIC_PATHS;
	}
	layout->nr_nics = slot;
	return make_table(layout, entries, slot - 1);
}

unsigned int net__slot_of(const struct layout *layout, const char *name)
{
	for (unsigned int slot = 1; slot < XT_NICS; slot++) {
		if (layout->nic_of[slot] && strcmp(layout->nic_of[slot]->name, name) == 0)
			return slot;
	}
	return 0;
}

static void configure(struct net_bpf *skel, const struct layout *layout,
		      const struct features *features)
{
	skel->rodata->cfg_net_submit = layout->net_submit;
	skel->rodata->cfg_netns = layout->netns;
	skel->rodata->cfg_drop_reasons = features__tracepoint_args(features, "kfree_skb") > 2;
	skel->rodata->cfg_nics_some = layout->some_nics;
	skel->rodata->cfg_nics_places = layout->nic_places;
}

FAMILY_OBJECT(net)

static void start(struct tracer *tracer)
{
	sampling__start(&tracer->sampling, tracer->maps, tracer->layout->cpus, &tracer->calibration,
			tracer->every);
}

static void tick(struct tracer *tracer)
{
	sampling__tick(&tracer->sampling, tracer->maps, tracer->layout->cpus);
}

#define ONE(...) +1
_Static_assert(0 NIC_COUNTS(ONE) == 0 XT_NIC_COUNTS(ONE), "what is counted is told");
#undef ONE

/* The NIC of a slot, by the table that BPF finds it in. */
static const struct xt_nic *entry_of(const struct layout *layout, uint32_t slot)
{
	for (size_t i = 0; i < layout->nic_places; i++)
		if (layout->nics[i].ifindex && layout->nics[i].slot == slot)
			return &layout->nics[i];
	return NULL;
}

static void read_nic(const struct tracer *tracer, uint32_t slot, struct nic_use *use)
{
	const struct layout *layout = tracer->layout;
	const struct xt_nic *nic = entry_of(layout, slot);

	snprintf(use->device, sizeof(use->device), "%s", layout->nic_of[slot]->name);
	use->queues = nic->queues;
	for (uint32_t n = 0; n < nic->queues; n++) {
		const struct xt_queue *queue = &tracer->maps->queues[nic->first_queue + n];

		use->most = queue->most > use->most ? queue->most : use->most;
	}
	for (unsigned int cpu = 0; cpu < layout->cpus; cpu++) {
		const struct xt_nic_count *count = &tracer->maps->nic_counts[cpu * XT_NICS + slot];

#define ADD(name) use->name += count->name;
		XT_NIC_COUNTS(ADD)
#undef ADD
	}
}

static int read_nics(const struct tracer *tracer, struct snapshot *snap)
{
	snap->nics = calloc(XT_NICS, sizeof(*snap->nics));
	if (!snap->nics)
		return -ENOMEM;
	for (uint32_t slot = 1; slot < XT_NICS; slot++)
		if (tracer->layout->nic_of[slot])
			read_nic(tracer, slot, &snap->nics[snap->nr_nics++]);
	return 0;
}

/* A kernel before 5.17 gives none, and what a later one gives may be younger than its BTF. */
static void name_reason(const struct tracer *tracer, uint32_t reason, struct drop *drop)
{
	const char *name = tracer->drop_reasons[reason];

	if (*name)
		snprintf(drop->reason, sizeof(drop->reason), "%s", name);
	else if (reason == XT_DROP_REASONS - 1)
		snprintf(drop->reason, sizeof(drop->reason), "a subsystem's");
	else if (reason)
		snprintf(drop->reason, sizeof(drop->reason), "%u", reason);
}

static int read_drops(const struct tracer *tracer, struct snapshot *snap)
{
	const struct layout *layout = tracer->layout;
	const uint64_t *count = tracer->maps->drops;
	uint32_t nr = layout->nr_nics * 2 * XT_DROP_REASONS, kept = 0;

	for (uint32_t i = 0; i < nr; i++)
		kept += count[i] != 0;
	snap->drops = calloc(kept + 1, sizeof(*snap->drops));
	if (!snap->drops)
		return -ENOMEM;
	/* one more may have its first count meanwhile */
	for (uint32_t i = 0; i < nr && snap->nr_drops < kept; i++) {
		struct drop *drop = &snap->drops[snap->nr_drops];
		uint32_t slot = i / XT_DROP_REASONS / 2;

		if (!count[i] || !layout->nic_of[slot])
			continue;
		snprintf(drop->device, sizeof(drop->device), "%s", layout->nic_of[slot]->name);
		drop->received = i / XT_DROP_REASONS % 2;
		drop->count = count[i];
		name_reason(tracer, i % XT_DROP_REASONS, drop);
		snap->nr_drops++;
	}
	return 0;
}

static void read_packets(const struct tracer *tracer, struct conservation *packets)
{
	for (unsigned int cpu = 0; cpu < tracer->layout->cpus; cpu++) {
		packets->started += tracer->maps->cpus[cpu].count[XT_COUNT_TX_STARTED];
		packets->completed += tracer->maps->cpus[cpu].count[XT_COUNT_TX_COMPLETED];
	}
	for (uint32_t i = 0; i < tracer->layout->nr_packets; i++)
		if (tracer->maps->packets[i].skb)
			packets->in_flight++;
	packets->lost = reader__sum_loss(tracer, XT_LOST_TX_OVERWRITTEN) +
			reader__sum_loss(tracer, XT_LOST_TX_CLOCK);
}

static int read_all(const struct tracer *tracer, struct snapshot *snap)
{
	int err = read_nics(tracer, snap);

	if (!err)
		err = read_drops(tracer, snap);
	read_packets(tracer, &snap->packets);
	return err;
}

const struct family family_net = {
	FAMILY(net, NET),   .range = range, .place = place, .open = open_object,
	.destroy = destroy, .start = start, .tick = tick,   .read = read_all,
};

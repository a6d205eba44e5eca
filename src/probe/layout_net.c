// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Paths and slots of NICs: packets sent and received, in legs. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/log.h"
#include "probe/layout_parts.h"

#define NAME(id, name, ...) [id] = name,

static const char *const tx_legs[] = { XT_TX_LEGS(NAME) };
static const char *const rx_legs[] = { XT_RX_LEGS(NAME) };

/* Drivers whose ndo_start_xmit() family emul times as a function. */
static bool is_timed(const char *driver)
{
#define IS_TIMED(id, function, what)   \
	if (strcmp(driver, what) == 0) \
		return true;
	XT_EMULATED_NICS(IS_TIMED)
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

/* The slot of each interrupt's NIC: core notes when one came. */
static void place_irqs(struct layout *layout, const struct platform *platform)
{
	for (size_t i = 0; i < platform->nr_irqs; i++) {
		const struct irq *irq = &platform->irqs[i];

		if (irq->area != AREA_NET || irq->nr >= layout->irq_numbers ||
		    irq->follows >= XT_IRQ_ACTIONS)
			continue;
		for (uint32_t slot = 1; slot < XT_NICS; slot++)
			if (layout->nic_of[slot] &&
			    strcmp(layout->nic_of[slot]->name, irq->device) == 0)
				layout->irqs[irq->nr].nic[irq->follows] = slot;
	}
}

/* stat() of a namespace's file gives its inode: nsfs, fs/nsfs.c. Without CONFIG_NET_NS there is none. */
static uint32_t own_netns(void)
{
	struct stat st;

	return stat("/proc/self/ns/net", &st) ? 0 : st.st_ino;
}

uint32_t layout__range_net(struct layout *layout, const struct platform *platform, uint32_t next)
{
	size_t nr = platform->nr_nics < XT_NICS - 1 ? platform->nr_nics : XT_NICS - 1;

	layout->net = next;
	next += nr * XT_NIC_PATHS;
	layout->net_submit = next;
	return next + nr + 1;
}

int layout__place_net(struct layout *layout, const struct platform *platform,
		      const char *const *wanted, const char **why)
{
	uint32_t slot = 1, path = layout->net;
	struct xt_nic entries[XT_NICS];

	layout->nr_packets = 1; /* a map cannot be empty */
	layout->netns = own_netns();
	layout->some_nics = wanted;
	for (size_t i = 0; i < platform->nr_nics; i++) {
		const struct nic *nic = &platform->nics[i];

		if (!layout__is_wanted(wanted, nic->name))
			continue;
		if (slot == XT_NICS || !nic->ifindex) {
			if (wanted) {
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
	place_irqs(layout, platform);
	return make_table(layout, entries, slot - 1);
}

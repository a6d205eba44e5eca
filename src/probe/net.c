// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* NICs: packets sent and received, in legs; what is counted of them, and what the kernel drops. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/log.h"
#include "probe/family.h"
#include "net.skel.h"

static struct xt_net_config config;

static const struct nic *nic_of[XT_NICS];      /* by slot; NULL: not traced */
static struct xt_nic entries[XT_NICS];	       /* by slot: what is in BPF's table */
static uint32_t nr_slots;		       /* in use, with 0 */
static uint32_t nr_packets = 1, nr_queues = 1; /* a map cannot be empty */
static uint32_t nic_paths;		       /* the first of the NICs' wait paths */

static char drop_reasons[XT_DROP_REASONS][DROP_REASON];

static struct xt_net_cpu *by_cpu;
static struct xt_packet *packets;
static struct xt_nic_queue *queues;
static struct xt_nic_count *counts; /* by CPU * XT_NICS + slot */
static uint64_t *drops;

#define NAME(id, name, ...) [id] = name,

static const char *const tx_legs[] = { XT_TX_LEGS(NAME) };
static const char *const rx_legs[] = { XT_RX_LEGS(NAME) };

/* Whether family emul times this driver's ndo_start_xmit(). */
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

/* Time in the device is the device's; time in the stack is the guest's. */
static void name_nic(const struct layout *layout, uint32_t slot, uint32_t path,
		     const struct nic *nic)
{
	enum mech mech = letter__mech(nic->letter);
	bool netfront = nic->front == FRONT_NETFRONT;
	struct path_key *key;

	for (unsigned int leg = 0; leg < XT_TX_NR; leg++, path++) {
		key = layout__name(layout, path, KIND_WAIT, AREA_NET, tx_leg_mech(leg, mech),
				   nic->name, "sent",
				   leg == XT_TX_DEVICE && netfront ? "backend" : tx_legs[leg]);
		key->roles = PATH_SENT | tx_leg_roles(leg);
		key->order = leg + 1;
	}
	for (unsigned int leg = 0; leg < XT_RX_NR; leg++, path++) {
		key = layout__name(layout, path, KIND_WAIT, AREA_NET,
				   leg == XT_RX_TOTAL ? mech : MECH_GUEST, nic->name, "poll",
				   rx_legs[leg]);
		key->roles = PATH_POLL | (leg == XT_RX_TOTAL ? PATH_WHOLE : 0);
		key->order = leg + 1;
	}
	layout__name(layout, config.submit_path + slot, KIND_CPU, AREA_NET, mech, nic->name, "",
		     "submit");
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

static bool enter_all(struct xt_nic *table, uint32_t places)
{
	for (uint32_t slot = 1; slot < nr_slots; slot++) {
		if (!enter(table, places, &entries[slot]))
			return false;
	}
	return true;
}

#define PLACES_MIN  256
#define PLACES_MOST (1u << 16) /* XT_NICS of them find places long before */

/* The table in which BPF looks up a packet's NIC: as large as needed. */
static int make_table(struct layout *layout)
{
	for (uint32_t places = PLACES_MIN; places <= PLACES_MOST; places *= 2) {
		struct xt_nic *table = layout__memory(layout, places, sizeof(*table)), *map;

		if (!table)
			return layout->err;
		if (!enter_all(table, places))
			continue;
		config.nics_places = places;
		map = layout__map(layout, "xt_nics", sizeof(*map), places);
		if (map)
			memcpy(map, table, sizeof(*map) * places);
		return layout->err;
	}
	return -ENOMEM;
}

/* The inode of this network namespace (nsfs); 0 without CONFIG_NET_NS. */
static uint32_t own_netns(void)
{
	struct stat st;

	return stat("/proc/self/ns/net", &st) ? 0 : st.st_ino;
}

static int number(struct layout *layout)
{
	const size_t most = layout->platform->nr_nics;
	const size_t nr = most < XT_NICS - 1 ? most : XT_NICS - 1;

	nic_paths = layout__paths(layout, nr * XT_NIC_PATHS);
	config.submit_path = layout__paths(layout, nr + 1);
	return 0;
}

static void place_nic(const struct layout *layout, const struct nic *nic)
{
	const uint32_t slot = nr_slots++, path = nic_paths + (slot - 1) * XT_NIC_PATHS;

	entries[slot] = (struct xt_nic) {
		.ifindex = nic->ifindex,
		.slot = slot,
		.flags = (is_timed(nic->driver) ? XT_NIC_UNFRAMED : 0) |
			 (nic->driver[0] ? 0 : XT_NIC_VIRTUAL) |
			 (nic->letter == LETTER_VS ? XT_NIC_EMULATED : 0),
		.first = nr_packets,
		.queues = nic->queues ? nic->queues : 1,
		.paths = path,
		.first_queue = nr_queues,
	};
	nr_packets += entries[slot].queues * XT_QUEUE_PACKETS;
	nr_queues += entries[slot].queues;
	nic_of[slot] = nic;
	name_nic(layout, slot, path, nic);
}

static int place_nics(struct layout *layout)
{
	const struct platform *platform = layout->platform;
	const char *const *wanted = layout->wanted->nics;

	nr_slots = 1;
	for (size_t i = 0; i < platform->nr_nics; i++) {
		const struct nic *nic = &platform->nics[i];

		if (!layout__is_wanted(wanted, nic->name))
			continue;
		if (nr_slots < XT_NICS && nic->ifindex) {
			place_nic(layout, nic);
			continue;
		}
		if (wanted) {
			layout->why = "-N names more NICs than there is room for: name fewer";
			return -E2BIG;
		}
		elog("no place for NIC %s: its packets are not traced; name those of interest with "
		     "-N",
		     nic->name);
	}
	return 0;
}

static int place(struct layout *layout)
{
	int err = place_nics(layout);

	if (err)
		return err;
	config.netns = own_netns();
	config.nics_some = layout->wanted->nics;
	config.drop_reasons = features__tracepoint_args(layout->features, "kfree_skb") > 2;
	features__enum_names(layout->features, "skb_drop_reason", "SKB_DROP_REASON_",
			     drop_reasons[0], XT_DROP_REASONS, DROP_REASON);
	by_cpu = layout__map(layout, "xt_net", sizeof(*by_cpu), layout->cpus);
	packets = layout__map(layout, "xt_packets", sizeof(*packets), nr_packets);
	queues = layout__map(layout, "xt_nic_queues", sizeof(*queues), nr_queues);
	counts = layout__map(layout, "xt_nic_counts", sizeof(*counts), layout->cpus * XT_NICS);
	drops = layout__map(layout, "xt_drops", sizeof(*drops), nr_slots * 2 * XT_DROP_REASONS);
	layout__map(layout, "xt_queued", sizeof(uint64_t), XT_QUEUED);
	return make_table(layout);
}

/* A NIC's interrupts leave their work to polls, so core notes when they come. */
static void serve(const struct layout *layout, const struct irq *irq, struct xt_irq *entry)
{
	(void)layout;
	for (uint32_t slot = 1; slot < nr_slots && irq->area == AREA_NET; slot++) {
		if (strcmp(nic_of[slot]->name, irq->device) == 0) {
			entry->device[irq->follows] = slot;
			entry->softirq[irq->follows] = XT_SOFTIRQ_NET_RX;
		}
	}
}

FAMILY_OBJECT(net)

static uint64_t count_packets(const struct layout *layout)
{
	uint64_t nr = 0;

	for (unsigned int i = 0; i < layout->cpus * XT_NICS; i++)
		nr += counts[i].tx_packets;
	return nr;
}

static uint64_t count_counted(const struct layout *layout)
{
	uint64_t nr = 0;

	for (unsigned int i = 0; i < layout->cpus * XT_NICS; i++)
		nr += counts[i].tx_packets - counts[i].tx_sampled;
	return nr;
}

/* A packet passes the programs of net_dev_queue, _start_xmit, _xmit, and of its free. */
static const struct follows follows = {
	.what = XT_RATE_PACKETS,
	.programs = 4,
	.stacks = 1,
	.events = count_packets,
	.counted = count_counted,
};

#define ONE(...) +1
_Static_assert(0 NIC_COUNTS(ONE) == 0 XT_NIC_COUNTS(ONE), "what is counted is told");
#undef ONE

static void read_nic(const struct layout *layout, uint32_t slot, struct nic_use *use)
{
	const struct xt_nic *nic = &entries[slot];

	snprintf(use->device, sizeof(use->device), "%s", nic_of[slot]->name);
	use->queues = nic->queues;
	for (uint32_t n = 0; n < nic->queues; n++) {
		const struct xt_nic_queue *queue = &queues[nic->first_queue + n];

		use->most = queue->most > use->most ? queue->most : use->most;
	}
	for (unsigned int cpu = 0; cpu < layout->cpus; cpu++) {
		const struct xt_nic_count *count = &counts[cpu * XT_NICS + slot];

#define ADD(name) use->name += count->name;
		XT_NIC_COUNTS(ADD)
#undef ADD
	}
}

static int read_nics(const struct layout *layout, struct snapshot *snap)
{
	snap->nics = calloc(XT_NICS, sizeof(*snap->nics));
	if (!snap->nics)
		return -ENOMEM;
	for (uint32_t slot = 1; slot < nr_slots; slot++)
		read_nic(layout, slot, &snap->nics[snap->nr_nics++]);
	return 0;
}

/* Kernels before 5.17 give no reason, and a module's reason may be missing in the BTF. */
static void name_reason(uint32_t reason, struct drop *drop)
{
	const char *name = drop_reasons[reason];

	if (*name)
		snprintf(drop->reason, sizeof(drop->reason), "%s", name);
	else if (reason == XT_DROP_REASONS - 1)
		snprintf(drop->reason, sizeof(drop->reason), "a subsystem's");
	else if (reason)
		snprintf(drop->reason, sizeof(drop->reason), "%u", reason);
}

static int read_drops(struct snapshot *snap)
{
	uint32_t nr = nr_slots * 2 * XT_DROP_REASONS, kept = 0;

	for (uint32_t i = 0; i < nr; i++)
		kept += drops[i] != 0;
	snap->drops = calloc(kept + 1, sizeof(*snap->drops));
	if (!snap->drops)
		return -ENOMEM;
	/* another counter may become nonzero meanwhile */
	for (uint32_t i = 0; i < nr && snap->nr_drops < kept; i++) {
		struct drop *drop = &snap->drops[snap->nr_drops];
		uint32_t slot = i / XT_DROP_REASONS / 2;

		if (!drops[i] || !nic_of[slot])
			continue;
		snprintf(drop->device, sizeof(drop->device), "%s", nic_of[slot]->name);
		drop->received = i / XT_DROP_REASONS % 2;
		drop->count = drops[i];
		name_reason(i % XT_DROP_REASONS, drop);
		snap->nr_drops++;
	}
	return 0;
}

static void read_packets(const struct layout *layout, struct conservation *of)
{
	for (unsigned int cpu = 0; cpu < layout->cpus; cpu++) {
		of->started += by_cpu[cpu].started;
		of->completed += by_cpu[cpu].completed;
	}
	for (uint32_t i = 0; i < nr_packets; i++)
		of->in_flight += packets[i].skb != 0;
	of->lost = reader__sum_loss(layout, XT_LOST_TX_OVERWRITTEN) +
		   reader__sum_loss(layout, XT_LOST_TX_CLOCK);
}

static int read_all(const struct tracer *tracer, struct snapshot *snap)
{
	int err = read_nics(tracer->layout, snap);

	if (!err)
		err = read_drops(snap);
	read_packets(tracer->layout, &snap->packets);
	return err;
}

const struct family family_net = {
	FAMILY(net, NET), .number = number, .place = place,
	.serve = serve,	  .read = read_all, .follows = &follows,
};

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Rules about event channels: who handles them, whose interrupts end late, what comes for nothing. */
#include "model/rules.h"

#include <stdio.h>
#include <string.h>

#define BUSIEST_SHARE  0.9    /* of a device's or all devices' events, on one vCPU */
#define EVENTS_MIN     1000   /* fewer prove nothing, ... */
#define RATE_MIN       1000.0 /* ... and fewer a second are no load worth moving */
#define SPURIOUS_MIN   10
#define SPURIOUS_SHARE 0.01 /* of a device's events */

/* Nearly all on one vCPU, of several channels: a single one cannot be shared. */
static bool is_lopsided(const struct event_row *row, uint64_t elapsed_ns)
{
	return row->channels > 1 && row->count >= EVENTS_MIN &&
	       row->count * 1e9 >= RATE_MIN * elapsed_ns &&
	       row->busiest_count >= BUSIEST_SHARE * row->count;
}

/* "vCPU 0 ran 93.0 % of the time, the others 12.1 %" */
static void show_running(char *figure, size_t size, const struct snapshot *snap,
			 unsigned int busiest)
{
	uint64_t running = 0, total = 0, others = 0, others_total = 0;

	if (!snap->cpu.has_runstate)
		return;
	for (size_t i = 0; i < snap->nr_vcpus; i++) {
		const struct vcpu_time *vcpu = &snap->vcpus[i];
		bool is_it = vcpu->cpu == busiest;

		*(is_it ? &running : &others) += vcpu->state_ns[VCPU_RUNNING];
		*(is_it ? &total : &others_total) += vcpu->total_ns;
	}
	snprintf(figure, size, "vCPU %u ran %.1f %% of the time, the others %.1f %%", busiest,
		 100 * ledger__share(running, total), 100 * ledger__share(others, others_total));
}

/* "62, 63, …": what to move. */
static void list_irqs(char *buf, size_t size, const struct snapshot *snap,
		      const struct event_row *row)
{
	size_t used = 0, left = 3;

	buf[0] = '\0';
	for (size_t i = 0; i < snap->nr_channels; i++) {
		const struct channel *channel = &snap->channels[i];

		if (channel->bound || !channel->irq ||
		    (row->kind &&
		     (strcmp(channel->kind, row->kind) || strcmp(channel->device, row->device))) ||
		    !snap->channel_counts[i * snap->nr_cpus + row->busiest])
			continue;
		if (!left--) {
			snprintf(buf + used, size - used, ", ...");
			return;
		}
		used += snprintf(buf + used, size - used, "%s%u", used ? ", " : "", channel->irq);
	}
}

static void answer_lopsided(struct question *q, const struct event_row *row)
{
	struct finding *f = rule__met(q, row->kind ? row->device : "all devices");
	char irqs[64], running[96] = "";

	finding__say(f, "one vCPU handles nearly all events of %s%s",
		     row->kind ? row->device : "the devices",
		     row->kind ? ", which has several channels" : "");
	finding__figure(f, "vCPU %u handled %s of %s events (%.1f %%) of %zu channels",
			row->busiest, COUNT(row->busiest_count), COUNT(row->count),
			100 * ledger__share(row->busiest_count, row->count), row->channels);
	show_running(running, sizeof(running), q->snap, row->busiest);
	if (*running)
		finding__figure(f, "%s", running);
	list_irqs(irqs, sizeof(irqs), q->snap, row);
	finding__do(f, REMEDY_LIVE,
		    "irqbalance, or other vCPUs in /proc/irq/N/smp_affinity_list of irq %s", irqs);
	finding__gain_unknown(f, "the work is spread and not saved; what is waited less depends on "
				 "how busy that vCPU is");
	finding__check(f, "-C: the events by vCPU");
}

static void ask_event_imbalance(struct question *q)
{
	const struct event_rows *events = &q->ledger->events;
	uint64_t elapsed = q->ledger->elapsed_ns;

	if (rule__online_vcpus(q->snap) < 2)
		return;
	/* all of them says it for each of them */
	if (is_lopsided(&events->movable, elapsed)) {
		answer_lopsided(q, &events->movable);
		return;
	}
	for (size_t i = 0; i < events->nr; i++)
		if (!events->rows[i].bound && is_lopsided(&events->rows[i], elapsed))
			answer_lopsided(q, &events->rows[i]);
}

/* Of front ends the kernel counts nothing: false, and it is said. */
static bool has_back_ends(struct question *q)
{
	if (!q->snap->nr_channels || q->snap->nr_bus)
		return true;
	rule__untestable(q, "the kernel counts them for back ends only, and here is none");
	return false;
}

static void show_spurious(struct finding *f, const struct bus_events *bus)
{
	finding__figure(f, "%s of %s events (%.1f %%) of %s were spurious", COUNT(bus->spurious),
			COUNT(bus->events), 100 * ledger__share(bus->spurious, bus->events),
			bus->name);
}

/* Any delay: the kernel makes none before an end sends events for nothing again and again. */
static void ask_eoi_delayed(struct question *q)
{
	for (size_t i = 0; has_back_ends(q) && i < q->snap->nr_bus; i++) {
		const struct bus_events *bus = &q->snap->bus[i];
		struct finding *f;

		if (!bus->delay_jiffies)
			continue;
		f = rule__met(q, bus->device);
		finding__say(f,
			     "%s: the kernel holds its interrupts back, for events that came for "
			     "nothing",
			     bus->device);
		show_spurious(f, bus);
		finding__figure(f, "ends of interrupts delayed by %llu jiffies in all",
				(unsigned long long)bus->delay_jiffies);
		finding__do(f, REMEDY_LIVE,
			    "a larger spurious_threshold below /sys/bus/xen*/devices/%s/xenbus",
			    bus->name);
		finding__do(f, REMEDY_HOST, "a newer kernel at the other end");
		finding__gain_unknown(f,
				      "how long a request waited for it is in its handler's leg");
		finding__check(f, "its jiffies_eoi_delayed there");
	}
}

/* They cost a vCPU's time, and are what the kernel delays interrupts for once they are many. */
static void ask_spurious_events(struct question *q)
{
	for (size_t i = 0; has_back_ends(q) && i < q->snap->nr_bus; i++) {
		const struct bus_events *bus = &q->snap->bus[i];
		struct finding *f;

		if (bus->delay_jiffies || bus->spurious < SPURIOUS_MIN ||
		    bus->spurious < SPURIOUS_SHARE * bus->events)
			continue;
		f = rule__met(q, bus->device);
		finding__say(f, "%s: events come for nothing", bus->device);
		show_spurious(f, bus);
		finding__exclude(f, "delayed interrupts: the kernel delayed none for them");
		finding__do(f, REMEDY_HOST, "a newer kernel at the other end");
		finding__gain_unknown(f,
				      "what an event costs is in the CPU table, and not by device");
		finding__check(f, "its spurious_events below /sys/bus/xen*/devices/%s/xenbus",
			       bus->name);
	}
}

static const struct rule rules[] = {
	{ "event-imbalance", ask_event_imbalance },
	{ "eoi-delayed", ask_eoi_delayed },
	{ "spurious-events", ask_spurious_events },
};
RULES(event_rules, rules);

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Rules about event channels: who handles them, and whose interrupts end late. */
#include "model/rules.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "model/units.h"

#define BUSIEST_SHARE  0.9    /* of a device's or all devices' events, on one vCPU */
#define EVENTS_MIN     1000   /* fewer prove nothing, … */
#define RATE_MIN       1000.0 /* … and fewer a second are no load worth moving */
#define SPURIOUS_MIN   10
#define SPURIOUS_SHARE 0.01 /* of a device's events */

#define set(field, ...) snprintf(field, sizeof(field), __VA_ARGS__)

static size_t online_vcpus(const struct snapshot *snap)
{
	size_t online = 0;

	for (size_t i = 0; i < snap->nr_vcpus; i++)
		online += snap->vcpus[i].online;
	return online;
}

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

/* "irq 62, irq 63, …": what to move. */
static void list_irqs(char *buf, size_t size, const struct snapshot *snap,
		      const struct event_row *row)
{
	size_t used = 0, left = 3;

	buf[0] = '\0';
	for (size_t i = 0; i < snap->nr_channels; i++) {
		const struct channel *channel = &snap->channels[i];

		if (channel->bound || strncmp(channel->op, "irq ", 4) ||
		    (row->kind &&
		     (strcmp(channel->kind, row->kind) || strcmp(channel->device, row->device))) ||
		    !snap->channel_counts[i * snap->nr_cpus + row->busiest])
			continue;
		if (!left--) {
			snprintf(buf + used, size - used, ", ...");
			return;
		}
		used += snprintf(buf + used, size - used, "%s%.12s", used ? ", " : "",
				 channel->op + 4);
	}
}

static int answer_lopsided(struct question *q, const struct event_row *row)
{
	struct finding *f = question__answer(q, FINDING_MET);
	char n[UNITS_LEN], of[UNITS_LEN], irqs[64];

	if (!f)
		return -ENOMEM;
	set(f->subject, "%s", row->kind ? row->device : "all devices");
	set(f->what, "one vCPU handles nearly all events of %s%s",
	    row->kind ? row->device : "the devices",
	    row->kind ? ", which has several channels" : "");
	units__count(n, row->busiest_count);
	units__count(of, row->count);
	set(f->figures[0], "vCPU %u handled %s of %s events (%.1f %%) of %zu channels",
	    row->busiest, n, of, 100 * ledger__share(row->busiest_count, row->count),
	    row->channels);
	show_running(f->figures[1], sizeof(f->figures[1]), q->snap, row->busiest);
	list_irqs(irqs, sizeof(irqs), q->snap, row);
	set(f->action, "irqbalance, or other vCPUs in /proc/irq/N/smp_affinity_list of irq %s",
	    irqs);
	set(f->check, "-C: the events by vCPU");
	return 0;
}

int rule__event_imbalance(struct question *q)
{
	const struct event_rows *events = &q->ledger->events;
	uint64_t elapsed = q->ledger->elapsed_ns;

	if (online_vcpus(q->snap) < 2)
		return 0;
	/* all of them says it for each of them */
	if (is_lopsided(&events->movable, elapsed))
		return answer_lopsided(q, &events->movable);
	for (size_t i = 0; i < events->nr; i++) {
		int err;

		if (events->rows[i].bound || !is_lopsided(&events->rows[i], elapsed))
			continue;
		err = answer_lopsided(q, &events->rows[i]);
		if (err)
			return err;
	}
	return 0;
}

int rule__eoi_delayed(struct question *q)
{
	if (q->snap->nr_channels && !q->snap->nr_bus)
		return question__untestable(
			q, "the kernel counts them for back ends only, and here is none");
	for (size_t i = 0; i < q->snap->nr_bus; i++) {
		const struct bus_events *bus = &q->snap->bus[i];
		char spurious[UNITS_LEN], events[UNITS_LEN];
		struct finding *f;

		if (!bus->delay_jiffies &&
		    (bus->spurious < SPURIOUS_MIN || bus->spurious < SPURIOUS_SHARE * bus->events))
			continue;
		f = question__answer(q, FINDING_MET);
		if (!f)
			return -ENOMEM;
		set(f->subject, "%s", bus->device);
		set(f->what,
		    bus->delay_jiffies
			    ? "%s: the kernel holds its interrupts back, for events that "
			      "came for nothing"
			    : "%s: events come for nothing",
		    bus->device);
		units__count(spurious, bus->spurious);
		units__count(events, bus->events);
		set(f->figures[0], "%s of %s events (%.1f %%) of %s were spurious", spurious,
		    events, 100 * ledger__share(bus->spurious, bus->events), bus->name);
		if (bus->delay_jiffies)
			set(f->figures[1], "ends of interrupts delayed by %llu jiffies in all",
			    (unsigned long long)bus->delay_jiffies);
		set(f->action,
		    "a newer kernel or back end; a larger spurious_threshold below "
		    "/sys/bus/xen*/devices/%s/xenbus",
		    bus->name);
		set(f->check, "%s", "its jiffies_eoi_delayed there");
	}
	return 0;
}

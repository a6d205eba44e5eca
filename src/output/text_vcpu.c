// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The vCPUs apart (-C), and what of their time could not be measured.
 *
 *	 vCPU   seconds  running %   stolen %     idle %  offline %  dm held %  in stat %     events  share
 *	    0    10.000       30.8        6.0       34.2       29.0       28.8       35.0    151,960   88.1
 */
#include "output/text_parts.h"

#include "model/units.h"

#define COLUMN 11

/* A share of this vCPU's time, or "-" for what nobody measured. */
static void print_share(FILE *out, bool known, uint64_t part, uint64_t whole)
{
	if (known)
		fprintf(out, "%*.1f", COLUMN, 100 * ledger__share(part, whole));
	else
		fprintf(out, "%*s", COLUMN, "-");
}

static void print_vcpu(FILE *out, const struct report *report, const struct vcpu_time *vcpu,
		       const char *name, uint64_t events)
{
	bool runstate = report->snap->cpu.has_runstate;
	uint64_t total = vcpu->total_ns;
	char count[UNITS_LEN];

	fprintf(out, "%5s%10.*f", name, total < 100000000000000 ? 3 : 0, total / 1e9);
	print_share(out, runstate, vcpu->state_ns[VCPU_RUNNING], total);
	print_share(out, runstate, vcpu->state_ns[VCPU_RUNNABLE], total);
	print_share(out, true, vcpu_time__idle_ns(vcpu), total);
	print_share(out, runstate, vcpu->state_ns[VCPU_OFFLINE], total);
	print_share(out, runstate, vcpu->held_ns, total);
	print_share(out, report->snap->cpu.steal_measured, vcpu->stat_steal_ns, total);
	fprintf(out, "%*s%7.1f\n", COLUMN, units__count(count, vcpu->events),
		100 * ledger__share(vcpu->events, events));
}

static void add(struct vcpu_time *sum, const struct vcpu_time *vcpu)
{
	for (int i = 0; i < VCPU_STATES; i++)
		sum->state_ns[i] += vcpu->state_ns[i];
	sum->total_ns += vcpu->total_ns;
	sum->stat_idle_ns += vcpu->stat_idle_ns;
	sum->stat_steal_ns += vcpu->stat_steal_ns;
	sum->held_ns += vcpu->held_ns;
	sum->events += vcpu->events;
	sum->has_runstate |= vcpu->has_runstate;
}

void text__vcpus(FILE *out, const struct report *report)
{
	static const char *const heads[] = { "running %", "stolen %",  "idle %", "offline %",
					     "dm held %", "in stat %", "events" };
	const struct snapshot *snap = report->snap;
	struct vcpu_time sum = {};
	char name[16];

	if (!report->per_vcpu)
		return;
	fprintf(out, "%5s%10s", "vCPU", "seconds");
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		fprintf(out, "%*s", COLUMN, heads[i]);
	fprintf(out, "%7s\n", "share");
	for (size_t i = 0; i < snap->nr_vcpus; i++)
		add(&sum, &snap->vcpus[i]);
	for (size_t i = 0; i < snap->nr_vcpus; i++) {
		snprintf(name, sizeof(name), "%u", snap->vcpus[i].cpu);
		print_vcpu(out, report, &snap->vcpus[i], name, sum.events);
	}
	print_vcpu(out, report, &sum, "all", sum.events);
	if (!snap->cpu.has_runstate)
		fputs("  No runstate here: idle is /proc/stat's, and stolen and offline cannot be "
		      "told "
		      "apart.\n\n",
		      out);
	else
		fputs("  dm held: of offline, what the device model held. in stat: as /proc/stat "
		      "counts "
		      "steal.\n\n",
		      out);
}

/* Note: vCPU 1: unplugged 1 x, 0.840 s of it are in no sum */
void text__vcpu_notes(FILE *out, const struct report *report)
{
	const struct snapshot *snap = report->snap;
	char line[256];
	size_t used;

	for (size_t i = 0; i < snap->nr_vcpus; i++) {
		const struct vcpu_time *vcpu = &snap->vcpus[i];
		const struct {
			uint64_t times;
			const char *what;
		} notes[] = {
			{ vcpu->came, "plugged" },
			{ vcpu->went, "unplugged" },
			{ vcpu->jumps, "its times jumped" },
		};

		if (!vcpu->came && !vcpu->went && !vcpu->jumps)
			continue;
		used = snprintf(line, sizeof(line), "Note: vCPU %u:", vcpu->cpu);
		for (size_t n = 0; n < 3; n++)
			if (notes[n].times)
				used += snprintf(line + used, sizeof(line) - used, " %s %llu x,",
						 notes[n].what, (unsigned long long)notes[n].times);
		snprintf(line + used, sizeof(line) - used, " %.3f s of it are in no sum",
			 vcpu->unmeasured_ns / 1e9);
		text__wrap(out, text__width(report), 0, 6, line);
	}
}

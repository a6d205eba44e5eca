// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "xentrace/beside.h"

#include <math.h>
#include <string.h>

#include "base/str.h"
#include "model/hypercalls.h"

/*
 * Of one load Xen and the guest tell the same within some percent (tests/README.md, the oracle's
 * runstate): a tenth of the vCPU time is another load, or another time.
 */
#define SAME_LOAD 0.1

double beside__share(const struct beside *beside, uint64_t ticks)
{
	return beside->vcpu_ticks > 0 ? ticks / beside->vcpu_ticks : 0;
}

double beside__of_guest_code(const struct beside *beside, uint64_t ticks)
{
	double share = beside__share(beside, ticks);

	return share < beside->guest_code ? share / beside->guest_code : share > 0;
}

uint64_t beside__taken(const struct beside *beside, const uint64_t ticks[STATES])
{
	uint64_t taken = ticks[XEN_RUNNING];

	if (!beside->has_states)
		taken += ticks[XEN_RUNNABLE] + ticks[XEN_OFFLINE];
	return taken;
}

double beside__rate(const struct beside *beside, uint64_t count)
{
	double seconds = beside->vcpu_ticks * beside->tick_ns / 1e9;

	return seconds > 0 ? count / seconds : -1;
}

double beside__each(const struct beside *beside, uint64_t ticks, uint64_t count)
{
	return beside->tick_ns > 0 && count ? ticks * beside->tick_ns / count : -1;
}

static void compare_states(struct beside *beside, const struct snapshot *snap)
{
	const struct cpu_time *cpu = &snap->cpu;
	uint64_t off = cpu->stolen_ns + cpu->offline_ns + cpu->idle_ns;
	uint64_t ns[XEN_STATES] = {
		[XEN_RUNNING] = cpu->total_ns > off ? cpu->total_ns - off : 0,
		[XEN_RUNNABLE] = cpu->stolen_ns,
		[XEN_BLOCKED] = cpu->idle_ns,
		[XEN_OFFLINE] = cpu->offline_ns,
	};

	beside->has_states = cpu->has_runstate && cpu->total_ns;
	for (unsigned int state = 0; state < XEN_STATES; state++) {
		beside->xen.of[state] = beside__share(beside, beside->exits->ticks[state]);
		if (!beside->has_states)
			continue;
		beside->guest.of[state] = ledger__share(ns[state], cpu->total_ns);
		if (fabs(beside->guest.of[state] - beside->xen.of[state]) > SAME_LOAD)
			beside->differ = true;
	}
	beside->unknown = beside__share(beside, beside->exits->ticks[STATE_UNKNOWN]);
}

/* What the vCPUs did in paths that are measured: exits may be in there, and are in no guest code. */
static double in_paths(const struct cpu_account *cpu)
{
	uint64_t ns = 0, off = cpu->held_ns + cpu->held_off_ns;

	for (enum mech mech = 0; mech < MECH_NR; mech++)
		if (mech != MECH_GUEST && mech != MECH_STOLEN)
			ns += cpu->mech_ns[mech];
	return ledger__share(ns > off ? ns - off : 0, cpu->total_ns);
}

static void bound_exits(struct beside *beside, const struct cpu_account *cpu)
{
	const struct exits *exits = beside->exits;
	uint64_t taken = beside__taken(beside, exits->in_exits);
	double least;

	beside->guest_code = ledger__share(cpu->mech_ns[MECH_GUEST], cpu->total_ns);
	beside->in_exits = beside__share(beside, taken);
	beside->most = beside__of_guest_code(beside, taken);
	least = beside->in_exits - in_paths(cpu);
	if (least > 0 && beside->guest_code > 0)
		beside->least = fmin(least / beside->guest_code, 1);
}

static double counted(const struct snapshot *snap, const char *name)
{
	uint64_t count = 0;

	for (size_t i = 0; i < snap->nr_paths; i++) {
		const struct path_key *key = &snap->paths[i].key;

		if (key->kind == KIND_CPU && key->area == AREA_HYPERCALL && !strcmp(key->op, name))
			count += hist__count(&snap->paths[i].hist);
	}
	return count;
}

static void add_hypercall(struct beside *beside, const struct hypercall_row *row,
			  const struct snapshot *snap)
{
	struct beside_hypercall *call = &beside->hypercalls[beside->nr_hypercalls++];
	const char *name = hypercall__name(row->number);

	call->number = row->number;
	call->count = row->count;
	call->inside = row->inside;
	if (row->number == HYPERCALLS - 1)
		STR_SET(call->name, "others");
	else if (name)
		STR_SET(call->name, "%s", name);
	else
		STR_SET(call->name, "hypercall %u", row->number);
	call->xen = beside__rate(beside, row->count);
	call->guest = snap->cpu.total_ns ? counted(snap, call->name) / (snap->cpu.total_ns / 1e9)
					 : -1;
}

/* By their numbers below EVENT_PV. */
static const char *const pv_names[PV_EVENTS] = {
	[3] = "trap",
	[4] = "page fault",
	[5] = "forced invalid opcode",
	[6] = "privileged instruction",
	[7] = "4 GB segment",
	[8] = "FPU restored",
	[9] = "mapping fixed",
	[10] = "descriptor table's fault",
	[11] = "page table written",
	[12] = "page table written, PAE",
};

static void add_pv_events(struct beside *beside)
{
	for (unsigned int i = 0; i < PV_EVENTS; i++)
		if (pv_names[i] && beside->exits->pv_events[i])
			beside->pv_events[beside->nr_pv_events++] =
				(struct pv_event) { pv_names[i], beside->exits->pv_events[i] };
}

void beside__make(struct beside *beside, const struct exits *exits, const struct snapshot *snap,
		  const struct ledger *ledger, uint64_t tsc_khz)
{
	*beside = (struct beside) {
		.exits = exits,
		.tick_ns = tsc_khz ? 1e6 / tsc_khz : 0,
		.vcpu_ticks = exits__vcpu_ticks(exits),
	};
	beside->span_ns = exits__span(exits) * beside->tick_ns;
	compare_states(beside, snap);
	bound_exits(beside, &ledger->cpu);
	for (size_t i = 0; i < exits->nr_hypercalls; i++)
		add_hypercall(beside, &exits->hypercalls[i], snap);
	add_pv_events(beside);
}

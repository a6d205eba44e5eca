/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * How long the vCPU was held off while a request was under way (DESIGN §2, PROBES §5.4): beside the
 * legs, never in them. A vCPU can read its own runstate only, so this is known where a request ends
 * on the vCPU that issued it.
 */
#ifndef XT_STOLEN_BPF_H
#define XT_STOLEN_BPF_H

#include "frame.bpf.h"

const volatile bool cfg_runstate; /* a Xen guest: elsewhere the area is there and stays 0 */

struct stolen {
	bool known;
	__u64 runnable;
	__u64 offline;
};

/* This vCPU's so far; false where there is none. See away_now(). */
static __always_inline bool stolen_now(struct stolen *stolen)
{
	const volatile struct vcpu_runstate_info *rs;
	__u64 entry;

	if (!cfg_runstate || !&xen_runstate)
		return false;
	rs = bpf_this_cpu_ptr(&xen_runstate);
	entry = rs->state_entry_time;
	stolen->runnable = rs->time[RUNSTATE_runnable];
	stolen->offline = rs->time[RUNSTATE_offline];
	if (rs->state_entry_time == entry)
		return true;
	stolen->runnable = rs->time[RUNSTATE_runnable];
	stolen->offline = rs->time[RUNSTATE_offline];
	return true;
}

static __always_inline void stolen_start(struct xt_request *r)
{
	struct stolen now;

	if (!stolen_now(&now))
		return;
	r->runnable = now.runnable;
	r->offline = now.offline;
}

/* Since stolen_start(). */
static __always_inline void stolen_since(const struct xt_cpu *cpu, const struct xt_request *r,
					 struct stolen *since)
{
	*since = (struct stolen) {}; /* see frame_close() */
	if (!cfg_runstate || !r->issued || r->cpu != cpu->nr || !stolen_now(since))
		return;
	since->runnable -= r->runnable;
	since->offline -= r->offline;
	/* a resumed guest's begin anew */
	since->known = (s64)since->runnable >= 0 && (s64)since->offline >= 0;
}

#endif

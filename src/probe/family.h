/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A family of probes: one BPF object, opened and configured here, loaded on its own. */
#ifndef XT_PROBE_FAMILY_H
#define XT_PROBE_FAMILY_H

#include "probe/features.h"
#include "probe/layout.h"

struct bpf_object;

struct family {
	const char *name;
	/*
	 * Open the object and set its constants. Returns the skeleton and *object (inside it), or
	 * NULL with errno set.
	 */
	void *(*open)(struct bpf_object **object, const struct layout *layout,
		      const struct features *features);
	void (*destroy)(void *skeleton); /* programs, but no links; NULL is allowed */
	/* programs that are no probe's: loaded where the kernel takes them; NULL-ended */
	const char *const *extras;
};

extern const struct family family_core, family_blk, family_evtchn, family_hypercall, family_emul,
	family_timer, family_mmu, family_net, family_exact;

#endif

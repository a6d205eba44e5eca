// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "core.skel.h"
#include "probe/family.h"

static void *open_object(struct bpf_object **object, const struct layout *layout,
			 const struct features *features)
{
	struct core_bpf *skel = core_bpf__open();

	if (!skel)
		return NULL;
	(void)features;
	skel->rodata->cfg_irq_base = layout->irq;
	skel->rodata->cfg_softirq_base = layout->softirq;
	skel->rodata->cfg_scratch_path = layout->scratch;
	bpf_map__set_max_entries(skel->maps.xt_parked,
				 layout->cpus * bpf_map__max_entries(skel->maps.xt_parked));
	*object = skel->obj;
	return skel;
}

static void destroy(void *skeleton)
{
	core_bpf__destroy(skeleton);
}

/* Run by the loader to read runstate and to calibrate, and an empty one to measure dispatch. */
static const char *const extras[] = { "xt_runstate", "xt_calibrate", "xt_dispatch_tp", NULL };

const struct family family_core = { "core", open_object, destroy, extras };

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "mmu.skel.h"
#include "probe/family.h"

static void *open_object(struct bpf_object **object, const struct layout *layout,
			 const struct features *features)
{
	struct mmu_bpf *skel = mmu_bpf__open();

	if (!skel)
		return NULL;
	(void)features;
	skel->rodata->cfg_mmu_base = layout->mmu;
	skel->rodata->cfg_entry_base = layout->mc_entry;
	skel->rodata->cfg_mmuext_base = layout->mmuext;
	skel->rodata->cfg_size_base = layout->mc_size;
	skel->rodata->cfg_mmu_fn_base = layout->mmu_fn;
	*object = skel->obj;
	return skel;
}

static void destroy(void *skeleton)
{
	mmu_bpf__destroy(skeleton);
}

const struct family family_mmu = { "mmu", open_object, destroy, NULL };

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "emul.skel.h"
#include "probe/family.h"

static void *open_object(struct bpf_object **object, const struct layout *layout,
			 const struct features *features)
{
	struct emul_bpf *skel = emul_bpf__open();

	if (!skel)
		return NULL;
	(void)features;
	skel->rodata->cfg_emul_base = layout->emul;
	skel->rodata->cfg_msr_base = layout->msr;
	*object = skel->obj;
	return skel;
}

static void destroy(void *skeleton)
{
	emul_bpf__destroy(skeleton);
}

const struct family family_emul = { "emul", open_object, destroy, NULL };

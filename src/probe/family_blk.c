// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "blk.skel.h"
#include "probe/family.h"

static void *open_object(struct bpf_object **object, const struct layout *layout,
			 const struct features *features)
{
	struct blk_bpf *skel = blk_bpf__open();

	if (!skel)
		return NULL;
	skel->rodata->cfg_blk_base = layout->blk;
	skel->rodata->cfg_disk_bits = layout->disk_bits;
	skel->rodata->cfg_disks_named = layout->disks_named;
	skel->rodata->cfg_disks_some = layout->some_disks;
	skel->rodata->cfg_submit_base = layout->submit;
	skel->rodata->cfg_runstate = layout->runstate;
	skel->rodata->cfg_flush_seq_bit = features__enum_value(features, "__RQF_FLUSH_SEQ", 4);
	skel->rodata->cfg_rq_second = features__tracepoint_args(features, "block_rq_issue") == 2;
	*object = skel->obj;
	return skel;
}

static void destroy(void *skeleton)
{
	blk_bpf__destroy(skeleton);
}

const struct family family_blk = { "blk", open_object, destroy, NULL };

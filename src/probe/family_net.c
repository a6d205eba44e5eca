// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "net.skel.h"
#include "probe/family.h"

static void *open_object(struct bpf_object **object, const struct layout *layout,
			 const struct features *features)
{
	struct net_bpf *skel = net_bpf__open();

	if (!skel)
		return NULL;
	skel->rodata->cfg_net_submit = layout->net_submit;
	skel->rodata->cfg_netns = layout->netns;
	skel->rodata->cfg_drop_reasons = features__tracepoint_args(features, "kfree_skb") > 2;
	skel->rodata->cfg_nics_some = layout->some_nics;
	skel->rodata->cfg_nics_places = layout->nic_places;
	*object = skel->obj;
	return skel;
}

static void destroy(void *skeleton)
{
	net_bpf__destroy(skeleton);
}

const struct family family_net = { "net", open_object, destroy, NULL };

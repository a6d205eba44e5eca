// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * --exact: hypercalls at their call sites. Paths are by hypercall and function, so that two calls of one
 * function that make the same hypercall share one. Where a wrapper of that name is traced as well, it is
 * the wrapper's: a hypercall is counted by the one or the other, never by both (bpf/frame.bpf.h).
 */
#include <stdio.h>
#include <string.h>

#include "exact.skel.h"
#include "model/hypercalls.h"
#include "probe/family.h"

#define FLUSH "xen_mc_flush" /* its wrapper's paths are by number, too */

static const char *name_of(const struct site *site, char number[16])
{
	const char *name = hypercall__name(site->call.nr);

	snprintf(number, 16, "%d", site->call.nr);
	return name ? name : number;
}

/* An earlier site that makes the same hypercall in the same function, or NULL. */
static const struct site *same_as(const struct sites *sites, const struct site *site)
{
	for (const struct site *other = sites->site; other < site; other++) {
		if (!other->cause && other->call.nr == site->call.nr &&
		    strcmp(other->function, site->function) == 0)
			return other;
	}
	return NULL;
}

static int range(struct layout *layout, const struct platform *platform,
		 const struct wanted *wanted, uint32_t *next, const char **why)
{
	struct sites *sites = layout->sites;
	char number[16];

	(void)platform;
	(void)wanted;
	(void)why;
	layout->site = (*next)++; /* "other" */
	for (size_t i = 0; i < sites->nr; i++) {
		struct site *site = &sites->site[i];
		const struct site *same;

		if (site->cause)
			continue;
		site->path = layout->site;
		if (strcmp(site->function, FLUSH) == 0) {
			site->by_number = site->call.nr < 0;
			site->path = layout->mc + (site->by_number ? 0 : site->call.nr);
			continue;
		}
		if (site->call.nr < 0)
			continue;
		same = same_as(sites, site);
		site->path = hypercall__path_of(layout, site->function, name_of(site, number));
		if (!site->path)
			site->path = same ? same->path : (*next)++;
	}
	return 0;
}

static int place(struct layout *layout, const struct platform *platform,
		 const struct wanted *wanted, const char **why)
{
	const struct sites *sites = layout->sites;
	char number[16];

	(void)platform;
	(void)wanted;
	(void)why;
	layout__name(&layout->keys[layout->site], KIND_CPU, AREA_HYPERCALL, MECH_PV, "", "other",
		     "call site");
	for (size_t i = 0; i < sites->nr; i++) {
		const struct site *site = &sites->site[i];

		if (!site->cause && site->path > layout->site)
			layout__name(&layout->keys[site->path], KIND_CPU, AREA_HYPERCALL, MECH_PV,
				     "", name_of(site, number), site->function);
	}
	return 0;
}

static void configure(struct exact_bpf *skel, const struct layout *layout,
		      const struct features *features)
{
	skel->rodata->cfg_other_path = layout->site;
	skel->rodata->cfg_cookies = features__cookies(features);
}

FAMILY_OBJECT(exact)

static const char *const extras[] = { "xt_dispatch_kp", NULL };

const struct family family_exact = {
	FAMILY(exact, EXACT), .opt_in = true,	  .range = range,   .place = place,
	.open = open_object,  .destroy = destroy, .extras = extras,
};

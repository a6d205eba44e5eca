// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * --exact: hypercalls at their call sites. Calls of one function that make the same hypercall share
 * a path. A call inside a traced wrapper has the wrapper's path: a hypercall is counted by the one
 * or the other, never by both (bpf/frame.bpf.h).
 */
#include <stdio.h>
#include <string.h>

#include "model/hypercalls.h"
#include "probe/family.h"
#include "exact.skel.h"

#define FLUSH "xen_mc_flush" /* its wrapper's paths are by number, too */

static struct xt_exact_config config;

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

static uint32_t path_of(struct layout *layout, const struct site *site)
{
	const struct site *same = same_as(layout->sites, site);
	char number[16];
	uint32_t path;

	if (site->call.nr < 0)
		return config.other_path;
	path = hypercall__path_of(site->function, name_of(site, number));
	if (!path)
		path = same ? same->path : layout__paths(layout, 1);
	return path;
}

static int number(struct layout *layout)
{
	struct sites *sites = layout->sites;

	config.cookies = features__cookies(layout->features);
	config.other_path = layout__paths(layout, 1);
	for (size_t i = 0; i < sites->nr; i++) {
		struct site *site = &sites->site[i];

		if (site->cause)
			continue;
		if (strcmp(site->function, FLUSH) == 0) {
			site->by_number = site->call.nr < 0;
			site->path =
				hypercall__flush_path() + (site->by_number ? 0 : site->call.nr);
		} else {
			site->path = path_of(layout, site);
		}
	}
	return 0;
}

static int place(struct layout *layout)
{
	const struct sites *sites = layout->sites;
	struct xt_site *table =
		layout__map(layout, "xt_sites", sizeof(*table), sites->nr ? sites->nr : 1);
	char number[16];

	if (!table)
		return layout->err;
	sites__fill(sites, table);
	layout__name(layout, config.other_path, KIND_CPU, AREA_HYPERCALL, MECH_PV, "", "other",
		     "call site");
	for (size_t i = 0; i < sites->nr; i++) {
		const struct site *site = &sites->site[i];

		/* paths of wrappers are named already */
		if (!site->cause && site->path > config.other_path)
			layout__name(layout, site->path, KIND_CPU, AREA_HYPERCALL, MECH_PV, "",
				     name_of(site, number), site->function)
				->roles = hypercall__role(site->function);
	}
	return 0;
}

FAMILY_OBJECT(exact)

/* What a breakpoint costs. */
static const char *const extras[] = { "xt_dispatch_kp", NULL };

const struct family family_exact = {
	FAMILY(exact, EXACT), .opt_in = true, .number = number, .place = place, .extras = extras,
};

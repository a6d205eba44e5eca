// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Page tables, PV guests' alone: elsewhere there are no paths. */
#include "mmu.skel.h"
#include "probe/family.h"

#define NAME(id, name)			      [id] = name,
#define MC_NAME(id, number, name)	      [id] = name,
#define NAME_OF(_, id, function, older, what) [id - XT_MMU_BEGIN] = #function,
#define WHAT(_, id, function, older, what)    [id - XT_MMU_BEGIN] = what,

static const char *const mmu_names[] = { XT_MMU_OPS(NAME) };
static const char *const entry_names[] = { XT_MC_OPS(MC_NAME) };
static const char *const mmuext_names[] = { XT_MMUEXT_OPS(NAME) };
static const char *const size_names[] = { XT_MC_SIZES(NAME) };
static const char *const functions[] = { XT_MMU_FUNCTIONS(NAME_OF, _) };
static const char *const function_what[] = { XT_MMU_FUNCTIONS(WHAT, _) };

#define FUNCTIONS (sizeof(functions) / sizeof(functions[0]))

static bool is_pv(const struct platform *platform)
{
	return platform->boot == BOOT_PV || platform->boot == BOOT_DOM0;
}

static int range(struct layout *layout, const struct platform *platform,
		 const struct wanted *wanted, uint32_t *next, const char **why)
{
	(void)wanted;
	(void)why;
	if (!is_pv(platform))
		return 0;
	layout->mmu = *next;
	*next += XT_MMU_OP_NR;
	layout->mc_entry = *next;
	*next += XT_MC_OP_NR;
	layout->mmuext = *next;
	*next += XT_MMUEXT_OP_NR;
	layout->mc_size = *next;
	*next += XT_MC_SIZE_NR;
	layout->mmu_fn = *next;
	*next += FUNCTIONS;
	return 0;
}

/* Paths that are counts alone. */
static void place_counts(struct layout *layout, uint32_t first, const char *device,
			 const char *const *names, uint32_t nr)
{
	for (uint32_t i = 0; i < nr; i++)
		layout__count(&layout->keys[first + i], AREA_MEMORY, MECH_PV, device, names[i]);
}

static int place(struct layout *layout, const struct platform *platform,
		 const struct wanted *wanted, const char **why)
{
	(void)wanted;
	(void)why;
	if (!is_pv(platform))
		return 0;
	place_counts(layout, layout->mmu, "page tables", mmu_names, XT_MMU_OP_NR);
	place_counts(layout, layout->mc_entry, "multicall entries", entry_names, XT_MC_OP_NR);
	place_counts(layout, layout->mmuext, "multicall entries", mmuext_names, XT_MMUEXT_OP_NR);
	place_counts(layout, layout->mc_size, "multicall sizes", size_names, XT_MC_SIZE_NR);
	for (uint32_t i = 0; i < XT_MC_SIZE_NR; i++)
		layout->keys[layout->mc_size + i].roles |= PATH_SHARES;
	for (uint32_t i = 0; i < FUNCTIONS; i++)
		layout__name(&layout->keys[layout->mmu_fn + i], KIND_CPU, AREA_MEMORY, MECH_PV, "",
			     function_what[i], functions[i]);
	return 0;
}

static void configure(struct mmu_bpf *skel, const struct layout *layout,
		      const struct features *features)
{
	(void)features;
	skel->rodata->cfg_mmu_base = layout->mmu;
	skel->rodata->cfg_entry_base = layout->mc_entry;
	skel->rodata->cfg_mmuext_base = layout->mmuext;
	skel->rodata->cfg_size_base = layout->mc_size;
	skel->rodata->cfg_mmu_fn_base = layout->mmu_fn;
}

FAMILY_OBJECT(mmu)

const struct family family_mmu = {
	FAMILY(mmu, MMU), .range = range, .place = place, .open = open_object, .destroy = destroy,
};

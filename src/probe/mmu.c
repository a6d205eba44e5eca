// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Page tables of PV guests. Others have none of these paths. */
#include "probe/family.h"
#include "mmu.skel.h"

#define NAME(id, name)				    [id] = name,
#define MC_NAME(id, number, name)		    [id] = name,
#define FUNCTION_NAME(_, id, function, older, what) [id - XT_MMU_BEGIN] = #function,
#define FUNCTION_WHAT(_, id, function, older, what) [id - XT_MMU_BEGIN] = what,

static const char *const op_names[] = { XT_MMU_OPS(NAME) };
static const char *const entry_names[] = { XT_MC_OPS(MC_NAME) };
static const char *const mmuext_names[] = { XT_MMUEXT_OPS(NAME) };
static const char *const size_names[] = { XT_MC_SIZES(NAME) };
static const char *const functions[] = { XT_MMU_FUNCTIONS(FUNCTION_NAME, _) };
static const char *const function_what[] = { XT_MMU_FUNCTIONS(FUNCTION_WHAT, _) };

#define FUNCTIONS (sizeof(functions) / sizeof(functions[0]))

static struct xt_mmu_config config;

static int number(struct layout *layout)
{
	if (!platform__is_pv(layout->platform))
		return 0;
	config.op_path = layout__paths(layout, XT_MMU_OP_NR);
	config.entry_path = layout__paths(layout, XT_MC_OP_NR);
	config.mmuext_path = layout__paths(layout, XT_MMUEXT_OP_NR);
	config.size_path = layout__paths(layout, XT_MC_SIZE_NR);
	config.function_path = layout__paths(layout, FUNCTIONS);
	return 0;
}

static void name_counts(const struct layout *layout, uint32_t first, const char *device,
			const char *const *names, uint32_t nr, unsigned int roles)
{
	for (uint32_t i = 0; i < nr; i++)
		layout__count(layout, first + i, AREA_MEMORY, MECH_PV, device, names[i])->roles |=
			roles;
}

static int place(struct layout *layout)
{
	layout__map(layout, "xt_mmu", sizeof(struct xt_mmu_cpu), layout->cpus);
	if (!platform__is_pv(layout->platform))
		return 0;
	name_counts(layout, config.op_path, "page tables", op_names, XT_MMU_OP_NR, 0);
	name_counts(layout, config.entry_path, "multicall entries", entry_names, XT_MC_OP_NR, 0);
	name_counts(layout, config.mmuext_path, "multicall entries", mmuext_names, XT_MMUEXT_OP_NR,
		    0);
	name_counts(layout, config.size_path, "multicall sizes", size_names, XT_MC_SIZE_NR,
		    PATH_SHARES);
	for (uint32_t i = 0; i < FUNCTIONS; i++)
		layout__name(layout, config.function_path + i, KIND_CPU, AREA_MEMORY, MECH_PV, "",
			     function_what[i], functions[i]);
	return 0;
}

FAMILY_OBJECT(mmu)

const struct family family_mmu = {
	FAMILY(mmu, MMU),
	.number = number,
	.place = place,
};

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <cpuid.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/cpuid.h"

#define SAVED	   "cpuid.txt"
#define BASE_FIRST 0x40000000u
#define BASE_LAST  0x4000ff00u /* the kernel looks no further: cpuid_base_hypervisor() */
#define BASE_STEP  0x100u
#define LEAVES_MAX 64

struct leaf {
	uint32_t nr, eax, ebx, ecx, edx;
};

struct leaves {
	struct leaf leaf[LEAVES_MAX];
	size_t nr;
};

static const struct leaf *leaves__find(const struct leaves *leaves, uint32_t nr)
{
	static const struct leaf none;

	for (size_t i = 0; i < leaves->nr; i++)
		if (leaves->leaf[i].nr == nr)
			return &leaves->leaf[i];
	return &none;
}

static const struct leaf *leaves__ask(struct leaves *leaves, uint32_t nr)
{
	struct leaf *leaf = &leaves->leaf[leaves->nr];

	if (leaves->nr == LEAVES_MAX)
		return leaves__find(leaves, nr);
	leaf->nr = nr;
	__cpuid_count(nr, 0, leaf->eax, leaf->ebx, leaf->ecx, leaf->edx);
	leaves->nr++;
	return leaf;
}

static void signature(const struct leaf *leaf, char out[13])
{
	memcpy(out, &leaf->ebx, 4);
	memcpy(out + 4, &leaf->ecx, 4);
	memcpy(out + 8, &leaf->edx, 4);
	out[12] = '\0';
}

static bool is_base(uint32_t nr)
{
	return nr >= BASE_FIRST && nr <= BASE_LAST && nr % BASE_STEP == 0;
}

/*
 * Ask the processor for what we look at. Each question is an exit to the hypervisor: the search
 * ends at the first interface after Hyper-V's, which Xen and KVM may show in front of their own.
 */
static void leaves__from_processor(struct leaves *leaves)
{
	const struct leaf *leaf;
	char name[13];

	leaf = leaves__ask(leaves, 1);
	leaves__ask(leaves, 0x80000001u);
	if (!(leaf->ecx >> 31))
		return;
	for (uint32_t base = BASE_FIRST; base <= BASE_LAST; base += BASE_STEP) {
		struct leaf answer = { .nr = base };

		__cpuid_count(base, 0, answer.eax, answer.ebx, answer.ecx, answer.edx);
		signature(&answer, name);
		if (answer.eax < base || answer.eax > base + BASE_STEP || !name[0])
			continue;
		if (leaves->nr < LEAVES_MAX)
			leaves->leaf[leaves->nr++] = answer;
		for (uint32_t nr = base + 1; nr <= answer.eax && nr <= base + 5; nr++)
			leaves__ask(leaves, nr);
		if (strcmp(name, "Microsoft Hv"))
			break;
	}
}

static void leaves__from_text(struct leaves *leaves, const char *text)
{
	struct leaf leaf;
	const char *end;

	/* A line without its end was cut, and its last number may be a part of one. */
	while (text && leaves->nr < LEAVES_MAX && (end = strchr(text, '\n'))) {
		if (sscanf(text, "%x: %x %x %x %x", &leaf.nr, &leaf.eax, &leaf.ebx, &leaf.ecx,
			   &leaf.edx) == 5)
			leaves->leaf[leaves->nr++] = leaf;
		text = end + 1;
	}
}

static void leaves__note(const struct leaves *leaves, struct files *files)
{
	char text[LEAVES_MAX * 46 + 1] = "";
	size_t at = 0;

	for (size_t i = 0; i < leaves->nr; i++) {
		const struct leaf *leaf = &leaves->leaf[i];

		at += snprintf(text + at, sizeof(text) - at, "%08x: %08x %08x %08x %08x\n",
			       leaf->nr, leaf->eax, leaf->ebx, leaf->ecx, leaf->edx);
	}
	files__note(files, SAVED, text);
}

static void decode_base(struct cpuid *cpuid, const struct leaves *leaves, const struct leaf *leaf)
{
	const struct leaf *features = leaves__find(leaves, leaf->nr + 4);
	char name[13];

	signature(leaf, name);
	if (leaf->nr == BASE_FIRST)
		strcpy(cpuid->signature, name);
	if (!strcmp(name, "Microsoft Hv"))
		cpuid->viridian = true;
	if (!strcmp(name, "XenVMMXenVMM") && !cpuid->xen) {
		cpuid->xen = leaf->nr;
		cpuid->xen_version = leaves__find(leaves, leaf->nr + 1)->eax;
		cpuid->xen_features = features->eax;
		cpuid->xen_features_known = features->nr && leaf->eax >= features->nr;
	}
	if (!strncmp(name, "KVMKVMKVM", 9) && !cpuid->kvm) {
		cpuid->kvm = leaf->nr;
		cpuid->kvm_features = leaves__find(leaves, leaf->nr + 1)->eax;
		cpuid->kvm_hints = leaves__find(leaves, leaf->nr + 1)->edx;
	}
}

void cpuid__read(struct cpuid *cpuid, struct files *files)
{
	struct leaves leaves = { 0 };
	char *text = NULL;

	memset(cpuid, 0, sizeof(*cpuid));
	if (files__live(files)) {
		leaves__from_processor(&leaves);
		leaves__note(&leaves, files);
	} else {
		text = files__slurp(files, SAVED);
		leaves__from_text(&leaves, text);
		free(text);
	}
	cpuid->known = leaves.nr > 0;
	cpuid->hypervisor = leaves__find(&leaves, 1)->ecx >> 31;
	cpuid->huge_1g = leaves__find(&leaves, 0x80000001u)->edx >> 26 & 1;
	for (size_t i = 0; i < leaves.nr; i++)
		if (is_base(leaves.leaf[i].nr))
			decode_base(cpuid, &leaves, &leaves.leaf[i]);
}

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "base/terms.h"

#define NAME(id, name, ...)   [id] = name,
#define LETTER(id, name, let) [id] = let,

const char *area__name(enum area area)
{
	static const char *const names[] = { XT_AREAS(NAME) };

	return (unsigned int)area < AREA_NR ? names[area] : "?";
}

const char *mech__name(enum mech mech)
{
	static const char *const names[] = { XT_MECHS(NAME) };

	return (unsigned int)mech < MECH_NR ? names[mech] : "?";
}

const char *mech__letter(enum mech mech)
{
	static const char *const letters[] = { XT_MECHS(LETTER) };

	return (unsigned int)mech < MECH_NR ? letters[mech] : "?";
}

const char *kind__name(enum kind kind)
{
	static const char *const names[] = { XT_KINDS(NAME) };

	return (unsigned int)kind < KIND_NR ? names[kind] : "?";
}

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "probe/family.h"

#define DECLARED(name, NAME) extern const struct family family_##name;
#define LISTED(name, NAME)   &family_##name,

XT_FAMILIES(DECLARED)

const struct family *const families[FAMILIES] = { XT_FAMILIES(LISTED) };

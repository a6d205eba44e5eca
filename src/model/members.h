/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef XT_MODEL_MEMBERS_H
#define XT_MODEL_MEMBERS_H

#include "model/schema.h"

/* Struct snapshot. */
extern const struct type snapshot_type;

#endif

/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Recordings of older minor versions: what a member says today, they have in a name or a text only.
 * Nobody else reads those to learn what something is.
 */
#ifndef XT_RECORDING_UPGRADE_H
#define XT_RECORDING_UPGRADE_H

#include "recording/recording.h"

/* As this version would have written them; `minor` is the version that did. */
void upgrade__header(struct recording_header *header, unsigned int minor);
void upgrade__part(struct recording_part *part, unsigned int minor);

#endif

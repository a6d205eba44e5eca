/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Hypercalls that no probe times: said by name, since a list of those that are timed reads as if
 * it were whole (PROBES §1.3, §1.4). Pure.
 */
#ifndef XT_MODEL_UNSEEN_H
#define XT_MODEL_UNSEEN_H

#include "platform/platform.h"

struct unseen {
	const char *hypercall; /* one or more names, with the operation if it is one only */
	const char *what;      /* who makes it */
	const char *why;
	unsigned int guests; /* bit by enum boot */
};

/* The next one in this kind of guest, the first after NULL; NULL after the last. */
const struct unseen *unseen__next(const struct unseen *unseen, enum boot boot);

#endif

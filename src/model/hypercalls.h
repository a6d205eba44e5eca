/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Names of hypercalls by number: xen/include/public/xen.h. */
#ifndef XT_MODEL_HYPERCALLS_H
#define XT_MODEL_HYPERCALLS_H

/* A static string; "hypercall 63" style numbers have none: NULL. */
const char *hypercall__name(unsigned int number);

#endif

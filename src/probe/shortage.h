/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What a process may run out of. libbpf takes a failure of its own for one of the kernel's, and goes
 * without what it could not ask for; so it is asked before whether there is enough, and every error is
 * looked at for what it means.
 */
#ifndef XT_PROBE_SHORTAGE_H
#define XT_PROBE_SHORTAGE_H

#include <stdbool.h>
#include <stddef.h>

/* Can it have so many more descriptors, and so much more memory? Returns 0, -EMFILE or -ENOMEM. */
int shortage__check(size_t descriptors, size_t bytes);
/* Memory that libbpf takes for the kernel's types, which it reads anew for each object. */
size_t shortage__btf_bytes(void);

/* Is this errno such a failure, and no refusal? */
bool shortage__is(int err);
/* Of one of those: the cause and the fix. Static. */
const char *shortage__why(int err);

#endif

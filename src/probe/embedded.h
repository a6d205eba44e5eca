/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The BPF objects are in the program, compressed (bpf/embed): they are a quarter of it otherwise. Their
 * skeletons ask for the bytes when they are opened, and libbpf keeps a copy of what it needs of them.
 */
#ifndef XT_PROBE_EMBEDDED_H
#define XT_PROBE_EMBEDDED_H

#include <stddef.h>

/*
 * For the skeletons: the `size` bytes that were packed by gzip. They are there until the next call. Returns
 * them, with *sz their size; or NULL and *sz = 0 when memory is short.
 */
const void *embedded__unpack(const void *packed, size_t length, size_t size, size_t *sz);

/* The object is open: its bytes are no longer needed. Returns 0, or -ENOMEM when there were none. */
int embedded__done(void);

#endif

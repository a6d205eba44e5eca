/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The running kernel's memory, by /proc/kcore. */
#ifndef XT_PROBE_KCORE_H
#define XT_PROBE_KCORE_H

#include <stddef.h>
#include <stdint.h>

struct kcore;

/* Returns 0 and *out (freed with kcore__close()), or a negative errno. */
int kcore__open(struct kcore **out, const char *path);
void kcore__close(struct kcore *kcore);

/* Exactly `size` bytes at a kernel address: 0, -EFAULT where none are shown, or an error of pread(). */
int kcore__read(const struct kcore *kcore, void *to, size_t size, uint64_t address);

#endif

/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The kernel's symbols, as /proc/kallsyms lists them. Reads a stream and nothing else. */
#ifndef XT_CALLSITES_SYMBOLS_H
#define XT_CALLSITES_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct symbols;

/*
 * Read the kernel's symbols and modules': all functions, and the others that are asked for by name
 * (`wanted`, NULL-ended). Returns 0 and *out, freed with symbols__free(), or -ENOMEM;
 * -EACCES where addresses are hidden, -ENOENT where there are none.
 */
int symbols__read(struct symbols **out, FILE *file, const char *const *wanted);
void symbols__free(struct symbols *symbols);

/* What is said where a stream shows no addresses, and what to do about it. */
#define SYMBOLS_HIDDEN "/proc/kallsyms shows no addresses"
#define SYMBOLS_FIX    "kernel.kptr_restrict=1 or less, and CAP_SYSLOG"

/* Whether a stream shows addresses at all: of those who may not see them each is 0. */
bool symbols__shown(FILE *file);

/* The address of a symbol; 0 if there is none of that name. */
uint64_t symbols__address(const struct symbols *symbols, const char *name);

/*
 * The function that holds an address, by the symbol ahead of it, and from where to where: to the
 * next symbol. NULL without one. The name belongs to `symbols`.
 */
const char *symbols__function(const struct symbols *symbols, uint64_t address, uint64_t *start,
			      uint64_t *end);

/*
 * The module of that function, or what the kernel lists as one ("bpf"); "" for the kernel itself.
 * NULL without a function.
 */
const char *symbols__module(const struct symbols *symbols, uint64_t address);

/* All of them by address, for walking over all code: the i-th one's start; 0 after the last. */
uint64_t symbols__start(const struct symbols *symbols, size_t i);

#endif

/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The running kernel's call sites of hypercalls, and its code around them: by /proc/kallsyms,
 * /proc/kcore and, for modules, /sys/module.
 */
#ifndef XT_PROBE_SITE_SEARCH_H
#define XT_PROBE_SITE_SEARCH_H

#include <stddef.h>
#include <stdint.h>

#include "abi.h"

struct site_search {
	struct symbols *symbols;
	struct kcore *kcore;
	uint64_t found[XT_SITES]; /* addresses of calls; those that there was room for */
	int numbers[XT_SITES];	  /* hypercalls that the calls alone tell; -1: not */
	size_t nr;		  /* all */
};

/*
 * Search the kernel and the modules that are loaded. Returns 0 and *out, freed with
 * site_search__free(); or a negative errno with cause and fix, static.
 */
int site_search__new(struct site_search **out, const char **cause, const char **fix);
void site_search__free(struct site_search *search);

/* No function is longer; what looks longer is a gap between symbols. */
#define FUNCTION_MAX 65536

/*
 * The function that holds an address: its code, in `code` of FUNCTION_MAX bytes, its name (the
 * search's; NULL: unknown) and start. Returns its bytes; 0 when they cannot be read.
 */
size_t site_search__function(const struct site_search *search, uint64_t address, uint8_t *code,
			     const char **name, uint64_t *start);

#endif

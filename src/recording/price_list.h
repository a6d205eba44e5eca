/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Reading a price list: the line of JSON that `detect --measure --json` prints. */
#ifndef XT_RECORDING_PRICE_LIST_H
#define XT_RECORDING_PRICE_LIST_H

#include "model/prices.h"

/* A list is some 20 kB. */
#define PRICE_LIST_MAX (1 << 20)

/*
 * The list in this text, which may be anybody's. Returns 0 and *list, which the caller frees with
 * price_list__free(); its `source` is the caller's. Else -EBADMSG and in `why` what is wrong with it, or
 * -ENOMEM.
 */
int price_list__read(struct price_list *list, const char *text, size_t len, char *why, size_t size);
void price_list__free(struct price_list *list);

#endif

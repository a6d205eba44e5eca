// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "xentrace/restarts.h"

#include <search.h>
#include <stdlib.h>

/* xen/include/public/xen.h */
#define MMU_UPDATE 1
#define MULTICALL  13
#define MMUEXT_OP  26
#define PREEMPTED  (1u << 31) /* MMU_UPDATE_PREEMPTED, in the count */

bool restarts__note(struct restarts *restarts, const struct record *record)
{
	unsigned int number = record->words[0] & HYPERCALL_NUMBER;
	int64_t left = restarts->left;

	if (record->event == EVENT_PV_SUBCALL) {
		restarts->left--;
		return false;
	}
	restarts->left = 0;
	/* hypercall_create_continuation(): the second word is the number of entries */
	if (record->event != EVENT_PV_HYPERCALL || record->nr_words < 2)
		return false;
	if (number == MULTICALL) {
		restarts->left = record->words[1];
		/* Linux makes none of one entry */
		return left > 0 || record->words[1] == 1;
	}
	return (number == MMU_UPDATE || number == MMUEXT_OP) && record->words[1] & PREEMPTED;
}

struct node {
	struct who who;
	struct restarts restarts;
};

static int compare(const void *one, const void *other)
{
	const struct who *a = &((const struct node *)one)->who;
	const struct who *b = &((const struct node *)other)->who;

	return a->domain != b->domain ? a->domain - b->domain : a->vcpu - b->vcpu;
}

struct restarts *all_restarts__of(struct all_restarts *all, const struct who *who)
{
	struct node key = { .who = *who }, **found = tfind(&key, &all->tree, compare), *node;

	if (found)
		return &(*found)->restarts;
	node = malloc(sizeof(*node));
	if (!node)
		return NULL;
	*node = key;
	if (tsearch(node, &all->tree, compare))
		return &node->restarts;
	free(node);
	return NULL;
}

void all_restarts__free(struct all_restarts *all)
{
	tdestroy(all->tree, free);
	all->tree = NULL;
}

/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Inside the ledger: its two accounts, each in a file of its own. */
#ifndef XT_MODEL_LEDGER_PARTS_H
#define XT_MODEL_LEDGER_PARTS_H

#include "model/ledger.h"

/*
 * What the accounts want to know of a path again and again: a walk over its buckets, or a search
 * among the rows, is made once for each path of a snapshot.
 */
struct path_sum {
	uint64_t count, ns;
	size_t row; /* of the account of its kind; set by who builds that */
};

/*
 * Both return 0 or -ENOMEM; ledger__free() frees what they leave. There is a sum for each of the
 * snapshot's paths.
 */
int ledger__build_cpu(struct cpu_account *cpu, const struct snapshot *snap, struct path_sum *sums);
int ledger__build_waits(struct ledger *ledger, const struct snapshot *snap,
			const struct platform *platform, const struct path_sum *sums);

#endif

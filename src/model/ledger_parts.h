/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Inside the ledger: its two accounts, each in a file of its own. */
#ifndef XT_MODEL_LEDGER_PARTS_H
#define XT_MODEL_LEDGER_PARTS_H

#include "model/ledger.h"

/* Both return 0 or -ENOMEM; ledger__free() frees what they leave. */
int ledger__build_cpu(struct cpu_account *cpu, const struct snapshot *snap);
int ledger__build_waits(struct ledger *ledger, const struct snapshot *snap,
			const struct platform *platform);

#endif

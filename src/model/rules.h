/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Inside the findings: what a rule gets to see, and how it answers. */
#ifndef XT_MODEL_RULES_H
#define XT_MODEL_RULES_H

#include "model/ledger.h"

struct question {
	const char *id;
	const struct snapshot *snap;
	const struct platform *platform; /* may be NULL */
	const struct ledger *ledger;
	struct findings *out;
};

/*
 * A rule answers with question__answer(), once for each device that meets it; without an answer
 * it is not met. Returns 0 or -ENOMEM.
 */
struct rule {
	const char *id;
	int (*test)(struct question *q);
};

/* A new answer to fill in, owned by the list and valid until the next one; NULL without memory. */
struct finding *question__answer(struct question *q, enum verdict verdict);
/* The answer that there can be none, and why. Returns 0 or -ENOMEM. */
int question__untestable(struct question *q, const char *why);

int rule__emulated_disk(struct question *q);
int rule__ring_full(struct question *q);
int rule__grants_short(struct question *q);
int rule__emulated_clock(struct question *q);
int rule__steal(struct question *q);
int rule__lost_events(struct question *q);
int rule__event_imbalance(struct question *q);
int rule__eoi_delayed(struct question *q);
int rule__emulated_nic(struct question *q);
int rule__nic_full(struct question *q);

#endif

/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Findings: questions that every run is asked, each answered by figures of that run. "Met" comes
 * with its evidence, what to do and how to check that it helped; what could not be tested says
 * why, since silence would read as "not met".
 */
#ifndef XT_MODEL_FINDINGS_H
#define XT_MODEL_FINDINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "model/snapshot.h"
#include "platform/platform.h"

struct ledger;

enum verdict { FINDING_NOT_MET, FINDING_MET, FINDING_UNTESTABLE };

const char *verdict__name(enum verdict verdict);

#define FINDING_FIGURES 3

/* One answer. A rule that is met by two disks gives two of them. Unused strings are "". */
struct finding {
	const char *id; /* "emulated-disk" */
	enum verdict verdict;
	char subject[48];		    /* "sda" */
	char what[240];			    /* one sentence; for untestable: why */
	char figures[FINDING_FIGURES][200]; /* the evidence */
	char action[160];		    /* "do:" */
	char check[80];			    /* "check:" */
};

struct findings {
	struct finding *all; /* in the order of the rules' table */
	size_t nr;
	size_t nr_met, nr_not_met, nr_untestable; /* of answers */
};

/* Is there a rule of that name? */
bool findings__has(const char *id);

/*
 * Ask every rule. The ledger's accounts are complete, its findings are what is being made.
 * Returns 0 or -ENOMEM; the caller frees with findings__free().
 */
int findings__test(struct findings *out, const struct snapshot *snap,
		   const struct platform *platform, const struct ledger *ledger);
void findings__free(struct findings *findings);

#endif
